/* SHA-256(tag || left || right): the one shape of every inner node, of the log and of the
 * state tree. The tag keeps the kinds apart; it is free, because 64 bytes and 65 cost the
 * same two compressions. */
#ifndef CHAIN_PROOF_NODE_HASH_H
#define CHAIN_PROOF_NODE_HASH_H

#include "chain/crypto/hash.h"

static inline struct hash node_hash(uint8_t tag, const struct hash *left,
                                    const struct hash *right)
{
	uint8_t bytes[1 + 2 * HASH_SIZE];

	bytes[0] = tag;
	memcpy(bytes + 1, left->bytes, HASH_SIZE);
	memcpy(bytes + 1 + HASH_SIZE, right->bytes, HASH_SIZE);
	return hash_of(bytes_view(bytes, sizeof bytes));
}

#endif
