/* The block functions are marked deprecated in OpenSSL 3 in favour of EVP; hash.h says
 * why they are used all the same. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "chain/crypto/hash.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

_Static_assert(sizeof(struct hasher) == sizeof(SHA256_CTX), "opaque has another size");
_Static_assert(_Alignof(struct hasher) >= _Alignof(SHA256_CTX), "and another alignment");

static SHA256_CTX *context(struct hasher *hasher)
{
	return (SHA256_CTX *)(void *)hasher;
}

void hasher_start(struct hasher *hasher)
{
	SHA256_Init(context(hasher));
}

void hasher_update(struct hasher *hasher, const void *bytes, size_t size)
{
	if (size > 0)
		SHA256_Update(context(hasher), bytes, size);
}

struct hash hasher_finish(struct hasher *hasher)
{
	struct hash hash;

	SHA256_Final(hash.bytes, context(hasher));
	return hash;
}

struct hash hash_of(struct bytes_view bytes)
{
	struct hasher hasher;

	hasher_start(&hasher);
	hasher_update(&hasher, bytes.at, bytes.size);
	return hasher_finish(&hasher);
}

struct hasher hasher_tagged(const char *tag)
{
	struct hash tag_hash = hash_of(text_view(tag));
	struct hasher hasher;

	hasher_start(&hasher);
	hasher_update(&hasher, tag_hash.bytes, HASH_SIZE);
	hasher_update(&hasher, tag_hash.bytes, HASH_SIZE);
	return hasher;
}

struct hash hash_tagged(const char *tag, struct bytes_view bytes)
{
	struct hasher hasher = hasher_tagged(tag);

	hasher_update(&hasher, bytes.at, bytes.size);
	return hasher_finish(&hasher);
}

bool hash_equal_in_constant_time(const struct hash *a, const struct hash *b)
{
	return CRYPTO_memcmp(a->bytes, b->bytes, HASH_SIZE) == 0;
}
