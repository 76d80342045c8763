#include "node/p2p/sync_message.h"

#include "chain/base/invariant.h"

// clang-format off
WIRE_DEFINE(get_headers, GET_HEADERS_FIELDS)
WIRE_DEFINE(get_syncbody, GET_SYNCBODY_FIELDS)
WIRE_DEFINE(not_held, NOT_HELD_FIELDS)
// clang-format on

bool get_headers_is_valid(const struct get_headers *message)
{
	return message->from > 0 && message->count > 0 && message->count <= SYNC_HEADERS_MAX;
}

bool not_held_is_valid(const struct not_held *message)
{
	if (message->what == NOT_HELD_HEADERS)
		return hash_is_zero(&message->block);
	return message->what == NOT_HELD_BODY;
}

/* -- HEADERS -------------------------------------------------------------------------------------- */

static void append_u16(struct buffer *out, size_t value)
{
	uint8_t bytes[2];

	put_le16(bytes, (uint16_t)value);
	buffer_append(out, bytes, sizeof bytes);
}

void headers_put(struct buffer *out, const struct headers *headers)
{
	uint8_t from[8];

	INVARIANT(headers->count <= SYNC_HEADERS_MAX);
	INVARIANT(headers->bytes.size == headers->count * HEADER_SIZE);
	put_le64(from, headers->from);
	buffer_append(out, from, sizeof from);
	append_u16(out, headers->count);
	buffer_append_view(out, headers->bytes);
	append_u16(out, headers->certificate.size);
	buffer_append_view(out, headers->certificate);
}

enum status headers_decode(struct headers *headers, struct bytes_view message)
{
	struct cursor in = cursor_on(message);

	headers->from = cursor_u64(&in);
	headers->count = cursor_count16(&in, SYNC_HEADERS_MAX, HEADER_SIZE);
	headers->bytes = cursor_take_view(&in, headers->count * HEADER_SIZE);
	headers->certificate = cursor_bytes16(&in, CERTIFICATE_SIZE_MAX);
	if ((headers->count == 0) != (headers->certificate.size == 0))
		cursor_fail(&in, STATUS_MALFORMED);
	return cursor_finish(&in);
}

bool headers_link(const struct headers *headers, const struct network *network,
                  const struct hash *parent, struct sync_header found[SYNC_HEADERS_MAX])
{
	struct cursor in = cursor_on(headers->bytes);
	struct hash below = *parent;
	uint64_t epoch = 0;

	for (size_t i = 0; i < headers->count; i++) {
		struct header header;

		header_get(&in, &header);
		if (header.version != HEADER_VERSION || header.height != headers->from + i ||
		    !hash_equal(&header.parent, &below) || header.body_size > BLOCK_BODY_MAX ||
		    header.tx_count > BLOCK_TXS_MAX)
			return false;
		/* Another set certifies what follows a seal: that is another answer. */
		if (i > 0 && header.epoch != epoch)
			return false;
		epoch = header.epoch;
		below = header_hash(&header, network);
		found[i] = (struct sync_header){.hash = below, .body_size = header.body_size};
	}
	return true;
}

/* -- SYNCBODY --------------------------------------------------------------------------------------- */

void syncbody_put(struct buffer *out, const struct syncbody *message)
{
	buffer_append(out, message->block.bytes, HASH_SIZE);
	buffer_append_view(out, message->body);
}

enum status syncbody_decode(struct syncbody *message, struct bytes_view bytes)
{
	struct cursor in = cursor_on(bytes);

	message->block = cursor_hash(&in);
	if (in.left > BLOCK_BODY_MAX)
		cursor_fail(&in, STATUS_TOO_LARGE);
	message->body = cursor_take_view(&in, in.left);
	return cursor_finish(&in);
}
