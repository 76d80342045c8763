/* The log one thing at a time; tests/property/test_log_*.c has it in the large. */
#include "chain/proof/log.h"
#include "tests/support/support.h"
#include "tests/unit/proof/memory_tiles.h"

enum { LEAVES = 300 };

static struct hash leaves[LEAVES];

static void setup(void)
{
	struct random random = random_from(1);

	for (size_t i = 0; i < LEAVES; i++)
		leaves[i] = random_hash(&random);
}

static struct log_frontier frontier_of(size_t size)
{
	struct log_frontier frontier = {0};

	for (size_t i = 0; i < size; i++)
		log_frontier_append(&frontier, &leaves[i]);
	return frontier;
}

static struct hash root_of(size_t size)
{
	struct log_frontier frontier = frontier_of(size);

	return log_frontier_root(&frontier);
}

static void check_hash(struct hash hash, struct hash expected)
{
	ck_assert_mem_eq(hash.bytes, expected.bytes, HASH_SIZE);
}

/* -- Hashes and the frontier -------------------------------------------------------- */

START_TEST(a_leaf_hashed_in_pieces_is_the_leaf_hashed_at_once)
{
	struct hasher hasher = log_leaf_hasher();

	hasher_update(&hasher, "ab", 2);
	hasher_update(&hasher, "c", 1);
	check_hash(hasher_finish(&hasher), log_leaf_hash(text_view("abc")));
}
END_TEST

START_TEST(an_empty_frontier_has_the_empty_root)
{
	struct log_frontier frontier = {0};

	check_hash(log_frontier_root(&frontier), log_empty_root());
}
END_TEST

START_TEST(the_root_of_three_leaves_is_what_the_rfc_draws)
{
	struct hash left = log_node_hash(&leaves[0], &leaves[1]);

	check_hash(root_of(1), leaves[0]);
	check_hash(root_of(2), left);
	check_hash(root_of(3), log_node_hash(&left, &leaves[2]));
}
END_TEST

START_TEST(a_frontier_comes_back_from_its_bytes)
{
	struct log_frontier frontier = frontier_of((size_t)_i);
	uint8_t bytes[LOG_FRONTIER_BYTES_MAX];
	size_t size = log_frontier_encoded_size(&frontier);
	struct writer out = writer_on(bytes, size);
	struct log_frontier back;

	log_frontier_put(&out, &frontier);
	ck_assert_uint_eq(out.left, 0);
	ck_assert_int_eq(log_frontier_decode(&back, bytes_view(bytes, size)), STATUS_OK);
	ck_assert_uint_eq(back.size, frontier.size);
	check_hash(log_frontier_root(&back), log_frontier_root(&frontier));
	log_frontier_append(&back, &leaves[_i]);
	check_hash(log_frontier_root(&back), root_of((size_t)_i + 1));
}
END_TEST

START_TEST(a_frontier_begins_with_its_highest_peak)
{
	struct log_frontier frontier = frontier_of(3);
	struct hash pair = log_node_hash(&leaves[0], &leaves[1]);
	uint8_t bytes[8 + 2 * HASH_SIZE];
	struct writer out = writer_on(bytes, sizeof bytes);

	log_frontier_put(&out, &frontier);
	ck_assert_uint_eq(get_le64(bytes), 3);
	ck_assert_mem_eq(bytes + 8, pair.bytes, HASH_SIZE);
	ck_assert_mem_eq(bytes + 8 + HASH_SIZE, leaves[2].bytes, HASH_SIZE);
}
END_TEST

START_TEST(a_frontier_cut_anywhere_or_with_more_behind_it_is_refused)
{
	struct log_frontier frontier = frontier_of(7);
	uint8_t bytes[8 + 3 * HASH_SIZE + 1] = {0};
	struct writer out = writer_on(bytes, sizeof bytes);
	struct log_frontier back;

	log_frontier_put(&out, &frontier);
	for (size_t size = 0; size < sizeof bytes - 1; size++)
		ck_assert_int_eq(log_frontier_decode(&back, bytes_view(bytes, size)),
		                 STATUS_SHORT);
	ck_assert_int_eq(log_frontier_decode(&back, bytes_view(bytes, sizeof bytes)),
	                 STATUS_TRAILING);
}
END_TEST

