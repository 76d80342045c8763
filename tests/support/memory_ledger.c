#include "tests/support/memory_ledger.h"

#include "chain/base/invariant.h"
#include "chain/proof/state_hash.h"

#include <stdlib.h>

struct memory_page {
	UT_hash_handle hh;
	uint8_t key[STATE_PAGE_KEY_SIZE_MAX];
	bool is_stale;
	size_t size;
	uint8_t bytes[];
};

struct memory_tile_key {
	struct hash stream; /* zeros: the network's log */
	uint64_t index;
	uint64_t level;
};

struct memory_tile {
	UT_hash_handle hh;
	struct memory_tile_key key;
	size_t count;
	struct hash hashes[LOG_TILE_WIDTH];
};

struct memory_tx {
	UT_hash_handle hh;
	struct hash txid;
};

static void *must(void *memory)
{
	INVARIANT(memory != NULL);
	return memory;
}

/* -- Answers ------------------------------------------------------------------------- */

/* What was lent before is gone. False: this answer is the one that has to fail. */
static bool begin_answer(struct memory_ledger *ledger)
{
	ledger->call_count++;
	free(ledger->lent);
	ledger->lent = NULL;
	return ledger->fail_countdown == 0 || --ledger->fail_countdown > 0;
}

static struct bytes_view lend(struct memory_ledger *ledger, const void *bytes,
                              size_t size)
{
	ledger->lent = must(malloc(size > 0 ? size : 1));
	if (size > 0)
		memcpy(ledger->lent, bytes, size);
	return bytes_view(ledger->lent, size);
}

static struct memory_value *find_value(const struct memory_ledger *ledger,
                                       const struct hash *key_hash)
{
	struct memory_value *value;

	HASH_FIND(hh, ledger->values, key_hash, sizeof *key_hash, value);
	return value;
}

static enum status get_state(void *owner, const struct hash *key_hash,
                             struct bytes_view *value, bool *found)
{
	struct memory_ledger *ledger = owner;
	const struct memory_value *kept = find_value(ledger, key_hash);

	if (!begin_answer(ledger))
		return STATUS_STORAGE;
	*found = kept != NULL;
	if (kept)
		*value = lend(ledger, kept->value, kept->value_size);
	return STATUS_OK;
}

static enum status find_tx(void *owner, const struct hash *txid, bool *found)
{
	struct memory_ledger *ledger = owner;
	struct memory_tx *tx;

	if (!begin_answer(ledger))
		return STATUS_STORAGE;
	HASH_FIND(hh, ledger->txs, txid, sizeof *txid, tx);
	*found = tx != NULL;
	return STATUS_OK;
}

static enum status block_hash(void *owner, uint64_t height, struct hash *hash)
{
	struct memory_ledger *ledger = owner;

	if (!begin_answer(ledger))
		return STATUS_STORAGE;
	INVARIANT(ledger->is_started && height <= ledger->tip.header.height);
	*hash = ledger->block_hashes[height];
	return STATUS_OK;
}

static struct memory_page *find_page(const struct memory_ledger *ledger,
                                     const struct state_page_key *key)
{
	uint8_t bytes[STATE_PAGE_KEY_SIZE_MAX];
	size_t size = state_page_key_put(bytes, key);
	struct memory_page *page;

	HASH_FIND(hh, ledger->pages, bytes, size, page);
	return page;
}

static enum status read_page(void *owner, const struct state_page_key *key,
                             struct bytes_view *bytes)
{
	struct memory_ledger *ledger = owner;
	const struct memory_page *page = find_page(ledger, key);

	if (!begin_answer(ledger))
		return STATUS_STORAGE;
	if (!page)
		return STATUS_NOT_FOUND;
	*bytes = lend(ledger, page->bytes, page->size);
	return STATUS_OK;
}

static struct memory_tile *find_tile(const struct memory_ledger *ledger,
                                     const struct memory_tile_key *key)
{
	struct memory_tile *tile;

	HASH_FIND(hh, ledger->tiles, key, sizeof *key, tile);
	return tile;
}

static struct memory_tile_key tile_key(const struct hash *stream, unsigned level,
                                       uint64_t index)
{
	struct memory_tile_key key = {.level = level, .index = index};

	if (stream)
		key.stream = *stream;
	return key;
}

