/* The state through a draft. A value that was looked at once, present or not, is an entry of
 * the draft's own table, so that the second look costs one hash. */
#include "chain/ledger/draft.h"

#include "chain/base/invariant.h"
#include "chain/ledger/succession.h"

enum draft_undo_kind { UNDO_VALUE, UNDO_STREAM_OPENED, UNDO_RECORD, UNDO_EVIDENCE };

struct draft_undo {
	enum draft_undo_kind kind;
	struct draft_entry *entry;   /* UNDO_VALUE: what it was */
	struct bytes_view value;
	bool present;
	bool touched;
	struct draft_stream *stream; /* UNDO_STREAM_OPENED, UNDO_RECORD */
};

void draft_fail(struct draft *draft, enum status status, const char *what)
{
	if (draft->status != STATUS_OK)
		return;
	draft->status = why_set(&draft->why, status, "%s", what);
}

enum status draft_reserve(void **items, size_t *capacity, size_t count, size_t item_size)
{
	size_t wanted = *capacity ? *capacity * 2 : 16;
	void *grown;

	if (count < *capacity)
		return STATUS_OK;
	grown = memory_resize(*items, wanted * item_size);
	if (!grown)
		return STATUS_MEMORY;
	*items = grown;
	*capacity = wanted;
	return STATUS_OK;
}

/* -- Making and freeing ------------------------------------------------------------------------- */

enum status draft_new(struct draft **made, const struct network *network,
                      const struct ledger_source *source, const struct ledger_tip *tip,
                      const struct draft *parent, uint64_t time_ms, struct why *why)
{
	const struct header *below = parent ? &parent->header : &tip->header;
	struct draft *draft = memory_new(sizeof *draft);
	enum status status;

	*made = draft;
	if (!draft)
		return why_set(why, STATUS_MEMORY, "start a block");
	draft->network = network;
	draft->source = source;
	draft->parent = parent;
	draft->state_root_before = parent ? parent->state_root : tip->state_root;
	draft->frontier = parent ? parent->frontier : tip->frontier;
	draft->header = (struct header){
		.version = HEADER_VERSION,
		.height = below->height + 1,
		.epoch = epoch_after(below),
		.time_ms = time_ms,
		.parent = parent ? parent->hash : tip->hash,
		.validators_hash = below->next_validators_hash,
	};
	buffer_init(&draft->body, BLOCK_BODY_MAX);
	draft_get_parameters(draft, &draft->parameters);
	status = draft->status;
	if (status == STATUS_OK)
		return STATUS_OK;
	if (why)
		*why = draft->why;
	draft_free(draft);
	*made = NULL;
	return status;
}

void draft_free(struct draft *draft)
{
	struct draft_stream *stream;

	if (!draft)
		return;
	for (stream = draft->streams; stream; stream = stream->hh.next)
		memory_free(stream->leaf_hashes);
	HASH_CLEAR(hh, draft->entries);
	HASH_CLEAR(hh, draft->streams);
	HASH_CLEAR(hh, draft->txs_by_id);
	HASH_CLEAR(hh, draft->pages);
	memory_free(draft->txs);
	memory_free(draft->records);
	memory_free(draft->concerns);
	memory_free(draft->undo);
	buffer_close(&draft->body);
	arena_close(&draft->arena);
	memory_free(draft);
}

/* -- State ---------------------------------------------------------------------------------------- */

static struct draft_entry *find_entry(struct draft_entry *entries, struct bytes_view key)
{
	struct draft_entry *entry;

	HASH_FIND(hh, entries, key.at, key.size, entry);
	return entry;
}

/* Looks below this draft: in the ancestors that are not committed, then in the ledger. */
static enum status find_base(struct draft *draft, struct draft_entry *entry,
                             struct bytes_view *value)
{
	for (const struct draft *below = draft->parent; below; below = below->parent) {
		const struct draft_entry *found = find_entry(below->entries, entry->key);

		if (!found)
			continue;
		entry->key_hash = found->key_hash;
		entry->base_present = found->present;
		*value = found->value;
		return STATUS_OK;
	}
	entry->key_hash = network_state_key(draft->network, entry->key);
	return draft->source->get_state(draft->source->owner, &entry->key_hash, value,
	                                &entry->base_present);
}

/* The value is copied, also from an ancestor: that one is freed as soon as it is stored. */
static void load_base(struct draft *draft, struct draft_entry *entry)
{
	struct bytes_view value = {0};
	enum status status = find_base(draft, entry, &value);

	if (status == STATUS_OK && entry->base_present) {
		entry->base.at = arena_copy(&draft->arena, value.at, value.size);
		entry->base.size = value.size;
		if (!entry->base.at)
			status = STATUS_MEMORY;
	}
	if (status == STATUS_OK)
		return;
	entry->base_present = false;
	draft_fail(draft, status, "read the state");
}

/* The entry of a key, made on first sight; NULL when memory is out. */
static struct draft_entry *entry_of(struct draft *draft, const struct state_key *key)
{
	struct draft_entry *entry = find_entry(draft->entries, state_key_view(key));

