#include "chain/store/database.h"

#include "chain/base/invariant.h"

#include <stdio.h>

/* -- Errors ------------------------------------------------------------------------ */

static bool begins_with(const char *text, const char *beginning)
{
	return strncmp(text, beginning, strlen(beginning)) == 0;
}

/* A file that RocksDB believes to be there and is not is damage as well. */
static enum status status_of_error(const char *error)
{
	if (begins_with(error, "Corruption") || strstr(error, "No such file or directory"))
		return STATUS_CORRUPT;
	return STATUS_STORAGE;
}

enum status database_take_error(char *error, struct why *why, const char *what)
{
	enum status status;

	if (!error)
		return STATUS_OK;
	status = status_of_error(error);
	why_say(why, status, "%s: %s", what, error);
	rocksdb_free(error);
	return status;
}

enum status database_row_is_damaged(enum family family, struct why *why)
{
	return why_set(why, STATUS_CORRUPT, "a row of '%s' cannot be read",
	               family_name(family));
}

/* -- Reading ----------------------------------------------------------------------- */

void pinned_release(struct pinned *pinned)
{
	if (pinned->slice)
		rocksdb_pinnableslice_destroy(pinned->slice);
	pinned->slice = NULL;
}

enum status database_get(struct store *store, const rocksdb_readoptions_t *options,
                         enum family family, const struct row_key *key,
                         struct pinned *pinned, struct bytes_view *value, struct why *why)
{
	char *error = NULL;
	const char *at;

	pinned_release(pinned);
	pinned->slice = rocksdb_get_pinned_cf(store->db, options, store->families[family],
	                                      (const char *)key->bytes, key->size, &error);
	if (error) {
		char what[64];

		snprintf(what, sizeof what, "read '%s'", family_name(family));
		return database_take_error(error, why, what);
	}
	if (!pinned->slice)
		return STATUS_NOT_FOUND;
	at = rocksdb_pinnableslice_value(pinned->slice, &value->size);
	value->at = (const uint8_t *)at;
	return STATUS_OK;
}

/* -- Writing ----------------------------------------------------------------------- */

enum status batch_put_row(struct store *store, enum family family,
                          const struct row_key *key)
{
	enum status status = store->row.status;

	if (status == STATUS_OK)
		batch_put(store, family, row_key_view(key), buffer_view(&store->row));
	buffer_clear(&store->row);
	return status;
}

enum status batch_write(struct store *store, bool sync, struct why *why)
{
	char *error = NULL;
	enum status status;

	INVARIANT(!store->settings.read_only);
	if (store->failed) {
		rocksdb_writebatch_clear(store->batch);
		return why_say(why, STATUS_STORAGE, "the database refused to write before");
	}
	rocksdb_write(store->db, sync ? store->synced : store->unsynced, store->batch,
	              &error);
	rocksdb_writebatch_clear(store->batch);
	status = database_take_error(error, why, "write");
	if (status == STATUS_OK)
		return STATUS_OK;
	/* Whatever RocksDB calls it, nothing can be promised any more. */
	store->failed = true;
	return STATUS_STORAGE;
}

/* -- Scanning ---------------------------------------------------------------------- */

/* Inside one prefix a scan may skip files by their filters. Both ends must share it; the
 * limit is above all keys of the scan, so it may be one prefix further. */
static bool stays_in_prefix(const struct scan *scan)
{
	size_t prefix = family_prefix_size(scan->family);

	return prefix > 0 && !scan->descending && scan->has_limit &&
	       scan->least.size >= prefix && scan->limit.size >= prefix &&
	       memcmp(scan->least.bytes, scan->limit.bytes, prefix) == 0;
}

static void start(struct scan *scan, struct store *store,
                  const rocksdb_snapshot_t *snapshot)
{
	bool prefix = stays_in_prefix(scan);

	scan->options = rocksdb_readoptions_create();
	rocksdb_readoptions_set_snapshot(scan->options, snapshot);
	rocksdb_readoptions_set_verify_checksums(scan->options, 1);
	rocksdb_readoptions_set_total_order_seek(scan->options, !prefix);
	rocksdb_readoptions_set_prefix_same_as_start(scan->options, prefix);
	if (scan->least.size > 0)
		rocksdb_readoptions_set_iterate_lower_bound(
			scan->options, (const char *)scan->least.bytes, scan->least.size);
	if (scan->has_limit)
		rocksdb_readoptions_set_iterate_upper_bound(
			scan->options, (const char *)scan->limit.bytes, scan->limit.size);
	scan->iterator = rocksdb_create_iterator_cf(store->db, scan->options,
	                                            store->families[scan->family]);
}

void scan_up(struct scan *scan, struct store *store, const rocksdb_snapshot_t *snapshot,
             enum family family, const struct row_key *least, const struct row_key *limit)
{
	scan->family = family;
	scan->descending = false;
	scan->least.size = 0;
	if (least)
		scan->least = *least;
	scan->has_limit = limit != NULL;
	if (limit)
		scan->limit = *limit;
	start(scan, store, snapshot);
	if (least)
		rocksdb_iter_seek(scan->iterator, (const char *)least->bytes, least->size);
	else
		rocksdb_iter_seek_to_first(scan->iterator);
}

void scan_down(struct scan *scan, struct store *store, const rocksdb_snapshot_t *snapshot,
               enum family family, const struct row_key *least,
               const struct row_key *from)
{
	scan->family = family;
	scan->descending = true;
	scan->least = *least;
	scan->has_limit = false;
	start(scan, store, snapshot);
	rocksdb_iter_seek_for_prev(scan->iterator, (const char *)from->bytes, from->size);
}

bool scan_has(const struct scan *scan, struct bytes_view *key, struct bytes_view *value)
{
	if (!rocksdb_iter_valid(scan->iterator))
		return false;
	key->at = (const uint8_t *)rocksdb_iter_key(scan->iterator, &key->size);
	value->at = (const uint8_t *)rocksdb_iter_value(scan->iterator, &value->size);
	return true;
}

void scan_next(struct scan *scan)
{
	if (scan->descending)
		rocksdb_iter_prev(scan->iterator);
	else
		rocksdb_iter_next(scan->iterator);
}

enum status scan_close(struct scan *scan, struct why *why)
{
	char what[64];
	char *error = NULL;

	rocksdb_iter_get_error(scan->iterator, &error);
	rocksdb_iter_destroy(scan->iterator);
	rocksdb_readoptions_destroy(scan->options);
	snprintf(what, sizeof what, "read through '%s'", family_name(scan->family));
	return database_take_error(error, why, what);
}
