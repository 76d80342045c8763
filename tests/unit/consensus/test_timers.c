/* When there is something to do, and how long it is waited for. We are number 3. */
#include "tests/unit/consensus/consensus_harness.h"

static struct made_block root, first;

static void setup(void)
{
	begin_default();
	begin(4, 3);
	root = root_block();
	first = make_block(&root, 1);
}

/* How long after now the view is given up, if nothing comes; the leader shows nothing. */
static uint64_t time_to_give_up(uint64_t view)
{
	uint64_t start_ms = m->now_ms;

	forget();
	while (!asked(VOTE_NULLIFY, view)) {
		forget();
		ck_assert_uint_ne(m->wake_ms, UINT64_MAX);
		tick(m->wake_ms - m->now_ms);
		ck_assert_uint_lt(m->now_ms, start_ms + 1000000);
	}
	return m->now_ms - start_ms;
}

static void give_up_to(uint64_t view)
{
	for (uint64_t before = m->core.views.current; before < view; before++)
		certify_null(before);
}

/* As the leader of view 1: what we propose there. */
static struct made_block lead_first_view(void)
{
	struct made_block own;

	end();
	begin(4, 0);
	own = make_block(&root, 1);
	work(1);
	tick(BATCH_MS);
	built(1, &own);
	return own;
}

/* -- Idle ---------------------------------------------------------------------------- */

START_TEST(without_work_no_timer_runs_however_long)
{
	pass(1000000);
	ck_assert_uint_eq(m->core.armed_ms, 0);
	ck_assert_uint_eq(count_of(EFFECT_SIGN), 0);
	ck_assert_uint_eq(m->core.views.current, 1);
}
END_TEST

START_TEST(a_transaction_arms_the_timer_when_the_leader_can_know_of_it)
{
	work(1);
	ck_assert_uint_eq(m->core.armed_ms, 0);
	tick(19);
	ck_assert_uint_eq(m->core.armed_ms, 0);
	ck_assert_uint_eq(sent_count(MESSAGE_TXS), 0);
	tick(1);
	ck_assert_uint_eq(m->core.armed_ms, m->now_ms);
	/* And he is shown it. */
	ck_assert_uint_eq(only_sent(MESSAGE_TXS)->to, 0);
}
END_TEST

START_TEST(work_that_goes_away_takes_the_timer_with_it)
{
	work(1);
	tick(20);
	work(0);
	ck_assert_uint_eq(m->core.armed_ms, 0);
	pass(100000);
	ck_assert_uint_eq(count_of(EFFECT_SIGN), 0);
}
END_TEST

START_TEST(a_proposal_and_a_block_that_is_not_final_and_others_who_give_up_arm_it)
{
	announce(1, 0, &first.hash);
	ck_assert_uint_gt(m->core.armed_ms, 0);
	end();
	begin(4, 3);
	certify(VOTE_NOTARIZE, 1, 0, &first.hash);
	ck_assert_uint_gt(m->core.armed_ms, 0);
	end();
	begin(4, 3);
	nullify(1, 1);
	ck_assert_uint_eq(m->core.armed_ms, 0);
	nullify(2, 1);
	ck_assert_uint_gt(m->core.armed_ms, 0);
	end();
	begin(4, 3);
	certify_null(5);
	ck_assert_uint_gt(m->core.armed_ms, 0);
}
END_TEST

START_TEST(when_the_block_is_final_and_nothing_waits_it_is_idle_again)
{
	propose(0, &first);
	certify(VOTE_NOTARIZE, 1, 0, &first.hash);
	ck_assert_uint_gt(m->core.armed_ms, 0);
	certify(VOTE_FINALIZE, 1, 0, &first.hash);
	ck_assert_uint_eq(m->core.armed_ms, 0);
}
END_TEST

START_TEST(a_heartbeat_that_is_due_arms_the_timer)
{
	end();
	parameters.values[PARAMETER_heartbeat_ms] = 3000;
	begin(4, 3);
	ck_assert_uint_gt(m->core.armed_ms, 0);
}
END_TEST

/* -- Time-outs ----------------------------------------------------------------------- */

START_TEST(without_a_proposal_a_view_is_given_up_after_twice_b)
{
	work(1);
	tick(20);
	ck_assert_uint_eq(time_to_give_up(1), 2 * B_MS);
}
END_TEST

