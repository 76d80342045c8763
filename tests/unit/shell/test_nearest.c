#include "node/shell/nearest.h"
#include "tests/support/support.h"

static size_t distance(const char *a, const char *b)
{
	size_t there = nearest_distance(text_view(a), text_view(b));

	ck_assert_uint_eq(nearest_distance(text_view(b), text_view(a)), there);
	return there;
}

START_TEST(a_distance_counts_slips_of_the_fingers)
{
	ck_assert_uint_eq(distance("", ""), 0);
	ck_assert_uint_eq(distance("abc", "abc"), 0);
	ck_assert_uint_eq(distance("", "abc"), 3);
	ck_assert_uint_eq(distance("listen", "listn"), 1);
	ck_assert_uint_eq(distance("listen", "lixten"), 1);
	ck_assert_uint_eq(distance("listen", "lsiten"), 1); /* neighbours exchanged */
	ck_assert_uint_eq(distance("kitten", "sitting"), 3);
	ck_assert_uint_eq(distance("ca", "abc"), 3); /* optimal string alignment: not 2 */
	ck_assert_uint_eq(distance("Cache-MiB", "cache_mib"), 0);
}
END_TEST

START_TEST(long_texts_are_compared_by_their_beginning)
{
	char a[200], b[200];

	memset(a, 'a', sizeof a);
	memset(b, 'a', sizeof b);
	b[150] = 'b';
	ck_assert_uint_eq(nearest_distance(bytes_view(a, sizeof a), bytes_view(b, sizeof b)),
	                  0);
	b[10] = 'b';
	ck_assert_uint_eq(nearest_distance(bytes_view(a, sizeof a), bytes_view(b, sizeof b)),
	                  1);
}
END_TEST

START_TEST(the_nearest_name_is_found_or_none)
{
	static const char *const NAMES[] = {"start", "stop", "status", "stopped"};

	ck_assert_uint_eq(nearest_name(text_view("stpo"), NAMES, 4), 1);
	ck_assert_uint_eq(nearest_name(text_view("statsu"), NAMES, 4), 2);
	ck_assert_uint_eq(nearest_name(text_view("stop"), NAMES, 4), 1);
	ck_assert_uint_eq(nearest_name(text_view("sta"), NAMES, 4), 0); /* the first of two */
	ck_assert_uint_eq(nearest_name(text_view("quit"), NAMES, 4), 4);
	ck_assert_uint_eq(nearest_name(text_view("x"), NAMES, 0), 0);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("nearest");
	TCase *cases = tcase_create("nearest");

	tcase_add_test(cases, a_distance_counts_slips_of_the_fingers);
	tcase_add_test(cases, long_texts_are_compared_by_their_beginning);
	tcase_add_test(cases, the_nearest_name_is_found_or_none);
	suite_add_tcase(suite, cases);
	return suite;
}