static enum status read_tile(void *owner, const struct hash *stream, unsigned level,
                             uint64_t index, struct hash hashes[LOG_TILE_WIDTH],
                             size_t *count)
{
	struct memory_ledger *ledger = owner;
	struct memory_tile_key key = tile_key(stream, level, index);
	const struct memory_tile *tile = find_tile(ledger, &key);

	if (!begin_answer(ledger))
		return STATUS_STORAGE;
	*count = tile ? tile->count : 0;
	if (tile)
		memcpy(hashes, tile->hashes, tile->count * sizeof *hashes);
	return STATUS_OK;
}

/* -- Life ---------------------------------------------------------------------------- */

void memory_ledger_init(struct memory_ledger *ledger, struct state_inner_cache *inner)
{
	*ledger = (struct memory_ledger){
		.source =
			{
				.owner = ledger,
				.get_state = get_state,
				.find_tx = find_tx,
				.block_hash = block_hash,
				.read_page = read_page,
				.read_tile = read_tile,
				.inner = inner,
			},
	};
}

static void remove_value(struct memory_ledger *ledger, struct memory_value *value)
{
	HASH_DEL(ledger->values, value);
	free(value->key);
	free(value->value);
	free(value);
}

void memory_ledger_close(struct memory_ledger *ledger)
{
	struct memory_value *value, *next_value;
	struct memory_page *page, *next_page;
	struct memory_tile *tile, *next_tile;
	struct memory_tx *tx, *next_tx;

	HASH_ITER (hh, ledger->values, value, next_value)
		remove_value(ledger, value);
	HASH_ITER (hh, ledger->pages, page, next_page) {
		HASH_DEL(ledger->pages, page);
		free(page);
	}
	HASH_ITER (hh, ledger->tiles, tile, next_tile) {
		HASH_DEL(ledger->tiles, tile);
		free(tile);
	}
	HASH_ITER (hh, ledger->txs, tx, next_tx) {
		HASH_DEL(ledger->txs, tx);
		free(tx);
	}
	free(ledger->lent);
	free(ledger->block_hashes);
	memory_ledger_init(ledger, ledger->source.inner);
}

/* -- Taking in a block --------------------------------------------------------------- */

static void *copy_of(const void *bytes, size_t size)
{
	void *copy = must(malloc(size > 0 ? size : 1));

	if (size > 0)
		memcpy(copy, bytes, size);
	return copy;
}

static void commit_value(struct memory_ledger *ledger, const struct draft_entry *entry)
{
	struct memory_value *value = find_value(ledger, &entry->key_hash);

	if (!entry->present) {
		if (value)
			remove_value(ledger, value);
		return;
	}
	if (value) {
		free(value->value);
	} else {
		value = must(calloc(1, sizeof *value));
		value->key_hash = entry->key_hash;
		value->key = copy_of(entry->key.at, entry->key.size);
		value->key_size = entry->key.size;
		HASH_ADD(hh, ledger->values, key_hash, sizeof value->key_hash, value);
		INVARIANT(table_has(value));
	}
	value->value = copy_of(entry->value.at, entry->value.size);
	value->value_size = entry->value.size;
}

static void commit_pages(struct memory_ledger *ledger, const struct state_update *update)
{
	for (const struct state_new_page *from = update->pages; from; from = from->next) {
		struct memory_page *page = must(calloc(1, sizeof *page + from->bytes.size));
		size_t size = state_page_key_put(page->key, &from->key);

		page->size = from->bytes.size;
		memcpy(page->bytes, from->bytes.at, from->bytes.size);
		HASH_ADD(hh, ledger->pages, key[0], size, page);
		INVARIANT(table_has(page));
	}
	for (const struct state_stale_page *stale = update->stale; stale;
	     stale = stale->next) {
		struct memory_page *page = find_page(ledger, &stale->key);

		INVARIANT(page && !page->is_stale);
		page->is_stale = true;
	}
}