START_TEST(a_frontier_of_more_leaves_than_a_log_can_have_is_refused)
{
	uint8_t bytes[8 + 64 * HASH_SIZE] = {0};
	struct log_frontier back;

	put_le64(bytes, LOG_SIZE_MAX);
	ck_assert_int_eq(log_frontier_decode(&back, bytes_view(bytes, 8 + HASH_SIZE)),
	                 STATUS_TOO_LARGE);
	put_le64(bytes, UINT64_MAX);
	ck_assert_int_eq(log_frontier_decode(&back, bytes_view(bytes, sizeof bytes)),
	                 STATUS_TOO_LARGE);
	put_le64(bytes, LOG_SIZE_MAX - 1);
	ck_assert_int_eq(
		log_frontier_decode(&back, bytes_view(bytes, LOG_FRONTIER_BYTES_MAX)), STATUS_OK);
	ck_assert_uint_eq(log_frontier_encoded_size(&back), LOG_FRONTIER_BYTES_MAX);
}
END_TEST

/* -- Tiles -------------------------------------------------------------------------- */

START_TEST(tile_keys_sort_by_level_then_by_index)
{
	uint8_t key[LOG_TILE_KEY_SIZE];
	struct bytes_view expected = from_hex("0a01020304050607");

	log_tile_key(key, 10, UINT64_C(0x01020304050607));
	ck_assert_mem_eq(key, expected.at, sizeof key);
}
END_TEST

START_TEST(a_tile_row_is_one_to_sixty_four_whole_hashes)
{
	struct hash hashes[LOG_TILE_WIDTH];
	size_t count = 0;

	for (size_t size = 0; size <= sizeof leaves; size++) {
		bool whole = size > 0 && size % HASH_SIZE == 0 && size / HASH_SIZE <= 64;

		ck_assert_int_eq(log_tile_decode(hashes, &count, bytes_view(leaves, size)),
		                 whole ? STATUS_OK : STATUS_MALFORMED);
		if (whole) {
			ck_assert_uint_eq(count, size / HASH_SIZE);
			ck_assert_mem_eq(hashes, leaves, size);
		}
	}
}
END_TEST

/* -- The appender ------------------------------------------------------------------- */

START_TEST(a_short_log_takes_little_memory)
{
	struct memory_tiles tiles;
	struct log_reader reader = memory_tiles_reader(&tiles);
	struct arena arena = {0};
	struct log_appender appender;

	memory_tiles_init(&tiles);
	ck_assert_int_eq(log_appender_start(&appender, &arena, &reader, 0, NULL), STATUS_OK);
	ck_assert_uint_eq(arena.size, 0);
	check_hash(log_appender_root(&appender), log_empty_root());
	for (size_t i = 0; i < 3; i++)
		ck_assert_int_eq(log_appender_append(&appender, &leaves[i], NULL), STATUS_OK);
	ck_assert_uint_lt(arena.size + sizeof appender, 1024);
	check_hash(log_appender_root(&appender), root_of(3));
	ck_assert_uint_eq(tiles.reads, 0);
	arena_close(&arena);
	memory_tiles_close(&tiles);
}
END_TEST

