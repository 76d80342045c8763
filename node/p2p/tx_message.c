#include "node/p2p/tx_message.h"

#include "chain/base/invariant.h"

static void append_u16(struct buffer *out, size_t value)
{
	uint8_t bytes[2];

	put_le16(bytes, (uint16_t)value);
	buffer_append(out, bytes, sizeof bytes);
}

static void append_u32(struct buffer *out, uint32_t value)
{
	uint8_t bytes[4];

	put_le32(bytes, value);
	buffer_append(out, bytes, sizeof bytes);
}

/* An empty list would be a message that says nothing. */
static size_t get_count(struct cursor *in, size_t count_max, size_t element_size)
{
	size_t count = cursor_count16(in, count_max, element_size);

	if (count == 0)
		cursor_fail(in, STATUS_MALFORMED);
	return count;
}

void inv_put(struct buffer *out, const struct inv_entry *entries, size_t count)
{
	INVARIANT(count > 0 && count <= INV_MAX);
	append_u16(out, count);
	for (size_t i = 0; i < count; i++) {
		buffer_append(out, entries[i].id.bytes, HASH_SIZE);
		append_u32(out, entries[i].size);
	}
}

enum status inv_decode(struct inv_entry entries[INV_MAX], size_t *count,
                       struct bytes_view message)
{
	struct cursor in = cursor_on(message);

	*count = get_count(&in, INV_MAX, INV_ENTRY_SIZE);
	for (size_t i = 0; i < *count; i++) {
		entries[i].id = cursor_hash(&in);
		entries[i].size = cursor_u32(&in);
		if (entries[i].size == 0 || entries[i].size > TX_SIZE_MAX)
			cursor_fail(&in, STATUS_MALFORMED);
	}
	return cursor_finish(&in);
}

void tx_ids_put(struct buffer *out, const struct hash *ids, size_t count)
{
	INVARIANT(count > 0 && count <= REQ_TX_MAX);
	append_u16(out, count);
	for (size_t i = 0; i < count; i++)
		buffer_append(out, ids[i].bytes, HASH_SIZE);
}

enum status tx_ids_decode(struct hash ids[REQ_TX_MAX], size_t *count,
                          struct bytes_view message)
{
	struct cursor in = cursor_on(message);

	*count = get_count(&in, REQ_TX_MAX, HASH_SIZE);
	for (size_t i = 0; i < *count; i++)
		ids[i] = cursor_hash(&in);
	return cursor_finish(&in);
}

void txfilter_put(struct buffer *out, uint32_t pause_ms)
{
	append_u32(out, pause_ms);
}

enum status txfilter_decode(uint32_t *pause_ms, struct bytes_view message)
{
	struct cursor in = cursor_on(message);

	*pause_ms = cursor_u32(&in);
	if (*pause_ms > TXFILTER_PAUSE_MS_MAX)
		*pause_ms = TXFILTER_PAUSE_MS_MAX;
	return cursor_finish(&in);
}
