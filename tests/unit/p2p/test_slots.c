#include "node/p2p/slots.h"
#include "tests/support/support.h"

#define NOW_MS UINT64_C(100000000)

static struct slots slots;
static uint32_t next_peer;

static void setup(void)
{
	static const uint8_t key[SIPHASH_KEY_SIZE] = {4};

	slots_init(&slots, key);
	next_peer = 1;
}

static struct slot newcomer(enum slot_class class, uint8_t a, uint8_t b, uint8_t c,
                            uint8_t d)
{
	return (struct slot){
		.peer = next_peer++,
		.class = class,
		.address = {.kind = NET_IPV4, .bytes = {a, b, c, d}, .port = 5000},
		.since_ms = NOW_MS,
		.round_trip_ms = UINT64_MAX,
	};
}

static enum slot_answer ask(const struct slot *slot)
{
	uint32_t victim;

	return slots_ask(&slots, slot, &victim);
}

static struct slot *enter(struct slot slot)
{
	ck_assert_int_eq(ask(&slot), SLOT_GRANTED);
	slots_enter(&slots, &slot);
	return slots_find(&slots, slot.peer);
}

/* Inbound from groups of their own, up to `count`, one second apart. */
static void fill_inbound(uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		enter(newcomer(SLOT_INBOUND, 20, (uint8_t)i, 1, 1))->since_ms = NOW_MS + i * 1000;
}

static const struct {
	enum slot_class class;
	size_t max;
} CLASSES[] = {
	{SLOT_VALIDATOR, SLOTS_VALIDATORS_MAX},
	{SLOT_KEPT, SLOTS_KEPT_MAX},
	{SLOT_OUTBOUND, SLOTS_OUTBOUND_MAX},
	{SLOT_VISIT, SLOTS_VISITS_MAX},
};

START_TEST(each_class_has_places_of_its_own)
{
	fill_inbound(SLOTS_INBOUND_MAX);
	for (size_t i = 0; i < sizeof CLASSES / sizeof CLASSES[0]; i++) {
		struct slot one_more;

		for (size_t j = 0; j < CLASSES[i].max; j++)
			enter(newcomer(CLASSES[i].class, 30, 1, 1, 1));
		one_more = newcomer(CLASSES[i].class, 30, 1, 1, 1);
		ck_assert_int_eq(ask(&one_more), SLOT_FULL);
	}
	ck_assert_uint_eq(slots.count, SLOTS_MAX - SLOTS_OUTBOUND_EXTRA);
	slots.is_tip_stale = true;
	for (size_t i = 0; i < SLOTS_OUTBOUND_EXTRA; i++)
		enter(newcomer(SLOT_OUTBOUND, 30, 1, 1, 1));
	ck_assert_uint_eq(slots.count, SLOTS_MAX);
}
END_TEST

START_TEST(many_from_one_prefix_are_crowded)
{
	struct slot one;

	for (uint32_t i = 0; i < SLOTS_PER_IPV4_24_MAX; i++)
		enter(newcomer(SLOT_INBOUND, 20, 1, 1, (uint8_t)i));
	one = newcomer(SLOT_INBOUND, 20, 1, 1, 200);
	ck_assert_int_eq(ask(&one), SLOT_CROWDED);
	one = newcomer(SLOT_VALIDATOR, 20, 1, 1, 200);
	ck_assert_int_eq(ask(&one), SLOT_GRANTED);
	enter(newcomer(SLOT_INBOUND, 20, 1, 2, 200));
	slots_leave(&slots, 1);
	one = newcomer(SLOT_INBOUND, 20, 1, 1, 200);
	ck_assert_int_eq(ask(&one), SLOT_GRANTED);
}
END_TEST

static struct slot ipv6_newcomer(uint16_t subnet, uint8_t host)
{
	struct slot slot = newcomer(SLOT_INBOUND, 0, 0, 0, 0);

	slot.address =
		(struct net_address){.kind = NET_IPV6, .bytes = {0x26, 1, 2, 3, 4, 5}, .port = 1};
	put_be16(slot.address.bytes + 6, subnet);
	slot.address.bytes[15] = host;
	return slot;
}

START_TEST(ipv6_is_counted_by_64_and_by_48)
{
	struct slot one;

	for (uint8_t i = 0; i < SLOTS_PER_IPV6_64_MAX; i++)
		enter(ipv6_newcomer(1, i));
	one = ipv6_newcomer(1, 99);
	ck_assert_int_eq(ask(&one), SLOT_CROWDED);
	for (uint16_t i = 0; i < SLOTS_PER_IPV6_48_MAX - SLOTS_PER_IPV6_64_MAX; i++)
		enter(ipv6_newcomer((uint16_t)(2 + i), 1));
	one = ipv6_newcomer(999, 1);
	ck_assert_int_eq(ask(&one), SLOT_CROWDED);
}
END_TEST

