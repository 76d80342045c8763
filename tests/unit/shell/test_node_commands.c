/* What people read of cairnd's commands, and what their shells do. */
#include "node/shell/command_table.h"
#include "rpc/api/man_text.h"
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct buffer text;

static void setup(void)
{
	buffer_init(&text, NODE_COMMAND_TEXT_MAX);
}

static void teardown(void)
{
	buffer_close(&text);
}

static bool is_printed(const char *word)
{
	buffer_append(&text, "", 1);
	ck_assert_int_eq(text.status, STATUS_OK);
	text.size--;
	return strstr((const char *)text.at, word) != NULL;
}

START_TEST(every_command_has_help_with_all_its_options)
{
	for (size_t i = 0; i < node_command_count(); i++) {
		const struct node_command_row *row = node_command_at(i);

		buffer_clear(&text);
		node_command_put_help(&text, row->name);
		ck_assert(is_printed(row->name));
		ck_assert(is_printed(row->summary));
		for (const struct node_command_option *option = row->options; option->name; option++) {
			ck_assert(is_printed(option->name));
		}
		buffer_clear(&text);
		node_command_put_overview(&text);
		ck_assert(is_printed(row->name));
		ck_assert_ptr_eq(node_command_find(row->name), row);
	}
	ck_assert_ptr_null(node_command_find("network"));
}
END_TEST

START_TEST(no_line_of_usage_is_too_long)
{
	for (size_t i = 0; i < node_command_count(); i++) {
		buffer_clear(&text);
		node_command_put_synopsis(&text, node_command_at(i));
		for (size_t start = 0, at = 0; at < text.size; at++)
			if (text.at[at] == '\n') {
				ck_assert_uint_le(at - start, 100);
				start = at + 1;
			}
	}
}
END_TEST

/* groff, where it is installed, warns of what it does not understand. */
START_TEST(the_manual_page_is_one)
{
	char path[128], command[300];
	FILE *file;

	node_command_put_manual(&text);
	for (size_t i = 0; i < node_command_count(); i++) {
		struct buffer summary;

		buffer_init(&summary, 1000);
		man_text_escape(&summary, node_command_at(i)->summary);
		buffer_append(&summary, "", 1);
		ck_assert_int_eq(summary.status, STATUS_OK);
		ck_assert(is_printed((const char *)summary.at));
		buffer_close(&summary);
	}
	ck_assert(is_printed("\\fBstore.prune_window_blocks\\fR = 10000"));
	ck_assert(is_printed(".SH FILES"));
	snprintf(path, sizeof path, "%s/cairnd.8", scratch_folder());
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(text.at, 1, text.size, file), text.size);
	ck_assert_int_eq(fclose(file), 0);
	if (system("command -v groff > /dev/null") != 0)
		return;
	snprintf(command, sizeof command, "test -z \"$(groff -man -ww -z %s 2>&1)\"", path);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

/* The shell itself reads the script and completes with it. */
static void completes(const char *shell, const char *format, const char *line,
                      const char *expected)
{
	char path[128], program[1024], got[4096] = "";
	FILE *file;
	size_t size;

	buffer_clear(&text);
	ck_assert(node_command_put_completion(&text, shell));
	ck_assert_int_eq(text.status, STATUS_OK);
	snprintf(path, sizeof path, "%s/cairnd.%s", scratch_folder(), shell);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(text.at, 1, text.size, file), text.size);
	ck_assert_int_eq(fclose(file), 0);
	snprintf(program, sizeof program, format, path, line);
	file = popen(program, "r");
	ck_assert_ptr_nonnull(file);
	size = fread(got, 1, sizeof got - 1, file);
	got[size] = '\0';
	ck_assert_int_eq(pclose(file), 0);
	ck_assert_msg(strstr(got, expected) != NULL, "%s: %s", line, got);
}

static void bash_completes(const char *line, const char *expected)
{
	completes("bash",
	          "bash -c 'source %s; COMP_WORDS=(%s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); "
	          "_cairnd; echo \"<${COMPREPLY[*]}>\"' 2>&1",
	          line, expected);
}

START_TEST(bash_completes_commands_options_and_values)
{
	if (system("command -v bash > /dev/null") != 0)
		return;
	bash_completes("cairnd dev", "<devnet>");
	bash_completes("cairnd netw", "<network>");
	bash_completes("cairnd network inv", "<invite>");
	bash_completes("cairnd network join --l", "<--listen>");
	bash_completes("cairnd run --log", "<--log-level --log-format>");
	bash_completes("cairnd run --data-dir x --rpc", "<--rpc-listen>");
	bash_completes("cairnd join --g", "<--genesis>");
	bash_completes("cairnd help --completion z", "<zsh>");
	bash_completes("cairnd run --data-dir /us", "</usr>");
	bash_completes("cairnd nothing --l", "<>");
}
END_TEST

START_TEST(fish_completes_commands_options_and_values)
{
	static const char format[] = "fish -c 'source %s; complete -C \"%s\"' 2>&1";

	if (system("command -v fish > /dev/null") != 0)
		return;
	completes("fish", format, "cairnd dev", "devnet\tRun a whole network");
	completes("fish", format, "cairnd network inv", "invite\t");
	completes("fish", format, "cairnd run --log-l", "--log-level\t");
	completes("fish", format, "cairnd help --completion z", "zsh");
}
END_TEST

START_TEST(zsh_understands_its_script)
{
	if (system("command -v zsh > /dev/null") != 0)
		return;
	completes("zsh", "zsh -n %s && echo read %s 2>&1", "whole", "read whole");
}
END_TEST

START_TEST(of_another_shell_nothing_is_known)
{
	ck_assert(!node_command_put_completion(&text, "csh"));
	ck_assert_uint_eq(text.size, 0);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("node commands");
	TCase *cases = tcase_create("node commands");

	tcase_add_checked_fixture(cases, setup, teardown);
	tcase_add_test(cases, every_command_has_help_with_all_its_options);
	tcase_add_test(cases, no_line_of_usage_is_too_long);
	tcase_add_test(cases, the_manual_page_is_one);
	tcase_add_test(cases, bash_completes_commands_options_and_values);
	tcase_add_test(cases, fish_completes_commands_options_and_values);
	tcase_add_test(cases, zsh_understands_its_script);
	tcase_add_test(cases, of_another_shell_nothing_is_known);
	suite_add_tcase(suite, cases);
	return suite;
}
