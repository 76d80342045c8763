/* The rules of voting. We are number 3: others lead views 1 to 3. */
#include "tests/unit/consensus/consensus_harness.h"

static struct made_block root, first, second;

static void setup(void)
{
	begin_default();
	begin(4, 3);
	root = root_block();
	first = make_block(&root, 1);
}

static bool has_notarized(uint64_t view)
{
	return asked(VOTE_NOTARIZE, view) != NULL;
}

static bool has_given_up(uint64_t view)
{
	return asked(VOTE_NULLIFY, view) != NULL;
}

static void notarize_first(void)
{
	propose(0, &first);
	certify(VOTE_NOTARIZE, 1, 0, &first.hash);
	second = make_block(&first, 2);
	forget();
}

/* -- Notarize ------------------------------------------------------------------------ */

START_TEST(a_good_block_is_voted_for_when_it_was_executed_and_not_before)
{
	m->holds_executions = true;
	propose(0, &first);
	ck_assert(hash_equal(&only(EFFECT_EXECUTE)->block, &first.hash));
	ck_assert(!has_notarized(1));
	executed(&first.hash, true);
	ck_assert(has_voted(VOTE_NOTARIZE, 1, &first.hash));
	ck_assert_uint_eq(asked(VOTE_NOTARIZE, 1)->parent_view, 0);
	ck_assert_uint_eq(only_sent(MESSAGE_VOTE)->to, ALL_VALIDATORS);
}
END_TEST

START_TEST(the_block_and_the_record_are_kept_before_the_vote_is_sent)
{
	propose(0, &first);
	ck_assert(is_before(EFFECT_KEEP_BLOCK, EFFECT_KEEP_RECORD));
	ck_assert(is_before(EFFECT_KEEP_RECORD, EFFECT_SEND));
	ck_assert_uint_eq(only(EFFECT_KEEP_RECORD)->keep.notarized, 1);
}
END_TEST

START_TEST(a_view_is_voted_for_once)
{
	struct made_block other = make_block(&root, 1);

	propose(0, &first);
	propose(0, &other);
	tick(5);
	ck_assert_uint_eq(count_of(EFFECT_SIGN), 1);
	ck_assert(has_voted(VOTE_NOTARIZE, 1, &first.hash));
}
END_TEST

START_TEST(of_two_proposals_the_first_good_one_is_voted_for)
{
	struct made_block other = make_block(&root, 1);

	m->holds_executions = true;
	propose(0, &first);
	propose(0, &other);
	executed(&first.hash, false);
	executed(&other.hash, true);
	ck_assert(has_voted(VOTE_NOTARIZE, 1, &other.hash));
	/* And a third is not looked at. */
	announce(1, 0, &(struct hash){{77}});
	ck_assert_ptr_null(blocks_find(&m->core.blocks, &(struct hash){{77}}));
}
END_TEST

START_TEST(who_follows_votes_for_nothing)
{
	end();
	begin(4, NOBODY);
	propose(0, &first);
	certify(VOTE_NOTARIZE, 1, 0, &first.hash);
	nullify(0, 2);
	nullify(1, 2);
	pass(10000);
	ck_assert_uint_eq(count_of(EFFECT_SIGN), 0);
}
END_TEST

START_TEST(proposals_of_views_that_come_are_kept_and_others_are_not)
{
	for (uint64_t view = 1; view <= 12; view++)
		announce(view, view - 1, &(struct hash){{(uint8_t)(100 + view)}});
	certify_null(1);
	announce(1, 0, &(struct hash){{98}});
	announce(3, 3, &(struct hash){{99}});
	for (uint64_t view = 1; view <= 12; view++)
		ck_assert_int_eq(
			blocks_find(&m->core.blocks, &(struct hash){{(uint8_t)(100 + view)}}) != NULL,
			view <= 1 + PROPOSALS_AHEAD_MAX);
	ck_assert_ptr_null(blocks_find(&m->core.blocks, &(struct hash){{98}}));
	ck_assert_ptr_null(blocks_find(&m->core.blocks, &(struct hash){{99}}));
}
END_TEST

START_TEST(a_proposal_that_came_early_is_voted_for_when_its_view_begins)
{
	second = make_block(&first, 2);
	propose(1, &second);
	ck_assert(!has_notarized(2));
	propose(0, &first);
	certify(VOTE_NOTARIZE, 1, 0, &first.hash);
	ck_assert(has_voted(VOTE_NOTARIZE, 2, &second.hash));
}
END_TEST

