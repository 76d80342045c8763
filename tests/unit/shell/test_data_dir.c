#include "node/shell/data_dir.h"
#include "tests/support/support.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char path[300];
static struct data_dir dir;
static struct why why;

static void start(void)
{
	snprintf(path, sizeof path, "%s/node", scratch_folder());
}

static void stop(void)
{
	data_dir_close(&dir);
}

static size_t entry_count(const char *folder)
{
	DIR *open = opendir(folder);
	size_t count = 0;

	ck_assert_ptr_nonnull(open);
	for (struct dirent *entry; (entry = readdir(open));)
		count += entry->d_name[0] != '.';
	closedir(open);
	return count;
}

static void write_file(const char *name, const char *text)
{
	char file_path[400];
	FILE *file;

	snprintf(file_path, sizeof file_path, "%s/%s", path, name);
	file = fopen(file_path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	ck_assert_int_eq(fclose(file), 0);
}

static void create(void)
{
	ck_assert_msg(data_dir_create(&dir, path, &why) == STATUS_OK, "%s", why.text);
}

static void check_why(const char *format, const char *a, const char *b)
{
	char expected[1000];

	/* the formats are this file's own */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(expected, sizeof expected, format, a, b);
#pragma GCC diagnostic pop
	ck_assert_str_eq(why.text, expected);
}

START_TEST(a_new_folder_is_private_marked_and_can_be_opened_again)
{
	char file_path[DATA_PATH_SIZE], expected[400];
	struct stat facts;

	create();
	ck_assert_int_eq(stat(path, &facts), 0);
	ck_assert_uint_eq(facts.st_mode & 07777, 0700);
	data_dir_path(file_path, &dir, "cairn.version");
	snprintf(expected, sizeof expected, "%s/cairn.version", path);
	ck_assert_str_eq(file_path, expected);
	ck_assert_int_eq(access(file_path, R_OK), 0);
	data_dir_close(&dir);
	ck_assert_msg(data_dir_open(&dir, path, &why) == STATUS_OK, "%s", why.text);
}
END_TEST

START_TEST(folders_above_are_made_and_slashes_at_the_end_do_not_matter)
{
	char deep[400];

	snprintf(deep, sizeof deep, "%s/a/b/c//", path);
	ck_assert_int_eq(data_dir_create(&dir, deep, &why), STATUS_OK);
	snprintf(deep, sizeof deep, "%s/a/b/c", path);
	ck_assert_str_eq(dir.path, deep);
}
END_TEST

START_TEST(an_empty_folder_is_taken_and_made_private)
{
	struct stat facts;

	ck_assert_int_eq(mkdir(path, 0755), 0);
	create();
	ck_assert_int_eq(stat(path, &facts), 0);
	ck_assert_uint_eq(facts.st_mode & 07777, 0700);
}
END_TEST

START_TEST(a_folder_with_other_things_is_refused_and_untouched)
{
	static const char *const THINGS[] = {"letter.txt", ".hidden", "lock.txt"};
	struct stat before, after;

	for (size_t i = 0; i < 3; i++) {
		start();
		ck_assert_int_eq(mkdir(path, 0755), 0);
		write_file(THINGS[i], "dear all");
		ck_assert_int_eq(stat(path, &before), 0);
		ck_assert_int_eq(data_dir_create(&dir, path, &why), STATUS_FOREIGN);
		check_why(
		    "%s holds other files and is no data directory of Cairn: name an empty or "
		    "a new one with --data-dir",
		    path, "");
		ck_assert_int_eq(data_dir_open(&dir, path, &why), STATUS_FOREIGN);
		ck_assert_int_eq(stat(path, &after), 0);
		ck_assert_uint_eq(after.st_mode, before.st_mode);
		ck_assert_int_eq(after.st_mtim.tv_sec, before.st_mtim.tv_sec);
		ck_assert_int_eq(after.st_mtim.tv_nsec, before.st_mtim.tv_nsec);
		ck_assert_uint_eq(entry_count(path), THINGS[i][0] != '.');
	}
}
END_TEST

START_TEST(a_node_is_not_made_over_another)
{
	create();
	write_file("genesis", "precious");
	data_dir_close(&dir);
	ck_assert_int_eq(data_dir_create(&dir, path, &why), STATUS_EXISTS);
	check_why("a node lives in %s already: start it with 'cairnd run --data-dir %s', or "
	          "name another directory",
	          path, path);
}
END_TEST

START_TEST(a_folder_that_is_not_there_or_empty_says_how_to_make_one)
{
	ck_assert_int_eq(data_dir_open(&dir, path, &why), STATUS_NOT_FOUND);
	check_why("there is no directory %s: make a node with 'cairnd init --data-dir %s'",
	          path, path);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_eq(data_dir_open(&dir, path, &why), STATUS_NOT_FOUND);
	check_why("no node lives in %s yet: make one with 'cairnd init --data-dir %s'", path,
	          path);
	ck_assert_uint_eq(entry_count(path), 0);
	ck_assert_int_eq(data_dir_open(&dir, "", &why), STATUS_NOT_FOUND);
	ck_assert_str_eq(why.text, "no data directory is named: say --data-dir DIR");
}
END_TEST

#define LONG_LINE "longer than any mark of ours ever was, so this cannot be one of them\n"

START_TEST(a_mark_of_another_version_is_refused)
{
	static const char *const MARKS[] = {"cairn data 2\n", "cairn data 1", "",
	                                    "cairn data 1\n\n", LONG_LINE};

	create();
	data_dir_close(&dir);
	for (size_t i = 0; i < sizeof MARKS / sizeof *MARKS; i++) {
		write_file("cairn.version", MARKS[i]);
		ck_assert_int_eq(data_dir_open(&dir, path, &why), STATUS_FOREIGN);
		ck_assert_ptr_nonnull(strstr(why.text, "was made by another version of cairnd"));
		ck_assert_int_eq(data_dir_create(&dir, path, &why), STATUS_FOREIGN);
	}
}
END_TEST

START_TEST(a_second_node_is_told_who_is_in_the_way)
{
	struct data_dir second;
	char pid[24];

	create();
	ck_assert_int_eq(data_dir_open(&second, path, &why), STATUS_BUSY);
	snprintf(pid, sizeof pid, "%ld", (long)getpid());
	check_why("another cairnd, process %s, uses %s: stop it first, or name another "
	          "directory with --data-dir",
	          pid, path);
	data_dir_close(&second); /* holds nothing */
	ck_assert_int_eq(data_dir_open(&second, path, &why), STATUS_BUSY);
	data_dir_close(&dir);
	ck_assert_int_eq(data_dir_open(&second, path, &why), STATUS_OK);
	data_dir_close(&second);
}
END_TEST

START_TEST(a_killed_node_leaves_no_lock_behind)
{
	int pipe_ends[2], state;
	char byte;
	pid_t child;

	create();
	data_dir_close(&dir);
	ck_assert_int_eq(pipe(pipe_ends), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		byte = data_dir_open(&dir, path, &why) == STATUS_OK;
		if (write(pipe_ends[1], &byte, 1) == 1)
			pause();
		_exit(1);
	}
	ck_assert_int_eq(read(pipe_ends[0], &byte, 1), 1);
	ck_assert_int_eq(byte, 1);
	ck_assert_int_eq(data_dir_open(&dir, path, &why), STATUS_BUSY);
	ck_assert_int_eq(kill(child, SIGKILL), 0);
	ck_assert_int_eq(waitpid(child, &state, 0), child);
	ck_assert_int_eq(data_dir_open(&dir, path, &why), STATUS_OK);
}
END_TEST

START_TEST(an_interrupted_creation_can_be_done_again)
{
	ck_assert_int_eq(mkdir(path, 0700), 0);
	write_file("lock", "123\n");
	write_file("cairn.version.new", "cairn da");
	create();
	ck_assert_uint_eq(entry_count(path), 2);
}
END_TEST

START_TEST(a_path_that_is_too_long_is_refused)
{
	char long_path[DATA_DIR_PATH_SIZE + 1];

	memset(long_path, 'a', sizeof long_path);
	long_path[0] = '/';
	long_path[DATA_DIR_PATH_SIZE] = '\0';
	ck_assert_int_eq(data_dir_open(&dir, long_path, &why), STATUS_TOO_LARGE);
	ck_assert_int_eq(data_dir_create(&dir, long_path, &why), STATUS_TOO_LARGE);
}
END_TEST

START_TEST(the_default_follows_xdg)
{
	char chosen[DATA_DIR_PATH_SIZE];

	ck_assert_int_eq(setenv("XDG_DATA_HOME", "/data", 1), 0);
	ck_assert_int_eq(setenv("HOME", "/home/ann", 1), 0);
	ck_assert_int_eq(data_dir_default(chosen, "main", &why), STATUS_OK);
	ck_assert_str_eq(chosen, "/data/cairn/main");
	ck_assert_int_eq(setenv("XDG_DATA_HOME", "relative", 1), 0);
	ck_assert_int_eq(data_dir_default(chosen, "main", &why), STATUS_OK);
	ck_assert_str_eq(chosen, "/home/ann/.local/share/cairn/main");
	ck_assert_int_eq(unsetenv("XDG_DATA_HOME"), 0);
	ck_assert_int_eq(data_dir_default(chosen, "test", &why), STATUS_OK);
	ck_assert_str_eq(chosen, "/home/ann/.local/share/cairn/test");
	ck_assert_int_eq(unsetenv("HOME"), 0);
	ck_assert_int_eq(data_dir_default(chosen, "test", &why), STATUS_NOT_FOUND);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("data_dir");
	TCase *cases = tcase_create("data_dir");

	tcase_add_checked_fixture(cases, start, stop);
	tcase_add_test(cases, a_new_folder_is_private_marked_and_can_be_opened_again);
	tcase_add_test(cases, folders_above_are_made_and_slashes_at_the_end_do_not_matter);
	tcase_add_test(cases, an_empty_folder_is_taken_and_made_private);
	tcase_add_test(cases, a_folder_with_other_things_is_refused_and_untouched);
	tcase_add_test(cases, a_node_is_not_made_over_another);
	tcase_add_test(cases, a_folder_that_is_not_there_or_empty_says_how_to_make_one);
	tcase_add_test(cases, a_mark_of_another_version_is_refused);
	tcase_add_test(cases, a_second_node_is_told_who_is_in_the_way);
	tcase_add_test(cases, a_killed_node_leaves_no_lock_behind);
	tcase_add_test(cases, an_interrupted_creation_can_be_done_again);
	tcase_add_test(cases, a_path_that_is_too_long_is_refused);
	tcase_add_test(cases, the_default_follows_xdg);
	suite_add_tcase(suite, cases);
	return suite;
}