START_TEST(only_changed_tiles_are_listed)
{
	struct memory_tiles tiles;
	struct log_reader reader = memory_tiles_reader(&tiles);
	struct arena arena = {0};
	struct log_appender appender;

	memory_tiles_init(&tiles);
	memory_tiles_append(&tiles, leaves, 0, 126);
	ck_assert_int_eq(log_appender_start(&appender, &arena, &reader, 126, NULL),
	                 STATUS_OK);
	ck_assert_ptr_null(appender.tiles);

	/* One leaf: the last tile of level 0. */
	ck_assert_int_eq(log_appender_append(&appender, &leaves[126], NULL), STATUS_OK);
	ck_assert_uint_eq(appender.tile_count, 1);
	ck_assert_uint_eq(appender.tiles->level, 0);
	ck_assert_uint_eq(appender.tiles->index, 1);
	ck_assert_uint_eq(appender.tiles->count, 63);

	/* The next fills it, and its root goes to level 1. */
	ck_assert_int_eq(log_appender_append(&appender, &leaves[127], NULL), STATUS_OK);
	ck_assert_uint_eq(appender.tile_count, 2);
	ck_assert_uint_eq(appender.tiles->level, 1);
	ck_assert_uint_eq(appender.tiles->index, 0);
	ck_assert_uint_eq(appender.tiles->count, 2);

	/* The next begins a tile. */
	ck_assert_int_eq(log_appender_append(&appender, &leaves[128], NULL), STATUS_OK);
	ck_assert_uint_eq(appender.tile_count, 3);
	ck_assert_uint_eq(appender.tiles->index, 2);
	ck_assert_uint_eq(appender.tiles->count, 1);
	arena_close(&arena);
	memory_tiles_close(&tiles);
}
END_TEST

START_TEST(an_appender_resumed_from_a_frontier_reads_only_what_it_changes)
{
	struct log_frontier frontier = frontier_of(200);
	struct memory_tiles tiles;
	struct log_reader reader = memory_tiles_reader(&tiles);
	struct arena arena = {0};
	struct log_appender appender;

	memory_tiles_init(&tiles);
	memory_tiles_append(&tiles, leaves, 0, 200);
	tiles.reads = 0;
	ck_assert_int_eq(log_appender_resume(&appender, &arena, &reader, &frontier, NULL),
	                 STATUS_OK);
	check_hash(log_appender_root(&appender), root_of(200));
	ck_assert_uint_eq(tiles.reads, 0);
	for (size_t i = 200; i < LEAVES; i++) {
		ck_assert_int_eq(log_appender_append(&appender, &leaves[i], NULL), STATUS_OK);
		check_hash(log_appender_root(&appender), root_of(i + 1));
	}
	ck_assert_uint_eq(tiles.reads, 2);
	memory_tiles_store(&tiles, &appender);
	arena_close(&arena);
	memory_tiles_append(&tiles, leaves, LEAVES, LEAVES);
	memory_tiles_close(&tiles);
}
END_TEST

START_TEST(an_appender_gives_its_frontier)
{
	struct memory_tiles tiles;
	struct log_reader reader = memory_tiles_reader(&tiles);
	struct log_frontier frontier, expected = frontier_of(200);
	struct arena arena = {0};
	struct log_appender appender;

	memory_tiles_init(&tiles);
	memory_tiles_append(&tiles, leaves, 0, 200);
	ck_assert_int_eq(log_appender_start(&appender, &arena, &reader, 200, NULL),
	                 STATUS_OK);
	log_appender_frontier(&frontier, &appender);
	ck_assert_uint_eq(frontier.size, 200);
	for (unsigned height = 0; height < 64; height++)
		if (frontier.size >> height & 1)
			check_hash(frontier.peaks[height], expected.peaks[height]);
	arena_close(&arena);
	memory_tiles_close(&tiles);
}
END_TEST

/* -- Damage ------------------------------------------------------------------------- */

static enum status try_start(struct memory_tiles *tiles, uint64_t size, struct why *why)
{
	struct log_reader reader = memory_tiles_reader(tiles);
	struct arena arena = {0};
	struct log_appender appender;
	enum status status = log_appender_start(&appender, &arena, &reader, size, why);

	arena_close(&arena);
	return status;
}

