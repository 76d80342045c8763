/* A session from its first byte to its last: who gets in, what is refused, and what time does. */
#include "node/p2p/session_inner.h"
#include "tests/support/session_pair.h"
#include "tests/support/support.h"

static struct session_pair *pair;

static void start(void)
{
	pair = malloc(sizeof *pair);
	pair_prepare(pair);
}

static void stop(void)
{
	pair_close(pair);
	free(pair);
}

static struct session *caller(void)
{
	return &pair->sides[CALLER].session;
}

static struct session *called(void)
{
	return &pair->sides[CALLED].session;
}

static void open_pair(void)
{
	pair_connect(pair);
	pair_run(pair);
	ck_assert(pair->sides[CALLER].is_open && pair->sides[CALLED].is_open);
}

/* A record of the caller's with these frames, sealed with its true key: what a peer can send
 * that is honest in nothing but its identity. */
static void inject(const char *hex)
{
	struct session_transport *transport = caller()->transport;
	struct bytes_view body = from_hex(hex);
	uint8_t record[RECORD_SIZE_MAX];

	ck_assert_int_eq(record_seal(&transport->send, pair->sealer, record, body), STATUS_OK);
	buffer_append(&pair->sides[CALLED].input, record, body.size + RECORD_OVERHEAD);
	pair_feed(pair, CALLED, SIZE_MAX);
}

START_TEST(two_nodes_meet_and_know_each_other)
{
	open_pair();
	ck_assert_mem_eq(called()->remote_id.bytes, pair->sides[CALLER].self.node_id.bytes,
	                 COMPRESSED_KEY_SIZE);
	ck_assert_uint_eq(called()->remote.version, P2P_VERSION);
	ck_assert_uint_eq(called()->remote.height, 7);
	ck_assert_str_eq(called()->remote.agent, "cairnd/test");
	ck_assert(!called()->remote.has_vote_key);
	ck_assert(called()->remote.takes_known && !caller()->remote.takes_known);
	ck_assert_ptr_null(called()->noise);
}
END_TEST

START_TEST(messages_of_all_lanes_arrive_both_ways)
{
	open_pair();
	ck_assert(pair_send(pair, CALLER, MESSAGE_BODIES, 1000000, 1));
	ck_assert(pair_send(pair, CALLER, MESSAGE_VOTE, 124, 2));
	ck_assert(pair_send(pair, CALLED, MESSAGE_PROPOSAL, 300000, 3));
	ck_assert(pair_send(pair, CALLED, MESSAGE_STATUS, 80, 4));
	pair_run(pair);
	ck_assert_uint_eq(pair->sides[CALLED].message_count, 2);
	ck_assert_uint_eq(pair->sides[CALLER].message_count, 2);
	/* The vote came first. */
	ck_assert_uint_eq(get_le16(pair->sides[CALLED].log.at), 0x0101);
	ck_assert_uint_eq(get_le16(pair->sides[CALLER].log.at), 0x0104);
}
END_TEST

START_TEST(who_does_not_know_the_key_gets_not_a_byte)
{
	uint8_t act[NOISE_ACT_1_SIZE];

	pair_connect(pair);
	ck_assert_uint_eq(session_take_output(caller(), act, pair->now_ms), sizeof act);
	act[20 + _i] ^= 1;
	buffer_append(&pair->sides[CALLED].input, act, sizeof act);
	pair_feed(pair, CALLED, SIZE_MAX);
	ck_assert(pair->sides[CALLED].is_ended);
	ck_assert_int_eq(called()->end, SESSION_END_HANDSHAKE);
	ck_assert_uint_eq(session_take_output(called(), pair->output, pair->now_ms), 0);
}
END_TEST

START_TEST(another_network_or_another_secret_is_a_wrong_act)
{
	struct session_self *self = &pair->sides[CALLED].self;

	if (_i == 0)
		self->genesis.bytes[31] ^= 1;
	else
		self->network_secret.bytes[0] = 1;
	pair_connect(pair);
	pair_run(pair);
	ck_assert(pair->sides[CALLED].is_ended);
	ck_assert_int_eq(called()->end, SESSION_END_HANDSHAKE);
	ck_assert_uint_eq(pair->sides[CALLER].input.size, 0);
}
END_TEST

