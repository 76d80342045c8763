/* Who gets a place among the peers, and of whom is told that he broke the protocol. */
#include "tests/unit/net/net_scene.h"

static void say_garbage(struct scene_node *node)
{
	static const uint8_t garbage[] = {0xff, 0xff, 0xff};

	/* Of a size that its type does not have. */
	net_send_type(node->net, 0, TYPE_TXFILTER, bytes_view(garbage, sizeof garbage));
	net_send_type(node->net, 0, TYPE_HELLO, bytes_view(garbage, sizeof garbage));
}

/* A second hello. Loops over: the other is a stranger, or is listed. */
START_TEST(a_stranger_who_breaks_the_protocol_is_told_of_and_who_is_listed_is_not)
{
	nodes[0].lists_nobody = _i == 0;
	begin(&nodes[0], "127.0.0.1:0", 1);
	know(&nodes[1], &nodes[0]);
	begin(&nodes[1], "", 1);
	RUN_UNTIL(open_count(&nodes[0]) == 1 && open_count(&nodes[1]) == 1);
	say_garbage(&nodes[1]);
	RUN_UNTIL(nodes[0].closed == 1);
	ck_assert_uint_eq(nodes[0].violations, _i == 0);
}
END_TEST

START_TEST(who_is_avoided_gets_a_place_while_most_are_free)
{
	nodes[0].lists_nobody = true;
	nodes[0].avoids_all = true;
	begin(&nodes[0], "127.0.0.1:0", 1);
	know(&nodes[1], &nodes[0]);
	nodes[0].net->slots.inbound_max = 0;
	begin(&nodes[1], "", 1);
	RUN_UNTIL(nodes[1].net->dials[0].backoff.failures >= 1);
	ck_assert_uint_eq(nodes[0].opened, 0);
	nodes[0].net->slots.inbound_max = 1;
	RUN_UNTIL(nodes[0].opened == 1);
}
END_TEST

/* Three call, and there are places for `places` of them. */
static void begin_callers(size_t places, size_t callers)
{
	nodes[0].lists_nobody = true;
	begin(&nodes[0], "127.0.0.1:0", 1);
	nodes[0].net->slots.inbound_max = places;
	for (size_t i = 1; i <= callers; i++) {
		know(&nodes[i], &nodes[0]);
		begin(&nodes[i], "", 1);
		RUN_UNTIL(nodes[0].opened == i || i > places);
	}
}

START_TEST(where_all_who_are_there_are_worth_it_the_newcomer_is_told_that_it_is_full)
{
	begin_callers(2, 3);
	RUN_UNTIL(nodes[3].net->dials[0].backoff.failures >= 1);
	ck_assert_uint_eq(nodes[0].opened, 2);
	ck_assert_uint_eq(nodes[0].net->slots.counts[SLOT_INBOUND], 2);
	ck_assert_uint_ge(nodes[0].net->gone.refused, 1);
	/* Who is told so waits longer each time, far beyond the maximum for those who are missed. */
	ck_assert(nodes[3].net->dials[0].was_full);
	nodes[3].net->dials[0].backoff = (struct backoff){.failures = 9};
	RUN_UNTIL(nodes[3].net->dials[0].backoff.failures == 10);
	ck_assert_uint_gt(nodes[3].net->dials[0].backoff.not_before_ms,
	                  clock_monotonic_ms() + DIAL_BACKOFF_KEPT_MAX_MS);
	/* One goes, and there is room. */
	nodes[3].net->dials[0].backoff = (struct backoff){0};
	end(&nodes[1]);
	RUN_UNTIL(nodes[0].opened == 3);
	ck_assert_uint_eq(nodes[0].net->slots.counts[SLOT_INBOUND], 2);
}
END_TEST

START_TEST(who_gave_nothing_for_long_goes_when_another_wants_the_place)
{
	struct net *net;

	begin_callers(3, 2);
	net = nodes[0].net;
	for (size_t i = 0; i < net->slots.count; i++)
		net->slots.items[i].since_ms = clock_monotonic_ms() - SLOTS_IDLE_MS - 1;
	net->idle_check_ms = 0;
	places_tick(net, clock_monotonic_ms());
	ck_assert_uint_eq(net->slots.count, 2); /* there is room for others */
	net->slots.inbound_max = 2;
	net_credit(net, net->peers->number, NET_MERIT_TX);
	net->idle_check_ms = 0;
	places_tick(net, clock_monotonic_ms());
	ck_assert_uint_eq(net->slots.count, 1);
	ck_assert_uint_ne(net->peers->place, 0); /* he gave something */
	RUN_UNTIL(nodes[0].closed == 1);
	ck_assert_uint_eq(net->gone.idle, 1);
}
END_TEST

START_TEST(who_becomes_a_validator_leaves_a_place_to_others_and_back)
{
	struct net *net;

	begin_callers(1, 1);
	net = nodes[0].net;
	ck_assert_uint_eq(net->slots.counts[SLOT_INBOUND], 1);
	nodes[0].lists_nobody = false;
	net_check_admitted(net);
	ck_assert_uint_eq(net->slots.counts[SLOT_INBOUND], 0);
	ck_assert_uint_eq(net->slots.counts[SLOT_VALIDATOR], 1);
	nodes[0].lists_nobody = true;
	know(&nodes[2], &nodes[0]);
	begin(&nodes[2], "", 1);
	RUN_UNTIL(open_count(&nodes[0]) == 2);
	nodes[0].keeps = &nodes[2].id;
	net_check_admitted(net);
	ck_assert_uint_eq(net->slots.counts[SLOT_VALIDATOR], 0);
	ck_assert_uint_eq(net->slots.counts[SLOT_INBOUND], 1);
	ck_assert_uint_eq(net->slots.counts[SLOT_KEPT], 1);
	ck_assert_uint_eq(open_count(&nodes[0]), 2);
}
END_TEST

/* Whose session ended comes back a moment later, not at once, however often it tries. */
START_TEST(who_begins_a_session_again_at_once_waits)
{
	uint64_t first_ms;

	begin_callers(1, 1);
	first_ms = nodes[0].net->starts[0].at_ms;
	RUN_UNTIL(open_count(&nodes[1]) == 1);
	nodes[0].must_blame = true;
	net_send_type(nodes[1].net, 0, TYPE_TXFILTER, text_view("four"));
	RUN_UNTIL(nodes[0].closed == 1);
	nodes[0].must_blame = false;
	while (nodes[0].opened < 2) {
		nodes[1].net->dials[0].backoff = (struct backoff){0};
		RUN_UNTIL(nodes[1].net->dials[0].backoff.failures > 0 || nodes[0].opened == 2);
	}
	ck_assert_uint_ge(nodes[0].net->starts[1].at_ms, first_ms + NET_START_PAUSE_MS);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("places");
	TCase *cases = tcase_create("places");

	tcase_add_checked_fixture(cases, start, stop);
	tcase_add_loop_test(cases,
	                    a_stranger_who_breaks_the_protocol_is_told_of_and_who_is_listed_is_not,
	                    0, 2);
	tcase_add_test(cases, who_is_avoided_gets_a_place_while_most_are_free);
	tcase_add_test(cases,
	               where_all_who_are_there_are_worth_it_the_newcomer_is_told_that_it_is_full);
	tcase_add_test(cases, who_gave_nothing_for_long_goes_when_another_wants_the_place);
	tcase_add_test(cases, who_becomes_a_validator_leaves_a_place_to_others_and_back);
	tcase_add_test(cases, who_begins_a_session_again_at_once_waits);
	suite_add_tcase(suite, cases);
	return suite;
}
