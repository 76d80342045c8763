/* State proofs from strangers. Input: root 32, key hash 32, value hash 32, then a proof.
 * Whatever decodes has one encoding, and never proves both that a key has a value and
 * that it has none. */
#include "chain/base/invariant.h"
#include "chain/proof/state_hash.h"
#include "chain/proof/state_proof.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_encoding(const struct state_proof *proof, struct bytes_view bytes)
{
	uint8_t again[STATE_PROOF_SIZE_MAX];
	struct writer out = writer_on(again, sizeof again);

	INVARIANT(state_proof_size(proof) == bytes.size);
	state_proof_put(&out, proof);
	INVARIANT(bytes_equal(bytes_view(again, bytes.size), bytes));
}

/* The root to which the proof leads, by the definition: from the last step up. */
static struct hash root_of(const struct state_proof *proof, const struct hash *key_hash,
                           unsigned step)
{
	struct hash below;

	if (step == proof->depth)
		return proof->ends_in_leaf
		           ? state_leaf_hash(&proof->leaf_key_hash, &proof->leaf_value_hash)
		           : (struct hash){{0}};
	below = root_of(proof, key_hash, step + 1);
	if (key_hash->bytes[step / 8] & 0x80 >> step % 8)
		return state_inner_hash(&proof->siblings[step], &below);
	return state_inner_hash(&below, &proof->siblings[step]);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct cursor in = cursor_on(bytes_view(bytes, size));
	struct hash given = cursor_hash(&in);
	struct hash key_hash = cursor_hash(&in);
	struct hash value_hash = cursor_hash(&in);
	struct bytes_view rest = bytes_view(in.at, in.left);
	static struct state_proof proof;
	struct hash roots[2];

	if (in.status != STATUS_OK || state_proof_decode(&proof, rest) != STATUS_OK)
		return 0;
	check_encoding(&proof, rest);
	roots[0] = given;
	roots[1] = root_of(&proof, &key_hash, 0);
	for (int i = 0; i < 2; i++) {
		bool present = state_proof_is_valid(&roots[i], &key_hash, &value_hash, &proof);
		bool absent = state_proof_is_valid(&roots[i], &key_hash, NULL, &proof);

		INVARIANT(!(present && absent));
		INVARIANT(!(present || absent) || hash_equal(&roots[i], &roots[1]));
	}
	/* What leads to the root is proved, if it says anything about the key. */
	if (!proof.ends_in_leaf)
		INVARIANT(state_proof_is_valid(&roots[1], &key_hash, NULL, &proof));
	else if (hash_equal(&proof.leaf_key_hash, &key_hash))
		INVARIANT(
			state_proof_is_valid(&roots[1], &key_hash, &proof.leaf_value_hash, &proof));
	return 0;
}