START_TEST(no_more_than_the_act_is_read)
{
	pair_connect(pair);
	ck_assert_uint_eq(session_read_max(called()), NOISE_ACT_1_SIZE);
	pair_write(pair, CALLER);
	pair_feed(pair, CALLED, 20);
	ck_assert_uint_eq(session_read_max(called()), NOISE_ACT_1_SIZE - 20);
	pair_feed(pair, CALLED, SIZE_MAX);
	ck_assert_uint_eq(session_read_max(called()), NOISE_ACT_3_SIZE);
}
END_TEST

START_TEST(a_handshake_has_five_seconds_however_it_is_fed)
{
	pair_connect(pair);
	pair_write(pair, CALLER);
	for (int i = 0; i < 4; i++) {
		pair->now_ms += 1249;
		pair_feed(pair, CALLED, 1);
		ck_assert_int_eq(session_tick(called(), pair->now_ms), SESSION_NOTHING);
	}
	pair->now_ms += 4;
	ck_assert_int_eq(session_tick(called(), pair->now_ms), SESSION_ENDED);
	ck_assert_int_eq(called()->end, SESSION_END_TIMEOUT);
}
END_TEST

START_TEST(so_has_a_hello)
{
	pair_connect(pair);
	for (int i = 0; i < 3; i++) {
		pair_write(pair, i % 2);
		if (i < 2)
			pair_feed(pair, !(i % 2), SIZE_MAX);
	}
	pair_feed(pair, CALLED, NOISE_ACT_3_SIZE);
	ck_assert_int_eq(called()->state, SESSION_HELLO);
	ck_assert_int_eq(session_tick(called(), pair->now_ms + 4999), SESSION_NOTHING);
	ck_assert_int_eq(session_tick(called(), pair->now_ms + 5000), SESSION_ENDED);
	ck_assert_int_eq(called()->end, SESSION_END_TIMEOUT);
}
END_TEST

/* -- Vote keys -------------------------------------------------------------------------------------- */

static void bind(const struct node_id *node)
{
	struct secret_key secret = pair_secret(0x51);
	struct hash digest;
	struct key_pair keys;

	ck_assert_int_eq(key_pair_init(&keys, pair->signer, &secret), STATUS_OK);
	pair->has_binding = true;
	pair->binding = (struct binding){.vote_key = keys.public_key, .last_height = UINT64_MAX};
	digest = binding_digest(&pair->binding, &pair->sides[0].self.genesis, node);
	ck_assert_int_eq(key_pair_sign(&pair->binding.signature, pair->signer, &keys, &digest,
	                               &(struct hash){{0}}),
	                 STATUS_OK);
}

START_TEST(a_vote_key_that_signed_for_the_node_is_believed)
{
	bind(&pair->sides[CALLER].self.node_id);
	open_pair();
	ck_assert(called()->remote.has_vote_key);
	ck_assert_mem_eq(&called()->remote.vote_key, &pair->binding.vote_key, PUBLIC_KEY_SIZE);
	ck_assert(!caller()->remote.has_vote_key);
}
END_TEST

START_TEST(a_vote_key_that_signed_for_another_node_is_not)
{
	bind(&pair->sides[CALLED].self.node_id);
	pair_connect(pair);
	pair_run(pair);
	ck_assert(!pair->sides[CALLED].is_open);
	ck_assert_int_eq(called()->end, SESSION_END_VIOLATION);
	ck_assert_int_eq(caller()->end, SESSION_END_PEER);
	ck_assert_uint_eq(caller()->disconnect_code, DISCONNECT_VIOLATION);
}
END_TEST

/* -- What no honest peer sends --------------------------------------------------------------------------- */

