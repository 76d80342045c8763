/* Finding others in a permissioned network: whose records are here, and which are lacked. Node 0
 * has met all the others, who are away by now; node 1 comes later. */
#include "tests/unit/p2p/finder_fixture.h"

enum { LISTED = 20 };

static int by_id(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct node_id));
}

/* The list as of one node: the first `count` of the town, and one node that nobody ever met. */
static void list(uint16_t index, size_t count)
{
	struct node_id ids[TOWN_MAX + 1];

	for (size_t i = 0; i < count; i++)
		ids[i] = town[i].id;
	ids[count] = (struct node_id){{2, 99}};
	qsort(ids, count + 1, sizeof ids[0], by_id);
	ck_assert_int_eq(finder_set_listed(town[index].finder, ids, count + 1, town_now_ms),
	                 STATUS_OK);
	for (size_t i = 0; i < TOWN_MAX; i++)
		town[index].refuses[i] = i >= count;
}

static bool knows(size_t index, size_t other)
{
	return book_find(&town[index].finder->book, &town[other].id, &town[other].address) != NULL;
}

static size_t known_count(size_t index)
{
	size_t count = 0;

	for (size_t i = 0; i < LISTED; i++)
		count += knows(index, i);
	return count;
}

static void setup(void)
{
	town_is_permissioned = true;
	town_takes_known = true;
	town_start(LISTED, 12);
	list(0, LISTED);
	for (uint16_t i = 2; i < LISTED; i++) {
		list(i, LISTED);
		town_meet(i, 0, FINDER_NO_VISIT);
		town_run(TOWN_STEP_MS);
		town_leave(i);
	}
	ck_assert_uint_eq(known_count(0), LISTED - 2);
}

static void stop(void)
{
	town_stop();
	town_is_permissioned = false;
}

/* It did not believe in them when it asked. */
START_TEST(who_was_behind_when_it_came_is_told_of_all_when_it_has_caught_up)
{
	list(1, 2);
	town_meet(1, 0, FINDER_NO_VISIT);
	town_run(30000);
	ck_assert_uint_eq(known_count(1), 1);
	list(1, LISTED);
	town_run(FINDER_KNOWN_SOON_MS + 1000);
	ck_assert_uint_eq(known_count(1), LISTED - 1);
	ck_assert_uint_eq(town[0].blamed + town[1].blamed, 0);
	ck_assert_uint_eq(town[1].finder->counters.records_surplus, 0);
}
END_TEST

/* It has its own record for all who lack it, also who did not take it when it came. */
START_TEST(who_called_and_was_not_yet_listed_is_known_when_it_is)
{
	list(0, 1);
	list(1, LISTED);
	town_meet(1, 0, FINDER_NO_VISIT);
	town_run(30000);
	ck_assert(!knows(0, 1));
	list(0, LISTED);
	town_run(FINDER_KNOWN_PAUSE_MS);
	/* Who calls from there is not met there. */
	ck_assert(knows(0, 1));
	ck_assert_uint_eq(town[0].blamed + town[1].blamed, 0);
}
END_TEST

START_TEST(who_does_not_know_the_message_is_not_sent_it)
{
	town_takes_known = false;
	list(1, 2);
	town_meet(1, 0, FINDER_NO_VISIT);
	town_run(1000);
	list(1, LISTED);
	town_run(5 * FINDER_KNOWN_PAUSE_MS);
	ck_assert_uint_eq(town[1].finder->counters.known_told, 0);
	ck_assert_uint_eq(town[0].finder->counters.known_told, 0);
	ck_assert_uint_eq(known_count(1), 1);
}
END_TEST

START_TEST(who_lacks_something_says_so_once_a_minute)
{
	list(1, LISTED);
	town_meet(1, 0, FINDER_NO_VISIT);
	town_run(4 * FINDER_KNOWN_PAUSE_MS + FINDER_KNOWN_SOON_MS + 1000);
	ck_assert_uint_eq(town[1].finder->counters.known_told, 5);
	ck_assert_uint_eq(town[0].finder->counters.known_told, 5);
}
END_TEST

START_TEST(who_lacks_nothing_is_silent)
{
	struct node_id ids[2] = {town[0].id, town[1].id};

	qsort(ids, 2, sizeof ids[0], by_id);
	for (uint16_t i = 0; i < 2; i++)
		ck_assert_int_eq(finder_set_listed(town[i].finder, ids, 2, town_now_ms), STATUS_OK);
	town_meet(1, 0, FINDER_NO_VISIT);
	town_run(5 * FINDER_KNOWN_PAUSE_MS);
	ck_assert(knows(0, 1) && knows(1, 0));
	ck_assert_uint_eq(town[0].finder->counters.known_told, 0);
	ck_assert_uint_eq(town[1].finder->counters.known_told, 0);
}
END_TEST

