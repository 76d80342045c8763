/* A view from inside: for the files that read. */
#ifndef CHAIN_STORE_READING_H
#define CHAIN_STORE_READING_H

#include "chain/store/database.h"
#include "chain/store/view.h"

struct store_view {
	struct store *store;
	const rocksdb_snapshot_t *snapshot;
	rocksdb_readoptions_t *options;
	struct ledger_tip tip;
	uint64_t kept_from;
	struct pinned pinned; /* what was given last */
};

/* A row as this view sees it: database_get. */
MUST_CHECK static inline enum status view_get(struct store_view *view, enum family family,
                                              const struct row_key *key,
                                              struct bytes_view *value, struct why *why)
{
	return database_get(view->store, view->options, family, key, &view->pinned, value,
	                    why);
}

/* The value under a key hash after the block of `height`, which the view has and
 * keeps. */
MUST_CHECK enum status view_read_state(struct store_view *view, uint64_t height,
                                       const struct hash *key_hash,
                                       struct bytes_view *value, bool *found,
                                       struct why *why);

/* The hashes of a tile; a tile that is not there has none. */
MUST_CHECK enum status view_read_tile(struct store_view *view, const struct hash *stream,
                                      unsigned level, uint64_t index,
                                      struct hash hashes[LOG_TILE_WIDTH], size_t *count);

#endif
