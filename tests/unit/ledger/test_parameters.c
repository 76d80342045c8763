#include "chain/ledger/parameters.h"
#include "tests/support/support.h"

START_TEST(the_table_is_sorted_by_name_and_each_name_is_found)
{
	for (size_t i = 0; i < PARAMETER_COUNT; i++) {
		const struct parameter_facts *facts = parameter_facts((enum parameter)i);
		enum parameter found;

		ck_assert(parameter_find(&found, text_view(facts->name)));
		ck_assert_uint_eq(found, i);
		ck_assert_uint_le(strlen(facts->name), PARAMETER_NAME_SIZE_MAX);
		if (i > 0)
			ck_assert_int_lt(
				strcmp(parameter_facts((enum parameter)(i - 1))->name, facts->name), 0);
	}
}
END_TEST

START_TEST(other_names_are_not_found)
{
	enum parameter found;

	ck_assert(!parameter_find(&found, text_view("")));
	ck_assert(!parameter_find(&found, text_view("term_lengt")));
	ck_assert(!parameter_find(&found, text_view("term_length2")));
	ck_assert(!parameter_find(&found, text_view("Term_length")));
}
END_TEST

START_TEST(the_defaults_and_both_bounds_are_valid_and_what_lies_outside_is_not)
{
	struct parameters parameters = parameters_default();

	ck_assert(parameters_are_valid(&parameters));
	for (size_t i = 0; i < PARAMETER_COUNT; i++) {
		const struct parameter_facts *facts = parameter_facts((enum parameter)i);

		ck_assert_uint_eq(parameters.values[i], facts->value);
		parameters.values[i] = facts->least;
		ck_assert(parameters_are_valid(&parameters));
		parameters.values[i] = facts->most;
		ck_assert(parameters_are_valid(&parameters));
		parameters.values[i] = facts->most + 1;
		ck_assert(!parameters_are_valid(&parameters));
		if (facts->least > 0) {
			parameters.values[i] = facts->least - 1;
			ck_assert(!parameters_are_valid(&parameters));
		}
		parameters.values[i] = facts->value;
	}
}
END_TEST

START_TEST(a_largest_transaction_fits_the_smallest_block)
{
	ck_assert_uint_ge(parameter_facts(PARAMETER_max_block_bytes)->least, 2 + TX_SIZE_MAX);
	ck_assert_uint_eq(parameter_facts(PARAMETER_max_block_bytes)->most, BLOCK_BODY_MAX);
	ck_assert_uint_eq(parameter_facts(PARAMETER_max_block_txs)->most, BLOCK_TXS_MAX);
}
END_TEST

/* The validators' hash keeps these in fewer bytes than the state does. */
START_TEST(consensus_parameters_fit_their_fields_in_the_validators_hash)
{
	ck_assert_uint_le(parameter_facts(PARAMETER_term_length)->most, UINT32_MAX);
	ck_assert_uint_le(parameter_facts(PARAMETER_fault_model)->most, UINT8_MAX);
	ck_assert_uint_le(parameter_facts(PARAMETER_max_block_bytes)->most, UINT32_MAX);
	ck_assert_uint_le(parameter_facts(PARAMETER_max_block_txs)->most, UINT32_MAX);
	for (size_t i = 0; i < PARAMETER_COUNT; i++)
		ck_assert_int_eq(parameter_facts((enum parameter)i)->is_consensus,
		                 i != PARAMETER_tx_lifetime_ms);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("parameters");
	TCase *tests = tcase_create("parameters");

	tcase_add_test(tests, the_table_is_sorted_by_name_and_each_name_is_found);
	tcase_add_test(tests, other_names_are_not_found);
	tcase_add_test(tests,
	               the_defaults_and_both_bounds_are_valid_and_what_lies_outside_is_not);
	tcase_add_test(tests, a_largest_transaction_fits_the_smallest_block);
	tcase_add_test(tests, consensus_parameters_fit_their_fields_in_the_validators_hash);
	suite_add_tcase(suite, tests);
	return suite;
}
