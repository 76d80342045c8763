/* BIP-340 Schnorr signatures over secp256k1. Secrets are wiped by their `_wipe`; signing
 * takes its randomness from the caller. */
#ifndef CHAIN_CRYPTO_KEYS_H
#define CHAIN_CRYPTO_KEYS_H

#include "chain/base/bytes.h"
#include "chain/base/status.h"

enum { SECRET_KEY_SIZE = 32 };

struct secret_key {
	uint8_t bytes[SECRET_KEY_SIZE];
};

/* A secret key ready to sign. Wipe it with key_pair_wipe on every way out. */
struct key_pair {
	uint8_t opaque[96];
	struct public_key public_key;
};

/* The library's context for signing, blinded with `seed` against side channels.
 * One per thread that signs; NULL when memory is out. */
MUST_CHECK struct signer *signer_new(const struct hash *seed);
void signer_free(struct signer *signer);

/* STATUS_MALFORMED: zero or not below the group's order. */
MUST_CHECK enum status key_pair_init(struct key_pair *pair, const struct signer *signer,
                                     const struct secret_key *secret);
void key_pair_wipe(struct key_pair *pair);
void secret_key_wipe(struct secret_key *secret);

/* BIP-340 over a 32-byte message; `auxiliary` is 32 random bytes. The result is checked
 * against the public key before it is handed out (a fault in the computation would give
 * the secret away): STATUS_CRYPTO if that fails. */
MUST_CHECK enum status key_pair_sign(struct signature *signature,
                                     const struct signer *signer,
                                     const struct key_pair *pair,
                                     const struct hash *message,
                                     const struct hash *auxiliary);

/* False for a bad signature and for bytes that are no key. Needs no context, any thread. */
bool signature_is_valid(const struct signature *signature, const struct hash *message,
                        const struct public_key *key);

/* Are these 32 bytes the x coordinate of a point? */
bool public_key_is_valid(const struct public_key *key);

/* secret := secret + tweak mod n (BIP-32). False: the sum is zero or the tweak too large,
 * *secret untouched. */
MUST_CHECK bool secret_key_add(struct secret_key *secret, const struct hash *tweak);

enum { COMPRESSED_KEY_SIZE = 33 };

/* The compressed point of a secret key, SEC 1 section 2.3.3: what BIP-32 and node ids use. */
MUST_CHECK enum status secret_key_point(uint8_t point[COMPRESSED_KEY_SIZE],
                                        const struct signer *signer,
                                        const struct secret_key *secret);

/* SHA-256 of the compressed point secret * point: the DH of the Noise functions over secp256k1,
 * BOLT 8 "Handshake State". False: `point` is none, or the secret no key. The result is secret:
 * the caller's to wipe. */
MUST_CHECK bool secret_key_agree(struct hash *shared, const struct secret_key *secret,
                                 const uint8_t point[COMPRESSED_KEY_SIZE]);

/* Are these 33 bytes a compressed point? */
bool compressed_key_is_valid(const uint8_t point[COMPRESSED_KEY_SIZE]);

/* point := point + tweak * G (BIP-32's public derivation). False: no point, or infinity. */
MUST_CHECK bool compressed_key_add(uint8_t point[COMPRESSED_KEY_SIZE],
                                   const struct hash *tweak);

#endif
