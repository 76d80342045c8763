#include "tests/unit/p2p/tracker_fixture.h"

#include <malloc.h>

static struct tracker_peer *outbound, *inbound, *other;

static void setup(void)
{
	tracker_setup();
	outbound = tracker_join(&tracker, true, false);
	inbound = tracker_join(&tracker, false, false);
	other = tracker_join(&tracker, false, false);
}

static void teardown(void)
{
	tracker_check();
	tracker_teardown();
}

static enum tracker_answer announce(struct tracker_peer *peer, uint32_t number,
                                    uint64_t now_ms)
{
	struct hash id = tx_numbered(number);

	return tracker_announced(&tracker, peer, &id, 300, now_ms);
}

static enum tracker_answer came(struct tracker_peer *peer, uint32_t number,
                                uint64_t now_ms)
{
	struct hash id = tx_numbered(number);

	return tracker_came(&tracker, peer, &id, 300, now_ms);
}

/* Is this the one thing that the peer is to be asked for now? */
static bool is_asked(struct tracker_peer *peer, uint32_t number)
{
	struct hash ids[4], id = tx_numbered(number);

	return tracker_take(&tracker, peer, ids, 4, 1 << 20) == 1 && hash_equal(&ids[0], &id);
}

static bool is_left_alone(struct tracker_peer *peer)
{
	struct hash id;

	return tracker_take(&tracker, peer, &id, 1, 1 << 20) == 0;
}

START_TEST(a_preferred_peer_is_asked_at_once_and_others_after_a_while)
{
	announce(outbound, 1, 1000);
	announce(inbound, 2, 1000);
	ck_assert(is_asked(outbound, 1));
	ck_assert(is_left_alone(inbound));
	ck_assert_uint_eq(tracker_wake_ms(&tracker), 1000 + TRACKER_DELAY_MS);
	tracker_step(&tracker, 1000 + TRACKER_DELAY_MS - 1);
	ck_assert(is_left_alone(inbound));
	tracker_step(&tracker, 1000 + TRACKER_DELAY_MS);
	ck_assert(is_asked(inbound, 2));
}
END_TEST

START_TEST(one_peer_is_asked_at_a_time)
{
	announce(inbound, 1, 1000);
	announce(other, 1, 1000);
	announce(outbound, 1, 1100);
	tracker_step(&tracker, 1300);
	ck_assert(is_asked(outbound, 1));
	ck_assert(is_left_alone(inbound));
	ck_assert(is_left_alone(other));
	ck_assert_int_eq(came(outbound, 1, 1400), TRACKER_GOOD);
	ck_assert_ptr_null(tracker.txs);
	tracker_step(&tracker, 10000);
	ck_assert(is_left_alone(inbound));
}
END_TEST

/* Announce first, withhold, announce again: the next peer is asked after one time-out. */
START_TEST(who_keeps_silent_is_not_asked_again_while_another_is_left)
{
	struct tracker_peer *second, *third;

	announce(outbound, 1, 1000);
	announce(inbound, 1, 1000);
	announce(other, 1, 1000);
	ck_assert(is_asked(outbound, 1));
	tracker_step(&tracker, 1000 + TRACKER_TIMEOUT_MS - 1);
	ck_assert(is_left_alone(inbound) && is_left_alone(other));
	tracker_step(&tracker, 1000 + TRACKER_TIMEOUT_MS);
	second = is_asked(inbound, 1) ? inbound : other;
	third = second == inbound ? other : inbound;
	ck_assert(second == inbound || is_asked(other, 1));
	ck_assert_int_eq(announce(outbound, 1, 3100), TRACKER_AGAIN);
	ck_assert_uint_eq(outbound->timeouts, 1);
	tracker_step(&tracker, 1000 + 2 * TRACKER_TIMEOUT_MS);
	ck_assert(is_asked(third, 1));
	tracker_step(&tracker, 1000 + 3 * TRACKER_TIMEOUT_MS);
	ck_assert(is_left_alone(outbound) && is_left_alone(second) && is_left_alone(third));
	/* the last answers are still excused, then all is forgotten */
	tracker_step(&tracker, 1000 + 3 * TRACKER_TIMEOUT_MS + TRACKER_LATE_MS);
	ck_assert_ptr_null(tracker.txs);
	ck_assert_int_eq(announce(outbound, 1, 20000), TRACKER_GOOD);
}
END_TEST