START_TEST(an_appender_does_not_start_where_hashes_are_missing)
{
	struct memory_tiles tiles;
	struct why why = {{0}};

	memory_tiles_init(&tiles);
	memory_tiles_append(&tiles, leaves, 0, 200);
	ck_assert_int_eq(try_start(&tiles, 201, &why), STATUS_CORRUPT);
	ck_assert_str_eq(why.text, "tile 3 of level 0 has 8 hashes, and 9 are needed: "
	                           "stored data is damaged");
	ck_assert_int_eq(try_start(&tiles, LOG_SIZE_MAX, &why), STATUS_CORRUPT);
	ck_assert_int_eq(try_start(&tiles, UINT64_MAX, &why), STATUS_CORRUPT);
	tiles.lost_level = 1;
	tiles.lost_from = 2;
	ck_assert_int_eq(try_start(&tiles, 200, &why), STATUS_CORRUPT);
	tiles.lost_from = 0;
	ck_assert_int_eq(try_start(&tiles, 200, &why), STATUS_CORRUPT);
	ck_assert_str_eq(why.text, "tile 0 of level 1 is missing: stored data is damaged");
	tiles.lost_from = SIZE_MAX;
	ck_assert_int_eq(try_start(&tiles, 200, &why), STATUS_OK);
	memory_tiles_close(&tiles);
}
END_TEST

static enum status read_too_many(void *owner, unsigned level, uint64_t index,
                                 struct hash hashes[LOG_TILE_WIDTH], size_t *count)
{
	(void)owner;
	(void)level;
	(void)index;
	memset(hashes, 0, LOG_TILE_WIDTH * sizeof *hashes);
	*count = LOG_TILE_WIDTH + 1;
	return STATUS_OK;
}

START_TEST(a_tile_with_more_hashes_than_a_tile_has_is_corrupt)
{
	struct log_reader reader = {.read_tile = read_too_many};
	struct hash root;

	ck_assert_int_eq(log_root_at(&root, &reader, 5, NULL), STATUS_CORRUPT);
}
END_TEST

START_TEST(a_resumed_appender_fails_when_the_tile_it_needs_is_gone)
{
	struct log_frontier frontier = frontier_of(200);
	struct memory_tiles tiles;
	struct log_reader reader = memory_tiles_reader(&tiles);
	struct arena arena = {0};
	struct log_appender appender;

	memory_tiles_init(&tiles);
	ck_assert_int_eq(log_appender_resume(&appender, &arena, &reader, &frontier, NULL),
	                 STATUS_OK);
	ck_assert_int_eq(log_appender_append(&appender, &leaves[200], NULL), STATUS_CORRUPT);
	arena_close(&arena);
}
END_TEST

START_TEST(what_a_reader_fails_with_is_passed_up)
{
	struct memory_tiles tiles;
	struct log_reader reader = memory_tiles_reader(&tiles);
	struct log_path path;
	struct hash root;
	struct why why = {{0}};

	memory_tiles_init(&tiles);
	memory_tiles_append(&tiles, leaves, 0, 200);
	tiles.refuse = STATUS_PRUNED;
	ck_assert_int_eq(try_start(&tiles, 200, &why), STATUS_PRUNED);
	ck_assert_int_eq(log_root_at(&root, &reader, 200, &why), STATUS_PRUNED);
	ck_assert_int_eq(log_prove_inclusion(&path, &reader, 1, 200, &why), STATUS_PRUNED);
	ck_assert_str_eq(why.text, "read tile 0 of level 0: no longer kept here");
	ck_assert_int_eq(log_prove_inclusion(&path, &reader, 199, 200, &why), STATUS_PRUNED);
	ck_assert_int_eq(log_prove_consistency(&path, &reader, 3, 200, &why), STATUS_PRUNED);
	ck_assert_int_eq(log_prove_consistency(&path, &reader, 128, 200, &why),
	                 STATUS_PRUNED);
	memory_tiles_close(&tiles);
}
END_TEST

START_TEST(every_refused_request_for_memory_is_reported)
{
	struct memory_tiles tiles;
	struct log_reader reader = memory_tiles_reader(&tiles);
	unsigned long k = 0;
	enum status status;

	memory_tiles_init(&tiles);
	do {
		struct log_frontier frontier = {0};
		struct arena arena = {0};
		struct log_appender appender;

		memory_fail_at(++k, 1);
		status = log_appender_start(&appender, &arena, &reader, 0, NULL);
		for (size_t i = 0; status == STATUS_OK && i < 70 * 64; i++) {
			status = log_appender_append(&appender, &leaves[i % LEAVES], NULL);
			log_frontier_append(&frontier, &leaves[i % LEAVES]);
		}
		memory_fail_at(0, 0);
		ck_assert(status == STATUS_OK || status == STATUS_MEMORY);
		if (status == STATUS_OK)
			check_hash(log_appender_root(&appender), log_frontier_root(&frontier));
		arena_close(&arena);
	} while (status != STATUS_OK);
	ck_assert_uint_ge(k, 3);
	memory_tiles_close(&tiles);
}
END_TEST