START_TEST(with_a_proposal_a_view_is_given_up_after_three_times_b)
{
	announce(1, 0, &first.hash);
	ck_assert_uint_eq(time_to_give_up(1), 3 * B_MS);
}
END_TEST

START_TEST(a_leader_waits_for_a_quorum_three_times_b)
{
	(void)lead_first_view();
	tick(20 - BATCH_MS);
	ck_assert_uint_eq(time_to_give_up(1), 3 * B_MS);
}
END_TEST

START_TEST(time_outs_double_when_more_views_fail_than_there_may_be_bad_leaders)
{
	/* Failed views, and how often B is doubled then: (failed - 3) / 2. */
	static const struct {
		uint64_t view, doublings;
	} TABLE[] = {{2, 0}, {3, 0}, {4, 0}, {5, 1}, {6, 1}, {7, 2}, {9, 3}, {10, 3}};

	give_up_to(TABLE[_i].view);
	if (epoch_leader(&m->core.epoch, TABLE[_i].view) == 3)
		return;
	work(1);
	tick(20);
	ck_assert_uint_eq(time_to_give_up(TABLE[_i].view), (2 * B_MS) << TABLE[_i].doublings);
}
END_TEST

START_TEST(a_final_block_takes_time_outs_back_to_where_they_were)
{
	give_up_to(12);
	certify(VOTE_FINALIZE, 12, 0, &first.hash);
	announce(13, 12, &(struct hash){{77}});
	ck_assert_uint_eq(time_to_give_up(13), 3 * B_MS);
}
END_TEST

START_TEST(a_view_lasts_no_longer_than_the_largest_time_out)
{
	give_up_to(101);
	work(1);
	tick(20);
	ck_assert_uint_eq(time_to_give_up(101), 60000);
}
END_TEST

/* Who votes sees one of the two message delays. */
START_TEST(b_follows_the_time_that_a_quorum_takes)
{
	announce(1, 0, &first.hash);
	tick(199);
	certify(VOTE_NOTARIZE, 1, 0, &first.hash);
	ck_assert_uint_eq(m->core.notarize_ms, 2 * 200);
	announce(2, 1, &(struct hash){{77}});
	ck_assert_uint_eq(time_to_give_up(2), 3 * 4 * 400);
}
END_TEST

/* He waits by B: if that were counted too, each of the two would drive the other up. */
START_TEST(what_a_leader_waits_for_is_not_counted)
{
	work(1);
	tick(300);
	announce(1, 0, &first.hash);
	tick(99);
	certify(VOTE_NOTARIZE, 1, 0, &first.hash);
	ck_assert_uint_eq(m->core.notarize_ms, 2 * 100);
}
END_TEST

START_TEST(a_leader_sees_both_delays)
{
	struct made_block own = lead_first_view();

	tick(249);
	certify(VOTE_NOTARIZE, 1, 0, &own.hash);
	ck_assert_uint_eq(m->core.notarize_ms, 250);
}
END_TEST

START_TEST(a_view_that_lasted_for_hours_counts_as_b)
{
	announce(1, 0, &first.hash);
	time_to_give_up(1);
	tick(7200000);
	certify(VOTE_NOTARIZE, 1, 0, &first.hash);
	ck_assert_uint_eq(m->core.notarize_ms, B_MS);
}
END_TEST

START_TEST(a_leader_learns_of_a_view_after_the_next_one_began)
{
	struct made_block own = lead_first_view();

	tick(199);
	certify_null(1);
	certify(VOTE_NOTARIZE, 1, 0, &own.hash);
	ck_assert_uint_eq(m->core.notarize_ms, 200);
}
END_TEST

/* Two are a quorum of two: NOTAR is there with the proposal, however long it took. */
START_TEST(of_two_validators_the_leader_alone_sees_how_long_a_view_takes)
{
	end();
	begin(2, 1);
	propose(0, &first);
	ck_assert(views_is_notarized(&m->core.views, 1));
	ck_assert_uint_eq(m->core.notarize_ms, 0);
}
END_TEST

