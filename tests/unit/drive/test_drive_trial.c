/* drive of who only follows: what waits in its pool when the ledger has grown. */
#include "tests/unit/drive/four.h"

#include "node/drive/inner.h"

static void setup(void)
{
	four_begin(NOBODY);
}

/* An append that the rules take only while the stream has so many entries. */
static const struct tx *append_at(unsigned sender, uint64_t expected_count)
{
	struct operation append = make_append(&world.stream, "", "a");

	append.record_append.expected_count.present = true;
	append.record_append.expected_count.value = expected_count;
	return ledger_fixture_tx_of(&world.ledger, sender, append);
}

/* The block is told of as final, comes, and is on the disk; a trial may be under way then. */
static void take_final(const struct draft *draft)
{
	say_final(1, draft);
	inline_finish_check(&world);
	inline_pass(&world, 20);
	say_block(1, draft);
	inline_finish_check(&world);
	inline_finish_execute(&world);
	inline_finish_store(&world);
	ck_assert(hash_equal(&world.ledger.ledger.tip.hash, &draft->hash));
	ck_assert_uint_eq(world.blame_count, 0);
}

static void submit(const struct tx *tx)
{
	ck_assert_int_eq(inline_submit(&world, tx), VERDICT_GOOD);
}

/* -- What it finds out ------------------------------------------------------------------------------ */

START_TEST(who_lost_a_race_against_a_block_of_others_is_told_and_the_rest_waits)
{
	const struct tx *first = append_at(1, 0), *second = append_at(2, 0);
	const struct tx *other = inline_append(&world, 3, "b");
	struct draft *draft = block_of(1, first);

	submit(second);
	submit(other);
	take_final(draft);
	inline_finish_build(&world);
	ck_assert_uint_eq(world.outcome_count, 1);
	ck_assert_int_eq(world.outcomes[0].kind, TX_REFUSED);
	ck_assert(hash_equal(&world.outcomes[0].txid, &second->txid));
	ck_assert_int_eq(world.outcomes[0].refusal.verdict, VERDICT_CONFLICT);
	ck_assert_ptr_nonnull(refused_find(&world.drive->refused, &second->txid));
	ck_assert_uint_eq(world.drive->pool.waiting_count, 1);
	ck_assert_ptr_nonnull(pool_find(&world.drive->pool, &other->txid));
	/* Of the block that was made for it nothing is left, and nothing was said. */
	ck_assert_uint_eq(world.executor.block_count, 0);
	ck_assert_ptr_null(world.drive->shelf.blocks);
	ck_assert_uint_eq(sent_count(1, MESSAGE_PROPOSAL), 0);
	ck_assert_uint_eq(world.sign_count, 0);
}
END_TEST

START_TEST(what_is_final_is_told_as_final)
{
	const struct tx *tx = append_at(1, 0);
	struct draft *draft = block_of(1, tx);

	submit(tx);
	take_final(draft);
	ck_assert_ptr_null(world.build);
	ck_assert_uint_eq(world.outcome_count, 1);
	ck_assert_int_eq(world.outcomes[0].kind, TX_FINAL);
}
END_TEST

START_TEST(without_a_new_block_nothing_is_tried)
{
	submit(append_at(1, 0));
	inline_pass(&world, 4000);
	ck_assert_ptr_null(world.build);
}
END_TEST

START_TEST(a_validator_tries_nothing)
{
	four_end();
	four_begin(0);
	submit(append_at(2, 0));
	take_final(block_of(1, append_at(1, 0)));
	ck_assert_ptr_null(world.build);
}
END_TEST

START_TEST(while_the_node_stops_nothing_is_begun)
{
	submit(append_at(2, 0));
	drive_stop(world.drive);
	take_final(block_of(1, append_at(1, 0)));
	ck_assert_ptr_null(world.build);
	ck_assert(drive_is_idle(world.drive));
}
END_TEST

/* -- How often --------------------------------------------------------------------------------------- */

/* A quarter of a second has to pass, and then no block is waited for. */
START_TEST(blocks_that_follow_soon_are_tried_on_together_and_the_last_one_is)
{
	struct draft *second;

	submit(inline_append(&world, 3, "b"));
	take_final(block_of(1, append_at(1, 0)));
	inline_finish_build(&world);
	submit(append_at(4, 1));
	second = block_of(2, append_at(2, 1));
	take_final(second);
	ck_assert_ptr_null(world.build);
	ck_assert_uint_eq(world.outcome_count, 0);
	inline_pass(&world, 249);
	ck_assert_ptr_nonnull(world.build);
	ck_assert(hash_equal(&world.build->parent, &second->hash));
	inline_finish_build(&world);
	ck_assert_uint_eq(world.outcome_count, 1);
	ck_assert_int_eq(world.outcomes[0].kind, TX_REFUSED);
	inline_pass(&world, 4000);
	ck_assert_ptr_null(world.build);
}
END_TEST

/* -- Meanwhile ---------------------------------------------------------------------------------------- */

START_TEST(what_becomes_final_while_it_is_tried_is_told_as_final_once)
{
	const struct tx *tx = inline_append(&world, 3, "b");

	submit(tx);
	take_final(block_of(1, append_at(1, 0)));
	ck_assert_ptr_nonnull(world.build);
	take_final(block_of(2, tx));
	ck_assert_uint_eq(world.outcome_count, 1);
	ck_assert_int_eq(world.outcomes[0].kind, TX_FINAL);
	inline_finish_build(&world);
	ck_assert_uint_eq(world.outcome_count, 1);
	ck_assert_ptr_null(pool_find(&world.drive->pool, &tx->txid));
	ck_assert_uint_eq(world.executor.block_count, 0);
}
END_TEST

/* It became a validator in that moment. */
START_TEST(a_block_that_consensus_asks_for_meanwhile_is_made_behind_it)
{
	const struct effect_build effect = {
		.epoch = 0,
		.view = 2,
		.parent = world.ledger.ledger.tip.hash,
		.time_ms = world.moment.wall_ms,
	};
	const struct build_job *job;

	submit(inline_append(&world, 3, "b"));
	take_final(block_of(1, append_at(1, 0)));
	ck_assert_ptr_nonnull(world.build);
	begin_turn(world.drive, &world.moment);
	carry_build(world.drive, &effect);
	job = world.build;
	ck_assert_uint_eq(job->plan.proposer, NOBODY);
	inline_finish_build(&world);
	job = world.build;
	ck_assert_ptr_nonnull(job);
	ck_assert_uint_eq(job->plan.proposer, 0);
	ck_assert_uint_eq(job->plan.view, 2);
	ck_assert_uint_eq(job->offer_count, 1);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("drive_trial");
	TCase *tests = tcase_create("drive_trial");

	tcase_add_checked_fixture(tests, setup, four_end);
	tcase_add_test(tests, who_lost_a_race_against_a_block_of_others_is_told_and_the_rest_waits);
	tcase_add_test(tests, what_is_final_is_told_as_final);
	tcase_add_test(tests, without_a_new_block_nothing_is_tried);
	tcase_add_test(tests, a_validator_tries_nothing);
	tcase_add_test(tests, while_the_node_stops_nothing_is_begun);
	tcase_add_test(tests, blocks_that_follow_soon_are_tried_on_together_and_the_last_one_is);
	tcase_add_test(tests, what_becomes_final_while_it_is_tried_is_told_as_final_once);
	tcase_add_test(tests, a_block_that_consensus_asks_for_meanwhile_is_made_behind_it);
	suite_add_tcase(suite, tests);
	return suite;
}
