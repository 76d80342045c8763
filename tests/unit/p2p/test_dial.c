#include "node/p2p/dial.h"
#include "tests/support/support.h"

static struct lots lots;
static struct dialer dialer;

static void setup(void)
{
	static const uint8_t seed[SIPHASH_KEY_SIZE] = {3};

	lots_init(&lots, seed);
	dialer_init(&dialer, &lots, 1000);
}

START_TEST(each_failure_doubles_the_wait_up_to_its_maximum)
{
	struct backoff backoff = {0};

	for (unsigned i = 1; i < 100; i++) {
		uint64_t full_ms = i < 10 ? UINT64_C(1000) << i : DIAL_BACKOFF_MAX_MS;

		if (full_ms > DIAL_BACKOFF_MAX_MS)
			full_ms = DIAL_BACKOFF_MAX_MS;
		backoff_failed(&backoff, &lots, 7000, false);
		ck_assert_uint_ge(backoff.not_before_ms, 7000 + full_ms / 2);
		ck_assert_uint_le(backoff.not_before_ms, 7000 + full_ms);
	}
	ck_assert(!backoff_is_over(&backoff, backoff.not_before_ms - 1));
	ck_assert(backoff_is_over(&backoff, backoff.not_before_ms));
}
END_TEST

START_TEST(validators_never_wait_longer_than_15_s)
{
	struct backoff backoff = {0};

	for (int i = 0; i < 100; i++) {
		backoff_failed(&backoff, &lots, 0, true);
		ck_assert_uint_le(backoff.not_before_ms, DIAL_BACKOFF_KEPT_MAX_MS);
	}
	ck_assert_uint_ge(backoff.not_before_ms, DIAL_BACKOFF_KEPT_MAX_MS / 2);
}
END_TEST

START_TEST(a_session_of_a_minute_forgives_and_a_shorter_one_does_not)
{
	struct backoff backoff = {0};

	for (int i = 0; i < 5; i++)
		backoff_failed(&backoff, &lots, 0, false);
	backoff_connected(&backoff, 100000);
	backoff_lost(&backoff, &lots, 100000 + DIAL_SETTLED_MS - 1, false);
	ck_assert_uint_eq(backoff.failures, 6);
	backoff_connected(&backoff, 300000);
	backoff_lost(&backoff, &lots, 300000 + DIAL_SETTLED_MS, false);
	ck_assert_uint_eq(backoff.failures, 1);
}
END_TEST

START_TEST(four_a_second_and_sixteen_at_once)
{
	uint64_t now_ms = 1000 + DIAL_START_SPREAD_MS;
	int begun = 0;

	for (int i = 0; i < 20; i++)
		begun += dialer_begin(&dialer, now_ms, false);
	ck_assert_int_eq(begun, DIAL_RATE_PER_S);
	for (int i = 1; i <= 100; i++)
		begun += dialer_begin(&dialer, now_ms + (uint64_t)i * 100, false);
	ck_assert_int_eq(begun, DIAL_AT_ONCE_MAX);
	dialer_ended(&dialer);
	ck_assert(dialer_begin(&dialer, now_ms + 20000, false));
	ck_assert(!dialer_begin(&dialer, now_ms + 20000, false));
}
END_TEST

START_TEST(after_the_start_all_but_the_first_wait_for_a_random_while)
{
	uint64_t least = UINT64_MAX, most = 0;

	ck_assert(dialer_begin(&dialer, 1000, true));
	for (int i = 0; i < 200; i++) {
		dialer_init(&dialer, &lots, 1000);
		ck_assert(dialer.not_before_ms == 1000 || !dialer_begin(&dialer, 1000, false));
		least = dialer.not_before_ms < least ? dialer.not_before_ms : least;
		most = dialer.not_before_ms > most ? dialer.not_before_ms : most;
	}
	ck_assert_uint_lt(least, 3000);
	ck_assert_uint_gt(most, 28000);
	ck_assert_uint_lt(most, 31000);
}
END_TEST

START_TEST(feelers_come_at_their_mean_rate)
{
	uint32_t feelers = 0;

	for (uint64_t s = 1; s <= 864000; s++)
		feelers += dialer_feeler_is_due(&dialer, &lots, s * 1000);
	ck_assert_uint_ge(feelers, 6700); /* 7,200; five deviations */
	ck_assert_uint_le(feelers, 7700);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("dial");
	TCase *tests = tcase_create("dial");

	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, each_failure_doubles_the_wait_up_to_its_maximum);
	tcase_add_test(tests, validators_never_wait_longer_than_15_s);
	tcase_add_test(tests, a_session_of_a_minute_forgives_and_a_shorter_one_does_not);
	tcase_add_test(tests, four_a_second_and_sixteen_at_once);
	tcase_add_test(tests, after_the_start_all_but_the_first_wait_for_a_random_while);
	tcase_add_test(tests, feelers_come_at_their_mean_rate);
	suite_add_tcase(suite, tests);
	return suite;
}
