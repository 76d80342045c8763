#include "chain/crypto/cosign_key.h"

#include <openssl/evp.h>

static EVP_PKEY *private_key(const uint8_t seed[COSIGN_SEED_SIZE])
{
	return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, COSIGN_SEED_SIZE);
}

enum status cosign_key_public(struct hash *cosign_key, const uint8_t seed[COSIGN_SEED_SIZE])
{
	EVP_PKEY *key = private_key(seed);
	size_t size = HASH_SIZE;
	bool done = key && EVP_PKEY_get_raw_public_key(key, cosign_key->bytes, &size) == 1 &&
	            size == HASH_SIZE;

	EVP_PKEY_free(key);
	return done ? STATUS_OK : STATUS_CRYPTO;
}

enum status cosign_key_sign(uint8_t signature[COSIGN_SIGNATURE_SIZE],
                            const uint8_t seed[COSIGN_SEED_SIZE], struct bytes_view message)
{
	EVP_PKEY *key = private_key(seed);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	size_t size = COSIGN_SIGNATURE_SIZE;
	bool done =
		key && context && EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1 &&
		EVP_DigestSign(context, signature, &size, message.at, message.size) == 1 &&
		size == COSIGN_SIGNATURE_SIZE;

	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	return done ? STATUS_OK : STATUS_CRYPTO;
}

bool cosign_signature_is_valid(const uint8_t signature[COSIGN_SIGNATURE_SIZE],
                               const struct hash *cosign_key, struct bytes_view message)
{
	EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, cosign_key->bytes,
	                                            HASH_SIZE);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool valid = key && context &&
	             EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) == 1 &&
	             EVP_DigestVerify(context, signature, COSIGN_SIGNATURE_SIZE, message.at,
	                              message.size) == 1;

	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	return valid;
}
