/* Catching up: who is asked for what, and what becomes of who does not deliver. */
#include "node/p2p/sync.h"
#include "tests/support/support.h"

static struct sync sync;
static struct lots lots;
static struct sync_effect effects[SYNC_EFFECTS_MAX];
static size_t count;

static void setup(void)
{
	static const uint8_t seed[SIPHASH_KEY_SIZE] = {1};

	lots_init(&lots, seed);
	sync_init(&sync, 10);
}

static struct hash hash_at(uint64_t height)
{
	struct hash hash = {{0xb1}};

	put_le64(hash.bytes + 8, height);
	return hash;
}

static void has(uint32_t peer, uint64_t low, uint64_t high)
{
	ck_assert_int_eq(sync_peer_has(&sync, peer, low, high, false), SYNC_CLAIM_GOOD);
}

static void next(uint64_t now_ms)
{
	count = sync_next(&sync, &lots, now_ms, effects);
}

static size_t effects_of(enum sync_effect_kind kind, uint32_t peer)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		found += effects[i].kind == kind && effects[i].peer == peer;
	return found;
}

/* Whoever was asked for headers delivers so many, of this body size. */
static void deliver_headers(size_t header_count, uint32_t body_size, uint64_t now_ms)
{
	struct sync_header headers[SYNC_HEADERS_MAX];
	uint64_t from = sync.headers_from;

	ck_assert(sync_headers_came(&sync, sync.headers_peer));
	for (size_t i = 0; i < header_count; i++)
		headers[i] = (struct sync_header){hash_at(from + i), body_size};
	sync_headers_checked(&sync, headers, header_count, now_ms);
}

static bool body(uint32_t peer, uint64_t height, uint64_t now_ms)
{
	struct hash hash = hash_at(height);
	uint64_t found;

	if (!sync_body_came(&sync, peer, &hash, 1000, now_ms, &found))
		return false;
	ck_assert_uint_eq(found, height);
	sync_body_checked(&sync, height, true);
	return true;
}

START_TEST(headers_come_first_then_bodies_of_the_window)
{
	has(1, 0, 1000);
	next(0);
	ck_assert_uint_eq(count, 1);
	ck_assert_int_eq(effects[0].kind, SYNC_ASK_HEADERS);
	ck_assert_uint_eq(effects[0].height, 11);
	ck_assert_uint_eq(effects[0].count, SYNC_HEADERS_MAX);
	deliver_headers(20, 1000, 5);
	next(5);
	ck_assert_uint_eq(effects_of(SYNC_ASK_HEADERS, 1), 1);
	ck_assert_uint_eq(effects_of(SYNC_ASK_BODY, 1), SYNC_PEER_BODIES_MAX);
	ck_assert_uint_eq(effects[1].height, 11);
	ck_assert(body(1, 12, 6));
	ck_assert_uint_eq(sync_ready(&sync), 0); /* 11 is missing */
	ck_assert(body(1, 11, 7));
	ck_assert_uint_eq(sync_ready(&sync), 11);
	sync_applied(&sync, 12);
	ck_assert_uint_eq(sync_ready(&sync), 0);
	next(8);
	ck_assert_uint_eq(effects_of(SYNC_ASK_BODY, 1), 2);
}
END_TEST

START_TEST(the_window_is_128_blocks_or_64_mebibytes)
{
	for (uint32_t peer = 1; peer <= 20; peer++)
		has(peer, 0, 1000);
	next(0);
	deliver_headers(256, 1000, 1);
	next(1);
	ck_assert_uint_eq(count, SYNC_WINDOW_BLOCKS + 1); /* and headers */
	sync_init(&sync, 10);
	for (uint32_t peer = 1; peer <= 20; peer++)
		has(peer, 0, 1000);
	next(0);
	deliver_headers(256, 4 << 20, 1);
	next(1);
	ck_assert_uint_eq(count, 16 + 1);
}
END_TEST

