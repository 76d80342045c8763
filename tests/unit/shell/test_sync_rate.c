/* How fast, and how long it still takes. */
#include "node/shell/sync_rate.h"
#include "tests/support/support.h"

static struct sync_rate rate;

static void setup(void)
{
	rate = (struct sync_rate){.count = 0};
}

START_TEST(one_height_says_nothing)
{
	ck_assert_uint_eq(sync_rate_per_ks(&rate), 0);
	sync_rate_note(&rate, 10, 5000);
	ck_assert_uint_eq(sync_rate_per_ks(&rate), 0);
	ck_assert_uint_eq(sync_rate_left_ms(&rate, 1), UINT64_MAX);
}
END_TEST

START_TEST(blocks_in_time_are_the_rate)
{
	for (uint64_t i = 0; i < 5; i++)
		sync_rate_note(&rate, 100 + 20 * i, 5000 + 1000 * i);
	ck_assert_uint_eq(sync_rate_per_ks(&rate), 20000);
	ck_assert_uint_eq(sync_rate_left_ms(&rate, 0), 0);
	ck_assert_uint_eq(sync_rate_left_ms(&rate, 600), 30000);
}
END_TEST

START_TEST(what_is_long_ago_is_forgotten)
{
	for (uint64_t i = 0; i < 100; i++)
		sync_rate_note(&rate, 1000 * i, 1000 * i);
	/* It stands still for as long as is looked back on. */
	for (uint64_t i = 100; i < 100 + SYNC_RATE_POINTS; i++)
		sync_rate_note(&rate, 100000, 1000 * i);
	ck_assert_uint_eq(sync_rate_per_ks(&rate), 0);
	ck_assert_uint_eq(sync_rate_left_ms(&rate, 1), UINT64_MAX);
}
END_TEST

START_TEST(more_often_than_once_a_second_is_passed_over)
{
	sync_rate_note(&rate, 0, 1000);
	for (uint64_t i = 1; i < SYNC_RATE_STEP_MS; i++)
		sync_rate_note(&rate, i, 1000 + i);
	ck_assert_uint_eq(rate.count, 1);
	sync_rate_note(&rate, 1000, 1000 + SYNC_RATE_STEP_MS);
	ck_assert_uint_eq(sync_rate_per_ks(&rate), 1000000);
}
END_TEST

START_TEST(a_height_that_fell_begins_anew)
{
	sync_rate_note(&rate, 50, 1000);
	sync_rate_note(&rate, 90, 2000);
	sync_rate_note(&rate, 10, 3000);
	ck_assert_uint_eq(sync_rate_per_ks(&rate), 0);
	sync_rate_note(&rate, 13, 4000);
	ck_assert_uint_eq(sync_rate_per_ks(&rate), 3000);
}
END_TEST

START_TEST(the_longest_wait_is_nobody_knows)
{
	sync_rate_note(&rate, 0, 0);
	sync_rate_note(&rate, 1, 1000000);
	ck_assert_uint_eq(sync_rate_left_ms(&rate, UINT64_MAX), UINT64_MAX);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("sync_rate");
	TCase *cases = tcase_create("sync_rate");

	tcase_add_checked_fixture(cases, setup, NULL);
	tcase_add_test(cases, one_height_says_nothing);
	tcase_add_test(cases, blocks_in_time_are_the_rate);
	tcase_add_test(cases, what_is_long_ago_is_forgotten);
	tcase_add_test(cases, more_often_than_once_a_second_is_passed_over);
	tcase_add_test(cases, a_height_that_fell_begins_anew);
	tcase_add_test(cases, the_longest_wait_is_nobody_knows);
	suite_add_tcase(suite, cases);
	return suite;
}
