/* A town of any size, whose people come and go: in the end everybody has as many sessions as he
 * seeks or there are others, and what is counted as under way is under way. */
#include "tests/unit/p2p/finder_fixture.h"

static void come_and_go(void)
{
	uint16_t index = (uint16_t)(1 + random_below(&town_random, (uint32_t)town_count - 1));

	if (town[index].is_away)
		town[index].is_away = false;
	else
		town_leave(index);
}

static void check_counts(void)
{
	for (size_t i = 0; i < town_count; i++) {
		const struct finder *finder = town[i].finder;
		size_t stay = 0;

		for (size_t k = 0; k < PEERS_MAX; k++)
			stay += finder->peers[k].is_here && finder->peers[k].visit == FINDER_STAY;
		ck_assert_uint_le(stay, finder->outbound_count);
		ck_assert_uint_le(finder->outbound_count, FINDER_OUTBOUND_MAX);
		ck_assert_uint_le(finder->outbound_count - stay, finder->dialer.in_flight);
		ck_assert_uint_eq(town[i].blamed, 0);
	}
}

START_TEST(all_find_enough_others_and_the_counts_hold)
{
	size_t least;

	town_start(3 + (size_t)_i * 3, (uint64_t)_i);
	for (int round = 0; round < 20; round++) {
		town_run(5000);
		come_and_go();
		check_counts();
	}
	for (size_t i = 0; i < town_count; i++)
		town[i].is_away = false;
	for (int round = 0; round < 12; round++) {
		town_run(60000);
		check_counts();
	}
	/* Besides the seed, whose sessions end. */
	least = town_count - 2 < FINDER_OUTBOUND_MAX ? town_count - 2 : FINDER_OUTBOUND_MAX;
	for (size_t i = 1; i < town_count; i++)
		ck_assert_msg(town_sessions(i) >= least, "%zu has %zu of %zu", i, town_sessions(i),
		              least);
	town_stop();
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("finder_random");
	TCase *tests = tcase_create("finder_random");

	tcase_add_loop_test(tests, all_find_enough_others_and_the_counts_hold, 0, 5);
	suite_add_tcase(suite, tests);
	return suite;
}
