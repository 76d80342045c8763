/* The rules of the leader. */
#include "tests/unit/consensus/consensus_harness.h"

static struct made_block root, first, second;

/* View 1 is notarized: a block by its leader that we executed. */
static void notarize_first(void)
{
	root = root_block();
	first = make_block(&root, 1);
	propose(0, &first);
	certify(VOTE_NOTARIZE, 1, 0, &first.hash);
	ck_assert_uint_eq(m->core.views.current, 2);
}

/* -- When to build ------------------------------------------------------------------- */

START_TEST(the_first_transaction_waits_batch_ms_for_company)
{
	begin(4, 0);
	work(1);
	ck_assert_uint_eq(count_of(EFFECT_BUILD), 0);
	ck_assert_uint_eq(m->wake_ms, m->now_ms + BATCH_MS);
	tick(BATCH_MS - 1);
	ck_assert_uint_eq(count_of(EFFECT_BUILD), 0);
	tick(1);
	ck_assert_uint_eq(only(EFFECT_BUILD)->build.view, 1);
}
END_TEST

START_TEST(a_full_block_waits_for_nobody)
{
	parameters.values[PARAMETER_max_block_txs] = 10;
	begin(4, 0);
	work(9);
	ck_assert_uint_eq(count_of(EFFECT_BUILD), 0);
	work(10);
	only(EFFECT_BUILD);
	end();
	begin_default();
	parameters.values[PARAMETER_max_block_bytes] = 70000;
	begin(4, 0);
	work(699);
	ck_assert_uint_eq(count_of(EFFECT_BUILD), 0);
	work(700);
	only(EFFECT_BUILD);
}
END_TEST

START_TEST(an_order_says_on_what_by_whom_and_when)
{
	const struct effect_build *build;

	begin(4, 0);
	work(1);
	tick(BATCH_MS);
	build = &only(EFFECT_BUILD)->build;
	ck_assert_uint_eq(build->epoch, EPOCH);
	ck_assert_uint_eq(build->proposer, 0);
	ck_assert(hash_equal(&build->parent, &m->core.epoch.root));
	ck_assert_uint_eq(build->time_ms, m->wall_ms);
	ck_assert(!build->heartbeat);
}
END_TEST

START_TEST(a_block_is_later_than_its_parent_whatever_our_clock_shows)
{
	begin(4, 0);
	m->wall_ms = 500000;
	work(1);
	tick(BATCH_MS);
	ck_assert_uint_eq(only(EFFECT_BUILD)->build.time_ms, m->core.time_ms + 1);
}
END_TEST

START_TEST(only_the_leader_builds)
{
	for (uint16_t self = 1; self <= 4; self++) {
		begin(4, self < 4 ? self : NOBODY);
		work(1);
		tick(BATCH_MS);
		tick(100);
		ck_assert_uint_eq(count_of(EFFECT_BUILD), 0);
		if (self < 4)
			end();
	}
}
END_TEST

START_TEST(without_work_a_leader_does_nothing)
{
	begin(4, 0);
	pass(100000);
	work(0);
	ck_assert_uint_eq(count_of(EFFECT_BUILD), 0);
	ck_assert_uint_eq(count_of(EFFECT_SIGN), 0);
}
END_TEST

START_TEST(with_two_blocks_on_their_way_to_the_disk_a_leader_waits)
{
	begin(4, 2);
	notarize_first();
	certify(VOTE_FINALIZE, 1, 0, &first.hash);
	second = make_block(&first, 2);
	propose(1, &second);
	certify(VOTE_NOTARIZE, 2, 1, &second.hash);
	certify(VOTE_FINALIZE, 2, 1, &second.hash);
	ck_assert_uint_eq(count_of(EFFECT_COMMIT), 2);
	work(1);
	tick(100);
	ck_assert_uint_eq(count_of(EFFECT_BUILD), 0);
	stored(ROOT_HEIGHT + 1);
	ck_assert(hash_equal(&only(EFFECT_BUILD)->build.parent, &second.hash));
}
END_TEST