START_TEST(no_more_headers_than_fit_are_asked_for)
{
	has(1, 0, 100000);
	for (int i = 0; i < 4; i++) {
		next(0);
		deliver_headers(SYNC_HEADERS_MAX, 1000, 0);
	}
	next(0);
	ck_assert_uint_eq(effects_of(SYNC_ASK_HEADERS, 1), 0);
	ck_assert_uint_eq(sync.verified, 10 + SYNC_AHEAD_MAX);
}
END_TEST

START_TEST(claims_that_shrink_or_are_upside_down_are_breaches)
{
	ck_assert_int_eq(sync_peer_has(&sync, 1, 5, 4, false), SYNC_CLAIM_BREACH);
	has(1, 0, 2000);
	ck_assert_int_eq(sync_peer_has(&sync, 1, 0, 1000, false), SYNC_CLAIM_BREACH);
	ck_assert_int_eq(sync_peer_has(&sync, 1, 1, 2000, false), SYNC_CLAIM_BREACH);
	ck_assert_int_eq(sync_peer_has(&sync, 1, 1, 2000, true), SYNC_CLAIM_GOOD);
	has(1, 0, 2001);
	for (uint32_t peer = 2; peer <= SYNC_PEERS_MAX; peer++)
		has(peer, 0, 5);
	ck_assert_int_eq(sync_peer_has(&sync, 9999, 0, 5, false), SYNC_CLAIM_FULL);
}
END_TEST

START_TEST(a_peer_without_what_we_need_is_not_asked)
{
	has(1, 12, 1000); /* pruned above our height */
	has(2, 0, 10);    /* not ahead */
	next(0);
	ck_assert_uint_eq(count, 0);
	ck_assert(sync_is_done(&sync, 0));
}
END_TEST

/* It claims what nobody can have, and sends nothing, or headers that are wrong. */
START_TEST(a_claim_that_is_not_made_good_does_not_hold_us_up)
{
	has(1, 0, UINT64_MAX >> 1);
	next(0);
	ck_assert(!sync_is_done(&sync, 0));
	next(SYNC_HEADERS_TIMEOUT_MS - 1);
	ck_assert_uint_eq(count, 0);
	next(SYNC_HEADERS_TIMEOUT_MS);
	ck_assert_uint_eq(count, 0);
	ck_assert(sync_is_done(&sync, SYNC_HEADERS_TIMEOUT_MS));
	ck_assert(!sync_headers_came(&sync, 1)); /* too late */
	has(2, 0, 500);
	next(6000);
	ck_assert_uint_eq(effects_of(SYNC_ASK_HEADERS, 2), 1);
	deliver_headers(0, 0, 6000);
	next(6001);
	ck_assert_uint_eq(count, 0);
	next(SYNC_HEADERS_TIMEOUT_MS + SYNC_HEADERS_REST_MS); /* and after a while again */
	ck_assert_uint_eq(effects_of(SYNC_ASK_HEADERS, 1), 1);
}
END_TEST

START_TEST(a_body_is_taken_from_who_was_asked_alone)
{
	has(1, 0, 1000);
	next(0);
	has(2, 0, 5);
	deliver_headers(4, 1000, 1);
	ck_assert(!body(1, 11, 1)); /* not asked for yet */
	next(1);
	ck_assert(!body(2, 11, 2));
	ck_assert(!body(1, 999, 2));
	ck_assert(body(1, 11, 2));
	ck_assert(!body(1, 11, 2)); /* again */
}
END_TEST

START_TEST(who_sends_a_wrong_body_loses_his_role_and_others_are_asked)
{
	struct hash hash = hash_at(11);
	uint64_t height;

	has(1, 0, 1000);
	next(0);
	deliver_headers(4, 1000, 1);
	next(1);
	has(2, 0, 1000);
	ck_assert(sync_body_came(&sync, 1, &hash, 1000, 2, &height));
	sync_body_checked(&sync, height, false);
	next(3);
	ck_assert_uint_eq(effects_of(SYNC_ASK_BODY, 1), 0);
	ck_assert_uint_eq(effects_of(SYNC_ASK_BODY, 2), 4);
}
END_TEST

