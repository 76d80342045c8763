/* Whom the address book gives to dial. */
#include "tests/unit/p2p/book_fixture.h"

static const struct book_wish ANY = {.kinds = 1 << NET_IPV4 | 1 << NET_IPV6};

START_TEST(an_empty_book_gives_nobody)
{
	ck_assert_ptr_null(book_choose(&book, &ANY, &lots, NOW_S));
	ck_assert_uint_eq(book_usable(&book, NOW_S, 32), 0);
	ck_assert(!book_is_poisoned(&book, 0));
}
END_TEST

START_TEST(a_single_entry_is_found_wherever_it_is)
{
	add(1, far_address(1), 1, NOW_S);
	for (int i = 0; i < 50; i++)
		ck_assert_ptr_eq(book_choose(&book, &ANY, &lots, NOW_S), find(1, far_address(1)));
	met(1, far_address(1), NOW_S);
	ck_assert_ptr_eq(book_choose(&book, &ANY, &lots, NOW_S + 3600),
	                 find(1, far_address(1)));
}
END_TEST

START_TEST(both_tables_come_about_as_often_though_one_is_much_larger)
{
	int tried = 0;

	for (uint32_t i = 0; i < 5000; i++)
		add(i, far_address(i), i, NOW_S);
	for (uint32_t i = 10000; i < 10020; i++)
		met(i, far_address(i), NOW_S);
	for (int i = 0; i < 1000; i++)
		tried += book_choose(&book, &ANY, &lots, NOW_S + 3600)->table == BOOK_TRIED;
	ck_assert_int_ge(tried, 420);
	ck_assert_int_le(tried, 580);
}
END_TEST

START_TEST(a_wish_for_one_table_is_granted)
{
	struct book_wish wish = ANY;

	add(1, far_address(1), 1, NOW_S);
	met(2, far_address(2), NOW_S);
	wish.not_tried = true;
	for (int i = 0; i < 50; i++)
		ck_assert_int_eq(book_choose(&book, &wish, &lots, NOW_S)->table, BOOK_NEW);
	wish = ANY;
	wish.not_new = true;
	for (int i = 0; i < 50; i++)
		ck_assert_int_eq(book_choose(&book, &wish, &lots, NOW_S)->table, BOOK_TRIED);
	wish.not_tried = true;
	ck_assert_ptr_null(book_choose(&book, &wish, &lots, NOW_S));
}
END_TEST

START_TEST(networks_that_cannot_be_dialed_are_left_out)
{
	struct book_wish wish = ANY;

	add(1, far_address(1), 1, NOW_S);
	wish.kinds = 1 << NET_ONION;
	ck_assert_ptr_null(book_choose(&book, &wish, &lots, NOW_S));
}
END_TEST

static bool is_unfit(void *owner, const struct book_entry *entry)
{
	return entry->port != *(uint16_t *)owner;
}

START_TEST(who_is_unfit_is_never_chosen_and_the_one_who_is_fit_is_found)
{
	uint16_t port = 9;
	struct book_wish wish = ANY;
	struct net_address fit = far_address(40001);

	wish.is_unfit = is_unfit;
	wish.owner = &port;
	for (uint32_t i = 0; i < 50; i++)
		add(i, far_address(i), 1, NOW_S);
	ck_assert_ptr_null(book_choose(&book, &wish, &lots, NOW_S));
	fit.port = port;
	add(99, fit, 1, NOW_S);
	ck_assert_ptr_eq(book_choose(&book, &wish, &lots, NOW_S), find(99, fit));
}
END_TEST

START_TEST(failures_and_a_recent_try_make_an_entry_less_likely)
{
	struct net_address bad = far_address(1), good = far_address(2),
					   recent = far_address(3);
	int counts[3] = {0};

	add(1, bad, 1, NOW_S);
	add(2, good, 2, NOW_S);
	add(3, recent, 3, NOW_S);
	for (int i = 0; i < 5; i++)
		failed(1, bad, NOW_S);
	failed(3, recent, NOW_S + 3500);
	for (int i = 0; i < 1000; i++) {
		const struct book_entry *entry = book_choose(&book, &ANY, &lots, NOW_S + 3600);

		counts[entry == find(1, bad) ? 0 : entry == find(2, good) ? 1 : 2]++;
	}
	ck_assert_int_gt(counts[1], 3 * counts[0]);
	ck_assert_int_gt(counts[1], 20 * counts[2]);
	ck_assert_int_gt(counts[0], 10); /* and not out of the question */
}
END_TEST

