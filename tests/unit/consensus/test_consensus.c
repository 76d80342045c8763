/* Whole cases: machines that pass messages to each other. */
#include "tests/unit/consensus/consensus_network.h"

static void setup_four(void)
{
	network_begin(4);
}

static void give_all_endless_work(void)
{
	for (uint16_t i = 0; i < node_count; i++)
		give_work(i, ENDLESS);
}

/* -- The good case ------------------------------------------------------------------- */

START_TEST(a_block_is_final_three_message_delays_after_it_was_proposed)
{
	run(100);
	give_work(0, 1);
	run(1);
	/* Batched until here. */
	run(BATCH_MS + 3 * DELAY_MS - 1);
	ck_assert_uint_eq(made_count, 1);
	ck_assert_uint_eq(least_height(), 0);
	run(2);
	ck_assert_uint_eq(least_height(), 1);
	for (size_t i = 0; i < 4; i++)
		ck_assert_uint_eq(nodes[i].kept.final_ms[0], 100 + BATCH_MS + 3 * DELAY_MS);
}
END_TEST

START_TEST(a_block_becomes_final_every_two_message_delays)
{
	give_all_endless_work();
	run(BATCH_MS + DELAY_MS + 20 * 2 * DELAY_MS + 1);
	ck_assert_uint_ge(least_height(), 20);
	for (size_t i = 0; i < 4; i++)
		for (size_t height = 1; height < 20; height++)
			ck_assert_uint_eq(nodes[i].kept.final_ms[height] -
			                      nodes[i].kept.final_ms[height - 1],
			                  2 * DELAY_MS);
	expect_one_chain();
}
END_TEST

START_TEST(seven_agree_as_four_do)
{
	network_end();
	network_begin(7);
	give_all_endless_work();
	run(1000);
	ck_assert_uint_ge(least_height(), 40);
	expect_one_chain();
}
END_TEST

START_TEST(without_work_nothing_is_voted_for_and_no_view_goes_by)
{
	give_work(0, 1);
	run(2000);
	ck_assert_uint_eq(least_height(), 1);
	ck_assert_uint_eq(made_count, 1);
	for (size_t i = 0; i < 4; i++)
		nodes[i].kept.record_count = 0;
	run(60000);
	for (size_t i = 0; i < 4; i++) {
		ck_assert_uint_eq(nodes[i].kept.record_count, 0);
		ck_assert_uint_eq(nodes[i].machine->core.views.current,
		                  nodes[i].machine->core.views.final_view + 1);
	}
}
END_TEST

/* -- Faults -------------------------------------------------------------------------- */

START_TEST(a_dead_leader_costs_a_view_and_no_more)
{
	nodes[0].is_dead = true;
	give_all_endless_work();
	run(2 * B_MS + 20 + 6 * DELAY_MS + BATCH_MS);
	ck_assert_uint_ge(least_height(), 1);
	ck_assert_uint_eq(find_made(&nodes[1].kept.chain[0])->header.view, 2);
}
END_TEST

START_TEST(a_validator_that_is_dead_for_ever_stops_nobody)
{
	nodes[2].is_dead = true;
	give_all_endless_work();
	run(20000);
	/* His first turns cost a time-out of a second each; then he is known to be silent. */
	ck_assert_uint_ge(least_height(), 200);
	expect_one_chain();
}
END_TEST

START_TEST(with_two_of_four_dead_nothing_is_final_until_one_returns)
{
	nodes[2].is_dead = true;
	nodes[3].is_dead = true;
	give_all_endless_work();
	run(10000);
	ck_assert_uint_eq(least_height(), 0);
	restart(3);
	run(5000);
	/* Time-outs did not grow while there was no quorum: the dead leader's turns are short. */
	ck_assert_uint_ge(least_height(), 6);
	expect_one_chain();
}
END_TEST

/* -- Restart ------------------------------------------------------------------------- */

START_TEST(a_validator_that_restarts_goes_on_from_its_records)
{
	give_all_endless_work();
	for (unsigned i = 0; i < 12; i++) {
		run(37 + i);
		restart((uint16_t)(i % 4));
	}
	run(2000);
	ck_assert_uint_ge(least_height(), 20);
	expect_one_chain();
}
END_TEST