/* -- The parent ---------------------------------------------------------------------- */

START_TEST(a_parent_that_nobody_certified_is_waited_for)
{
	certify_null(1);
	second = make_block(&first, 2);
	propose(1, &second);
	tick(15);
	ck_assert(!has_notarized(2) && !has_given_up(2));
	bring(&first);
	certify(VOTE_NOTARIZE, 1, 0, &first.hash);
	bring(&first);
	ck_assert(has_voted(VOTE_NOTARIZE, 2, &second.hash));
}
END_TEST

START_TEST(each_view_between_must_have_been_given_up)
{
	struct made_block third;

	notarize_first();
	certify(VOTE_NOTARIZE, 2, 1, &second.hash);
	third = make_block(&first, 3);
	propose(1, &third);
	tick(15);
	ck_assert(!has_notarized(3) && !has_given_up(3));
	certify_null(2);
	ck_assert(has_voted(VOTE_NOTARIZE, 3, &third.hash));
	ck_assert_uint_eq(asked(VOTE_NOTARIZE, 3)->parent_view, 1);
}
END_TEST

START_TEST(a_parent_below_the_final_view_is_never_right)
{
	struct made_block late = make_block(&root, 2);

	propose(0, &first);
	certify(VOTE_FINALIZE, 1, 0, &first.hash);
	propose(0, &late);
	tick(15);
	ck_assert(!has_notarized(2));
	ck_assert(has_given_up(2));
}
END_TEST

/* -- What makes a block wrong for ever ------------------------------------------------
 */

/* Each of these headers is given up, without a look at the body where that is enough. */
START_TEST(a_block_whose_header_does_not_fit_is_given_up)
{
	struct made_block bad[8];

	for (size_t i = 0; i < 8; i++)
		bad[i] = first;
	bad[0].header.height++;
	bad[1].header.time_ms = root.header.time_ms;
	bad[2].header.proposer = 2;
	bad[3].header.epoch++;
	bad[4].header.view = 0;
	bad[5].header.view = 2;
	bad[6].header.tx_count = 0;
	bad[7].header.flags = HEADER_FLAG_HEARTBEAT;
	announce(1, 0, &bad[_i].hash);
	bring_from(0, &bad[_i]);
	ck_assert(!has_notarized(1));
	tick(15);
	ck_assert(!has_notarized(1));
	ck_assert(has_given_up(1));
	ck_assert_uint_eq(count_of(EFFECT_ALARM), 0);
}
END_TEST

START_TEST(a_block_on_another_parent_than_it_says_is_given_up)
{
	struct made_block stray = make_block(&root, 2);

	notarize_first();
	announce(2, 1, &stray.hash);
	bring(&stray);
	tick(15);
	ck_assert(has_given_up(2) && !has_notarized(2));
}
END_TEST

START_TEST(a_block_that_does_not_execute_is_given_up)
{
	m->holds_executions = true;
	propose(0, &first);
	executed(&first.hash, false);
	tick(15);
	ck_assert(has_given_up(1) && !has_notarized(1));
	ck_assert_uint_eq(count_of(EFFECT_ALARM), 0);
}
END_TEST

START_TEST(on_a_seal_a_new_block_is_given_up_and_the_seal_once_more_is_good)
{
	first.header.flags = HEADER_FLAG_SEAL;
	notarize_first();
	propose(1, &second);
	tick(15);
	ck_assert(has_given_up(2) && !has_notarized(2));
	certify_null(2);
	announce(3, 1, &first.hash);
	ck_assert(has_voted(VOTE_NOTARIZE, 3, &first.hash));
}
END_TEST

START_TEST(a_heartbeat_is_good_when_the_network_has_them_and_it_is_due)
{
	static const struct {
		uint64_t heartbeat_ms, after_ms;
		bool is_good;
	} TABLE[] = {{0, 500000, false}, {1000, 999, false}, {1000, 1000, true}};

	end();
	parameters.values[PARAMETER_heartbeat_ms] = TABLE[_i].heartbeat_ms;
	begin(4, 3);
	m->wall_ms = root.header.time_ms + TABLE[_i].after_ms;
	first = make_block(&root, 1);
	first.header.tx_count = 0;
	first.header.flags = HEADER_FLAG_HEARTBEAT;
	propose(0, &first);
	tick(15);
	ck_assert_int_eq(has_notarized(1), TABLE[_i].is_good);
	ck_assert_int_eq(has_given_up(1), !TABLE[_i].is_good);
}
END_TEST