START_TEST(what_a_peer_took_with_him_is_asked_of_others)
{
	has(1, 0, 1000);
	next(0);
	deliver_headers(4, 1000, 1);
	next(1);
	sync_peer_left(&sync, 1);
	has(2, 0, 1000);
	next(2);
	ck_assert_uint_eq(effects_of(SYNC_ASK_BODY, 2), 4);
	ck_assert_uint_eq(effects_of(SYNC_ASK_HEADERS, 2), 1);
}
END_TEST

START_TEST(not_held_is_a_normal_answer)
{
	struct hash hash = hash_at(11);

	has(1, 0, 1000);
	next(0);
	deliver_headers(4, 1000, 1);
	next(1);
	sync_not_held(&sync, 1, &hash);
	next(2);
	ck_assert_uint_eq(count, 0); /* nobody else has it */
	has(2, 0, 1000);
	next(3);
	ck_assert_uint_eq(effects_of(SYNC_ASK_BODY, 2), 1);
	sync_headers_not_held(&sync, 1, 3);
	next(4);
	ck_assert_uint_eq(effects_of(SYNC_ASK_HEADERS, 2), 1);
}
END_TEST

/* -- Stalls and rates ------------------------------------------------------------------------ */

/* 1 withholds block 11 and sends the rest; 2 is there too. */
static void stall(uint64_t now_ms)
{
	has(1, 0, 1000);
	next(now_ms);
	deliver_headers(10, 1000, now_ms);
	next(now_ms);
	has(2, 0, 1000);
	for (uint64_t height = 12; height <= 20; height++)
		ck_assert(body(1, height, now_ms + 10));
}

START_TEST(the_lowest_missing_is_asked_of_another_when_others_came)
{
	stall(1000);
	next(1000 + SYNC_STALL_MIN_MS - 1);
	ck_assert_uint_eq(effects_of(SYNC_ASK_BODY, 2), 0);
	next(1000 + SYNC_STALL_MIN_MS);
	ck_assert_uint_eq(effects_of(SYNC_ASK_BODY, 2), 1);
	ck_assert(body(2, 11, 3100));
	ck_assert(!body(1, 11, 3101)); /* late, and ignored */
	ck_assert_uint_eq(sync.stall_ms, SYNC_STALL_MIN_MS);
}
END_TEST

START_TEST(who_still_fails_then_loses_his_role_and_patience_doubles)
{
	stall(1000);
	next(3000);
	next(5000);
	ck_assert_uint_eq(effects_of(SYNC_DROP, 1), 1);
	ck_assert_uint_eq(sync.stall_ms, 2 * SYNC_STALL_MIN_MS);
	ck_assert(body(2, 11, 5001));
	ck_assert_uint_eq(sync.stall_ms, SYNC_STALL_MIN_MS); /* and halves with success */
}
END_TEST

START_TEST(where_nothing_comes_at_all_nobody_is_blamed_for_the_lowest)
{
	has(1, 0, 1000);
	next(0);
	deliver_headers(10, 1000, 0);
	next(0);
	has(2, 0, 1000);
	next(4000);
	ck_assert_uint_eq(effects_of(SYNC_ASK_BODY, 2), 0);
	ck_assert_uint_eq(effects_of(SYNC_DROP, 1), 0);
}
END_TEST

START_TEST(who_is_too_slow_loses_his_role_but_not_the_last_one)
{
	has(1, 0, 1000);
	next(0);
	deliver_headers(10, 1000, 0);
	next(0);
	next(SYNC_RATE_AFTER_MS);
	ck_assert_uint_eq(effects_of(SYNC_DROP, 1), 0); /* it may well be us */
	has(2, 0, 1000);
	next(SYNC_RATE_AFTER_MS + 1);
	ck_assert_uint_eq(effects_of(SYNC_DROP, 1), 1);
	ck_assert_uint_eq(effects_of(SYNC_ASK_BODY, 2), 10);
}
END_TEST

