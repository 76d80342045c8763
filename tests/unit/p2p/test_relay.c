/* One rule of the relay after the other, over lines that lose nothing. */
#include "tests/unit/p2p/relay_fixture.h"

static void setup(void)
{
	mesh_start(7);
}

/* Sent by who is no node of the mesh: by hand. */
static void say(uint16_t to, uint16_t from, enum message_type type, const struct buffer *bytes)
{
	relay_on_message(mesh[to].relay, from, type, buffer_view(bytes), mesh_now_ms);
}

static void announce(uint16_t to, uint16_t from, size_t number)
{
	struct inv_entry entry = {mesh_id(number), (uint32_t)mesh_tx(number).size};
	struct buffer bytes;

	buffer_init(&bytes, INV_SIZE_MAX);
	inv_put(&bytes, &entry, 1);
	say(to, from, TYPE_INV, &bytes);
	buffer_close(&bytes);
}

static void ask_for(uint16_t to, uint16_t from, const struct hash *ids, size_t count)
{
	struct buffer bytes;

	buffer_init(&bytes, REQ_TX_SIZE_MAX);
	tx_ids_put(&bytes, ids, count);
	say(to, from, TYPE_REQ_TX, &bytes);
	buffer_close(&bytes);
}

static void give(uint16_t to, uint16_t from, size_t number)
{
	relay_on_message(mesh[to].relay, from, TYPE_TX, mesh_tx(number), mesh_now_ms);
}

START_TEST(it_goes_down_a_line_of_nodes)
{
	for (uint16_t i = 0; i + 1 < MESH_NODES; i++)
		mesh_connect(i, (uint16_t)(i + 1));
	for (size_t number = 0; number < 20; number++)
		mesh_admit(0, number, RELAY_OWN);
	mesh_run(20000);
	ck_assert_uint_eq(mesh_lacking(20), 0);
	for (size_t i = 1; i < MESH_NODES; i++)
		for (size_t number = 0; number < 20; number++)
			ck_assert_uint_eq(mesh[i].taken[number], 1);
}
END_TEST

START_TEST(each_node_is_sent_it_once_however_many_announce_it)
{
	for (uint16_t i = 0; i < MESH_NODES; i++)
		for (uint16_t other = 0; other < i; other++)
			mesh_connect(i, other);
	mesh_admit(3, 0, RELAY_OWN);
	mesh_run(10000);
	ck_assert_uint_eq(mesh_lacking(1), 0);
	ck_assert_uint_eq(mesh_messages[TYPE_TX], MESH_NODES - 1);
	ck_assert_uint_eq(mesh[3].relay->counters.pushed, RELAY_PUSH_MAX);
	/* Between two nodes the name goes once each way at most. */
	ck_assert_uint_le(mesh_messages[TYPE_INV], MESH_NODES * (MESH_NODES - 1));
}
END_TEST

START_TEST(with_a_validator_near_nothing_is_pushed_and_it_hears_no_name)
{
	mesh_connect(0, 1);
	mesh_connect(0, 2);
	relay_set_validator(mesh[0].relay, 1, true);
	mesh_admit(0, 0, RELAY_OWN);
	mesh_run(5000);
	ck_assert_uint_eq(mesh[0].relay->counters.pushed, 0);
	ck_assert(!mesh[1].has[0]); /* drive sends it, and there is none here */
	ck_assert(mesh[2].has[0]);
}
END_TEST

START_TEST(validators_tell_each_other_of_what_is_in_no_block_after_a_while)
{
	mesh_connect(0, 1);
	mesh_connect(2, 0);
	mesh_connect(2, 1);
	relay_set_validator(mesh[0].relay, 1, true);
	relay_set_voting(mesh[0].relay, true);
	relay_set_validator(mesh[1].relay, 0, true);
	relay_set_voting(mesh[1].relay, true);
	mesh_cut(2, 1);
	mesh_admit(0, 0, 2);
	mesh_admit(0, 1, 2);
	mesh_run(RELAY_HOLD_MS);
	ck_assert(!mesh[1].has[0] && !mesh[1].has[1]);
	mesh[0].is_placed[1] = true; /* into a block */
	mesh_run(1000);
	ck_assert(mesh[1].has[0]);
	ck_assert(!mesh[1].has[1]);
}
END_TEST

