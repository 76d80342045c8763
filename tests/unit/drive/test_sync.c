/* Catching up: who is asked for what, and what becomes of who does not deliver. */
#include "tests/support/sync_batch.h"

enum { START = 10, BLOCKS = 5000 };

static struct sync sync;
static struct sync_question questions[SYNC_QUESTIONS_MAX];
static size_t count;
static uint32_t sizes[BLOCKS];

static void setup(void)
{
	struct hash block = sync_hash_at(START);

	for (size_t i = 0; i < BLOCKS; i++)
		sizes[i] = 1000;
	sync_init(&sync, 7, PORTION_BLOCKS_MAX);
	sync_begin(&sync, 0, START, &block);
}

static void end(void)
{
	sync_close(&sync);
}

/* At any moment, not only when it is due. */
static void next(uint64_t now_ms)
{
	sync.is_stale = true;
	count = sync_next(&sync, now_ms, UINT64_MAX, questions);
}

static size_t asked(uint16_t peer, bool of_headers)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		found += questions[i].peer == peer && (questions[i].count == 0) == of_headers;
	return found;
}

/* Whoever was asked for headers delivers so many. */
static void give_headers(size_t header_count, uint64_t now_ms)
{
	uint16_t peer = sync.headers_peer;
	uint64_t from = sync.verified + 1;

	ck_assert(sync_awaits_headers(&sync, from));
	sync_headers_came(&sync, peer, sync_batch_make(from, header_count, sizes));
	ck_assert(!sync_awaits_headers(&sync, from));
	sync_headers_checked(&sync, peer, from, true, now_ms);
}

static void came(uint16_t peer, uint64_t from, uint64_t now_ms)
{
	struct sync_portion *portion = sync_missing_portion(&sync, from);

	ck_assert_ptr_nonnull(portion);
	sync_bodies_came(&sync, portion, peer, now_ms);
}

static void right(uint16_t peer, uint64_t from)
{
	struct sync_portion *portion = sync_checking_portion(&sync, peer, from);
	struct check_job *job = memory_new(sizeof *job);

	ck_assert_ptr_nonnull(portion);
	ck_assert_ptr_nonnull(job);
	sync_bodies_here(&sync, portion, job);
}

static void give(uint16_t peer, uint64_t from, uint64_t now_ms)
{
	came(peer, from, now_ms);
	right(peer, from);
}

static bool take(uint64_t from)
{
	struct sync_portion portion;

	if (!sync_take(&sync, &portion))
		return false;
	ck_assert_uint_eq(portion.first, from);
	check_job_free(portion.job);
	return true;
}

static void applied(uint64_t height)
{
	struct hash block = sync_hash_at(height);

	sync_applied(&sync, height, &block, false);
}

static void has(uint16_t peer, uint64_t height)
{
	sync_peer_has(&sync, peer, false, 0, height);
}

/* Headers of 100 blocks are here, and 1 alone was asked for the first two portions. */
static void begin_with_one(uint64_t now_ms)
{
	has(1, START + 100);
	next(now_ms);
	give_headers(100, now_ms);
	next(now_ms);
	ck_assert_uint_eq(asked(1, false), SYNC_PEER_PORTIONS_MAX);
}

/* -- What is asked for --------------------------------------------------------------------- */

START_TEST(headers_come_first_then_bodies_in_portions)
{
	has(1, 1000);
	next(0);
	ck_assert_uint_eq(count, 1);
	ck_assert_uint_eq(questions[0].from, START + 1);
	ck_assert_uint_eq(questions[0].count, 0);
	give_headers(100, 5);
	next(5);
	ck_assert_uint_eq(asked(1, true), 1);
	ck_assert_uint_eq(asked(1, false), SYNC_PEER_PORTIONS_MAX);
	ck_assert_uint_eq(questions[1].from, START + 1);
	ck_assert_uint_eq(questions[1].count, PORTION_BLOCKS_MAX);
	give(1, START + 33, 6);
	ck_assert(!take(START + 1)); /* it is missing */
	give(1, START + 1, 7);
	ck_assert(take(START + 1));
	ck_assert(take(START + 33));
	ck_assert(!take(0));
	next(8);
	ck_assert_uint_eq(asked(1, false), 2);
	ck_assert_uint_eq(questions[1].from, START + 97);
	ck_assert_uint_eq(questions[1].count, 4); /* up to the certificate */
}
END_TEST

