/* Untrusted bytes in. A cursor reads what another party wrote: a read past the end
 * yields zeros and marks the cursor, every later read does the same, and the caller
 * asks once, at the end. Lengths are compared with what is left before anything else
 * is done with them. */
#ifndef CHAIN_CODEC_CURSOR_H
#define CHAIN_CODEC_CURSOR_H

#include "chain/base/bytes.h"
#include "chain/base/status.h"

struct cursor {
	const uint8_t *at;
	size_t left;        /* bytes */
	enum status status; /* STATUS_OK until the first failed read, then that one */
};

static inline struct cursor cursor_on(struct bytes_view bytes)
{
	return (struct cursor){.at = bytes.at, .left = bytes.size};
}

/* Mark as failed, unless it already is; nothing is left to read. */
void cursor_fail(struct cursor *in, enum status status);

/* `size` bytes, borrowed from the input; NULL after a failure. */
const uint8_t *cursor_take(struct cursor *in, size_t size);

/* A view of `size` bytes; empty after a failure. */
struct bytes_view cursor_take_view(struct cursor *in, size_t size);

uint8_t cursor_u8(struct cursor *in);
uint16_t cursor_u16(struct cursor *in);
uint32_t cursor_u32(struct cursor *in);
uint64_t cursor_u64(struct cursor *in);
struct hash cursor_hash(struct cursor *in);

/* u8 0 or 1; anything else fails the cursor. */
bool cursor_flag(struct cursor *in);

/* A u16 or u32 length, at most `size_max`, and as many bytes, borrowed. */
struct bytes_view cursor_bytes16(struct cursor *in, size_t size_max);
struct bytes_view cursor_bytes32(struct cursor *in, size_t size_max);

/* As cursor_bytes16, and it must be UTF-8 without NUL. */
struct bytes_view cursor_text16(struct cursor *in, size_t size_max);

/* A count of elements of at least `element_size_min` bytes each, at most `count_max`;
 * refused before anybody allocates when so many cannot be left. 0 after a failure. */
size_t cursor_count16(struct cursor *in, size_t count_max, size_t element_size_min);

/* STATUS_OK if all was there and all was read; STATUS_TRAILING if bytes are left over. */
MUST_CHECK enum status cursor_finish(const struct cursor *in);

#endif
