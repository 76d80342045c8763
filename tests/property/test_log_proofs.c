/* Proofs of the log against RFC 6962 written down once more: MTH, PATH and PROOF as
 * section 2.1 defines them, recursively, for every pair of sizes up to 600, all of them
 * made from the tiles of the largest. */
#include "chain/proof/log.h"
#include "tests/support/support.h"
#include "tests/unit/proof/memory_tiles.h"

enum { LEAVES = 600 };

static struct hash leaves[LEAVES];
static struct memory_tiles tiles;
static struct log_reader reader;

/* -- RFC 6962 section 2.1, in its words -----------------------------------------------
 */

static size_t split_of(size_t count)
{
	size_t split = 1;

	while (2 * split < count)
		split *= 2;
	return split;
}

/* MTH(D[from:to]), remembered. */
static struct hash tree_hash(size_t from, size_t to)
{
	static struct hash known[LEAVES][LEAVES + 1];
	static bool is_known[LEAVES][LEAVES + 1];
	struct hash left, right;
	size_t middle;

	if (to == from)
		return log_empty_root();
	if (to == from + 1)
		return leaves[from];
	if (!is_known[from][to]) {
		middle = from + split_of(to - from);
		left = tree_hash(from, middle);
		right = tree_hash(middle, to);
		known[from][to] = log_node_hash(&left, &right);
		is_known[from][to] = true;
	}
	return known[from][to];
}

/* PATH(index, D[from:to]), appended to *path. */
static void audit_path(size_t index, size_t from, size_t to, struct log_path *path)
{
	size_t split;

	if (to - from <= 1)
		return;
	split = split_of(to - from);
	if (index < split) {
		audit_path(index, from, from + split, path);
		path->hashes[path->count++] = tree_hash(from + split, to);
	} else {
		audit_path(index - split, from + split, to, path);
		path->hashes[path->count++] = tree_hash(from, from + split);
	}
}

/* SUBPROOF(size, D[from:to], whole), appended to *path. */
static void subproof(size_t size, size_t from, size_t to, bool whole,
                     struct log_path *path)
{
	size_t split;

	if (size == to - from) {
		if (!whole)
			path->hashes[path->count++] = tree_hash(from, to);
		return;
	}
	split = split_of(to - from);
	if (size <= split) {
		subproof(size, from, from + split, whole, path);
		path->hashes[path->count++] = tree_hash(from + split, to);
	} else {
		subproof(size - split, from + split, to, false, path);
		path->hashes[path->count++] = tree_hash(from, from + split);
	}
}

/* -- The tests --------------------------------------------------------------------------
 */

static void setup(void)
{
	struct random random = random_from(6962);

	for (size_t i = 0; i < LEAVES; i++)
		leaves[i] = random_hash(&random);
	memory_tiles_init(&tiles);
	memory_tiles_append(&tiles, leaves, 0, LEAVES);
	reader = memory_tiles_reader(&tiles);
}

static void teardown(void)
{
	memory_tiles_close(&tiles);
}

static void check_path(const struct log_path *path, const struct log_path *expected)
{
	ck_assert_uint_eq(path->count, expected->count);
	ck_assert(path->count == 0 || memcmp(path->hashes, expected->hashes,
	                                     path->count * sizeof *path->hashes) == 0);
}

START_TEST(every_root_up_to_600_leaves_is_that_of_the_rfc)
{
	struct log_frontier frontier = {0};

	for (size_t size = 0; size <= LEAVES; size++) {
		struct hash expected = tree_hash(0, size);
		struct hash root = log_frontier_root(&frontier);

		ck_assert(hash_equal(&root, &expected));
		ck_assert_int_eq(log_root_at(&root, &reader, size, NULL), STATUS_OK);
		ck_assert(hash_equal(&root, &expected));
		if (size < LEAVES)
			log_frontier_append(&frontier, &leaves[size]);
	}
}
END_TEST

START_TEST(every_leaf_of_every_size_up_to_600_is_proved_as_in_the_rfc)
{
	for (size_t size = 1; size <= LEAVES; size++) {
		struct hash root = tree_hash(0, size);

		for (size_t index = 0; index < size; index++) {
			struct log_path path, expected = {0};

			audit_path(index, 0, size, &expected);
			tiles.reads = 0;
			ck_assert_int_eq(log_prove_inclusion(&path, &reader, index, size, NULL),
			                 STATUS_OK);
			ck_assert_uint_le(tiles.reads, 4); /* two of each of two levels */
			check_path(&path, &expected);
			ck_assert(log_inclusion_is_valid(&root, size, &leaves[index], index,
			                                 path.hashes, path.count));
		}
	}
}
END_TEST

START_TEST(every_pair_of_sizes_up_to_600_is_proved_consistent_as_in_the_rfc)
{
	for (size_t size2 = 1; size2 <= LEAVES; size2++) {
		struct hash root2 = tree_hash(0, size2);

		for (size_t size1 = 1; size1 <= size2; size1++) {
			struct hash root1 = tree_hash(0, size1);
			struct log_path path, expected = {0};

			if (size1 < size2)
				subproof(size1, 0, size2, true, &expected);
			tiles.reads = 0;
			ck_assert_int_eq(log_prove_consistency(&path, &reader, size1, size2, NULL),
			                 STATUS_OK);
			ck_assert_uint_le(tiles.reads, 4);
			check_path(&path, &expected);
			ck_assert(log_consistency_is_valid(&root1, size1, &root2, size2, path.hashes,
			                                   path.count));
		}
	}
}
END_TEST