/* Small ones by their number, large ones by their bytes; one is asked for whatever its size. */
START_TEST(a_portion_is_so_many_blocks_or_so_many_bytes)
{
	for (size_t i = START; i < BLOCKS; i++)
		sizes[i] = i < START + 2 ? 1 << 20 : PORTION_BYTES_MAX / 4;
	has(1, 1000);
	next(0);
	give_headers(100, 1);
	next(1);
	ck_assert_uint_eq(sync.portions[0].count, 1);
	ck_assert_uint_eq(sync.portions[1].count, 1);
	ck_assert_uint_eq(sync.portions[2].count, 4);
	ck_assert_uint_eq(sync.portions[2].body_bytes, PORTION_BYTES_MAX);
}
END_TEST

/* Two small ones, or a large one alone. */
START_TEST(of_one_peer_no_more_is_asked_for_than_he_has_room_for)
{
	for (size_t i = START; i < BLOCKS; i++)
		sizes[i] = 1 << 20;
	has(1, 1000);
	next(0);
	give_headers(100, 1);
	next(1);
	ck_assert_uint_eq(asked(1, false), 1);
	has(2, 1000);
	next(2);
	ck_assert_uint_eq(asked(2, false), 1);
	give(1, START + 1, 3);
	next(3);
	ck_assert_uint_eq(asked(1, false), 1);
}
END_TEST

START_TEST(portions_are_shared_out_among_all_who_have_them)
{
	for (uint16_t peer = 1; peer <= 4; peer++)
		has(peer, 1000);
	next(0);
	give_headers(SYNC_HEADERS_MAX, 1);
	next(1);
	for (uint16_t peer = 1; peer <= 4; peer++)
		ck_assert_uint_eq(asked(peer, false), SYNC_PEER_PORTIONS_MAX);
	ck_assert_uint_eq(sync.portion_count, SYNC_HEADERS_MAX / PORTION_BLOCKS_MAX);
}
END_TEST

START_TEST(no_more_headers_or_portions_are_held_than_the_limits_say)
{
	has(1, 100000);
	for (size_t i = 0; i < SYNC_BATCHES_MAX; i++) {
		next(0);
		ck_assert_uint_eq(asked(1, true), 1);
		give_headers(SYNC_HEADERS_MAX, 0);
	}
	next(0);
	ck_assert_uint_eq(asked(1, true), 0);
	ck_assert_uint_eq(sync.portion_count, SYNC_PORTIONS_MAX);
	applied(START + SYNC_HEADERS_MAX);
	next(0);
	ck_assert_uint_eq(asked(1, true), 1);
	ck_assert_uint_eq(sync.portion_count, SYNC_PORTIONS_MAX);
}
END_TEST

START_TEST(who_is_one_or_two_blocks_ahead_is_not_asked_unless_they_are_overdue)
{
	has(1, START + SYNC_BEHIND_LEAST - 1);
	next(0);
	ck_assert_uint_eq(count, 0);
	ck_assert_uint_eq(sync.wake_ms, UINT64_MAX);
	count = sync_next(&sync, 10, 11, questions);
	ck_assert_uint_eq(count, 0);
	ck_assert_uint_eq(sync.wake_ms, 11);
	count = sync_next(&sync, 11, 11, questions);
	ck_assert_uint_eq(asked(1, true), 1);
}
END_TEST

START_TEST(who_is_in_a_later_epoch_and_one_block_ahead_is_asked)
{
	sync_peer_has(&sync, 1, false, 1, START + 1);
	next(0);
	ck_assert_uint_eq(asked(1, true), 1);
}
END_TEST

