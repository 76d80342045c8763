#include "chain/proof/state_hash.h"

#include "chain/proof/node_hash.h"

enum { LEAF_TAG = 0x02, INNER_TAG = 0x03, KEY_TAG = 0x04, VALUE_TAG = 0x05 };

static struct hasher hasher_with(uint8_t tag)
{
	struct hasher hasher;

	hasher_start(&hasher);
	hasher_update(&hasher, &tag, sizeof tag);
	return hasher;
}

struct hash state_key_hash(const struct hash *genesis, struct bytes_view raw_key)
{
	struct hasher hasher = hasher_with(KEY_TAG);

	hasher_update(&hasher, genesis->bytes, HASH_SIZE);
	hasher_update(&hasher, raw_key.at, raw_key.size);
	return hasher_finish(&hasher);
}

struct hash state_value_hash(struct bytes_view value)
{
	struct hasher hasher = hasher_with(VALUE_TAG);

	hasher_update(&hasher, value.at, value.size);
	return hasher_finish(&hasher);
}

struct hash state_leaf_hash(const struct hash *key_hash, const struct hash *value_hash)
{
	return node_hash(LEAF_TAG, key_hash, value_hash);
}

struct hash state_inner_hash(const struct hash *left, const struct hash *right)
{
	return node_hash(INNER_TAG, left, right);
}