/* Or who gives up too soon goes on doing so, and two such stop the chain. */
START_TEST(a_view_that_was_given_up_and_notarized_then_counts_as_well)
{
	announce(1, 0, &first.hash);
	tick(199);
	certify_null(1);
	certify(VOTE_NOTARIZE, 1, 0, &first.hash);
	ck_assert_uint_eq(m->core.views.current, 2);
	ck_assert_uint_eq(m->core.notarize_ms, 2 * 200);
}
END_TEST

START_TEST(a_crowd_of_faster_views_brings_b_down_again)
{
	announce(1, 0, &first.hash);
	tick(1500);
	certify(VOTE_NOTARIZE, 1, 0, &first.hash);
	for (uint64_t view = 2; view < 60; view++) {
		struct hash block = {{(uint8_t)view, 1}};

		announce(view, view - 1, &block);
		tick(1);
		certify(VOTE_NOTARIZE, view, view - 1, &block);
	}
	ck_assert_uint_lt(m->core.notarize_ms, 20);
}
END_TEST

/* Each wait for a dead leader would be as long. */
START_TEST(b_does_not_follow_beyond_two_seconds_and_a_half)
{
	announce(1, 0, &first.hash);
	tick(10000);
	certify(VOTE_NOTARIZE, 1, 0, &first.hash);
	for (uint64_t view = 2; view < 42; view++) {
		struct hash block = {{(uint8_t)view, 1}};

		announce(view, view - 1, &block);
		tick(10000);
		certify(VOTE_NOTARIZE, view, view - 1, &block);
		certify(VOTE_FINALIZE, view, view - 1, &block);
	}
	announce(42, 41, &(struct hash){{77}});
	ck_assert_uint_eq(time_to_give_up(42), 3 * 2500);
}
END_TEST

/* FINAL of it takes one message delay more; who does not wait for it goes on for ever. */
START_TEST(a_leader_with_nothing_new_waits_b)
{
	end();
	begin(4, 1);
	propose(0, &first);
	certify(VOTE_NOTARIZE, 1, 0, &first.hash);
	tick(B_MS - 1);
	ck_assert(!asked(VOTE_NOTARIZE, 2));
	tick(1);
	ck_assert(asked(VOTE_NOTARIZE, 2));
}
END_TEST

/* Its leader may have a larger B than we: ours has to outgrow his wait. */
START_TEST(that_wait_does_not_grow_with_views_that_fail)
{
	uint64_t view = 14; /* of leader 1 */

	end();
	begin(4, 1);
	propose(0, &first);
	certify(VOTE_NOTARIZE, 1, 0, &first.hash);
	give_up_to(view);
	forget();
	tick(B_MS);
	ck_assert(asked(VOTE_NOTARIZE, view));
}
END_TEST

/* FINAL of the first came after the second had begun. */
START_TEST(a_block_that_is_final_is_not_proposed_again_in_a_later_view)
{
	end();
	begin(4, 2);
	propose(0, &first);
	certify(VOTE_NOTARIZE, 1, 0, &first.hash);
	certify(VOTE_NOTARIZE, 2, 1, &first.hash);
	certify(VOTE_FINALIZE, 1, 0, &first.hash);
	ck_assert_uint_eq(m->core.views.final_view, 1);
	ck_assert_uint_eq(m->core.views.current, 3);
	forget();
	tick(60000);
	ck_assert(!asked(VOTE_NOTARIZE, 3));
	ck_assert_uint_eq(m->core.armed_ms, 0);
}
END_TEST

START_TEST(fast_views_are_believed_sooner_than_slow_ones)
{
	announce(1, 0, &first.hash);
	tick(199);
	certify(VOTE_NOTARIZE, 1, 0, &first.hash);
	announce(2, 1, &(struct hash){{77}});
	tick(399);
	certify(VOTE_NOTARIZE, 2, 1, &(struct hash){{77}});
	ck_assert_uint_eq(m->core.notarize_ms, (7 * 400 + 800) / 8);
	announce(3, 2, &(struct hash){{78}});
	tick(99);
	certify(VOTE_NOTARIZE, 3, 2, &(struct hash){{78}});
	ck_assert_uint_eq(m->core.notarize_ms, (3 * 450 + 200) / 4);
}
END_TEST

/* -- Silent leaders -------------------------------------------------------------------- */

/* T5: ten times B here. */
enum { SILENT_MS = 10 * B_MS };

