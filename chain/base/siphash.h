/* SipHash (Aumasson and Bernstein 2012): a short hash that nobody who lacks the key can
 * foresee. With 2 and 4 rounds for what travels, with 1 and 3 for our own tables.
 *
 * libcrypto has it as an EVP_MAC; a hash of 32 bytes costs 200 ns and more there, as each
 * begins by reading parameters by name, and 40 here. A compact block is
 * compared with every transaction of the pool, 100,000 of them. */
#ifndef CHAIN_BASE_SIPHASH_H
#define CHAIN_BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

enum { SIPHASH_KEY_SIZE = 16 };

struct siphash_key {
	uint64_t words[2];
};

/* A key from its 16 bytes. */
struct siphash_key siphash_key(const uint8_t bytes[SIPHASH_KEY_SIZE]);

/* SipHash-2-4, as published. */
uint64_t siphash_2_4(const struct siphash_key *key, const void *bytes, size_t size);

/* SipHash-1-3: faster, and enough where nobody sees the result. */
uint64_t siphash_1_3(const struct siphash_key *key, const void *bytes, size_t size);

#endif
