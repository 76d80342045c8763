/* Bodies by the hash of their block. */
#include "chain/base/memory.h"
#include "node/drive/shelf.h"
#include "tests/support/support.h"

static struct shelf shelf;

static void setup(void)
{
	shelf = (struct shelf){0};
}

static void teardown(void)
{
	shelf_close(&shelf);
}

static struct shelf_block *add(uint8_t number, const char *body)
{
	struct header header = {.body_size = (uint32_t)strlen(body), .height = number};
	struct hash hash = {{number}};

	return shelf_add(&shelf, &hash, &header,
	                 bytes_view((const uint8_t *)body, strlen(body)),
	                 memory_new(sizeof(struct hash)));
}

START_TEST(a_body_is_found_by_its_hash_and_is_a_copy)
{
	char body[] = "abc";
	struct shelf_block *block = add(1, body);

	ck_assert_ptr_nonnull(block);
	body[0] = 'x';
	ck_assert_ptr_eq(shelf_find(&shelf, &(struct hash){{1}}), block);
	ck_assert_uint_eq(shelf_body(block).size, 3);
	ck_assert_mem_eq(shelf_body(block).at, "abc", 3);
	ck_assert_ptr_null(shelf_find(&shelf, &(struct hash){{2}}));
	ck_assert_ptr_null(block->draft);
}
END_TEST

START_TEST(an_empty_body_is_one_too)
{
	struct shelf_block *block = add(1, "");

	ck_assert_ptr_nonnull(block);
	ck_assert_uint_eq(shelf_body(block).size, 0);
}
END_TEST

START_TEST(what_is_removed_is_gone_and_the_others_stay)
{
	for (uint8_t i = 0; i < 20; i++)
		ck_assert_ptr_nonnull(add(i, "body"));
	for (uint8_t i = 0; i < 20; i += 2)
		shelf_remove(&shelf, shelf_find(&shelf, &(struct hash){{i}}));
	for (uint8_t i = 0; i < 20; i++)
		ck_assert_int_eq(shelf_find(&shelf, &(struct hash){{i}}) != NULL, i % 2 == 1);
}
END_TEST

START_TEST(a_refused_allocation_leaves_the_shelf_as_it_was)
{
	struct hash hash = {{1}};
	struct header header = {.body_size = 3};

	for (unsigned long nth = 1; nth < 20; nth++) {
		struct tx_names *names = memory_new(sizeof *names);
		struct shelf_block *block;

		memory_fail_at(nth, 0);
		block = shelf_add(&shelf, &hash, &header, bytes_view((const uint8_t *)"abc", 3),
		                  names);
		memory_fail_at(0, 0);
		if (block) {
			ck_assert_uint_gt(nth, 2);
			return;
		}
		ck_assert_ptr_null(shelf_find(&shelf, &hash));
	}
	ck_abort_msg("it never succeeds");
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("shelf");
	TCase *tests = tcase_create("shelf");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, a_body_is_found_by_its_hash_and_is_a_copy);
	tcase_add_test(tests, an_empty_body_is_one_too);
	tcase_add_test(tests, what_is_removed_is_gone_and_the_others_stay);
	tcase_add_test(tests, a_refused_allocation_leaves_the_shelf_as_it_was);
	suite_add_tcase(suite, tests);
	return suite;
}
