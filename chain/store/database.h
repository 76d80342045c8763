/* RocksDB as the store's files see it: open families, reads that borrow, a batch.
 *
 * RocksDB reports a failure as one line of text. It becomes STATUS_CORRUPT where that
 * line says so, else STATUS_STORAGE; the line itself goes to the person who reads
 * *why. */
#ifndef CHAIN_STORE_DATABASE_H
#define CHAIN_STORE_DATABASE_H

#include "chain/store/layout.h"
#include "chain/store/store.h"

#include <rocksdb/c.h>
#include <stdatomic.h>

/* Sees every row on its way into a batch and says whether it goes there: for an audit
 * (replay.h), which makes the rows again to compare them. */
struct row_tap {
	void *owner;
	bool (*on_put)(void *owner, enum family family, struct bytes_view key,
	               struct bytes_view value);
};

struct store {
	char *path;
	struct store_options settings; /* as asked for, zeros filled in */
	struct network network;
	struct ledger_tip tip;
	struct prune_row prune;
	bool failed; /* a write failed: no other is tried */
	atomic_uint view_count;

	rocksdb_t *db;
	rocksdb_column_family_handle_t *families[FAMILY_COUNT + 1]; /* the last: open.c */
	rocksdb_options_t *options[FAMILY_COUNT]; /* [FAMILY_META]: of the database too */
	rocksdb_cache_t *cache;
	rocksdb_writeoptions_t *synced;
	rocksdb_writeoptions_t *unsynced;
	rocksdb_writebatch_t *batch;
	struct buffer row; /* one value being put together */
	const struct row_tap *tap; /* NULL but in an audit */
};

/* -- Options: options.c ------------------------------------------------------------ */

/* Fills options[] and cache. */
MUST_CHECK enum status database_make_options(struct store *store, struct why *why);
void database_free_options(struct store *store);

/* -- Errors ------------------------------------------------------------------------ */

/* Frees `error`, RocksDB's line; NULL is STATUS_OK. The text is "<what>: <the line>". */
MUST_CHECK enum status database_take_error(char *error, struct why *why,
                                           const char *what);

/* "a row of 'entry' cannot be read: stored data is damaged". Gives STATUS_CORRUPT
 * back. */
enum status database_row_is_damaged(enum family family, struct why *why);

/* -- Reading ----------------------------------------------------------------------- */

/* Keeps what was read last in place. {0} is empty. */
struct pinned {
	rocksdb_pinnableslice_t *slice;
};

void pinned_release(struct pinned *pinned);

/* The row, borrowed until `pinned` is used again or released. STATUS_NOT_FOUND, without a
 * text: there is none. */
MUST_CHECK enum status database_get(struct store *store,
                                    const rocksdb_readoptions_t *options,
                                    enum family family, const struct row_key *key,
                                    struct pinned *pinned, struct bytes_view *value,
                                    struct why *why);

/* -- Writing ----------------------------------------------------------------------- */

static inline void batch_put(struct store *store, enum family family,
                             struct bytes_view key, struct bytes_view value)
{
	if (store->tap && !store->tap->on_put(store->tap->owner, family, key, value))
		return;
	rocksdb_writebatch_put_cf(store->batch, store->families[family], (const char *)key.at,
	                          key.size, (const char *)value.at, value.size);
}

/* Puts store->row under the key and empties it. STATUS_MEMORY if it failed to grow. */
MUST_CHECK enum status batch_put_row(struct store *store, enum family family,
                                     const struct row_key *key);

static inline void batch_delete(struct store *store, enum family family,
                                const struct row_key *key)
{
	rocksdb_writebatch_delete_cf(store->batch, store->families[family],
	                             (const char *)key->bytes, key->size);
}

/* For a row that was put exactly once: its deletion vanishes together with it. */
static inline void batch_delete_once(struct store *store, enum family family,
                                     const struct row_key *key)
{
	rocksdb_writebatch_singledelete_cf(store->batch, store->families[family],
	                                   (const char *)key->bytes, key->size);
}

/* Writes the batch and empties it. A failure marks the store as failed. */
MUST_CHECK enum status batch_write(struct store *store, bool sync, struct why *why);

/* -- Scanning ---------------------------------------------------------------------- */

/* The rows of a family from `least` up to, and without, `limit`. */
struct scan {
	rocksdb_readoptions_t *options;
	rocksdb_iterator_t *iterator;
	enum family family;
	struct row_key least;
	struct row_key limit;
	bool has_limit;
	bool descending;
};

/* Starts at the first row at or above `least`. `snapshot` may be NULL. `limit` may be
 * NULL, and so may `least`. Close the scan in every case. */
void scan_up(struct scan *scan, struct store *store, const rocksdb_snapshot_t *snapshot,
             enum family family, const struct row_key *least,
             const struct row_key *limit);

/* Starts at the last row at or below `from`, goes down to `least`. */
void scan_down(struct scan *scan, struct store *store, const rocksdb_snapshot_t *snapshot,
               enum family family, const struct row_key *least,
               const struct row_key *from);

/* False: no row is left, or reading failed: ask scan_close. Borrowed until scan_next. */
bool scan_has(const struct scan *scan, struct bytes_view *key, struct bytes_view *value);
void scan_next(struct scan *scan);

/* STATUS_OK if every row was there to be read. */
MUST_CHECK enum status scan_close(struct scan *scan, struct why *why);

#endif
