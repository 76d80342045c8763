/* What peers make a node hold: who makes too much work is not read from, and who holds the most
 * goes when memory runs short. */
#include "tests/unit/net/net_scene.h"

#include <utlist.h>

static uint16_t first_open(const struct scene_node *node)
{
	uint16_t peer = 0;

	while (!node->is_open[peer])
		peer++;
	return peer;
}

static void turn(void)
{
	for (int i = 0; i < 20; i++)
		uv_run(&loop, UV_RUN_NOWAIT);
}

static void send_vote(struct scene_node *node)
{
	uint8_t bytes[124] = {MESSAGE_VOTE};

	net_send(node->net, first_open(node), bytes_view(bytes, sizeof bytes));
}

static void send_bodies(struct scene_node *node, size_t size)
{
	uint8_t *bytes = calloc(1, size);

	bytes[0] = MESSAGE_BODIES;
	net_send(node->net, first_open(node), bytes_view(bytes, size));
	free(bytes);
}

/* Loops over: many small messages are being checked, or a large one. */
START_TEST(who_makes_too_much_work_is_not_read_until_half_of_it_is_done)
{
	size_t count = _i == 0 ? NET_CHECKS_MAX + 1 : 1;
	size_t size = _i == 0 ? 1 : NET_CHECKING_MAX + 1;
	struct net_work work[NET_CHECKS_MAX + 1];
	struct net *net;

	meet();
	net = nodes[0].net;
	for (size_t i = 0; i < count; i++)
		net_begin_work(net, &work[i], first_open(&nodes[0]), USAGE_CHECKING, size);
	ck_assert_uint_eq(net->usage.purposes[USAGE_CHECKING], count * size);
	send_vote(&nodes[1]);
	send_vote(&nodes[0]); /* it is heard itself */
	RUN_UNTIL(nodes[1].messages == 1);
	turn();
	ck_assert_uint_eq(nodes[0].messages, 0);
	for (size_t i = 0; i < count; i++) {
		if (_i == 0 && i == NET_CHECKS_MAX / 2) {
			turn();
			ck_assert_uint_eq(nodes[0].messages, 0);
		}
		net_end_work(net, &work[i]);
	}
	RUN_UNTIL(nodes[0].messages == 1);
	ck_assert_uint_eq(net->usage.purposes[USAGE_CHECKING], 0);
}
END_TEST

START_TEST(work_for_who_has_gone_is_counted_until_it_is_done)
{
	struct net_work work, later;
	struct net *net;

	meet();
	net = nodes[0].net;
	net_begin_work(net, &work, first_open(&nodes[0]), USAGE_TXS, 1000);
	end(&nodes[1]);
	RUN_UNTIL(!net->peers); /* closing, it is asserted that it holds nothing */
	ck_assert_uint_eq(net->usage.bytes, 1000);
	ck_assert_uint_eq(net->left.bytes, 1000);
	/* Whoever has his number by now has nothing to do with it. */
	net->next_number = work.peer;
	begin(&nodes[1], "", 1);
	RUN_UNTIL(open_count(&nodes[0]) == 1);
	ck_assert_uint_eq(first_open(&nodes[0]), work.peer);
	net_begin_work(net, &later, work.peer, USAGE_TXS, 10);
	net_end_work(net, &work);
	ck_assert_uint_eq(net->left.bytes, 0);
	ck_assert_uint_eq(net->usage.purposes[USAGE_TXS], 10);
	net_end_work(net, &later);
	ck_assert_uint_eq(net->usage.purposes[USAGE_TXS], 0);
}
END_TEST

START_TEST(a_follower_may_make_less_work_than_a_validator)
{
	struct net_work work;
	struct net *net;
	uint16_t peer;

	meet();
	net = nodes[0].net;
	peer = first_open(&nodes[0]); /* a validator, as the scene says */
	net_begin_work(net, &work, peer, USAGE_TXS, USAGE_FOLLOWER_MAX);
	ck_assert(net_has_room(net, peer, USAGE_TXS, 1));
	net_set_validator(net, peer, false);
	ck_assert(!net_has_room(net, peer, USAGE_TXS, 1));
	net_end_work(net, &work);
	ck_assert(net_has_room(net, peer, USAGE_TXS, 1));
	ck_assert(!net_has_room(net, peer, USAGE_TXS, 65 << 20)); /* more than all may */
}
END_TEST

static size_t largest_bytes(const struct net *net)
{
	size_t bytes = 0;
	const struct net_peer *peer;

	DL_FOREACH(net->peers, peer)
		if (peer->session.usage.bytes > bytes)
			bytes = peer->session.usage.bytes;
	return bytes;
}

/* Node 1 does not read what it is sent; node 2 is sent nothing. */
START_TEST(when_memory_runs_short_who_holds_the_most_goes)
{
	struct net *net;
	struct net_work rest;

	nodes[0].lists_nobody = true;
	begin(&nodes[0], "127.0.0.1:0", 1);
	net = nodes[0].net;
	know(&nodes[1], &nodes[0]);
	begin(&nodes[1], "", 1);
	RUN_UNTIL(open_count(&nodes[0]) == 1 && open_count(&nodes[1]) == 1);
	uv_read_stop((uv_stream_t *)&nodes[1].net->peers->tcp);
	nodes[1].net->peers->is_paused = true;
	know(&nodes[2], &nodes[0]);
	send_bodies(&nodes[0], BLOCK_BODY_MAX);
	begin(&nodes[2], "", 1);
	RUN_UNTIL(open_count(&nodes[0]) == 2 && open_count(&nodes[2]) == 1);
	ck_assert_uint_eq(largest_bytes(net), BLOCK_BODY_MAX);
	net_begin_work(net, &rest, NET_NOBODY, USAGE_TXS, net->usage.bytes_max / 100 * 85);
	RUN_UNTIL(nodes[0].closed == 1);
	ck_assert_uint_eq(net->gone.shed, 1);
	ck_assert_uint_lt(largest_bytes(net), 1000);
	/* He who holds nothing stays, whoever else does. */
	turn();
	ck_assert_uint_eq(open_count(&nodes[2]), 1);
	net_end_work(net, &rest);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("net_memory");
	TCase *cases = tcase_create("net_memory");

	tcase_add_checked_fixture(cases, start, stop);
	tcase_set_timeout(cases, 60);
	tcase_add_loop_test(cases, who_makes_too_much_work_is_not_read_until_half_of_it_is_done, 0,
	                    2);
	tcase_add_test(cases, work_for_who_has_gone_is_counted_until_it_is_done);
	tcase_add_test(cases, a_follower_may_make_less_work_than_a_validator);
	tcase_add_test(cases, when_memory_runs_short_who_holds_the_most_goes);
	suite_add_tcase(suite, cases);
	return suite;
}
