/* Who gets a place among the peers, and of whom is told that he broke the protocol. */
#include "node/p2p/slots.h"
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

/* Loops over: avoided, or not. */
START_TEST(who_is_avoided_gets_a_place_while_most_are_free)
{
	nodes[0].lists_nobody = true;
	nodes[0].avoids_all = _i == 0;
	begin(&nodes[0], "127.0.0.1:0", 1);
	know(&nodes[1], &nodes[0]);
	nodes[0].net->open_count = NET_STRANGERS_MAX - 5;
	begin(&nodes[1], "", 1);
	if (_i == 0)
		RUN_UNTIL(nodes[1].net->dials[0].backoff.failures >= 1);
	else
		RUN_UNTIL(nodes[0].opened == 1);
	ck_assert_uint_eq(nodes[0].opened, _i == 0 ? 0 : 1);
	nodes[0].net->open_count -= NET_STRANGERS_MAX - 5;
	RUN_UNTIL(nodes[0].opened == 1);
}
END_TEST

static struct net_address ipv4(uint8_t third, uint8_t fourth)
{
	return (struct net_address){.kind = NET_IPV4, .bytes = {11, 1, third, fourth}, .port = 1};
}

static struct net_address ipv6(uint8_t site, uint8_t house, uint8_t last)
{
	struct net_address address = {.kind = NET_IPV6, .bytes = {0x2a, 0x01}, .port = 1};

	address.bytes[5] = site;
	address.bytes[7] = house;
	address.bytes[15] = last;
	return address;
}

START_TEST(one_party_holds_a_few_of_the_strangers_places)
{
	struct net_address others[20], own = {.kind = NET_IPV4, .bytes = {127, 0, 0, 1}, .port = 1};
	struct net_address near = ipv4(5, 200), far = ipv4(6, 200);
	struct net_address house = ipv6(1, 1, 200), site = ipv6(1, 77, 1), away = ipv6(2, 1, 1);

	for (uint8_t i = 0; i < 8; i++)
		others[i] = ipv4(5, i);
	ck_assert(!places_are_crowded(others, 7, &near));
	ck_assert(places_are_crowded(others, 8, &near));
	ck_assert(!places_are_crowded(others, 8, &far));
	for (uint8_t i = 0; i < 16; i++)
		others[i] = ipv6(1, i / 4 + 1, i);
	ck_assert(!places_are_crowded(others, 3, &house));
	ck_assert(places_are_crowded(others, 4, &house));
	ck_assert(!places_are_crowded(others, 15, &site));
	ck_assert(places_are_crowded(others, 16, &site));
	ck_assert(!places_are_crowded(others, 16, &away));
	for (size_t i = 0; i < 20; i++)
		others[i] = own;
	ck_assert(!places_are_crowded(others, 20, &own));
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
	tcase_add_loop_test(cases, who_is_avoided_gets_a_place_while_most_are_free, 0, 2);
	tcase_add_test(cases, one_party_holds_a_few_of_the_strangers_places);
	suite_add_tcase(suite, cases);
	return suite;
}