/* What follows is of another set, which the seal has to be executed for. */
START_TEST(headers_end_at_a_seal_until_the_next_epoch_has_begun)
{
	struct hash block = sync_hash_at(START + 20);
	struct sync_batch *batch;

	sync_peer_has(&sync, 1, false, 3, 1000);
	next(0);
	batch = sync_batch_make(START + 1, 20, sizes);
	batch->is_sealed = true;
	sync_headers_came(&sync, 1, batch);
	sync_headers_checked(&sync, 1, START + 1, true, 0);
	next(0);
	ck_assert_uint_eq(asked(1, true), 0);
	give(1, START + 1, 1);
	ck_assert(take(START + 1));
	sync_applied(&sync, START + 20, &block, true);
	next(1);
	ck_assert_uint_eq(count, 0);
	sync_begin(&sync, 1, START + 20, &block);
	next(2);
	ck_assert_uint_eq(asked(1, true), 1);
	ck_assert_uint_eq(questions[0].from, START + 21);
}
END_TEST

START_TEST(blocks_on_their_way_need_not_be_asked_for_by_hash)
{
	struct hash block = sync_hash_at(START + 50), strange = sync_hash_at(START + 101);

	ck_assert(!sync_brings(&sync, &block));
	begin_with_one(0);
	ck_assert(sync_brings(&sync, &block));
	ck_assert(!sync_brings(&sync, &strange));
	applied(START + 98);
	block = sync_hash_at(START + 100);
	ck_assert(!sync_brings(&sync, &block)); /* the last few may come sooner so */
}
END_TEST

/* -- Who does not deliver ------------------------------------------------------------------- */

/* It claims what nobody can have, and says nothing. */
START_TEST(who_is_silent_is_asked_after_the_others_and_has_longer_then)
{
	has(1, UINT64_MAX);
	next(5);
	has(2, 1000);
	next(5 + SYNC_HEADERS_MIN_MS - 1);
	ck_assert_uint_eq(count, 0);
	next(5 + SYNC_HEADERS_MIN_MS);
	ck_assert_uint_eq(asked(2, true), 1);
	next(5 + 3 * SYNC_HEADERS_MIN_MS - 1);
	ck_assert_uint_eq(count, 0);
	next(5 + 3 * SYNC_HEADERS_MIN_MS); /* twice as long; then he who failed longest ago */
	ck_assert_uint_eq(asked(1, true), 1);
	/* Whoever answers in the end. */
	sync_headers_came(&sync, 2, sync_batch_make(START + 1, 20, sizes));
	sync_headers_checked(&sync, 2, START + 1, true, 9000);
	ck_assert_uint_eq(sync.verified, START + 20);
	ck_assert_uint_eq(sync.headers_patience_ms, SYNC_HEADERS_MIN_MS);
}
END_TEST

/* At most a third of them lie, of all others any number may. */
START_TEST(validators_are_asked_for_headers_before_all_others)
{
	for (uint16_t peer = 1; peer <= 50; peer++)
		has(peer, UINT64_MAX);
	sync_peer_has(&sync, 51, true, 0, 1000);
	sync_peer_has(&sync, 52, true, 0, START);
	next(0);
	ck_assert_uint_eq(asked(51, true), 1);
	sync_headers_wrong(&sync, 51, 1);
	next(1);
	ck_assert_uint_eq(sync.headers, SYNC_HEADERS_ASKED);
	ck_assert_uint_lt(sync.headers_peer, 51);
}
END_TEST

START_TEST(who_failed_is_like_the_others_again_after_a_minute)
{
	has(1, 1000);
	next(5);
	next(5 + SYNC_HEADERS_MIN_MS);
	ck_assert_uint_gt(sync.peers[1].failed_ms, 0);
	sync_headers_missing(&sync, 1, 5 + SYNC_HEADERS_MIN_MS);
	has(2, 1000);
	for (uint64_t i = 0; i < 20; i++) {
		next(10000 + i * SYNC_BUSY_MS);
		ck_assert_uint_eq(sync.headers_peer, 2);
		sync_headers_missing(&sync, 2, 9000 + i * SYNC_BUSY_MS);
	}
	for (uint64_t i = 0; sync.headers_peer != 1; i++) {
		ck_assert_uint_lt(i, 100);
		if (sync.headers == SYNC_HEADERS_ASKED)
			sync_headers_missing(&sync, sync.headers_peer,
			                     100000 + i * 2 * SYNC_BUSY_MS);
		next(100000 + (i + 1) * 2 * SYNC_BUSY_MS);
	}
}
END_TEST

