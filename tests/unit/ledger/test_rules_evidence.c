/* Two contradicting votes cost an account its place, and nothing less does. */
#include "chain/ledger/validator_state.h"
#include "tests/support/ledger_fixture.h"
#include "tests/support/support.h"

enum { LIAR, OTHER, REPORTER };
enum { ROOT_KEY = 1000, KEY_A = 2000, KEY_B = 2001, KEY_C = 2002, KEY_D = 2003 };

static struct ledger_fixture fixture;
static struct draft *draft;

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

static void expect(struct operation operation, enum verdict verdict, const char *text)
{
	ledger_fixture_expect_refused(&fixture, draft,
	                              ledger_fixture_tx_of(&fixture, REPORTER, operation),
	                              verdict, text);
}

static void next_block(void)
{
	ledger_fixture_seal(&fixture, draft);
	memory_ledger_commit(&fixture.ledger, draft);
	draft_free(draft);
	draft = ledger_fixture_draft(&fixture, NULL);
}

/* The liar and another are validators since epoch 1, with KEY_A and KEY_C. */
static void start(void)
{
	ledger_fixture_init(&fixture, NULL);
	draft = ledger_fixture_draft(&fixture, NULL);
	take_root(make_admit(id(LIAR)));
	take_root(make_admit(id(OTHER)));
	take(LIAR, make_join(&fixture, id(LIAR), KEY_A));
	take(OTHER, make_join(&fixture, id(OTHER), KEY_C));
	next_block();
	ck_assert_uint_eq(draft->header.epoch, 1);
}

static void stop(void)
{
	draft_free(draft);
	ledger_fixture_close(&fixture);
}

static bool is_in_set(const struct hash *account)
{
	struct validator_set set;
	size_t index;

	draft_get_validators(draft, &set);
	ck_assert(validators_are_valid(&set));
	return validators_find(&set, account, &index);
}

static bool is_recorded(unsigned key, struct evidence_record *record)
{
	struct public_key vote_key = ledger_fixture_keys(&fixture, key).public_key;
	struct state_key state_key = state_key_of_vote_key(STATE_EVIDENCE, &vote_key);
	struct bytes_view value;

	if (!draft_get(draft, &state_key, &value))
		return false;
	ck_assert_int_eq(evidence_record_decode(record, value), STATUS_OK);
	return true;
}

START_TEST(who_voted_for_two_blocks_leaves_and_is_admitted_no_more)
{
	struct evidence_record record;

	ck_assert(!is_recorded(KEY_A, &record));
	take(REPORTER, make_evidence(&fixture, KEY_A, 1, 7));
	ck_assert(!is_in_set(id(LIAR)));
	ck_assert(is_in_set(id(OTHER)));
	ck_assert(!validator_is_admitted(draft, id(LIAR)));
	ck_assert(validator_is_admitted(draft, id(OTHER)));
	ck_assert(is_recorded(KEY_A, &record));
	ck_assert_uint_eq(record.epoch, 1);
	ck_assert_uint_eq(record.view, 7);
	ck_assert_uint_eq(record.height, 2);
}
END_TEST

START_TEST(evidence_counts_once_for_a_key)
{
	take(REPORTER, make_evidence(&fixture, KEY_A, 1, 7));
	expect(make_evidence(&fixture, KEY_A, 1, 7), VERDICT_CONFLICT, "already");
	expect(make_evidence(&fixture, KEY_A, 1, 8), VERDICT_CONFLICT, "already");
	/* Not for one that was admitted again since, either. */
	take_root(make_admit(id(LIAR)));
	expect(make_evidence(&fixture, KEY_A, 1, 9), VERDICT_CONFLICT, "already");
	ck_assert(validator_is_admitted(draft, id(LIAR)));
}
END_TEST

/* Whatever keys it has by now. */
START_TEST(a_former_key_costs_its_account_the_place_that_it_has_now)
{
	next_block();
	draft_free(draft);
	fixture.valid_until_ms = FIXTURE_TIME_MS + 3 * FIXTURE_VALID_MS;
	ck_assert_int_eq(draft_new(&draft, &fixture.network, &fixture.ledger.source,
	                           &fixture.ledger.tip, NULL,
	                           fixture.ledger.tip.header.time_ms + 3600000, &fixture.why),
	                 STATUS_OK);
	take(LIAR, make_join(&fixture, id(LIAR), KEY_B));
	next_block();
	ck_assert_uint_eq(draft->header.epoch, 2);
	take(REPORTER, make_evidence(&fixture, KEY_A, 1, 7));
	ck_assert(!is_in_set(id(LIAR)));
	ck_assert(!validator_is_admitted(draft, id(LIAR)));
}
END_TEST