/* Catching up, it goes through all lists that there were. */
START_TEST(however_often_the_list_changes_nothing_is_said_in_vain)
{
	list(1, 2);
	town_meet(1, 0, FINDER_NO_VISIT);
	for (size_t i = 0; i < 120; i++) {
		list(1, 2 + i % 10);
		town_run(1000);
	}
	ck_assert_uint_gt(town[1].finder->counters.known_told, 1);
	ck_assert_uint_le(town[1].finder->counters.known_told, 120000 / FINDER_KNOWN_LEAST_MS + 1);
	ck_assert_uint_eq(town[0].finder->counters.known_surplus, 0);
	ck_assert_uint_eq(town[0].blamed, 0);
}
END_TEST

/* -- By hand ------------------------------------------------------------------------------------ */

static uint8_t bits[(BOOK_LISTED_MAX + 7) / 8];

/* From node 1, which is in session with node 0. */
static void say(const struct hash *of_list, size_t count, size_t cut)
{
	const struct known known = {*of_list, count, bytes_view(bits, (count + 7) / 8)};
	struct buffer message;

	buffer_init(&message, KNOWN_SIZE_MAX);
	known_put(&message, &known);
	finder_on_message(town[0].finder, 1, TYPE_KNOWN,
	                  bytes_view(buffer_view(&message).at, message.size - cut), town_now_ms,
	                  town_now_s());
	buffer_close(&message);
}

static void meet_silently(void)
{
	town_takes_known = false;
	list(1, LISTED);
	town_meet(1, 0, FINDER_NO_VISIT);
	town_run(1000);
	memset(bits, 0, sizeof bits);
}

START_TEST(of_another_list_nothing_is_told_and_it_is_no_breach)
{
	meet_silently();
	say(&TOWN_GENESIS, LISTED + 1, 0);
	ck_assert_uint_eq(town[0].finder->counters.known_answered, 0);
	ck_assert_uint_eq(town[0].blamed, 0);
	say(&town[0].finder->list, LISTED + 1, 0);
	ck_assert_uint_eq(town[0].finder->counters.known_answered, 1);
}
END_TEST

START_TEST(a_known_that_is_cut_or_of_another_length_or_has_spare_bits_is_a_breach)
{
	const struct hash *of_list = &town[0].finder->list;

	meet_silently();
	say(of_list, LISTED + 1, 1);
	ck_assert_uint_eq(town[0].blamed, 1);
	say(of_list, LISTED + 2, 0);
	ck_assert_uint_eq(town[0].blamed, 2);
	say(of_list, LISTED, 0);
	ck_assert_uint_eq(town[0].blamed, 3);
	bits[2] = 1 << 7; /* of 21 */
	say(of_list, LISTED + 1, 0);
	ck_assert_uint_eq(town[0].blamed, 4);
	ck_assert_uint_eq(town[0].finder->counters.known_answered, 0);
}
END_TEST

START_TEST(who_says_it_too_often_is_not_answered)
{
	meet_silently();
	for (size_t i = 0; i < 10; i++)
		say(&town[0].finder->list, LISTED + 1, 0);
	ck_assert_uint_eq(town[0].finder->counters.known_answered, 4);
	ck_assert_uint_eq(town[0].finder->counters.known_surplus, 6);
	town_run(10000);
	say(&town[0].finder->list, LISTED + 1, 0);
	ck_assert_uint_eq(town[0].finder->counters.known_answered, 5);
}
END_TEST

START_TEST(in_an_open_network_it_is_a_breach)
{
	town_stop();
	town_is_permissioned = false;
	town_start(2, 13);
	town_takes_known = true;
	town_meet(1, 0, FINDER_NO_VISIT);
	town_run(2 * FINDER_KNOWN_PAUSE_MS);
	ck_assert_uint_eq(town[0].finder->counters.known_told, 0);
	ck_assert_uint_eq(town[0].blamed, 0);
	say(&town[0].finder->list, 0, 0);
	ck_assert_uint_eq(town[0].blamed, 1);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("finder_known");
	TCase *tests = tcase_create("finder_known");

	tcase_add_checked_fixture(tests, setup, stop);
	tcase_add_test(tests, who_was_behind_when_it_came_is_told_of_all_when_it_has_caught_up);
	tcase_add_test(tests, who_called_and_was_not_yet_listed_is_known_when_it_is);
	tcase_add_test(tests, who_does_not_know_the_message_is_not_sent_it);
	tcase_add_test(tests, who_lacks_something_says_so_once_a_minute);
	tcase_add_test(tests, who_lacks_nothing_is_silent);
	tcase_add_test(tests, however_often_the_list_changes_nothing_is_said_in_vain);
	tcase_add_test(tests, of_another_list_nothing_is_told_and_it_is_no_breach);
	tcase_add_test(tests, a_known_that_is_cut_or_of_another_length_or_has_spare_bits_is_a_breach);
	tcase_add_test(tests, who_says_it_too_often_is_not_answered);
	tcase_add_test(tests, in_an_open_network_it_is_a_breach);
	suite_add_tcase(suite, tests);
	return suite;
}
