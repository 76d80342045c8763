/* The hashes of the state tree. Each kind has its own first byte, none of them the log's:
 *
 *     leaf    SHA-256(0x02 || key hash || value hash)
 *     inner   SHA-256(0x03 || left || right)
 *     key     SHA-256(0x04 || genesis hash || raw key)
 *     value   SHA-256(0x05 || value)
 *
 * An empty subtree is 32 zero bytes, and a subtree with exactly one leaf is that leaf: it
 * bubbles up until it has a sibling. So the root depends on the set of keys and values
 * alone, not on the order in which they came. Keys are hashed for a uniform tree, and
 * with the genesis hash so that keys ground to collide on one network are of no use on
 * another. */
#ifndef CHAIN_PROOF_STATE_HASH_H
#define CHAIN_PROOF_STATE_HASH_H

#include "chain/base/bytes.h"

struct hash state_key_hash(const struct hash *genesis, struct bytes_view raw_key);
struct hash state_value_hash(struct bytes_view value);
struct hash state_leaf_hash(const struct hash *key_hash, const struct hash *value_hash);
struct hash state_inner_hash(const struct hash *left, const struct hash *right);

#endif
