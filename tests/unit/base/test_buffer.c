#include "chain/base/buffer.h"
#include "chain/base/memory.h"
#include "tests/support/support.h"

#include <stdlib.h>

START_TEST(what_is_appended_is_there_in_order)
{
	struct random random = random_from(2);
	uint8_t expected[20000];
	struct buffer buffer;
	size_t size = 0;

	random_fill(&random, expected, sizeof expected);
	buffer_init(&buffer, sizeof expected);
	while (size < sizeof expected) {
		size_t piece = random_below(&random, 700);

		if (piece > sizeof expected - size)
			piece = sizeof expected - size;
		buffer_append(&buffer, expected + size, piece);
		size += piece;
		ck_assert_uint_eq(buffer.size, size);
	}
	ck_assert_int_eq(buffer.status, STATUS_OK);
	ck_assert_mem_eq(buffer.at, expected, sizeof expected);
	buffer_close(&buffer);
}
END_TEST

START_TEST(base64_is_appended_whole_or_not_at_all)
{
	struct buffer buffer;

	buffer_init(&buffer, 10);
	buffer_append_text(&buffer, "a ");
	buffer_append_base64(&buffer, text_view("foob"));
	ck_assert(bytes_equal(buffer_view(&buffer), text_view("a Zm9vYg==")));
	buffer_append_base64(&buffer, text_view(""));
	ck_assert_int_eq(buffer.status, STATUS_OK);
	buffer_append_base64(&buffer, text_view("f"));
	ck_assert_int_eq(buffer.status, STATUS_TOO_LARGE);
	ck_assert_uint_eq(buffer.size, 10);
	buffer_close(&buffer);
}
END_TEST

START_TEST(the_maximum_can_be_reached_and_not_passed)
{
	struct buffer buffer;

	buffer_init(&buffer, 10);
	buffer_append_text(&buffer, "0123456789");
	ck_assert_int_eq(buffer.status, STATUS_OK);
	buffer_append(&buffer, NULL, 0);
	ck_assert_int_eq(buffer.status, STATUS_OK);
	buffer_append_text(&buffer, "x");
	ck_assert_int_eq(buffer.status, STATUS_TOO_LARGE);
	ck_assert_uint_eq(buffer.size, 10);
	buffer_close(&buffer);
}
END_TEST

START_TEST(a_size_that_would_overflow_is_refused)
{
	struct buffer buffer;

	buffer_init(&buffer, 1000);
	buffer_append_text(&buffer, "abc");
	ck_assert_ptr_null(buffer_extend(&buffer, SIZE_MAX));
	ck_assert_int_eq(buffer.status, STATUS_TOO_LARGE);
	buffer_close(&buffer);
}
END_TEST

START_TEST(after_a_failure_nothing_is_written_and_the_first_reason_stays)
{
	struct buffer buffer;

	buffer_init(&buffer, 5);
	buffer_append_text(&buffer, "ab");
	buffer_append_text(&buffer, "too long");
	buffer_append_text(&buffer, "c");
	buffer_printf(&buffer, "%d", 1);
	memory_fail_at(1, 1);
	buffer_printf(&buffer, "%300d", 1);
	memory_fail_at(0, 0);
	ck_assert_int_eq(buffer.status, STATUS_TOO_LARGE);
	ck_assert_uint_eq(buffer.size, 2);
	buffer_clear(&buffer);
	buffer_append_text(&buffer, "again");
	ck_assert_int_eq(buffer.status, STATUS_OK);
	ck_assert_mem_eq(buffer.at, "again", 5);
	buffer_close(&buffer);
}
END_TEST

START_TEST(a_refused_allocation_keeps_what_was_written)
{
	struct buffer buffer;

	buffer_init(&buffer, 10000);
	buffer_append_text(&buffer, "kept");
	memory_fail_at(1, 0);
	ck_assert_ptr_null(buffer_extend(&buffer, 5000));
	ck_assert_int_eq(buffer.status, STATUS_MEMORY);
	ck_assert_uint_eq(buffer.size, 4);
	ck_assert_mem_eq(buffer.at, "kept", 4);
	buffer_close(&buffer);
}
END_TEST

/* Around the size up to which no allocation of its own is needed. */
START_TEST(printed_text_is_the_same_at_every_length)
{
	struct buffer buffer;

	buffer_init(&buffer, 2000);
	for (int width = 1; width < 600; width++) {
		buffer_clear(&buffer);
		buffer_printf(&buffer, "%*d", width, 7);
		ck_assert_int_eq(buffer.status, STATUS_OK);
		ck_assert_uint_eq(buffer.size, (size_t)width);
		ck_assert_uint_eq(buffer.at[width - 1], '7');
		ck_assert(width == 1 || buffer.at[0] == ' ');
	}
	buffer_close(&buffer);
}
END_TEST

START_TEST(printed_text_may_fill_the_buffer_to_its_maximum)
{
	for (int size = 250; size < 270; size++) {
		struct buffer buffer;

		buffer_init(&buffer, (size_t)size);
		buffer_printf(&buffer, "%*d", size, 7);
		ck_assert_int_eq(buffer.status, STATUS_OK);
		ck_assert_uint_eq(buffer.size, (size_t)size);
		buffer_printf(&buffer, "x");
		ck_assert_int_eq(buffer.status, STATUS_TOO_LARGE);
		buffer_close(&buffer);
	}
}
END_TEST

START_TEST(taken_bytes_are_the_callers_and_the_buffer_is_empty)
{
	struct buffer buffer;
	uint8_t *bytes;

	buffer_init(&buffer, 100);
	buffer_append_text(&buffer, "mine");
	bytes = buffer_take(&buffer);
	ck_assert_mem_eq(bytes, "mine", 4);
	ck_assert_uint_eq(buffer.size, 0);
	ck_assert_uint_eq(buffer.size_max, 100);
	buffer_append_text(&buffer, "other");
	ck_assert_mem_eq(bytes, "mine", 4);
	memory_free(bytes);
	buffer_close(&buffer);
	ck_assert_ptr_null(buffer_take(&buffer));
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("buffer");
	TCase *cases = tcase_create("buffer");

	tcase_add_test(cases, what_is_appended_is_there_in_order);
	tcase_add_test(cases, the_maximum_can_be_reached_and_not_passed);
	tcase_add_test(cases, base64_is_appended_whole_or_not_at_all);
	tcase_add_test(cases, a_size_that_would_overflow_is_refused);
	tcase_add_test(cases, after_a_failure_nothing_is_written_and_the_first_reason_stays);
	tcase_add_test(cases, a_refused_allocation_keeps_what_was_written);
	tcase_add_test(cases, printed_text_is_the_same_at_every_length);
	tcase_add_test(cases, printed_text_may_fill_the_buffer_to_its_maximum);
	tcase_add_test(cases, taken_bytes_are_the_callers_and_the_buffer_is_empty);
	suite_add_tcase(suite, cases);
	return suite;
}
