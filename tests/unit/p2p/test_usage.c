#include "node/p2p/usage.h"
#include "tests/support/support.h"

#include <signal.h>

static struct usage_total total;
static struct usage one, other;

static void setup(void)
{
	usage_total_init(&total, 1000);
	usage_init(&one, &total, 600);
	usage_init(&other, &total, 600);
}

START_TEST(a_peer_that_holds_its_maximum_of_a_purpose_has_no_room_for_more_of_it)
{
	ck_assert(usage_has_room(&one, USAGE_SENDING));
	usage_take(&one, USAGE_SENDING, 599);
	ck_assert(usage_has_room(&one, USAGE_SENDING));
	usage_take(&one, USAGE_SENDING, 1);
	ck_assert(!usage_has_room(&one, USAGE_SENDING));
	ck_assert(usage_has_room(&one, USAGE_TXS));
	ck_assert(usage_has_room(&other, USAGE_SENDING));
}
END_TEST

START_TEST(all_together_have_a_maximum)
{
	usage_take(&one, USAGE_SENDING, 600);
	ck_assert(usage_fits_total(&other, 400));
	ck_assert(!usage_fits_total(&other, 401));
	ck_assert(!usage_fits_total(&other, SIZE_MAX));
	usage_take(&other, USAGE_RECEIVING, 500); /* what we asked for is not refused */
	ck_assert_uint_eq(total.bytes, 1100);
	ck_assert(!usage_fits_total(&one, 0));
	ck_assert_int_eq(usage_pressure(&total), USAGE_FULL);
}
END_TEST

START_TEST(what_is_released_is_there_again)
{
	usage_take(&one, USAGE_CHECKING, 500);
	usage_take(&one, USAGE_TXS, 100);
	usage_release(&one, USAGE_CHECKING, 500);
	ck_assert_uint_eq(one.bytes, 100);
	ck_assert_uint_eq(one.purposes[USAGE_TXS], 100);
	ck_assert_uint_eq(total.purposes[USAGE_CHECKING], 0);
	usage_release(&one, USAGE_TXS, 100);
	ck_assert_uint_eq(one.bytes + total.bytes, 0);
}
END_TEST

START_TEST(what_a_peer_leaves_behind_can_be_another_s)
{
	usage_take(&one, USAGE_CHECKING, 500);
	usage_take(&one, USAGE_TXS, 100);
	usage_move(&one, &other, USAGE_CHECKING);
	ck_assert_uint_eq(one.bytes, 100);
	ck_assert_uint_eq(other.purposes[USAGE_CHECKING], 500);
	ck_assert_uint_eq(total.bytes, 600);
	usage_release(&other, USAGE_CHECKING, 500);
	ck_assert_uint_eq(other.bytes, 0);
}
END_TEST

START_TEST(to_release_what_was_never_taken_stops_the_program)
{
	usage_take(&one, USAGE_TXS, 100);
	usage_release(&one, USAGE_SENDING, 100);
}
END_TEST

START_TEST(pressure_rises_at_three_quarters_and_nine_tenths)
{
	usage_take(&one, USAGE_RECEIVING, 600);
	usage_take(&other, USAGE_RECEIVING, 149);
	ck_assert_int_eq(usage_pressure(&total), USAGE_EASY);
	usage_take(&other, USAGE_RECEIVING, 1);
	ck_assert_int_eq(usage_pressure(&total), USAGE_HIGH);
	usage_take(&other, USAGE_RECEIVING, 149);
	ck_assert_int_eq(usage_pressure(&total), USAGE_HIGH);
	usage_take(&other, USAGE_RECEIVING, 1);
	ck_assert_int_eq(usage_pressure(&total), USAGE_HIGHER);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("usage");
	TCase *tests = tcase_create("usage");

	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, a_peer_that_holds_its_maximum_of_a_purpose_has_no_room_for_more_of_it);
	tcase_add_test(tests, all_together_have_a_maximum);
	tcase_add_test(tests, what_is_released_is_there_again);
	tcase_add_test(tests, what_a_peer_leaves_behind_can_be_another_s);
	tcase_add_test_raise_signal(
		tests, to_release_what_was_never_taken_stops_the_program, SIGABRT);
	tcase_add_test(tests, pressure_rises_at_three_quarters_and_nine_tenths);
	suite_add_tcase(suite, tests);
	return suite;
}