	if (entry)
		return entry;
	entry = arena_take(&draft->arena, sizeof *entry);
	if (entry)
		entry->key.at = arena_copy(&draft->arena, key->bytes, key->size);
	if (!entry || !entry->key.at) {
		draft_fail(draft, STATUS_MEMORY, "read the state");
		return NULL;
	}
	entry->key.size = key->size;
	HASH_ADD_KEYPTR(hh, draft->entries, entry->key.at, entry->key.size, entry);
	if (!table_has(entry)) {
		draft_fail(draft, STATUS_MEMORY, "read the state");
		return NULL;
	}
	load_base(draft, entry);
	entry->value = entry->base;
	entry->present = entry->base_present;
	return entry;
}

bool draft_get(struct draft *draft, const struct state_key *key, struct bytes_view *value)
{
	const struct draft_entry *entry = entry_of(draft, key);

	if (!entry || !entry->present)
		return false;
	*value = entry->value;
	return true;
}

static struct draft_undo *push_undo(struct draft *draft, enum draft_undo_kind kind)
{
	struct draft_undo *undo;

	if (draft_reserve((void **)&draft->undo, &draft->undo_capacity, draft->undo_count,
	                  sizeof *draft->undo) != STATUS_OK) {
		draft_fail(draft, STATUS_MEMORY, "apply a transaction");
		return NULL;
	}
	undo = &draft->undo[draft->undo_count++];
	*undo = (struct draft_undo){.kind = kind};
	return undo;
}

static void set_value(struct draft *draft, struct draft_entry *entry,
                      struct bytes_view value, bool present)
{
	struct draft_undo *undo = push_undo(draft, UNDO_VALUE);

	if (!undo)
		return;
	undo->entry = entry;
	undo->value = entry->value;
	undo->present = entry->present;
	undo->touched = entry->touched;
	entry->value = value;
	entry->present = present;
	entry->touched = true;
}

void draft_put(struct draft *draft, const struct state_key *key, struct bytes_view value)
{
	struct draft_entry *entry = entry_of(draft, key);
	const uint8_t *copy;

	INVARIANT(value.size <= STATE_VALUE_SIZE_MAX);
	if (!entry)
		return;
	copy = arena_copy(&draft->arena, value.at, value.size);
	if (!copy)
		draft_fail(draft, STATUS_MEMORY, "write the state");
	else
		set_value(draft, entry, bytes_view(copy, value.size), true);
}

void draft_delete(struct draft *draft, const struct state_key *key)
{
	struct draft_entry *entry = entry_of(draft, key);

	if (entry && entry->present)
		set_value(draft, entry, (struct bytes_view){0}, false);
}

bool draft_has_written(const struct draft *draft, const struct state_key *key)
{
	const struct draft_entry *entry = find_entry(draft->entries, state_key_view(key));

	return entry && entry->touched;
}

/* -- Streams ---------------------------------------------------------------------------------------- */

static bool load_stream(struct draft *draft, struct draft_stream *stream)
{
	struct state_key info_key = state_key_of(STATE_STREAM, &stream->id);
	struct state_key head_key = state_key_of(STATE_STREAM_HEAD, &stream->id);
	struct bytes_view info_bytes, head_bytes;
	struct stream_head head;

	if (!draft_get(draft, &info_key, &info_bytes) ||
	    !draft_get(draft, &head_key, &head_bytes))
		return false;
	if (stream_info_decode(&stream->info, info_bytes) != STATUS_OK ||
	    stream_head_decode(&head, head_bytes) != STATUS_OK) {
		draft_fail(draft, STATUS_CORRUPT, "a stream of the state");
		return false;
	}
	stream->base_count = head.count;
	stream->base_root = head.root;
	return true;
}

struct draft_stream *draft_stream(struct draft *draft, const struct hash *id)
{
	struct draft_stream *stream;
	struct draft_undo *undo;

	HASH_FIND(hh, draft->streams, id, sizeof *id, stream);
	if (stream)
		return stream;
	stream = arena_take(&draft->arena, sizeof *stream);
	if (!stream) {
		draft_fail(draft, STATUS_MEMORY, "open a stream");
		return NULL;
	}
	stream->id = *id;
	if (!load_stream(draft, stream))
		return NULL;
	undo = push_undo(draft, UNDO_STREAM_OPENED);
	if (!undo)
		return NULL;
	HASH_ADD(hh, draft->streams, id, sizeof stream->id, stream);
	if (!table_has(stream)) {
		draft->undo_count--;
		draft_fail(draft, STATUS_MEMORY, "open a stream");
		return NULL;
	}
	undo->stream = stream;
	return stream;
}

