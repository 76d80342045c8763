/* Pages of the state tree and their keys: one encoding each, and everything else refused.
 */
#include "chain/proof/state_page.h"

#include "chain/proof/state_hash.h"
#include "tests/support/support.h"

#include <stdlib.h>

/* -- Keys ------------------------------------------------------------------------------
 */

static struct hash path_abcd(void)
{
	return hash_from_hex(
		"abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789");
}

static void check_key_bytes(unsigned depth, const char *expected)
{
	struct hash path = path_abcd();
	struct state_page_key key = state_page_key_of(0x0102, depth, &path);
	uint8_t bytes[STATE_PAGE_KEY_SIZE_MAX];
	struct bytes_view view = from_hex(expected);
	size_t size = state_page_key_put(bytes, &key);
	struct cursor in = cursor_on(bytes_view(bytes, size));
	struct state_page_key back;

	ck_assert_uint_eq(size, view.size);
	ck_assert_mem_eq(bytes, view.at, size);
	state_page_key_get(&in, &back);
	ck_assert_int_eq(cursor_finish(&in), STATUS_OK);
	ck_assert_uint_eq(back.version, key.version);
	ck_assert_uint_eq(back.depth, key.depth);
	ck_assert_mem_eq(back.nibbles, key.nibbles, sizeof key.nibbles);
}

START_TEST(keys_are_version_depth_and_the_nibbles_of_the_path)
{
	check_key_bytes(0, "000000000000010200");
	check_key_bytes(1, "000000000000010201a0");
	check_key_bytes(2, "000000000000010202ab");
	check_key_bytes(3, "000000000000010203abc0");
	check_key_bytes(63, "00000000000001023fabcdef0123456789abcdef0123456789abcdef0123"
	                    "456789abcdef0123456780");
}
END_TEST

static enum status get_key(const char *hex)
{
	struct cursor in = cursor_on(from_hex(hex));
	struct state_page_key key;

	state_page_key_get(&in, &key);
	return cursor_finish(&in);
}

START_TEST(a_key_that_is_not_canonical_is_refused)
{
	ck_assert_int_eq(get_key("000000000000010201a0"), STATUS_OK);
	ck_assert_int_eq(get_key("000000000000010201a1"), STATUS_MALFORMED);
	ck_assert_int_eq(get_key("000000000000010240"), STATUS_MALFORMED);
	ck_assert_int_eq(get_key("0000000000000102ff"), STATUS_MALFORMED);
	ck_assert_int_eq(get_key("000000000000010201a0ff"), STATUS_TRAILING);
}
END_TEST

START_TEST(a_key_cut_anywhere_is_refused)
{
	struct bytes_view whole = from_hex("000000000000010203abc0");

	for (size_t size = 0; size < whole.size; size++) {
		struct cursor in = cursor_on(bytes_view(whole.at, size));
		struct state_page_key key;

		state_page_key_get(&in, &key);
		ck_assert_int_eq(cursor_finish(&in), STATUS_SHORT);
	}
}
END_TEST

START_TEST(the_key_of_a_child_is_one_nibble_longer)
{
	struct hash path = path_abcd();

	for (unsigned depth = 0; depth + 1 < STATE_DEPTH_MAX; depth++) {
		struct state_page_key parent = state_page_key_of(9, depth, &path);
		struct state_page_key expected = state_page_key_of(7, depth + 1, &path);
		struct state_child child = {.kind = STATE_CHILD_PAGE, .version = 7};
		struct state_page_key key =
			state_page_child_key(&parent, state_nibble(&path, depth), &child);

		ck_assert_uint_eq(key.version, expected.version);
		ck_assert_uint_eq(key.depth, expected.depth);
		ck_assert_mem_eq(key.nibbles, expected.nibbles, sizeof key.nibbles);
	}
}
END_TEST

/* -- The sample: the page of version 9 at path abc, with leaf 2, page 7 and leaf f
 * -------- */