/* An arena asks for memory a chunk at a time: this one is full at each request. */
START_TEST(every_piece_of_memory_refused_is_reported)
{
	struct memory_tiles tiles;
	struct log_reader reader = memory_tiles_reader(&tiles);
	size_t chunk = 64 << 10;
	bool refused = true;

	memory_tiles_init(&tiles);
	memory_tiles_append(&tiles, leaves, 0, 126);
	for (size_t left = 0; refused; left += 16) {
		struct arena arena = {0};
		struct log_appender appender;
		enum status status;

		ck_assert_ptr_nonnull(arena_take(&arena, chunk - left));
		memory_fail_at(1, 1);
		status = log_appender_start(&appender, &arena, &reader, 126, NULL);
		for (size_t i = 126; status == STATUS_OK && i < 130; i++)
			status = log_appender_append(&appender, &leaves[i], NULL);
		memory_fail_at(0, 0);
		refused = status == STATUS_MEMORY;
		ck_assert(refused || status == STATUS_OK);
		arena_close(&arena);
	}
	memory_tiles_close(&tiles);
}
END_TEST

/* -- Proofs that cannot be ---------------------------------------------------------- */

START_TEST(what_no_log_has_cannot_be_proved)
{
	struct memory_tiles tiles;
	struct log_reader reader = memory_tiles_reader(&tiles);
	struct log_path path;
	struct hash root;
	struct why why = {{0}};

	memory_tiles_init(&tiles);
	memory_tiles_append(&tiles, leaves, 0, 10);
	ck_assert_int_eq(log_prove_inclusion(&path, &reader, 5, 5, &why), STATUS_NOT_FOUND);
	ck_assert_str_eq(why.text, "no leaf 5 in a log of 5: not there");
	ck_assert_int_eq(log_prove_inclusion(&path, &reader, 0, 0, &why), STATUS_NOT_FOUND);
	ck_assert_int_eq(log_prove_inclusion(&path, &reader, 5, LOG_SIZE_MAX, &why),
	                 STATUS_NOT_FOUND);
	ck_assert_int_eq(log_prove_consistency(&path, &reader, 0, 5, &why), STATUS_NOT_FOUND);
	ck_assert_int_eq(log_prove_consistency(&path, &reader, 6, 5, &why), STATUS_NOT_FOUND);
	ck_assert_int_eq(log_prove_consistency(&path, &reader, 6, UINT64_MAX, &why),
	                 STATUS_NOT_FOUND);
	ck_assert_int_eq(log_root_at(&root, &reader, UINT64_MAX, &why), STATUS_NOT_FOUND);
	ck_assert_int_eq(log_prove_inclusion(&path, &reader, 5, 11, &why), STATUS_CORRUPT);
	ck_assert_int_eq(log_root_at(&root, &reader, 11, &why), STATUS_CORRUPT);
	ck_assert_int_eq(log_root_at(&root, &reader, 0, &why), STATUS_OK);
	check_hash(root, log_empty_root());
	memory_tiles_close(&tiles);
}
END_TEST

START_TEST(equal_sizes_are_consistent_without_hashes_if_the_roots_are_equal)
{
	struct hash root = root_of(5);
	struct hash other = root_of(6);

	ck_assert(log_consistency_is_valid(&root, 5, &root, 5, NULL, 0));
	ck_assert(!log_consistency_is_valid(&root, 5, &other, 5, NULL, 0));
	ck_assert(!log_consistency_is_valid(&root, 5, &root, 5, &other, 1));
}
END_TEST