START_TEST(who_has_none_or_no_time_is_asked_again_a_second_later)
{
	begin_with_one(0);
	sync_bodies_missing(&sync, sync_missing_portion(&sync, START + 1), 1, 10);
	next(10);
	ck_assert_uint_eq(count, 0); /* nobody else has it */
	ck_assert_uint_le(sync.wake_ms, 10 + SYNC_BUSY_MS);
	has(2, START + 100);
	next(11);
	ck_assert_uint_eq(questions[0].peer, 2);
	ck_assert_uint_eq(questions[0].from, START + 1);
	sync_bodies_missing(&sync, sync_missing_portion(&sync, START + 1), 2, 12);
	next(10 + SYNC_BUSY_MS);
	ck_assert_uint_eq(questions[0].peer, 1);
}
END_TEST

START_TEST(headers_that_are_wrong_are_as_if_they_had_not_come)
{
	has(1, 1000);
	next(5);
	sync_headers_came(&sync, 1, sync_batch_make(START + 1, 20, sizes));
	sync_headers_checked(&sync, 1, START + 1, false, 6);
	ck_assert_uint_eq(sync.verified, START);
	has(2, 1000);
	next(7);
	ck_assert_uint_eq(asked(2, true), 1);
}
END_TEST

START_TEST(who_sends_wrong_bodies_is_asked_for_nothing_while_there_are_others)
{
	begin_with_one(0);
	came(1, START + 1, 5);
	has(2, 1000);
	has(3, 1000);
	sync_bodies_wrong(&sync, sync_checking_portion(&sync, 1, START + 1), 1, 6);
	next(6);
	ck_assert_uint_eq(asked(1, false), 0);
	ck_assert_uint_eq(asked(2, false) + asked(3, false), 4);
}
END_TEST

START_TEST(what_a_peer_took_with_him_is_asked_of_others)
{
	begin_with_one(0);
	sync_peer_left(&sync, 1);
	has(2, START + 100);
	next(2);
	ck_assert_uint_eq(asked(2, false), SYNC_PEER_PORTIONS_MAX);
	ck_assert_uint_eq(questions[0].from, START + 1);
}
END_TEST

START_TEST(the_lowest_missing_is_asked_of_another_when_it_is_late)
{
	begin_with_one(0);
	has(2, START + 100);
	next(1);
	ck_assert_uint_eq(asked(2, false), 2); /* the rest */
	give(2, START + 65, 100);
	give(2, START + 97, 100);
	next(SYNC_STALL_MIN_MS - 1);
	ck_assert_uint_eq(count, 0);
	next(SYNC_STALL_MIN_MS);
	ck_assert_uint_eq(count, 1);
	ck_assert_uint_eq(questions[0].peer, 2);
	ck_assert_uint_eq(questions[0].from, START + 1);
	/* He comes first in spite of the other's start: so the other one failed. */
	give(2, START + 1, SYNC_STALL_MIN_MS + 5);
	ck_assert_uint_gt(sync.peers[1].failed_ms, 0);
	ck_assert_uint_eq(sync.peers[1].in_flight, 0);
	next(SYNC_STALL_MIN_MS + 6);
	ck_assert_uint_eq(asked(2, false), 1);
	ck_assert_uint_eq(questions[0].from, START + 33);
	ck_assert_uint_eq(sync.stall_ms, SYNC_STALL_MIN_MS);
}
END_TEST

START_TEST(if_two_are_late_patience_doubles_and_halves_again_with_success)
{
	begin_with_one(0);
	has(2, START + 100);
	next(SYNC_STALL_MIN_MS);
	next(2 * SYNC_STALL_MIN_MS);
	ck_assert_uint_gt(sync.peers[1].failed_ms, 0);
	ck_assert_uint_eq(sync.stall_ms, 2 * SYNC_STALL_MIN_MS);
	give(2, START + 1, 5000);
	ck_assert_uint_eq(sync.stall_ms, SYNC_STALL_MIN_MS);
}
END_TEST

