/* Appending to the log: in whatever blocks the leaves come, roots, frontiers and tiles
 * are the same, and they are the right ones. */
#include "chain/proof/log.h"
#include "tests/support/support.h"
#include "tests/unit/proof/memory_tiles.h"

enum {
	LEAVES = 5000,         /* two levels, and a few tiles of the second */
	LARGE_LEAVES = 270000, /* beyond 64^3: four levels */
};

static struct hash leaves[LARGE_LEAVES];

static void setup(void)
{
	struct random random = random_from(64);

	/* Distinct is what matters; random bytes for all would take longer than the test. */
	for (size_t i = 0; i < LARGE_LEAVES; i++) {
		put_le64(leaves[i].bytes, random_u64(&random));
		put_le64(leaves[i].bytes + 24, i);
	}
}

/* The root of the complete subtree of 2^height leaves from `first` on, by definition. */
static struct hash complete_root(size_t first, unsigned height)
{
	struct hash left, right;

	if (height == 0)
		return leaves[first];
	left = complete_root(first, height - 1);
	right = complete_root(first + ((size_t)1 << (height - 1)), height - 1);
	return log_node_hash(&left, &right);
}

static void check_tiles(const struct memory_tiles *tiles, size_t size)
{
	for (unsigned level = 0; level < MEMORY_LEVELS; level++) {
		unsigned height = LOG_TILE_BITS * level;

		ck_assert_uint_eq(tiles->count[level], size >> height);
		for (size_t i = 0; i < size >> height; i++) {
			struct hash expected = complete_root(i << height, height);

			ck_assert(hash_equal(&tiles->hashes[level][i], &expected));
		}
	}
}

START_TEST(leaves_in_any_blocks_make_the_same_tiles_and_roots)
{
	struct random random = random_from((uint64_t)_i);
	uint32_t block_max = (uint32_t)1 << (_i % 11);
	struct log_frontier frontier = {0};
	struct memory_tiles tiles;
	struct log_reader reader = memory_tiles_reader(&tiles);
	size_t size = 0;

	memory_tiles_init(&tiles);
	while (size < LEAVES) {
		size_t end = size + random_below(&random, block_max + 1);
		struct arena arena = {0};
		struct log_appender appender;
		struct log_frontier reached;
		struct hash root, expected;

		end = end < LEAVES ? end : LEAVES;
		if (random_below(&random, 2))
			ck_assert_int_eq(log_appender_start(&appender, &arena, &reader, size, NULL),
			                 STATUS_OK);
		else
			ck_assert_int_eq(
				log_appender_resume(&appender, &arena, &reader, &frontier, NULL),
				STATUS_OK);
		for (; size < end; size++) {
			ck_assert_int_eq(log_appender_append(&appender, &leaves[size], NULL),
			                 STATUS_OK);
			log_frontier_append(&frontier, &leaves[size]);
		}
		ck_assert_uint_eq(appender.size, size);
		root = log_appender_root(&appender);
		expected = log_frontier_root(&frontier);
		ck_assert(hash_equal(&root, &expected));
		log_appender_frontier(&reached, &appender);
		root = log_frontier_root(&reached);
		ck_assert(hash_equal(&root, &expected));
		memory_tiles_store(&tiles, &appender);
		arena_close(&arena);
		ck_assert_int_eq(log_root_at(&root, &reader, size, NULL), STATUS_OK);
		ck_assert(hash_equal(&root, &expected));
	}
	check_tiles(&tiles, size);
	memory_tiles_close(&tiles);
}
END_TEST

START_TEST(a_block_rewrites_one_tile_of_a_level_and_those_it_fills)
{
	struct random random = random_from(7);
	struct memory_tiles tiles;
	struct log_reader reader = memory_tiles_reader(&tiles);

	memory_tiles_init(&tiles);
	for (size_t size = 0; size < LEAVES;) {
		size_t end = size + 1 + random_below(&random, 300);
		struct arena arena = {0};
		struct log_appender appender;

		end = end < LEAVES ? end : LEAVES;
		ck_assert_int_eq(log_appender_start(&appender, &arena, &reader, size, NULL),
		                 STATUS_OK);
		for (size_t i = size; i < end; i++)
			ck_assert_int_eq(log_appender_append(&appender, &leaves[i], NULL), STATUS_OK);
		for (const struct log_tile *tile = appender.tiles; tile; tile = tile->next) {
			size_t before = size >> LOG_TILE_BITS * tile->level;
			size_t after = end >> LOG_TILE_BITS * tile->level;
			size_t first = (size_t)tile->index * LOG_TILE_WIDTH;

			ck_assert_uint_lt(before, after);
			ck_assert_uint_gt(first + tile->count, before);
			ck_assert_uint_eq(tile->count, after - first < LOG_TILE_WIDTH
			                                   ? after - first
			                                   : LOG_TILE_WIDTH);
		}
		memory_tiles_store(&tiles, &appender);
		arena_close(&arena);
		size = end;
	}
	memory_tiles_close(&tiles);
}
END_TEST

START_TEST(a_log_of_four_levels_proves_its_past_from_two_tiles_of_each)
{
	enum { SAMPLES = 300 };
	static struct hash roots[SAMPLES];
	static size_t sizes[SAMPLES];
	struct random random = random_from(4);
	struct log_frontier frontier = {0};
	struct memory_tiles tiles;
	struct log_reader reader = memory_tiles_reader(&tiles);
	size_t sample = 0;

	memory_tiles_init(&tiles);
	memory_tiles_append(&tiles, leaves, 0, 100000);
	memory_tiles_append(&tiles, leaves, 100000, LARGE_LEAVES);
	for (size_t i = 0; i < LARGE_LEAVES; i++) {
		log_frontier_append(&frontier, &leaves[i]);
		if ((i + 1) % (LARGE_LEAVES / SAMPLES) == 0) {
			sizes[sample] = i + 1;
			roots[sample++] = log_frontier_root(&frontier);
		}
	}
	ck_assert_uint_eq(sample, SAMPLES);
	for (size_t i = 0; i < SAMPLES; i++) {
		size_t index = random_below(&random, (uint32_t)sizes[i]);
		size_t earlier = random_below(&random, (uint32_t)i + 1);
		struct log_path path;

		tiles.reads = 0;
		ck_assert_int_eq(log_prove_inclusion(&path, &reader, index, sizes[i], NULL),
		                 STATUS_OK);
		ck_assert_uint_le(tiles.reads, 2 * MEMORY_LEVELS);
		ck_assert(log_inclusion_is_valid(&roots[i], sizes[i], &leaves[index], index,
		                                 path.hashes, path.count));
		tiles.reads = 0;
		ck_assert_int_eq(
			log_prove_consistency(&path, &reader, sizes[earlier], sizes[i], NULL),
			STATUS_OK);
		ck_assert_uint_le(tiles.reads, 2 * MEMORY_LEVELS);
		ck_assert(log_consistency_is_valid(&roots[earlier], sizes[earlier], &roots[i],
		                                   sizes[i], path.hashes, path.count));
	}
	memory_tiles_close(&tiles);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("log append");
	TCase *tests = tcase_create("log append");

	tcase_add_unchecked_fixture(tests, setup, NULL);
	tcase_add_loop_test(tests, leaves_in_any_blocks_make_the_same_tiles_and_roots, 0, 22);
	tcase_add_test(tests, a_block_rewrites_one_tile_of_a_level_and_those_it_fills);
	tcase_add_test(tests, a_log_of_four_levels_proves_its_past_from_two_tiles_of_each);
	suite_add_tcase(suite, tests);
	return suite;
}
