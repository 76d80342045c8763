/* The txids of the newest blocks: so that a transaction which was looked up in the ledger
 * when it came need not be looked up again when it goes into a block. */
#ifndef NODE_DRIVE_RECENT_H
#define NODE_DRIVE_RECENT_H

#include "chain/base/limits.h"
#include "chain/ledger/draft.h"

struct recent_tx {
	UT_hash_handle hh; /* keyed by txid */
	struct hash txid;
};

/* The txids of one block. */
struct recent_block {
	uint64_t height;
	struct recent_tx *items; /* one allocation */
	struct recent_tx *table;
};

struct recent {
	struct recent_block blocks[RECENT_BLOCKS]; /* by height modulo RECENT_BLOCKS */
	uint64_t newest;                           /* height; 0: none yet */
	uint64_t oldest;                           /* height; above newest: none */
};

/* No block above `height` is known. */
void recent_init(struct recent *recent, uint64_t height);
void recent_close(struct recent *recent);

/* The block after the newest. Out of memory: everything is forgotten, which is safe. */
void recent_add(struct recent *recent, const struct draft *block);

enum recent_answer { RECENT_NO, RECENT_YES, RECENT_UNKNOWN };

/* Is the txid in a block above `height`? RECENT_UNKNOWN: not all of them are remembered. */
enum recent_answer recent_has(const struct recent *recent, const struct hash *txid,
                              uint64_t height);

#endif