START_TEST(not_found_passes_it_on_at_once)
{
	struct hash id = tx_numbered(1);

	announce(outbound, 1, 1000);
	announce(inbound, 1, 1000);
	tracker_step(&tracker, 1300);
	ck_assert_int_eq(tracker_not_found(&tracker, inbound, &id, 1300), TRACKER_UNASKED);
	ck_assert(is_asked(outbound, 1));
	ck_assert_int_eq(tracker_not_found(&tracker, outbound, &id, 1300), TRACKER_GOOD);
	ck_assert(is_asked(inbound, 1));
	ck_assert_int_eq(came(outbound, 1, 1400), TRACKER_UNASKED);
	ck_assert_int_eq(came(inbound, 1, 1400), TRACKER_GOOD);
}
END_TEST

START_TEST(a_late_answer_is_excused_once_and_ends_the_search)
{
	announce(outbound, 1, 1000);
	announce(inbound, 1, 1000);
	ck_assert(is_asked(outbound, 1));
	tracker_step(&tracker, 3000);
	ck_assert(is_asked(inbound, 1));
	ck_assert_int_eq(came(outbound, 1, 4000), TRACKER_LATE);
	ck_assert_int_eq(came(outbound, 1, 4001), TRACKER_UNASKED);
	/* who was asked meanwhile did nothing wrong */
	ck_assert_int_eq(came(inbound, 1, 4100), TRACKER_LATE);
	ck_assert_int_eq(came(inbound, 1, 4101), TRACKER_UNASKED);
}
END_TEST

START_TEST(an_answer_after_ten_seconds_has_no_excuse)
{
	announce(outbound, 1, 1000);
	ck_assert(is_asked(outbound, 1));
	tracker_step(&tracker, 3000);
	ck_assert_int_eq(came(outbound, 1, 3000 + TRACKER_LATE_MS), TRACKER_UNASKED);
}
END_TEST

START_TEST(what_was_not_asked_for_is_told)
{
	ck_assert_int_eq(came(outbound, 1, 1000), TRACKER_UNASKED);
	announce(outbound, 1, 1000);
	announce(inbound, 1, 1000);
	ck_assert_int_eq(came(inbound, 1, 1100), TRACKER_UNASKED);
	ck_assert_int_eq(came(outbound, 1, 1100), TRACKER_GOOD);
}
END_TEST

START_TEST(another_size_than_announced_is_told)
{
	struct hash id = tx_numbered(1);

	announce(outbound, 1, 1000);
	ck_assert_int_eq(tracker_came(&tracker, outbound, &id, 301, 1100),
	                 TRACKER_WRONG_SIZE);
	ck_assert_ptr_null(tracker.txs);
}
END_TEST

START_TEST(what_we_have_from_elsewhere_is_not_asked_for)
{
	struct hash id = tx_numbered(1);

	announce(outbound, 1, 1000);
	announce(inbound, 1, 1000);
	ck_assert(is_asked(outbound, 1));
	tracker_forget(&tracker, &id, 1100);
	tracker_step(&tracker, 5000);
	ck_assert(is_left_alone(inbound));
	ck_assert_uint_eq(outbound->timeouts, 0);
	ck_assert_uint_eq(outbound->asked_count, 0);
	ck_assert_int_eq(came(outbound, 1, 5000), TRACKER_LATE);
	tracker_forget(&tracker, &id, 5000); /* not known any more: nothing happens */
}
END_TEST

START_TEST(of_several_a_keyed_hash_decides_and_not_who_was_first)
{
	int first = 0;

	for (uint32_t i = 0; i < 1000; i++) {
		struct tracker_peer *winner;

		announce(outbound, i, 1000);
		announce(inbound, i, 1000);
		announce(other, i, 1000);
		is_asked(outbound, i);
		tracker_step(&tracker, 1000 + TRACKER_DELAY_MS);
		ck_assert_int_eq(
			tracker_not_found(&tracker, outbound,
		                      &(struct hash){.bytes = {(uint8_t)i, (uint8_t)(i >> 8)}},
		                      1200),
			TRACKER_GOOD);
		winner = is_asked(inbound, i) ? inbound : other;
		first += winner == inbound;
		ck_assert_int_eq(came(winner, i, 1200), TRACKER_GOOD);
	}
	ck_assert_int_ge(first, 420);
	ck_assert_int_le(first, 580);
}
END_TEST

