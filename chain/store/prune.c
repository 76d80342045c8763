/* Pruning: what a stale row names is deleted, and then the row.
 *
 * A page or a row of history that block h made stale serves only heights below h. So when
 * h is at or below the lowest height that is kept, it serves nobody. Each was put exactly
 * once; a single delete and its put vanish together, without a tombstone that would sink
 * to the bottom. Which height is the lowest that can be read is written with the first
 * deletions. */
#include "chain/base/invariant.h"
#include "chain/store/database.h"

#include <inttypes.h>

/* Puts a deletion of one page's row into the batch. */
static void delete_page(struct store *store, struct cursor *pages)
{
	struct state_page_key page;
	struct row_key key;

	state_page_key_get(pages, &page);
	key = row_key_of_page(&page);
	batch_delete_once(store, FAMILY_NODE, &key);
}

static void delete_history(struct store *store, struct bytes_view keys, size_t index,
                           uint64_t height)
{
	struct hash key_hash;
	struct row_key key;

	memcpy(key_hash.bytes, keys.at + index * HASH_SIZE, HASH_SIZE);
	key = row_key_of_hash_number(&key_hash, height);
	batch_delete_once(store, FAMILY_STATE_HISTORY, &key);
}

/* Works off items of the row from `progress` on, at most *left of them. */
static void delete_items(struct store *store, const struct stale_row *row,
                         struct prune_row *progress, size_t *left)
{
	struct cursor pages = cursor_on(row->pages);
	uint64_t total = (uint64_t)row->page_count + row->key_count;
	struct state_page_key skipped;

	for (uint64_t i = 0; i < progress->done && i < row->page_count; i++)
		state_page_key_get(&pages, &skipped);
	for (; progress->done<total && * left> 0; progress->done++, (*left)--) {
		if (progress->done < row->page_count)
			delete_page(store, &pages);
		else
			delete_history(store, row->keys, (size_t)(progress->done - row->page_count),
			               progress->next);
	}
	if (progress->done == total) {
		struct row_key key = row_key_of_number(progress->next);

		batch_delete_once(store, FAMILY_STALE, &key);
		progress->next++;
		progress->done = 0;
	}
}

/* The next stale row. A block that changed no state has none. */
static enum status work_off(struct store *store, const rocksdb_readoptions_t *options,
                            struct prune_row *progress, size_t *left, struct why *why)
{
	struct row_key key = row_key_of_number(progress->next);
	struct pinned pinned = {0};
	struct bytes_view value;
	struct stale_row row;
	enum status status =
		database_get(store, options, FAMILY_STALE, &key, &pinned, &value, why);

	progress->kept_from = progress->next;
	if (status == STATUS_NOT_FOUND) {
		progress->next++;
		progress->done = 0;
		(*left)--;
		return STATUS_OK;
	}
	if (status == STATUS_OK && stale_row_decode(&row, value) != STATUS_OK)
		status = why_set(why, STATUS_CORRUPT, "what block %" PRIu64 " made stale",
		                 progress->next);
	if (status == STATUS_OK)
		delete_items(store, &row, progress, left);
	pinned_release(&pinned);
	return status;
}

static enum status write_progress(struct store *store, const struct prune_row *progress,
                                  struct why *why)
{
	struct row_key key = row_key_of_text(META_PRUNE);
	enum status status;

	prune_row_append(&store->row, progress);
	status = batch_put_row(store, FAMILY_META, &key);
	if (status != STATUS_OK)
		return why_set(why, status, "prune");
	status = batch_write(store, false, why);
	if (status == STATUS_OK)
		store->prune = *progress;
	return status;
}

enum status store_prune(struct store *store, size_t row_count_max, bool *more,
                        struct why *why)
{
	uint64_t window = store->settings.prune_window;
	uint64_t tip = store->tip.header.height;
	struct prune_row progress = store->prune;
	rocksdb_readoptions_t *options;
	enum status status = STATUS_OK;
	size_t left = row_count_max;

	INVARIANT(row_count_max > 0);
	*more = false;
	if (window == 0 || tip < window || progress.next > tip - window)
		return STATUS_OK;
	options = rocksdb_readoptions_create();
	while (status == STATUS_OK && left > 0 && progress.next <= tip - window)
		status = work_off(store, options, &progress, &left, why);
	rocksdb_readoptions_destroy(options);
	if (status != STATUS_OK) {
		rocksdb_writebatch_clear(store->batch);
		return why_add(why, status, "prune");
	}
	*more = progress.next <= tip - window;
	return write_progress(store, &progress, why);
}
