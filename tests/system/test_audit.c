/* cairnd audit, as a program: what it says of a good ledger, of one in use, and of files in
 * which a byte was changed. */
#include "tests/live/live.h"
#include "tests/support/support.h"

#include "chain/base/text.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RUNS = 3, TXS_A_RUN = 200, BLOCK_SIZE = 4096 };

static struct live_node node;
static char said[8192];

static void in_folder(const char *line)
{
	char command[4096];

	snprintf(command, sizeof command, "cd %s && { %s; } >/dev/null 2>&1", node.folder, line);
	ck_assert_msg(system(command) == 0, "failed: %s", line);
}

static void submit(size_t count)
{
	struct live_connection connection;
	struct workload workload;

	live_connect(&connection, &node);
	workload_make(&workload, &connection, count, 2);
	for (size_t i = 0; i < count; i++) {
		bool is_last = i + 1 == count;
		char text[1024] = {0}, params[1100];

		base64_encode(text, workload_tx(&workload, i));
		snprintf(params, sizeof params, "{\"tx_b64\":\"%s\"}", text);
		live_call(&connection, is_last ? "tx.submit_and_wait" : "tx.submit", params);
	}
	live_disconnect(&connection);
	workload_free(&workload);
}

/* A stopped node with all of its ledger in tables, which are kept beside. */
static void make(void)
{
	live_node_start(&node, getenv("CAIRN_BIN_DIR"), "/tmp");
	for (int run = 0; run < RUNS; run++) {
		submit(TXS_A_RUN);
		live_node_stop(&node);
		if (run + 1 < RUNS)
			live_node_restart(&node);
	}
	live_node_command(&node, "compact");
	in_folder("cp -a . ../kept");
}

static void end(void)
{
	live_node_remove(&node);
}

static void start(void)
{
	in_folder("find . -mindepth 1 -delete && cp -a ../kept/. .");
}

static void stop(void)
{
	if (node.process)
		live_node_stop(&node);
}

/* The exit code, or 128 and the signal's number; what it said goes to `said`. */
static int audit(void)
{
	char command[4500];
	FILE *output;
	size_t size;
	int status;

	snprintf(command, sizeof command,
	         "env -u CAIRN_BIN_DIR -u CAIRN_SOURCE_DIR %s audit --data-dir %s 2>&1",
	         node.program, node.folder);
	output = popen(command, "r");
	ck_assert_ptr_nonnull(output);
	size = fread(said, 1, sizeof said - 1, output);
	said[size] = '\0';
	status = pclose(output);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void expect_clean_folder(void)
{
	in_folder("! ls -d audit-*");
}

START_TEST(a_good_ledger_is_called_good)
{
	ck_assert_msg(audit() == 0, "%s", said);
	ck_assert_msg(strstr(said, "verdict        GOOD") && strstr(said, "newest block"), "%s",
	              said);
	expect_clean_folder();
	/* It left the ledger as it was. */
	live_node_restart(&node);
}
END_TEST

START_TEST(a_ledger_in_use_is_left_alone)
{
	live_node_restart(&node);
	ck_assert_int_eq(audit(), 1);
	ck_assert_msg(strstr(said, "another cairnd, process"), "%s", said);
	live_node_stop(&node);
	ck_assert_int_eq(audit(), 0);
}
END_TEST

START_TEST(blocks_that_are_only_in_the_write_ahead_log_count)
{
	live_node_restart(&node);
	submit(20);
	live_node_kill(&node);
	ck_assert_msg(audit() == 0, "%s", said);
	expect_clean_folder();
}
END_TEST

START_TEST(a_lost_tail_is_seen)
{
	in_folder("cp -a ledger ../older");
	live_node_restart(&node);
	submit(5);
	live_node_stop(&node);
	in_folder("rm -r ledger && mv ../older ledger");
	ck_assert_int_eq(audit(), 7);
	ck_assert_msg(strstr(said, "WRONG  block ") && strstr(said, "had committed block"), "%s",
	              said);
}
END_TEST

/* The first block of a table is one of rows. */
static void flip(const char *path, struct random *random)
{
	FILE *file = fopen(path, "r+b");
	long size, at;
	int byte;

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fseek(file, 0, SEEK_END), 0);
	size = ftell(file);
	/* A table of a few rows has its index and its properties in there too. */
	at = (long)random_below(random, (uint32_t)(size > 2 * BLOCK_SIZE ? BLOCK_SIZE : size / 8));
	ck_assert_int_eq(fseek(file, at, SEEK_SET), 0);
	byte = fgetc(file);
	ck_assert_int_eq(fseek(file, at, SEEK_SET), 0);
	ck_assert_int_ne(fputc(byte ^ 1 << random_below(random, 8), file), EOF);
	ck_assert_int_eq(fclose(file), 0);
}

/* Whatever family a table is of: the audit says so, or RocksDB itself gives up. */
START_TEST(a_changed_byte_in_any_table_is_found)
{
	struct random random = random_from(5);
	char pattern[160];
	glob_t tables;

	snprintf(pattern, sizeof pattern, "%s/ledger/*.sst", node.folder);
	ck_assert_int_eq(glob(pattern, 0, NULL, &tables), 0);
	ck_assert_uint_ge(tables.gl_pathc, 8);
	for (size_t i = 0; i < tables.gl_pathc; i++) {
		int code;

		flip(tables.gl_pathv[i], &random);
		code = audit();
		ck_assert_msg(code == 7 || code > 128, "%s changed, exit code %d: %s",
		              tables.gl_pathv[i], code, said);
		ck_assert_msg(code > 128 || strstr(said, "verdict        BAD") ||
		                  strstr(said, "WRONG"),
		              "%s", said);
		start();
	}
	globfree(&tables);
	ck_assert_int_eq(audit(), 0);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("audit");
	TCase *all = tcase_create("all");

	tcase_add_unchecked_fixture(all, make, end);
	tcase_add_checked_fixture(all, start, stop);
	tcase_add_test(all, a_good_ledger_is_called_good);
	tcase_add_test(all, a_ledger_in_use_is_left_alone);
	tcase_add_test(all, blocks_that_are_only_in_the_write_ahead_log_count);
	tcase_add_test(all, a_lost_tail_is_seen);
	tcase_add_test(all, a_changed_byte_in_any_table_is_found);
	suite_add_tcase(suite, all);
	return suite;
}