/* These say something, and then there is work. */
static void hear_then_work(uint16_t first_heard, uint16_t last_heard)
{
	tick(SILENT_MS);
	for (uint16_t i = first_heard; i <= last_heard; i++)
		status(i, 1, 0, 0);
	work(1);
	tick(20);
}

START_TEST(a_leader_who_was_not_heard_of_while_a_quorum_was_is_not_waited_for)
{
	hear_then_work(1, 2);
	ck_assert(asked(VOTE_NULLIFY, 1));
}
END_TEST

START_TEST(a_leader_who_says_anything_has_his_time)
{
	hear_then_work(0, 2);
	ck_assert(!asked(VOTE_NULLIFY, 1));
	ck_assert_uint_eq(time_to_give_up(1), 2 * B_MS);
}
END_TEST

START_TEST(a_vote_of_the_view_shows_that_a_leader_runs_and_an_old_certificate_does_not)
{
	certify_null(1);
	tick(SILENT_MS);
	status(0, 2, 0, 0);
	status(2, 2, 0, 0);
	/* The leader of view 2 is among the signers. */
	certify(VOTE_NOTARIZE, 1, 0, &first.hash);
	tick(10);
	ck_assert(asked(VOTE_NULLIFY, 2));
	end();
	begin(4, 3);
	certify_null(1);
	tick(SILENT_MS);
	status(0, 2, 0, 0);
	status(2, 2, 0, 0);
	vote(1, VOTE_NOTARIZE, 1, 0, &first.hash);
	certify(VOTE_NOTARIZE, 1, 0, &first.hash);
	tick(10);
	ck_assert(!asked(VOTE_NULLIFY, 2));
}
END_TEST

/* It is us who hear nothing then. */
START_TEST(when_hardly_anybody_was_heard_the_leader_has_his_time)
{
	hear_then_work(1, 1);
	ck_assert(!asked(VOTE_NULLIFY, 1));
	ck_assert_uint_eq(time_to_give_up(1), 2 * B_MS);
}
END_TEST

START_TEST(after_the_start_and_after_connecting_a_leader_has_time_to_be_heard)
{
	work(1);
	tick(20);
	ck_assert(!asked(VOTE_NULLIFY, 1));
	end();
	begin(4, 3);
	tick(SILENT_MS);
	status(1, 1, 0, 0);
	status(2, 1, 0, 0);
	feed((struct input){.kind = INPUT_CONNECTED, .connected = 0});
	work(1);
	tick(20);
	ck_assert(!asked(VOTE_NULLIFY, 1));
}
END_TEST

/* A rotation and two views: then it may be the skipping that is wrong. */
START_TEST(leaders_are_skipped_for_little_more_than_a_rotation)
{
	give_up_to(9);
	ck_assert_uint_eq(epoch_leader(&m->core.epoch, 9), 0);
	hear_then_work(1, 2);
	ck_assert(!asked(VOTE_NULLIFY, 9));
	end();
	begin(4, 3);
	give_up_to(5);
	hear_then_work(1, 2);
	ck_assert(asked(VOTE_NULLIFY, 5));
}
END_TEST

/* -- Stale work ------------------------------------------------------------------------
 */

/* L8: had it been of use to anybody, one of so many leaders would have taken it. */
START_TEST(work_that_nobody_takes_in_a_whole_round_is_left_alone_for_a_while)
{
	work(1);
	give_up_to(1 + 4 + 1);
	tick(20);
	ck_assert_uint_gt(m->core.work_ignored_until_ms, m->now_ms);
	ck_assert_uint_eq(m->core.armed_ms, 0);
	pass(9000);
	ck_assert_uint_eq(count_of(EFFECT_SIGN), 0);
	pass(1100);
	ck_assert_uint_gt(m->core.armed_ms, 0);
}
END_TEST

START_TEST(each_pause_is_twice_as_long_up_to_a_limit)
{
	uint64_t pause_ms = 10000;

	work(1);
	for (int i = 0; i < 9; i++) {
		give_up_to(m->core.views.current + 5);
		ck_assert_uint_eq(m->core.work_pause_ms, pause_ms);
		pause_ms = 2 * pause_ms < 600000 ? 2 * pause_ms : 600000;
		m->now_ms = m->core.work_ignored_until_ms;
		tick(0);
	}
}
END_TEST

