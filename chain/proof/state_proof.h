/* Proofs of the state: that a key has a value, or that it has none, under a state root.
 * What is here needs no tree, no node and no disk.
 *
 * The proof is the way down from the root, bit by bit of the key hash, high bit first: at
 * each step the hash of the subtree that is left aside. It ends at the key's own leaf,
 * or, for a key that is absent, at nothing or at the leaf of another key that stands
 * alone where this one would be.
 *
 *     depth u16 | which: one bit for each step, the first in the lowest bit of the first
 *     byte, 1 where the sibling is not empty, (depth + 7) / 8 bytes, unused bits zero |
 *     the siblings that are not empty, 32 each, root first |
 *     end u8: 0 nothing, 1 a leaf, then key hash 32, value hash 32 */
#ifndef CHAIN_PROOF_STATE_PROOF_H
#define CHAIN_PROOF_STATE_PROOF_H

#include "chain/base/bytes.h"
#include "chain/base/limits.h"
#include "chain/base/status.h"
#include "chain/codec/cursor.h"
#include "chain/codec/writer.h"

enum {
	STATE_PROOF_DEPTH_MAX = 4 * STATE_DEPTH_MAX, /* bits of a key hash */
	STATE_PROOF_SIZE_MAX = 2 + STATE_PROOF_DEPTH_MAX / 8 +
	                       STATE_PROOF_DEPTH_MAX * HASH_SIZE + 1 + 2 * HASH_SIZE,
};

struct state_proof {
	unsigned depth;                              /* steps, 0..256 */
	struct hash siblings[STATE_PROOF_DEPTH_MAX]; /* root first; zeros: empty */
	bool ends_in_leaf;                           /* false: in nothing */
	struct hash leaf_key_hash;                   /* zeros without a leaf */
	struct hash leaf_value_hash;                 /* the same */
};

size_t state_proof_size(const struct state_proof *proof);
void state_proof_put(struct writer *out, const struct state_proof *proof);

/* One encoding for a proof: refuses unused bits, a sibling said not to be empty that is,
 * and a last sibling that is empty, since the way would have ended a step earlier, with
 * STATUS_MALFORMED; a depth above 256 with STATUS_TOO_LARGE. */
void state_proof_get(struct cursor *in, struct state_proof *proof);
MUST_CHECK enum status state_proof_decode(struct state_proof *proof,
                                          struct bytes_view bytes);

/* Does the tree with this root hash hold `value_hash` under `key_hash`, or, where
 * `value_hash` is NULL, nothing? The proof may come from anybody. */
bool state_proof_is_valid(const struct hash *root_hash, const struct hash *key_hash,
                          const struct hash *value_hash, const struct state_proof *proof);

#endif
