/* drive without memory: the node stops, says so, and nothing that it signed leaves. */
#include "tests/unit/drive/four.h"

enum { REQUESTS_MAX = 200 };

/* After the nth request was refused: fine, or stopped with a sentence. True: it was fine.
 */
static bool is_fine(void)
{
	const struct drive *drive = world.drive;

	memory_fail_at(0, 0);
	if (drive->status == STATUS_OK)
		return true;
	ck_assert_int_eq(drive->status, STATUS_MEMORY);
	ck_assert_uint_gt(strlen(drive->why.text), 0);
	ck_assert_uint_eq(sent_count(2, MESSAGE_VOTE), 0);
	ck_assert_uint_eq(sent_count(2, MESSAGE_PROPOSAL), 0);
	/* It takes nothing in any more. */
	give_up(2, 1);
	drive_on_tick(world.drive, &world.moment);
	ck_assert_uint_eq(world.check_count, 0);
	return false;
}

START_TEST(a_leader_that_cannot_take_in_its_block_stops)
{
	size_t stopped = 0;

	for (unsigned long nth = 1; nth < REQUESTS_MAX; nth++) {
		struct build_job *job;
		bool was_fine;

		four_begin(1);
		inline_submit(&world, inline_append(&world, 1, "a"));
		inline_pass(&world, 2);
		job = world.build;
		world.build = NULL;
		ck_assert_int_eq(executor_build(&world.executor, &job->parent, &job->plan,
		                                job->offers, job->offer_count, &job->block, NULL),
		                 STATUS_OK);
		memory_fail_at(nth, 0);
		drive_on_built(world.drive, &world.moment);
		was_fine = is_fine();
		if (was_fine && world.store_count == 1)
			inline_finish_store(&world);
		four_end();
		stopped += !was_fine;
		if (was_fine && stopped > 0 && nth > 30)
			break;
	}
	ck_assert_uint_gt(stopped, 3);
}
END_TEST

START_TEST(a_message_that_there_is_no_memory_for_is_lost_and_no_more)
{
	for (unsigned long nth = 1; nth <= 5; nth++) {
		four_begin(0);
		put_proposal(block_of(1, inline_append(&world, 1, "a")), 0);
		memory_fail_at(nth, 0);
		say(1);
		ck_assert(is_fine());
		ck_assert_uint_eq(world.check_count, 0);
		four_end();
	}
}
END_TEST

START_TEST(a_voter_that_cannot_take_in_a_block_stops)
{
	size_t stopped = 0;

	for (unsigned long nth = 1; nth < 40; nth++) {
		struct check_job *job;

		four_begin(0);
		put_proposal(block_of(1, inline_append(&world, 1, "a")), 0);
		say(1);
		job = world.checks[0];
		world.check_count = 0;
		check_run(job, &world.ledger.network, signature_is_valid, cosign_is_valid);
		memory_fail_at(nth, 0);
		drive_on_checked(world.drive, job, &world.moment);
		stopped += !is_fine();
		four_end();
	}
	ck_assert_uint_gt(stopped, 1);
}
END_TEST

START_TEST(without_memory_there_is_no_drive)
{
	struct drive_config *config;
	struct drive *drive = memory_new(sizeof *drive);
	size_t refused = 0;

	four_begin(0);
	config = memory_new(sizeof *config);
	config->consensus.validators_max = 4;
	config->start.epoch = world.epoch;
	config->world = inline_functions(&world);
	for (unsigned long nth = 1; nth < 20; nth++) {
		struct why why = {{0}};
		enum status status;

		memory_fail_at(nth, 0);
		status = drive_init(drive, config, &world.moment, &why);
		memory_fail_at(0, 0);
		if (status == STATUS_OK) {
			drive_close(drive);
			break;
		}
		ck_assert_int_eq(status, STATUS_MEMORY);
		ck_assert_uint_gt(strlen(why.text), 0);
		refused++;
	}
	ck_assert_uint_eq(refused, 4);
	memory_free(config);
	memory_free(drive);
	four_end();
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("drive_memory");
	TCase *tests = tcase_create("memory");

	tcase_add_test(tests, a_leader_that_cannot_take_in_its_block_stops);
	tcase_add_test(tests, a_message_that_there_is_no_memory_for_is_lost_and_no_more);
	tcase_add_test(tests, a_voter_that_cannot_take_in_a_block_stops);
	tcase_add_test(tests, without_memory_there_is_no_drive);
	suite_add_tcase(suite, tests);
	return suite;
}
