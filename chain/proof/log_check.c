/* Checking proofs of a log. Both algorithms climb from the leaf, or from the last node
 * that the two logs share, with two numbers: where we are on our height, and where the
 * last node of that height is. The right edge is reached when they are equal. */
#include "chain/proof/log.h"

struct climb {
	uint64_t here, last;
};

/* One height up, and past the heights at which the last node has no sibling and is
 * therefore its own parent. `left`: our sibling stood to the left. */
static void climb_up(struct climb *climb, bool left)
{
	while (left && !(climb->here & 1) && climb->here != 0) {
		climb->here >>= 1;
		climb->last >>= 1;
	}
	climb->here >>= 1;
	climb->last >>= 1;
}

static bool sibling_is_left(const struct climb *climb)
{
	return climb->here & 1 || climb->here == climb->last;
}

/* RFC 9162 section 2.1.3.2, whose fn and sn are `here` and `last`. */
bool log_inclusion_is_valid(const struct hash *root, uint64_t size,
                            const struct hash *leaf_hash, uint64_t index,
                            const struct hash *hashes, size_t count)
{
	struct climb climb = {.here = index, .last = size - 1};
	struct hash hash = *leaf_hash;

	if (index >= size)
		return false;
	for (size_t i = 0; i < count; i++) {
		bool left = sibling_is_left(&climb);

		if (climb.last == 0)
			return false;
		hash = left ? log_node_hash(&hashes[i], &hash) : log_node_hash(&hash, &hashes[i]);
		climb_up(&climb, left);
	}
	return climb.last == 0 && hash_equal(&hash, root);
}

/* RFC 9162 section 2.1.4.2. The first root is climbed to with the left siblings alone,
 * which is all the smaller log has; the second with every one. */
static bool climb_both(const struct hash *root1, const struct hash *root2,
                       struct climb climb, const struct hash *seed,
                       const struct hash *hashes, size_t count)
{
	struct hash first = *seed;
	struct hash second = *seed;

	for (size_t i = 0; i < count; i++) {
		bool left = sibling_is_left(&climb);

		if (climb.last == 0)
			return false;
		if (left) {
			first = log_node_hash(&hashes[i], &first);
			second = log_node_hash(&hashes[i], &second);
		} else {
			second = log_node_hash(&second, &hashes[i]);
		}
		climb_up(&climb, left);
	}
	return climb.last == 0 && hash_equal(&first, root1) && hash_equal(&second, root2);
}

bool log_consistency_is_valid(const struct hash *root1, uint64_t size1,
                              const struct hash *root2, uint64_t size2,
                              const struct hash *hashes, size_t count)
{
	struct climb climb = {.here = size1 - 1, .last = size2 - 1};

	if (size1 == 0 || size1 > size2)
		return false;
	if (size1 == size2)
		return count == 0 && hash_equal(root1, root2);
	if (count == 0)
		return false;
	while (climb.here & 1) {
		climb.here >>= 1;
		climb.last >>= 1;
	}
	/* A power of two leaves is one node, whose hash the verifier brings along. */
	if ((size1 & (size1 - 1)) == 0)
		return climb_both(root1, root2, climb, root1, hashes, count);
	return climb_both(root1, root2, climb, &hashes[0], hashes + 1, count - 1);
}