struct sample {
	struct state_page_key key;
	struct state_page page;
	uint8_t bytes[STATE_PAGE_SIZE_MAX + 1];
	size_t size;
};

static struct hash filled(uint8_t byte)
{
	struct hash hash;

	memset(hash.bytes, byte, sizeof hash.bytes);
	return hash;
}

static struct state_child leaf_child(uint8_t hash, const char *key_hash)
{
	struct state_child child = {.kind = STATE_CHILD_LEAF, .hash = filled(hash)};

	child.key_hash = filled(0x55);
	memcpy(child.key_hash.bytes, from_hex(key_hash).at, strlen(key_hash) / 2);
	return child;
}

static struct sample sample_of(void)
{
	struct hash path = path_abcd();
	struct sample sample = {.key = state_page_key_of(9, 3, &path)};

	sample.page.children[2] = leaf_child(0x22, "abc2");
	sample.page.children[7] = (struct state_child){
		.kind = STATE_CHILD_PAGE, .hash = filled(0x77), .version = 8};
	sample.page.children[15] = leaf_child(0xff, "abcf");
	sample.size = state_page_size(&sample.page);
	state_page_put(sample.bytes, &sample.page);
	return sample;
}

static enum status decode(const struct sample *sample)
{
	struct state_page page;

	return state_page_decode(&page, &sample->key,
	                         bytes_view(sample->bytes, sample->size));
}

/* Encodes the page again after a change and decodes it under the sample's key. */
static enum status decode_changed(struct sample *sample)
{
	sample->size = state_page_size(&sample->page);
	state_page_put(sample->bytes, &sample->page);
	return decode(sample);
}

static void check_same_page(const struct state_page *a, const struct state_page *b)
{
	for (unsigned i = 0; i < STATE_PAGE_WIDTH; i++) {
		const struct state_child *one = &a->children[i];
		const struct state_child *other = &b->children[i];

		ck_assert_int_eq(one->kind, other->kind);
		if (one->kind == STATE_CHILD_NONE)
			continue;
		ck_assert(hash_equal(&one->hash, &other->hash));
		if (one->kind == STATE_CHILD_LEAF)
			ck_assert(hash_equal(&one->key_hash, &other->key_hash));
		else
			ck_assert_uint_eq(one->version, other->version);
	}
}

START_TEST(a_page_is_laid_out_as_documented)
{
	struct sample sample = sample_of();
	struct hash key_2 = leaf_child(0, "abc2").key_hash;
	struct hash key_f = leaf_child(0, "abcf").key_hash;
	struct hash hash_2 = filled(0x22), hash_7 = filled(0x77), hash_f = filled(0xff);
	const uint8_t *at = sample.bytes;

	ck_assert_uint_eq(sample.size, 4 + 64 + 40 + 64);
	ck_assert_uint_eq(get_le16(at), 1u << 2 | 1u << 7 | 1u << 15);
	ck_assert_uint_eq(get_le16(at + 2), 1u << 2 | 1u << 15);
	ck_assert_mem_eq(at + 4, hash_2.bytes, HASH_SIZE);
	ck_assert_mem_eq(at + 36, key_2.bytes, HASH_SIZE);
	ck_assert_mem_eq(at + 68, hash_7.bytes, HASH_SIZE);
	ck_assert_uint_eq(get_le64(at + 100), 8);
	ck_assert_mem_eq(at + 108, hash_f.bytes, HASH_SIZE);
	ck_assert_mem_eq(at + 140, key_f.bytes, HASH_SIZE);
}
END_TEST

START_TEST(a_page_comes_back_from_its_bytes)
{
	struct sample sample = sample_of();
	struct state_page back;

	ck_assert_int_eq(
		state_page_decode(&back, &sample.key, bytes_view(sample.bytes, sample.size)),
		STATUS_OK);
	check_same_page(&back, &sample.page);
}
END_TEST

