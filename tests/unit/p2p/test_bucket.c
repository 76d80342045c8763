#include "node/p2p/bucket.h"
#include "tests/support/support.h"

static const struct bucket_rate FAST = {BUCKET_PER_S(2000), 5000};
static const struct bucket_rate SLOW = {BUCKET_PER_1000_S(100), 10}; /* one in 10 s */

START_TEST(a_new_one_gives_its_burst_and_no_more)
{
	struct bucket bucket;

	bucket_init(&bucket, &FAST, 7);
	ck_assert(!bucket_take(&bucket, &FAST, 7, 5001));
	ck_assert(bucket_take(&bucket, &FAST, 7, 5000));
	ck_assert(!bucket_take(&bucket, &FAST, 7, 1));
	ck_assert(bucket_take(&bucket, &FAST, 7, 0));
}
END_TEST

START_TEST(it_fills_at_its_rate_up_to_the_burst)
{
	struct bucket bucket;

	bucket_init(&bucket, &FAST, 0);
	ck_assert(bucket_take(&bucket, &FAST, 0, 5000));
	ck_assert(!bucket_take(&bucket, &FAST, 9, 20));
	ck_assert(bucket_take(&bucket, &FAST, 10, 20));
	ck_assert_uint_eq(bucket_take_some(&bucket, &FAST, 1000000, 6000), 5000);
}
END_TEST

START_TEST(many_small_steps_lose_nothing)
{
	struct bucket bucket;
	uint32_t got = 0;

	bucket_init(&bucket, &SLOW, 0);
	ck_assert(bucket_take(&bucket, &SLOW, 0, 10));
	for (uint64_t ms = 1; ms <= 100000; ms++)
		got += bucket_take_some(&bucket, &SLOW, ms, 100);
	ck_assert_uint_eq(got, 10);
}
END_TEST

START_TEST(a_clock_that_goes_back_gives_nothing)
{
	struct bucket bucket;

	bucket_init(&bucket, &FAST, 1000);
	ck_assert(bucket_take(&bucket, &FAST, 1000, 5000));
	ck_assert(!bucket_take(&bucket, &FAST, 0, 1));
	ck_assert(!bucket_take(&bucket, &FAST, 1000, 1));
	ck_assert(bucket_take(&bucket, &FAST, 1001, 2));
}
END_TEST

START_TEST(the_longest_silence_is_no_overflow)
{
	const struct bucket_rate rate = {UINT64_MAX / 2, BUCKET_BURST_MAX};
	struct bucket bucket;

	bucket_init(&bucket, &rate, 0);
	ck_assert(bucket_take(&bucket, &rate, 0, BUCKET_BURST_MAX));
	ck_assert(bucket_take(&bucket, &rate, UINT64_MAX, BUCKET_BURST_MAX));
	ck_assert(!bucket_take(&bucket, &rate, UINT64_MAX, 1));
	ck_assert_uint_eq(bucket_ready_ms(&bucket, &rate, UINT64_MAX, 1), UINT64_MAX);
}
END_TEST

START_TEST(it_says_when_enough_will_be_there)
{
	static const struct bucket_rate none = {0, 3};
	struct bucket bucket;
	uint64_t ready_ms;

	bucket_init(&bucket, &SLOW, 0);
	ck_assert_uint_eq(bucket_ready_ms(&bucket, &SLOW, 0, 10), 0);
	ck_assert_uint_eq(bucket_ready_ms(&bucket, &SLOW, 0, 11), UINT64_MAX);
	ck_assert(bucket_take(&bucket, &SLOW, 0, 9));
	ready_ms = bucket_ready_ms(&bucket, &SLOW, 0, 3);
	ck_assert_uint_eq(ready_ms, 20000);
	ck_assert(!bucket_take(&bucket, &SLOW, ready_ms - 1, 3));
	ck_assert(bucket_take(&bucket, &SLOW, ready_ms, 3));
	bucket_init(&bucket, &none, 0);
	ck_assert(bucket_take(&bucket, &none, 0, 3));
	ck_assert_uint_eq(bucket_ready_ms(&bucket, &none, 5, 1), UINT64_MAX);
}
END_TEST

START_TEST(what_is_granted_may_be_above_the_burst_and_is_spent_once)
{
	struct bucket bucket;

	bucket_init(&bucket, &SLOW, 0);
	bucket_grant(&bucket, 250);
	ck_assert_uint_eq(bucket_take_some(&bucket, &SLOW, 1000000, 1000), 260);
	ck_assert_uint_eq(bucket_take_some(&bucket, &SLOW, 2000000, 1000), 10);
}
END_TEST

START_TEST(what_it_is_raised_to_does_not_add_up)
{
	struct bucket bucket;

	bucket_init(&bucket, &SLOW, 0);
	for (size_t i = 0; i < 5; i++)
		bucket_raise(&bucket, 42);
	ck_assert_uint_eq(bucket_take_some(&bucket, &SLOW, 0, 2), 2);
	bucket_raise(&bucket, 30);
	ck_assert_uint_eq(bucket_take_some(&bucket, &SLOW, 0, 1000), 40);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("bucket");
	TCase *tests = tcase_create("bucket");

	tcase_add_test(tests, a_new_one_gives_its_burst_and_no_more);
	tcase_add_test(tests, it_fills_at_its_rate_up_to_the_burst);
	tcase_add_test(tests, many_small_steps_lose_nothing);
	tcase_add_test(tests, a_clock_that_goes_back_gives_nothing);
	tcase_add_test(tests, the_longest_silence_is_no_overflow);
	tcase_add_test(tests, it_says_when_enough_will_be_there);
	tcase_add_test(tests, what_is_granted_may_be_above_the_burst_and_is_spent_once);
	tcase_add_test(tests, what_it_is_raised_to_does_not_add_up);
	suite_add_tcase(suite, tests);
	return suite;
}
