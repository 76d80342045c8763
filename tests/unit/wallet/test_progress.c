#include "tests/support/support.h"
#include "wallet-cli/progress.h"

static struct buffer line;
static struct progress progress;

static void setup(void)
{
	buffer_init(&line, 1024);
	progress = (struct progress){.noun = "records", .started_ms = 1000};
}

static void teardown(void)
{
	buffer_close(&line);
}

static const char *line_at(uint64_t now_ms)
{
	buffer_clear(&line);
	progress_line(&line, &progress, now_ms);
	buffer_append(&line, "", 1);
	ck_assert_int_eq(line.status, STATUS_OK);
	return (const char *)line.at;
}

START_TEST(without_a_whole_there_is_count_and_rate)
{
	progress.count = 41200;
	ck_assert_str_eq(line_at(5000), "41,200 records  10,300/s");
}
END_TEST

START_TEST(with_a_whole_there_is_share_and_time_left)
{
	progress.count = 1000;
	progress.part = 2500;
	progress.whole = 10000;
	ck_assert_str_eq(line_at(2000), "1,000 records 25%  1,000/s  3 s left");
}
END_TEST

START_TEST(what_is_counted_may_be_shown_of_all)
{
	progress.count = progress.part = 1000;
	progress.whole = 10000;
	progress.is_whole_counted = true;
	ck_assert_str_eq(line_at(2000), "1,000 of 10,000 records 10%  1,000/s  9 s left");
	progress.whole = 0;
	ck_assert_str_eq(line_at(2000), "1,000 records  1,000/s");
}
END_TEST

START_TEST(a_wide_terminal_has_a_bar)
{
	progress.is_terminal = true;
	progress.width = 80;
	progress.count = 5;
	progress.part = 1;
	progress.whole = 2;
	ck_assert_str_eq(line_at(2000),
	                 "5 records [############------------] 50%  5/s  1 s left");
	progress.width = 79;
	ck_assert_str_eq(line_at(2000), "5 records 50%  5/s  1 s left");
}
END_TEST

START_TEST(the_first_moment_divides_by_nothing)
{
	ck_assert_str_eq(line_at(1000), "0 records");
	ck_assert_str_eq(line_at(0), "0 records");
	progress.whole = 10;
	ck_assert_str_eq(line_at(1001), "0 records 0%  0/s");
}
END_TEST

START_TEST(more_than_all_is_all)
{
	progress.count = 3;
	progress.part = 30;
	progress.whole = 10;
	ck_assert_str_eq(line_at(2000), "3 records 100%  3/s  0 s left");
}
END_TEST

START_TEST(elsewhere_a_line_comes_every_five_seconds)
{
	char text[4096] = "";
	FILE *out = fmemopen(text, sizeof text, "w");

	ck_assert_ptr_nonnull(out);
	progress.out = out;
	for (uint64_t now_ms = 1000; now_ms <= 12000; now_ms += 100) {
		progress.count++;
		progress_show(&progress, now_ms);
	}
	progress_clear(&progress);
	fclose(out);
	ck_assert_str_eq(text, "51 records  10/s\n101 records  10/s\n");
}
END_TEST

START_TEST(a_terminal_has_one_line_that_is_written_over_and_taken_off)
{
	char text[4096] = "";
	FILE *out = fmemopen(text, sizeof text, "w");

	ck_assert_ptr_nonnull(out);
	progress.out = out;
	progress.is_terminal = true;
	progress.width = 12;
	progress.count = 7;
	progress_show(&progress, 1050);
	progress_show(&progress, 1100);
	progress_clear(&progress);
	progress_clear(&progress);
	fclose(out);
	/* Not one column more than there are: a line that wraps cannot be written over. */
	ck_assert_str_eq(text, "\r7 records  \033[K\r\033[K");
}
END_TEST

START_TEST(a_quiet_one_writes_nothing)
{
	progress_show(&progress, 100000);
	progress_clear(&progress);
	ck_assert_uint_eq(progress.shown_ms, 0);
}
END_TEST

START_TEST(counts_and_durations_are_readable)
{
	char text[DURATION_TEXT_SIZE];

	count_text(text, 0);
	ck_assert_str_eq(text, "0");
	count_text(text, 999);
	ck_assert_str_eq(text, "999");
	count_text(text, 1000);
	ck_assert_str_eq(text, "1,000");
	count_text(text, UINT64_MAX);
	ck_assert_str_eq(text, "18,446,744,073,709,551,615");
	duration_text(text, 400);
	ck_assert_str_eq(text, "0 s");
	duration_text(text, 59499);
	ck_assert_str_eq(text, "59 s");
	duration_text(text, 200000);
	ck_assert_str_eq(text, "3 min 20 s");
	duration_text(text, 7500000);
	ck_assert_str_eq(text, "2 h 5 min");
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("progress");
	TCase *cases = tcase_create("progress");

	tcase_add_checked_fixture(cases, setup, teardown);
	tcase_add_test(cases, without_a_whole_there_is_count_and_rate);
	tcase_add_test(cases, with_a_whole_there_is_share_and_time_left);
	tcase_add_test(cases, what_is_counted_may_be_shown_of_all);
	tcase_add_test(cases, a_wide_terminal_has_a_bar);
	tcase_add_test(cases, the_first_moment_divides_by_nothing);
	tcase_add_test(cases, more_than_all_is_all);
	tcase_add_test(cases, elsewhere_a_line_comes_every_five_seconds);
	tcase_add_test(cases, a_terminal_has_one_line_that_is_written_over_and_taken_off);
	tcase_add_test(cases, a_quiet_one_writes_nothing);
	tcase_add_test(cases, counts_and_durations_are_readable);
	suite_add_tcase(suite, cases);
	return suite;
}
