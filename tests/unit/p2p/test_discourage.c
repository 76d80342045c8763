#include "node/p2p/discourage.h"
#include "tests/support/support.h"

#include <malloc.h>

#define NOW_MS UINT64_C(5000)

static struct discourage list;

static void setup(void)
{
	static const uint8_t key[SIPHASH_KEY_SIZE] = {6};

	discourage_init(&list, key);
}

static void teardown(void)
{
	discourage_close(&list);
}

static struct node_id numbered(uint32_t number)
{
	struct node_id id = {{3}};

	put_be32(id.bytes + 1, number);
	return id;
}

static void mark(uint32_t number, enum slot_class class, enum slot_way way, bool is_kept,
                 uint64_t now_ms)
{
	struct node_id id = numbered(number);
	struct slot slot = {.class = class,
	                    .way = way,
	                    .address = {.kind = NET_IPV4, .bytes = {20, 1, 1, 1}, .port = 1}};

	discourage_peer(&list, &id, &slot, is_kept, now_ms);
}

static bool has(uint32_t number, uint64_t now_ms)
{
	struct node_id id = numbered(number);

	return discourage_has_node(&list, &id, now_ms);
}

static bool has_address(uint8_t c, uint64_t now_ms)
{
	struct net_address address = {.kind = NET_IPV4, .bytes = {20, 1, c, 99}, .port = 7};

	return discourage_has_address(&list, &address, now_ms);
}

START_TEST(an_inbound_peer_is_marked_with_its_neighbours_for_a_day)
{
	mark(1, SLOT_INBOUND, SLOT_WAY_NET, false, NOW_MS);
	ck_assert(has(1, NOW_MS));
	ck_assert(!has(2, NOW_MS));
	ck_assert(has_address(1, NOW_MS));
	ck_assert(!has_address(2, NOW_MS));
	ck_assert(has(1, NOW_MS + DISCOURAGED_MS - 1));
	ck_assert(!has(1, NOW_MS + DISCOURAGED_MS));
	ck_assert(!has_address(1, NOW_MS + DISCOURAGED_MS));
}
END_TEST

START_TEST(of_outbound_onion_and_local_peers_the_node_alone)
{
	mark(1, SLOT_OUTBOUND, SLOT_WAY_NET, false, NOW_MS);
	mark(2, SLOT_INBOUND, SLOT_WAY_ONION, false, NOW_MS);
	mark(3, SLOT_INBOUND, SLOT_WAY_LOCAL, false, NOW_MS);
	ck_assert(has(1, NOW_MS) && has(2, NOW_MS) && has(3, NOW_MS));
	ck_assert(!has_address(1, NOW_MS));
}
END_TEST

START_TEST(validators_and_configured_peers_never)
{
	mark(1, SLOT_VALIDATOR, SLOT_WAY_NET, false, NOW_MS);
	mark(2, SLOT_KEPT, SLOT_WAY_NET, false, NOW_MS);
	mark(3, SLOT_INBOUND, SLOT_WAY_NET, true, NOW_MS);
	ck_assert_uint_eq(discourage_count(&list), 0);
}
END_TEST

START_TEST(a_second_breach_begins_the_day_anew)
{
	mark(1, SLOT_OUTBOUND, SLOT_WAY_NET, false, NOW_MS);
	mark(2, SLOT_OUTBOUND, SLOT_WAY_NET, false, NOW_MS + 10);
	mark(1, SLOT_OUTBOUND, SLOT_WAY_NET, false, NOW_MS + 20);
	ck_assert(has(1, NOW_MS + DISCOURAGED_MS + 19));
	/* what has ended goes when the next comes, in the order in which it ended */
	mark(3, SLOT_OUTBOUND, SLOT_WAY_NET, false, NOW_MS + DISCOURAGED_MS + 10);
	ck_assert_uint_eq(discourage_count(&list), 2);
	ck_assert(has(1, NOW_MS + DISCOURAGED_MS + 10));
}
END_TEST

START_TEST(it_has_a_maximum_and_forgets_the_oldest)
{
	size_t before = mallinfo2().uordblks;

	for (uint32_t i = 0; i < DISCOURAGED_MAX + 10; i++)
		mark(i, SLOT_OUTBOUND, SLOT_WAY_NET, false, NOW_MS + i);
	ck_assert_uint_eq(discourage_count(&list), DISCOURAGED_MAX);
	ck_assert(!has(9, NOW_MS) && has(10, NOW_MS));
	printf("%d marks: %zu bytes\n", DISCOURAGED_MAX, mallinfo2().uordblks - before);
}
END_TEST

START_TEST(out_of_memory_it_forgets_and_stays_whole)
{
	memory_fail_at(1, 1);
	mark(1, SLOT_INBOUND, SLOT_WAY_NET, false, NOW_MS);
	memory_fail_at(0, 0);
	ck_assert(!has(1, NOW_MS));
	mark(1, SLOT_INBOUND, SLOT_WAY_NET, false, NOW_MS);
	ck_assert(has(1, NOW_MS));
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("discourage");
	TCase *tests = tcase_create("discourage");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, an_inbound_peer_is_marked_with_its_neighbours_for_a_day);
	tcase_add_test(tests, of_outbound_onion_and_local_peers_the_node_alone);
	tcase_add_test(tests, validators_and_configured_peers_never);
	tcase_add_test(tests, a_second_breach_begins_the_day_anew);
	tcase_add_test(tests, it_has_a_maximum_and_forgets_the_oldest);
	tcase_add_test(tests, out_of_memory_it_forgets_and_stays_whole);
	suite_add_tcase(suite, tests);
	return suite;
}