START_TEST(a_key_answers_for_the_epochs_in_which_it_served)
{
	expect(make_evidence(&fixture, KEY_A, 0, 7), VERDICT_UNKNOWN_REFERENCE,
	       "did not serve in epoch 0");
	/* An epoch that is not yet. */
	expect(make_evidence(&fixture, KEY_A, 2, 7), VERDICT_UNKNOWN_REFERENCE,
	       "did not serve in epoch 2");
	expect(make_evidence(&fixture, KEY_D, 1, 7), VERDICT_UNKNOWN_REFERENCE,
	       "was never a validator's");
	take_root(make_remove(id(LIAR)));
	next_block();
	ck_assert_uint_eq(draft->header.epoch, 2);
	expect(make_evidence(&fixture, KEY_A, 2, 7), VERDICT_UNKNOWN_REFERENCE,
	       "did not serve in epoch 2");
	take_root(make_admit(id(LIAR)));
	/* It left, and can still be shown to have lied when it served. */
	take(REPORTER, make_evidence(&fixture, KEY_A, 1, 7));
	ck_assert(!validator_is_admitted(draft, id(LIAR)));
	/* The keys of genesis serve since epoch 0. */
	take(REPORTER, make_evidence(&fixture, ROOT_KEY, 0, 7));
}
END_TEST

START_TEST(a_key_that_came_and_went_in_one_block_answers_for_nothing)
{
	take_root(make_admit(id(REPORTER)));
	take(REPORTER, make_join(&fixture, id(REPORTER), KEY_D));
	take_root(make_remove(id(REPORTER)));
	expect(make_evidence(&fixture, KEY_D, 1, 7), VERDICT_UNKNOWN_REFERENCE,
	       "did not serve in epoch 1");
	next_block();
	take_root(make_remove(id(OTHER)));
	next_block();
	ck_assert_uint_eq(draft->header.epoch, 2);
	expect(make_evidence(&fixture, KEY_D, 2, 7), VERDICT_UNKNOWN_REFERENCE,
	       "did not serve in epoch 2");
}
END_TEST

/* -- What is evidence ------------------------------------------------------------ */

static struct ballot ballot_of(enum vote_kind kind, uint8_t block)
{
	struct ballot ballot = {.kind = (uint8_t)kind,
	                        .epoch = 1,
	                        .view = 5,
	                        .parent_view = 4,
	                        .block = {{block}}};

	if (kind == VOTE_NULLIFY) {
		ballot.parent_view = UINT64_MAX;
		ballot.block = (struct hash){{0}};
	}
	return ballot;
}

static struct operation evidence_of(const struct ballot *first,
                                    const struct ballot *second)
{
	return (struct operation){
		.kind = OPERATION_evidence_submit,
		.evidence_submit =
			{
				.vote_key = ledger_fixture_keys(&fixture, KEY_A).public_key,
				.first = make_vote(&fixture, KEY_A, first),
				.second = make_vote(&fixture, KEY_A, second),
			},
	};
}

START_TEST(only_what_no_honest_validator_signs_is_evidence)
{
	struct ballot notarize = ballot_of(VOTE_NOTARIZE, 1);
	struct ballot nullify = ballot_of(VOTE_NULLIFY, 0);
	struct ballot finalize = ballot_of(VOTE_FINALIZE, 1);
	struct ballot later = ballot_of(VOTE_NOTARIZE, 2);
	struct ballot next_epoch = ballot_of(VOTE_NOTARIZE, 2);

	later.view++;
	next_epoch.epoch++;
	expect(evidence_of(&notarize, &notarize), VERDICT_SCHEMA, "do not contradict");
	expect(evidence_of(&notarize, &nullify), VERDICT_SCHEMA, "do not contradict");
	expect(evidence_of(&notarize, &finalize), VERDICT_SCHEMA, "do not contradict");
	expect(evidence_of(&nullify, &nullify), VERDICT_SCHEMA, "do not contradict");
	expect(evidence_of(&notarize, &later), VERDICT_SCHEMA, "do not contradict");
	expect(evidence_of(&notarize, &next_epoch), VERDICT_SCHEMA, "do not contradict");
}
END_TEST

START_TEST(each_contradiction_is_evidence)
{
	struct ballot pairs[4][2] = {
		{ballot_of(VOTE_NOTARIZE, 1), ballot_of(VOTE_NOTARIZE, 1)},
		{ballot_of(VOTE_FINALIZE, 1), ballot_of(VOTE_FINALIZE, 2)},
		{ballot_of(VOTE_NULLIFY, 0), ballot_of(VOTE_FINALIZE, 1)},
		{ballot_of(VOTE_FINALIZE, 1), ballot_of(VOTE_NULLIFY, 0)},
	};

	/* The same block, on another parent. */
	pairs[0][1].parent_view--;
	take(REPORTER, evidence_of(&pairs[_i][0], &pairs[_i][1]));
	ck_assert(!is_in_set(id(LIAR)));
}
END_TEST

