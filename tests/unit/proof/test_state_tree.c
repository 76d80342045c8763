/* The state tree case by case; tests/property/test_state_tree.c has it in the large. */
#include "chain/proof/state_tree.h"

#include "chain/base/text.h"
#include "chain/proof/state_hash.h"
#include "tests/support/support.h"
#include "tests/unit/proof/memory_pages.h"

#include <stdio.h>

static struct hash hash_numbered(uint64_t number)
{
	struct random random = random_from(number);

	return random_hash(&random);
}

static struct state_change put(struct hash key_hash, uint64_t value)
{
	return (struct state_change){
		.key_hash = key_hash, .value_hash = hash_numbered(value), .present = true};
}

static struct state_change removal(struct hash key_hash)
{
	return (struct state_change){.key_hash = key_hash};
}

/* A key hash whose first bytes are those of the hex text, the rest 0x33. */
static struct hash key_from(const char *hex)
{
	struct hash key_hash;

	memset(key_hash.bytes, 0x33, sizeof key_hash.bytes);
	memcpy(key_hash.bytes, from_hex(hex).at, strlen(hex) / 2);
	return key_hash;
}

static void check_hex(struct hash hash, const char *expected)
{
	char text[HASH_HEX_SIZE];

	hex_encode(text, hash_view(&hash));
	ck_assert_str_eq(text, expected);
}

/* -- Values computed by a second implementation, thirty lines of Python and hashlib
 * ------- */

static struct hash genesis(void)
{
	struct hash hash;

	for (uint8_t i = 0; i < HASH_SIZE; i++)
		hash.bytes[i] = i;
	return hash;
}

START_TEST(keys_values_and_leaves_hash_to_their_known_values)
{
	struct hash salt = genesis();
	struct hash key_hash = state_key_hash(&salt, text_view("alice"));
	struct hash value_hash = state_value_hash(text_view("100"));

	check_hex(key_hash,
	          "f200fac112a8c019d827547783b3590aa856f26a7dd95789b2570a731509c6b4");
	check_hex(value_hash,
	          "cfe9d319c16093af926db1e399c360355947a18b3d8600512e9067418b03f478");
	check_hex(state_leaf_hash(&key_hash, &value_hash),
	          "6fac91edbfb1ff4bc1cdd7dff2a7c8cb473b2af93b448384c856a48f339436b5");
	check_hex(state_key_hash(&salt, bytes_view(NULL, 0)),
	          "d54a95987a256c8fdb878c38a0f3198ebb35040218267fc2078cac90ceab2135");
	check_hex(state_value_hash(bytes_view(NULL, 0)),
	          "e77b9a9ae9e30b0dbdb6f510a264ef9de781501d7b6b92ae89eb059c5ab743db");
}
END_TEST

/* n keys "key 0", "key 1" ... with the values "value 0", "value 1" ... */
START_TEST(trees_hash_to_their_known_roots)
{
	static const struct {
		size_t count;
		const char *root;
	} KNOWN[] = {
		{1, "65557fe98457d8ac2cb4aa3fc6344c8141c8fd229b1a208d173dc6711c3a1713"},
		{2, "470f7597ebd314384ef382e9242e9d13bbfbf924bba5722faad253a30d743a24"},
		{3, "272ade4bda534ec5cb8c713665ff80604a17e1e4ff603235c392a8d0e16c1df4"},
		{100, "546b5862c7ab0f6455442a6c1fd334b362ea17261d1455ad123e3b0e83479666"},
		{1000, "cb4feb901cf835938aecc4340c5f72d79c5219673dcca42339e5b0efd9fe24b8"},
	};
	static struct state_change changes[1000];
	struct memory_pages pages = {0};
	struct hash salt = genesis();

	for (size_t i = 0; i < KNOWN[_i].count; i++) {
		char key[32], value[32];

		snprintf(key, sizeof key, "key %zu", i);
		snprintf(value, sizeof value, "value %zu", i);
		changes[i] =
			(struct state_change){.key_hash = state_key_hash(&salt, text_view(key)),
		                          .value_hash = state_value_hash(text_view(value)),
		                          .present = true};
	}
	check_hex(
		memory_pages_update(&pages, (struct state_root){0}, changes, KNOWN[_i].count, 0)
			.hash,
		KNOWN[_i].root);
	memory_pages_close(&pages);
}
END_TEST

