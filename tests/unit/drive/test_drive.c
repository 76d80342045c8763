/* drive of a set of one: transactions in, blocks out, and what becomes of each. */
#include "tests/unit/drive/inline_world.h"

static struct inline_world world;

static void setup(void)
{
	inline_world_init(&world, NULL, 100, 1, 0);
}

static void teardown(void)
{
	inline_world_close(&world);
}

START_TEST(the_first_transaction_waits_batch_ms_for_company)
{
	ck_assert_int_eq(inline_submit(&world, inline_append(&world, 1, "a")), VERDICT_GOOD);
	ck_assert_ptr_null(world.build);
	inline_pass(&world, 1);
	ck_assert_ptr_null(world.build);
	inline_pass(&world, 1);
	ck_assert_ptr_nonnull(world.build);
	ck_assert_uint_eq(world.build->offer_count, 1);
	inline_finish_build(&world);
	inline_finish_store(&world);
}
END_TEST

START_TEST(an_idle_node_builds_nothing)
{
	inline_pass(&world, 100000);
	ck_assert_ptr_null(world.build);
	ck_assert_uint_eq(inline_commits(&world), 0);
	ck_assert_uint_eq(world.sign_count, 0);
}
END_TEST

START_TEST(nothing_is_told_as_final_before_it_is_stored)
{
	const struct tx *tx = inline_append(&world, 1, "a");

	inline_submit(&world, tx);
	inline_pass(&world, 2);
	inline_finish_build(&world);
	ck_assert_uint_eq(inline_commits(&world), 1);
	ck_assert_uint_eq(world.outcome_count, 0);
	inline_finish_store(&world);
	ck_assert_uint_eq(world.outcome_count, 1);
	ck_assert_int_eq(world.outcomes[0].kind, TX_FINAL);
	ck_assert(hash_equal(&world.outcomes[0].txid, &tx->txid));
	ck_assert_uint_eq(world.outcomes[0].height, world.ledger.ledger.tip.header.height);
	ck_assert_uint_eq(world.outcomes[0].log_index,
	                  world.ledger.ledger.tip.header.log_size - 1);
	ck_assert_ptr_null(pool_find(&world.drive->pool, &tx->txid));
}
END_TEST

START_TEST(one_transaction_costs_one_build)
{
	inline_submit(&world, inline_append(&world, 1, "a"));
	inline_pass(&world, 2);
	inline_finish_build(&world);
	ck_assert_ptr_null(world.build);
	inline_finish_store(&world);
	ck_assert_ptr_null(world.build);
}
END_TEST

START_TEST(while_a_block_is_stored_the_next_one_fills)
{
	inline_submit(&world, inline_append(&world, 1, "a"));
	inline_pass(&world, 2);
	inline_finish_build(&world);
	for (unsigned i = 0; i < 5; i++)
		inline_submit(&world, inline_append(&world, i, "b"));
	inline_pass(&world, 1000);
	ck_assert_ptr_null(world.build);
	inline_finish_store(&world);
	/* They waited long enough: no further batch_ms. */
	ck_assert_ptr_nonnull(world.build);
	ck_assert_uint_eq(world.build->offer_count, 5);
	inline_finish_build(&world);
	inline_finish_store(&world);
	ck_assert_uint_eq(world.outcome_count, 6);
}
END_TEST

START_TEST(the_same_bytes_again_are_one_transaction)
{
	const struct tx *tx = inline_append(&world, 1, "a");

	ck_assert_int_eq(inline_submit(&world, tx), VERDICT_GOOD);
	ck_assert_int_eq(inline_submit(&world, tx), VERDICT_GOOD);
	inline_pass(&world, 2);
	ck_assert_uint_eq(world.build->offer_count, 1);
	inline_finish_build(&world);
	/* In a block that is not stored: still pending, and told once it is. */
	ck_assert_int_eq(inline_submit(&world, tx), VERDICT_GOOD);
	inline_finish_store(&world);
	ck_assert_uint_eq(world.outcome_count, 1);
	ck_assert_int_eq(inline_submit(&world, tx), VERDICT_KNOWN);
}
END_TEST