START_TEST(after_a_power_cut_of_all_the_chain_goes_on)
{
	give_all_endless_work();
	for (unsigned i = 0; i < 10; i++) {
		size_t before;

		run(33 + 7 * i);
		letter_count = 0;
		before = least_height();
		for (uint16_t node = 0; node < 4; node++)
			restart(node);
		run(5000);
		ck_assert_uint_gt(least_height(), before);
		if (least_height() > 200)
			break;
	}
	expect_one_chain();
}
END_TEST

/* -- Epochs -------------------------------------------------------------------------- */

static void seal_at(uint64_t height, size_t count)
{
	seal_height = ROOT_HEIGHT + height;
	after_seal = epoch_of(count, 0);
	after_seal.number = EPOCH + 1;
	after_seal.root_height = seal_height;
}

START_TEST(a_seal_ends_the_epoch_and_the_next_begins_on_it)
{
	seal_at(5, 4);
	give_all_endless_work();
	run(1000);
	ck_assert_uint_ge(least_height(), 10);
	expect_one_chain();
	for (uint16_t i = 0; i < 4; i++) {
		const struct made_block *next = find_made(&nodes[i].kept.chain[5]);

		ck_assert_uint_eq(nodes[i].machine->core.epoch.number, EPOCH + 1);
		ck_assert_uint_eq(next->header.epoch, EPOCH + 1);
		ck_assert(hash_equal(&next->header.parent, &nodes[i].kept.chain[4]));
	}
}
END_TEST

START_TEST(on_a_seal_that_is_not_final_nothing_new_is_built)
{
	seal_at(5, 4);
	give_all_endless_work();
	run(1000);
	for (size_t i = 0; i < made_count; i++) {
		const struct made_block *parent = find_made(&made[i].header.parent);

		if (parent && parent->header.flags == HEADER_FLAG_SEAL)
			ck_assert_uint_eq(made[i].header.epoch, EPOCH + 1);
	}
}
END_TEST

/* -- One alone ----------------------------------------------------------------------- */

START_TEST(a_set_of_one_needs_nobody_and_no_time)
{
	network_end();
	network_begin(1);
	run(10);
	give_work(0, 1);
	run(BATCH_MS);
	ck_assert_uint_eq(nodes[0].kept.height, 0);
	run(1);
	ck_assert_uint_eq(nodes[0].kept.height, 1);
	ck_assert_uint_eq(nodes[0].kept.final_ms[0], 10 + BATCH_MS);
}
END_TEST

START_TEST(a_set_of_one_goes_on_after_a_restart)
{
	network_end();
	network_begin(1);
	for (unsigned i = 1; i <= 5; i++) {
		give_work(0, 1);
		run(BATCH_MS + 1);
		ck_assert_uint_eq(nodes[0].kept.height, i);
		restart(0);
	}
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("consensus");
	TCase *tests = tcase_create("networks");

	tcase_add_checked_fixture(tests, setup_four, network_end);
	tcase_add_test(tests, a_block_is_final_three_message_delays_after_it_was_proposed);
	tcase_add_test(tests, a_block_becomes_final_every_two_message_delays);
	tcase_add_test(tests, seven_agree_as_four_do);
	tcase_add_test(tests, without_work_nothing_is_voted_for_and_no_view_goes_by);
	tcase_add_test(tests, a_dead_leader_costs_a_view_and_no_more);
	tcase_add_test(tests, a_validator_that_is_dead_for_ever_stops_nobody);
	tcase_add_test(tests, with_two_of_four_dead_nothing_is_final_until_one_returns);
	tcase_add_test(tests, a_validator_that_restarts_goes_on_from_its_records);
	tcase_add_test(tests, after_a_power_cut_of_all_the_chain_goes_on);
	tcase_add_test(tests, a_seal_ends_the_epoch_and_the_next_begins_on_it);
	tcase_add_test(tests, on_a_seal_that_is_not_final_nothing_new_is_built);
	tcase_add_test(tests, a_set_of_one_needs_nobody_and_no_time);
	tcase_add_test(tests, a_set_of_one_goes_on_after_a_restart);
	suite_add_tcase(suite, tests);
	return suite;
}
