/* The exit codes as scripts rely on them: which answer of a node ends with which number. */
#include "tests/support/support.h"

#include "rpc/api/error.h"
#include "wallet-cli/exit_code.h"

START_TEST(each_error_of_a_node_ends_with_its_number)
{
	static const struct {
		int rpc, exit;
	} pairs[] = {
	    {-32700, 1}, {-32600, 1}, {-32601, 2}, {-32602, 2}, {-32603, 1}, {-32001, 4},
	    {-32002, 4}, {-32003, 1}, {-32004, 8}, {-32005, 1}, {101, 3},    {107, 3},
	    {110, 3},    {201, 5},    {203, 5},    {204, 4},    {208, 5},    {210, 5},
	    {400, 7},    {499, 7},    {601, 6},    {602, 6},    {701, 1},    {0, 1},
	    {12345, 1},  {-1, 1},
	};

	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		ck_assert_msg((int)exit_code_of_rpc(pairs[i].rpc) == pairs[i].exit,
		              "%d ends with %d, not with %d", pairs[i].rpc,
		              (int)exit_code_of_rpc(pairs[i].rpc), pairs[i].exit);
}
END_TEST

START_TEST(no_error_that_a_node_knows_looks_like_success)
{
	size_t count;
	const struct rpc_error *list = rpc_error_list(&count);

	for (size_t i = 0; i < count; i++)
		ck_assert_int_ne(exit_code_of_rpc((int)list[i].code), EXIT_CODE_OK);
}
END_TEST

START_TEST(what_went_wrong_here_ends_with_its_number)
{
	ck_assert_int_eq(exit_code_of_status(STATUS_OK), 0);
	ck_assert_int_eq(exit_code_of_status(STATUS_STORAGE), 1);
	ck_assert_int_eq(exit_code_of_status(STATUS_NOT_FOUND), 3);
	ck_assert_int_eq(exit_code_of_status(STATUS_PERMISSION), 4);
	ck_assert_int_eq(exit_code_of_status(STATUS_NETWORK), 8);
	ck_assert_int_eq(exit_code_of_status(STATUS_LOCKED), 9);
#define STATUS_FAILS(name, text) \
	ck_assert(name == STATUS_OK || exit_code_of_status(name) != EXIT_CODE_OK);
	STATUS_LIST(STATUS_FAILS)
#undef STATUS_FAILS
}
END_TEST

START_TEST(each_number_from_0_to_9_has_a_meaning)
{
	for (int number = 0; number <= 9; number++)
		ck_assert_ptr_nonnull(exit_code_text(number));
	ck_assert_ptr_null(exit_code_text(10));
	ck_assert_ptr_null(exit_code_text(-1));
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("exit_code");
	TCase *cases = tcase_create("exit_code");

	tcase_add_test(cases, each_error_of_a_node_ends_with_its_number);
	tcase_add_test(cases, no_error_that_a_node_knows_looks_like_success);
	tcase_add_test(cases, what_went_wrong_here_ends_with_its_number);
	tcase_add_test(cases, each_number_from_0_to_9_has_a_meaning);
	suite_add_tcase(suite, cases);
	return suite;
}
