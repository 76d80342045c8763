/* The snapshot, of a drive that is one of four: what the others said and did is in it. */
#include "node/drive/standing.h"
#include "tests/unit/drive/four.h"

static struct standing standing;

static void setup(void)
{
	four_begin(0);
}

static void teardown(void)
{
	four_end();
}

static void take(void)
{
	standing_take(&standing, world.drive, world.moment.now_ms);
}

static void say_status(uint16_t from, uint64_t height)
{
	struct message_status status = {.status = {.view = 1, .height = height}};

	message_put_status(&message, &status);
	say(from);
}

START_TEST(all_are_connected_and_nothing_is_to_do)
{
	take();
	ck_assert_uint_eq(standing.count, 4);
	ck_assert_uint_eq(standing.quorum, 3);
	ck_assert_uint_eq(standing.self, 0);
	ck_assert_uint_eq(standing.view, 1);
	ck_assert_uint_eq(standing.leader, epoch_leader(&world.epoch, 1));
	ck_assert_uint_eq(standing.armed_ms, STANDING_NEVER);
	ck_assert_uint_eq(standing_heard(&standing), 4);
	ck_assert_int_eq(standing_judge(&standing), STANDING_IDLE);
	for (uint16_t i = 1; i < 4; i++) {
		ck_assert(standing.validators[i].is_connected);
		ck_assert_uint_eq(standing.validators[i].voted_ms, STANDING_NEVER);
		ck_assert(!standing.validators[i].has_height);
	}
}
END_TEST

START_TEST(who_left_and_who_is_silent_are_not_heard_of)
{
	drive_on_disconnected(world.drive, 2);
	take();
	ck_assert(!standing.validators[2].is_connected);
	ck_assert_uint_eq(standing_heard(&standing), 3);
	world.moment.now_ms += STANDING_SILENT_MS;
	say_status(1, 0);
	take();
	ck_assert(standing.validators[1].is_heard);
	ck_assert(standing.validators[3].is_connected && !standing.validators[3].is_heard);
	ck_assert_uint_eq(standing_heard(&standing), 2);
	ck_assert_int_eq(standing_judge(&standing), STANDING_NO_QUORUM);
}
END_TEST

START_TEST(votes_are_seen_with_their_time)
{
	give_up(2, 1);
	world.moment.now_ms += 700;
	take();
	ck_assert(standing.validators[2].has_nullified);
	ck_assert(!standing.validators[2].has_notarized);
	ck_assert_uint_eq(standing.validators[2].voted_ms, 700);
	ck_assert(!standing.validators[3].has_nullified);
}
END_TEST

START_TEST(a_proposal_is_seen_and_the_timer_with_it)
{
	struct draft *draft =
		block_of(1, inline_append(&world, 1, "a"));

	propose(draft, 0);
	world.moment.now_ms += 250;
	take();
	ck_assert(standing.has_proposal);
	ck_assert(standing.validators[standing.leader].has_notarized);
	ck_assert_uint_eq(standing.armed_ms, 250);
	ck_assert_int_eq(standing_judge(&standing), STANDING_WORKING);
	ck_assert_uint_gt(standing.times.view_ms, standing.times.proposal_ms);
	ck_assert_uint_gt(standing.times.proposal_ms, standing.times.base_ms);
}
END_TEST

START_TEST(who_is_behind_those_that_are_connected_is_syncing)
{
	take();
	say_status(1, standing.height + STANDING_BEHIND - 1);
	take();
	ck_assert(!standing_is_behind(&standing));
	ck_assert_uint_eq(standing.ahead_count, 0);
	/* One alone may lie, however much. */
	say_status(2, UINT64_MAX / 2);
	take();
	ck_assert(!standing_is_behind(&standing));
	ck_assert_uint_eq(standing.ahead_count, 1);
	say_status(3, standing.height + STANDING_BEHIND);
	take();
	ck_assert(standing_is_behind(&standing));
	ck_assert_uint_eq(standing.best_height, standing.height + STANDING_BEHIND);
	ck_assert_uint_eq(standing.ahead_count, 2);
	ck_assert_uint_eq(standing.validators[3].height, standing.height + STANDING_BEHIND);
	/* What somebody said who is gone does not count. */
	drive_on_disconnected(world.drive, 2);
	take();
	ck_assert(!standing_is_behind(&standing));
}
END_TEST

/* Too few validators are connected to go by them. */
START_TEST(of_few_peers_half_are_believed)
{
	drive_on_disconnected(world.drive, 2);
	drive_on_disconnected(world.drive, 3);
	drive_on_connected(world.drive, 10, NULL, &world.moment);
	drive_on_connected(world.drive, 11, NULL, &world.moment);
	say_status(1, 0);
	say_status(10, 5000);
	say_status(11, 0);
	take();
	ck_assert(!standing_is_behind(&standing));
	say_status(11, 4000);
	take();
	ck_assert_uint_eq(standing.best_height, 4000);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("standing_take");
	TCase *cases = tcase_create("standing_take");

	tcase_add_checked_fixture(cases, setup, teardown);
	tcase_add_test(cases, all_are_connected_and_nothing_is_to_do);
	tcase_add_test(cases, who_left_and_who_is_silent_are_not_heard_of);
	tcase_add_test(cases, votes_are_seen_with_their_time);
	tcase_add_test(cases, a_proposal_is_seen_and_the_timer_with_it);
	tcase_add_test(cases, who_is_behind_those_that_are_connected_is_syncing);
	tcase_add_test(cases, of_few_peers_half_are_believed);
	suite_add_tcase(suite, cases);
	return suite;
}