/* Any other place, size or length of the path is another claim, and false. */
START_TEST(a_proof_proves_one_leaf_at_one_place_of_one_size)
{
	for (size_t size = 1; size <= 40; size++) {
		struct hash root = tree_hash(0, size);

		for (size_t index = 0; index < size; index++) {
			struct log_path path = {0};

			audit_path(index, 0, size, &path);
			path.hashes[path.count] = root;
			for (size_t other = 0; other <= size; other++)
				ck_assert(log_inclusion_is_valid(&root, size, &leaves[index], other,
				                                 path.hashes,
				                                 path.count) == (other == index));
			for (size_t count = 0; count <= path.count + 1; count++)
				ck_assert(log_inclusion_is_valid(&root, size, &leaves[index], index,
				                                 path.hashes,
				                                 count) == (count == path.count));
		}
	}
}
END_TEST

static void flip(struct hash *hash, size_t bit)
{
	hash->bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
}

START_TEST(an_inclusion_proof_with_any_bit_flipped_is_refused)
{
	static const size_t SIZES[] = {1, 2, 3, 7, 8, 64, 65, 599};
	size_t size = SIZES[_i];
	struct hash root = tree_hash(0, size);

	for (size_t index = 0; index < size; index += size / 5 + 1) {
		struct hash leaf = leaves[index];
		struct log_path path = {0};

		audit_path(index, 0, size, &path);
		for (size_t bit = 0; bit < 256; bit++) {
			for (size_t i = 0; i < path.count; i++) {
				flip(&path.hashes[i], bit);
				ck_assert(!log_inclusion_is_valid(&root, size, &leaf, index, path.hashes,
				                                  path.count));
				flip(&path.hashes[i], bit);
			}
			flip(&root, bit);
			ck_assert(!log_inclusion_is_valid(&root, size, &leaf, index, path.hashes,
			                                  path.count));
			flip(&root, bit);
			flip(&leaf, bit);
			ck_assert(!log_inclusion_is_valid(&root, size, &leaf, index, path.hashes,
			                                  path.count));
			flip(&leaf, bit);
		}
		/* The size is fixed by the root, and so not a claim of the proof. */
		for (unsigned bit = 0; bit < 64; bit++)
			ck_assert(!log_inclusion_is_valid(
				&root, size, &leaf, index ^ UINT64_C(1) << bit, path.hashes, path.count));
	}
}
END_TEST

START_TEST(a_consistency_proof_with_any_bit_flipped_is_refused)
{
	static const size_t SIZES[][2] = {{1, 2},    {1, 8},    {3, 7},     {4, 7},    {6, 7},
	                                  {64, 600}, {65, 600}, {511, 512}, {599, 600}};
	size_t size1 = SIZES[_i][0];
	size_t size2 = SIZES[_i][1];
	struct hash root1 = tree_hash(0, size1);
	struct hash root2 = tree_hash(0, size2);
	struct log_path path = {0};
	struct hash *targets[2 + LOG_PATH_MAX] = {&root1, &root2};

	subproof(size1, 0, size2, true, &path);
	for (size_t i = 0; i < path.count; i++)
		targets[2 + i] = &path.hashes[i];
	for (size_t i = 0; i < 2 + path.count; i++) {
		for (size_t bit = 0; bit < 256; bit++) {
			flip(targets[i], bit);
			ck_assert(!log_consistency_is_valid(&root1, size1, &root2, size2, path.hashes,
			                                    path.count));
			flip(targets[i], bit);
		}
	}
	for (size_t count = 0; count < path.count; count++)
		ck_assert(
			!log_consistency_is_valid(&root1, size1, &root2, size2, path.hashes, count));
	path.hashes[path.count] = root2;
	ck_assert(!log_consistency_is_valid(&root1, size1, &root2, size2, path.hashes,
	                                    path.count + 1));
	ck_assert(
		log_consistency_is_valid(&root1, size1, &root2, size2, path.hashes, path.count));
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("log proofs");
	TCase *tests = tcase_create("log proofs");

	tcase_add_unchecked_fixture(tests, setup, teardown);
	tcase_add_test(tests, every_root_up_to_600_leaves_is_that_of_the_rfc);
	tcase_add_test(tests, every_leaf_of_every_size_up_to_600_is_proved_as_in_the_rfc);
	tcase_add_test(tests,
	               every_pair_of_sizes_up_to_600_is_proved_consistent_as_in_the_rfc);
	tcase_add_test(tests, a_proof_proves_one_leaf_at_one_place_of_one_size);
	tcase_add_loop_test(tests, an_inclusion_proof_with_any_bit_flipped_is_refused, 0, 8);
	tcase_add_loop_test(tests, a_consistency_proof_with_any_bit_flipped_is_refused, 0, 9);
	suite_add_tcase(suite, tests);
	return suite;
}
