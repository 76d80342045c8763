/* Checking that leaves are a range of a log: the tree is gone down from its root; where a
 * subtree has none of the leaves its hash is taken from the proof, else it is computed.
 */
#include "chain/proof/log.h"

struct descent {
	uint64_t size; /* of the log */
	uint64_t from, to;
	const struct hash *leaf_hashes;
	const struct hash *hashes;
	size_t left; /* of `hashes` */
	bool short_of_hashes;
};

/* The hash of the node, whose leaves are start.. as far as the log goes. A node that the
 * range cuts is gone into, and there are two of a height; a whole one has as many leaves
 * as were handed in. */
static struct hash node_below(struct descent *descent, unsigned height, uint64_t start)
{
	uint64_t width = UINT64_C(1) << height;
	uint64_t end = descent->size - start < width ? descent->size : start + width;
	struct hash left, right;

	if (end <= descent->from || start >= descent->to) {
		if (descent->left == 0) {
			descent->short_of_hashes = true;
			return (struct hash){{0}};
		}
		descent->left--;
		return *descent->hashes++;
	}
	if (height == 0)
		return descent->leaf_hashes[start - descent->from];
	left = node_below(descent, height - 1, start);
	if (end - start <= width / 2)
		return left;
	right = node_below(descent, height - 1, start + width / 2);
	return log_node_hash(&left, &right);
}

bool log_range_is_valid(const struct hash *root, uint64_t size, uint64_t from,
                        const struct hash *leaf_hashes, size_t leaf_count,
                        const struct hash *hashes, size_t count)
{
	struct descent descent = {
		.size = size,
		.from = from,
		.to = from + leaf_count,
		.leaf_hashes = leaf_hashes,
		.hashes = hashes,
		.left = count,
	};
	unsigned height = 0;
	struct hash computed;

	if (leaf_count == 0 || size >= LOG_SIZE_MAX || from >= size ||
	    leaf_count > size - from)
		return false;
	while (size > UINT64_C(1) << height)
		height++;
	computed = node_below(&descent, height, 0);
	return !descent.short_of_hashes && descent.left == 0 && hash_equal(&computed, root);
}