/* -- The proposal -------------------------------------------------------------------- */

START_TEST(a_built_block_is_kept_then_its_record_then_it_is_proposed)
{
	struct made_block block;

	begin(4, 0);
	root = root_block();
	block = make_block(&root, 1);
	work(1);
	tick(BATCH_MS);
	forget();
	built(1, &block);
	ck_assert(has_voted(VOTE_NOTARIZE, 1, &block.hash));
	ck_assert(is_before(EFFECT_KEEP_BLOCK, EFFECT_KEEP_RECORD));
	ck_assert(is_before(EFFECT_KEEP_RECORD, EFFECT_SEND));
	ck_assert_uint_eq(only_sent(MESSAGE_PROPOSAL)->to, ALL_VALIDATORS);
	ck_assert(hash_equal(&only_sent(MESSAGE_PROPOSAL)->proposal.block, &block.hash));
	/* The proposal is the vote. */
	ck_assert_uint_eq(sent_count(MESSAGE_VOTE), 0);
	/* It was made here, and is not executed once more. */
	ck_assert_uint_eq(count_of(EFFECT_EXECUTE), 0);
}
END_TEST

START_TEST(one_block_a_view_is_built)
{
	struct made_block block;

	begin(4, 0);
	root = root_block();
	block = make_block(&root, 1);
	work(1);
	tick(BATCH_MS);
	work(5);
	tick(100);
	only(EFFECT_BUILD);
	built(1, &block);
	tick(100);
	work(9);
	only(EFFECT_BUILD);
}
END_TEST

START_TEST(who_gave_the_view_up_proposes_nothing_in_it)
{
	begin(4, 0);
	tick(20);
	nullify(1, 1);
	nullify(2, 1);
	ck_assert_ptr_nonnull(asked(VOTE_NULLIFY, 1));
	work(1);
	tick(BATCH_MS);
	ck_assert_uint_eq(count_of(EFFECT_BUILD), 0);
}
END_TEST

START_TEST(a_block_of_a_view_that_is_over_is_dropped)
{
	struct made_block block;

	begin(4, 0);
	root = root_block();
	block = make_block(&root, 1);
	work(1);
	tick(BATCH_MS);
	certify_null(1);
	built(1, &block);
	ck_assert(hash_equal(&only(EFFECT_DROP)->block, &block.hash));
	ck_assert_ptr_null(asked(VOTE_NOTARIZE, 1));
	ck_assert_ptr_null(asked(VOTE_NOTARIZE, 2));
}
END_TEST

START_TEST(an_answer_for_another_view_is_dropped_and_the_right_one_taken)
{
	struct made_block stale, block;

	begin(4, 0);
	root = root_block();
	stale = make_block(&root, 9);
	block = make_block(&root, 1);
	work(1);
	tick(BATCH_MS);
	built(9, &stale);
	only(EFFECT_DROP);
	built(1, &block);
	ck_assert(has_voted(VOTE_NOTARIZE, 1, &block.hash));
}
END_TEST

/* -- Nothing fit --------------------------------------------------------------------- */

START_TEST(if_nothing_was_fit_the_leader_waits_for_other_work)
{
	begin(4, 0);
	work(2);
	tick(BATCH_MS);
	built(1, NULL);
	tick(10);
	work(1);
	tick(10);
	only(EFFECT_BUILD);
	work(2);
	tick(BATCH_MS);
	ck_assert_uint_eq(count_of(EFFECT_BUILD), 2);
}
END_TEST

START_TEST(work_that_came_while_nothing_was_found_fit_is_tried)
{
	begin(4, 0);
	work(1);
	tick(BATCH_MS);
	/* It is handed out; then another comes. */
	work(0);
	work(1);
	built(1, NULL);
	tick(BATCH_MS);
	ck_assert_uint_eq(count_of(EFFECT_BUILD), 2);
}
END_TEST

/* -- On what ------------------------------------------------------------------------- */

