/* Canonical bytes out, into memory whose size the caller computed with the message's
 * own size function. Running over is our mistake, not the data's: an INVARIANT. */
#ifndef CHAIN_CODEC_WRITER_H
#define CHAIN_CODEC_WRITER_H

#include "chain/base/bytes.h"

struct writer {
	uint8_t *at;
	size_t left; /* bytes of room */
};

static inline struct writer writer_on(uint8_t *at, size_t size)
{
	return (struct writer){.at = at, .left = size};
}

void writer_bytes(struct writer *out, const void *bytes, size_t size);
void writer_u8(struct writer *out, uint8_t value);
void writer_u16(struct writer *out, uint16_t value);
void writer_u32(struct writer *out, uint32_t value);
void writer_u64(struct writer *out, uint64_t value);
void writer_hash(struct writer *out, const struct hash *hash);

/* The length, then the bytes. */
void writer_bytes16(struct writer *out, struct bytes_view bytes);
void writer_bytes32(struct writer *out, struct bytes_view bytes);

#endif
