/* Bytes: borrowed views, the fixed byte strings of the ledger, and integers in the
 * two byte orders. */
#ifndef CHAIN_BASE_BYTES_H
#define CHAIN_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Borrowed: valid until the owner's next change. */
struct bytes_view {
	const uint8_t *at; /* may be NULL when size is 0 */
	size_t size;       /* bytes */
};

enum {
	HASH_SIZE = 32,
	PUBLIC_KEY_SIZE = 32, /* x-only secp256k1, BIP-340 */
	SIGNATURE_SIZE = 64,  /* BIP-340 */
};

struct hash {
	uint8_t bytes[HASH_SIZE];
};

struct public_key {
	uint8_t bytes[PUBLIC_KEY_SIZE];
};

struct signature {
	uint8_t bytes[SIGNATURE_SIZE];
};

static inline struct bytes_view bytes_view(const void *at, size_t size)
{
	return (struct bytes_view){.at = at, .size = size};
}

/* A view of a C string without its NUL. */
static inline struct bytes_view text_view(const char *text)
{
	return bytes_view(text, strlen(text));
}

static inline struct bytes_view hash_view(const struct hash *hash)
{
	return bytes_view(hash->bytes, HASH_SIZE);
}

static inline bool hash_equal(const struct hash *a, const struct hash *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

/* Byte order, as memcmp. */
static inline int hash_compare(const struct hash *a, const struct hash *b)
{
	return memcmp(a, b, sizeof *a);
}

static inline bool hash_is_zero(const struct hash *hash)
{
	static const struct hash zero;

	return hash_equal(hash, &zero);
}

static inline bool bytes_equal(struct bytes_view a, struct bytes_view b)
{
	return a.size == b.size && (a.size == 0 || memcmp(a.at, b.at, a.size) == 0);
}

/* Little-endian: all that is agreed, signed or hashed. */
static inline void put_le16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)value;
	at[1] = (uint8_t)(value >> 8);
}

static inline void put_le32(uint8_t *at, uint32_t value)
{
	put_le16(at, (uint16_t)value);
	put_le16(at + 2, (uint16_t)(value >> 16));
}

static inline void put_le64(uint8_t *at, uint64_t value)
{
	put_le32(at, (uint32_t)value);
	put_le32(at + 4, (uint32_t)(value >> 32));
}

static inline uint16_t get_le16(const uint8_t *at)
{
	return (uint16_t)(at[0] | at[1] << 8);
}

static inline uint32_t get_le32(const uint8_t *at)
{
	return (uint32_t)get_le16(at) | (uint32_t)get_le16(at + 2) << 16;
}

static inline uint64_t get_le64(const uint8_t *at)
{
	return (uint64_t)get_le32(at) | (uint64_t)get_le32(at + 4) << 32;
}

/* Big-endian: keys of the database, so that byte order is numeric order. */
static inline void put_be16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static inline void put_be32(uint8_t *at, uint32_t value)
{
	put_be16(at, (uint16_t)(value >> 16));
	put_be16(at + 2, (uint16_t)value);
}

static inline void put_be64(uint8_t *at, uint64_t value)
{
	put_be32(at, (uint32_t)(value >> 32));
	put_be32(at + 4, (uint32_t)value);
}

static inline uint16_t get_be16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static inline uint32_t get_be32(const uint8_t *at)
{
	return (uint32_t)get_be16(at) << 16 | get_be16(at + 2);
}

static inline uint64_t get_be64(const uint8_t *at)
{
	return (uint64_t)get_be32(at) << 32 | get_be32(at + 4);
}

#endif
