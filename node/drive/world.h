/* What drive asks of the world: a node fills it in with threads, RocksDB and libuv, the
 * simulator with memory and a seed. Requests that take time return at once and are answered
 * by the named function of drive.h, in the same thread, never from inside the request. */
#ifndef NODE_DRIVE_WORLD_H
#define NODE_DRIVE_WORLD_H

#include "consensus/consensus.h"
#include "node/drive/executor.h"

/* Make a block: executor_build. Answered by drive_on_built. drive's until then. */
struct build_job {
	struct block_plan plan;
	struct offer *offers;
	size_t offer_count;
	const struct draft *block; /* out */
};

/* Store a final block with its certificate and our newest vote record, in one synced batch.
 * Answered by drive_on_stored. The job is copied by the world. */
struct commit_job {
	const struct draft *block;
	struct certificate certificate;
	struct vote_record vote;
};

enum tx_outcome_kind { TX_FINAL, TX_REFUSED, TX_EXPIRED };

/* The end of a transaction that was in the pool. */
struct tx_outcome {
	enum tx_outcome_kind kind;
	struct hash txid;
	uint64_t height;     /* of TX_FINAL, as the next two */
	uint32_t index;      /* in the block */
	uint64_t log_index;
	struct refusal refusal; /* of TX_REFUSED and TX_EXPIRED */
};

struct world {
	void *owner;

	void (*build)(void *owner, struct build_job *job);
	void (*commit)(void *owner, const struct commit_job *job);

	/* A BIP-340 signature of our vote key over a ballot's digest. At once. */
	enum status (*sign)(void *owner, const struct ballot *ballot,
	                    struct signature *signature);

	/* drive_on_tick is wanted at this monotonic time; replaces the wish before. */
	void (*wake)(void *owner, uint64_t at_ms);

	/* The end of a transaction that somebody waits for. */
	void (*tell)(void *owner, const struct tx_outcome *outcome);
};

#endif
