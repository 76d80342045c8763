#include "node/p2p/callers_rate.h"
#include "tests/support/support.h"

#define NOW_MS UINT64_C(5000)

static struct callers_rate rate;

static void setup(void)
{
	callers_rate_init(&rate, NOW_MS);
}

/* 20.x.y.1 */
static struct net_address public_four(unsigned x, unsigned y)
{
	return (struct net_address){
		.kind = NET_IPV4, .bytes = {20, (uint8_t)x, (uint8_t)y, 1}, .port = 40000};
}

static enum callers_answer ask(struct net_address from, uint64_t now_ms)
{
	return callers_rate_ask(&rate, &from, false, now_ms);
}

START_TEST(a_group_may_begin_five_at_once_and_one_a_second)
{
	for (unsigned i = 0; i < CALLERS_BURST; i++)
		ck_assert_int_eq(ask(public_four(1, i), NOW_MS), CALLERS_MAY);
	for (unsigned i = 0; i < 200; i++)
		ck_assert_int_eq(ask(public_four(1, 100 + i % 100), NOW_MS), CALLERS_TOO_FAST);
	/* Which takes nothing from another. */
	ck_assert_int_eq(ask(public_four(2, 0), NOW_MS), CALLERS_MAY);
	ck_assert_int_eq(ask(public_four(1, 7), NOW_MS + 999), CALLERS_TOO_FAST);
	ck_assert_int_eq(ask(public_four(1, 7), NOW_MS + 1000), CALLERS_MAY);
	ck_assert_int_eq(ask(public_four(1, 8), NOW_MS + 1000), CALLERS_TOO_FAST);
	for (unsigned i = 0; i < CALLERS_BURST; i++)
		ck_assert_int_eq(ask(public_four(1, i), NOW_MS + 7000), CALLERS_MAY);
	ck_assert_int_eq(ask(public_four(1, 8), NOW_MS + 7000), CALLERS_TOO_FAST);
}
END_TEST

START_TEST(of_ipv6_a_32_is_one_group)
{
	struct net_address from = {.kind = NET_IPV6, .bytes = {0x2a, 1, 2, 3}, .port = 1};

	for (uint8_t i = 0; i < CALLERS_BURST; i++) {
		from.bytes[4] = i;
		ck_assert_int_eq(ask(from, NOW_MS), CALLERS_MAY);
	}
	from.bytes[4] = 99;
	ck_assert_int_eq(ask(from, NOW_MS), CALLERS_TOO_FAST);
	from.bytes[3]++;
	ck_assert_int_eq(ask(from, NOW_MS), CALLERS_MAY);
}
END_TEST

START_TEST(all_together_have_a_rate_and_those_whom_we_dial_have_another)
{
	struct net_address loopback = {.kind = NET_IPV4, .bytes = {127, 0, 0, 1}, .port = 1};
	struct net_address site = {.kind = NET_IPV4, .bytes = {10, 0, 0, 1}, .port = 1};
	struct net_address wanted = public_four(77, 1);

	for (unsigned i = 0; i < CALLERS_ALL_BURST; i++)
		ck_assert_int_eq(ask(i % 2 ? loopback : site, NOW_MS), CALLERS_MAY);
	ck_assert_int_eq(ask(loopback, NOW_MS), CALLERS_TOO_MANY);
	ck_assert_int_eq(ask(public_four(1, 1), NOW_MS), CALLERS_TOO_MANY);
	ck_assert_uint_eq(rate.count, 0);
	for (unsigned i = 0; i < CALLERS_ALL_BURST; i++)
		ck_assert_int_eq(callers_rate_ask(&rate, &wanted, true, NOW_MS), CALLERS_MAY);
	ck_assert_int_eq(callers_rate_ask(&rate, &wanted, true, NOW_MS), CALLERS_TOO_MANY);
	ck_assert_int_eq(ask(loopback, NOW_MS + 1000 / CALLERS_ALL_PER_S), CALLERS_MAY);
}
END_TEST

/* Callers from everywhere, faster than they may, and then from fewer groups. */
START_TEST(the_table_has_room_for_whatever_comes)
{
	struct random random = random_from(3);
	size_t most = 0;

	for (uint64_t now_ms = NOW_MS; now_ms < NOW_MS + 120000; now_ms += random_below(&random, 3)) {
		uint32_t group = random_below(&random, now_ms < NOW_MS + 60000 ? 65536 : 300);
		struct net_address from = {.kind = NET_IPV4, .port = 1};

		from.bytes[0] = (uint8_t)(11 + (group >> 8) % 60);
		from.bytes[1] = (uint8_t)group;
		(void)ask(from, now_ms);
		most = rate.count > most ? rate.count : most;
	}
	ck_assert_uint_gt(most, CALLERS_ALL_BURST);
	ck_assert_uint_le(most, CALLERS_GROUPS_MAX);
	/* And who was there is forgotten. */
	(void)ask(public_four(200, 1), NOW_MS + 7200000);
	ck_assert_uint_eq(rate.count, 1);
}
END_TEST

START_TEST(a_clock_that_goes_back_opens_nothing)
{
	for (unsigned i = 0; i < CALLERS_BURST; i++)
		ck_assert_int_eq(ask(public_four(1, i), NOW_MS), CALLERS_MAY);
	ck_assert_int_eq(ask(public_four(1, 9), NOW_MS - 4000), CALLERS_TOO_FAST);
	ck_assert_int_eq(ask(public_four(2, 9), NOW_MS - 4000), CALLERS_MAY);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("callers_rate");
	TCase *tests = tcase_create("callers_rate");

	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, a_group_may_begin_five_at_once_and_one_a_second);
	tcase_add_test(tests, of_ipv6_a_32_is_one_group);
	tcase_add_test(tests, all_together_have_a_rate_and_those_whom_we_dial_have_another);
	tcase_add_test(tests, the_table_has_room_for_whatever_comes);
	tcase_add_test(tests, a_clock_that_goes_back_opens_nothing);
	suite_add_tcase(suite, tests);
	return suite;
}