/* -- Shapes
 * ------------------------------------------------------------------------------ */

struct tree {
	struct memory_pages pages;
	struct state_root root;
	uint64_t version;
};

static void tree_change(struct tree *tree, const struct state_change *changes,
                        size_t count)
{
	tree->root =
		memory_pages_update(&tree->pages, tree->root, changes, count, ++tree->version);
}

START_TEST(a_lone_leaf_lives_in_the_root_page_and_is_the_root)
{
	struct tree tree = {0};
	struct state_change change = put(key_from("ab"), 1);
	struct hash leaf = state_leaf_hash(&change.key_hash, &change.value_hash);

	tree_change(&tree, &change, 1);
	ck_assert(hash_equal(&tree.root.hash, &leaf));
	ck_assert_uint_eq(tree.root.version, 1);
	ck_assert_uint_eq(tree.pages.count, 1);
	memory_pages_close(&tree.pages);
}
END_TEST

START_TEST(deleting_the_last_key_leaves_the_empty_tree)
{
	struct tree tree = {0};
	struct state_change change = put(key_from("ab"), 1);

	tree_change(&tree, &change, 1);
	change.present = false;
	tree_change(&tree, &change, 1);
	ck_assert(hash_is_zero(&tree.root.hash));
	ck_assert_uint_eq(tree.root.version, 0);
	ck_assert_uint_eq(tree.pages.count, 0);
	change.present = true;
	tree_change(&tree, &change, 1);
	ck_assert_uint_eq(tree.root.version, 3);
	ck_assert_uint_eq(tree.pages.count, 1);
	memory_pages_close(&tree.pages);
}
END_TEST

START_TEST(two_keys_with_a_long_common_beginning_make_a_page_for_each_nibble)
{
	struct tree tree = {0};
	struct state_change changes[2] = {put(key_from("abcdef0122"), 1),
	                                  put(key_from("abcdef0124"), 2)};

	tree_change(&tree, changes, 2);
	ck_assert_uint_eq(tree.pages.count, 10);
	/* One goes: the other bubbles up from depth 9 into the root page. */
	changes[0].present = false;
	tree_change(&tree, changes, 1);
	ck_assert_uint_eq(tree.pages.count, 1);
	changes[0] = changes[1];
	ck_assert_uint_eq(tree.root.version, 2);
	memory_pages_close(&tree.pages);
}
END_TEST

START_TEST(two_keys_that_differ_in_the_last_bit_go_down_to_the_last_page)
{
	struct tree tree = {0};
	struct state_change changes[2] = {put(key_from(""), 1), put(key_from(""), 2)};
	struct map map = {0};
	static struct state_proof proof;

	changes[1].key_hash.bytes[31] ^= 1;
	map_change(&map, changes, 2);
	tree_change(&tree, changes, 2);
	ck_assert_uint_eq(tree.pages.count, STATE_DEPTH_MAX);
	memory_pages_prove(&tree.pages, &tree.root, &map, &changes[1].key_hash, &proof);
	ck_assert_uint_eq(proof.depth, STATE_PROOF_DEPTH_MAX);
	changes[1].key_hash.bytes[31] ^= 2;
	memory_pages_prove(&tree.pages, &tree.root, &map, &changes[1].key_hash, &proof);
	ck_assert(!proof.ends_in_leaf);
	changes[0].present = false;
	tree_change(&tree, changes, 1);
	ck_assert_uint_eq(tree.pages.count, 1);
	map_close(&map);
	memory_pages_close(&tree.pages);
}
END_TEST

START_TEST(the_last_change_of_a_key_counts)
{
	struct hash key_hash = key_from("ab");
	struct state_change changes[] = {put(key_hash, 1),         removal(key_hash),
	                                 put(key_from("cd"), 9),   put(key_hash, 2),
	                                 put(key_from("ef"), 8),   removal(key_from("ef")),
	                                 removal(key_from("0102"))};
	struct state_change expected[] = {put(key_hash, 2), put(key_from("cd"), 9)};
	struct tree tree = {0};
	struct tree other = {0};

	tree_change(&tree, changes, sizeof changes / sizeof *changes);
	tree_change(&other, expected, 2);
	ck_assert(hash_equal(&tree.root.hash, &other.root.hash));
	memory_pages_close(&tree.pages);
	memory_pages_close(&other.pages);
}
END_TEST

