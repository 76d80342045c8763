/* What an operator is told, for each way that things can stand. Four validators a, b, c, d, of
 * whom a is this node; three are a quorum. */
#include "node/drive/standing.h"
#include "tests/support/support.h"

#include <stdio.h>

static struct standing standing;

static void setup(void)
{
	standing = (struct standing){
		.view = 41,
		.final_view = 40,
		.height = 40,
		.best_height = 40,
		.final_ms = 7000,
		.armed_ms = STANDING_NEVER,
		.quorum = 3,
		.leader = 2,
		.count = 4,
	};
	for (size_t i = 0; i < 4; i++)
		standing.validators[i] = (struct standing_validator){
			.name = {(char)('a' + i)},
			.is_self = i == 0,
			.is_connected = i > 0,
			.is_heard = true,
			.has_height = true,
			.heard_ms = 300,
			.voted_ms = 9000,
			.height = 40,
		};
}

static void lose(size_t index, uint64_t heard_ms)
{
	standing.validators[index].is_connected = false;
	standing.validators[index].is_heard = false;
	standing.validators[index].heard_ms = heard_ms;
}

static void expect(enum standing_word word, const char *text)
{
	struct buffer said;

	ck_assert_str_eq(standing_word_name(standing_judge(&standing)), standing_word_name(word));
	buffer_init(&said, STANDING_TEXT_MAX);
	standing_say(&standing, &said);
	ck_assert_int_eq(said.status, STATUS_OK);
	ck_assert_msg(bytes_equal(buffer_view(&said), text_view(text)), "said:\n%.*swanted:\n%s",
	              (int)said.size, (const char *)said.at, text);
	buffer_close(&said);
}

START_TEST(idle_is_said_plainly)
{
	expect(STANDING_IDLE, "nothing is waited for: block 40 is final, and no transaction waits\n"
	                      "4 of 4 validators are heard of, 3 are needed\n");
	/* Those that wait have been offered to every leader in vain. */
	standing.tx_count = 5;
	expect(STANDING_IDLE,
	       "nothing is waited for: block 40 is final, and no leader took the 5 transactions "
	       "that wait; it is tried again later\n"
	       "4 of 4 validators are heard of, 3 are needed\n");
}
END_TEST

START_TEST(who_is_not_missed_is_named_all_the_same)
{
	lose(2, 62000);
	standing.validators[2].height = 28;
	expect(STANDING_IDLE,
	       "nothing is waited for: block 40 is final, and no transaction waits\n"
	       "3 of 4 validators are heard of, 3 are needed\n"
	       "c: not connected, last heard of 62 s ago, last vote 9 s ago, 12 blocks behind\n");
}
END_TEST

START_TEST(two_of_four_that_are_gone_are_both_named)
{
	lose(2, 200000);
	lose(3, STANDING_NEVER);
	standing.validators[3].voted_ms = STANDING_NEVER;
	standing.validators[3].has_height = false;
	expect(STANDING_NO_QUORUM,
	       "no quorum: 2 of 4 validators are heard of, 3 are needed; no block can be final "
	       "until 1 more of these come back: c, d\n"
	       "c: not connected, last heard of 3 min ago, last vote 9 s ago\n"
	       "d: not connected, never heard of, no vote seen\n");
	/* And with something to do, what it waits for. */
	standing.armed_ms = 41000;
	standing.has_proposal = true;
	standing.validators[0].has_notarized = true;
	expect(STANDING_NO_QUORUM,
	       "no quorum: 2 of 4 validators are heard of, 3 are needed; no block can be final "
	       "until 1 more of these come back: c, d\n"
	       "c: not connected, last heard of 3 min ago, last vote 9 s ago\n"
	       "d: not connected, never heard of, no vote seen\n"
	       "waiting for votes on the proposal of view 41: 1 of 3 so far, for 41 s "
	       "now\n"
	       "b: connected, last vote 9 s ago\n");
}
END_TEST

START_TEST(a_connection_on_which_nothing_comes_counts_as_gone)
{
	for (size_t i = 2; i < 4; i++) {
		standing.validators[i].is_heard = false;
		standing.validators[i].heard_ms = 6500;
	}
	expect(STANDING_NO_QUORUM,
	       "no quorum: 2 of 4 validators are heard of, 3 are needed; no block can be final "
	       "until 1 more of these come back: c, d\n"
	       "c: connected but silent, last heard of 6 s ago, last vote 9 s ago\n"
	       "d: connected but silent, last heard of 6 s ago, last vote 9 s ago\n");
}
END_TEST

