/* Whom a person has banned. */
#include "node/p2p/bans.h"
#include "tests/support/support.h"

static struct bans bans;

static void setup(void)
{
	bans.count = 0;
}

static struct ban of_node(uint8_t number, uint64_t until_ms)
{
	struct ban ban = {.is_node = true, .until_ms = until_ms};

	ban.node.bytes[0] = 2;
	ban.node.bytes[32] = number;
	return ban;
}

static struct ban of_address(uint8_t number, uint64_t until_ms)
{
	return (struct ban){
		.address = {.kind = NET_IPV4, .bytes = {10, 0, 0, number}},
		.until_ms = until_ms,
	};
}

START_TEST(a_node_and_an_address_are_told_apart)
{
	struct ban node = of_node(1, BAN_FOR_GOOD), address = of_address(1, BAN_FOR_GOOD);
	struct net_address other = address.address;

	ck_assert(bans_add(&bans, &node));
	ck_assert(bans_has_node(&bans, &node.node, 5));
	ck_assert(!bans_has_address(&bans, &address.address, 5));
	ck_assert(bans_add(&bans, &address));
	other.port = 17470;
	ck_assert(bans_has_address(&bans, &other, 5));
	other.bytes[3]++;
	ck_assert(!bans_has_address(&bans, &other, 5));
	node = of_node(2, BAN_FOR_GOOD);
	ck_assert(!bans_has_node(&bans, &node.node, 5));
}
END_TEST

START_TEST(a_ban_ends_when_its_time_is_over)
{
	struct ban ban = of_node(1, 1000), lasting = of_node(2, BAN_FOR_GOOD);

	ck_assert(bans_add(&bans, &ban) && bans_add(&bans, &lasting));
	ck_assert(bans_has_node(&bans, &ban.node, 999));
	ck_assert(!bans_has_node(&bans, &ban.node, 1000));
	bans_expire(&bans, 999);
	ck_assert_uint_eq(bans.count, 2);
	bans_expire(&bans, UINT64_MAX);
	ck_assert_uint_eq(bans.count, 1);
	ck_assert(bans_has_node(&bans, &lasting.node, UINT64_MAX));
}
END_TEST

START_TEST(the_newest_word_against_somebody_is_what_holds)
{
	struct ban ban = of_address(1, BAN_FOR_GOOD), shorter = of_address(1, 1000);

	ck_assert(bans_add(&bans, &ban) && bans_add(&bans, &shorter));
	ck_assert_uint_eq(bans.count, 1);
	ck_assert(!bans_has_address(&bans, &ban.address, 1000));
}
END_TEST

START_TEST(what_is_taken_back_leaves_the_others_in_their_order)
{
	for (uint8_t i = 0; i < 5; i++) {
		struct ban ban = of_node(i, BAN_FOR_GOOD);

		ck_assert(bans_add(&bans, &ban));
	}
	ck_assert(bans_remove(&bans, &(struct ban){.is_node = true, .node = of_node(2, 0).node}));
	ck_assert(!bans_remove(&bans, &(struct ban){.is_node = true, .node = of_node(2, 0).node}));
	ck_assert_uint_eq(bans.count, 4);
	for (size_t i = 0; i < 4; i++)
		ck_assert_uint_eq(bans.items[i].node.bytes[32], i < 2 ? i : i + 1);
}
END_TEST

START_TEST(a_full_list_takes_no_more_but_changes)
{
	struct ban ban = of_node(0, BAN_FOR_GOOD);

	for (size_t i = 0; i < BANS_MAX; i++) {
		ban.node.bytes[31] = (uint8_t)(i >> 8);
		ban.node.bytes[32] = (uint8_t)i;
		ck_assert(bans_add(&bans, &ban));
	}
	ban.until_ms = 7;
	ck_assert(bans_add(&bans, &ban));
	ban.node.bytes[30] = 1;
	ck_assert(!bans_add(&bans, &ban));
	bans_expire(&bans, 7);
	ck_assert(bans_add(&bans, &ban));
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("bans");
	TCase *cases = tcase_create("bans");

	tcase_add_checked_fixture(cases, setup, NULL);
	tcase_add_test(cases, a_node_and_an_address_are_told_apart);
	tcase_add_test(cases, a_ban_ends_when_its_time_is_over);
	tcase_add_test(cases, the_newest_word_against_somebody_is_what_holds);
	tcase_add_test(cases, what_is_taken_back_leaves_the_others_in_their_order);
	tcase_add_test(cases, a_full_list_takes_no_more_but_changes);
	suite_add_tcase(suite, cases);
	return suite;
}
