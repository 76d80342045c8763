/* Is the ledger on this disk whole? Asked at every start, before anything is signed or
 * served, and made to cost under two seconds however long the ledger is: all that is near
 * the tip is computed again, and of the rest a sample, which every start draws anew. */
#ifndef CHAIN_STORE_CHECK_H
#define CHAIN_STORE_CHECK_H

#include "chain/store/store.h"

enum {
	STORE_CHECK_BLOCKS = 16,   /* more than a crash can have touched */
	STORE_CHECK_SAMPLE = 1000, /* one start in 20,000 misses 1 % of bad entries */
};

struct store_check {
	uint64_t committed_height; /* that something outside the store knows was committed */
	uint64_t seed;             /* which entries are looked at */
	size_t sample_count;       /* 0: STORE_CHECK_SAMPLE */
};

struct store_check_result {
	bool lost_tail; /* the tip is below committed_height: blocks are missing at the
	                 * end. What is left is sound, but nothing may be signed on it */
	uint64_t tip_height;
	uint64_t blocks_checked;
	uint64_t txs_checked; /* of those blocks */
	uint64_t entries_checked;
};

/* The headers of the last blocks against each other and their transactions against their
 * roots; the state's root page; the tiles of the log against its frontier; a sample of
 * entries against the root of the log, and their ids against the index.
 *
 * STATUS_CORRUPT: a sentence in *why says what is damaged, and at which height or index.
 * Reads through a view of its own. */
MUST_CHECK enum status store_check(struct store *store, const struct store_check *check,
                                   struct store_check_result *result, struct why *why);

#endif