static void check_changes_nothing(struct tree *tree, const struct state_change *changes,
                                  size_t count)
{
	struct state_reader reader = memory_pages_reader(&tree->pages);
	struct arena arena = {0};
	struct state_update update;

	ck_assert_int_eq(state_tree_update(&update, &arena, &reader, &tree->root, changes,
	                                   count, tree->version + 1, NULL),
	                 STATUS_OK);
	ck_assert_uint_eq(update.page_count, 0);
	ck_assert_uint_eq(update.stale_count, 0);
	ck_assert_ptr_null(update.pages);
	ck_assert_ptr_null(update.stale);
	ck_assert(hash_equal(&update.root.hash, &tree->root.hash));
	ck_assert_uint_eq(update.root.version, tree->root.version);
	arena_close(&arena);
}

START_TEST(changes_that_change_nothing_write_nothing)
{
	struct hash one = key_from("abcd11"), two = key_from("abcd22"), lone = key_from("77");
	struct state_change first[] = {put(one, 1), put(two, 2), put(lone, 3)};
	struct state_change again[] = {put(one, 1), put(two, 5), put(two, 2), put(lone, 3)};
	/* Beside a leaf, where nothing is, below a page, and two that meet below a leaf. */
	struct state_change absent[] = {
		removal(key_from("78")),     removal(key_from("00")),
		removal(key_from("abcd33")), removal(key_from("777701")),
		put(key_from("777702"), 1),  removal(key_from("777702"))};
	struct tree tree = {0};

	check_changes_nothing(&tree, NULL, 0);
	check_changes_nothing(&tree, absent, 6);
	tree_change(&tree, first, 3);
	check_changes_nothing(&tree, NULL, 0);
	check_changes_nothing(&tree, again, 4);
	check_changes_nothing(&tree, absent, 6);
	memory_pages_close(&tree.pages);
}
END_TEST

START_TEST(only_the_pages_on_the_way_are_rewritten)
{
	struct state_change first[] = {put(key_from("a111"), 1), put(key_from("a122"), 2),
	                               put(key_from("b111"), 3), put(key_from("b122"), 4)};
	struct state_change change = put(key_from("a111"), 5);
	struct state_reader reader;
	struct arena arena = {0};
	struct state_update update;
	struct tree tree = {0};

	tree_change(&tree, first, 4); /* the root, a, a1, b, b1 */
	ck_assert_uint_eq(tree.pages.count, 5);
	reader = memory_pages_reader(&tree.pages);
	tree.pages.reads = 0;
	ck_assert_int_eq(
		state_tree_update(&update, &arena, &reader, &tree.root, &change, 1, 2, NULL),
		STATUS_OK);
	ck_assert_uint_eq(tree.pages.reads, 3);
	ck_assert_uint_eq(update.page_count, 3);
	ck_assert_uint_eq(update.stale_count, 3);
	/* Parents before children. */
	ck_assert_uint_eq(update.pages->key.depth, 0);
	ck_assert_uint_eq(update.pages->next->key.depth, 1);
	ck_assert_uint_eq(update.pages->next->next->key.depth, 2);
	for (const struct state_stale_page *page = update.stale; page; page = page->next)
		ck_assert_uint_eq(page->key.version, 1);
	arena_close(&arena);
	memory_pages_close(&tree.pages);
}
END_TEST

/* -- Damage
 * ------------------------------------------------------------------------------ */

/* Depths 0 to 5 on the path abcde, and a leaf beside. */
static void tree_sample(struct tree *tree, struct map *map)
{
	struct state_change changes[] = {put(key_from("abcde1"), 1),
	                                 put(key_from("abcde2"), 2), put(key_from("77"), 3)};

	map_change(map, changes, 3);
	tree_change(tree, changes, 3);
	tree->pages.values = map;
}

