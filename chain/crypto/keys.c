#include "chain/crypto/keys.h"

#include "chain/base/invariant.h"
#include "chain/base/memory.h"

#include <secp256k1.h>
#include <secp256k1_ecdh.h>
#include <secp256k1_extrakeys.h>
#include <secp256k1_schnorrsig.h>

_Static_assert(sizeof(secp256k1_keypair) == sizeof((struct key_pair){0}.opaque),
               "the library's key pair has another size");

struct signer {
	secp256k1_context *context;
};

static const secp256k1_keypair *library_pair(const struct key_pair *pair)
{
	return (const secp256k1_keypair *)(const void *)pair->opaque;
}

struct signer *signer_new(const struct hash *seed)
{
	struct signer *signer = memory_new(sizeof *signer);

	if (!signer)
		return NULL;
	signer->context = secp256k1_context_create(SECP256K1_CONTEXT_NONE);
	if (signer->context &&
	    secp256k1_context_randomize(signer->context, seed->bytes))
		return signer;
	signer_free(signer);
	return NULL;
}

void signer_free(struct signer *signer)
{
	if (!signer)
		return;
	if (signer->context)
		secp256k1_context_destroy(signer->context);
	memory_free(signer);
}

enum status key_pair_init(struct key_pair *pair, const struct signer *signer,
                          const struct secret_key *secret)
{
	secp256k1_keypair *inner = (secp256k1_keypair *)(void *)pair->opaque;
	secp256k1_xonly_pubkey point;

	if (!secp256k1_keypair_create(signer->context, inner, secret->bytes))
		return STATUS_MALFORMED;
	if (!secp256k1_keypair_xonly_pub(signer->context, &point, NULL, inner) ||
	    !secp256k1_xonly_pubkey_serialize(signer->context, pair->public_key.bytes,
	                                      &point)) {
		key_pair_wipe(pair);
		return STATUS_CRYPTO;
	}
	return STATUS_OK;
}

void key_pair_wipe(struct key_pair *pair)
{
	memory_wipe(pair, sizeof *pair);
}

void secret_key_wipe(struct secret_key *secret)
{
	memory_wipe(secret, sizeof *secret);
}

enum status key_pair_sign(struct signature *signature, const struct signer *signer,
                          const struct key_pair *pair, const struct hash *message,
                          const struct hash *auxiliary)
{
	if (!secp256k1_schnorrsig_sign32(signer->context, signature->bytes, message->bytes,
	                                 library_pair(pair), auxiliary->bytes))
		return STATUS_CRYPTO;
	if (!signature_is_valid(signature, message, &pair->public_key)) {
		memory_wipe(signature, sizeof *signature);
		return STATUS_CRYPTO;
	}
	return STATUS_OK;
}

bool signature_is_valid(const struct signature *signature, const struct hash *message,
                        const struct public_key *key)
{
	secp256k1_xonly_pubkey point;

	return secp256k1_xonly_pubkey_parse(secp256k1_context_static, &point, key->bytes) &&
	       secp256k1_schnorrsig_verify(secp256k1_context_static, signature->bytes,
	                                   message->bytes, HASH_SIZE, &point);
}

bool public_key_is_valid(const struct public_key *key)
{
	secp256k1_xonly_pubkey point;

	return secp256k1_xonly_pubkey_parse(secp256k1_context_static, &point, key->bytes);
}

bool secret_key_add(struct secret_key *secret, const struct hash *tweak)
{
	struct secret_key sum = *secret;
	bool done =
		secp256k1_ec_seckey_tweak_add(secp256k1_context_static, sum.bytes, tweak->bytes);

	if (done)
		*secret = sum;
	secret_key_wipe(&sum);
	return done;
}

enum status secret_key_point(uint8_t point[COMPRESSED_KEY_SIZE],
                             const struct signer *signer,
                             const struct secret_key *secret)
{
	secp256k1_pubkey key;
	size_t size = COMPRESSED_KEY_SIZE;

	if (!secp256k1_ec_pubkey_create(signer->context, &key, secret->bytes))
		return STATUS_MALFORMED;
	if (!secp256k1_ec_pubkey_serialize(signer->context, point, &size, &key,
	                                   SECP256K1_EC_COMPRESSED))
		return STATUS_CRYPTO;
	INVARIANT(size == COMPRESSED_KEY_SIZE);
	return STATUS_OK;
}

bool compressed_key_add(uint8_t point[COMPRESSED_KEY_SIZE], const struct hash *tweak)
{
	const secp256k1_context *context = secp256k1_context_static;
	secp256k1_pubkey key;
	size_t size = COMPRESSED_KEY_SIZE;

	return secp256k1_ec_pubkey_parse(context, &key, point, COMPRESSED_KEY_SIZE) &&
	       secp256k1_ec_pubkey_tweak_add(context, &key, tweak->bytes) &&
	       secp256k1_ec_pubkey_serialize(context, point, &size, &key,
	                                     SECP256K1_EC_COMPRESSED);
}

bool compressed_key_is_valid(const uint8_t point[COMPRESSED_KEY_SIZE])
{
	secp256k1_pubkey key;

	return secp256k1_ec_pubkey_parse(secp256k1_context_static, &key, point,
	                                 COMPRESSED_KEY_SIZE);
}

bool secret_key_agree(struct hash *shared, const struct secret_key *secret,
                      const uint8_t point[COMPRESSED_KEY_SIZE])
{
	const secp256k1_context *context = secp256k1_context_static;
	secp256k1_pubkey key;

	/* The library's own hash function is the one that is wanted. */
	return secp256k1_ec_pubkey_parse(context, &key, point, COMPRESSED_KEY_SIZE) &&
	       secp256k1_ecdh(context, shared->bytes, &key, secret->bytes, NULL, NULL);
}