START_TEST(a_new_block_ends_the_pause)
{
	work(1);
	give_up_to(6);
	tick(20);
	ck_assert_uint_gt(m->core.work_ignored_until_ms, m->now_ms);
	first = make_block(&root, 6);
	propose(0, &first);
	certify(VOTE_FINALIZE, 6, 0, &first.hash);
	tick(1);
	ck_assert_uint_eq(m->core.work_ignored_until_ms, 0);
	ck_assert_uint_eq(m->core.work_pause_ms, 0);
}
END_TEST

START_TEST(work_beside_views_that_go_well_is_not_stale)
{
	work(1);
	for (uint64_t view = 1; view <= 20; view++)
		certify(VOTE_NOTARIZE, view, view - 1, &(struct hash){{(uint8_t)view, 2}});
	ck_assert_uint_eq(m->core.work_pause_ms, 0);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("timers");
	TCase *tests = tcase_create("timers");

	tcase_add_checked_fixture(tests, setup, end);
	tcase_add_test(tests, without_work_no_timer_runs_however_long);
	tcase_add_test(tests, a_transaction_arms_the_timer_when_the_leader_can_know_of_it);
	tcase_add_test(tests, work_that_goes_away_takes_the_timer_with_it);
	tcase_add_test(
		tests, a_proposal_and_a_block_that_is_not_final_and_others_who_give_up_arm_it);
	tcase_add_test(tests, when_the_block_is_final_and_nothing_waits_it_is_idle_again);
	tcase_add_test(tests, a_heartbeat_that_is_due_arms_the_timer);
	tcase_add_test(tests, without_a_proposal_a_view_is_given_up_after_twice_b);
	tcase_add_test(tests, with_a_proposal_a_view_is_given_up_after_three_times_b);
	tcase_add_test(tests, a_leader_waits_for_a_quorum_three_times_b);
	tcase_add_loop_test(
		tests, time_outs_double_when_more_views_fail_than_there_may_be_bad_leaders, 0, 8);
	tcase_add_test(tests, a_final_block_takes_time_outs_back_to_where_they_were);
	tcase_add_test(tests, a_view_lasts_no_longer_than_the_largest_time_out);
	tcase_add_test(tests, what_a_leader_waits_for_is_not_counted);
	tcase_add_test(tests, a_leader_sees_both_delays);
	tcase_add_test(tests, a_leader_learns_of_a_view_after_the_next_one_began);
	tcase_add_test(tests, of_two_validators_the_leader_alone_sees_how_long_a_view_takes);
	tcase_add_test(tests, a_view_that_was_given_up_and_notarized_then_counts_as_well);
	tcase_add_test(tests, that_wait_does_not_grow_with_views_that_fail);
	tcase_add_test(tests, a_block_that_is_final_is_not_proposed_again_in_a_later_view);
	tcase_add_test(tests, b_follows_the_time_that_a_quorum_takes);
	tcase_add_test(tests, a_view_that_lasted_for_hours_counts_as_b);
	tcase_add_test(tests, a_crowd_of_faster_views_brings_b_down_again);
	tcase_add_test(tests, b_does_not_follow_beyond_two_seconds_and_a_half);
	tcase_add_test(tests,
	               a_leader_with_nothing_new_waits_b);
	tcase_add_test(tests, fast_views_are_believed_sooner_than_slow_ones);
	tcase_add_test(tests,
	               a_leader_who_was_not_heard_of_while_a_quorum_was_is_not_waited_for);
	tcase_add_test(tests, a_leader_who_says_anything_has_his_time);
	tcase_add_test(tests,
	               a_vote_of_the_view_shows_that_a_leader_runs_and_an_old_certificate_does_not);
	tcase_add_test(tests, when_hardly_anybody_was_heard_the_leader_has_his_time);
	tcase_add_test(tests,
	               after_the_start_and_after_connecting_a_leader_has_time_to_be_heard);
	tcase_add_test(tests, leaders_are_skipped_for_little_more_than_a_rotation);
	tcase_add_test(tests,
	               work_that_nobody_takes_in_a_whole_round_is_left_alone_for_a_while);
	tcase_add_test(tests, each_pause_is_twice_as_long_up_to_a_limit);
	tcase_add_test(tests, a_new_block_ends_the_pause);
	tcase_add_test(tests, work_beside_views_that_go_well_is_not_stale);
	suite_add_tcase(suite, tests);
	return suite;
}