static enum status try_update(struct tree *tree, struct why *why)
{
	struct state_reader reader = memory_pages_reader(&tree->pages);
	struct state_change change = put(key_from("abcde1"), 7);
	struct arena arena = {0};
	struct state_update update;
	enum status status = state_tree_update(&update, &arena, &reader, &tree->root, &change,
	                                       1, tree->version + 1, why);

	arena_close(&arena);
	return status;
}

static enum status try_prove(struct tree *tree, struct why *why)
{
	struct state_reader reader = memory_pages_reader(&tree->pages);
	struct hash key_hash = key_from("abcde1");
	static struct state_proof proof;

	return state_tree_prove(&proof, &reader, &tree->root, &key_hash, why);
}

START_TEST(a_missing_page_is_corruption)
{
	struct hash path = key_from("abcde1");
	struct tree tree = {0};
	struct map map = {0};
	struct state_page_key key;
	struct why why = {{0}};

	tree_sample(&tree, &map);
	ck_assert_int_eq(try_update(&tree, &why), STATUS_OK);
	ck_assert_int_eq(try_prove(&tree, &why), STATUS_OK);
	key = state_page_key_of(1, (unsigned)_i, &path);
	memory_pages_remove(&tree.pages, &key);
	ck_assert_int_eq(try_update(&tree, &why), STATUS_CORRUPT);
	ck_assert_ptr_nonnull(strstr(why.text, "is missing"));
	ck_assert_int_eq(try_prove(&tree, &why), STATUS_CORRUPT);
	memory_pages_close(&tree.pages);
	map_close(&map);
}
END_TEST

/* The key hash of the leaf beside the way, in the root page and in the last: a page's
 * hash covers it through the leaf's hash alone, which takes its value to check. */
static bool is_key_of_leaf_beside(int depth, size_t byte)
{
	size_t first = depth == 0 ? 4 + 32 : 4 + 64 + 32;

	return (depth == 0 || depth == 5) && byte >= first && byte < first + HASH_SIZE;
}

/* Every bit of the page at depth `_i` flipped, one after the other: neither reading nor
 * changing such a page may do worse than refuse, and no proof is made from it. */
START_TEST(a_damaged_page_is_refused_or_at_least_survived)
{
	struct hash path = key_from("abcde1");
	struct tree tree = {0};
	struct map map = {0};
	struct state_page_key key;
	size_t slot;

	tree_sample(&tree, &map);
	key = state_page_key_of(1, (unsigned)_i, &path);
	slot = page_slot(&tree.pages, &key);
	for (size_t bit = 0; bit < 8 * tree.pages.slots[slot].size; bit++) {
		uint8_t *byte = &tree.pages.slots[slot].bytes[bit / 8];
		enum status status;

		*byte ^= (uint8_t)(1u << bit % 8);
		status = try_update(&tree, NULL);
		ck_assert(status == STATUS_OK || status == STATUS_CORRUPT);
		if (!is_key_of_leaf_beside(_i, bit / 8))
			ck_assert_int_eq(try_prove(&tree, NULL), STATUS_CORRUPT);
		*byte ^= (uint8_t)(1u << bit % 8);
	}
	ck_assert_int_eq(try_prove(&tree, NULL), STATUS_OK);
	for (size_t size = 0; size < tree.pages.slots[slot].size; size++) {
		size_t whole = tree.pages.slots[slot].size;

		tree.pages.slots[slot].size = size;
		ck_assert_int_eq(try_update(&tree, NULL), STATUS_CORRUPT);
		ck_assert_int_eq(try_prove(&tree, NULL), STATUS_CORRUPT);
		tree.pages.slots[slot].size = whole;
	}
	memory_pages_close(&tree.pages);
	map_close(&map);
}
END_TEST

/* Answers every key with a page whose only child is the next page of the path, for ever.
 */
static enum status read_endless(void *owner, const struct state_page_key *key,
                                struct bytes_view *bytes)
{
	const struct hash *path = owner;
	static struct state_page page;
	static uint8_t encoded[STATE_PAGE_SIZE_MAX];

