/* What the rules read of the ledger so far: filled in by the store on a node, by memory in
 * tests. All of it is the committed ledger, below every block that is still undecided. */
#ifndef CHAIN_LEDGER_SOURCE_H
#define CHAIN_LEDGER_SOURCE_H

#include "chain/proof/log.h"
#include "chain/proof/state_tree.h"

struct ledger_source {
	void *owner;

	/* The value under a state key's hash; *found tells. Borrowed until the next call of
	 * any function here. */
	enum status (*get_state)(void *owner, const struct hash *key_hash,
	                         struct bytes_view *value, bool *found);

	/* Is there a transaction of this txid? */
	enum status (*find_tx)(void *owner, const struct hash *txid, bool *found);

	/* The hash of the block of this height, which is at most that of the newest. */
	enum status (*block_hash)(void *owner, uint64_t height, struct hash *hash);

	/* A page of the state tree; STATUS_NOT_FOUND if it is not there. Borrowed as above. */
	enum status (*read_page)(void *owner, const struct state_page_key *key,
	                         struct bytes_view *page);

	/* The hashes present of a tile of the network's log (`stream` NULL) or of a stream's;
	 * a tile that is not there has count 0. */
	enum status (*read_tile)(void *owner, const struct hash *stream, unsigned level,
	                         uint64_t index, struct hash hashes[LOG_TILE_WIDTH],
	                         size_t *count);

	/* Speeds up the state tree; may be NULL. Of the thread that builds blocks. */
	struct state_inner_cache *inner;
};

#endif