START_TEST(what_no_honest_peer_sends_ends_the_session)
{
	static const char *const wrong[] = {
		"",                                 /* an empty record */
		"0003010000000000",                 /* a second hello, empty */
		"0003020004000000aabbccdd",         /* a ping of four bytes */
		"0003040000000000",                 /* a goodbye without a reason */
		"0103010104000000aabbccdd",         /* a vote whose first byte is not its kind */
		"0103010100000000",                 /* a vote without any */
		"0103230104000000aabbccdd",         /* of no type */
	};

	open_pair();
	inject(wrong[_i]);
	ck_assert_int_eq(called()->end, SESSION_END_VIOLATION);
	ck_assert_ptr_nonnull(called()->what);
	/* Nothing behind it counts. */
	inject("01030101020000000100");
	ck_assert_uint_eq(pair->sides[CALLED].message_count, 0);
	pair_run(pair);
	ck_assert_int_eq(called()->state, SESSION_CLOSED);
	ck_assert_uint_eq(caller()->disconnect_code, DISCONNECT_VIOLATION);
}
END_TEST

START_TEST(a_record_that_comes_twice_or_changed_or_not_at_all_ends_it)
{
	uint8_t record[2 * RECORD_OVERHEAD + 256];
	struct buffer *input;
	size_t size;

	open_pair();
	input = &pair->sides[CALLED].input;
	pair_send(pair, CALLER, MESSAGE_VOTE, 124, 1);
	pair_write(pair, CALLER);
	size = input->size - pair->sides[CALLED].input_taken;
	ck_assert_uint_le(size, sizeof record);
	memcpy(record, input->at + input->size - size, size);
	if (_i == 0) /* twice */
		buffer_append(input, record, size);
	else if (_i == 1) /* changed */
		input->at[input->size - 1] ^= 1;
	else { /* lost, and the next one comes */
		input->size -= size;
		pair_send(pair, CALLER, MESSAGE_VOTE, 124, 1);
		pair_write(pair, CALLER);
	}
	pair_feed(pair, CALLED, SIZE_MAX);
	ck_assert(pair->sides[CALLED].is_ended);
	ck_assert_int_eq(called()->end, SESSION_END_TAG);
	ck_assert_uint_eq(pair->sides[CALLED].message_count, _i == 0);
}
END_TEST

START_TEST(a_message_before_hello_ends_it)
{
	pair_connect(pair);
	for (int i = 0; i < 3; i++) {
		pair_write(pair, i % 2);
		if (i < 2)
			pair_feed(pair, !(i % 2), SIZE_MAX);
	}
	/* The caller's hello is on its way; its first record is another one. */
	pair->sides[CALLED].input.size = pair->sides[CALLED].input_taken + NOISE_ACT_3_SIZE;
	pair_feed(pair, CALLED, SIZE_MAX);
	ck_assert_int_eq(called()->state, SESSION_HELLO);
	caller()->transport->send.use_count = 0;
	inject("01030101020000000100");
	ck_assert_int_eq(called()->end, SESSION_END_VIOLATION);
}
END_TEST

/* -- Time --------------------------------------------------------------------------------------------------- */

START_TEST(silence_is_asked_and_an_answer_is_enough)
{
	open_pair();
	pair->now_ms += 20000;
	pair_run(pair); /* both ask */
	pair->now_ms += 30;
	pair_run(pair);
	ck_assert_int_eq(caller()->state, SESSION_ACTIVE);
	ck_assert_uint_gt(caller()->ponged_ms + called()->ponged_ms, 0);
	for (int i = 0; i < 100; i++) {
		pair->now_ms += 10000;
		pair_run(pair);
		pair_run(pair);
	}
	ck_assert_int_eq(caller()->state, SESSION_ACTIVE);
	ck_assert_int_eq(called()->state, SESSION_ACTIVE);
	ck_assert_uint_lt(caller()->round_trip_ms, 10001);
}
END_TEST

