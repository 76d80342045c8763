#include "node/p2p/addr_message.h"

#include "chain/base/invariant.h"
#include "chain/crypto/hash.h"

static void append_u16(struct buffer *out, size_t value)
{
	uint8_t bytes[2];

	INVARIANT(value <= UINT16_MAX);
	put_le16(bytes, (uint16_t)value);
	buffer_append(out, bytes, sizeof bytes);
}

void addr_put(struct buffer *out, const struct bytes_view *records, size_t count)
{
	INVARIANT(count <= ADDR_RECORDS_MAX);
	append_u16(out, count);
	for (size_t i = 0; i < count; i++) {
		INVARIANT(records[i].size <= NODE_RECORD_SIZE_MAX);
		append_u16(out, records[i].size);
		buffer_append_view(out, records[i]);
	}
}

enum status addr_decode(struct bytes_view records[ADDR_RECORDS_MAX], size_t *count,
                        struct bytes_view message)
{
	struct cursor in = cursor_on(message);

	*count = cursor_count16(&in, ADDR_RECORDS_MAX, 2 + NODE_RECORD_SIZE_MIN);
	for (size_t i = 0; i < *count; i++) {
		records[i] = cursor_bytes16(&in, NODE_RECORD_SIZE_MAX);
		if (records[i].size < NODE_RECORD_SIZE_MIN)
			cursor_fail(&in, STATUS_MALFORMED);
	}
	return cursor_finish(&in);
}

struct hash known_list_hash(const struct node_id *ids, size_t count)
{
	return hash_of(bytes_view(ids, count * sizeof *ids));
}

void known_put(struct buffer *out, const struct known *known)
{
	INVARIANT(known->bits.size == (known->count + 7) / 8);
	buffer_append(out, known->list.bytes, sizeof known->list.bytes);
	append_u16(out, known->count);
	buffer_append_view(out, known->bits);
}

enum status known_decode(struct known *known, struct bytes_view message)
{
	struct cursor in = cursor_on(message);
	unsigned spare;

	*known = (struct known){.list = cursor_hash(&in), .count = cursor_u16(&in)};
	if (known->count > BOOK_LISTED_MAX)
		cursor_fail(&in, STATUS_TOO_LARGE);
	known->bits = cursor_take_view(&in, (known->count + 7) / 8);
	spare = known->count % 8;
	if (known->bits.size > 0 && spare > 0 &&
	    known->bits.at[known->bits.size - 1] >> spare != 0)
		cursor_fail(&in, STATUS_MALFORMED);
	return cursor_finish(&in);
}
