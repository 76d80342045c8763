/* What drive asks of the world: a node fills it in with threads, RocksDB and libuv, the
 * simulator with memory and a seed. Requests that take time return at once and are answered
 * by the named function of drive.h, in the same thread, never from inside the request. */
#ifndef NODE_DRIVE_WORLD_H
#define NODE_DRIVE_WORLD_H

#include "chain/receipt/cosigned.h"
#include "node/drive/check.h"
#include "node/drive/cosigning.h"
#include "node/drive/executor.h"

/* Make a block: executor_build. Answered by drive_on_built. drive's until then. Of a trial
 * it is dropped at once: what became of the offers is all that is wanted. */
struct build_job {
	struct hash parent;
	struct block_plan plan;
	struct offer *offers;
	size_t offer_count;
	const struct draft *block; /* out */
};

/* Is it a trial of what waits, by who makes no blocks? */
static inline bool build_is_trial(const struct build_job *job)
{
	return job->plan.proposer == NOBODY;
}

/* Check a block: executor_execute. Answered by drive_on_executed. The body is drive's and stays
 * until then. The job is copied by the world. */
struct execute_job {
	struct hash hash;
	struct header header;
	struct bytes_view body;
};

/* A block that is not final yet, to be kept beside the ledger. */
struct keep_block {
	struct hash hash;
	struct header header;
	struct bytes_view body; /* drive's until drive_on_stored, also if the block is dropped */
};

struct keep_certificate {
	uint64_t epoch;
	uint64_t view;
	enum vote_kind kind;
	struct bytes_view bytes; /* in the job's own memory */
};

struct commit_block {
	struct hash hash;
	const struct draft *draft;
	struct bytes_view certificate; /* likewise */
	struct cosign_point point;     /* of the block: its checkpoint */
	uint64_t time_ms;              /* the block's */
};

/* A quorum of cosignatures: over the newest checkpoint that has one, replacing the one before,
 * or over a seal by the set that it ends, for ever. */
enum keep_note_kind { KEEP_CHECKPOINT, KEEP_SEAL };

struct keep_note {
	enum keep_note_kind kind;
	uint64_t size;           /* of the checkpoint */
	struct bytes_view bytes; /* cosigned_put's, in the job's own memory */
};

/* All of it is on the disk when it is answered, by drive_on_stored: in the database and then the
 * mark outside it. Of one that a crash cuts short there is nothing, or all but the mark, or all.
 * Jobs are done in the order they come. The job is drive's until then. */
struct store_job {
	struct arena arena;
	struct vote_record *records;
	size_t record_count, record_capacity;
	struct keep_block *blocks;
	size_t block_count, block_capacity;
	struct keep_certificate *certificates;
	size_t certificate_count, certificate_capacity;
	uint8_t **orphans;      /* drive's: bodies of dropped blocks, for which this job or one
	                         * before it is the last that reads them; owned */
	size_t orphan_count, orphan_capacity;
	struct commit_block *commits; /* each the parent of the one behind it */
	size_t commit_count, commit_capacity;
	struct keep_note *notes;
	size_t note_count, note_capacity;
	struct vote_mark mark;  /* the highest that anything was signed in so far */
	uint64_t forget_epoch;  /* with the commits: what was kept of earlier epochs, and of this */
	uint64_t forget_view;   /* one's views up to this, is of no use any more */
	bool must_sync;         /* something waits for it: else it may ride with the next one */
	bool is_queued;         /* drive's: it has its place in the outbox */
	uint64_t last_height;   /* the world's: of the last commit; 0: none */
};

/* A seal, and the set that it ended. */
struct missing_seal {
	struct cosign_point point;
	size_t quorum;
	struct validator_set set;
};

struct missing_seals {
	size_t count;
	struct missing_seal items[COSIGN_SEALS_MAX];
};

/* How the one block is wanted: whole; by short names; or some transactions of it. */
enum read_form { READ_WHOLE, READ_COMPACT, READ_TXS };