	memset(&page, 0, sizeof page);
	page.children[state_nibble(path, key->depth)] =
		(struct state_child){.kind = STATE_CHILD_PAGE, .hash = *path, .version = 1};
	state_page_put(encoded, &page);
	*bytes = bytes_view(encoded, state_page_size(&page));
	return STATUS_OK;
}

START_TEST(pages_without_end_are_corruption)
{
	struct hash path = key_from("abcdef");
	struct state_reader reader = {.owner = &path, .read_page = read_endless};
	struct state_root root = {.hash = path, .version = 1};
	struct state_change changes[] = {put(path, 1), put(path, 2)};
	struct arena arena = {0};
	struct state_update update;
	static struct state_proof proof;
	struct why why = {{0}};

	changes[1].key_hash.bytes[31] ^= 1;
	ck_assert_int_eq(
		state_tree_update(&update, &arena, &reader, &root, changes, 2, 2, &why),
		STATUS_CORRUPT);
	ck_assert_ptr_nonnull(strstr(why.text, "depth 63"));
	ck_assert_int_eq(state_tree_prove(&proof, &reader, &root, &path, &why),
	                 STATUS_CORRUPT);
	arena_close(&arena);
}
END_TEST

START_TEST(a_value_that_is_not_what_the_leaf_says_is_corruption)
{
	struct hash key_hash = key_from("abcde1");
	struct hash other = hash_numbered(99);
	struct tree tree = {0};
	struct map map = {0};
	struct why why = {{0}};

	tree_sample(&tree, &map);
	map_put(&map, &key_hash, &other);
	ck_assert_int_eq(try_prove(&tree, &why), STATUS_CORRUPT);
	map_remove(&map, &key_hash);
	ck_assert_int_eq(try_prove(&tree, &why), STATUS_CORRUPT);
	memory_pages_close(&tree.pages);
	map_close(&map);
}
END_TEST

static enum status value_is_pruned(void *owner, const struct hash *key_hash,
                                   struct hash *value_hash)
{
	(void)owner;
	(void)key_hash;
	(void)value_hash;
	return STATUS_PRUNED;
}

START_TEST(what_a_reader_fails_with_is_passed_up)
{
	struct hash key_hash = key_from("abcde1");
	struct tree tree = {0};
	struct map map = {0};
	struct state_reader reader;
	static struct state_proof proof;
	struct why why = {{0}};

	tree_sample(&tree, &map);
	tree.pages.refuse = STATUS_PRUNED;
	ck_assert_int_eq(try_update(&tree, &why), STATUS_PRUNED);
	ck_assert_int_eq(try_prove(&tree, &why), STATUS_PRUNED);
	tree.pages.refuse = STATUS_OK;
	reader = memory_pages_reader(&tree.pages);
	reader.read_value_hash = value_is_pruned;
	ck_assert_int_eq(state_tree_prove(&proof, &reader, &tree.root, &key_hash, &why),
	                 STATUS_PRUNED);
	memory_pages_close(&tree.pages);
	map_close(&map);
}
END_TEST

START_TEST(a_version_comes_after_the_one_before)
{
	struct tree tree = {0};
	struct map map = {0};
	struct why why = {{0}};

	tree_sample(&tree, &map);
	tree.version = 0;
	ck_assert_int_eq(try_update(&tree, &why), STATUS_CORRUPT);
	ck_assert_str_eq(why.text,
	                 "the state tree of version 1 cannot come before version 1: "
	                 "stored data is damaged");
	memory_pages_close(&tree.pages);
	map_close(&map);
}
END_TEST

/* -- Memory
 * ------------------------------------------------------------------------------ */

static enum status update_many(struct tree *tree, const struct state_change *changes,
                               size_t count, struct arena *arena)
{
	struct state_reader reader = memory_pages_reader(&tree->pages);
	struct state_update update;

	return state_tree_update(&update, arena, &reader, &tree->root, changes, count,
	                         tree->version + 1, NULL);
}