START_TEST(the_parent_is_the_last_notarized_block_over_views_that_were_given_up)
{
	begin(4, 2);
	notarize_first();
	certify_null(2);
	work(1);
	tick(BATCH_MS);
	ck_assert(hash_equal(&only(EFFECT_BUILD)->build.parent, &first.hash));
	ck_assert_uint_eq(only(EFFECT_BUILD)->build.view, 3);
}
END_TEST

/* First comes a block that nobody showed us. */
START_TEST(without_the_parents_body_a_leader_with_work_declines_at_once)
{
	begin(4, 1);
	root = root_block();
	first = make_block(&root, 1);
	certify(VOTE_NOTARIZE, 1, 0, &first.hash);
	tick(15);
	ck_assert_ptr_nonnull(asked(VOTE_NULLIFY, 2));
	ck_assert_uint_eq(count_of(EFFECT_BUILD), 0);
}
END_TEST

START_TEST(a_parent_without_its_body_is_stepped_over_if_its_view_was_given_up_too)
{
	begin(4, 1);
	root = root_block();
	first = make_block(&root, 1);
	certify_null(1);
	certify(VOTE_NOTARIZE, 1, 0, &first.hash);
	work(1);
	tick(BATCH_MS);
	ck_assert(hash_equal(&only(EFFECT_BUILD)->build.parent, &root.hash));
}
END_TEST

/* -- Once more ----------------------------------------------------------------------- */

START_TEST(a_block_that_is_not_final_is_proposed_once_more_when_nothing_is_new)
{
	const struct proposal *proposal;

	begin(4, 1);
	notarize_first();
	forget();
	tick(B_MS - 1);
	ck_assert_uint_eq(sent_count(MESSAGE_PROPOSAL), 0);
	tick(1);
	proposal = &only_sent(MESSAGE_PROPOSAL)->proposal;
	ck_assert(hash_equal(&proposal->block, &first.hash));
	ck_assert_uint_eq(proposal->view, 2);
	ck_assert_uint_eq(proposal->parent_view, 1);
	ck_assert_uint_eq(count_of(EFFECT_BUILD), 0);
}
END_TEST

START_TEST(what_is_final_meanwhile_is_not_proposed_once_more)
{
	begin(4, 1);
	notarize_first();
	certify(VOTE_FINALIZE, 1, 0, &first.hash);
	stored(ROOT_HEIGHT + 1);
	forget();
	pass(100000);
	ck_assert_uint_eq(sent_count(MESSAGE_PROPOSAL), 0);
	ck_assert_uint_eq(count_of(EFFECT_SIGN), 0);
}
END_TEST

START_TEST(on_a_seal_nothing_new_is_built_whatever_waits)
{
	begin(4, 1);
	root = root_block();
	first = make_block(&root, 1);
	first.header.flags = HEADER_FLAG_SEAL;
	propose(0, &first);
	certify(VOTE_NOTARIZE, 1, 0, &first.hash);
	work(5);
	pass(B_MS + 10);
	ck_assert_uint_eq(count_of(EFFECT_BUILD), 0);
	ck_assert(has_voted(VOTE_NOTARIZE, 2, &first.hash));
}
END_TEST

START_TEST(so_deep_above_the_last_final_block_nothing_new_is_built)
{
	struct made_block block;

	begin(4, 1);
	block = root_block();
	for (uint64_t view = 1; view <= FRESH_DEPTH_MAX + 1; view++) {
		struct made_block child = make_block(&block, view);

		if (epoch_leader(&m->core.epoch, view) != 1)
			propose(view - 1, &child);
		certify(VOTE_NOTARIZE, view, view - 1, &child.hash);
		bring(&child);
		block = child;
	}
	ck_assert_uint_eq(epoch_leader(&m->core.epoch, m->core.views.current), 1);
	forget();
	work(5);
	pass(B_MS + 10);
	ck_assert_uint_eq(count_of(EFFECT_BUILD), 0);
	ck_assert(has_voted(VOTE_NOTARIZE, FRESH_DEPTH_MAX + 2, &block.hash));
}
END_TEST

/* -- Heartbeats ---------------------------------------------------------------------- */