START_TEST(who_loses_a_race_is_refused_with_the_reason_and_remembered)
{
	struct operation append = make_append(&world.stream, "", "a");
	const struct tx *first, *second;

	append.record_append.expected_count.present = true;
	first = ledger_fixture_tx_of(&world.ledger, 1, append);
	second = ledger_fixture_tx_of(&world.ledger, 2, append);
	ck_assert_int_eq(inline_submit(&world, first), VERDICT_GOOD);
	ck_assert_int_eq(inline_submit(&world, second), VERDICT_GOOD);
	inline_pass(&world, 2);
	inline_finish_build(&world);
	ck_assert_uint_eq(world.outcome_count, 1);
	ck_assert_int_eq(world.outcomes[0].kind, TX_REFUSED);
	ck_assert_int_eq(world.outcomes[0].refusal.verdict, VERDICT_CONFLICT);
	ck_assert_ptr_nonnull(strstr(world.outcomes[0].refusal.text, "expected_count 0"));
	ck_assert_ptr_nonnull(refused_find(&world.drive->refused, &world.outcomes[0].txid));
	inline_finish_store(&world);
	ck_assert_int_eq(world.outcomes[1].kind, TX_FINAL);
}
END_TEST

START_TEST(a_build_from_which_all_were_refused_is_no_block_and_the_next_goes_on)
{
	struct operation append = make_append(&world.stream, "", "a");
	const struct tx *early, *late;

	append.record_append.expected_count.present = true;
	early = ledger_fixture_tx_of(&world.ledger, 1, append);
	late = ledger_fixture_tx_of(&world.ledger, 2, append);
	inline_submit(&world, early);
	inline_pass(&world, 2);
	/* Tried before the first is in a block: good; built on top of it: not. */
	ck_assert_int_eq(inline_submit(&world, late), VERDICT_GOOD);
	inline_finish_build(&world);
	inline_finish_store(&world);
	inline_pass(&world, 2);
	inline_finish_build(&world);
	ck_assert_uint_eq(inline_commits(&world), 0);
	ck_assert_int_eq(world.outcomes[1].kind, TX_REFUSED);
	inline_submit(&world, inline_append(&world, 3, "b"));
	inline_pass(&world, 2);
	inline_finish_build(&world);
	inline_finish_store(&world);
	ck_assert_int_eq(world.outcomes[2].kind, TX_FINAL);
}
END_TEST

START_TEST(what_expired_in_the_pool_is_told_and_leaves)
{
	struct operation append = make_append(&world.stream, "", "a");
	struct tx_draft draft = {
		.sender = world.ledger.accounts[1].id,
		.salt = 99,
		.valid_until_ms = world.moment.wall_ms + 3000,
		.operations = &append,
		.operation_count = 1,
	};
	const struct tx *tx =
		ledger_fixture_sign(&world.ledger, &draft, &world.ledger.accounts[1].keys);

	/* The block before it never gets stored, so it cannot get into the next. */
	inline_submit(&world, inline_append(&world, 2, "b"));
	inline_pass(&world, 2);
	inline_finish_build(&world);
	ck_assert_int_eq(inline_submit(&world, tx), VERDICT_GOOD);
	inline_pass(&world, 11000);
	ck_assert_uint_eq(world.outcome_count, 1);
	ck_assert_int_eq(world.outcomes[0].kind, TX_EXPIRED);
	ck_assert_ptr_null(pool_find(&world.drive->pool, &tx->txid));
	inline_finish_store(&world);
}
END_TEST

START_TEST(a_node_that_stops_begins_no_block_and_finishes_those_it_began)
{
	inline_submit(&world, inline_append(&world, 1, "a"));
	inline_pass(&world, 2);
	drive_stop(world.drive);
	ck_assert(!drive_is_idle(world.drive));
	inline_submit(&world, inline_append(&world, 1, "b"));
	inline_finish_build(&world);
	inline_finish_store(&world);
	inline_pass(&world, 1000);
	ck_assert_ptr_null(world.build);
	ck_assert(drive_is_idle(world.drive));
	ck_assert_uint_eq(world.outcome_count, 1);
}
END_TEST

START_TEST(each_block_is_voted_for_once_in_a_view_of_its_own)
{
	uint64_t view = 0;

	for (int i = 0; i < 5; i++) {
		const struct store_job *job;

		inline_submit(&world, inline_append(&world, 1, "a"));
		inline_pass(&world, 2);
		inline_finish_build(&world);
		ck_assert_uint_eq(world.sign_count, 2 * ((size_t)i + 1));
		job = world.stores[0];
		/* One job a block: record, certificates, the block itself. */
		ck_assert_uint_eq(world.store_count, 1);
		ck_assert_uint_eq(job->record_count, 1);
		ck_assert_uint_eq(job->commit_count, 1);
		ck_assert_uint_eq(job->block_count, 0);
		ck_assert(job->must_sync);
		ck_assert_uint_gt(job->records[0].view, view);
		view = job->records[0].view;
		ck_assert_uint_eq(job->mark.view, view);
		ck_assert(job->records[0].notarized && job->records[0].finalized);
		ck_assert(hash_equal(&job->records[0].finalized_block, &job->commits[0].hash));
		inline_finish_store(&world);
	}
}
END_TEST

