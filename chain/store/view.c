#include "chain/store/reading.h"

#include "chain/base/memory.h"

/* -- Life -------------------------------------------------------------------------- */

static enum status load_tip(struct store_view *view, struct why *why)
{
	struct row_key key = row_key_of_text(META_TIP);
	struct bytes_view value;
	enum status status = view_get(view, FAMILY_META, &key, &value, why);

	if (status == STATUS_OK)
		status = tip_row_decode(&view->tip, value);
	if (status == STATUS_NOT_FOUND || status == STATUS_CORRUPT)
		return why_set(why, STATUS_CORRUPT, "the row of the newest block");
	return status;
}

static enum status load_kept_from(struct store_view *view, struct why *why)
{
	struct row_key key = row_key_of_text(META_PRUNE);
	struct prune_row row = {0};
	struct bytes_view value;
	enum status status = view_get(view, FAMILY_META, &key, &value, why);

	if (status == STATUS_OK && prune_row_decode(&row, value) != STATUS_OK)
		return database_row_is_damaged(FAMILY_META, why);
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return status;
	view->kept_from = row.kept_from;
	return STATUS_OK;
}

static void drop_snapshot(struct store_view *view)
{
	pinned_release(&view->pinned);
	if (view->snapshot)
		rocksdb_release_snapshot(view->store->db, view->snapshot);
	view->snapshot = NULL;
}

enum status store_view_refresh(struct store_view *view, struct why *why)
{
	enum status status;

	drop_snapshot(view);
	view->snapshot = rocksdb_create_snapshot(view->store->db);
	rocksdb_readoptions_set_snapshot(view->options, view->snapshot);
	status = load_tip(view, why);
	return status == STATUS_OK ? load_kept_from(view, why) : status;
}

enum status store_view_open(struct store_view **opened, struct store *store,
                            struct why *why)
{
	struct store_view *view = memory_new(sizeof *view);
	enum status status;

	*opened = NULL;
	if (!view)
		return why_set(why, STATUS_MEMORY, "open a view of the ledger");
	view->store = store;
	view->options = rocksdb_readoptions_create();
	atomic_fetch_add(&store->view_count, 1);
	status = store_view_refresh(view, why);
	if (status == STATUS_OK)
		*opened = view;
	else
		store_view_close(view);
	return status;
}

void store_view_close(struct store_view *view)
{
	if (!view)
		return;
	drop_snapshot(view);
	rocksdb_readoptions_destroy(view->options);
	atomic_fetch_sub(&view->store->view_count, 1);
	memory_free(view);
}

const struct ledger_tip *store_view_tip(const struct store_view *view)
{
	return &view->tip;
}

uint64_t store_view_kept_from(const struct store_view *view)
{
	return view->kept_from;
}

/* -- What the rules read ----------------------------------------------------------- */

static enum status get_state(void *owner, const struct hash *key_hash,
                             struct bytes_view *value, bool *found)
{
	struct store_view *view = owner;

	return view_read_state(view, view->tip.header.height, key_hash, value, found, NULL);
}

static enum status find_tx(void *owner, const struct hash *txid, bool *found)
{
	struct row_key key = row_key_of_hash(txid);
	struct bytes_view value;
	enum status status = view_get(owner, FAMILY_TXID, &key, &value, NULL);

	*found = status == STATUS_OK;
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status block_hash(void *owner, uint64_t height, struct hash *hash)
{
	struct store_header header;
	enum status status = store_read_header(owner, height, &header, NULL);

	if (status == STATUS_OK)
		*hash = header.hash;
	return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
}

static enum status read_page(void *owner, const struct state_page_key *page_key,
                             struct bytes_view *page)
{
	struct row_key key = row_key_of_page(page_key);

	return view_get(owner, FAMILY_NODE, &key, page, NULL);
}

static enum status read_tile(void *owner, const struct hash *stream, unsigned level,
                             uint64_t index, struct hash hashes[LOG_TILE_WIDTH],
                             size_t *count)
{
	return view_read_tile(owner, stream, level, index, hashes, count);
}

struct ledger_source store_view_source(struct store_view *view)
{
	return (struct ledger_source){
		.owner = view,
		.get_state = get_state,
		.find_tx = find_tx,
		.block_hash = block_hash,
		.read_page = read_page,
		.read_tile = read_tile,
	};
}

/* -- Tiles ------------------------------------------------------------------------- */

enum status view_read_tile(struct store_view *view, const struct hash *stream,
                           unsigned level, uint64_t index,
                           struct hash hashes[LOG_TILE_WIDTH], size_t *count)
{
	struct row_key key = row_key_of_tile(stream, level, index);
	struct bytes_view value;
	enum status status =
		view_get(view, stream ? FAMILY_STREAM_LOG : FAMILY_LOG, &key, &value, NULL);

	*count = 0;
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status == STATUS_OK && log_tile_decode(hashes, count, value) != STATUS_OK)
		return STATUS_CORRUPT;
	return status;
}

static enum status read_log_tile(void *owner, unsigned level, uint64_t index,
                                 struct hash hashes[LOG_TILE_WIDTH], size_t *count)
{
	const struct store_log *log = owner;

	return view_read_tile(log->view, log->is_stream ? &log->stream : NULL, level, index,
	                      hashes, count);
}

struct log_reader store_log_open(struct store_log *log, struct store_view *view,
                                 const struct hash *stream)
{
	*log = (struct store_log){.view = view, .is_stream = stream != NULL};
	if (stream)
		log->stream = *stream;
	return (struct log_reader){.owner = log, .read_tile = read_log_tile};
}