/* 2 has as much to do as he may, and says nothing; 1 has failed, but might answer. */
START_TEST(the_lowest_is_asked_of_who_failed_before_it_waits_for_who_is_busy)
{
	begin_with_one(0);
	has(2, START + 100);
	next(1);
	ck_assert_uint_eq(asked(2, false), SYNC_PEER_PORTIONS_MAX);
	next(2 * SYNC_STALL_MIN_MS - 1);
	ck_assert_uint_eq(count, 0);
	next(2 * SYNC_STALL_MIN_MS);
	ck_assert_uint_eq(asked(1, false), 1);
	ck_assert_uint_eq(questions[0].from, START + 1);
}
END_TEST

/* Though what he was asked for is not the lowest. */
START_TEST(who_says_nothing_at_all_has_failed)
{
	begin_with_one(0);
	has(2, START + 100);
	next(1);
	give(1, START + 1, 1000);
	give(1, START + 33, 3000);
	next(3500);
	ck_assert_uint_eq(sync.peers[2].failed_ms, 0);
	next(1 + 2 * SYNC_STALL_MIN_MS);
	ck_assert_uint_gt(sync.peers[2].failed_ms, 0);
	ck_assert_uint_eq(asked(1, false), 1);
	ck_assert_uint_eq(questions[0].from, START + 97);
}
END_TEST

/* His question, or his answer, got lost; or our own link is slow. */
START_TEST(who_is_late_and_the_only_one_is_asked_again)
{
	begin_with_one(0);
	next(SYNC_STALL_MIN_MS);
	ck_assert_uint_eq(count, 0);
	next(2 * SYNC_STALL_MIN_MS);
	ck_assert_uint_eq(asked(1, false), SYNC_PEER_PORTIONS_MAX);
	ck_assert_uint_eq(sync.stall_ms, 2 * SYNC_STALL_MIN_MS);
}
END_TEST

/* A slow link of ours must not make each answer come in vain. */
START_TEST(what_comes_late_is_taken_all_the_same)
{
	begin_with_one(0);
	has(2, START + 100);
	next(SYNC_STALL_MIN_MS);
	next(2 * SYNC_STALL_MIN_MS);
	ck_assert(sync_missing_portion(&sync, START + 1)->asked[0] != 1);
	give(1, START + 1, 4001);
	ck_assert(take(START + 1));
	ck_assert_ptr_null(sync_missing_portion(&sync, START + 1));
}
END_TEST

START_TEST(the_fastest_is_asked_for_most)
{
	size_t of_fast = 0, of_slow = 0;
	uint64_t now_ms = 0;

	has(1, BLOCKS);
	has(2, BLOCKS);
	for (size_t i = 0; i < 400 && sync.applied + 600 < BLOCKS; i++, now_ms += 10) {
		next(now_ms);
		of_fast += asked(1, false);
		of_slow += asked(2, false);
		if (sync.headers == SYNC_HEADERS_ASKED)
			give_headers(SYNC_HEADERS_MAX, now_ms);
		for (size_t j = 0; j < sync.portion_count; j++) {
			const struct sync_portion *portion = &sync.portions[j];
			uint64_t age_ms = now_ms - portion->asked_ms[0];

			if (portion->state == SYNC_ASKED &&
			    age_ms >= (portion->asked[0] == 1 ? 10U : 500U))
				give(portion->asked[0], portion->first, now_ms);
		}
		while (sync.portion_count > 0 && sync.portions[0].state == SYNC_HERE) {
			uint64_t last = sync.portions[0].first + sync.portions[0].count - 1;

			ck_assert(take(sync.portions[0].first));
			applied(last);
		}
	}
	ck_assert_uint_gt(sync.applied, 1000);
	ck_assert_uint_gt(of_fast, 5 * of_slow);
}
END_TEST

/* -- Blocks from elsewhere ------------------------------------------------------------------- */

START_TEST(blocks_from_elsewhere_end_their_questions)
{
	begin_with_one(0);
	applied(START + 40);
	ck_assert_uint_eq(sync.peers[1].in_flight, 1); /* the second has some that are missing */
	ck_assert_ptr_null(sync_missing_portion(&sync, START + 1));
	ck_assert_ptr_nonnull(sync_missing_portion(&sync, START + 33));
	has(1, 1000);
	applied(START + 500);
	ck_assert_uint_eq(sync.peers[1].in_flight, 0);
	ck_assert_uint_eq(sync.verified, START + 500);
	next(1);
	ck_assert_uint_eq(count, 1);
	ck_assert_uint_eq(questions[0].from, START + 501);
}
END_TEST