/* An attacker with as many sources as he likes fills NEW; TRIED was honest before. Of ten
 * outbound sessions, each in a group of its own, one is honest nearly always. */
static bool is_taken(void *owner, const struct book_entry *entry)
{
	const struct net_group *taken = owner;
	struct net_address address = book_address(entry);
	struct net_group group = net_group_of(&address);

	for (size_t i = 0; i < 10; i++)
		if (net_group_equal(&taken[i], &group))
			return true;
	return false;
}

START_TEST(a_poisoned_new_table_does_not_eclipse_a_node_that_knew_others)
{
	int eclipsed = 0;

	for (uint32_t i = 0; i < 40000; i++)
		add(i, far_address(i), i, NOW_S);
	ck_assert_uint_gt(book.counts[BOOK_NEW], 25000);
	for (uint32_t i = 50000; i < 50040; i++)
		met(i, far_address(i), NOW_S);
	for (int run = 0; run < 1000; run++) {
		struct net_group taken[10] = {{0}};
		struct book_wish wish = ANY;
		int honest = 0;

		wish.is_unfit = is_taken;
		wish.owner = taken;
		for (size_t i = 0; i < 10; i++) {
			const struct book_entry *entry =
				book_choose(&book, &wish, &lots, NOW_S + 3600);
			struct net_address address = book_address(entry);

			taken[i] = net_group_of(&address);
			honest += entry->table == BOOK_TRIED;
		}
		eclipsed += honest == 0;
	}
	ck_assert_int_le(eclipsed, 10);
	ck_assert(!book_is_poisoned(&book, 100)); /* by no single source */
}
END_TEST

START_TEST(usable_are_those_that_are_not_stale)
{
	for (uint32_t i = 0; i < 10; i++)
		add(i, far_address(i), i, NOW_S);
	for (int i = 0; i < 3; i++)
		failed(0, far_address(0), NOW_S);
	ck_assert_uint_eq(book_usable(&book, NOW_S + 3600, 32), 9);
	ck_assert_uint_eq(book_usable(&book, NOW_S + 3600, 5), 5);
	ck_assert_uint_eq(book_usable(&book, NOW_S + BOOK_STALE_S + 1, 32), 0);
}
END_TEST

START_TEST(poisoned_is_more_than_half_from_one_source)
{
	for (uint32_t i = 0; i < 60; i++)
		add(i, far_address(i), i < 30 ? 1 : i, NOW_S);
	ck_assert(!book_is_poisoned(&book, 10)); /* some of the 30 had no place */
	for (uint32_t i = 100; i < 150; i++)
		add(i, far_address(i), 1, NOW_S);
	ck_assert(book_is_poisoned(&book, 10));
	ck_assert(!book_is_poisoned(&book, 1000));
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("book_choose");
	TCase *tests = tcase_create("book_choose");

	tcase_add_checked_fixture(tests, book_setup, book_teardown);
	tcase_add_test(tests, an_empty_book_gives_nobody);
	tcase_add_test(tests, a_single_entry_is_found_wherever_it_is);
	tcase_add_test(tests, both_tables_come_about_as_often_though_one_is_much_larger);
	tcase_add_test(tests, a_wish_for_one_table_is_granted);
	tcase_add_test(tests, networks_that_cannot_be_dialed_are_left_out);
	tcase_add_test(tests, who_is_unfit_is_never_chosen_and_the_one_who_is_fit_is_found);
	tcase_add_test(tests, failures_and_a_recent_try_make_an_entry_less_likely);
	tcase_add_test(tests, a_poisoned_new_table_does_not_eclipse_a_node_that_knew_others);
	tcase_add_test(tests, usable_are_those_that_are_not_stale);
	tcase_add_test(tests, poisoned_is_more_than_half_from_one_source);
	suite_add_tcase(suite, tests);
	return suite;
}
