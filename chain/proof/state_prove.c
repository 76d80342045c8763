/* Proving from pages: the way down, four bits a page. */
#include "chain/proof/state_tree.h"

#include "chain/proof/state_hash.h"
#include "chain/proof/state_read.h"

#include <inttypes.h>

static enum status page_is_wrong(const struct state_page_key *key, struct why *why)
{
	return why_set(why, STATUS_CORRUPT,
	               "the state page of version %" PRIu64
	               ", depth %u has another hash than its parent says",
	               key->version, key->depth);
}

/* Ends the proof at a leaf, whose value is looked up and must be the one hashed. */
static enum status end_at_leaf(struct state_proof *proof,
                               const struct state_reader *reader,
                               const struct state_child *leaf, struct why *why)
{
	struct hash hash;
	enum status status;

	proof->ends_in_leaf = true;
	proof->leaf_key_hash = leaf->key_hash;
	status =
		reader->read_value_hash(reader->owner, &leaf->key_hash, &proof->leaf_value_hash);
	if (status == STATUS_NOT_FOUND)
		return why_set(why, STATUS_CORRUPT, "a value of the state is missing");
	if (status != STATUS_OK)
		return why_set(why, status, "read a value of the state");
	hash = state_leaf_hash(&proof->leaf_key_hash, &proof->leaf_value_hash);
	if (!hash_equal(&hash, &leaf->hash))
		return why_set(why, STATUS_CORRUPT,
		               "a value of the state is not what its leaf says");
	return STATUS_OK;
}

/* Goes down through one page; *node is where it ends, as far down as child 16 to 31. */
static void descend(struct state_proof *proof, const struct state_nodes *nodes,
                    unsigned nibble, unsigned *node)
{
	unsigned at = 1;

	for (unsigned bit = 4; bit-- > 0 && nodes->kind[at] == STATE_CHILD_PAGE;) {
		at = 2 * at + (nibble >> bit & 1);
		proof->siblings[proof->depth++] = *nodes->hash[at ^ 1];
	}
	*node = at;
}

enum status state_tree_prove(struct state_proof *proof, const struct state_reader *reader,
                             const struct state_root *root, const struct hash *key_hash,
                             struct why *why)
{
	struct hash expected = root->hash;
	uint64_t version = root->version;
	bool done = hash_is_zero(&root->hash);

	memset(proof, 0, sizeof *proof);
	for (unsigned depth = 0; !done; depth++) {
		struct state_page_key key = state_page_key_of(version, depth, key_hash);
		struct hash inner[STATE_PAGE_WIDTH];
		struct state_nodes nodes;
		struct state_page page;
		unsigned node;
		enum status status = state_read_page(reader, &key, &page, why);

		if (status != STATUS_OK)
			return status;
		state_page_nodes(&nodes, &page, STATE_PAGE_ALL, inner);
		if (!hash_equal(nodes.hash[1], &expected))
			return page_is_wrong(&key, why);
		descend(proof, &nodes, state_nibble(key_hash, depth), &node);
		if (nodes.kind[node] == STATE_CHILD_LEAF)
			return end_at_leaf(proof, reader, nodes.leaf[node], why);
		done = nodes.kind[node] == STATE_CHILD_NONE;
		if (!done) {
			expected = *nodes.hash[node];
			version = page.children[node - STATE_PAGE_WIDTH].version;
		}
	}
	return STATUS_OK;
}
