/* A replay: the ledger of a store made again, block by block from genesis, to see whether
 * what the store holds is what its blocks make.
 *
 *     store, read only                       scratch store, beside it
 *        blocks and entries ──► executed ──►   newest state, its pages, the logs' tiles
 *        every other row   ◄── compared with ── the rows that the block makes
 *
 * Every row but votes, notes of consensus and blocks that are not final follows from the
 * blocks, so all of them can be compared to the byte. Rows that are rewritten (state, tiles)
 * are kept in the scratch store and compared at the end, one by one. Of those that are
 * written once, which are most, a sum of keyed hashes is kept and held against that of
 * the rows in the store: reading them in their order is far cheaper than looking each up.
 * When the sums of a family differ, a second replay looks its rows up one by one and says
 * which are wrong.
 *
 * One thread's. Memory is bounded by the scratch store's caches; the scratch store needs
 * about as much disk as the newest state and the tiles. */
#ifndef CHAIN_STORE_REPLAY_H
#define CHAIN_STORE_REPLAY_H

#include "chain/store/view.h"

enum { REPLAY_KEY_SIZE = 32 };

struct store_replay;

struct replay_options {
	const char *scratch_path; /* of a folder that is not there yet; removed at the end */
	uint8_t key[REPLAY_KEY_SIZE]; /* random: with a known one rows could be made whose
	                               * sums agree */
	uint32_t look_up; /* bit 1 << family: its rows are looked up; 0 in the first replay */
	unsigned cache_mib; /* of the scratch store; 0: REPLAY_CACHE_MIB */

	/* Something in the store is wrong; `height` is NULL where it has none. */
	void (*tell)(void *owner, const uint64_t *height, const char *text);
	void *owner;
};

enum { REPLAY_CACHE_MIB = 64 };

/* Starts with block 0, `genesis`. `store` was opened read only, `view` is one of it. Both
 * must outlive the replay. */
MUST_CHECK enum status store_replay_open(struct store_replay **replay, struct store *store,
                                         struct store_view *view,
                                         const struct draft *genesis,
                                         const struct replay_options *options,
                                         struct why *why);

/* NULL is fine. Removes the scratch store. */
void store_replay_close(struct store_replay *replay);

/* What the next block builds on: the replayed ledger alone, nothing of the audited one. It
 * knows no txid: that one occurs twice shows in the index of txids. */
struct ledger_source *store_replay_source(struct store_replay *replay);
const struct ledger_tip *store_replay_tip(const struct store_replay *replay);

/* Take in a sealed draft that follows the tip. Not STATUS_OK: the disk or memory failed;
 * what is wrong in the store is told. */
MUST_CHECK enum status store_replay_add(struct store_replay *replay,
                                        const struct draft *draft, struct why *why);

/* After the last block: compares what could not be compared before. *differing: the
 * families whose rows are to be looked up in a second replay; 0: none. */
MUST_CHECK enum status store_replay_finish(struct store_replay *replay,
                                           uint32_t *differing, struct why *why);

/* Rows of the store that were compared. */
uint64_t store_replay_row_count(const struct store_replay *replay);

#endif