/* -- Clocks ---------------------------------------------------------------------------
 */

START_TEST(a_block_of_a_clock_ahead_is_voted_for_when_ours_is_there)
{
	first.header.time_ms = m->wall_ms + 2000 + 30;
	propose(0, &first);
	tick(29);
	ck_assert(!has_notarized(1) && !has_given_up(1));
	ck_assert_uint_eq(m->wake_ms, m->now_ms + 1);
	tick(1);
	ck_assert(has_notarized(1));
}
END_TEST

START_TEST(an_old_block_is_not_voted_for_and_not_wrong)
{
	first.header.time_ms = m->wall_ms - 60001;
	propose(0, &first);
	tick(15);
	ck_assert(!has_notarized(1) && !has_given_up(1));
}
END_TEST

START_TEST(one_millisecond_after_its_parent_a_block_is_never_early)
{
	m->wall_ms = root.header.time_ms - 30000;
	first.header.time_ms = root.header.time_ms + 1;
	propose(0, &first);
	ck_assert(has_notarized(1));
}
END_TEST

START_TEST(a_block_once_more_has_no_clock)
{
	notarize_first();
	m->wall_ms += 1000000;
	announce(2, 1, &first.hash);
	ck_assert(has_voted(VOTE_NOTARIZE, 2, &first.hash));
}
END_TEST

/* -- Once more ------------------------------------------------------------------------
 */

START_TEST(a_block_once_more_waits_for_its_body)
{
	certify(VOTE_NOTARIZE, 1, 0, &first.hash);
	announce(2, 1, &first.hash);
	tick(15);
	ck_assert(!has_notarized(2) && !has_given_up(2));
	bring(&first);
	ck_assert(has_voted(VOTE_NOTARIZE, 2, &first.hash));
}
END_TEST

START_TEST(the_root_once_more_is_given_up)
{
	announce(1, 0, &root.hash);
	tick(15);
	ck_assert(has_given_up(1) && !has_notarized(1));
}
END_TEST

START_TEST(so_deep_above_the_last_final_block_a_new_one_is_waited_with)
{
	struct made_block block = root;

	for (uint64_t view = 1; view <= FRESH_DEPTH_MAX + 2; view++) {
		struct made_block child = make_block(&block, view);

		announce(view, view - 1, &child.hash);
		bring(&child);
		if (view == FRESH_DEPTH_MAX + 2)
			break;
		certify(VOTE_NOTARIZE, view, view - 1, &child.hash);
		block = child;
	}
	tick(15);
	ck_assert(has_notarized(FRESH_DEPTH_MAX + 1));
	ck_assert(!has_notarized(FRESH_DEPTH_MAX + 2));
	ck_assert(!has_given_up(FRESH_DEPTH_MAX + 2));
}
END_TEST

/* -- Nullify ---------------------------------------------------------------------------
 */

START_TEST(a_view_that_its_leader_gave_up_is_given_up)
{
	tick(15);
	nullify(0, 1);
	ck_assert(has_given_up(1));
}
END_TEST

START_TEST(a_view_that_one_honest_validator_gave_up_is_given_up)
{
	tick(15);
	nullify(1, 1);
	ck_assert(!has_given_up(1));
	nullify(2, 1);
	ck_assert(has_given_up(1));
	ck_assert_uint_eq(m->core.views.current, 2);
}
END_TEST

START_TEST(a_view_lasts_a_moment_before_it_is_given_up)
{
	certify_null(1);
	nullify(1, 2);
	ck_assert(!has_given_up(2));
	ck_assert_uint_eq(m->wake_ms, m->now_ms + 10);
	tick(9);
	ck_assert(!has_given_up(2));
	tick(1);
	ck_assert(has_given_up(2));
}
END_TEST

START_TEST(who_has_voted_still_gives_up_with_the_others)
{
	propose(0, &first);
	tick(15);
	nullify(1, 1);
	nullify(2, 1);
	ck_assert(has_notarized(1) && has_given_up(1));
}
END_TEST

START_TEST(who_gave_up_still_votes_for_a_good_block)
{
	tick(15);
	nullify(0, 1);
	propose(0, &first);
	ck_assert(has_given_up(1) && has_notarized(1));
	tick(15);
	ck_assert_uint_eq(count_of(EFFECT_SIGN), 2);
}
END_TEST

/* -- Finalize --------------------------------------------------------------------------
 */