START_TEST(a_view_under_way_is_no_reason_to_worry)
{
	standing.armed_ms = STANDING_SLOW_MS - 1;
	standing.has_proposal = true;
	standing.validators[1].has_notarized = true;
	expect(STANDING_WORKING,
	       "waiting for votes on the proposal of view 41: 1 of 3 so far, for 2 s "
	       "now\n"
	       "4 of 4 validators are heard of, 3 are needed\n");
}
END_TEST

START_TEST(whose_vote_is_missing_is_named)
{
	standing.armed_ms = 41000;
	standing.has_proposal = true;
	standing.validators[0].has_notarized = true;
	standing.validators[1].has_notarized = true;
	standing.validators[2].voted_ms = 41000;
	standing.validators[2].height = 28;
	lose(3, 8000000);
	standing.validators[3].voted_ms = STANDING_NEVER;
	expect(STANDING_WAITING,
	       "waiting for votes on the proposal of view 41: 2 of 3 so far, for 41 s "
	       "now\n"
	       "c: connected, last vote 41 s ago, 12 blocks behind\n"
	       "d: not connected, last heard of 2 h ago, no vote seen\n"
	       "the newest final block is 40, of 7 s ago\n");
}
END_TEST

START_TEST(a_leader_who_proposes_nothing_is_named)
{
	standing.armed_ms = 3000;
	standing.tx_count = 1;
	standing.final_ms = STANDING_NEVER;
	expect(STANDING_WAITING, "waiting for the proposal of c, who leads view 41, for 3 s now\n"
	                         "c: connected, last vote 9 s ago\n"
	                         "the newest final block is 40\n");
}
END_TEST

START_TEST(who_does_not_give_a_view_up_is_named)
{
	standing.armed_ms = 12000;
	standing.has_proposal = true;
	standing.validators[0].has_nullified = true;
	standing.validators[3].has_nullified = true;
	expect(STANDING_WAITING,
	       "waiting for votes to give up view 41, whose leader is c: 2 of 3 so far, "
	       "for 12 s now\n"
	       "b: connected, last vote 9 s ago\n"
	       "c: connected, last vote 9 s ago\n"
	       "the newest final block is 40, of 7 s ago\n");
}
END_TEST

START_TEST(a_block_that_is_not_final_yet_waits_for_votes_of_its_own_view)
{
	standing.view = 42;
	standing.open_view = 41;
	standing.armed_ms = 5000;
	standing.validators[1].has_finalized = true;
	standing.validators[2].has_finalized = true;
	expect(STANDING_WAITING,
	       "waiting for votes that make the block of view 41 final: 2 of 3 so far, "
	       "for 5 s now\n"
	       "a: this node\n"
	       "d: connected, last vote 9 s ago\n"
	       "the newest final block is 40, of 7 s ago\n");
}
END_TEST

START_TEST(who_is_behind_catches_up_first)
{
	standing.best_height = 42;
	ck_assert_int_eq(standing_judge(&standing), STANDING_IDLE);
	standing.best_height = 5000;
	standing.ahead_count = 1;
	/* What others were heard of says little while we are behind. */
	lose(1, 1000);
	lose(2, 1000);
	expect(STANDING_SYNCING, "catching up: block 40 of 5000 is here, 4960 blocks behind what 1 "
	                         "peer says\n");
	standing.ahead_count = 3;
	expect(STANDING_SYNCING, "catching up: block 40 of 5000 is here, 4960 blocks behind what 3 "
	                         "peers say\n");
}
END_TEST

START_TEST(a_node_that_signs_nothing_more_says_why_before_all_else)
{
	standing.is_halted = true;
	standing.best_height = 5000;
	standing.alarms = 1U << ALARM_SAME_KEY | 1U << ALARM_WINDOW_FULL;
	expect(STANDING_HALTED,
	       "this node signs nothing more: a person has to look\n"
	       "somebody votes with this node's key: another process has it, or an old copy of "
	       "the data directory was put back\n"
	       "too many views without a final block\n");
}
END_TEST