void draft_add_record(struct draft *draft, struct draft_stream *stream,
                      const struct hash *leaf_hash, const struct draft_record *record)
{
	struct draft_record *added;
	struct draft_undo *undo;

	if (draft_reserve((void **)&stream->leaf_hashes, &stream->leaf_capacity,
	                  stream->leaf_count, sizeof *stream->leaf_hashes) != STATUS_OK ||
	    draft_reserve((void **)&draft->records, &draft->record_capacity,
	                  draft->record_count, sizeof *draft->records) != STATUS_OK) {
		draft_fail(draft, STATUS_MEMORY, "add a record");
		return;
	}
	added = &draft->records[draft->record_count];
	*added = *record;
	/* The transaction's bytes are its sender's; the key is wanted until the block is
	 * stored. */
	added->key.at = arena_copy(&draft->arena, record->key.at, record->key.size);
	undo = added->key.at ? push_undo(draft, UNDO_RECORD) : NULL;
	if (!undo) {
		draft_fail(draft, STATUS_MEMORY, "add a record");
		return;
	}
	undo->stream = stream;
	stream->leaf_hashes[stream->leaf_count++] = *leaf_hash;
	draft->record_count++;
}

void draft_add_concern(struct draft *draft, const struct hash *account)
{
	uint32_t tx_index = (uint32_t)draft_tx_count(draft);

	/* Concerns of one transaction are few and last in the list: no table for them. */
	for (size_t i = draft->concern_count; i > 0; i--) {
		if (draft->concerns[i - 1].tx_index != tx_index)
			break;
		if (hash_equal(&draft->concerns[i - 1].account, account))
			return;
	}
	if (draft_reserve((void **)&draft->concerns, &draft->concern_capacity,
	                  draft->concern_count, sizeof *draft->concerns) != STATUS_OK) {
		draft_fail(draft, STATUS_MEMORY, "add an account's transaction");
		return;
	}
	draft->concerns[draft->concern_count++] =
		(struct draft_concern){.account = *account, .tx_index = tx_index};
}

void draft_add_evidence(struct draft *draft)
{
	if (push_undo(draft, UNDO_EVIDENCE))
		draft->evidence_count++;
}

struct hash draft_block_hash(struct draft *draft, uint64_t height)
{
	struct hash hash = {{0}};
	enum status status;

	INVARIANT(height < draft->header.height);
	for (const struct draft *below = draft->parent; below; below = below->parent)
		if (below->header.height == height)
			return below->hash;
	status = draft->source->block_hash(draft->source->owner, height, &hash);
	if (status != STATUS_OK)
		draft_fail(draft, status, "read the hash of a block");
	return hash;
}

/* -- One transaction ----------------------------------------------------------------------------------- */

void draft_begin(struct draft *draft)
{
	draft->undo_count = 0;
}

static void undo_one(struct draft *draft, const struct draft_undo *undo)
{
	switch (undo->kind) {
	case UNDO_VALUE:
		undo->entry->value = undo->value;
		undo->entry->present = undo->present;
		undo->entry->touched = undo->touched;
		break;
	case UNDO_STREAM_OPENED:
		HASH_DELETE(hh, draft->streams, undo->stream);
		memory_free(undo->stream->leaf_hashes);
		break;
	case UNDO_RECORD:
		undo->stream->leaf_count--;
		draft->record_count--;
		break;
	case UNDO_EVIDENCE:
		draft->evidence_count--;
		break;
	}
}

void draft_roll_back(struct draft *draft)
{
	uint32_t tx_index = (uint32_t)draft_tx_count(draft);

	while (draft->undo_count > 0)
		undo_one(draft, &draft->undo[--draft->undo_count]);
	while (draft->concern_count > 0 &&
	       draft->concerns[draft->concern_count - 1].tx_index == tx_index)
		draft->concern_count--;
}

void draft_add_tx(struct draft *draft, const struct tx *tx)
{
	struct draft_tx *added = arena_take(&draft->arena, sizeof *added);
	size_t count = draft_tx_count(draft);
	uint8_t size[2];

	if (!added || draft_reserve((void **)&draft->txs, &draft->tx_capacity, count,
	                            sizeof *draft->txs) != STATUS_OK) {
		draft_fail(draft, STATUS_MEMORY, "add a transaction");
		return;
	}
	added->txid = tx->txid;
	added->leaf_hash = tx->leaf_hash;
	added->sender = tx->sender;
	added->bytes.size = tx->bytes.size;
	put_le16(size, (uint16_t)tx->bytes.size);
	buffer_append(&draft->body, size, sizeof size);
	buffer_append_view(&draft->body, tx->bytes);
	HASH_ADD(hh, draft->txs_by_id, txid, sizeof added->txid, added);
	if (!table_has(added) || draft->body.status != STATUS_OK)
		draft_fail(draft, STATUS_MEMORY, "add a transaction");
	else
		draft->txs[count] = added;
}

bool draft_has_tx(const struct draft *draft, const struct hash *txid)
{
	for (; draft; draft = draft->parent) {
		struct draft_tx *found;

		HASH_FIND(hh, draft->txs_by_id, txid, sizeof *txid, found);
		if (found)
			return true;
	}
	return false;
}
