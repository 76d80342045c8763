#include "chain/codec/cursor.h"

#include "chain/base/text.h"

void cursor_fail(struct cursor *in, enum status status)
{
	if (in->status == STATUS_OK)
		in->status = status;
	in->left = 0;
}

const uint8_t *cursor_take(struct cursor *in, size_t size)
{
	const uint8_t *at = in->at;

	if (in->status != STATUS_OK)
		return NULL;
	if (size > in->left) {
		cursor_fail(in, STATUS_SHORT);
		return NULL;
	}
	if (size > 0)
		in->at += size;
	in->left -= size;
	return at;
}

struct bytes_view cursor_take_view(struct cursor *in, size_t size)
{
	const uint8_t *at = cursor_take(in, size);

	return in->status == STATUS_OK ? bytes_view(at, size) : (struct bytes_view){0};
}

uint8_t cursor_u8(struct cursor *in)
{
	const uint8_t *at = cursor_take(in, 1);

	return at ? at[0] : 0;
}

uint16_t cursor_u16(struct cursor *in)
{
	const uint8_t *at = cursor_take(in, 2);

	return at ? get_le16(at) : 0;
}

uint32_t cursor_u32(struct cursor *in)
{
	const uint8_t *at = cursor_take(in, 4);

	return at ? get_le32(at) : 0;
}

uint64_t cursor_u64(struct cursor *in)
{
	const uint8_t *at = cursor_take(in, 8);

	return at ? get_le64(at) : 0;
}

struct hash cursor_hash(struct cursor *in)
{
	const uint8_t *at = cursor_take(in, HASH_SIZE);
	struct hash hash = {{0}};

	if (at)
		memcpy(hash.bytes, at, HASH_SIZE);
	return hash;
}

static struct bytes_view take_at_most(struct cursor *in, size_t size, size_t size_max)
{
	if (size > size_max)
		cursor_fail(in, STATUS_TOO_LARGE);
	return cursor_take_view(in, size);
}

struct bytes_view cursor_bytes16(struct cursor *in, size_t size_max)
{
	return take_at_most(in, cursor_u16(in), size_max);
}

struct bytes_view cursor_bytes32(struct cursor *in, size_t size_max)
{
	return take_at_most(in, cursor_u32(in), size_max);
}

struct bytes_view cursor_text16(struct cursor *in, size_t size_max)
{
	struct bytes_view text = cursor_bytes16(in, size_max);

	if (text.size > 0 && (memchr(text.at, 0, text.size) || !utf8_is_valid(text)))
		cursor_fail(in, STATUS_MALFORMED);
	return in->status == STATUS_OK ? text : (struct bytes_view){0};
}

size_t cursor_count16(struct cursor *in, size_t count_max, size_t element_size_min)
{
	size_t count = cursor_u16(in);

	if (count > count_max)
		cursor_fail(in, STATUS_TOO_LARGE);
	else if (count > in->left / element_size_min)
		cursor_fail(in, STATUS_SHORT);
	return in->status == STATUS_OK ? count : 0;
}

enum status cursor_finish(const struct cursor *in)
{
	if (in->status != STATUS_OK)
		return in->status;
	return in->left > 0 ? STATUS_TRAILING : STATUS_OK;
}

bool cursor_flag(struct cursor *in)
{
	uint8_t flag = cursor_u8(in);

	if (flag > 1)
		cursor_fail(in, STATUS_MALFORMED);
	return flag == 1;
}