static void commit_tiles(struct memory_ledger *ledger, const struct hash *stream,
                         const struct log_appender *log)
{
	for (const struct log_tile *from = log->tiles; from; from = from->next) {
		struct memory_tile_key key = tile_key(stream, from->level, from->index);
		struct memory_tile *tile = find_tile(ledger, &key);

		if (!tile) {
			tile = must(calloc(1, sizeof *tile));
			tile->key = key;
			HASH_ADD(hh, ledger->tiles, key, sizeof tile->key, tile);
			INVARIANT(table_has(tile));
		}
		/* A tile only ever grows. */
		INVARIANT(from->count > tile->count);
		INVARIANT(
			memcmp(tile->hashes, from->hashes, tile->count * sizeof *tile->hashes) == 0);
		tile->count = from->count;
		memcpy(tile->hashes, from->hashes, from->count * sizeof *tile->hashes);
	}
}

static void commit_txs(struct memory_ledger *ledger, const struct draft *draft)
{
	for (size_t i = 0; i < draft_tx_count(draft); i++) {
		struct memory_tx *tx = must(calloc(1, sizeof *tx));

		tx->txid = draft->txs[i]->txid;
		HASH_ADD(hh, ledger->txs, txid, sizeof tx->txid, tx);
		INVARIANT(table_has(tx));
	}
}

static void commit_block_hash(struct memory_ledger *ledger, const struct draft *draft)
{
	size_t count = (size_t)draft->header.height + 1;

	ledger->block_hashes =
		must(realloc(ledger->block_hashes, count * sizeof *ledger->block_hashes));
	ledger->block_hashes[count - 1] = draft->hash;
}

void memory_ledger_commit(struct memory_ledger *ledger, const struct draft *draft)
{
	const struct draft_entry *entry;
	const struct draft_stream *stream;

	if (ledger->is_started) {
		INVARIANT(draft->header.height == ledger->tip.header.height + 1);
		INVARIANT(hash_equal(&draft->header.parent, &ledger->tip.hash));
	} else {
		INVARIANT(draft->header.height == 0);
	}
	for (entry = draft->entries; entry; entry = entry->hh.next)
		if (entry->touched)
			commit_value(ledger, entry);
	for (stream = draft->streams; stream; stream = stream->hh.next)
		if (stream->log)
			commit_tiles(ledger, &stream->id, stream->log);
	commit_tiles(ledger, NULL, &draft->log);
	commit_pages(ledger, &draft->update);
	commit_txs(ledger, draft);
	commit_block_hash(ledger, draft);
	ledger->tip.header = draft->header;
	ledger->tip.hash = draft->hash;
	ledger->tip.state_root = draft->state_root;
	ledger->tip.frontier = draft->frontier;
	ledger->is_started = true;
}

size_t memory_ledger_drop_stale(struct memory_ledger *ledger)
{
	struct memory_page *page, *next;
	size_t count = 0;

	HASH_ITER (hh, ledger->pages, page, next) {
		if (!page->is_stale)
			continue;
		HASH_DEL(ledger->pages, page);
		free(page);
		count++;
	}
	return count;
}

/* -- Looking ------------------------------------------------------------------------- */

size_t memory_ledger_page_count(const struct memory_ledger *ledger)
{
	return HASH_COUNT(ledger->pages);
}

size_t memory_ledger_value_count(const struct memory_ledger *ledger)
{
	return HASH_COUNT(ledger->values);
}

const struct memory_value *memory_ledger_find(const struct memory_ledger *ledger,
                                              const struct network *network,
                                              struct bytes_view raw_key)
{
	struct hash key_hash = network_state_key(network, raw_key);

	return find_value(ledger, &key_hash);
}

static bool values_equal(const struct memory_ledger *a, const struct memory_ledger *b)
{
	const struct memory_value *value, *other;

	for (value = a->values; value; value = value->hh.next) {
		other = find_value(b, &value->key_hash);
		if (!other ||
		    !bytes_equal(bytes_view(value->key, value->key_size),
		                 bytes_view(other->key, other->key_size)) ||
		    !bytes_equal(bytes_view(value->value, value->value_size),
		                 bytes_view(other->value, other->value_size)))
			return false;
	}
	return HASH_COUNT(a->values) == HASH_COUNT(b->values);
}