/* Something of the ledger, for a peer, answered by drive_on_read. If `by_hash`, the one block of
 * that hash. If `height` is not 0: with a `body_count`, the bodies of so many blocks from there on,
 * all of them or none, and none if they are more than BLOCK_BODY_MAX bytes and not one alone; else
 * headers from there on, `headers_max` at most, up to the last that has a certificate of its own,
 * or, if none of these has, to the first behind that has, SYNC_HEADERS_MAX in all, and none of a
 * second epoch. If `seal_size` is not 0, the cosignatures that are kept over the seal whose
 * checkpoint has so many leaves. If `missing` is not NULL, for nobody else, the newest seals that no
 * quorum is kept over. The job is drive's until then. */
struct read_job {
	uint16_t to;          /* who asked, */
	uint32_t connection;  /* drive's: and over which connection */
	size_t headers_max;   /* 1..SYNC_HEADERS_MAX */
	size_t body_count;    /* 0..PORTION_BLOCKS_MAX */
	bool by_hash;
	enum read_form form;
	struct hash hash;
	uint8_t *question;    /* of READ_TXS: the message, owned; else NULL */
	size_t question_size;
	uint64_t height;
	uint64_t seal_size;
	struct missing_seals *missing; /* drive's; out */
	struct buffer answer; /* out: an encoded message; empty: we do not have it */
};

/* The block of job->hash, in the form that is wanted: for the world. Any thread; ask
 * answer.status. Hashes each transaction for READ_COMPACT. */
void read_job_answer(struct read_job *job, const struct message_block *block);
/* NULL is fine. */
void read_job_free(struct read_job *job);

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

enum { WORLD_SELF = UINT16_MAX }; /* instead of a peer */

struct world {
	void *owner;

	void (*build)(void *owner, struct build_job *job);
	void (*execute)(void *owner, const struct execute_job *job);
	/* executor_drop, behind all that was asked of the executor before. */
	void (*drop)(void *owner, const struct hash *block);
	/* executor_aim, likewise. */
	void (*aim)(void *owner, const struct hash *block);
	void (*store)(void *owner, struct store_job *job);
	void (*check)(void *owner, struct check_job *job);
	void (*read)(void *owner, struct read_job *job);

	/* Bytes to a peer; copied. Lost if he is not connected, or cannot keep up. */
	void (*send)(void *owner, uint16_t peer, struct bytes_view message);
	/* Transactions of a peer, as MESSAGE_TXS carries them, or of WORLD_SELF, evidence of our
	 * own: to be checked like any that are submitted, and then handed to drive_submit.
	 * Copied. */
	void (*ingest)(void *owner, uint16_t peer, struct cursor txs);
	/* The peer sent what no honest node sends. */
	void (*blame)(void *owner, uint16_t peer, const char *what);

	/* A BIP-340 signature of our vote key over a ballot's digest. At once. */
	enum status (*sign)(void *owner, const struct ballot *ballot,
	                    struct signature *signature);

	/* A BIP-340 signature of our evidence key over a txid. At once. */
	enum status (*sign_evidence)(void *owner, const struct hash *txid,
	                             struct signature *signature);

	/* Both signatures of our cosign key over the text of a checkpoint, with the time in
	 * Unix seconds. At once. Not asked for without an origin (drive_config). */
	enum status (*cosign)(void *owner, uint64_t time_s, struct bytes_view text,
	                      struct cosign *cosign);

	/* drive_on_tick is wanted at this monotonic time; replaces the wish before. */
	void (*wake)(void *owner, uint64_t at_ms);

	/* The end of a transaction that somebody waits for. */
	void (*tell)(void *owner, const struct tx_outcome *outcome);
	/* Two votes by one validator that exclude each other, of the present epoch: an operator
	 * wants to know. Others and the chain are told by drive. Once for a vote key, until the
	 * node is started again. */
	void (*evidence)(void *owner, const struct vote votes[2]);
	void (*alarm)(void *owner, enum alarm alarm);
};

#endif
