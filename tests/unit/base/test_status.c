#include "chain/base/invariant.h"
#include "chain/base/status.h"
#include "tests/support/support.h"

#include <signal.h>

START_TEST(every_status_has_a_text_of_its_own)
{
	static const enum status ALL[] = {
#define STATUS_VALUE(name, text) name,
	    STATUS_LIST(STATUS_VALUE)
#undef STATUS_VALUE
	};
	size_t count = sizeof ALL / sizeof *ALL;

	for (size_t i = 0; i < count; i++) {
		ck_assert_uint_gt(strlen(status_text(ALL[i])), 3);
		for (size_t j = 0; j < i; j++)
			ck_assert_str_ne(status_text(ALL[i]), status_text(ALL[j]));
	}
	ck_assert_str_eq(status_text((enum status)count), "unknown status");
	ck_assert_str_eq(status_text((enum status) - 1), "unknown status");
}
END_TEST

START_TEST(context_reads_from_the_outside_in)
{
	struct why why = {""};

	ck_assert_int_eq(why_set(&why, STATUS_SHORT, "read tip"), STATUS_SHORT);
	ck_assert_int_eq(why_add(&why, STATUS_SHORT, "open store %s", "/data"), STATUS_SHORT);
	ck_assert_str_eq(why.text,
	                 "open store /data: read tip: fewer bytes than the schema asks for");
}
END_TEST

START_TEST(without_context_the_status_speaks_for_itself)
{
	struct why why = {""};

	ck_assert_int_eq(why_set(&why, STATUS_MEMORY, "%s", ""), STATUS_MEMORY);
	ck_assert_str_eq(why.text, "out of memory");
}
END_TEST

START_TEST(a_sentence_for_people_stands_alone)
{
	struct why why = {""};

	ck_assert_int_eq(why_say(&why, STATUS_BUSY, "process %d uses it", 12), STATUS_BUSY);
	ck_assert_str_eq(why.text, "process 12 uses it");
}
END_TEST

START_TEST(who_does_not_ask_why_still_gets_the_status)
{
	ck_assert_int_eq(why_set(NULL, STATUS_SHORT, "%d", 1), STATUS_SHORT);
	ck_assert_int_eq(why_say(NULL, STATUS_SHORT, "%d", 1), STATUS_SHORT);
	ck_assert_int_eq(why_add(NULL, STATUS_SHORT, "%d", 1), STATUS_SHORT);
}
END_TEST

START_TEST(a_long_context_is_cut_and_stays_a_text)
{
	struct {
		struct why why;
		char behind[8];
	} place = {.behind = "behind"};

	for (int width = 1; width < 2 * WHY_TEXT_SIZE; width++) {
		why_set(&place.why, STATUS_SHORT, "%*d", width, 1);
		ck_assert_ptr_nonnull(memchr(place.why.text, 0, WHY_TEXT_SIZE));
		for (int i = 0; i < 3; i++)
			why_add(&place.why, STATUS_SHORT, "%*d", width / 3, 2);
		ck_assert_ptr_nonnull(memchr(place.why.text, 0, WHY_TEXT_SIZE));
		why_say(&place.why, STATUS_SHORT, "%*d", width, 1);
		ck_assert_ptr_nonnull(memchr(place.why.text, 0, WHY_TEXT_SIZE));
		ck_assert_str_eq(place.behind, "behind");
	}
}
END_TEST

START_TEST(a_kept_invariant_is_silent)
{
	INVARIANT(1 + 1 == 2);
}
END_TEST

START_TEST(a_broken_invariant_stops_the_program)
{
	INVARIANT(1 + 1 == 3);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("status");
	TCase *cases = tcase_create("status");

	tcase_add_test(cases, every_status_has_a_text_of_its_own);
	tcase_add_test(cases, context_reads_from_the_outside_in);
	tcase_add_test(cases, without_context_the_status_speaks_for_itself);
	tcase_add_test(cases, a_sentence_for_people_stands_alone);
	tcase_add_test(cases, who_does_not_ask_why_still_gets_the_status);
	tcase_add_test(cases, a_long_context_is_cut_and_stays_a_text);
	tcase_add_test(cases, a_kept_invariant_is_silent);
	tcase_add_test_raise_signal(cases, a_broken_invariant_stops_the_program, SIGABRT);
	suite_add_tcase(suite, cases);
	return suite;
}
