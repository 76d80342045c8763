#include "node/p2p/usage.h"
#include "tests/support/support.h"

#include <signal.h>

static struct usage_total total;
static struct usage one, other;

static void setup(void)
{
	usage_total_init(&total, 1000);
	usage_init(&one, 600);
	usage_init(&other, 600);
}

START_TEST(neither_a_peer_nor_all_get_more_than_their_maximum)
{
	ck_assert(!usage_reserve(&total, &one, USAGE_SENDING, 601));
	ck_assert(usage_reserve(&total, &one, USAGE_SENDING, 600));
	ck_assert(!usage_reserve(&total, &one, USAGE_TXS, 1));
	ck_assert(!usage_reserve(&total, &other, USAGE_SENDING, 401));
	ck_assert(!usage_reserve(&total, &other, USAGE_SENDING, SIZE_MAX));
	ck_assert_uint_eq(other.bytes, 0);
	ck_assert_uint_eq(total.bytes, 600);
	ck_assert(usage_reserve(&total, &other, USAGE_SENDING, 400));
	ck_assert_int_eq(usage_pressure(&total), USAGE_FULL);
}
END_TEST

START_TEST(what_is_released_is_there_again)
{
	ck_assert(usage_reserve(&total, &one, USAGE_BLOCKS, 500));
	ck_assert(usage_reserve(&total, &one, USAGE_TXS, 100));
	usage_release(&total, &one, USAGE_BLOCKS, 500);
	ck_assert_uint_eq(one.bytes, 100);
	ck_assert_uint_eq(one.purposes[USAGE_TXS], 100);
	ck_assert_uint_eq(total.purposes[USAGE_BLOCKS], 0);
	usage_release(&total, &one, USAGE_TXS, 100);
	ck_assert_uint_eq(one.bytes + total.bytes, 0);
}
END_TEST

START_TEST(to_release_what_was_never_reserved_stops_the_program)
{
	ck_assert(usage_reserve(&total, &one, USAGE_TXS, 100));
	usage_release(&total, &one, USAGE_SENDING, 100);
}
END_TEST

START_TEST(pressure_rises_at_three_quarters_and_nine_tenths)
{
	ck_assert(usage_reserve(&total, &one, USAGE_OTHER, 600));
	ck_assert(usage_reserve(&total, &other, USAGE_OTHER, 149));
	ck_assert_int_eq(usage_pressure(&total), USAGE_EASY);
	ck_assert(usage_reserve(&total, &other, USAGE_OTHER, 1));
	ck_assert_int_eq(usage_pressure(&total), USAGE_HIGH);
	ck_assert(usage_reserve(&total, &other, USAGE_OTHER, 149));
	ck_assert_int_eq(usage_pressure(&total), USAGE_HIGH);
	ck_assert(usage_reserve(&total, &other, USAGE_OTHER, 1));
	ck_assert_int_eq(usage_pressure(&total), USAGE_HIGHER);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("usage");
	TCase *tests = tcase_create("usage");

	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, neither_a_peer_nor_all_get_more_than_their_maximum);
	tcase_add_test(tests, what_is_released_is_there_again);
	tcase_add_test_raise_signal(
		tests, to_release_what_was_never_reserved_stops_the_program, SIGABRT);
	tcase_add_test(tests, pressure_rises_at_three_quarters_and_nine_tenths);
	suite_add_tcase(suite, tests);
	return suite;
}
