#include "chain/store/layout.h"

#include "chain/base/invariant.h"

static const struct {
	const char *name;
	size_t prefix_size;
} FAMILIES[FAMILY_COUNT] = {
#define FAMILY_FACTS(name, text, prefix) [FAMILY_##name] = {text, prefix},
	FAMILY_LIST(FAMILY_FACTS)
#undef FAMILY_FACTS
};

const char *family_name(enum family family)
{
	return FAMILIES[family].name;
}

size_t family_prefix_size(enum family family)
{
	return FAMILIES[family].prefix_size;
}

/* -- Keys -------------------------------------------------------------------------- */

static uint8_t *extend(struct row_key *key, size_t size)
{
	INVARIANT(size <= sizeof key->bytes - key->size);
	key->size += size;
	return key->bytes + key->size - size;
}

void row_key_add(struct row_key *key, struct bytes_view bytes)
{
	if (bytes.size > 0)
		memcpy(extend(key, bytes.size), bytes.at, bytes.size);
}

void row_key_add_hash(struct row_key *key, const struct hash *hash)
{
	memcpy(extend(key, HASH_SIZE), hash->bytes, HASH_SIZE);
}

void row_key_add_number(struct row_key *key, uint64_t number)
{
	put_be64(extend(key, 8), number);
}

void row_key_add_sized(struct row_key *key, struct bytes_view bytes)
{
	put_be16(extend(key, 2), (uint16_t)bytes.size);
	row_key_add(key, bytes);
}

struct row_key row_key_of_text(const char *text)
{
	struct row_key key;

	key.size = 0;
	row_key_add(&key, text_view(text));
	return key;
}

struct row_key row_key_of_number(uint64_t number)
{
	struct row_key key;

	key.size = 8;
	put_be64(key.bytes, number);
	return key;
}

struct row_key row_key_of_hash(const struct hash *hash)
{
	struct row_key key;

	key.size = HASH_SIZE;
	memcpy(key.bytes, hash->bytes, HASH_SIZE);
	return key;
}

struct row_key row_key_of_hash_number(const struct hash *hash, uint64_t number)
{
	struct row_key key = row_key_of_hash(hash);

	row_key_add_number(&key, number);
	return key;
}

struct row_key row_key_of_tile(const struct hash *stream, unsigned level, uint64_t index)
{
	struct row_key key;

	key.size = 0;
	if (stream)
		row_key_add_hash(&key, stream);
	log_tile_key(extend(&key, LOG_TILE_KEY_SIZE), level, index);
	return key;
}

struct row_key row_key_of_page(const struct state_page_key *page)
{
	struct row_key key;

	key.size = state_page_key_put(key.bytes, page);
	return key;
}

struct row_key row_key_of_consensus(uint8_t tag, uint64_t height)
{
	struct row_key key;

	key.size = 1;
	key.bytes[0] = tag;
	row_key_add_number(&key, height);
	return key;
}

struct row_key row_key_of_vote(uint64_t epoch, uint64_t view, uint8_t kind)
{
	struct row_key key = row_key_of_number(epoch);

	row_key_add_number(&key, view);
	*extend(&key, 1) = kind;
	return key;
}

struct row_key row_key_of_index(enum index_kind kind)
{
	struct row_key key;

	key.size = 1;
	key.bytes[0] = (uint8_t)kind;
	return key;
}

int row_key_compare(const struct row_key *left, const struct row_key *right)
{
	size_t size = left->size < right->size ? left->size : right->size;
	int order = memcmp(left->bytes, right->bytes, size);

	if (order != 0)
		return order;
	return (left->size > right->size) - (left->size < right->size);
}

bool row_key_after_all(struct row_key *key)
{
	while (key->size > 0 && key->bytes[key->size - 1] == 0xff)
		key->size--;
	if (key->size == 0)
		return false;
	key->bytes[key->size - 1]++;
	return true;
}

/* -- Rows -------------------------------------------------------------------------- */

static void append_u16(struct buffer *buffer, uint16_t value)
{
	uint8_t bytes[2];

	put_le16(bytes, value);
	buffer_append(buffer, bytes, sizeof bytes);
}