START_TEST(a_full_pool_takes_nothing_more)
{
	for (unsigned i = 0; i < 100; i++)
		ck_assert_int_eq(inline_submit(&world, inline_append(&world, i % 16, "a")),
		                 VERDICT_GOOD);
	ck_assert_int_eq(inline_submit(&world, inline_append(&world, 3, "b")), VERDICT_QUOTA);
	ck_assert_uint_eq(world.drive->counters.admitted, 100);
}
END_TEST

/* -- Small blocks
 * ----------------------------------------------------------------------------- */

static void setup_small(void)
{
	struct parameters parameters = parameters_default();

	parameters.values[PARAMETER_max_block_txs] = 3;
	inline_world_init(&world, &parameters, 100, 1, 0);
}

START_TEST(a_full_block_waits_for_nobody_but_the_limit_of_unstored_ones)
{
	for (unsigned i = 0; i < 10; i++)
		inline_submit(&world, inline_append(&world, 1, "a"));
	/* At once: full. */
	inline_finish_build(&world);
	ck_assert_uint_eq(inline_commits(&world), 1);
	inline_finish_build(&world);
	ck_assert_uint_eq(inline_commits(&world), UNSTORED_BLOCKS_MAX);
	inline_pass(&world, 1000);
	ck_assert_ptr_null(world.build);
	inline_finish_store(&world);
	inline_finish_build(&world);
	inline_finish_store(&world);
	inline_finish_store(&world);
	/* The tenth is alone. */
	inline_finish_build(&world);
	inline_finish_store(&world);
	ck_assert_uint_eq(world.outcome_count, 10);
	for (size_t i = 1; i < 10; i++)
		ck_assert_uint_gt(world.outcomes[i].log_index, world.outcomes[i - 1].log_index);
}
END_TEST

START_TEST(a_sender_keeps_its_order_over_blocks)
{
	const struct tx *txs[8];

	for (unsigned i = 0; i < 8; i++) {
		txs[i] = inline_append(&world, 1, "a");
		inline_submit(&world, txs[i]);
	}
	while (world.outcome_count < 8) {
		if (world.build)
			inline_finish_build(&world);
		if (inline_commits(&world) > 0)
			inline_finish_store(&world);
		inline_pass(&world, 2);
	}
	for (size_t i = 0; i < 8; i++)
		ck_assert(hash_equal(&world.outcomes[i].txid, &txs[i]->txid));
}
END_TEST

static void follow_one(void)
{
	inline_world_init(&world, NULL, 100, 1, NOBODY);
}

START_TEST(who_follows_a_single_validator_hands_it_what_its_clients_send)
{
	const struct tx *tx = inline_append(&world, 1, "a");

	inline_forget_sent(&world);
	ck_assert_int_eq(inline_submit(&world, tx), VERDICT_GOOD);
	ck_assert_uint_eq(world.sent_count, 1);
	ck_assert_uint_eq(world.sent[0].to, 0);
	ck_assert_uint_eq(world.sent[0].bytes[0], MESSAGE_TXS);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("drive");
	TCase *tests = tcase_create("drive");
	TCase *small = tcase_create("small blocks"), *follower = tcase_create("a follower");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, the_first_transaction_waits_batch_ms_for_company);
	tcase_add_test(tests, an_idle_node_builds_nothing);
	tcase_add_test(tests, nothing_is_told_as_final_before_it_is_stored);
	tcase_add_test(tests, one_transaction_costs_one_build);
	tcase_add_test(tests, while_a_block_is_stored_the_next_one_fills);
	tcase_add_test(tests, the_same_bytes_again_are_one_transaction);
	tcase_add_test(tests, who_loses_a_race_is_refused_with_the_reason_and_remembered);
	tcase_add_test(tests,
	               a_build_from_which_all_were_refused_is_no_block_and_the_next_goes_on);
	tcase_add_test(tests, what_expired_in_the_pool_is_told_and_leaves);
	tcase_add_test(tests, a_node_that_stops_begins_no_block_and_finishes_those_it_began);
	tcase_add_test(tests, a_full_pool_takes_nothing_more);
	tcase_add_test(tests, each_block_is_voted_for_once_in_a_view_of_its_own);
	suite_add_tcase(suite, tests);
	tcase_add_checked_fixture(small, setup_small, teardown);
	tcase_add_test(small, a_full_block_waits_for_nobody_but_the_limit_of_unstored_ones);
	tcase_add_test(small, a_sender_keeps_its_order_over_blocks);
	tcase_add_checked_fixture(follower, follow_one, teardown);
	tcase_add_test(follower,
	               who_follows_a_single_validator_hands_it_what_its_clients_send);
	suite_add_tcase(suite, small);
	suite_add_tcase(suite, follower);
	return suite;
}