START_TEST(a_notarized_block_is_finalized_by_who_did_not_give_up)
{
	propose(0, &first);
	certify(VOTE_NOTARIZE, 1, 0, &first.hash);
	ck_assert(has_voted(VOTE_FINALIZE, 1, &first.hash));
	ck_assert_uint_eq(asked(VOTE_FINALIZE, 1)->parent_view, 0);
}
END_TEST

START_TEST(who_gave_up_does_not_finalize)
{
	tick(15);
	nullify(0, 1);
	propose(0, &first);
	certify(VOTE_NOTARIZE, 1, 0, &first.hash);
	tick(15);
	ck_assert_ptr_null(asked(VOTE_FINALIZE, 1));
}
END_TEST

START_TEST(a_view_that_a_quorum_gave_up_is_not_finalized)
{
	certify_null(1);
	propose(0, &first);
	certify(VOTE_NOTARIZE, 1, 0, &first.hash);
	bring(&first);
	tick(15);
	ck_assert_ptr_null(asked(VOTE_FINALIZE, 1));
}
END_TEST

START_TEST(a_body_that_comes_late_is_finalized_late)
{
	certify(VOTE_NOTARIZE, 1, 0, &first.hash);
	second = make_block(&first, 2);
	certify(VOTE_NOTARIZE, 2, 1, &second.hash);
	bring(&second);
	tick(15);
	ck_assert_ptr_null(asked(VOTE_FINALIZE, 2));
	bring(&first);
	ck_assert(has_voted(VOTE_FINALIZE, 1, &first.hash));
	ck_assert(has_voted(VOTE_FINALIZE, 2, &second.hash));
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("vote");
	TCase *tests = tcase_create("vote");

	tcase_add_checked_fixture(tests, setup, end);
	tcase_add_test(tests, a_good_block_is_voted_for_when_it_was_executed_and_not_before);
	tcase_add_test(tests, the_block_and_the_record_are_kept_before_the_vote_is_sent);
	tcase_add_test(tests, a_view_is_voted_for_once);
	tcase_add_test(tests, of_two_proposals_the_first_good_one_is_voted_for);
	tcase_add_test(tests, who_follows_votes_for_nothing);
	tcase_add_test(tests, proposals_of_views_that_come_are_kept_and_others_are_not);
	tcase_add_test(tests, a_proposal_that_came_early_is_voted_for_when_its_view_begins);
	tcase_add_test(tests, a_parent_that_nobody_certified_is_waited_for);
	tcase_add_test(tests, each_view_between_must_have_been_given_up);
	tcase_add_test(tests, a_parent_below_the_final_view_is_never_right);
	tcase_add_loop_test(tests, a_block_whose_header_does_not_fit_is_given_up, 0, 8);
	tcase_add_test(tests, a_block_on_another_parent_than_it_says_is_given_up);
	tcase_add_test(tests, a_block_that_does_not_execute_is_given_up);
	tcase_add_test(tests,
	               on_a_seal_a_new_block_is_given_up_and_the_seal_once_more_is_good);
	tcase_add_loop_test(
		tests, a_heartbeat_is_good_when_the_network_has_them_and_it_is_due, 0, 3);
	tcase_add_test(tests, a_block_of_a_clock_ahead_is_voted_for_when_ours_is_there);
	tcase_add_test(tests, an_old_block_is_not_voted_for_and_not_wrong);
	tcase_add_test(tests, one_millisecond_after_its_parent_a_block_is_never_early);
	tcase_add_test(tests, a_block_once_more_has_no_clock);
	tcase_add_test(tests, a_block_once_more_waits_for_its_body);
	tcase_add_test(tests, the_root_once_more_is_given_up);
	tcase_add_test(tests, so_deep_above_the_last_final_block_a_new_one_is_waited_with);
	tcase_add_test(tests, a_view_that_its_leader_gave_up_is_given_up);
	tcase_add_test(tests, a_view_that_one_honest_validator_gave_up_is_given_up);
	tcase_add_test(tests, a_view_lasts_a_moment_before_it_is_given_up);
	tcase_add_test(tests, who_has_voted_still_gives_up_with_the_others);
	tcase_add_test(tests, who_gave_up_still_votes_for_a_good_block);
	tcase_add_test(tests, a_notarized_block_is_finalized_by_who_did_not_give_up);
	tcase_add_test(tests, who_gave_up_does_not_finalize);
	tcase_add_test(tests, a_view_that_a_quorum_gave_up_is_not_finalized);
	tcase_add_test(tests, a_body_that_comes_late_is_finalized_late);
	suite_add_tcase(suite, tests);
	return suite;
}
