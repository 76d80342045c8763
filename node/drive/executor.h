/* The executor: the blocks above the committed ledger, as a tree of sealed drafts, and what
 * is asked of them. Pure; a node runs it in one thread of its own, the simulator in line.
 *
 *     committed ledger <-- final, being stored <-- notarized <-- the block being built
 *                     ^                                   ^----- another, being checked
 *                     '-- one that will never be final: dropped
 *
 * Submitted transactions are tried on top of the block that the next one would build on: what
 * was only proposed may never be final, and must not judge them. */
#ifndef NODE_DRIVE_EXECUTOR_H
#define NODE_DRIVE_EXECUTOR_H

#include "chain/ledger/execute.h"
#include "node/drive/recent.h"

/* Those that consensus holds, those on their way to the disk, and the one being made. */
enum { EXECUTOR_BLOCKS_MAX = BLOCKS_HELD_MAX + 2 * PORTION_BLOCKS_MAX + FRESH_DEPTH_MAX + 1 };

struct executor {
	const struct network *network;
	const struct ledger_source *source;
	struct ledger_tip tip;     /* the newest stored block */
	struct draft *blocks[EXECUTOR_BLOCKS_MAX]; /* sealed, in the order they were made */
	bool is_dropped[EXECUTOR_BLOCKS_MAX]; /* and stays for the sake of who builds on it */
	size_t block_count;
	struct hash top;           /* what the next block would build on; the tip if it is gone */
	struct draft *scratch;     /* for trying, on the top; NULL: the next try makes one */
	size_t try_count;          /* on that scratch */
	struct recent recent;      /* txids of the newest stored blocks */
};

/* `network` and `source` must outlive it. */
void executor_init(struct executor *executor, const struct network *network,
                   const struct ledger_source *source, const struct ledger_tip *tip);
void executor_close(struct executor *executor);

/* Height of the newest stored block. */
uint64_t executor_height(const struct executor *executor);

/* From now on transactions are tried on top of this block; on the tip if it is not here. */
void executor_aim(struct executor *executor, const struct hash *block);

/* Would the rules take this transaction now, on top of that block, at this Unix time?
 * Its form and signature were checked. The status is ours; the verdict the transaction's. */
MUST_CHECK enum status executor_try(struct executor *executor, const struct tx *tx,
                                    uint64_t wall_ms, enum verdict *verdict,
                                    struct refusal *refusal, struct why *why);

/* What became of a transaction that was offered for a block. */
enum placing {
	PLACING_TAKEN,
	PLACING_REFUSED,
	PLACING_NO_ROOM,
	PLACING_THERE, /* in a block below this one that is not stored yet */
};

struct offer {
	const struct tx *tx;
	uint64_t checked_height; /* executor_height when executor_try found it good */
	enum placing placing;    /* out */
	struct refusal refusal;  /* out, of PLACING_REFUSED */
};

/* Make a block of the offered transactions that fit, in their order, on the block `parent`.
 * *block is the sealed draft, which stays the executor's and is valid until it is retired or
 * dropped; NULL if none of them was taken and it may not be empty, or if the parent is gone. */
MUST_CHECK enum status executor_build(struct executor *executor, const struct hash *parent,
                                      const struct block_plan *plan, struct offer *offers,
                                      size_t count, const struct draft **block,
                                      struct why *why);

/* Check a block of somebody else, whose transactions' signatures were checked. As above; NULL
 * if it is not good, or if the parent is gone. */
MUST_CHECK enum status executor_execute(struct executor *executor,
                                        const struct header *header,
                                        struct bytes_view body, const struct draft **block,
                                        struct refusal *refusal, struct why *why);

/* The block will never be final. One that others build on goes with the last of them: whoever
 * was just made on it is not yet known to who drops. Fine if it is not here. */
void executor_drop(struct executor *executor, const struct hash *block);

/* The block of this hash, a child of the tip, is in the committed ledger. It is freed. */
void executor_retire(struct executor *executor, const struct hash *block);

/* The sealed draft of this hash; NULL: not here. */
const struct draft *executor_find(const struct executor *executor,
                                  const struct hash *block);

#endif
