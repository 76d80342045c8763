#include "node/shell/file.h"
#include "tests/support/support.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[300];
static char fresh[310]; /* where the new file is written first */
static struct why why;

static void start(void)
{
	snprintf(path, sizeof path, "%s/file", scratch_folder());
	snprintf(fresh, sizeof fresh, "%s.new", path);
}

static void check_content(const char *expected)
{
	struct buffer out;

	buffer_init(&out, 1 << 20);
	ck_assert_msg(file_read(&out, path, &why) == STATUS_OK, "%s", why.text);
	ck_assert(bytes_equal(buffer_view(&out), text_view(expected)));
	buffer_close(&out);
	ck_assert_int_ne(access(fresh, F_OK), 0);
}

static void write_text(const char *text)
{
	ck_assert_msg(file_write(path, text_view(text), 0640, &why) == STATUS_OK, "%s",
	              why.text);
}

START_TEST(a_file_holds_what_was_last_written)
{
	struct stat facts;

	write_text("first");
	check_content("first");
	write_text("");
	check_content("");
	write_text("second");
	check_content("second");
	ck_assert_int_eq(stat(path, &facts), 0);
	ck_assert_uint_eq(facts.st_mode & 07777, 0640);
}
END_TEST

START_TEST(the_mode_is_the_one_asked_for_whatever_the_umask)
{
	mode_t before = umask(0777);
	struct stat facts;

	write_text("x");
	umask(before);
	ck_assert_int_eq(stat(path, &facts), 0);
	ck_assert_uint_eq(facts.st_mode & 07777, 0640);
}
END_TEST

START_TEST(what_a_crash_left_behind_is_in_nobodys_way)
{
	FILE *left = fopen(fresh, "w");

	ck_assert_ptr_nonnull(left);
	fputs("half of somethi", left);
	fclose(left);
	write_text("whole");
	check_content("whole");
}
END_TEST

START_TEST(a_link_planted_under_the_new_name_is_not_followed)
{
	char victim[310];

	snprintf(victim, sizeof victim, "%s.victim", path);
	ck_assert_int_eq(symlink(victim, fresh), 0);
	write_text("secret");
	ck_assert_int_ne(access(victim, F_OK), 0);
	check_content("secret");
}
END_TEST

START_TEST(creating_never_overwrites)
{
	ck_assert_int_eq(file_create(path, text_view("mine"), 0600, &why), STATUS_OK);
	check_content("mine");
	ck_assert_int_eq(file_create(path, text_view("yours"), 0600, &why), STATUS_EXISTS);
	check_content("mine");
}
END_TEST

START_TEST(a_write_that_fails_leaves_the_old_file)
{
	char nowhere[320];

	snprintf(nowhere, sizeof nowhere, "%s/below", path);
	write_text("old");
	ck_assert_int_eq(file_write(nowhere, text_view("x"), 0600, &why), STATUS_STORAGE);
	ck_assert_int_eq(mkdir(fresh, 0700), 0); /* the new name cannot be had */
	ck_assert_int_eq(file_write(path, text_view("new"), 0600, &why), STATUS_STORAGE);
	ck_assert_int_eq(rmdir(fresh), 0);
	check_content("old");
}
END_TEST

START_TEST(reading_keeps_to_the_maximum)
{
	struct buffer out;

	write_text("12345");
	for (size_t size_max = 0; size_max < 8; size_max++) {
		buffer_init(&out, size_max);
		ck_assert_int_eq(file_read(&out, path, &why),
		                 size_max < 5 ? STATUS_TOO_LARGE : STATUS_OK);
		ck_assert_uint_eq(out.size, size_max < 5 ? size_max : 5);
		buffer_close(&out);
	}
}
END_TEST

START_TEST(a_large_file_is_read_whole_behind_what_is_there)
{
	static char text[100001];
	struct buffer out;

	memset(text, 'x', sizeof text - 1);
	text[70000] = 'y';
	write_text(text);
	buffer_init(&out, 1 << 20);
	buffer_append_text(&out, "before");
	ck_assert_int_eq(file_read(&out, path, &why), STATUS_OK);
	ck_assert_uint_eq(out.size, 6 + 100000);
	ck_assert_mem_eq(out.at, "before", 6);
	ck_assert_mem_eq(out.at + 6, text, 100000);
	buffer_close(&out);
}
END_TEST

START_TEST(what_is_not_there_or_no_file_is_told_apart)
{
	struct buffer out;

	buffer_init(&out, 100);
	ck_assert_int_eq(file_read(&out, path, &why), STATUS_NOT_FOUND);
	ck_assert_ptr_nonnull(strstr(why.text, path));
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_eq(file_read(&out, path, &why), STATUS_STORAGE);
	ck_assert_int_eq(rmdir(path), 0);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_int_eq(file_read(&out, path, &why), STATUS_STORAGE);
	buffer_close(&out);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("file");
	TCase *cases = tcase_create("file");

	tcase_add_checked_fixture(cases, start, NULL);
	tcase_add_test(cases, a_file_holds_what_was_last_written);
	tcase_add_test(cases, the_mode_is_the_one_asked_for_whatever_the_umask);
	tcase_add_test(cases, what_a_crash_left_behind_is_in_nobodys_way);
	tcase_add_test(cases, a_link_planted_under_the_new_name_is_not_followed);
	tcase_add_test(cases, creating_never_overwrites);
	tcase_add_test(cases, a_write_that_fails_leaves_the_old_file);
	tcase_add_test(cases, reading_keeps_to_the_maximum);
	tcase_add_test(cases, a_large_file_is_read_whole_behind_what_is_there);
	tcase_add_test(cases, what_is_not_there_or_no_file_is_told_apart);
	suite_add_tcase(suite, cases);
	return suite;
}
