#include "chain/crypto/derive.h"

#include "chain/base/invariant.h"
#include "chain/crypto/hash.h"

#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>

/* OpenSSL takes an empty string, but not always a NULL one. */
static const uint8_t *bytes_of(struct bytes_view bytes)
{
	static const uint8_t nothing[1];

	return bytes.size > 0 ? bytes.at : nothing;
}

static enum status hmac(const EVP_MD *digest, uint8_t *mac, unsigned mac_size,
                        struct bytes_view key, struct bytes_view message)
{
	unsigned size = mac_size;

	if (key.size > INT_MAX)
		return STATUS_TOO_LARGE;
	if (!HMAC(digest, bytes_of(key), (int)key.size, bytes_of(message), message.size, mac,
	          &size))
		return STATUS_CRYPTO;
	INVARIANT(size == mac_size);
	return STATUS_OK;
}

enum status hmac_sha256(struct hash *mac, struct bytes_view key,
                        struct bytes_view message)
{
	return hmac(EVP_sha256(), mac->bytes, HASH_SIZE, key, message);
}

enum status hmac_sha512(uint8_t mac[HMAC_SHA512_SIZE], struct bytes_view key,
                        struct bytes_view message)
{
	return hmac(EVP_sha512(), mac, HMAC_SHA512_SIZE, key, message);
}

static OSSL_PARAM octets(const char *name, struct bytes_view bytes)
{
	/* The parameter is only read; its type has no const because others are written. */
	return OSSL_PARAM_construct_octet_string(name, (void *)(uintptr_t)bytes_of(bytes),
	                                         bytes.size);
}

enum status derive_hkdf_sha256(uint8_t *out, size_t size, struct bytes_view secret,
                               struct bytes_view salt, struct bytes_view info)
{
	char digest[] = "SHA256";
	OSSL_PARAM parameters[] = {
	    OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
	    octets(OSSL_KDF_PARAM_KEY, secret),
	    octets(OSSL_KDF_PARAM_SALT, salt),
	    octets(OSSL_KDF_PARAM_INFO, info),
	    OSSL_PARAM_construct_end(),
	};
	EVP_KDF *algorithm;
	EVP_KDF_CTX *context;
	bool done;

	INVARIANT(size > 0);
	if (size > HKDF_SIZE_MAX || info.size > HKDF_INFO_SIZE_MAX)
		return STATUS_TOO_LARGE;
	algorithm = EVP_KDF_fetch(NULL, "HKDF", NULL);
	context = algorithm ? EVP_KDF_CTX_new(algorithm) : NULL;
	done = context && EVP_KDF_derive(context, out, size, parameters) > 0;
	EVP_KDF_CTX_free(context);
	EVP_KDF_free(algorithm);
	return done ? STATUS_OK : STATUS_CRYPTO;
}

enum status derive_pbkdf2_sha512(uint8_t *out, size_t size, struct bytes_view passphrase,
                                 struct bytes_view salt, uint32_t rounds)
{
	INVARIANT(size > 0 && rounds > 0);
	if (size > INT_MAX || passphrase.size > INT_MAX || salt.size > INT_MAX ||
	    rounds > INT_MAX)
		return STATUS_TOO_LARGE;
	if (!PKCS5_PBKDF2_HMAC((const char *)bytes_of(passphrase), (int)passphrase.size,
	                       bytes_of(salt), (int)salt.size, (int)rounds, EVP_sha512(),
	                       (int)size, out))
		return STATUS_CRYPTO;
	return STATUS_OK;
}

uint64_t scrypt_memory(const struct scrypt_cost *cost)
{
	uint64_t blocks;
	uint64_t bytes;

	/* B has p blocks, V has n, and the mixing itself needs two more. */
	blocks = (uint64_t)cost->n + cost->p + 2;
	if (__builtin_mul_overflow(blocks, 128 * (uint64_t)cost->r, &bytes))
		return UINT64_MAX;
	return bytes;
}

static bool scrypt_cost_is_sound(const struct scrypt_cost *cost)
{
	if (cost->n < 2 || (cost->n & (cost->n - 1)) != 0 || cost->r == 0 || cost->p == 0)
		return false;
	if ((uint64_t)cost->r * cost->p >= 1 << 30)
		return false;
	return cost->r >= 2 || cost->n < 1 << 16;
}

enum status derive_scrypt(uint8_t *out, size_t size, struct bytes_view passphrase,
                          struct bytes_view salt, const struct scrypt_cost *cost,
                          uint64_t memory_max)
{
	INVARIANT(size > 0);
	if (!scrypt_cost_is_sound(cost))
		return STATUS_MALFORMED;
	if (scrypt_memory(cost) > memory_max)
		return STATUS_TOO_LARGE;
	if (!EVP_PBE_scrypt((const char *)bytes_of(passphrase), passphrase.size,
	                    bytes_of(salt), salt.size, cost->n, cost->r, cost->p, memory_max,
	                    out, size))
		return STATUS_CRYPTO;
	return STATUS_OK;
}

enum status hash160(uint8_t hash[HASH160_SIZE], struct bytes_view bytes)
{
	struct hash inner = hash_of(bytes);
	unsigned size = HASH160_SIZE;

	if (!EVP_Digest(inner.bytes, HASH_SIZE, hash, &size, EVP_ripemd160(), NULL))
		return STATUS_CRYPTO;
	INVARIANT(size == HASH160_SIZE);
	return STATUS_OK;
}