START_TEST(both_votes_are_signed_by_the_key)
{
	struct operation good = make_evidence(&fixture, KEY_A, 1, 7);
	struct operation bad = good;

	bad.evidence_submit.first.signature.bytes[0] ^= 1;
	expect(bad, VERDICT_SIGNATURE, "is not signed by the vote key");
	bad = good;
	bad.evidence_submit.second.signature = good.evidence_submit.first.signature;
	expect(bad, VERDICT_SIGNATURE, "is not signed by the vote key");
	/* To accuse somebody else with one's own votes. */
	bad = good;
	bad.evidence_submit.vote_key = ledger_fixture_keys(&fixture, KEY_C).public_key;
	expect(bad, VERDICT_SIGNATURE, "is not signed by the vote key");
	/* Votes of another network. */
	bad = good;
	bad.evidence_submit.first.ballot.view++;
	bad.evidence_submit.second.ballot.view++;
	expect(bad, VERDICT_SIGNATURE, "is not signed by the vote key");
	ck_assert(is_in_set(id(LIAR)) && is_in_set(id(OTHER)));
}
END_TEST

/* -- Bounds ---------------------------------------------------------------------- */

START_TEST(the_only_validator_is_accused_and_stays)
{
	struct evidence_record record;

	take_root(make_remove(id(LIAR)));
	take_root(make_remove(id(OTHER)));
	next_block();
	take(REPORTER, make_evidence(&fixture, ROOT_KEY, 1, 3));
	ck_assert(is_recorded(ROOT_KEY, &record));
	ck_assert(is_in_set(&fixture.validator.id));
	ck_assert(validator_is_admitted(draft, &fixture.validator.id));
}
END_TEST

START_TEST(a_set_of_liars_keeps_the_last_of_them)
{
	take(REPORTER, make_evidence(&fixture, KEY_A, 1, 3));
	take(REPORTER, make_evidence(&fixture, ROOT_KEY, 1, 3));
	take(REPORTER, make_evidence(&fixture, KEY_C, 1, 3));
	ck_assert(!is_in_set(id(LIAR)));
	ck_assert(!is_in_set(&fixture.validator.id));
	ck_assert(is_in_set(id(OTHER)));
}
END_TEST

START_TEST(a_block_has_at_most_16_pieces_of_evidence)
{
	draft_begin(draft);
	for (unsigned i = 0; i < 18; i++) {
		struct validator validator = make_validator(&fixture, id(LIAR), 3000 + i);

		validator_start_keys(draft, &validator, 1);
	}
	for (unsigned i = 0; i < 16; i++) {
		const struct tx *tx = ledger_fixture_tx_of(
			&fixture, REPORTER, make_evidence(&fixture, 3000 + i, 1, 3));

		/* What was only tried does not count. */
		ck_assert_int_eq(block_try(draft, tx, true, NULL), VERDICT_GOOD);
		ledger_fixture_expect_taken(&fixture, draft, tx);
	}
	expect(make_evidence(&fixture, 3016, 1, 3), VERDICT_QUOTA, "has its 16 pieces");
	ledger_fixture_seal(&fixture, draft);
	memory_ledger_commit(&fixture.ledger, draft);
	draft_free(draft);
	draft = ledger_fixture_draft(&fixture, NULL);
	take(REPORTER, make_evidence(&fixture, 3016, 1, 3));
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("rules of evidence");
	TCase *tests = tcase_create("rules of evidence");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests, who_voted_for_two_blocks_leaves_and_is_admitted_no_more);
	tcase_add_test(tests, evidence_counts_once_for_a_key);
	tcase_add_test(tests, a_former_key_costs_its_account_the_place_that_it_has_now);
	tcase_add_test(tests, a_key_answers_for_the_epochs_in_which_it_served);
	tcase_add_test(tests, a_key_that_came_and_went_in_one_block_answers_for_nothing);
	tcase_add_test(tests, only_what_no_honest_validator_signs_is_evidence);
	tcase_add_loop_test(tests, each_contradiction_is_evidence, 0, 4);
	tcase_add_test(tests, both_votes_are_signed_by_the_key);
	tcase_add_test(tests, the_only_validator_is_accused_and_stays);
	tcase_add_test(tests, a_set_of_liars_keeps_the_last_of_them);
	tcase_add_test(tests, a_block_has_at_most_16_pieces_of_evidence);
	suite_add_tcase(suite, tests);
	return suite;
}
