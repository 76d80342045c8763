/* Committing: a sealed draft becomes rows, all in one batch, written with one sync.
 *
 * The batch is RocksDB's, reused, so that a busy node does not allocate megabytes for
 * each block. Rows with random keys are put in the order of their keys: that is the order
 * the memtable likes, and it saves most of the search for each place. */
#include "chain/store/commit.h"

#include "chain/base/invariant.h"
#include "chain/ledger/execute.h"
#include "chain/store/votes.h"

#include <inttypes.h>
#include <stdlib.h>

static uint64_t first_log_index(const struct header *header)
{
	return header->log_size - header->tx_count;
}

/* -- Block and entries ------------------------------------------------------------- */

static enum status add_block_row(struct store *store, const struct store_block *block)
{
	struct row_key key = row_key_of_number(block->draft->header.height);
	struct block_row row = {
		.header = block->draft->header,
		.state_version = block->draft->state_root.version,
		.certificate = block->certificate,
	};

	block_row_append(&store->row, &row);
	return batch_put_row(store, FAMILY_BLOCK, &key);
}

static enum status add_entries(struct store *store, const struct draft *draft)
{
	const struct header *header = &draft->header;
	uint64_t first = first_log_index(header);
	enum status status = STATUS_OK;

	for (uint32_t i = 0; i <= header->tx_count && status == STATUS_OK; i++) {
		struct row_key key = row_key_of_number(first + i);
		struct entry_row row = {.height = header->height};

		/* The last one is the header's leaf: its bytes are in the block's row. */
		if (i < header->tx_count)
			row.tx = draft->txs[i]->bytes;
		entry_row_append(&store->row, &row);
		status = batch_put_row(store, FAMILY_ENTRY, &key);
	}
	return status;
}

struct name_of_entry {
	struct hash name;
	uint64_t log_index;
};

static int compare_names(const void *left, const void *right)
{
	const struct name_of_entry *a = left;
	const struct name_of_entry *b = right;

	return hash_compare(&a->name, &b->name);
}

static enum status add_txids(struct store *store, const struct draft *draft)
{
	size_t count = (size_t)draft->header.tx_count + 1;
	struct name_of_entry *names = memory_new(count * sizeof *names);

	if (!names)
		return STATUS_MEMORY;
	for (size_t i = 0; i < count; i++) {
		names[i].name = i + 1 < count ? draft->txs[i]->txid : draft->hash;
		names[i].log_index = first_log_index(&draft->header) + i;
	}
	qsort(names, count, sizeof *names, compare_names);
	for (size_t i = 0; i < count; i++) {
		uint8_t value[8];

		put_le64(value, names[i].log_index);
		batch_put(store, FAMILY_TXID, hash_view(&names[i].name),
		          bytes_view(value, sizeof value));
	}
	memory_free(names);
	return STATUS_OK;
}

/* -- Logs -------------------------------------------------------------------------- */

static void add_tiles(struct store *store, const struct hash *stream,
                      const struct log_appender *log)
{
	enum family family = stream ? FAMILY_STREAM_LOG : FAMILY_LOG;

	for (const struct log_tile *tile = log->tiles; tile; tile = tile->next) {
		struct row_key key = row_key_of_tile(stream, tile->level, tile->index);

		batch_put(store, family, row_key_view(&key),
		          bytes_view(tile->hashes, tile->count * sizeof *tile->hashes));
	}
}

static void add_logs(struct store *store, const struct draft *draft)
{
	const struct draft_stream *stream;

	add_tiles(store, NULL, &draft->log);
	for (stream = draft->streams; stream; stream = stream->hh.next)
		if (stream->log)
			add_tiles(store, &stream->id, stream->log);
}

/* -- State ------------------------------------------------------------------------- */

static bool is_changed(const struct draft_entry *entry)
{
	if (!entry->touched)
		return false;
	return entry->present != entry->base_present ||
	       (entry->present && !bytes_equal(entry->value, entry->base));
}

static enum status add_value(struct store *store, const struct draft_entry *entry,
                             uint64_t height)
{
	struct row_key key = row_key_of_hash(&entry->key_hash);
	struct row_key before = row_key_of_hash_number(&entry->key_hash, height);
	struct state_row row = {.height = height, .key = entry->key, .value = entry->value};
	enum status status = STATUS_OK;

	if (entry->present) {
		state_row_append(&store->row, &row);
		status = batch_put_row(store, FAMILY_STATE, &key);
	} else {
		batch_delete(store, FAMILY_STATE, &key);
	}
	/* Nobody can ask for the state before block 0. */
	if (height == 0 || status != STATUS_OK)
		return status;
	history_row_append(&store->row, entry->base_present, entry->base);
	return batch_put_row(store, FAMILY_STATE_HISTORY, &before);
}

/* What pruning will want to know: the pages replaced, and the keys with a row of
 * history. */
static enum status add_stale_row(struct store *store, const struct draft *draft,
                                 size_t changed_count)
{
	struct row_key key = row_key_of_number(draft->header.height);
	const struct draft_entry *entry;

	if (draft->header.height == 0 ||
	    (changed_count == 0 && draft->update.stale_count == 0))
		return STATUS_OK;
	stale_row_append_count(&store->row, draft->update.stale_count);
	for (const struct state_stale_page *page = draft->update.stale; page;
	     page = page->next)
		stale_row_append_page(&store->row, &page->key);
	stale_row_append_count(&store->row, changed_count);
	for (entry = draft->entries; entry; entry = entry->hh.next)
		if (is_changed(entry))
			buffer_append_view(&store->row, hash_view(&entry->key_hash));
	return batch_put_row(store, FAMILY_STALE, &key);
}