START_TEST(one_that_forgot_its_votes_says_whom_it_asks)
{
	standing.is_forgetful = true;
	standing.told_count = 1;
	expect(STANDING_FORGETFUL,
	       "4 of 4 validators are heard of, 3 are needed\n"
	       "what this validator signed is forgotten: it votes again when 3 others have told "
	       "where they stand, 1 have\n");
}
END_TEST

START_TEST(who_follows_says_so)
{
	standing.self = NOBODY;
	standing.validators[0].is_self = false;
	standing.validators[0].is_connected = true;
	expect(STANDING_IDLE, "nothing is waited for: block 40 is final, and no transaction waits\n"
	                      "4 of 4 validators are heard of, 3 are needed\n"
	                      "this node follows: it does not vote\n");
}
END_TEST

START_TEST(a_whole_set_that_is_gone_fits)
{
	struct buffer said;

	standing.count = VALIDATORS_MAX;
	standing.quorum = 86;
	for (size_t i = 0; i < VALIDATORS_MAX; i++) {
		struct standing_validator *validator = &standing.validators[i];

		*validator = (struct standing_validator){.heard_ms = UINT64_MAX - 1,
		                                         .voted_ms = UINT64_MAX - 1,
		                                         .has_height = true};
		memset(validator->name, 'x', STANDING_NAME_SIZE - 1);
	}
	standing.height = standing.best_height = UINT64_MAX - STANDING_BEHIND;
	buffer_init(&said, STANDING_TEXT_MAX);
	standing_say(&standing, &said);
	ck_assert_int_eq(said.status, STATUS_OK);
	ck_assert_uint_gt(said.size, 2 * VALIDATORS_MAX * (STANDING_NAME_SIZE - 1));
	buffer_close(&said);
}
END_TEST

START_TEST(every_alarm_has_a_text)
{
	for (unsigned alarm = 0; alarm <= ALARM_WINDOW_FULL; alarm++)
		ck_assert_uint_gt(strlen(alarm_text((enum alarm)alarm)), 10);
}
END_TEST

START_TEST(a_tip_is_stale_when_something_is_to_be_done_and_nothing_becomes_final)
{
	standing.final_ms = STANDING_STALE_MS;
	ck_assert(!standing_is_stale(&standing, 1000000)); /* idle */
	standing.tx_count = 1;
	ck_assert(standing_is_stale(&standing, 1000000));
	standing.final_ms--;
	ck_assert(!standing_is_stale(&standing, 1000000));
	standing.final_ms = STANDING_NEVER;
	ck_assert(!standing_is_stale(&standing, STANDING_STALE_MS - 1)); /* it has just begun */
	ck_assert(standing_is_stale(&standing, STANDING_STALE_MS));
	standing.tx_count = 0;
	standing.best_height = standing.height + 1;
	ck_assert(standing_is_stale(&standing, STANDING_STALE_MS));
	standing.best_height = standing.height;
	standing.armed_ms = STANDING_STALE_MS;
	ck_assert(standing_is_stale(&standing, STANDING_STALE_MS));
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("standing");
	TCase *cases = tcase_create("standing");

	tcase_add_checked_fixture(cases, setup, NULL);
	tcase_add_test(cases, idle_is_said_plainly);
	tcase_add_test(cases, who_is_not_missed_is_named_all_the_same);
	tcase_add_test(cases, two_of_four_that_are_gone_are_both_named);
	tcase_add_test(cases, a_connection_on_which_nothing_comes_counts_as_gone);
	tcase_add_test(cases, a_view_under_way_is_no_reason_to_worry);
	tcase_add_test(cases, whose_vote_is_missing_is_named);
	tcase_add_test(cases, a_leader_who_proposes_nothing_is_named);
	tcase_add_test(cases, who_does_not_give_a_view_up_is_named);
	tcase_add_test(cases, a_block_that_is_not_final_yet_waits_for_votes_of_its_own_view);
	tcase_add_test(cases, who_is_behind_catches_up_first);
	tcase_add_test(cases, a_node_that_signs_nothing_more_says_why_before_all_else);
	tcase_add_test(cases, one_that_forgot_its_votes_says_whom_it_asks);
	tcase_add_test(cases, who_follows_says_so);
	tcase_add_test(cases, a_whole_set_that_is_gone_fits);
	tcase_add_test(cases, every_alarm_has_a_text);
	tcase_add_test(cases, a_tip_is_stale_when_something_is_to_be_done_and_nothing_becomes_final);
	suite_add_tcase(suite, cases);
	return suite;
}
