/* Seals: a block says that another set or other parameters come exactly when they do, and
 * the next epoch begins above it. */
#include "chain/ledger/validator_state.h"
#include "tests/support/ledger_fixture.h"
#include "tests/support/support.h"

enum { JOINER };
enum { KEY_A = 2000 };

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

static const struct hash *id(unsigned account)
{
	return &fixture.accounts[account].id;
}

static void take_root(struct operation operation)
{
	ledger_fixture_expect_taken(&fixture, draft,
	                            ledger_fixture_root_tx(&fixture, operation));
}

static void take(unsigned sender, struct operation operation)
{
	ledger_fixture_expect_taken(&fixture, draft,
	                            ledger_fixture_tx_of(&fixture, sender, operation));
}

static void join(void)
{
	take_root(make_admit(id(JOINER)));
	take(JOINER, make_join(&fixture, id(JOINER), KEY_A));
}

static void commit_and_open_next(void)
{
	memory_ledger_commit(&fixture.ledger, draft);
	draft_free(draft);
	draft = ledger_fixture_draft(&fixture, NULL);
}

/* Whom the next block is certified by, as genesis and the changes say. */
static struct hash hash_of_two(void)
{
	struct validator_set set = fixture.genesis->validators;
	struct validator joiner = make_validator(&fixture, id(JOINER), KEY_A);

	validators_add(&set, &joiner);
	return validators_hash(&set, &fixture.genesis->parameters, &fixture.network);
}

static void expect_no_seal(void)
{
	ledger_fixture_seal(&fixture, draft);
	ck_assert(!draft_is_seal(draft));
	ck_assert_uint_eq(draft->header.flags, 0);
	ck_assert(
		hash_equal(&draft->header.next_validators_hash, &draft->header.validators_hash));
}

START_TEST(a_block_that_changes_the_set_is_a_seal_of_the_old_for_the_new)
{
	struct hash before = fixture.ledger.tip.header.next_validators_hash;
	struct hash after = hash_of_two();

	join();
	ledger_fixture_seal(&fixture, draft);
	ck_assert(draft_is_seal(draft));
	ck_assert_uint_eq(draft->header.flags, HEADER_FLAG_SEAL);
	ck_assert_uint_eq(draft->header.epoch, 0);
	ck_assert(hash_equal(&draft->header.validators_hash, &before));
	ck_assert(hash_equal(&draft->header.next_validators_hash, &after));
	commit_and_open_next();
	ck_assert_uint_eq(draft->header.epoch, 1);
	expect_no_seal();
	ck_assert(hash_equal(&draft->header.validators_hash, &after));
	commit_and_open_next();
	ck_assert_uint_eq(draft->header.epoch, 1);
}
END_TEST

START_TEST(on_a_seal_that_is_not_committed_the_next_epoch_begins_as_well)
{
	struct draft *seal = draft, *child;
	struct hash after = hash_of_two();

	join();
	ledger_fixture_seal(&fixture, seal);
	child = ledger_fixture_sealed(&fixture, seal, NULL, 0);
	ck_assert_uint_eq(child->header.epoch, 1);
	ck_assert(!draft_is_seal(child));
	ck_assert(hash_equal(&child->header.validators_hash, &after));
	draft = ledger_fixture_draft(&fixture, child);
	ck_assert_uint_eq(draft->header.epoch, 1);
	take_root(make_remove(id(JOINER)));
	ledger_fixture_seal(&fixture, draft);
	ck_assert(draft_is_seal(draft));
	draft_free(draft);
	draft_free(child);
	draft_free(seal);
	draft = NULL;
}
END_TEST

START_TEST(to_admit_somebody_seals_nothing)
{
	take_root(make_admit(id(JOINER)));
	expect_no_seal();
}
END_TEST

/* Whether it seals is a matter of the table of parameters. */
START_TEST(a_parameter_seals_when_consensus_reads_it)
{
	const struct parameter_facts *facts = parameter_facts((enum parameter)_i);
	uint64_t other = facts->value == facts->most ? facts->value - 1 : facts->value + 1;

	take_root(make_param(facts->name, other));
	ledger_fixture_seal(&fixture, draft);
	ck_assert_int_eq(draft_is_seal(draft), facts->is_consensus);
	ck_assert_int_eq(
		!hash_equal(&draft->header.validators_hash, &draft->header.next_validators_hash),
		facts->is_consensus);
}
END_TEST