static void append_u32(struct buffer *buffer, uint32_t value)
{
	uint8_t bytes[4];

	put_le32(bytes, value);
	buffer_append(buffer, bytes, sizeof bytes);
}

static void append_u64(struct buffer *buffer, uint64_t value)
{
	uint8_t bytes[8];

	put_le64(bytes, value);
	buffer_append(buffer, bytes, sizeof bytes);
}

/* Our own bytes that do not decode are damage, whatever the cursor calls it. */
static enum status finish(const struct cursor *in)
{
	return cursor_finish(in) == STATUS_OK ? STATUS_OK : STATUS_CORRUPT;
}

void block_row_append(struct buffer *buffer, const struct block_row *row)
{
	uint8_t header[HEADER_SIZE];

	header_encode(header, &row->header);
	buffer_append(buffer, header, sizeof header);
	append_u64(buffer, row->state_version);
	buffer_append_view(buffer, row->certificate);
}

enum status block_row_decode(struct block_row *row, struct bytes_view bytes)
{
	struct cursor in = cursor_on(bytes);

	header_get(&in, &row->header);
	row->state_version = cursor_u64(&in);
	row->certificate = cursor_take_view(&in, in.left);
	return finish(&in);
}

void entry_row_append(struct buffer *buffer, const struct entry_row *row)
{
	append_u64(buffer, row->height);
	buffer_append_view(buffer, row->tx);
}

enum status entry_row_decode(struct entry_row *row, struct bytes_view bytes)
{
	struct cursor in = cursor_on(bytes);

	row->height = cursor_u64(&in);
	row->tx = cursor_take_view(&in, in.left);
	return finish(&in);
}

enum status number_row_decode(uint64_t *number, struct bytes_view bytes)
{
	struct cursor in = cursor_on(bytes);

	*number = cursor_u64(&in);
	return finish(&in);
}

void state_row_append(struct buffer *buffer, const struct state_row *row)
{
	append_u64(buffer, row->height);
	append_u16(buffer, (uint16_t)row->key.size);
	buffer_append_view(buffer, row->key);
	buffer_append_view(buffer, row->value);
}

enum status state_row_decode(struct state_row *row, struct bytes_view bytes)
{
	struct cursor in = cursor_on(bytes);

	row->height = cursor_u64(&in);
	row->key = cursor_bytes16(&in, STATE_KEY_SIZE_MAX);
	row->value = cursor_take_view(&in, in.left);
	return finish(&in);
}

void history_row_append(struct buffer *buffer, bool present, struct bytes_view value)
{
	uint8_t flag = present;

	buffer_append(buffer, &flag, 1);
	if (present)
		buffer_append_view(buffer, value);
}

enum status history_row_decode(bool *present, struct bytes_view *value,
                               struct bytes_view bytes)
{
	struct cursor in = cursor_on(bytes);

	*present = cursor_flag(&in);
	*value = cursor_take_view(&in, *present ? in.left : 0);
	return finish(&in);
}

void stale_row_append_page(struct buffer *buffer, const struct state_page_key *key)
{
	uint8_t bytes[STATE_PAGE_KEY_SIZE_MAX];

	buffer_append(buffer, bytes, state_page_key_put(bytes, key));
}

void stale_row_append_count(struct buffer *buffer, size_t count)
{
	INVARIANT(count <= UINT32_MAX);
	append_u32(buffer, (uint32_t)count);
}

enum status stale_row_decode(struct stale_row *row, struct bytes_view bytes)
{
	struct cursor in = cursor_on(bytes);
	const uint8_t *pages;

	row->page_count = cursor_u32(&in);
	pages = in.at;
	for (uint32_t i = 0; i < row->page_count && in.status == STATUS_OK; i++) {
		struct state_page_key key;

		state_page_key_get(&in, &key);
	}
	if (in.status != STATUS_OK)
		return STATUS_CORRUPT;
	row->pages = bytes_view(pages, (size_t)(in.at - pages));
	row->key_count = cursor_u32(&in);
	if (in.left / HASH_SIZE < row->key_count)
		return STATUS_CORRUPT;
	row->keys = cursor_take_view(&in, row->key_count * (size_t)HASH_SIZE);
	return finish(&in);
}

