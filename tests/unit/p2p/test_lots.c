#include "node/p2p/lots.h"
#include "tests/support/support.h"

static const uint8_t SEED[SIPHASH_KEY_SIZE] = {1, 2, 3};

START_TEST(the_same_seed_gives_the_same_lots_and_another_gives_others)
{
	static const uint8_t other_seed[SIPHASH_KEY_SIZE] = {1, 2, 4};
	struct lots one, same, other;

	lots_init(&one, SEED);
	lots_init(&same, SEED);
	lots_init(&other, other_seed);
	for (int i = 0; i < 100; i++) {
		uint64_t lot = lots_next(&one);

		ck_assert_uint_eq(lot, lots_next(&same));
		ck_assert_uint_ne(lot, lots_next(&other));
	}
}
END_TEST

START_TEST(every_number_below_the_bound_comes_about_as_often)
{
	struct lots lots;
	uint32_t counts[7] = {0};

	lots_init(&lots, SEED);
	for (int i = 0; i < 70000; i++)
		counts[lots_below(&lots, 7)]++;
	for (int i = 0; i < 7; i++) /* 10,000 each; 5 standard deviations are 463 */
		ck_assert_uint_le(counts[i] > 10000 ? counts[i] - 10000 : 10000 - counts[i], 463);
	for (int i = 0; i < 1000; i++) {
		ck_assert_uint_lt(lots_below(&lots, UINT64_C(3) << 61), UINT64_C(3) << 61);
		ck_assert_uint_eq(lots_below(&lots, 1), 0);
	}
}
END_TEST

/* Of an exponential distribution, e^-1 is above the mean and e^-3 above three means. */
START_TEST(waiting_times_are_exponential)
{
	struct lots lots;
	uint64_t sum = 0;
	uint32_t above_one = 0, above_three = 0;

	lots_init(&lots, SEED);
	for (int i = 0; i < 100000; i++) {
		uint64_t wait = lots_exponential(&lots, 120000);

		sum += wait;
		above_one += wait > 120000;
		above_three += wait > 360000;
		ck_assert_uint_le(wait, UINT64_C(44) * 120000 + 44 * 1200);
	}
	sum /= 100000;
	ck_assert_uint_ge(sum, 118000);
	ck_assert_uint_le(sum, 122000);
	ck_assert_uint_ge(above_one, 36000);
	ck_assert_uint_le(above_one, 37600);
	ck_assert_uint_ge(above_three, 4600);
	ck_assert_uint_le(above_three, 5400);
}
END_TEST

START_TEST(a_shuffle_keeps_all_and_every_order_comes)
{
	struct lots lots;
	uint32_t orders[27] = {0};
	int seen = 0;

	lots_init(&lots, SEED);
	for (int i = 0; i < 6000; i++) {
		uint16_t items[3] = {0, 1, 2};

		lots_shuffle(&lots, items, 3, sizeof items[0]);
		ck_assert_uint_eq(1U << items[0] | 1U << items[1] | 1U << items[2], 7);
		orders[items[0] * 9 + items[1] * 3 + items[2]]++;
	}
	for (int i = 0; i < 27; i++) {
		seen += orders[i] > 0;
		ck_assert(orders[i] == 0 || (orders[i] > 800 && orders[i] < 1200));
	}
	ck_assert_int_eq(seen, 6);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("lots");
	TCase *tests = tcase_create("lots");

	tcase_add_test(tests, the_same_seed_gives_the_same_lots_and_another_gives_others);
	tcase_add_test(tests, every_number_below_the_bound_comes_about_as_often);
	tcase_add_test(tests, waiting_times_are_exponential);
	tcase_add_test(tests, a_shuffle_keeps_all_and_every_order_comes);
	suite_add_tcase(suite, tests);
	return suite;
}
