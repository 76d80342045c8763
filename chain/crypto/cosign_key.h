/* Ed25519 (RFC 8032) keys, with which validators cosign checkpoints: every browser and every
 * transparency tool verifies Ed25519. */
#ifndef CHAIN_CRYPTO_COSIGN_KEY_H
#define CHAIN_CRYPTO_COSIGN_KEY_H

#include "chain/base/bytes.h"
#include "chain/base/status.h"

enum {
	COSIGN_SEED_SIZE = 32,
	COSIGN_SIGNATURE_SIZE = 64,
};

/* The public key of a seed of 32 random bytes, as `cosign_key` holds it. */
MUST_CHECK enum status cosign_key_public(struct hash *cosign_key,
                                         const uint8_t seed[COSIGN_SEED_SIZE]);

MUST_CHECK enum status cosign_key_sign(uint8_t signature[COSIGN_SIGNATURE_SIZE],
                                       const uint8_t seed[COSIGN_SEED_SIZE],
                                       struct bytes_view message);

/* False for a bad signature, and for bytes that are no key. */
bool cosign_signature_is_valid(const uint8_t signature[COSIGN_SIGNATURE_SIZE],
                               const struct hash *cosign_key, struct bytes_view message);

#endif
