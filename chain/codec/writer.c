#include "chain/codec/writer.h"

#include "chain/base/invariant.h"

void writer_bytes(struct writer *out, const void *bytes, size_t size)
{
	INVARIANT(size <= out->left);
	if (size == 0)
		return;
	memcpy(out->at, bytes, size);
	out->at += size;
	out->left -= size;
}

void writer_u8(struct writer *out, uint8_t value)
{
	writer_bytes(out, &value, 1);
}

void writer_u16(struct writer *out, uint16_t value)
{
	uint8_t bytes[2];

	put_le16(bytes, value);
	writer_bytes(out, bytes, sizeof bytes);
}

void writer_u32(struct writer *out, uint32_t value)
{
	uint8_t bytes[4];

	put_le32(bytes, value);
	writer_bytes(out, bytes, sizeof bytes);
}

void writer_u64(struct writer *out, uint64_t value)
{
	uint8_t bytes[8];

	put_le64(bytes, value);
	writer_bytes(out, bytes, sizeof bytes);
}

void writer_hash(struct writer *out, const struct hash *hash)
{
	writer_bytes(out, hash->bytes, HASH_SIZE);
}

void writer_bytes16(struct writer *out, struct bytes_view bytes)
{
	INVARIANT(bytes.size <= UINT16_MAX);
	writer_u16(out, (uint16_t)bytes.size);
	writer_bytes(out, bytes.at, bytes.size);
}

void writer_bytes32(struct writer *out, struct bytes_view bytes)
{
	INVARIANT(bytes.size <= UINT32_MAX);
	writer_u32(out, (uint32_t)bytes.size);
	writer_bytes(out, bytes.at, bytes.size);
}