START_TEST(nothing_is_proved_about_an_empty_log_or_a_longer_one)
{
	struct hash root = log_empty_root();

	ck_assert(!log_consistency_is_valid(&root, 0, &root, 0, NULL, 0));
	ck_assert(!log_consistency_is_valid(&root, 0, &root, 5, NULL, 0));
	ck_assert(!log_consistency_is_valid(&root, 6, &root, 5, NULL, 0));
	ck_assert(!log_consistency_is_valid(&root, 4, &root, 5, NULL, 0));
	ck_assert(!log_inclusion_is_valid(&root, 0, &root, 0, NULL, 0));
	ck_assert(!log_inclusion_is_valid(&root, 5, &root, 5, NULL, 0));
	ck_assert(!log_inclusion_is_valid(&root, 5, &root, UINT64_MAX, NULL, 0));
	ck_assert(!log_inclusion_is_valid(&root, UINT64_MAX, &root, 0, NULL, 0));
	ck_assert(log_inclusion_is_valid(&root, 1, &root, 0, NULL, 0));
}
END_TEST

/* Even when hashing on would arrive at the root that is claimed. */
START_TEST(a_path_that_is_too_long_is_refused)
{
	struct hash root = log_node_hash(&leaves[1], &leaves[0]);
	/* From 3 leaves to 4: the third, the fourth, the first two; then one too many. */
	struct hash root1 = log_node_hash(&leaves[2], &leaves[0]);
	struct hash pair = log_node_hash(&leaves[0], &leaves[1]);
	struct hash root2 = log_node_hash(&leaves[2], &pair);

	ck_assert(!log_inclusion_is_valid(&root, 1, &leaves[0], 0, &leaves[1], 1));
	ck_assert(log_consistency_is_valid(&root1, 3, &root2, 4, leaves, 3));
	root1 = log_node_hash(&leaves[3], &root1);
	root2 = log_node_hash(&leaves[3], &root2);
	ck_assert(!log_consistency_is_valid(&root1, 3, &root2, 4, leaves, 4));
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("log");
	TCase *tests = tcase_create("log");

	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, a_leaf_hashed_in_pieces_is_the_leaf_hashed_at_once);
	tcase_add_test(tests, an_empty_frontier_has_the_empty_root);
	tcase_add_test(tests, the_root_of_three_leaves_is_what_the_rfc_draws);
	tcase_add_loop_test(tests, a_frontier_comes_back_from_its_bytes, 0, 70);
	tcase_add_test(tests, a_frontier_begins_with_its_highest_peak);
	tcase_add_test(tests, a_frontier_cut_anywhere_or_with_more_behind_it_is_refused);
	tcase_add_test(tests, a_frontier_of_more_leaves_than_a_log_can_have_is_refused);
	tcase_add_test(tests, tile_keys_sort_by_level_then_by_index);
	tcase_add_test(tests, a_tile_row_is_one_to_sixty_four_whole_hashes);
	tcase_add_test(tests, a_short_log_takes_little_memory);
	tcase_add_test(tests, only_changed_tiles_are_listed);
	tcase_add_test(tests, an_appender_resumed_from_a_frontier_reads_only_what_it_changes);
	tcase_add_test(tests, an_appender_gives_its_frontier);
	tcase_add_test(tests, an_appender_does_not_start_where_hashes_are_missing);
	tcase_add_test(tests, a_tile_with_more_hashes_than_a_tile_has_is_corrupt);
	tcase_add_test(tests, a_resumed_appender_fails_when_the_tile_it_needs_is_gone);
	tcase_add_test(tests, what_a_reader_fails_with_is_passed_up);
	tcase_add_test(tests, every_refused_request_for_memory_is_reported);
	tcase_add_test(tests, every_piece_of_memory_refused_is_reported);
	tcase_add_test(tests, what_no_log_has_cannot_be_proved);
	tcase_add_test(tests,
	               equal_sizes_are_consistent_without_hashes_if_the_roots_are_equal);
	tcase_add_test(tests, nothing_is_proved_about_an_empty_log_or_a_longer_one);
	tcase_add_test(tests, a_path_that_is_too_long_is_refused);
	suite_add_tcase(suite, tests);
	return suite;
}