static enum status add_state(struct store *store, const struct draft *draft)
{
	const struct draft_entry *entry;
	enum status status = STATUS_OK;
	size_t changed_count = 0;

	for (entry = draft->entries; entry && status == STATUS_OK; entry = entry->hh.next) {
		if (!is_changed(entry))
			continue;
		status = add_value(store, entry, draft->header.height);
		changed_count++;
	}
	for (const struct state_new_page *page = draft->update.pages; page;
	     page = page->next) {
		struct row_key key = row_key_of_page(&page->key);

		batch_put(store, FAMILY_NODE, row_key_view(&key), page->bytes);
	}
	return status == STATUS_OK ? add_stale_row(store, draft, changed_count) : status;
}

/* -- All of it --------------------------------------------------------------------- */

static enum status add_tip(struct store *store, const struct draft *draft)
{
	struct row_key key = row_key_of_text(META_TIP);
	struct ledger_tip tip;

	draft_tip(&tip, draft);
	tip_row_append(&store->row, &tip);
	return batch_put_row(store, FAMILY_META, &key);
}

/* Where an epoch begins, to be found without looking through all headers, and what the
 * seal's next_validators_hash is made of, whatever is pruned. */
static void add_seal(struct store *store, const struct draft *draft)
{
	struct row_key key =
		row_key_of_consensus(STORE_NOTE_VALIDATORS, draft->header.height);
	uint8_t bytes[CONSENSUS_PARAMETERS_SIZE + VALIDATOR_SET_SIZE_MAX];
	struct writer out = writer_on(bytes, sizeof bytes);

	if (!draft_is_seal(draft))
		return;
	consensus_parameters_put(&out, &draft->next_parameters);
	validator_set_put(&out, draft->next_validators);
	batch_put(store, FAMILY_CONSENSUS, row_key_view(&key),
	          bytes_view(bytes, sizeof bytes - out.left));
}

enum status commit_add_block(struct store *store, const struct store_block *block)
{
	const struct draft *draft = block->draft;
	struct row_key pending = row_key_of_hash(&draft->hash);
	enum status status = add_block_row(store, block);

	if (status == STATUS_OK)
		status = add_entries(store, draft);
	if (status == STATUS_OK)
		status = add_txids(store, draft);
	if (status == STATUS_OK)
		status = commit_add_indexes(store, draft);
	if (status == STATUS_OK)
		status = add_state(store, draft);
	if (status == STATUS_OK)
		status = add_tip(store, draft);
	add_logs(store, draft);
	add_seal(store, draft);
	batch_delete(store, FAMILY_PENDING, &pending);
	return status;
}

/* Is it what comes next? Consensus and execution decided so; anything else is our bug,
 * and would be the last thing ever written here. */
static void check_order(const struct ledger_tip *tip, const struct store_block *blocks,
                        size_t count)
{
	const struct header *before = &tip->header;
	const struct hash *parent = &tip->hash;

	for (size_t i = 0; i < count; i++) {
		const struct draft *draft = blocks[i].draft;

		INVARIANT(draft->header.height == before->height + 1);
		INVARIANT(hash_equal(&draft->header.parent, parent));
		INVARIANT(draft->header.log_size ==
		          before->log_size + 1 + draft->header.tx_count);
		INVARIANT(draft->frontier.size == draft->header.log_size + 1);
		before = &draft->header;
		parent = &draft->hash;
	}
}

static enum status add_all(struct store *store, const struct store_batch *batch)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < batch->vote_count; i++)
		batch_put_vote(store, &batch->votes[i]);
	for (size_t i = 0; i < batch->note_count; i++)
		batch_put_note(store, &batch->notes[i]);
	for (size_t i = 0; i < batch->pending_count && status == STATUS_OK; i++)
		status = batch_put_pending(store, &batch->pending[i]);
	for (size_t i = 0; i < batch->block_count && status == STATUS_OK; i++)
		status = commit_add_block(store, &batch->blocks[i]);
	return status;
}

enum status store_write(struct store *store, const struct store_batch *batch,
                        struct why *why)
{
	enum status status;

	check_order(&store->tip, batch->blocks, batch->block_count);
	status = add_all(store, batch);
	if (status == STATUS_OK) {
		status = batch_write(store, !batch->is_unsynced, why);
	} else {
		rocksdb_writebatch_clear(store->batch);
		why_set(why, status, "gather");
	}
	if (status != STATUS_OK && batch->block_count > 0)
		return why_add(why, status, "block %" PRIu64,
		               batch->blocks[0].draft->header.height);
	if (status != STATUS_OK)
		return why_add(why, status, "keep a vote");
	if (batch->block_count > 0)
		draft_tip(&store->tip, batch->blocks[batch->block_count - 1].draft);
	return STATUS_OK;
}

enum status store_commit(struct store *store, const struct draft *draft,
                         const struct certificate *certificate, struct why *why)
{
	uint8_t bytes[CERTIFICATE_SIZE_MAX];
	struct writer out = writer_on(bytes, sizeof bytes);
	struct store_block block = {.draft = draft};
	struct store_batch batch = {.blocks = &block, .block_count = 1};

	if (certificate)
		certificate_put(&out, certificate);
	block.certificate = bytes_view(bytes, sizeof bytes - out.left);
	return store_write(store, &batch, why);
}