START_TEST(a_fast_beginning_excuses_nobody_for_ever)
{
	uint64_t now_ms = 0, dropped_ms = 0;

	has(1, 0, 100000);
	has(2, 0, 11); /* somebody else is there */
	next(0);
	deliver_headers(SYNC_HEADERS_MAX, 1 << 20, 0);
	next(0);
	for (uint64_t height = 11; height < 11 + 40; height++) { /* 40 MiB in no time */
		struct hash hash = hash_at(height);
		uint64_t found;
		uint32_t from = sync.blocks[height % SYNC_AHEAD_MAX].asked[0];

		ck_assert(sync_body_came(&sync, from, &hash, 1 << 20, ++now_ms, &found));
		sync_body_checked(&sync, height, true);
		sync_applied(&sync, height);
		next(now_ms);
	}
	for (; dropped_ms == 0 && now_ms < 600000; now_ms += 500) { /* and then nothing */
		next(now_ms);
		if (effects_of(SYNC_DROP, 1))
			dropped_ms = now_ms;
	}
	ck_assert_uint_gt(dropped_ms, SYNC_RATE_AFTER_MS);
	ck_assert_uint_lt(dropped_ms, 300000);
}
END_TEST

START_TEST(blocks_from_elsewhere_end_their_questions)
{
	has(1, 0, 1000);
	next(0);
	deliver_headers(10, 1000, 0);
	next(0); /* headers are on their way again */
	sync_applied(&sync, 15);
	ck_assert_uint_eq(sync.peers[0].in_flight, 5);
	ck_assert(!body(1, 12, 1));
	sync_applied(&sync, 25);
	ck_assert_uint_eq(sync.peers[0].in_flight, 0);
	ck_assert_uint_eq(sync.verified, 25);
	next(1);
	ck_assert_uint_eq(effects[0].height, 26);
}
END_TEST

START_TEST(headers_that_were_overtaken_are_used_from_where_we_are)
{
	struct sync_header headers[20];

	has(1, 0, 1000);
	next(0);
	ck_assert(sync_headers_came(&sync, 1));
	sync_applied(&sync, 15);
	for (uint64_t i = 0; i < 20; i++)
		headers[i] = (struct sync_header){hash_at(11 + i), 1000};
	sync_headers_checked(&sync, headers, 20, 1);
	ck_assert_uint_eq(sync.verified, 30);
	next(1);
	for (size_t i = 0; i < count; i++)
		if (effects[i].kind == SYNC_ASK_BODY) {
			struct hash expected = hash_at(effects[i].height);

			ck_assert(hash_equal(&effects[i].hash, &expected));
		}
	ck_assert_uint_eq(effects_of(SYNC_ASK_BODY, 1), 15);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("sync");
	TCase *tests = tcase_create("sync");

	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, headers_come_first_then_bodies_of_the_window);
	tcase_add_test(tests, the_window_is_128_blocks_or_64_mebibytes);
	tcase_add_test(tests, no_more_headers_than_fit_are_asked_for);
	tcase_add_test(tests, claims_that_shrink_or_are_upside_down_are_breaches);
	tcase_add_test(tests, a_peer_without_what_we_need_is_not_asked);
	tcase_add_test(tests, a_claim_that_is_not_made_good_does_not_hold_us_up);
	tcase_add_test(tests, a_body_is_taken_from_who_was_asked_alone);
	tcase_add_test(tests, who_sends_a_wrong_body_loses_his_role_and_others_are_asked);
	tcase_add_test(tests, what_a_peer_took_with_him_is_asked_of_others);
	tcase_add_test(tests, not_held_is_a_normal_answer);
	tcase_add_test(tests, the_lowest_missing_is_asked_of_another_when_others_came);
	tcase_add_test(tests, who_still_fails_then_loses_his_role_and_patience_doubles);
	tcase_add_test(tests, where_nothing_comes_at_all_nobody_is_blamed_for_the_lowest);
	tcase_add_test(tests, who_is_too_slow_loses_his_role_but_not_the_last_one);
	tcase_add_test(tests, a_fast_beginning_excuses_nobody_for_ever);
	tcase_add_test(tests, blocks_from_elsewhere_end_their_questions);
	tcase_add_test(tests, headers_that_were_overtaken_are_used_from_where_we_are);
	suite_add_tcase(suite, tests);
	return suite;
}
