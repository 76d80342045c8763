/* The table of blocks that are not committed yet. */
#include "consensus/blocks.h"
#include "consensus/epoch.h"
#include "tests/support/support.h"

static struct blocks blocks;

static void setup(void)
{
	blocks.count = 0;
}

static struct hash numbered(unsigned number)
{
	struct hash hash = {{0}};

	put_le32(hash.bytes, number);
	return hash;
}

static struct block *name(unsigned number, uint64_t view)
{
	struct hash hash = numbered(number);

	return blocks_name(&blocks, &hash, view);
}

static struct block *find(unsigned number)
{
	struct hash hash = numbered(number);

	return blocks_find(&blocks, &hash);
}

/* With its header, on `parent`. */
static struct block *bring(unsigned number, unsigned parent, uint64_t view)
{
	struct block *block = name(number, view);

	block->state = BLOCK_VALID;
	block->header = (struct header){.view = view, .parent = numbered(parent)};
	return block;
}

static bool reaches(unsigned from, unsigned root, size_t *count)
{
	struct hash hash = numbered(from), below = numbered(root);

	return blocks_reach(&blocks, &hash, &below, count);
}

START_TEST(a_new_block_is_named_and_nobodys)
{
	struct block *block = name(1, 5);

	ck_assert_int_eq(block->state, BLOCK_NAMED);
	ck_assert_uint_eq(block->view, 5);
	ck_assert_uint_eq(block->from, NOBODY);
	ck_assert(!block->certified && !block->kept);
	ck_assert_ptr_eq(find(1), block);
	ck_assert_ptr_null(find(2));
}
END_TEST

START_TEST(a_block_named_again_is_the_same_and_of_the_latest_view)
{
	struct block *block = name(1, 5);

	block->certified = true;
	ck_assert_ptr_eq(name(1, 9), block);
	ck_assert_uint_eq(block->view, 9);
	name(1, 3);
	ck_assert_uint_eq(block->view, 9);
	ck_assert(block->certified);
	ck_assert_uint_eq(blocks.count, 1);
}
END_TEST

START_TEST(a_full_table_names_none_but_those_it_has)
{
	for (unsigned i = 0; i < BLOCKS_HELD_MAX; i++)
		ck_assert_ptr_nonnull(name(i, i));
	ck_assert_ptr_null(name(BLOCKS_HELD_MAX, 1000));
	ck_assert_ptr_nonnull(name(7, 1000));
}
END_TEST

START_TEST(a_removed_block_is_gone_and_all_others_stay)
{
	for (unsigned i = 0; i < 5; i++)
		name(i, i);
	blocks_remove(&blocks, find(1));
	blocks_remove(&blocks, find(4));
	for (unsigned i = 0; i < 5; i++)
		ck_assert_int_eq(find(i) != NULL, i != 1 && i != 4);
}
END_TEST

/* -- Whom to give up ----------------------------------------------------------------- */

START_TEST(the_worst_is_of_the_earliest_view_among_those_nobody_certified)
{
	name(1, 2)->certified = true;
	name(2, 9);
	name(3, 7);
	name(4, 1)->certified = true;
	ck_assert_ptr_eq(blocks_worst(&blocks), find(3));
	blocks_remove(&blocks, find(3));
	blocks_remove(&blocks, find(2));
	ck_assert_ptr_eq(blocks_worst(&blocks), find(4));
}
END_TEST

START_TEST(what_is_executed_or_built_upon_is_never_the_worst)
{
	ck_assert_ptr_null(blocks_worst(&blocks));
	bring(1, 0, 1);
	bring(2, 1, 2);
	ck_assert_ptr_eq(blocks_worst(&blocks), find(2));
	find(2)->state = BLOCK_EXECUTING;
	ck_assert_ptr_null(blocks_worst(&blocks));
}
END_TEST

/* -- Chains -------------------------------------------------------------------------- */

START_TEST(a_chain_reaches_what_it_stands_on)
{
	size_t count = 99;

	for (unsigned i = 1; i <= 10; i++)
		bring(i, i - 1, i);
	ck_assert(reaches(10, 0, &count));
	ck_assert_uint_eq(count, 10);
	ck_assert(reaches(10, 7, &count));
	ck_assert_uint_eq(count, 3);
	ck_assert(reaches(4, 4, NULL));
	ck_assert(!reaches(4, 5, NULL));
	ck_assert(!reaches(10, 77, NULL));
}
END_TEST

START_TEST(a_chain_with_a_block_that_is_not_here_reaches_nothing)
{
	bring(3, 2, 3);
	bring(1, 0, 1);
	ck_assert(!reaches(3, 0, NULL));
	name(2, 2);
	ck_assert(!reaches(3, 0, NULL));
	bring(2, 1, 2);
	ck_assert(reaches(3, 0, NULL));
}
END_TEST

/* No hash does this, but the walk ends all the same. */
START_TEST(a_circle_reaches_nothing)
{
	bring(1, 2, 1);
	bring(2, 1, 2);
	ck_assert(!reaches(2, 0, NULL));
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("blocks");
	TCase *tests = tcase_create("blocks");

	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, a_new_block_is_named_and_nobodys);
	tcase_add_test(tests, a_block_named_again_is_the_same_and_of_the_latest_view);
	tcase_add_test(tests, a_full_table_names_none_but_those_it_has);
	tcase_add_test(tests, a_removed_block_is_gone_and_all_others_stay);
	tcase_add_test(tests, the_worst_is_of_the_earliest_view_among_those_nobody_certified);
	tcase_add_test(tests, what_is_executed_or_built_upon_is_never_the_worst);
	tcase_add_test(tests, a_chain_reaches_what_it_stands_on);
	tcase_add_test(tests, a_chain_with_a_block_that_is_not_here_reaches_nothing);
	tcase_add_test(tests, a_circle_reaches_nothing);
	suite_add_tcase(suite, tests);
	return suite;
}
