#include "node/shell/descriptors.h"
#include "tests/support/support.h"

#include <sys/resource.h>

static void set_limits(size_t soft, size_t hard)
{
	const struct rlimit limit = {.rlim_cur = soft, .rlim_max = hard};

	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

START_TEST(the_limit_is_raised_as_far_as_the_system_lets_it)
{
	struct rlimit limit;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	if (limit.rlim_max >= DESCRIPTORS_WANTED) {
		set_limits(256, DESCRIPTORS_WANTED);
		ck_assert_uint_eq(descriptors_raise(), DESCRIPTORS_WANTED);
	}
	set_limits(256, 300);
	ck_assert_uint_eq(descriptors_raise(), 300);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_uint_eq(limit.rlim_cur, 300);
}
END_TEST

START_TEST(what_is_missing_is_taken_from_those_who_call)
{
	ck_assert_uint_eq(descriptors_inbound(DESCRIPTORS_WANTED, 96), 96);
	ck_assert_uint_eq(descriptors_inbound(SIZE_MAX, 96), 96);
	ck_assert_uint_eq(descriptors_inbound(DESCRIPTORS_WANTED - 10, 96), 86);
	ck_assert_uint_eq(descriptors_inbound(DESCRIPTORS_WANTED - 10, 20), 10);
	ck_assert_uint_eq(descriptors_inbound(DESCRIPTORS_WANTED - 96, 96), 0);
	ck_assert_uint_eq(descriptors_inbound(64, 96), 0);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("descriptors");
	TCase *cases = tcase_create("descriptors");

	tcase_add_test(cases, the_limit_is_raised_as_far_as_the_system_lets_it);
	tcase_add_test(cases, what_is_missing_is_taken_from_those_who_call);
	suite_add_tcase(suite, cases);
	return suite;
}
