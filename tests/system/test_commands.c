/* cairnd's command line: what the table of its commands says is what the program understands. */
#include "node/shell/command_table.h"
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

static char said[NODE_COMMAND_TEXT_MAX];

/* The exit code; what went to either stream is in `said`. */
static int cairnd(const char *arguments)
{
	char command[4096];
	FILE *pipe;
	int result;

	snprintf(command, sizeof command, "HOME=%s '%s/cairnd' %s 2>&1 </dev/null", scratch_folder(),
	         getenv("CAIRN_BIN_DIR"), arguments);
	pipe = popen(command, "r");
	ck_assert_ptr_nonnull(pipe);
	said[fread(said, 1, sizeof said - 1, pipe)] = '\0';
	result = pclose(pipe);
	ck_assert(WIFEXITED(result));
	return WEXITSTATUS(result);
}

static bool reads_no_arguments(const struct node_command_row *row)
{
	return strcmp(row->name, "version") == 0 || strcmp(row->name, "help") == 0;
}

/* The program reads its arguments in order, and stops at the first that it does not know: that is
 * the one behind all that the table lists. */
START_TEST(each_command_understands_the_options_of_the_table)
{
	for (size_t i = 0; i < node_command_count(); i++) {
		const struct node_command_row *row = node_command_at(i);
		char line[2000];
		size_t size = (size_t)snprintf(line, sizeof line, "%s", row->name);

		for (const struct node_command_option *option = row->options; option->name; option++)
			size += (size_t)snprintf(line + size, sizeof line - size, " --%s%s", option->name,
			                         option->value ? " 1" : "");
		snprintf(line + size, sizeof line - size, " --no-such-option");
		if (reads_no_arguments(row))
			continue;
		ck_assert_msg(cairnd(line) == 2, "%s: %s", line, said);
		ck_assert_msg(strstr(said, "--no-such-option") != NULL, "%s: %s", line, said);
		ck_assert_msg(strstr(said, "usage: cairnd ") != NULL, "%s: %s", line, said);
	}
}
END_TEST

START_TEST(each_command_explains_itself)
{
	for (size_t i = 0; i < node_command_count(); i++) {
		const struct node_command_row *row = node_command_at(i);
		char line[100];

		snprintf(line, sizeof line, "%s --help", row->name);
		ck_assert_int_eq(cairnd(line), 0);
		ck_assert_msg(strstr(said, row->summary) != NULL, "%s", said);
		snprintf(line, sizeof line, "help %s", row->name);
		ck_assert_int_eq(cairnd(line), 0);
		ck_assert_msg(strstr(said, row->summary) != NULL, "%s", said);
	}
}
END_TEST

START_TEST(the_nearest_is_named_where_there_is_no_such_command)
{
	ck_assert_int_eq(cairnd("devent 4"), 2);
	ck_assert_ptr_nonnull(strstr(said, "there is no command 'devent'; the nearest is 'devnet'"));
	ck_assert_int_eq(cairnd("help devent"), 2);
	ck_assert_ptr_nonnull(strstr(said, "'devnet'"));
	ck_assert_int_eq(cairnd("frobnicate"), 2);
	ck_assert_ptr_nonnull(strstr(said, "usage: cairnd COMMAND"));
	ck_assert_int_eq(cairnd("network found"), 2);
	ck_assert_int_eq(cairnd(""), 2);
}
END_TEST

START_TEST(manual_and_completion_come_from_the_program)
{
	ck_assert_int_eq(cairnd("help --man"), 0);
	ck_assert_ptr_nonnull(strstr(said, ".TH CAIRND 8"));
	ck_assert_int_eq(cairnd("help --completion bash"), 0);
	ck_assert_ptr_nonnull(strstr(said, "complete -o filenames -F _cairnd cairnd"));
	ck_assert_int_eq(cairnd("help --completion csh"), 2);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("commands");
	TCase *cases = tcase_create("commands");

	tcase_add_test(cases, each_command_understands_the_options_of_the_table);
	tcase_add_test(cases, each_command_explains_itself);
	tcase_add_test(cases, the_nearest_is_named_where_there_is_no_such_command);
	tcase_add_test(cases, manual_and_completion_come_from_the_program);
	suite_add_tcase(suite, cases);
	return suite;
}