/* However much comes all the while. */
START_TEST(how_far_away_the_other_is_is_measured_soon_and_again)
{
	uint64_t until_ms;

	open_pair();
	ck_assert_uint_eq(caller()->round_trip_ms, UINT64_MAX);
	for (until_ms = pair->now_ms + 4000; pair->now_ms < until_ms; pair->now_ms += 100) {
		pair_send(pair, CALLER, MESSAGE_VOTE, 124, 1);
		pair_send(pair, CALLED, MESSAGE_VOTE, 124, 1);
		pair_run(pair);
	}
	pair_run(pair);
	ck_assert_uint_lt(caller()->round_trip_ms, 101);
	ck_assert_uint_lt(called()->round_trip_ms, 101);
	caller()->round_trip_ms = UINT64_MAX;
	for (until_ms = pair->now_ms + 121000; pair->now_ms < until_ms; pair->now_ms += 1000) {
		pair_send(pair, CALLER, MESSAGE_VOTE, 124, 1);
		pair_send(pair, CALLED, MESSAGE_VOTE, 124, 1);
		pair_run(pair);
	}
	ck_assert_uint_lt(caller()->round_trip_ms, 1001);
}
END_TEST

START_TEST(silence_that_is_not_broken_ends_it)
{
	open_pair();
	pair->now_ms += 20000;
	pair_write(pair, CALLER); /* asks at its tick, writes at the next */
	pair_write(pair, CALLER);
	ck_assert_uint_gt(caller()->pong_due_ms, 0);
	ck_assert_int_eq(session_tick(caller(), pair->now_ms + 19999), SESSION_NOTHING);
	ck_assert_int_eq(session_tick(caller(), pair->now_ms + 20000), SESSION_ENDED);
	ck_assert_int_eq(caller()->end, SESSION_END_TIMEOUT);
}
END_TEST

START_TEST(who_is_asked_whether_he_is_there_has_two_seconds)
{
	open_pair();
	session_probe(caller(), pair->now_ms);
	pair_run(pair);
	ck_assert_uint_eq(caller()->pong_due_ms, 0);
	session_probe(caller(), pair->now_ms + SESSION_PROBE_MS - 1);
	ck_assert_uint_eq(caller()->pong_due_ms, 0); /* who answered a moment ago is there */
	pair->now_ms += SESSION_PROBE_MS;
	session_probe(caller(), pair->now_ms);
	ck_assert_int_eq(session_tick(caller(), pair->now_ms + 1999), SESSION_NOTHING);
	ck_assert_int_eq(session_tick(caller(), pair->now_ms + 2000), SESSION_ENDED);
	ck_assert_int_eq(caller()->end, SESSION_END_TIMEOUT);
}
END_TEST

START_TEST(pongs_that_nobody_asked_for_are_counted)
{
	open_pair();
	for (int i = 0; i < 10; i++)
		inject("00030300080000000102030405060708");
	ck_assert_int_eq(called()->state, SESSION_ACTIVE);
	inject("00030300080000000102030405060708");
	ck_assert_int_eq(called()->end, SESSION_END_VIOLATION);
}
END_TEST

START_TEST(pings_that_come_too_fast_are_not_answered)
{
	open_pair();
	for (int i = 0; i < 50; i++)
		inject("00030200080000000102030405060708");
	ck_assert_uint_eq(session_waiting(called()), 8);
	pair->now_ms += 2000;
	inject("00030200080000000102030405060708");
	ck_assert_uint_eq(session_waiting(called()), 16);
}
END_TEST

START_TEST(who_floods_is_heard_at_the_rate_of_the_table)
{
	const struct type_rule *rule = type_rule_of(type_of_consensus(MESSAGE_GET_HEADERS));

	open_pair();
	for (uint32_t i = 0; i < rule->burst + 50; i++)
		inject("040307010900000007" "0102030405060708");
	ck_assert_uint_eq(pair->sides[CALLED].message_count, rule->burst);
	ck_assert_uint_eq(called()->flooded_count, 50);
	/* Others of its messages are none the worse. */
	inject("01030101020000000100");
	ck_assert_uint_eq(pair->sides[CALLED].message_count, rule->burst + 1);
	pair->now_ms += 1000;
	for (uint32_t i = 0; i < rule->burst; i++)
		inject("040307010900000007" "0102030405060708");
	ck_assert_uint_eq(pair->sides[CALLED].message_count, rule->burst + 1 + rule->rate);
	/* Time that goes back brings nothing. */
	pair->now_ms -= 500;
	inject("040307010900000007" "0102030405060708");
	ck_assert_uint_eq(pair->sides[CALLED].message_count, rule->burst + 1 + rule->rate);
	ck_assert_int_eq(called()->state, SESSION_ACTIVE);
}
END_TEST

