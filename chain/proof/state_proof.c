#include "chain/proof/state_proof.h"

#include "chain/base/invariant.h"
#include "chain/proof/state_hash.h"

static size_t which_size(unsigned depth)
{
	return (depth + 7) / 8;
}

size_t state_proof_size(const struct state_proof *proof)
{
	size_t size = 2 + which_size(proof->depth) + 1;

	for (unsigned i = 0; i < proof->depth; i++)
		if (!hash_is_zero(&proof->siblings[i]))
			size += HASH_SIZE;
	return proof->ends_in_leaf ? size + 2 * HASH_SIZE : size;
}

void state_proof_put(struct writer *out, const struct state_proof *proof)
{
	uint8_t which[STATE_PROOF_DEPTH_MAX / 8] = {0};

	INVARIANT(proof->depth <= STATE_PROOF_DEPTH_MAX);
	for (unsigned i = 0; i < proof->depth; i++)
		if (!hash_is_zero(&proof->siblings[i]))
			which[i / 8] |= (uint8_t)(1u << i % 8);
	writer_u16(out, (uint16_t)proof->depth);
	writer_bytes(out, which, which_size(proof->depth));
	for (unsigned i = 0; i < proof->depth; i++)
		if (!hash_is_zero(&proof->siblings[i]))
			writer_hash(out, &proof->siblings[i]);
	writer_u8(out, proof->ends_in_leaf);
	if (proof->ends_in_leaf) {
		writer_hash(out, &proof->leaf_key_hash);
		writer_hash(out, &proof->leaf_value_hash);
	}
}

static bool which_is_canonical(struct bytes_view which, unsigned depth)
{
	unsigned last = depth - 1;

	return which.size == 0 || which.at[last / 8] >> last % 8 == 1;
}

static void get_siblings(struct cursor *in, struct state_proof *proof)
{
	struct bytes_view which = cursor_take_view(in, which_size(proof->depth));

	if (!which_is_canonical(which, proof->depth))
		cursor_fail(in, STATUS_MALFORMED);
	for (unsigned i = 0; i < proof->depth; i++) {
		proof->siblings[i] = (struct hash){{0}};
		if (in->status != STATUS_OK || !(which.at[i / 8] >> i % 8 & 1))
			continue;
		proof->siblings[i] = cursor_hash(in);
		if (hash_is_zero(&proof->siblings[i]))
			cursor_fail(in, STATUS_MALFORMED);
	}
}

void state_proof_get(struct cursor *in, struct state_proof *proof)
{
	proof->depth = cursor_u16(in);
	if (proof->depth > STATE_PROOF_DEPTH_MAX) {
		cursor_fail(in, STATUS_TOO_LARGE);
		proof->depth = 0;
	}
	get_siblings(in, proof);
	proof->ends_in_leaf = cursor_flag(in);
	proof->leaf_key_hash = proof->ends_in_leaf ? cursor_hash(in) : (struct hash){{0}};
	proof->leaf_value_hash = proof->ends_in_leaf ? cursor_hash(in) : (struct hash){{0}};
}

enum status state_proof_decode(struct state_proof *proof, struct bytes_view bytes)
{
	struct cursor in = cursor_on(bytes);

	state_proof_get(&in, proof);
	return cursor_finish(&in);
}

static unsigned bit_at(const struct hash *hash, unsigned index)
{
	return hash->bytes[index / 8] >> (7 - index % 8) & 1;
}

static bool same_beginning(const struct hash *a, const struct hash *b, unsigned bit_count)
{
	for (unsigned i = 0; i < bit_count; i++)
		if (bit_at(a, i) != bit_at(b, i))
			return false;
	return true;
}

/* Does the way end as it must for what is claimed? */
static bool end_fits(const struct hash *key_hash, const struct hash *value_hash,
                     const struct state_proof *proof)
{
	bool own = proof->ends_in_leaf && hash_equal(&proof->leaf_key_hash, key_hash);

	if (value_hash)
		return own && hash_equal(&proof->leaf_value_hash, value_hash);
	if (!proof->ends_in_leaf)
		return true;
	return !own && same_beginning(&proof->leaf_key_hash, key_hash, proof->depth);
}

bool state_proof_is_valid(const struct hash *root_hash, const struct hash *key_hash,
                          const struct hash *value_hash, const struct state_proof *proof)
{
	struct hash hash = {{0}};

	if (proof->depth > STATE_PROOF_DEPTH_MAX || !end_fits(key_hash, value_hash, proof))
		return false;
	if (proof->ends_in_leaf)
		hash = state_leaf_hash(&proof->leaf_key_hash, &proof->leaf_value_hash);
	for (unsigned i = proof->depth; i-- > 0;)
		hash = bit_at(key_hash, i) ? state_inner_hash(&proof->siblings[i], &hash)
		                           : state_inner_hash(&hash, &proof->siblings[i]);
	return hash_equal(&hash, root_hash);
}