START_TEST(what_is_being_checked_when_it_is_overtaken_is_forgotten)
{
	has(1, 1000);
	next(0);
	sync_headers_came(&sync, 1, sync_batch_make(START + 1, 20, sizes));
	applied(START + 5);
	sync_headers_checked(&sync, 1, START + 1, true, 1);
	ck_assert_uint_eq(sync.verified, START + 5);
	next(1);
	give_headers(20, 1);
	next(1);
	came(1, START + 6, 2);
	applied(START + 25);
	ck_assert_ptr_null(sync_checking_portion(&sync, 1, START + 6));
}
END_TEST

START_TEST(after_a_pause_it_begins_anew_where_we_stand)
{
	struct hash here = sync_hash_at(START + 7);

	begin_with_one(0);
	sync_begin(&sync, 0, START + 7, &here);
	sync_pause(&sync, 100);
	ck_assert_uint_eq(sync.verified, START + 7);
	ck_assert(hash_equal(&sync.verified_hash, &here));
	next(100);
	ck_assert_uint_eq(count, 0);
	ck_assert_uint_eq(sync.wake_ms, 100 + SYNC_BUSY_MS);
	next(100 + SYNC_BUSY_MS);
	ck_assert_uint_eq(questions[0].from, START + 8);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("sync");
	TCase *tests = tcase_create("sync");

	tcase_add_checked_fixture(tests, setup, end);
	tcase_add_test(tests, headers_come_first_then_bodies_in_portions);
	tcase_add_test(tests, a_portion_is_so_many_blocks_or_so_many_bytes);
	tcase_add_test(tests, of_one_peer_no_more_is_asked_for_than_he_has_room_for);
	tcase_add_test(tests, portions_are_shared_out_among_all_who_have_them);
	tcase_add_test(tests, no_more_headers_or_portions_are_held_than_the_limits_say);
	tcase_add_test(tests, who_is_one_or_two_blocks_ahead_is_not_asked_unless_they_are_overdue);
	tcase_add_test(tests, who_is_in_a_later_epoch_and_one_block_ahead_is_asked);
	tcase_add_test(tests, headers_end_at_a_seal_until_the_next_epoch_has_begun);
	tcase_add_test(tests, blocks_on_their_way_need_not_be_asked_for_by_hash);
	tcase_add_test(tests, who_is_silent_is_asked_after_the_others_and_has_longer_then);
	tcase_add_test(tests, validators_are_asked_for_headers_before_all_others);
	tcase_add_test(tests, who_failed_is_like_the_others_again_after_a_minute);
	tcase_add_test(tests, who_has_none_or_no_time_is_asked_again_a_second_later);
	tcase_add_test(tests, headers_that_are_wrong_are_as_if_they_had_not_come);
	tcase_add_test(tests, who_sends_wrong_bodies_is_asked_for_nothing_while_there_are_others);
	tcase_add_test(tests, what_a_peer_took_with_him_is_asked_of_others);
	tcase_add_test(tests, the_lowest_missing_is_asked_of_another_when_it_is_late);
	tcase_add_test(tests, if_two_are_late_patience_doubles_and_halves_again_with_success);
	tcase_add_test(tests, the_lowest_is_asked_of_who_failed_before_it_waits_for_who_is_busy);
	tcase_add_test(tests, who_says_nothing_at_all_has_failed);
	tcase_add_test(tests, who_is_late_and_the_only_one_is_asked_again);
	tcase_add_test(tests, what_comes_late_is_taken_all_the_same);
	tcase_add_test(tests, the_fastest_is_asked_for_most);
	tcase_add_test(tests, blocks_from_elsewhere_end_their_questions);
	tcase_add_test(tests, what_is_being_checked_when_it_is_overtaken_is_forgotten);
	tcase_add_test(tests, after_a_pause_it_begins_anew_where_we_stand);
	suite_add_tcase(suite, tests);
	return suite;
}
