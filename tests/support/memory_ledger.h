/* A committed ledger in memory: what the store keeps of one on disk, for tests,
 * benchmarks and the simulator.
 *
 * It is stricter than a disk: what it lends is freed at the next call, so that a
 * sanitizer sees who holds on to it; it commits only what follows its tip; and any one of
 * its answers can be made to fail. */
#ifndef TESTS_SUPPORT_MEMORY_LEDGER_H
#define TESTS_SUPPORT_MEMORY_LEDGER_H

#include "chain/ledger/draft.h"

struct memory_value;
struct memory_page;
struct memory_tile;
struct memory_tx;

struct memory_ledger {
	struct ledger_source source;  /* hand this to draft_new; owner is the ledger */
	struct ledger_tip tip;        /* zero before genesis is committed */
	bool is_started;              /* genesis is committed */
	struct memory_value *values;  /* by key hash */
	struct memory_page *pages;    /* by page key */
	struct memory_tile *tiles;    /* by stream, level and index */
	struct memory_tx *txs;        /* by txid */
	struct hash *block_hashes;    /* by height */
	void *lent;                   /* bytes of the last answer */
	uint64_t call_count;          /* answers given */
	unsigned long fail_countdown; /* 1: the next answer is STATUS_STORAGE; 0: none is */
};

/* A value of the state, with its raw key. In the order in which the keys first came. */
struct memory_value {
	UT_hash_handle hh;
	struct hash key_hash;
	uint8_t *key; /* raw */
	size_t key_size;
	uint8_t *value;
	size_t value_size;
};

/* An empty ledger. `inner` may be NULL and is the caller's. */
void memory_ledger_init(struct memory_ledger *ledger, struct state_inner_cache *inner);
void memory_ledger_close(struct memory_ledger *ledger);

/* Take in a sealed draft that follows the tip; the first is block 0. The draft stays the
 * caller's. Stale pages stay readable until memory_ledger_drop_stale. Aborts when it does
 * not follow, or when memory is out. */
void memory_ledger_commit(struct memory_ledger *ledger, const struct draft *draft);

/* Forget the pages that committed blocks made stale. Returns how many. */
size_t memory_ledger_drop_stale(struct memory_ledger *ledger);

size_t memory_ledger_page_count(const struct memory_ledger *ledger);
size_t memory_ledger_value_count(const struct memory_ledger *ledger);

/* The value under a raw key; NULL if there is none. Valid until the next commit. */
const struct memory_value *memory_ledger_find(const struct memory_ledger *ledger,
                                              const struct network *network,
                                              struct bytes_view raw_key);

/* Do two ledgers hold the same to the last byte: tip, values, pages, tiles, txids? */
bool memory_ledger_equal(const struct memory_ledger *a, const struct memory_ledger *b);

/* -- Damage, as a bad disk does it --------------------------------------------------- */

/* Cut the last byte of a value off. False: there is no such value. */
bool memory_ledger_damage_value(struct memory_ledger *ledger,
                                const struct network *network, struct bytes_view raw_key);
/* Flip a bit of each hash in the tiles of a stream's log, or, for NULL, of the network's.
 */
void memory_ledger_damage_tiles(struct memory_ledger *ledger, const struct hash *stream);
/* Forget every page. */
void memory_ledger_lose_pages(struct memory_ledger *ledger);

/* The root of a new state tree of all values: what the header's has to be. */
struct hash memory_ledger_fresh_root(const struct memory_ledger *ledger);

#endif
