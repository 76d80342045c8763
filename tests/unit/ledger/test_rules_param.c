/* Parameters change by the root group, inside their bounds, from the next block on. */
#include "chain/ledger/succession.h"
#include "tests/support/ledger_fixture.h"
#include "tests/support/support.h"

static struct ledger_fixture fixture;
static struct draft *draft;

static void start(void)
{
	ledger_fixture_init(&fixture, NULL);
	draft = ledger_fixture_draft(&fixture, NULL);
}

static void stop(void)
{
	draft_free(draft);
	ledger_fixture_close(&fixture);
}

static void take(const char *name, uint64_t value)
{
	ledger_fixture_expect_taken(
		&fixture, draft, ledger_fixture_root_tx(&fixture, make_param(name, value)));
}

static void expect(const char *name, uint64_t value, enum verdict verdict,
                   const char *text)
{
	ledger_fixture_expect_refused(
		&fixture, draft, ledger_fixture_root_tx(&fixture, make_param(name, value)),
		verdict, text);
}

static void next_block(void)
{
	ledger_fixture_seal(&fixture, draft);
	memory_ledger_commit(&fixture.ledger, draft);
	draft_free(draft);
	draft = ledger_fixture_draft(&fixture, NULL);
}

START_TEST(a_parameter_that_is_set_stands_in_the_state)
{
	struct parameters parameters;

	take("heartbeat_ms", 5000);
	draft_get_parameters(draft, &parameters);
	ck_assert_uint_eq(parameters.values[PARAMETER_heartbeat_ms], 5000);
	ck_assert_uint_eq(parameters.values[PARAMETER_term_length], 1);
}
END_TEST

START_TEST(only_the_root_group_sets_parameters)
{
	ledger_fixture_expect_refused(
		&fixture, draft, ledger_fixture_tx_of(&fixture, 0, make_param("term_length", 2)),
		VERDICT_PERMISSION, "is not of the root group");
}
END_TEST

START_TEST(a_parameter_that_the_protocol_does_not_have_is_not_set)
{
	expect("term", 2, VERDICT_UNKNOWN_REFERENCE, "there is no parameter 'term'");
	expect("", 2, VERDICT_UNKNOWN_REFERENCE, "there is no parameter ''");
	expect("term_length2", 2, VERDICT_UNKNOWN_REFERENCE, "there is no parameter");
}
END_TEST

START_TEST(every_parameter_stays_inside_its_bounds)
{
	for (size_t i = 0; i < PARAMETER_COUNT; i++) {
		const struct parameter_facts *facts = parameter_facts((enum parameter)i);

		if (facts->least > 0)
			expect(facts->name, facts->least - 1, VERDICT_SCHEMA, facts->name);
		expect(facts->name, facts->most + 1, VERDICT_SCHEMA, facts->name);
		expect(facts->name, UINT64_MAX, VERDICT_SCHEMA, facts->name);
		if (facts->value != facts->least)
			take(facts->name, facts->least);
		if (facts->value != facts->most || facts->value != facts->least)
			take(facts->name,
			     facts->value == facts->most ? facts->most - 1 : facts->most);
	}
}
END_TEST

START_TEST(a_parameter_is_not_set_to_what_it_is)
{
	expect("term_length", 1, VERDICT_CONFLICT, "term_length is 1 already");
	take("term_length", 2);
	expect("term_length", 2, VERDICT_CONFLICT, "term_length is 2 already");
	take("term_length", 1);
}
END_TEST

START_TEST(the_limits_of_a_block_are_those_that_its_parent_left)
{
	const struct tx *tx = ledger_fixture_tx_of(&fixture, 0, make_describe("Ada"));

	take("max_block_txs", 1);
	ck_assert(block_has_room(draft, tx->bytes.size));
	ledger_fixture_expect_taken(&fixture, draft, tx);
	next_block();
	ck_assert(block_has_room(draft, tx->bytes.size));
	ledger_fixture_expect_taken(&fixture, draft,
	                            ledger_fixture_tx_of(&fixture, 0, make_describe("Ada")));
	ck_assert(!block_has_room(draft, tx->bytes.size));
}
END_TEST

START_TEST(how_far_ahead_a_transaction_may_be_valid_changes_with_the_next_block)
{
	const struct tx *tx;

	take("tx_lifetime_ms", 60000);
	fixture.valid_until_ms = draft->header.time_ms + 86400000;
	ledger_fixture_expect_taken(&fixture, draft,
	                            ledger_fixture_tx_of(&fixture, 0, make_describe("Ada")));
	next_block();
	fixture.valid_until_ms = draft->header.time_ms + 60001;
	tx = ledger_fixture_tx_of(&fixture, 0, make_describe("Ada"));
	ledger_fixture_expect_refused(&fixture, draft, tx, VERDICT_EXPIRED,
	                              "at most 60000 ms");
	fixture.valid_until_ms = draft->header.time_ms + 60000;
	ledger_fixture_expect_taken(&fixture, draft,
	                            ledger_fixture_tx_of(&fixture, 0, make_describe("Ada")));
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("rules of parameters");
	TCase *tests = tcase_create("rules of parameters");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests, a_parameter_that_is_set_stands_in_the_state);
	tcase_add_test(tests, only_the_root_group_sets_parameters);
	tcase_add_test(tests, a_parameter_that_the_protocol_does_not_have_is_not_set);
	tcase_add_test(tests, every_parameter_stays_inside_its_bounds);
	tcase_add_test(tests, a_parameter_is_not_set_to_what_it_is);
	tcase_add_test(tests, the_limits_of_a_block_are_those_that_its_parent_left);
	tcase_add_test(tests,
	               how_far_ahead_a_transaction_may_be_valid_changes_with_the_next_block);
	suite_add_tcase(suite, tests);
	return suite;
}