START_TEST(a_page_cut_anywhere_or_with_more_behind_it_is_refused)
{
	struct sample sample = sample_of();
	size_t whole = sample.size;

	for (sample.size = 0; sample.size < whole; sample.size++) {
		/* On the heap, so that a sanitizer sees a read past the end. */
		uint8_t *bytes = malloc(sample.size + (sample.size == 0));
		struct state_page page;

		ck_assert_ptr_nonnull(bytes);
		memcpy(bytes, sample.bytes, sample.size);
		ck_assert_int_eq(
			state_page_decode(&page, &sample.key, bytes_view(bytes, sample.size)),
			STATUS_SHORT);
		free(bytes);
	}
	sample.size = whole + 1;
	ck_assert_int_eq(decode(&sample), STATUS_TRAILING);
}
END_TEST

START_TEST(a_page_without_children_is_refused)
{
	struct sample sample = sample_of();

	memset(sample.bytes, 0, 4);
	sample.size = 4;
	ck_assert_int_eq(decode(&sample), STATUS_MALFORMED);
	sample.key = (struct state_page_key){.version = 9};
	ck_assert_int_eq(decode(&sample), STATUS_MALFORMED);
}
END_TEST

START_TEST(a_leaf_that_does_not_exist_is_refused)
{
	struct sample sample = sample_of();

	put_le16(sample.bytes + 2, get_le16(sample.bytes + 2) | 1u << 3);
	ck_assert_int_eq(decode(&sample), STATUS_MALFORMED);
}
END_TEST

START_TEST(a_child_with_the_hash_of_an_empty_subtree_is_refused)
{
	struct sample sample = sample_of();

	sample.page.children[2].hash = filled(0);
	ck_assert_int_eq(decode_changed(&sample), STATUS_MALFORMED);
	sample = sample_of();
	sample.page.children[7].hash = filled(0);
	ck_assert_int_eq(decode_changed(&sample), STATUS_MALFORMED);
}
END_TEST

START_TEST(a_child_of_a_later_version_is_refused)
{
	struct sample sample = sample_of();

	sample.page.children[7].version = 9;
	ck_assert_int_eq(decode_changed(&sample), STATUS_OK);
	sample.page.children[7].version = 10;
	ck_assert_int_eq(decode_changed(&sample), STATUS_MALFORMED);
	sample.page.children[7].version = UINT64_MAX;
	ck_assert_int_eq(decode_changed(&sample), STATUS_MALFORMED);
}
END_TEST

START_TEST(a_leaf_whose_key_does_not_lead_to_it_is_refused)
{
	/* Another first byte, the odd nibble of the path, the child's own nibble. */
	static const char *const WRONG[] = {"aac2", "2bc2", "abd2", "abc3", "ab22"};
	struct sample sample = sample_of();

	sample.page.children[2] = leaf_child(0x22, WRONG[_i]);
	ck_assert_int_eq(decode_changed(&sample), STATUS_MALFORMED);
}
END_TEST

START_TEST(a_leaf_is_held_to_the_whole_path_at_even_depths_too)
{
	struct hash path = path_abcd();
	struct sample sample = sample_of();

	sample.key = state_page_key_of(9, 4, &path);
	sample.page.children[2] = leaf_child(0x22, "abcd2f");
	sample.page.children[15] = leaf_child(0xff, "abcdff");
	ck_assert_int_eq(decode_changed(&sample), STATUS_OK);
	sample.page.children[15] = leaf_child(0xff, "abccff");
	ck_assert_int_eq(decode_changed(&sample), STATUS_MALFORMED);
	sample.page.children[15] = leaf_child(0xff, "abcd0f");
	ck_assert_int_eq(decode_changed(&sample), STATUS_MALFORMED);
}
END_TEST