START_TEST(changes_that_cancel_out_seal_nothing)
{
	join();
	take_root(make_param("term_length", 9));
	take_root(make_remove(id(JOINER)));
	take_root(make_param("term_length", 1));
	expect_no_seal();
}
END_TEST

START_TEST(to_renew_a_key_seals)
{
	take(JOINER, make_describe("a block without changes first"));
	ledger_fixture_seal(&fixture, draft);
	commit_and_open_next();
	ledger_fixture_expect_taken(
		&fixture, draft,
		ledger_fixture_root_tx(&fixture,
	                           make_join(&fixture, &fixture.validator.id, KEY_A)));
	ledger_fixture_seal(&fixture, draft);
	ck_assert(draft_is_seal(draft));
	ck_assert_uint_eq(draft->next_validators->count, 1);
}
END_TEST

/* -- Asking for the next --------------------------------------------------------- */

static void expect_next(const struct validator_set *set,
                        const struct parameters *parameters, size_t count,
                        uint64_t term_length)
{
	ck_assert_uint_eq(set->count, count);
	ck_assert(validators_are_valid(set));
	ck_assert_uint_eq(parameters->values[PARAMETER_term_length], term_length);
}

START_TEST(an_open_and_a_sealed_draft_and_the_ledger_say_the_same_of_the_next_block)
{
	struct parameters parameters;
	struct validator_set set;
	struct hash hash;

	ck_assert_int_eq(draft_next_validators(draft, &set, &parameters), STATUS_OK);
	expect_next(&set, &parameters, 1, 1);
	join();
	take_root(make_param("term_length", 7));
	ck_assert_int_eq(draft_next_validators(draft, &set, &parameters), STATUS_OK);
	expect_next(&set, &parameters, 2, 7);
	ledger_fixture_seal(&fixture, draft);
	ck_assert_int_eq(draft_next_validators(draft, &set, &parameters), STATUS_OK);
	expect_next(&set, &parameters, 2, 7);
	expect_next(draft->next_validators, &draft->next_parameters, 2, 7);
	hash = validators_hash(&set, &parameters, &fixture.network);
	ck_assert(hash_equal(&hash, &draft->header.next_validators_hash));
	commit_and_open_next();
	memset(&set, 0xff, sizeof set);
	ck_assert_int_eq(ledger_next_validators(&set, &parameters, &fixture.network,
	                                        &fixture.ledger.source, &fixture.ledger.tip,
	                                        &fixture.why),
	                 STATUS_OK);
	expect_next(&set, &parameters, 2, 7);
	hash = validators_hash(&set, &parameters, &fixture.network);
	ck_assert(hash_equal(&hash, &fixture.ledger.tip.header.next_validators_hash));
}
END_TEST

START_TEST(genesis_says_who_certifies_block_1)
{
	struct parameters parameters;
	struct validator_set set;
	struct draft *genesis;

	ck_assert_int_eq(
		block_genesis(&genesis, &fixture.network, fixture.genesis, &fixture.why),
		STATUS_OK);
	ck_assert(!draft_is_seal(genesis));
	ck_assert_int_eq(draft_next_validators(genesis, &set, &parameters), STATUS_OK);
	ck_assert_uint_eq(set.count, 1);
	ck_assert_mem_eq(&set.items[0], &fixture.genesis->validators.items[0],
	                 sizeof set.items[0]);
	ck_assert_mem_eq(&parameters, &fixture.genesis->parameters, sizeof parameters);
	draft_free(genesis);
}
END_TEST

START_TEST(a_ledger_that_cannot_be_read_says_nothing_of_the_next_block)
{
	struct parameters parameters;
	struct validator_set set;
	struct state_key key = state_key_of_kind(STATE_VALIDATORS);

	for (unsigned long i = 1; i <= PARAMETER_COUNT + 1; i++) {
		fixture.ledger.fail_countdown = i;
		ck_assert_int_eq(ledger_next_validators(&set, &parameters, &fixture.network,
		                                        &fixture.ledger.source,
		                                        &fixture.ledger.tip, &fixture.why),
		                 STATUS_STORAGE);
		fixture.ledger.fail_countdown = 0;
	}
	ck_assert(memory_ledger_damage_value(&fixture.ledger, &fixture.network,
	                                     state_key_view(&key)));
	ck_assert_int_eq(ledger_next_validators(&set, &parameters, &fixture.network,
	                                        &fixture.ledger.source, &fixture.ledger.tip,
	                                        &fixture.why),
	                 STATUS_CORRUPT);
	ck_assert_ptr_nonnull(strstr(fixture.why.text, "the validators of the state"));
}
END_TEST