START_TEST(onions_are_counted_together_and_this_machine_is_not_counted)
{
	struct slot one;

	for (int i = 0; i < SLOTS_ONION_MAX; i++) {
		one = newcomer(SLOT_INBOUND, 127, 0, 0, 1);
		one.way = SLOT_WAY_ONION;
		enter(one);
	}
	one.peer = next_peer++;
	ck_assert_int_eq(ask(&one), SLOT_CROWDED);
	for (int i = 0; i < 40; i++) {
		one = newcomer(SLOT_INBOUND, 127, 0, 0, 1);
		one.way = SLOT_WAY_LOCAL;
		enter(one);
	}
}
END_TEST

START_TEST(an_attacker_with_four_addresses_gets_few_places)
{
	size_t granted = 0;

	for (uint32_t i = 0; i < 10000; i++) {
		struct slot one = newcomer(SLOT_INBOUND, 20, 1, 1, (uint8_t)(i % 4));
		uint32_t victim;
		enum slot_answer answer = slots_ask(&slots, &one, &victim);

		if (answer != SLOT_GRANTED)
			continue;
		slots_enter(&slots, &one);
		granted++;
	}
	ck_assert_uint_eq(granted, SLOTS_PER_IPV4_24_MAX);
}
END_TEST

/* -- Displacing ----------------------------------------------------------------------------- */

static bool goes(const struct slot *who, uint32_t *victim)
{
	return slots_ask(&slots, who, victim) == SLOT_GRANTED_FOR_VICTIM;
}

START_TEST(the_youngest_of_the_largest_group_goes)
{
	struct slot one;
	uint32_t victim, youngest = 0;

	fill_inbound(SLOTS_INBOUND_MAX - 12);
	for (uint32_t i = 0; i < 12; i++) {
		struct slot *slot = enter(newcomer(SLOT_INBOUND, 99, 9, (uint8_t)i, 1));

		slot->since_ms = NOW_MS + 500000 + i;
		youngest = slot->peer;
	}
	one = newcomer(SLOT_INBOUND, 50, 1, 1, 1);
	ck_assert(goes(&one, &victim));
	ck_assert_uint_eq(victim, youngest);
	slots_leave(&slots, victim);
	slots_enter(&slots, &one);
	ck_assert_uint_eq(slots.counts[SLOT_INBOUND], SLOTS_INBOUND_MAX);
}
END_TEST

START_TEST(merits_protect)
{
	uint32_t best[3] = {0};

	fill_inbound(SLOTS_INBOUND_MAX);
	for (uint32_t i = 0; i < 3; i++) {
		/* the youngest, whom nothing else protects */
		struct slot *slot = &slots.items[SLOTS_INBOUND_MAX - 1 - i];

		best[i] = slot->peer;
		if (i == 0)
			slot->round_trip_ms = 1;
		else if (i == 1)
			slot->tx_ms = NOW_MS + 1;
		else
			slot->block_ms = NOW_MS + 1;
	}
	for (int i = 0; i < 60; i++) {
		struct slot one = newcomer(SLOT_INBOUND, 50, (uint8_t)i, 1, 1);
		uint32_t victim;

		one.since_ms = NOW_MS + 200000;
		ck_assert(goes(&one, &victim));
		for (int j = 0; j < 3; j++)
			ck_assert_uint_ne(victim, best[j]);
		slots_leave(&slots, victim);
		slots_enter(&slots, &one);
	}
}
END_TEST

START_TEST(the_discouraged_go_first_and_do_not_come_when_it_is_nearly_full)
{
	struct slot one, bad;
	uint32_t victim;

	fill_inbound(SLOTS_INBOUND_MAX * 9 / 10);
	bad = newcomer(SLOT_INBOUND, 77, 1, 1, 1);
	bad.is_discouraged = true;
	ck_assert_int_eq(ask(&bad), SLOT_GRANTED);
	bad.since_ms = NOW_MS + 85000;
	slots_enter(&slots, &bad);
	for (uint32_t i = 0; slots.count < SLOTS_INBOUND_MAX; i++)
		enter(newcomer(SLOT_INBOUND, 21, (uint8_t)i, 1, 1))->since_ms = NOW_MS + 200000;
	one = newcomer(SLOT_INBOUND, 50, 1, 1, 1);
	ck_assert(goes(&one, &victim));
	ck_assert_uint_eq(victim, bad.peer);
	bad.peer = next_peer++;
	ck_assert_int_eq(ask(&bad), SLOT_UNWELCOME);
}
END_TEST

