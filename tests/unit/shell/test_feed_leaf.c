/* Leaves as events, over a ledger with more of them than are kept in memory: what is kept
 * says what the store says, and is bounded. */
#include "node/shell/feed_leaf.h"
#include "tests/unit/shell/backend_scene.h"

enum { BLOCKS = 20, TXS = 8, VALUE_SIZE = 40000 };

static struct scene *scene;
static struct store_view *view;
static struct query query;

/* Blocks of large records: their events take 17 MB. */
static void start(void)
{
	static char values[TXS][VALUE_SIZE + 1];
	struct why why = {{0}};

	scene = scene_new(&(struct store_options){0});
	plan_one(scene, 0, make_stream(scene->streams[0].name, STREAM_WRITE_OPEN));
	close_block(scene);
	for (size_t i = 0; i < BLOCKS; i++) {
		for (size_t j = 0; j < TXS; j++) {
			memset(values[j], (int)('a' + (i + j) % 26), VALUE_SIZE);
			plan_one(scene, (unsigned)(j % MODEL_ACCOUNTS),
			         make_append(&scene->streams[0].id, "", values[j]));
		}
		close_block(scene);
	}
	ck_assert_int_eq(store_view_open(&view, scene->store, &why), STATUS_OK);
	query = (struct query){
		.backend = scene->node->backend,
		.view = view,
		.height = model_tip(scene),
	};
}

static void stop(void)
{
	store_view_close(view);
	scene_free(scene);
}

static size_t kept_size(const struct leaves *leaves)
{
	size_t size = 0;

	for (size_t i = 0; i < LEAVES_KEPT; i++)
		size += leaves->kept[i].text ? leaves->kept[i].text_size : 0;
	return size;
}

/* The text of a leaf, checked against one that was never kept. */
static size_t check_leaf(struct leaves *leaves, uint64_t log_index)
{
	const struct model_leaf *wanted = &scene->leaves[log_index];
	struct leaf *leaf = leaf_find(leaves, &query, log_index);
	struct leaves *fresh = leaves_new();
	struct bytes_view text, again;

	ck_assert_ptr_nonnull(fresh);
	ck_assert_msg(leaf != NULL, "%s", query.why.text);
	ck_assert_uint_eq(leaf->height, wanted->height);
	ck_assert_int_eq(leaf_is_block(leaf), wanted->tx == NULL);
	text = leaf_text(leaves, &query, leaf);
	leaf = leaf_find(fresh, &query, log_index);
	ck_assert_ptr_nonnull(leaf);
	again = leaf_text(fresh, &query, leaf);
	ck_assert_uint_gt(text.size, 0);
	ck_assert(bytes_equal(text, again));
	leaves_free(fresh);
	return text.size;
}

START_TEST(what_is_kept_says_what_the_store_says_and_is_bounded)
{
	struct leaves *leaves = leaves_new();
	struct random random = random_from(1);
	size_t all = 0;

	ck_assert_ptr_nonnull(leaves);
	for (uint64_t i = 1; i < scene->leaf_count; i++) {
		all += check_leaf(leaves, i);
		ck_assert_uint_eq(leaves->text_size, kept_size(leaves));
		ck_assert_uint_le(leaves->text_size, RPC_EVENTS_CACHE_MAX);
	}
	ck_assert_uint_gt(all, RPC_EVENTS_CACHE_MAX + RPC_EVENTS_CACHE_MAX / 2);
	ck_assert_uint_gt(leaves->text_size, RPC_EVENTS_CACHE_MAX / 2);
	/* Again, in no order: some are kept, others are not. */
	for (int i = 0; i < 200; i++) {
		check_leaf(leaves, 1 + random_below(&random, (uint32_t)scene->leaf_count - 1));
		ck_assert_uint_eq(leaves->text_size, kept_size(leaves));
		ck_assert_uint_le(leaves->text_size, RPC_EVENTS_CACHE_MAX);
	}
	leaves_free(leaves);
}
END_TEST

START_TEST(a_place_is_the_block_and_the_number_in_it)
{
	struct leaves *leaves = leaves_new();
	uint64_t height = 0, index = 0;

	for (uint64_t i = 1; i < scene->leaf_count; i++) {
		struct leaf *leaf = leaf_find(leaves, &query, i);
		struct rpc_place place;

		ck_assert_ptr_nonnull(leaf);
		index = leaf->height == height ? index + 1 : 0;
		height = leaf->height;
		place = leaf_place(leaf);
		ck_assert_uint_eq(place.height, height);
		ck_assert_uint_eq(place.index, index);
	}
	leaves_free(leaves);
}
END_TEST

/* Without memory for a text the query fails, and nothing is kept of it. */
START_TEST(a_text_without_memory_fails_and_can_be_asked_for_again)
{
	struct leaves *leaves = leaves_new();
	struct leaf *leaf = leaf_find(leaves, &query, 2);

	ck_assert_ptr_nonnull(leaf);
	memory_fail_at(1, 1);
	ck_assert_uint_eq(leaf_text(leaves, &query, leaf).size, 0);
	memory_fail_at(0, 0);
	ck_assert(!query_is_good(&query));
	query.status = STATUS_OK;
	check_leaf(leaves, 2);
	leaves_free(leaves);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("feed leaf");
	TCase *tests = tcase_create("feed leaf");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests, what_is_kept_says_what_the_store_says_and_is_bounded);
	tcase_add_test(tests, a_place_is_the_block_and_the_number_in_it);
	tcase_add_test(tests, a_text_without_memory_fails_and_can_be_asked_for_again);
	suite_add_tcase(suite, tests);
	return suite;
}