START_TEST(who_has_it_from_a_validator_tells_the_others_after_a_while)
{
	mesh_connect(0, 1);
	mesh_connect(0, 2);
	relay_set_validator(mesh[0].relay, 1, true);
	relay_set_validator(mesh[0].relay, 2, true);
	mesh_admit(0, 0, 1);
	mesh_run(RELAY_HOLD_MS);
	ck_assert_uint_eq(mesh_sent[TYPE_INV], 0);
	mesh_run(1000);
	ck_assert(mesh[2].has[0]);
	ck_assert(!mesh[1].has[0]); /* it told us */
}
END_TEST

START_TEST(what_is_not_there_is_denied_and_what_is_above_the_order_too)
{
	struct hash ids[2];

	mesh_connect(0, 1);
	mesh_admit(1, 0, 0);
	ids[0] = mesh_id(0);
	ids[1] = mesh_id(1);
	ask_for(1, 0, ids, 2);
	ck_assert_uint_eq(mesh_sent[TYPE_TX], 1);
	ck_assert_uint_eq(mesh_sent[TYPE_NOTFOUND], 1);
	ck_assert_uint_eq(mesh[1].relay->counters.served, 1);
	ck_assert_uint_eq(mesh[1].relay->counters.not_found, 1);
}
END_TEST

START_TEST(who_keeps_silent_is_not_waited_for_when_another_has_it)
{
	mesh_connect(0, 1);
	mesh_connect(0, 2);
	mesh_admit(2, 0, RELAY_OWN);
	mesh_cut(0, 2);
	mesh_connect(0, 2);
	announce(0, 1, 0); /* node 1 has nothing, and says nothing: its answers are lost */
	mesh_run(1);
	ck_assert_uint_eq(mesh_sent[TYPE_REQ_TX], 1);
	announce(0, 2, 0);
	mesh_run(TRACKER_TIMEOUT_MS / 2);
	ck_assert_uint_eq(mesh_messages[TYPE_NOTFOUND], 1);
	ck_assert(mesh[0].has[0]);
}
END_TEST

START_TEST(what_came_is_not_asked_for_again_until_a_block)
{
	mesh_connect(0, 1);
	mesh_connect(0, 2);
	mesh[0].refuses = true;
	give(0, 1, 0);
	mesh_run(10);
	announce(0, 2, 0);
	mesh_run(10);
	ck_assert_uint_eq(mesh_sent[TYPE_REQ_TX], 0);
	relay_on_block(mesh[0].relay);
	announce(0, 1, 0);
	mesh_run(10);
	ck_assert_uint_eq(mesh_sent[TYPE_REQ_TX], 1);
}
END_TEST

START_TEST(twenty_faults_silence_a_peer_for_ten_seconds_and_nobody_else)
{
	mesh_connect(0, 1);
	mesh_connect(0, 2);
	mesh[0].refuses = true;
	for (size_t number = 0; number < 20; number++)
		give(0, 1, number);
	mesh_run(10);
	ck_assert(!relay_is_paused(mesh[0].relay, 1, mesh_now_ms));
	give(0, 1, 20);
	mesh_run(10);
	ck_assert(relay_is_paused(mesh[0].relay, 1, mesh_now_ms));
	ck_assert(!relay_is_paused(mesh[0].relay, 2, mesh_now_ms));
	give(0, 1, 21);
	ck_assert_uint_eq(mesh[0].taken[21], 0);
	give(0, 2, 21);
	ck_assert_uint_eq(mesh[0].taken[21], 1);
	mesh_run(TX_PAUSE_MS);
	ck_assert(!relay_is_paused(mesh[0].relay, 1, mesh_now_ms));
}
END_TEST