START_TEST(a_preferred_peer_comes_before_the_others)
{
	struct tracker_peer *preferred = tracker_join(&tracker, true, false);

	for (uint32_t i = 0; i < 50; i++) {
		struct hash id = tx_numbered(i);

		announce(outbound, i, 1000);
		announce(inbound, i, 1000);
		announce(preferred, i, 1000);
		announce(other, i, 1000);
		tracker_step(&tracker, 1200);
		tracker_not_found(&tracker, outbound, &id, 1200);
		ck_assert(is_left_alone(inbound) && is_left_alone(other));
		ck_assert(is_asked(preferred, i));
		tracker_forget(&tracker, &id, 1200);
		is_left_alone(outbound);
	}
}
END_TEST

START_TEST(who_leaves_takes_his_entries_and_others_are_asked)
{
	announce(outbound, 1, 1000);
	announce(inbound, 1, 1000);
	announce(outbound, 2, 1000);
	ck_assert_int_eq(announce(outbound, 2, 1000), TRACKER_AGAIN);
	tracker_step(&tracker, 1200);
	tracker_leave(&tracker, outbound, 1300);
	tracker_check();
	ck_assert(is_asked(inbound, 1));
	ck_assert_uint_eq(HASH_COUNT(tracker.txs), 1);
}
END_TEST

/* -- Maxima ---------------------------------------------------------------------------------- */

START_TEST(a_hundred_in_flight_and_the_rest_waits_for_room)
{
	struct hash ids[200];

	for (uint32_t i = 0; i < 150; i++)
		announce(outbound, i, 1000);
	ck_assert_uint_eq(tracker_take(&tracker, outbound, ids, 200, 1 << 30),
	                  TRACKER_ASKED_MAX);
	ck_assert_int_eq(came(outbound, 5, 1100), TRACKER_GOOD);
	ck_assert(is_asked(outbound, 100));
	tracker_check();
	tracker_step(&tracker, 3000);
	ck_assert_uint_eq(tracker_take(&tracker, outbound, ids, 200, 1 << 30), 49);
}
END_TEST

START_TEST(what_waits_for_room_goes_to_the_next_who_has_it)
{
	struct hash ids[200];

	for (uint32_t i = 0; i < 150; i++)
		announce(outbound, i, 1000);
	tracker_take(&tracker, outbound, ids, 200, 1 << 30);
	announce(inbound, 149, 1000);
	announce(inbound, 3, 1000);
	tracker_step(&tracker, 1200);
	ck_assert(is_asked(inbound, 149)); /* 3 is in flight */
	ck_assert_int_eq(came(inbound, 149, 1300), TRACKER_GOOD);
}
END_TEST

START_TEST(a_mebibyte_in_flight_at_most)
{
	struct tracker_peer *validator = tracker_join(&tracker, false, true);
	struct hash ids[200];

	for (uint32_t i = 0; i < 100; i++) {
		struct hash id = tx_numbered(i);

		ck_assert_int_eq(tracker_announced(&tracker, validator, &id, 60000, 1000),
		                 TRACKER_GOOD);
	}
	tracker_step(&tracker, 1200);
	ck_assert_uint_eq(tracker_take(&tracker, validator, ids, 200, 1 << 30),
	                  TRACKER_ASKED_BYTES_MAX / 60000);
}
END_TEST

START_TEST(a_question_has_a_maximum_of_names_and_of_bytes)
{
	struct hash ids[128];

	for (uint32_t i = 0; i < 90; i++)
		announce(outbound, i, 1000);
	ck_assert_uint_eq(tracker_take(&tracker, outbound, ids, 50, 1 << 20), 50);
	ck_assert_uint_eq(tracker_take(&tracker, outbound, ids, 128, 3000), 10);
	ck_assert_uint_eq(tracker_take(&tracker, outbound, ids, 128, 10), 1);
	ck_assert_uint_eq(tracker.chosen_count, 29);
}
END_TEST

START_TEST(a_peer_has_5000_entries_and_a_validator_50000)
{
	struct tracker_peer *validator = tracker_join(&tracker, false, true);

	for (uint32_t i = 0; i < TRACKER_PEER_MAX; i++)
		ck_assert_int_eq(announce(inbound, i, 1000), TRACKER_GOOD);
	ck_assert_int_eq(announce(inbound, 999999, 1000), TRACKER_FULL);
	for (uint32_t i = 0; i < TRACKER_VALIDATOR_MAX; i++)
		ck_assert_int_eq(announce(validator, i, 1000), TRACKER_GOOD);
	ck_assert_int_eq(announce(validator, 999999, 1000), TRACKER_FULL);
}
END_TEST