START_TEST(a_heartbeat_is_built_when_it_is_due)
{
	parameters.values[PARAMETER_heartbeat_ms] = 1004000;
	begin(4, 0);
	m->now_ms = 3000000;
	tick(0);
	pass(3990);
	ck_assert_uint_eq(count_of(EFFECT_BUILD), 0);
	pass(2000);
	ck_assert(only(EFFECT_BUILD)->build.heartbeat);
}
END_TEST

START_TEST(on_a_heartbeat_that_is_not_final_no_other_is_built)
{
	parameters.values[PARAMETER_heartbeat_ms] = 3000;
	begin(4, 1);
	root = root_block();
	first = make_block(&root, 1);
	first.header.tx_count = 0;
	first.header.flags = HEADER_FLAG_HEARTBEAT;
	propose(0, &first);
	certify(VOTE_NOTARIZE, 1, 0, &first.hash);
	ck_assert(has_voted(VOTE_NOTARIZE, 1, &first.hash));
	tick(10);
	ck_assert_uint_eq(count_of(EFFECT_BUILD), 0);
}
END_TEST

START_TEST(who_is_halted_proposes_nothing)
{
	struct hash one = {{1}}, other = {{2}};

	begin(4, 0);
	certify(VOTE_NOTARIZE, 5, 4, &one);
	certify(VOTE_NOTARIZE, 5, 4, &other);
	ck_assert_int_eq(nth(EFFECT_ALARM, 0)->alarm, ALARM_SAFETY_BROKEN);
	work(1);
	pass(10000);
	ck_assert_uint_eq(count_of(EFFECT_BUILD), 0);
	ck_assert_uint_eq(count_of(EFFECT_SIGN), 0);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("propose");
	TCase *tests = tcase_create("propose");

	tcase_add_checked_fixture(tests, begin_default, end);
	tcase_add_test(tests, the_first_transaction_waits_batch_ms_for_company);
	tcase_add_test(tests, a_full_block_waits_for_nobody);
	tcase_add_test(tests, an_order_says_on_what_by_whom_and_when);
	tcase_add_test(tests, a_block_is_later_than_its_parent_whatever_our_clock_shows);
	tcase_add_test(tests, only_the_leader_builds);
	tcase_add_test(tests, without_work_a_leader_does_nothing);
	tcase_add_test(tests, with_two_blocks_on_their_way_to_the_disk_a_leader_waits);
	tcase_add_test(tests, a_built_block_is_kept_then_its_record_then_it_is_proposed);
	tcase_add_test(tests, one_block_a_view_is_built);
	tcase_add_test(tests, who_gave_the_view_up_proposes_nothing_in_it);
	tcase_add_test(tests, a_block_of_a_view_that_is_over_is_dropped);
	tcase_add_test(tests, an_answer_for_another_view_is_dropped_and_the_right_one_taken);
	tcase_add_test(tests, if_nothing_was_fit_the_leader_waits_for_other_work);
	tcase_add_test(tests, work_that_came_while_nothing_was_found_fit_is_tried);
	tcase_add_test(tests,
	               the_parent_is_the_last_notarized_block_over_views_that_were_given_up);
	tcase_add_test(tests, without_the_parents_body_a_leader_with_work_declines_at_once);
	tcase_add_test(
		tests, a_parent_without_its_body_is_stepped_over_if_its_view_was_given_up_too);
	tcase_add_test(tests,
	               a_block_that_is_not_final_is_proposed_once_more_when_nothing_is_new);
	tcase_add_test(tests, what_is_final_meanwhile_is_not_proposed_once_more);
	tcase_add_test(tests, on_a_seal_nothing_new_is_built_whatever_waits);
	tcase_add_test(tests, so_deep_above_the_last_final_block_nothing_new_is_built);
	tcase_add_test(tests, a_heartbeat_is_built_when_it_is_due);
	tcase_add_test(tests, on_a_heartbeat_that_is_not_final_no_other_is_built);
	tcase_add_test(tests, who_is_halted_proposes_nothing);
	suite_add_tcase(suite, tests);
	return suite;
}
