#include "chain/base/amount.h"
#include "tests/support/support.h"

static struct amount grains(uint64_t count)
{
	return (struct amount){count};
}

START_TEST(a_sum_that_fits_is_the_sum)
{
	struct amount sum;

	ck_assert(amount_add(&sum, grains(2), grains(3)));
	ck_assert_uint_eq(sum.grains, 5);
	ck_assert(amount_add(&sum, grains(UINT64_MAX), grains(0)));
	ck_assert_uint_eq(sum.grains, UINT64_MAX);
	ck_assert(amount_add(&sum, grains(UINT64_MAX - 1), grains(1)));
	ck_assert_uint_eq(sum.grains, UINT64_MAX);
}
END_TEST

START_TEST(a_sum_that_overflows_is_refused_and_touches_nothing)
{
	struct amount sum = grains(7);

	ck_assert(!amount_add(&sum, grains(UINT64_MAX), grains(1)));
	ck_assert(!amount_add(&sum, grains(1), grains(UINT64_MAX)));
	ck_assert(!amount_add(&sum, grains(UINT64_C(1) << 63), grains(UINT64_C(1) << 63)));
	ck_assert_uint_eq(sum.grains, 7);
}
END_TEST

START_TEST(nobody_spends_more_than_there_is)
{
	struct amount rest = grains(7);

	ck_assert(!amount_subtract(&rest, grains(0), grains(1)));
	ck_assert(!amount_subtract(&rest, grains(5), grains(6)));
	ck_assert(!amount_subtract(&rest, grains(0), grains(UINT64_MAX)));
	ck_assert_uint_eq(rest.grains, 7);
	ck_assert(amount_subtract(&rest, grains(6), grains(6)));
	ck_assert_uint_eq(rest.grains, 0);
	ck_assert(amount_subtract(&rest, grains(UINT64_MAX), grains(1)));
	ck_assert_uint_eq(rest.grains, UINT64_MAX - 1);
}
END_TEST

START_TEST(an_amount_may_be_its_own_result)
{
	struct amount balance = grains(10);

	ck_assert(amount_add(&balance, balance, balance));
	ck_assert_uint_eq(balance.grains, 20);
	ck_assert(amount_subtract(&balance, balance, grains(5)));
	ck_assert_uint_eq(balance.grains, 15);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("amount");
	TCase *cases = tcase_create("amount");

	tcase_add_test(cases, a_sum_that_fits_is_the_sum);
	tcase_add_test(cases, a_sum_that_overflows_is_refused_and_touches_nothing);
	tcase_add_test(cases, nobody_spends_more_than_there_is);
	tcase_add_test(cases, an_amount_may_be_its_own_result);
	suite_add_tcase(suite, cases);
	return suite;
}