START_TEST(a_verdict_on_a_peer_that_left_does_not_hit_its_successor)
{
	uint64_t serial;

	mesh_connect(0, 1);
	serial = relay_serial(mesh[0].relay, 1);
	mesh_cut(0, 1);
	mesh_connect(0, 1);
	for (size_t i = 0; i < 40; i++)
		relay_judged(mesh[0].relay, 1, serial, RELAY_FAULTY, mesh_now_ms);
	ck_assert(!relay_is_paused(mesh[0].relay, 1, mesh_now_ms));
}
END_TEST

/* Nobody can know what is in our state: 10,000 good signatures for nothing are no fault. */
START_TEST(what_state_or_policy_refuses_costs_its_sender_nothing)
{
	mesh_connect(0, 1);
	for (size_t i = 0; i < 10000; i++)
		relay_judged(mesh[0].relay, 1, relay_serial(mesh[0].relay, 1), RELAY_REFUSED,
		             mesh_now_ms);
	ck_assert(!relay_is_paused(mesh[0].relay, 1, mesh_now_ms));
	ck_assert_uint_eq(mesh_sent[TYPE_TXFILTER], 0);
}
END_TEST

START_TEST(a_full_pool_makes_the_others_wait_and_says_so_once_in_five_seconds)
{
	mesh_connect(0, 1);
	for (size_t i = 0; i < 10; i++)
		relay_judged(mesh[0].relay, 1, relay_serial(mesh[0].relay, 1), RELAY_FULL,
		             mesh_now_ms);
	ck_assert_uint_eq(mesh_sent[TYPE_TXFILTER], 1);
	mesh_run(100);
	mesh_admit(1, 0, 5);
	mesh_run(TXFILTER_INTERVAL_MS - 200);
	ck_assert_uint_eq(mesh_sent[TYPE_INV], 0);
	mesh_run(3000);
	ck_assert_uint_eq(mesh_sent[TYPE_INV], 1);
}
END_TEST

START_TEST(a_pushed_one_is_taken_within_the_rate_and_a_breach_beyond)
{
	static uint8_t bytes[8];
	size_t count = 0;

	mesh_connect(0, 1);
	mesh_admit(0, 0, RELAY_OWN); /* it is known: nothing is checked */
	while (mesh[0].blamed == 0 && count < 20000) {
		give(0, 1, 0);
		count++;
	}
	ck_assert_uint_eq(count, INV_RATE.burst + 1);
	relay_on_message(mesh[0].relay, 1, TYPE_TX, bytes_view(bytes, 0), mesh_now_ms);
	ck_assert_uint_eq(mesh[0].blamed, 2);
}
END_TEST

START_TEST(what_cannot_be_read_is_a_breach)
{
	static const enum message_type types[] = {TYPE_INV, TYPE_REQ_TX, TYPE_NOTFOUND,
	                                          TYPE_TXFILTER};
	static const uint8_t bytes[] = {1, 0, 7};

	mesh_connect(0, 1);
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		relay_on_message(mesh[0].relay, 1, types[i], bytes_view(bytes, sizeof bytes),
		                 mesh_now_ms);
		ck_assert_uint_eq(mesh[0].blamed, i + 1);
	}
}
END_TEST