void prune_row_append(struct buffer *buffer, const struct prune_row *row)
{
	append_u64(buffer, row->kept_from);
	append_u64(buffer, row->next);
	append_u64(buffer, row->done);
}

enum status prune_row_decode(struct prune_row *row, struct bytes_view bytes)
{
	struct cursor in = cursor_on(bytes);

	row->kept_from = cursor_u64(&in);
	row->next = cursor_u64(&in);
	row->done = cursor_u64(&in);
	return finish(&in);
}

enum {
	TIP_ROW_SIZE_MAX = HEADER_SIZE + 2 * HASH_SIZE + 8 + LOG_FRONTIER_BYTES_MAX,
};

void tip_row_append(struct buffer *buffer, const struct ledger_tip *tip)
{
	uint8_t bytes[TIP_ROW_SIZE_MAX];
	struct writer out = writer_on(bytes, sizeof bytes);

	header_put(&out, &tip->header);
	writer_hash(&out, &tip->hash);
	writer_hash(&out, &tip->state_root.hash);
	writer_u64(&out, tip->state_root.version);
	log_frontier_put(&out, &tip->frontier);
	buffer_append(buffer, bytes, sizeof bytes - out.left);
}

enum status tip_row_decode(struct ledger_tip *tip, struct bytes_view bytes)
{
	struct cursor in = cursor_on(bytes);

	header_get(&in, &tip->header);
	tip->hash = cursor_hash(&in);
	tip->state_root.hash = cursor_hash(&in);
	tip->state_root.version = cursor_u64(&in);
	log_frontier_get(&in, &tip->frontier);
	return finish(&in);
}

/* -- Runs -------------------------------------------------------------------------- */

size_t run_head_size(enum run_kind kind)
{
	return kind == RUN_STREAM ? 8 : 0;
}

size_t run_item_size(enum run_kind kind)
{
	return kind == RUN_ACCOUNT ? 2 : 4;
}

void run_append_head(struct buffer *buffer, enum run_kind kind, uint64_t first_log_index)
{
	if (kind == RUN_STREAM)
		append_u64(buffer, first_log_index);
}

void run_append_item(struct buffer *buffer, enum run_kind kind, uint64_t first,
                     uint64_t first_log_index, const struct run_item *item)
{
	switch (kind) {
	case RUN_STREAM:
		append_u16(buffer, (uint16_t)(item->log_index - first_log_index));
		append_u16(buffer, item->operation);
		break;
	case RUN_ACCOUNT:
		append_u16(buffer, (uint16_t)(item->number - first));
		break;
	case RUN_AUTHOR:
		append_u32(buffer, (uint32_t)(item->number - first));
		break;
	}
}

enum status run_decode(struct run *run, enum run_kind kind, struct bytes_view key,
                       struct bytes_view value)
{
	struct cursor in = cursor_on(value);

	if (key.size < 8)
		return STATUS_CORRUPT;
	*run = (struct run){.kind = kind, .first = get_be64(key.at + key.size - 8)};
	if (kind == RUN_STREAM)
		run->first_log_index = cursor_u64(&in);
	if (in.status != STATUS_OK || in.left == 0 || in.left % run_item_size(kind) != 0)
		return STATUS_CORRUPT;
	run->count = in.left / run_item_size(kind);
	run->items = in.at;
	return STATUS_OK;
}

struct run_item run_item_at(const struct run *run, size_t index)
{
	const uint8_t *at = run->items + index * run_item_size(run->kind);

	switch (run->kind) {
	case RUN_STREAM:
		return (struct run_item){
			.number = run->first + index,
			.log_index = run->first_log_index + get_le16(at),
			.operation = get_le16(at + 2),
		};
	case RUN_ACCOUNT:
		return (struct run_item){.number = run->first + get_le16(at)};
	case RUN_AUTHOR:
		return (struct run_item){.number = run->first + get_le32(at)};
	}
	INVARIANT(false);
}

size_t run_count_below(const struct run *run, uint64_t number)
{
	size_t below = 0;          /* items that are known to be below */
	size_t above = run->count; /* from here on none is */

	while (below < above) {
		size_t middle = below + (above - below) / 2;

		if (run_item_at(run, middle).number < number)
			below = middle + 1;
		else
			above = middle;
	}
	return below;
}