START_TEST(a_lone_leaf_is_refused_but_in_the_root)
{
	struct sample sample = sample_of();

	sample.page.children[7].kind = STATE_CHILD_NONE;
	sample.page.children[15].kind = STATE_CHILD_NONE;
	ck_assert_int_eq(decode_changed(&sample), STATUS_MALFORMED);
	sample.key = (struct state_page_key){.version = 9};
	sample.page.children[2] = leaf_child(0x22, "2b");
	ck_assert_int_eq(decode_changed(&sample), STATUS_OK);
}
END_TEST

START_TEST(a_lone_page_is_legal_anywhere)
{
	struct sample sample = sample_of();

	sample.page.children[2].kind = STATE_CHILD_NONE;
	sample.page.children[15].kind = STATE_CHILD_NONE;
	ck_assert_int_eq(decode_changed(&sample), STATUS_OK);
	sample.key = (struct state_page_key){.version = 9};
	ck_assert_int_eq(decode_changed(&sample), STATUS_OK);
}
END_TEST

START_TEST(a_page_below_the_last_nibble_is_refused)
{
	struct sample sample = {.key = {.version = 9, .depth = 63}};
	struct hash path = path_abcd();

	sample.key = state_page_key_of(9, 63, &path);
	sample.page.children[1] = (struct state_child){
		.kind = STATE_CHILD_LEAF, .hash = filled(1), .key_hash = path};
	sample.page.children[1].key_hash.bytes[31] = 0x81;
	sample.page.children[9] = sample.page.children[1];
	sample.page.children[9].key_hash = path;
	ck_assert_int_eq(decode_changed(&sample), STATUS_OK);
	sample.page.children[9] =
		(struct state_child){.kind = STATE_CHILD_PAGE, .hash = filled(9), .version = 9};
	ck_assert_int_eq(decode_changed(&sample), STATUS_MALFORMED);
	sample.key = state_page_key_of(9, 62, &path);
	sample.page.children[1].kind = STATE_CHILD_NONE;
	ck_assert_int_eq(decode_changed(&sample), STATUS_OK);
}
END_TEST

/* -- Hashes ----------------------------------------------------------------------------
 */

static struct state_page random_page(struct random *random)
{
	struct state_page page = {0};
	uint32_t density = 1 + random_below(random, 4);

	for (unsigned i = 0; i < STATE_PAGE_WIDTH; i++) {
		page.children[i].kind = STATE_CHILD_NONE;
		if (random_below(random, density + 1) == 0)
			continue;
		page.children[i].kind =
			random_below(random, 2) ? STATE_CHILD_LEAF : STATE_CHILD_PAGE;
		page.children[i].hash = random_hash(random);
	}
	return page;
}

struct subtree {
	unsigned leaves, pages;
	struct hash hash;
};

/* The rule as it is said: nothing is zero, a lone leaf is itself, the rest is hashed. */
static struct subtree subtree_of(const struct state_page *page, unsigned from,
                                 unsigned width)
{
	const struct state_child *child = &page->children[from];
	struct subtree left, right, both;

	if (width == 1)
		return (struct subtree){.leaves = child->kind == STATE_CHILD_LEAF,
		                        .pages = child->kind == STATE_CHILD_PAGE,
		                        .hash = child->kind == STATE_CHILD_NONE ? filled(0)
		                                                                : child->hash};
	left = subtree_of(page, from, width / 2);
	right = subtree_of(page, from + width / 2, width / 2);
	both.leaves = left.leaves + right.leaves;
	both.pages = left.pages + right.pages;
	if (both.leaves + both.pages == 0)
		both.hash = filled(0);
	else if (both.pages == 0 && both.leaves == 1)
		both.hash = left.leaves ? left.hash : right.hash;
	else
		both.hash = state_inner_hash(&left.hash, &right.hash);
	return both;
}

START_TEST(the_hash_of_a_page_is_what_the_rule_says)
{
	struct random random = random_from((uint64_t)_i);

	for (int round = 0; round < 200; round++) {
		struct state_page page = random_page(&random);
		struct hash hash = state_page_hash(&page);
		struct hash expected = subtree_of(&page, 0, STATE_PAGE_WIDTH).hash;

		ck_assert(hash_equal(&hash, &expected));
	}
}
END_TEST