/* 45 peers announce what nobody has; an honest one still gets through. */
START_TEST(who_fills_everything_makes_room_for_who_does_not)
{
	size_t before = mallinfo2().uordblks;

	for (uint32_t peer = 0; peer < 45; peer++) {
		struct tracker_peer *liar = tracker_join(&tracker, true, false);

		for (uint32_t i = 0; i < TRACKER_PEER_MAX; i++)
			announce(liar, 1000 + peer * TRACKER_PEER_MAX + i, 1000);
	}
	ck_assert_uint_eq(tracker.count, TRACKER_TOTAL_MAX);
	printf("%zu entries: %zu bytes\n", tracker.count, mallinfo2().uordblks - before);
	for (uint32_t i = 0; i < 1000; i++)
		ck_assert_int_eq(announce(outbound, i, 1000), TRACKER_GOOD);
	ck_assert_uint_eq(tracker.count, TRACKER_TOTAL_MAX);
	ck_assert_uint_eq(outbound->asked_count, TRACKER_ASKED_MAX);
}
END_TEST

/* They announce every honest transaction first and never deliver: one time-out is all it costs. */
START_TEST(a_crowd_that_withholds_costs_one_time_out_each_at_most)
{
	uint32_t delivered = 0;

	for (uint32_t i = 0; i < 50; i++)
		announce(inbound, i, 1000);
	tracker_step(&tracker, 1200);
	for (uint32_t i = 0; i < 50; i++)
		announce(outbound, i, 1200);
	tracker_step(&tracker, 1200 + TRACKER_TIMEOUT_MS);
	for (uint32_t i = 0; i < 50; i++)
		delivered += came(outbound, i, 1200 + TRACKER_TIMEOUT_MS) == TRACKER_GOOD;
	ck_assert_uint_eq(delivered, 50);
}
END_TEST

START_TEST(without_memory_an_announcement_is_lost_and_nothing_else)
{
	for (unsigned long nth = 1; nth < 5; nth++) {
		memory_fail_at(nth, 0);
		announce(outbound, (uint32_t)nth, 1000);
		memory_fail_at(0, 0);
		tracker_check();
	}
	ck_assert_int_eq(announce(outbound, 1, 1000), TRACKER_GOOD);
	memory_fail_at(1, 0);
	ck_assert_ptr_null(tracker_join(&tracker, true, true));
	memory_fail_at(0, 0);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("tracker");
	TCase *tests = tcase_create("tracker");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, a_preferred_peer_is_asked_at_once_and_others_after_a_while);
	tcase_add_test(tests, one_peer_is_asked_at_a_time);
	tcase_add_test(tests, who_keeps_silent_is_not_asked_again_while_another_is_left);
	tcase_add_test(tests, not_found_passes_it_on_at_once);
	tcase_add_test(tests, a_late_answer_is_excused_once_and_ends_the_search);
	tcase_add_test(tests, an_answer_after_ten_seconds_has_no_excuse);
	tcase_add_test(tests, what_was_not_asked_for_is_told);
	tcase_add_test(tests, another_size_than_announced_is_told);
	tcase_add_test(tests, what_we_have_from_elsewhere_is_not_asked_for);
	tcase_add_test(tests, of_several_a_keyed_hash_decides_and_not_who_was_first);
	tcase_add_test(tests, a_preferred_peer_comes_before_the_others);
	tcase_add_test(tests, who_leaves_takes_his_entries_and_others_are_asked);
	tcase_add_test(tests, a_hundred_in_flight_and_the_rest_waits_for_room);
	tcase_add_test(tests, what_waits_for_room_goes_to_the_next_who_has_it);
	tcase_add_test(tests, a_mebibyte_in_flight_at_most);
	tcase_add_test(tests, a_question_has_a_maximum_of_names_and_of_bytes);
	tcase_add_test(tests, a_peer_has_5000_entries_and_a_validator_50000);
	tcase_add_test(tests, who_fills_everything_makes_room_for_who_does_not);
	tcase_add_test(tests, a_crowd_that_withholds_costs_one_time_out_each_at_most);
	tcase_add_test(tests, without_memory_an_announcement_is_lost_and_nothing_else);
	suite_add_tcase(suite, tests);
	return suite;
}