START_TEST(every_refused_request_for_memory_is_reported)
{
	enum { COUNT = 2000 };
	static struct state_change changes[COUNT];
	struct tree tree = {0};
	unsigned long k = 0;
	enum status status;

	for (uint64_t i = 0; i < COUNT; i++)
		changes[i] = put(hash_numbered(i), i);
	tree_change(&tree, changes, COUNT / 2);
	do {
		struct arena arena = {0};

		memory_fail_at(++k, 0);
		status = update_many(&tree, changes, COUNT, &arena);
		memory_fail_at(0, 0);
		ck_assert(status == STATUS_OK || status == STATUS_MEMORY);
		arena_close(&arena);
	} while (status != STATUS_OK);
	ck_assert_uint_ge(k, 4);
	memory_pages_close(&tree.pages);
}
END_TEST

/* The arena has room for a little more each time, and then for no more. */
START_TEST(every_piece_of_memory_refused_is_reported)
{
	struct tree tree = {0};
	struct map map = {0};
	struct state_change change = put(key_from("abcde1"), 7);
	bool refused = true;

	tree_sample(&tree, &map);
	for (size_t left = 0; refused; left += 16) {
		struct arena arena = {0};
		enum status status;

		ck_assert_ptr_nonnull(arena_take(&arena, (64 << 10) - left));
		memory_fail_at(2, 1); /* the first is for the order of the changes */
		status = update_many(&tree, &change, 1, &arena);
		memory_fail_at(0, 0);
		refused = status == STATUS_MEMORY;
		ck_assert(refused || status == STATUS_OK);
		arena_close(&arena);
	}
	memory_pages_close(&tree.pages);
	map_close(&map);
}
END_TEST

START_TEST(a_cache_that_gets_no_memory_is_gone_without)
{
	struct state_change changes[] = {put(key_from("11"), 1), put(key_from("22"), 2)};
	struct tree tree = {0};
	struct state_reader reader;
	struct arena arena = {0};
	struct state_update update;

	memory_fail_at(1, 1);
	ck_assert_ptr_null(state_inner_cache_new());
	memory_fail_at(0, 0);
	state_inner_cache_free(NULL);

	reader = memory_pages_reader(&tree.pages);
	reader.inner = state_inner_cache_new();
	ck_assert_ptr_nonnull(reader.inner);
	memory_fail_at(2, 0); /* 1: the order of the changes, 2: the cache, 3: the arena */
	ck_assert_int_eq(
		state_tree_update(&update, &arena, &reader, &tree.root, changes, 2, 1, NULL),
		STATUS_OK);
	memory_fail_at(0, 0);
	tree_change(&tree, changes, 2);
	ck_assert(hash_equal(&update.root.hash, &tree.root.hash));
	arena_close(&arena);
	state_inner_cache_free(reader.inner);
	memory_pages_close(&tree.pages);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("state tree");
	TCase *tests = tcase_create("state tree");

	tcase_add_test(tests, keys_values_and_leaves_hash_to_their_known_values);
	tcase_add_loop_test(tests, trees_hash_to_their_known_roots, 0, 5);
	tcase_add_test(tests, a_lone_leaf_lives_in_the_root_page_and_is_the_root);
	tcase_add_test(tests, deleting_the_last_key_leaves_the_empty_tree);
	tcase_add_test(tests,
	               two_keys_with_a_long_common_beginning_make_a_page_for_each_nibble);
	tcase_add_test(tests, two_keys_that_differ_in_the_last_bit_go_down_to_the_last_page);
	tcase_add_test(tests, the_last_change_of_a_key_counts);
	tcase_add_test(tests, changes_that_change_nothing_write_nothing);
	tcase_add_test(tests, only_the_pages_on_the_way_are_rewritten);
	tcase_add_loop_test(tests, a_missing_page_is_corruption, 0, 6);
	tcase_add_loop_test(tests, a_damaged_page_is_refused_or_at_least_survived, 0, 6);
	tcase_add_test(tests, pages_without_end_are_corruption);
	tcase_add_test(tests, a_value_that_is_not_what_the_leaf_says_is_corruption);
	tcase_add_test(tests, what_a_reader_fails_with_is_passed_up);
	tcase_add_test(tests, a_version_comes_after_the_one_before);
	tcase_add_test(tests, every_refused_request_for_memory_is_reported);
	tcase_add_test(tests, every_piece_of_memory_refused_is_reported);
	tcase_add_test(tests, a_cache_that_gets_no_memory_is_gone_without);
	suite_add_tcase(suite, tests);
	return suite;
}