START_TEST(hashing_only_above_what_changed_gives_the_same_hash)
{
	struct random random = random_from((uint64_t)_i);
	struct state_page page = random_page(&random);
	struct hash inner[STATE_PAGE_WIDTH];
	struct state_nodes nodes;

	state_page_nodes(&nodes, &page, STATE_PAGE_ALL, inner);
	for (int round = 0; round < 100; round++) {
		struct state_page other = random_page(&random);
		unsigned changed = random_u32(&random) & random_u32(&random) & STATE_PAGE_ALL;
		struct hash expected;

		for (unsigned i = 0; i < STATE_PAGE_WIDTH; i++)
			if (changed >> i & 1)
				page.children[i] = other.children[i];
		state_page_nodes(&nodes, &page, changed, inner);
		expected = subtree_of(&page, 0, STATE_PAGE_WIDTH).hash;
		ck_assert(hash_equal(nodes.hash[1], &expected));
	}
}
END_TEST

START_TEST(what_did_not_change_is_not_hashed_again)
{
	struct hash inner[STATE_PAGE_WIDTH];
	struct state_nodes nodes;
	struct state_page page = {0};

	for (unsigned i = 0; i < STATE_PAGE_WIDTH; i++)
		page.children[i] = (struct state_child){
			.kind = STATE_CHILD_PAGE, .hash = filled((uint8_t)(i + 1)), .version = 1};
	for (unsigned i = 0; i < STATE_PAGE_WIDTH; i++)
		inner[i] = filled(0xee);
	state_page_nodes(&nodes, &page, 1u << 13, inner);
	for (unsigned node = 1; node < STATE_PAGE_WIDTH; node++) {
		bool above = node == 1 || node == 3 || node == 7 || node == 14;
		struct hash mark = filled(0xee);

		ck_assert(hash_equal(&inner[node], &mark) == !above);
	}
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("state page");
	TCase *tests = tcase_create("state page");

	tcase_add_test(tests, keys_are_version_depth_and_the_nibbles_of_the_path);
	tcase_add_test(tests, a_key_that_is_not_canonical_is_refused);
	tcase_add_test(tests, a_key_cut_anywhere_is_refused);
	tcase_add_test(tests, the_key_of_a_child_is_one_nibble_longer);
	tcase_add_test(tests, a_page_is_laid_out_as_documented);
	tcase_add_test(tests, a_page_comes_back_from_its_bytes);
	tcase_add_test(tests, a_page_cut_anywhere_or_with_more_behind_it_is_refused);
	tcase_add_test(tests, a_page_without_children_is_refused);
	tcase_add_test(tests, a_leaf_that_does_not_exist_is_refused);
	tcase_add_test(tests, a_child_with_the_hash_of_an_empty_subtree_is_refused);
	tcase_add_test(tests, a_child_of_a_later_version_is_refused);
	tcase_add_loop_test(tests, a_leaf_whose_key_does_not_lead_to_it_is_refused, 0, 5);
	tcase_add_test(tests, a_leaf_is_held_to_the_whole_path_at_even_depths_too);
	tcase_add_test(tests, a_lone_leaf_is_refused_but_in_the_root);
	tcase_add_test(tests, a_lone_page_is_legal_anywhere);
	tcase_add_test(tests, a_page_below_the_last_nibble_is_refused);
	tcase_add_loop_test(tests, the_hash_of_a_page_is_what_the_rule_says, 0, 8);
	tcase_add_loop_test(tests, hashing_only_above_what_changed_gives_the_same_hash, 0,
	                    16);
	tcase_add_test(tests, what_did_not_change_is_not_hashed_again);
	suite_add_tcase(suite, tests);
	return suite;
}
