/* The mind of a node: the pool, the consensus machine, and its effects carried out in order
 * through world.h. Pure: time and everything else comes in from outside. */
#ifndef NODE_DRIVE_DRIVE_H
#define NODE_DRIVE_DRIVE_H

#include "node/drive/pool.h"
#include "node/drive/refused.h"
#include "node/drive/world.h"

/* Now, on both clocks. */
struct moment {
	uint64_t now_ms;  /* monotonic */
	uint64_t wall_ms; /* Unix time */
};

struct drive_config {
	struct consensus_config consensus;
	struct pool_limits pool;
	struct world world;
};

/* A block that is final and on its way to the disk. */
struct drive_block {
	struct header header;
	struct pool_tx **txs; /* header.tx_count of them */
};

struct drive_counters {
	uint64_t submitted, admitted, refused, expired, final;
	uint64_t blocks;
};

struct drive {
	struct world world;
	struct consensus consensus;
	struct pool pool;
	struct refused refused;
	struct drive_block blocks[UNSTORED_BLOCKS_MAX]; /* oldest first */
	size_t block_count;
	bool building;
	struct build_job build;
	struct pool_tx **picked; /* of the block being built, as its offers */
	struct offer *offers;
	size_t offers_max;
	struct commit_job commit;
	struct signature signature; /* of the last EFFECT_SIGN */
	struct input_work told;     /* what consensus knows of the pool */
	uint64_t expiry_due_ms;     /* monotonic */
	uint64_t consensus_wake_ms; /* 0: none */
	struct drive_counters counters;
	bool is_stopping;           /* no new block is begun */
	enum status status;         /* STATUS_OK, or what makes it impossible to go on */
	struct why why;
};

/* Large: on the heap. Not STATUS_OK: out of memory, or a set that consensus cannot serve. */
MUST_CHECK enum status drive_init(struct drive *drive, const struct drive_config *config,
                                  const struct moment *moment, struct why *why);
void drive_close(struct drive *drive);

/* A transaction that was checked (form, signature, executor_try) on its way in. */
struct submission {
	struct tx tx;            /* its views point into bytes */
	uint8_t *bytes;          /* memory_new's; NULL once the pool has them */
	uint64_t checked_height;
	bool is_awaited;         /* world.tell of the end of a transaction that is pending */
	enum verdict verdict;    /* in: of the checks so far; out: VERDICT_GOOD if it is pending */
	struct refusal refusal;
};

/* Takes in those that are VERDICT_GOOD and gives each its verdict: VERDICT_GOOD for what is
 * pending, also when it was so before. `bytes` is NULL afterwards where the pool took them. */
void drive_submit(struct drive *drive, struct submission *submissions, size_t count,
                  const struct moment *moment);

void drive_on_built(struct drive *drive, const struct moment *moment);
void drive_on_stored(struct drive *drive, uint64_t height, const struct moment *moment);
void drive_on_tick(struct drive *drive, const struct moment *moment);

/* No new block is begun from now on; drive_is_idle tells when the last one is stored. */
void drive_stop(struct drive *drive);
bool drive_is_idle(const struct drive *drive);

#endif