static bool pages_equal(const struct memory_ledger *a, const struct memory_ledger *b)
{
	const struct memory_page *page;
	struct memory_page *other;

	for (page = a->pages; page; page = page->hh.next) {
		HASH_FIND(hh, b->pages, page->key, page->hh.keylen, other);
		if (!other || other->is_stale != page->is_stale ||
		    !bytes_equal(bytes_view(page->bytes, page->size),
		                 bytes_view(other->bytes, other->size)))
			return false;
	}
	return HASH_COUNT(a->pages) == HASH_COUNT(b->pages);
}

static bool tiles_equal(const struct memory_ledger *a, const struct memory_ledger *b)
{
	const struct memory_tile *tile, *other;

	for (tile = a->tiles; tile; tile = tile->hh.next) {
		other = find_tile(b, &tile->key);
		if (!other || other->count != tile->count ||
		    memcmp(other->hashes, tile->hashes, tile->count * sizeof *tile->hashes) != 0)
			return false;
	}
	return HASH_COUNT(a->tiles) == HASH_COUNT(b->tiles);
}

static bool tips_equal(const struct ledger_tip *a, const struct ledger_tip *b)
{
	uint8_t a_bytes[HEADER_SIZE], b_bytes[HEADER_SIZE];
	struct hash a_root = log_frontier_root(&a->frontier);
	struct hash b_root = log_frontier_root(&b->frontier);

	header_encode(a_bytes, &a->header);
	header_encode(b_bytes, &b->header);
	return memcmp(a_bytes, b_bytes, HEADER_SIZE) == 0 && hash_equal(&a->hash, &b->hash) &&
	       hash_equal(&a->state_root.hash, &b->state_root.hash) &&
	       a->state_root.version == b->state_root.version &&
	       a->frontier.size == b->frontier.size && hash_equal(&a_root, &b_root);
}

bool memory_ledger_equal(const struct memory_ledger *a, const struct memory_ledger *b)
{
	const struct memory_tx *tx;
	struct memory_tx *other;

	for (tx = a->txs; tx; tx = tx->hh.next) {
		HASH_FIND(hh, b->txs, &tx->txid, sizeof tx->txid, other);
		if (!other)
			return false;
	}
	return HASH_COUNT(a->txs) == HASH_COUNT(b->txs) && tips_equal(&a->tip, &b->tip) &&
	       values_equal(a, b) && pages_equal(a, b) && tiles_equal(a, b);
}

/* -- Damage -------------------------------------------------------------------------- */

bool memory_ledger_damage_value(struct memory_ledger *ledger,
                                const struct network *network, struct bytes_view raw_key)
{
	struct hash key_hash = network_state_key(network, raw_key);
	struct memory_value *value = find_value(ledger, &key_hash);

	if (!value || value->value_size == 0)
		return false;
	value->value_size--;
	return true;
}

void memory_ledger_damage_tiles(struct memory_ledger *ledger, const struct hash *stream)
{
	struct memory_tile_key key = tile_key(stream, 0, 0);
	struct memory_tile *tile;

	for (tile = ledger->tiles; tile; tile = tile->hh.next)
		for (size_t i = 0; i < tile->count; i++)
			if (hash_equal(&tile->key.stream, &key.stream))
				tile->hashes[i].bytes[0] ^= 1;
}

void memory_ledger_lose_pages(struct memory_ledger *ledger)
{
	struct memory_page *page;

	for (page = ledger->pages; page; page = page->hh.next)
		page->is_stale = true;
	memory_ledger_drop_stale(ledger);
}

/* -- The naive root ------------------------------------------------------------------ */

struct hash memory_ledger_fresh_root(const struct memory_ledger *ledger)
{
	size_t count = HASH_COUNT(ledger->values);
	struct state_change *changes = must(calloc(count + 1, sizeof *changes));
	struct state_reader nothing = {0}; /* an empty tree asks for no page */
	struct state_root empty = {0};
	struct state_update update;
	const struct memory_value *value;
	struct arena arena = {0};
	size_t i = 0;

	for (value = ledger->values; value; value = value->hh.next)
		changes[i++] = (struct state_change){
			.key_hash = value->key_hash,
			.value_hash = state_value_hash(bytes_view(value->value, value->value_size)),
			.present = true,
		};
	INVARIANT(state_tree_update(&update, &arena, &nothing, &empty, changes, count, 1,
	                            NULL) == STATUS_OK);
	free(changes);
	arena_close(&arena);
	return update.root.hash;
}
