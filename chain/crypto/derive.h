/* Keys from other keys, from passphrases and from words: HMAC, HKDF, PBKDF2 and scrypt as
 * their RFCs say. All of it is OpenSSL's; this header is the few forms that the protocol
 * and the wallet use, with their sizes in the types. Everything here is deterministic.
 * Results that are secret are the caller's to wipe. */
#ifndef CHAIN_CRYPTO_DERIVE_H
#define CHAIN_CRYPTO_DERIVE_H

#include "chain/base/bytes.h"
#include "chain/base/status.h"

enum {
	HMAC_SHA512_SIZE = 64,
	HKDF_SIZE_MAX = 255 * HASH_SIZE, /* RFC 5869 section 2.3 */
	HKDF_INFO_SIZE_MAX = 1024,       /* OpenSSL 3.0's own maximum */
	HASH160_SIZE = 20,
};

/* HMAC-SHA256 (RFC 2104). Any key size, empty ones too. STATUS_TOO_LARGE: a key of more
 * than INT_MAX bytes. STATUS_CRYPTO: the library had no memory. */
MUST_CHECK enum status hmac_sha256(struct hash *mac, struct bytes_view key,
                                   struct bytes_view message);

/* HMAC-SHA512, as BIP-32 wants it. Errors as above. */
MUST_CHECK enum status hmac_sha512(uint8_t mac[HMAC_SHA512_SIZE], struct bytes_view key,
                                   struct bytes_view message);

/* HKDF-SHA256 (RFC 5869), extract and expand: `size` bytes, 1..HKDF_SIZE_MAX, from
 * `secret`. Any of the three inputs may be empty. STATUS_TOO_LARGE: `size` or `info` over
 * its maximum. STATUS_CRYPTO as above. */
MUST_CHECK enum status derive_hkdf_sha256(uint8_t *out, size_t size,
                                          struct bytes_view secret,
                                          struct bytes_view salt, struct bytes_view info);

/* PBKDF2-HMAC-SHA512 (RFC 8018 section 5.2), as BIP-39 wants it: `size` bytes from
 * `passphrase` after `rounds` rounds, at least 1. Errors as above. */
MUST_CHECK enum status derive_pbkdf2_sha512(uint8_t *out, size_t size,
                                            struct bytes_view passphrase,
                                            struct bytes_view salt, uint32_t rounds);

/* The three numbers of RFC 7914: time is n * r * p, memory 128 * n * r bytes and a
 * little. */
struct scrypt_cost {
	uint32_t n; /* CPU and memory cost: a power of two, at least 2 */
	uint32_t r; /* block size: 128 * r bytes */
	uint32_t p; /* parallelization: p such computations, one after the other here */
};

/* The bytes that OpenSSL's scrypt allocates for this cost, UINT64_MAX if that does not
 * fit. */
uint64_t scrypt_memory(const struct scrypt_cost *cost);

/* scrypt (RFC 7914): `size` bytes, at least 1, from `passphrase` and `salt`.
 *
 * STATUS_MALFORMED  the cost is none: n no power of two, or not below 2^(16 r) as section
 * 2 asks, or r or p zero, or r * p not below 2^30 STATUS_TOO_LARGE  it would take more
 * than `memory_max` bytes; nothing was allocated STATUS_CRYPTO     the library had no
 * memory */
MUST_CHECK enum status derive_scrypt(uint8_t *out, size_t size,
                                     struct bytes_view passphrase, struct bytes_view salt,
                                     const struct scrypt_cost *cost, uint64_t memory_max);

/* RIPEMD-160 of SHA-256: the identifier of a key in BIP-32, and nothing else here.
 * STATUS_CRYPTO: this OpenSSL has no RIPEMD-160. */
MUST_CHECK enum status hash160(uint8_t hash[HASH160_SIZE], struct bytes_view bytes);

#endif
