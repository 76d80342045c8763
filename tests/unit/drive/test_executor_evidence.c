/* More evidence than a block has room for. */
#include "chain/ledger/validator_state.h"
#include "node/drive/executor.h"
#include "tests/support/ledger_fixture.h"
#include "tests/support/support.h"

static struct ledger_fixture ledger;
static struct executor executor;

enum { LIARS = BLOCK_EVIDENCE_MAX + 1, FIRST_LIAR = 3000 };

/* The state knows all of them as validators of epoch 0. */
static void setup(void)
{
	struct draft *draft;

	ledger_fixture_init(&ledger, NULL);
	draft = ledger_fixture_draft(&ledger, NULL);
	draft_begin(draft);
	for (unsigned i = 0; i < LIARS; i++) {
		struct validator validator = {
			.account = {{(uint8_t)i, 1}},
			.vote_key = ledger_fixture_keys(&ledger, FIRST_LIAR + i).public_key,
			.cosign_key = {{(uint8_t)i, 2}},
		};

		validator_start_keys(draft, &validator, 0);
	}
	ledger_fixture_expect_taken(&ledger, draft, ledger_fixture_tx_of(&ledger, 1, make_stream("notes", STREAM_WRITE_OPEN)));
	ledger_fixture_seal(&ledger, draft);
	memory_ledger_commit(&ledger.ledger, draft);
	draft_free(draft);
	executor_init(&executor, &ledger.network, &ledger.ledger.source, &ledger.ledger.tip);
}

static void teardown(void)
{
	executor_close(&executor);
	ledger_fixture_close(&ledger);
}

static struct block_plan plan_on(const struct header *below)
{
	return (struct block_plan){
		.view = below->view + 1,
		.time_ms = below->time_ms + 60000,
	};
}

START_TEST(the_17th_piece_of_evidence_waits_for_the_next_block)
{
	struct block_plan plan;
	struct offer offers[LIARS] = {{0}};
	const struct draft *block;

	plan = plan_on(&ledger.ledger.tip.header);
	for (unsigned i = 0; i < LIARS; i++)
		offers[i].tx =
			ledger_fixture_tx_of(&ledger, 1, make_evidence(&ledger, FIRST_LIAR + i, 0, 3));
	ck_assert_int_eq(
		executor_build(&executor, &ledger.ledger.tip.hash, &plan, offers, LIARS, &block, NULL), STATUS_OK);
	ck_assert_uint_eq(draft_tx_count(block), BLOCK_EVIDENCE_MAX);
	ck_assert_int_eq(offers[LIARS - 1].placing, PLACING_NO_ROOM);
	plan = plan_on(&block->header);
	ck_assert_int_eq(executor_build(&executor, &block->hash, &plan, &offers[LIARS - 1], 1,
	                                &block, NULL),
	                 STATUS_OK);
	ck_assert_int_eq(offers[LIARS - 1].placing, PLACING_TAKEN);
}
END_TEST

START_TEST(a_transaction_with_more_evidence_than_any_block_takes_is_refused)
{
	struct block_plan plan = plan_on(&ledger.ledger.tip.header);
	struct operation operations[LIARS];
	struct offer offer = {0};
	const struct draft *block;

	for (unsigned i = 0; i < LIARS; i++)
		operations[i] = make_evidence(&ledger, FIRST_LIAR + i, 0, 3);
	offer.tx = ledger_fixture_tx(&ledger, 1, operations, LIARS);
	ck_assert_int_eq(
		executor_build(&executor, &ledger.ledger.tip.hash, &plan, &offer, 1, &block, NULL),
		STATUS_OK);
	ck_assert_ptr_null(block);
	ck_assert_int_eq(offer.placing, PLACING_REFUSED);
	ck_assert_int_eq(offer.refusal.verdict, VERDICT_QUOTA);
}
END_TEST

START_TEST(what_is_refused_beside_evidence_is_refused_for_good)
{
	struct block_plan plan;
	struct offer offers[2] = {{0}};
	const struct draft *block;

	plan = plan_on(&ledger.ledger.tip.header);
	for (unsigned i = 0; i < 2; i++)
		offers[i].tx =
			ledger_fixture_tx_of(&ledger, 1 + i, make_evidence(&ledger, FIRST_LIAR, 0, 3));
	ck_assert_int_eq(executor_build(&executor, &ledger.ledger.tip.hash, &plan, offers, 2, &block, NULL),
	                 STATUS_OK);
	ck_assert_int_eq(offers[0].placing, PLACING_TAKEN);
	ck_assert_int_eq(offers[1].placing, PLACING_REFUSED);
	ck_assert_int_eq(offers[1].refusal.verdict, VERDICT_CONFLICT);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("executor_evidence");
	TCase *tests = tcase_create("evidence");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, the_17th_piece_of_evidence_waits_for_the_next_block);
	tcase_add_test(tests, a_transaction_with_more_evidence_than_any_block_takes_is_refused);
	tcase_add_test(tests, what_is_refused_beside_evidence_is_refused_for_good);
	suite_add_tcase(suite, tests);
	return suite;
}