/* The filter of any peer, the ring of what it is to be told, the names that it announced. */
START_TEST(what_is_held_for_a_peer_is_counted_and_nothing_of_it_is_left)
{
	enum { NAMES = 100, RING = 128 };
	struct usage_total total;
	struct usage usage;
	size_t ring = RING * sizeof(struct inv_entry);

	usage_total_init(&total, 512 << 20);
	usage_init(&usage, &total, USAGE_FOLLOWER_MAX);
	mesh_connect(0, 1);
	announce(0, 1, MESH_TXS - 1);
	relay_count(mesh[0].relay, 1, &usage);
	ck_assert_uint_eq(usage.purposes[USAGE_RELAY], USAGE_PEER_LEAST + TRACKER_ENTRY_BYTES);
	for (size_t number = 0; number < NAMES; number++)
		mesh_admit(0, number, 3);
	ck_assert_uint_eq(usage.bytes, USAGE_PEER_LEAST + TRACKER_ENTRY_BYTES + ring);
	for (size_t number = NAMES; number < NAMES + 50; number++)
		announce(0, 1, number);
	ck_assert_uint_eq(usage.bytes, USAGE_PEER_LEAST + 51 * TRACKER_ENTRY_BYTES + ring);
	ck_assert_uint_eq(total.bytes, usage.bytes);
	/* Some come, and what waited has been told. */
	give(0, 1, NAMES);
	mesh_run(3000);
	ck_assert_uint_lt(usage.bytes, USAGE_PEER_LEAST + 51 * TRACKER_ENTRY_BYTES);
	relay_leave(mesh[0].relay, 1, mesh_now_ms);
	ck_assert_uint_eq(usage.bytes, 0);
	ck_assert_uint_eq(total.bytes, 0);
}
END_TEST

/* Loops over the requests of one life; whichever is refused, nothing is left and all goes on. */
START_TEST(without_memory_there_is_less_and_nothing_breaks)
{
	struct usage usage;

	usage_init(&usage, NULL, USAGE_FOLLOWER_MAX);
	memory_fail_at((unsigned long)_i + 1, 0);
	if (relay_join(mesh[0].relay, 1, true, mesh_now_ms)) {
		relay_count(mesh[0].relay, 1, &usage);
		announce(0, 1, 0);
		mesh_admit(0, 1, 3);
		mesh_admit(0, 2, RELAY_OWN);
		relay_step(mesh[0].relay, mesh_now_ms);
		ask_for(0, 1, &(struct hash){{9}}, 1);
		relay_judged(mesh[0].relay, 1, relay_serial(mesh[0].relay, 1), RELAY_FULL,
		             mesh_now_ms);
	}
	memory_fail_at(0, 0);
	relay_leave(mesh[0].relay, 1, mesh_now_ms);
	ck_assert_uint_eq(usage.bytes, 0);
	ck_assert(relay_join(mesh[0].relay, 1, true, mesh_now_ms));
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("relay");
	TCase *tests = tcase_create("relay");

	tcase_add_checked_fixture(tests, setup, mesh_stop);
	tcase_add_test(tests, it_goes_down_a_line_of_nodes);
	tcase_add_test(tests, each_node_is_sent_it_once_however_many_announce_it);
	tcase_add_test(tests, with_a_validator_near_nothing_is_pushed_and_it_hears_no_name);
	tcase_add_test(tests, validators_tell_each_other_of_what_is_in_no_block_after_a_while);
	tcase_add_test(tests, who_has_it_from_a_validator_tells_the_others_after_a_while);
	tcase_add_test(tests, what_is_not_there_is_denied_and_what_is_above_the_order_too);
	tcase_add_test(tests, who_keeps_silent_is_not_waited_for_when_another_has_it);
	tcase_add_test(tests, what_came_is_not_asked_for_again_until_a_block);
	tcase_add_test(tests, twenty_faults_silence_a_peer_for_ten_seconds_and_nobody_else);
	tcase_add_test(tests, a_verdict_on_a_peer_that_left_does_not_hit_its_successor);
	tcase_add_test(tests, what_state_or_policy_refuses_costs_its_sender_nothing);
	tcase_add_test(tests, a_full_pool_makes_the_others_wait_and_says_so_once_in_five_seconds);
	tcase_add_test(tests, a_pushed_one_is_taken_within_the_rate_and_a_breach_beyond);
	tcase_add_test(tests, what_cannot_be_read_is_a_breach);
	tcase_add_test(tests, what_is_held_for_a_peer_is_counted_and_nothing_of_it_is_left);
	tcase_add_loop_test(tests, without_memory_there_is_less_and_nothing_breaks, 0, 16);
	suite_add_tcase(suite, tests);
	return suite;
}