/* By address they would be one large group, whose youngest always goes. */
START_TEST(of_those_without_addresses_the_oldest_are_kept)
{
	uint32_t oldest[8];

	for (uint32_t i = 0; i < SLOTS_ONION_MAX; i++) {
		struct slot one = newcomer(SLOT_INBOUND, 127, 0, 0, 1);

		one.way = SLOT_WAY_ONION;
		/* older than none of the others, so that age alone does not keep them */
		one.since_ms = NOW_MS + 900000 + i;
		enter(one);
		if (i < 8)
			oldest[i] = one.peer;
	}
	fill_inbound(SLOTS_INBOUND_MAX - SLOTS_ONION_MAX);
	for (uint32_t i = 0; i < 200; i++) {
		struct slot one = newcomer(SLOT_INBOUND, 50, (uint8_t)i, 1, 1);
		uint32_t victim;

		one.since_ms = NOW_MS + 950000 + i;
		ck_assert(goes(&one, &victim));
		slots_leave(&slots, victim);
		slots_enter(&slots, &one);
	}
	for (int i = 0; i < 8; i++)
		ck_assert_ptr_nonnull(slots_find(&slots, oldest[i]));
}
END_TEST

START_TEST(nobody_but_inbound_ones_is_displaced)
{
	struct slot one;
	uint32_t victim;

	slots.inbound_max = 20;
	for (int i = 0; i < 10; i++)
		enter(newcomer(SLOT_VALIDATOR, 30, 1, 1, 1))->since_ms = NOW_MS + 900000;
	for (int i = 0; i < 10; i++)
		enter(newcomer(SLOT_OUTBOUND, 30, 1, 1, 1))->since_ms = NOW_MS + 900000;
	fill_inbound(20);
	for (uint32_t i = 0; i < 500; i++) {
		one = newcomer(SLOT_INBOUND, 50, (uint8_t)i, 1, 1);
		if (!goes(&one, &victim))
			break;
		ck_assert_int_eq(slots_find(&slots, victim)->class, SLOT_INBOUND);
		slots_leave(&slots, victim);
		slots_enter(&slots, &one);
	}
}
END_TEST

START_TEST(where_all_are_protected_the_newcomer_is_refused)
{
	struct slot one = newcomer(SLOT_INBOUND, 50, 1, 1, 1);
	uint32_t victim;

	slots.inbound_max = 4;
	fill_inbound(4);
	ck_assert_int_eq(slots_ask(&slots, &one, &victim), SLOT_FULL);
}
END_TEST

/* Attackers hold every inbound place and do nothing, from addresses of all groups. */
START_TEST(idle_sessions_leave_eight_places_turning)
{
	uint32_t victim;
	int gone = 0;

	fill_inbound(SLOTS_INBOUND_MAX);
	slots.items[0].block_ms = NOW_MS + 900000; /* one that is of use */
	ck_assert(!slots_idle_victim(&slots, NOW_MS + SLOTS_IDLE_MS / 2, &victim));
	for (; slots_idle_victim(&slots, NOW_MS + 1000000, &victim); gone++) {
		struct slot one = newcomer(SLOT_INBOUND, 50, (uint8_t)gone, 1, 1);

		ck_assert_uint_ne(victim, 1);
		slots_leave(&slots, victim);
		one.since_ms = NOW_MS + 1000000;
		slots_enter(&slots, &one);
	}
	ck_assert_int_eq(gone, SLOTS_TURNING - 1);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("slots");
	TCase *tests = tcase_create("slots");

	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, each_class_has_places_of_its_own);
	tcase_add_test(tests, many_from_one_prefix_are_crowded);
	tcase_add_test(tests, ipv6_is_counted_by_64_and_by_48);
	tcase_add_test(tests, onions_are_counted_together_and_this_machine_is_not_counted);
	tcase_add_test(tests, an_attacker_with_four_addresses_gets_few_places);
	tcase_add_test(tests, the_youngest_of_the_largest_group_goes);
	tcase_add_test(tests, merits_protect);
	tcase_add_test(tests,
	               the_discouraged_go_first_and_do_not_come_when_it_is_nearly_full);
	tcase_add_test(tests, of_those_without_addresses_the_oldest_are_kept);
	tcase_add_test(tests, nobody_but_inbound_ones_is_displaced);
	tcase_add_test(tests, where_all_are_protected_the_newcomer_is_refused);
	tcase_add_test(tests, idle_sessions_leave_eight_places_turning);
	suite_add_tcase(suite, tests);
	return suite;
}
