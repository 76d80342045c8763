/* Whatever peers announce, send, withhold and deny, in whatever order: nobody is asked twice
 * at once, caps hold, and a transaction that somebody really has comes in the end. */
#include "tests/unit/p2p/tracker_fixture.h"

enum { PEERS = 8, TXS = 120, STEPS = 6000 };

static struct tracker_peer *peers[PEERS];
static uint32_t asked[PEERS]; /* requests that peer got in all */

static void join(struct random *random, size_t index)
{
	peers[index] = tracker_join(&tracker, random_below(random, 2) == 0,
	                            random_below(random, 4) == 0);
	ck_assert_ptr_nonnull(peers[index]);
}

/* Peer 0 always delivers what it is asked for; the others do as they like. */
static void take_and_answer(struct random *random, size_t index, uint64_t now_ms)
{
	struct hash ids[16];
	size_t count = tracker_take(&tracker, peers[index], ids, 16, 1 << 20);

	asked[index] += (uint32_t)count;
	for (size_t i = 0; i < count; i++) {
		uint32_t what = index == 0 ? 0 : random_below(random, 4);

		if (what == 0)
			ck_assert_int_eq(tracker_came(&tracker, peers[index], &ids[i], 100, now_ms),
			                 TRACKER_GOOD);
		else if (what == 1)
			ck_assert_int_eq(tracker_not_found(&tracker, peers[index], &ids[i], now_ms),
			                 TRACKER_GOOD);
	}
}

static void one_step(struct random *random, uint64_t now_ms)
{
	size_t index = random_below(random, PEERS);
	struct hash id = tx_numbered(random_below(random, TXS));

	switch (random_below(random, 16)) {
	case 0:
		tracker_came(&tracker, peers[index], &id, 100, now_ms);
		break;
	case 1:
		tracker_not_found(&tracker, peers[index], &id, now_ms);
		break;
	case 2:
		tracker_forget(&tracker, &id, now_ms);
		break;
	case 3:
		if (index > 0 && random_below(random, 20) == 0) {
			tracker_leave(&tracker, peers[index], now_ms);
			join(random, index);
		}
		break;
	case 4:
	case 5:
		take_and_answer(random, index, now_ms);
		break;
	default:
		tracker_announced(&tracker, peers[index], &id, 100, now_ms);
	}
}

START_TEST(any_order_of_events_keeps_the_rules)
{
	struct random random = random_from((uint64_t)_i);
	uint64_t now_ms = 1000;

	tracker_setup();
	memset(asked, 0, sizeof asked);
	for (size_t i = 0; i < PEERS; i++)
		join(&random, i);
	for (int step = 0; step < STEPS; step++) {
		now_ms += random_below(&random, _i % 2 == 0 ? 20 : 300);
		if (random_below(&random, 3) == 0) {
			tracker_step(&tracker, now_ms);
			ck_assert_uint_gt(tracker_wake_ms(&tracker), now_ms);
		}
		one_step(&random, now_ms);
		if (step % 20 == 0)
			tracker_check();
	}
	for (size_t i = 0; i < PEERS; i++)
		ck_assert_uint_gt(asked[i], 0);
	/* Peer 0 has them all. With the others silent from now on, all come from it. */
	for (uint32_t i = 0; i < TXS; i++) {
		struct hash id = tx_numbered(i);

		tracker_announced(&tracker, peers[0], &id, 100, now_ms);
	}
	for (int round = 0; round < 400; round++) {
		struct hash ids[16];

		tracker_step(&tracker, now_ms += 100);
		take_and_answer(&random, 0, now_ms);
		for (size_t i = 1; i < PEERS; i++)
			tracker_take(&tracker, peers[i], ids, 16, 1 << 20);
		tracker_check();
	}
	ck_assert_ptr_null(tracker.txs);
	ck_assert_uint_eq(tracker_wake_ms(&tracker), UINT64_MAX);
	tracker_teardown();
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("tracker_random");
	TCase *tests = tcase_create("tracker_random");

	tcase_add_loop_test(tests, any_order_of_events_keeps_the_rules, 0, 30);
	suite_add_tcase(suite, tests);
	return suite;
}
