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

static void check_share(size_t descriptors, size_t inbound_max, size_t rpc, size_t inbound)
{
	struct descriptors_share share;

	ck_assert(descriptors_divide(&share, descriptors, inbound_max));
	ck_assert_uint_eq(share.rpc_connections, rpc);
	ck_assert_uint_eq(share.inbound, inbound);
}

START_TEST(what_is_missing_is_taken_from_programs_and_then_from_those_who_call)
{
	check_share(DESCRIPTORS_WANTED, 96, RPC_CONNECTIONS_MAX, 96);
	check_share(SIZE_MAX, 96, RPC_CONNECTIONS_MAX, 96);
	check_share(DESCRIPTORS_WANTED - 10, 96, RPC_CONNECTIONS_MAX - 10, 96);
	check_share(DESCRIPTORS_WANTED - 10, 80, RPC_CONNECTIONS_MAX, 80);
	check_share(1024, 96, RPC_CONNECTIONS_MAX - (DESCRIPTORS_WANTED - 1024), 96);
	check_share(DESCRIPTORS_LEAST + 96, 96, DESCRIPTORS_RPC_LEAST, 96);
	check_share(DESCRIPTORS_LEAST + 95, 96, DESCRIPTORS_RPC_LEAST, 95);
	check_share(DESCRIPTORS_LEAST, 96, DESCRIPTORS_RPC_LEAST, 0);
}
END_TEST

START_TEST(there_is_a_least)
{
	struct descriptors_share share;

	ck_assert(!descriptors_divide(&share, DESCRIPTORS_LEAST - 1, 0));
	ck_assert(!descriptors_divide(&share, 64, 96));
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("descriptors");
	TCase *cases = tcase_create("descriptors");

	tcase_add_test(cases, the_limit_is_raised_as_far_as_the_system_lets_it);
	tcase_add_test(cases, what_is_missing_is_taken_from_programs_and_then_from_those_who_call);
	tcase_add_test(cases, there_is_a_least);
	suite_add_tcase(suite, cases);
	return suite;
}