/* -- Blocks of somebody else ----------------------------------------------------- */

static enum verdict execute(const struct draft *from, const struct header *header,
                            struct refusal *refusal)
{
	enum verdict verdict;
	struct draft *made;

	*refusal = (struct refusal){0};
	ck_assert_int_eq(block_execute(&made, &fixture.network, &fixture.ledger.source,
	                               &fixture.ledger.tip, NULL, header,
	                               buffer_view(&from->body), &verdict, refusal,
	                               &fixture.why),
	                 STATUS_OK);
	if (verdict == VERDICT_GOOD) {
		ck_assert(hash_equal(&made->hash, &from->hash));
		ck_assert_uint_eq(made->next_validators->count, from->next_validators->count);
	}
	draft_free(made);
	return verdict;
}

START_TEST(a_seal_of_somebody_else_is_taken_and_one_that_hides_it_is_not)
{
	struct refusal refusal;
	struct header header;

	join();
	ledger_fixture_seal(&fixture, draft);
	ck_assert_int_eq(execute(draft, &draft->header, &refusal), VERDICT_GOOD);
	header = draft->header;
	header.flags = 0;
	ck_assert_int_eq(execute(draft, &header, &refusal), VERDICT_CONFLICT);
	ck_assert_str_eq(refusal.text, "the header's flags is wrong");
	header = draft->header;
	header.next_validators_hash = header.validators_hash;
	ck_assert_int_eq(execute(draft, &header, &refusal), VERDICT_CONFLICT);
	ck_assert_str_eq(refusal.text, "the header's next_validators_hash is wrong");
}
END_TEST

START_TEST(an_epoch_is_the_parents_and_one_more_on_a_seal)
{
	struct refusal refusal;

	for (uint64_t epoch = 0; epoch < 2; epoch++) {
		struct header header;

		ledger_fixture_seal(&fixture, draft);
		header = draft->header;
		ck_assert_uint_eq(header.epoch, epoch);
		ck_assert_int_eq(execute(draft, &header, &refusal), VERDICT_GOOD);
		for (uint64_t wrong = 0; wrong < 4; wrong++) {
			if (wrong == epoch)
				continue;
			header.epoch = wrong;
			ck_assert_int_eq(execute(draft, &header, &refusal), VERDICT_CONFLICT);
			ck_assert_ptr_nonnull(strstr(refusal.text, "on its parent it must be"));
		}
		commit_and_open_next();
		if (epoch == 1)
			break;
		join();
		ledger_fixture_seal(&fixture, draft);
		commit_and_open_next();
	}
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("succession");
	TCase *tests = tcase_create("succession");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests, a_block_that_changes_the_set_is_a_seal_of_the_old_for_the_new);
	tcase_add_test(tests, on_a_seal_that_is_not_committed_the_next_epoch_begins_as_well);
	tcase_add_test(tests, to_admit_somebody_seals_nothing);
	tcase_add_loop_test(tests, a_parameter_seals_when_consensus_reads_it, 0,
	                    PARAMETER_COUNT);
	tcase_add_test(tests, changes_that_cancel_out_seal_nothing);
	tcase_add_test(tests, to_renew_a_key_seals);
	tcase_add_test(
		tests, an_open_and_a_sealed_draft_and_the_ledger_say_the_same_of_the_next_block);
	tcase_add_test(tests, genesis_says_who_certifies_block_1);
	tcase_add_test(tests, a_ledger_that_cannot_be_read_says_nothing_of_the_next_block);
	tcase_add_test(tests, a_seal_of_somebody_else_is_taken_and_one_that_hides_it_is_not);
	tcase_add_test(tests, an_epoch_is_the_parents_and_one_more_on_a_seal);
	suite_add_tcase(suite, tests);
	return suite;
}
