/* The executor: the blocks above the committed ledger, as a line of sealed drafts, and what
 * is asked of them. Pure; a node runs it in one thread of its own, the simulator in line.
 *
 *     committed ledger <- sealed, being stored <- sealed, newest <- the block being built
 *                                                      ^
 *                                    submitted transactions are tried against this */
#ifndef NODE_DRIVE_EXECUTOR_H
#define NODE_DRIVE_EXECUTOR_H

#include "chain/ledger/execute.h"
#include "node/drive/recent.h"

enum { EXECUTOR_BLOCKS_MAX = UNSTORED_BLOCKS_MAX + 1 };

struct executor {
	const struct network *network;
	const struct ledger_source *source;
	struct ledger_tip tip;     /* what the oldest draft was built on, or the newest stored */
	struct draft *blocks[EXECUTOR_BLOCKS_MAX]; /* oldest first */
	size_t block_count;
	struct draft *scratch;     /* for trying; NULL: the next try makes one */
	size_t try_count;          /* on that scratch */
	struct recent recent;      /* txids of the newest blocks */
};

/* `network` and `source` must outlive it. */
void executor_init(struct executor *executor, const struct network *network,
                   const struct ledger_source *source, const struct ledger_tip *tip);
void executor_close(struct executor *executor);

/* Height of the newest block, stored or not. */
uint64_t executor_height(const struct executor *executor);

/* Would the rules take this transaction now, on top of the newest block, at this Unix time?
 * Its form and signature were checked. The status is ours; the verdict the transaction's. */
MUST_CHECK enum status executor_try(struct executor *executor, const struct tx *tx,
                                    uint64_t wall_ms, enum verdict *verdict,
                                    struct refusal *refusal, struct why *why);

/* What became of a transaction that was offered for a block. */
enum placing { PLACING_TAKEN, PLACING_REFUSED, PLACING_NO_ROOM };

struct offer {
	const struct tx *tx;
	uint64_t checked_height; /* executor_height when executor_try found it good */
	enum placing placing;    /* out */
	struct refusal refusal;  /* out, of PLACING_REFUSED */
};

/* Make a block of the offered transactions that fit, in their order, on top of the newest
 * block. *block is the sealed draft, which stays the executor's and is valid until it is
 * retired; NULL if none of them was taken. */
MUST_CHECK enum status executor_build(struct executor *executor,
                                      const struct block_plan *plan, struct offer *offers,
                                      size_t count, const struct draft **block,
                                      struct why *why);

/* The oldest block, of this height, is in the committed ledger. It is freed. */
void executor_retire(struct executor *executor, uint64_t height);

#endif
