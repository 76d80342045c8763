#include "node/shell/verified.h"

#include "chain/crypto/hash.h"
#include "chain/crypto/keys.h"

#include <pthread.h>

/* Whole hashes: two signatures share one only if SHA-256 is broken, so that nothing is ever taken
 * for valid that is not. Zeros: free. */
static struct hash slots[VERIFIED_SLOTS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct hash name_of(const struct signature *signature, const struct hash *digest,
                           const struct public_key *key)
{
	struct hasher hasher;

	hasher_start(&hasher);
	hasher_update(&hasher, signature->bytes, SIGNATURE_SIZE);
	hasher_update(&hasher, digest->bytes, HASH_SIZE);
	hasher_update(&hasher, key->bytes, PUBLIC_KEY_SIZE);
	return hasher_finish(&hasher);
}

static struct hash *slot_of(const struct hash *name)
{
	return &slots[get_le32(name->bytes) % VERIFIED_SLOTS];
}

static bool has(const struct hash *name)
{
	bool found;

	pthread_mutex_lock(&lock);
	found = hash_equal(slot_of(name), name);
	pthread_mutex_unlock(&lock);
	return found;
}

static void put(const struct hash *name)
{
	pthread_mutex_lock(&lock);
	*slot_of(name) = *name;
	pthread_mutex_unlock(&lock);
}

bool verified_is_known(const struct signature *signature, const struct hash *digest,
                       const struct public_key *key)
{
	struct hash name = name_of(signature, digest, key);

	return has(&name);
}

void verified_remember(const struct signature *signature, const struct hash *digest,
                       const struct public_key *key)
{
	struct hash name = name_of(signature, digest, key);

	put(&name);
}

bool verified_check(const struct signature *signature, const struct hash *digest,
                    const struct public_key *key)
{
	struct hash name = name_of(signature, digest, key);

	if (has(&name))
		return true;
	if (!signature_is_valid(signature, digest, key))
		return false;
	put(&name);
	return true;
}