START_TEST(goodbye_is_said_and_then_it_is_over)
{
	open_pair();
	pair_send(pair, CALLER, MESSAGE_BODIES, 100000, 1);
	session_disconnect(caller(), DISCONNECT_SHUTDOWN, SESSION_END_LOCAL, NULL,
	                   pair->now_ms);
	ck_assert(!pair_send(pair, CALLER, MESSAGE_VOTE, 124, 1));
	pair_run(pair);
	ck_assert(pair->sides[CALLER].is_ended && pair->sides[CALLED].is_ended);
	ck_assert_int_eq(called()->end, SESSION_END_PEER);
	ck_assert_uint_eq(called()->disconnect_code, DISCONNECT_SHUTDOWN);
	ck_assert_int_eq(caller()->end, SESSION_END_LOCAL);
}
END_TEST

START_TEST(memory_that_is_out_ends_a_session_and_nothing_else)
{
	for (unsigned long i = 1; i < 60; i++) {
		struct session_pair *other = malloc(sizeof *other);
		bool done;

		pair_prepare(other);
		pair_connect(other);
		pair_write(other, CALLER);
		pair_feed(other, CALLED, SIZE_MAX);
		memory_fail_at(0, 0);
		pair_write(other, CALLED);
		memory_fail_at(i, 1);
		{
			struct bytes_view in = buffer_view(&other->sides[CALLER].input);
			struct assembled message;
			enum session_event event =
				session_next(&other->sides[CALLER].session, &in, 1, &message);
			struct hello hello = pair_hello(other, CALLER);

			if (event == SESSION_KNOWN)
				session_admit(&other->sides[CALLER].session, &hello, 1);
		}
		memory_fail_at(0, 0);
		done = other->sides[CALLER].session.state == SESSION_HELLO;
		ck_assert(done || other->sides[CALLER].session.end == SESSION_END_FAILED);
		pair_close(other);
		free(other);
		if (done)
			return;
	}
	ck_abort_msg("it never went through");
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("peer_session");
	TCase *cases = tcase_create("peer_session");

	tcase_add_checked_fixture(cases, start, stop);
	tcase_add_test(cases, two_nodes_meet_and_know_each_other);
	tcase_add_test(cases, messages_of_all_lanes_arrive_both_ways);
	tcase_add_loop_test(cases, who_does_not_know_the_key_gets_not_a_byte, 0, 30);
	tcase_add_loop_test(cases, another_network_or_another_secret_is_a_wrong_act, 0, 2);
	tcase_add_test(cases, no_more_than_the_act_is_read);
	tcase_add_test(cases, a_handshake_has_five_seconds_however_it_is_fed);
	tcase_add_test(cases, so_has_a_hello);
	tcase_add_test(cases, a_vote_key_that_signed_for_the_node_is_believed);
	tcase_add_test(cases, a_vote_key_that_signed_for_another_node_is_not);
	tcase_add_loop_test(cases, what_no_honest_peer_sends_ends_the_session, 0, 7);
	tcase_add_loop_test(cases, a_record_that_comes_twice_or_changed_or_not_at_all_ends_it, 0,
	                    3);
	tcase_add_test(cases, a_message_before_hello_ends_it);
	tcase_add_test(cases, silence_is_asked_and_an_answer_is_enough);
	tcase_add_test(cases, how_far_away_the_other_is_is_measured_soon_and_again);
	tcase_add_test(cases, silence_that_is_not_broken_ends_it);
	tcase_add_test(cases, who_is_asked_whether_he_is_there_has_two_seconds);
	tcase_add_test(cases, pongs_that_nobody_asked_for_are_counted);
	tcase_add_test(cases, pings_that_come_too_fast_are_not_answered);
	tcase_add_test(cases, who_floods_is_heard_at_the_rate_of_the_table);
	tcase_add_test(cases, goodbye_is_said_and_then_it_is_over);
	tcase_add_test(cases, memory_that_is_out_ends_a_session_and_nothing_else);
	suite_add_tcase(suite, cases);
	return suite;
}
