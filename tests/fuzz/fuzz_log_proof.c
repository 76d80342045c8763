/* Proofs of the log from strangers, judged once more by RFC 6962's definitions, which go
 * down from the root where log_check.c climbs. Input: index u64, size1 u64, size2 u64,
 * leaf 32, root1 32, root2 32, then the hashes of the path. Frontiers and tiles are
 * decoded from the same bytes. */
#include "chain/base/invariant.h"
#include "chain/proof/log.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static uint64_t split_of(uint64_t count)
{
	uint64_t split = 1;

	while (split < count - split)
		split *= 2;
	return split;
}

/* The root that PATH(index, D[size]) with these hashes leads to. False: it cannot be the
 * path of that leaf. */
static bool path_root(uint64_t index, uint64_t size, const struct hash *leaf,
                      const struct hash *hashes, size_t count, struct hash *root)
{
	uint64_t split;

	if (size == 1) {
		*root = *leaf;
		return count == 0;
	}
	if (count == 0)
		return false;
	split = split_of(size);
	if (index < split) {
		if (!path_root(index, split, leaf, hashes, count - 1, root))
			return false;
		*root = log_node_hash(root, &hashes[count - 1]);
	} else {
		if (!path_root(index - split, size - split, leaf, hashes, count - 1, root))
			return false;
		*root = log_node_hash(&hashes[count - 1], root);
	}
	return true;
}

/* The two roots that SUBPROOF(size1, D[size2], whole) leads to; *root1 is given where the
 * first log is a whole subtree. */
static bool subproof_roots(uint64_t size1, uint64_t size2, bool whole,
                           const struct hash *hashes, size_t count, struct hash *root1,
                           struct hash *root2)
{
	uint64_t split;

	if (size1 == size2) {
		if (!whole && count == 1)
			*root1 = hashes[0];
		*root2 = *root1;
		return count == (whole ? 0 : 1);
	}
	if (count == 0)
		return false;
	split = split_of(size2);
	if (size1 <= split) {
		if (!subproof_roots(size1, split, whole, hashes, count - 1, root1, root2))
			return false;
		*root2 = log_node_hash(root2, &hashes[count - 1]);
	} else {
		if (!subproof_roots(size1 - split, size2 - split, false, hashes, count - 1, root1,
		                    root2))
			return false;
		*root1 = log_node_hash(&hashes[count - 1], root1);
		*root2 = log_node_hash(&hashes[count - 1], root2);
	}
	return true;
}

static void check_inclusion(uint64_t index, uint64_t size, const struct hash *leaf,
                            const struct hash *root, const struct log_path *path)
{
	struct hash led_to = {{0}};
	bool is_path =
		index < size && path_root(index, size, leaf, path->hashes, path->count, &led_to);

	INVARIANT(
		log_inclusion_is_valid(root, size, leaf, index, path->hashes, path->count) ==
		(is_path && hash_equal(&led_to, root)));
	INVARIANT(log_inclusion_is_valid(&led_to, size, leaf, index, path->hashes,
	                                 path->count) == is_path);
}

static void check_consistency(uint64_t size1, uint64_t size2, const struct hash *root1,
                              const struct hash *root2, const struct log_path *path)
{
	struct hash first = *root1;
	struct hash second = {{0}};
	bool is_path =
		size1 > 0 && size1 <= size2 &&
		subproof_roots(size1, size2, true, path->hashes, path->count, &first, &second);

	INVARIANT(
		log_consistency_is_valid(root1, size1, root2, size2, path->hashes, path->count) ==
		(is_path && hash_equal(&first, root1) && hash_equal(&second, root2)));
	INVARIANT(log_consistency_is_valid(&first, size1, &second, size2, path->hashes,
	                                   path->count) == is_path);
}

static void check_frontier(struct bytes_view bytes)
{
	uint8_t again[LOG_FRONTIER_BYTES_MAX];
	struct writer out = writer_on(again, sizeof again);
	struct log_frontier frontier;

	if (log_frontier_decode(&frontier, bytes) != STATUS_OK)
		return;
	INVARIANT(log_frontier_encoded_size(&frontier) == bytes.size);
	log_frontier_put(&out, &frontier);
	INVARIANT(bytes_equal(bytes_view(again, bytes.size), bytes));
}

static void check_tile(struct bytes_view row)
{
	struct hash hashes[LOG_TILE_WIDTH];
	size_t count;

	if (log_tile_decode(hashes, &count, row) == STATUS_OK)
		INVARIANT(bytes_equal(bytes_view(hashes, count * sizeof *hashes), row));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct cursor in = cursor_on(bytes_view(bytes, size));
	uint64_t index = cursor_u64(&in);
	uint64_t size1 = cursor_u64(&in);
	uint64_t size2 = cursor_u64(&in);
	struct hash leaf = cursor_hash(&in);
	struct hash root1 = cursor_hash(&in);
	struct hash root2 = cursor_hash(&in);
	struct log_path path = {0};

	check_frontier(bytes_view(bytes, size));
	check_tile(bytes_view(bytes, size));
	if (in.status != STATUS_OK)
		return 0;
	while (in.left >= HASH_SIZE && path.count < LOG_PATH_MAX)
		path.hashes[path.count++] = cursor_hash(&in);
	check_inclusion(index, size2, &leaf, &root2, &path);
	check_consistency(size1, size2, &root1, &root2, &path);
	return 0;
}
