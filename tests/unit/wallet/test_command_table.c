/* The table of commands, and what is printed from it: command.h, help.h. */
#include "rpc/api/method.h"
#include "tests/support/support.h"
#include "wallet-cli/help.h"

static struct arguments arguments;
static struct failure failure;
static struct buffer text;
static const struct command *command;
static size_t used;

static void setup(void)
{
	buffer_init(&text, 1 << 20);
}

static void teardown(void)
{
	buffer_close(&text);
	arguments_close(&arguments);
}

#define FIND(...)                                                                        \
	find((const char *const[]){__VA_ARGS__},                                             \
	     sizeof(const char *const[]){__VA_ARGS__} / sizeof(const char *))

static enum exit_code find(const char *const *texts, size_t count)
{
	arguments_close(&arguments);
	failure = (struct failure){0};
	ck_assert_int_eq(arguments_parse(&arguments, (int)count, texts, &failure),
	                 EXIT_CODE_OK);
	return command_find(&command, &used, &arguments, &failure);
}

/* The text as a C string. */
static const char *printed(void)
{
	buffer_append(&text, "", 1);
	ck_assert_int_eq(text.status, STATUS_OK);
	return (const char *)text.at;
}

static bool is_printed(const char *words)
{
	bool found;

	printed();
	found = strstr((const char *)text.at, words) != NULL;
	text.size--;
	return found;
}

static void for_each_command(void (*check)(const struct command *each))
{
	for (size_t i = 0; i < NOUN_COUNT; i++) {
		struct command_noun noun = command_noun_at(i);

		ck_assert_uint_gt(noun.command_count, 0);
		for (size_t j = 0; j < noun.command_count; j++)
			check(&noun.commands[j]);
	}
}

/* -- The rows ------------------------------------------------------------------------ */

static void check_row(const struct command *each)
{
	size_t summary_size = strlen(each->summary);

	ck_assert_ptr_nonnull(each->run);
	ck_assert_ptr_nonnull(each->words);
	ck_assert_uint_le(each->word_count_min, each->word_count_max);
	ck_assert_uint_gt(summary_size, 10);
	ck_assert_uint_lt(summary_size, 66);
	ck_assert_int_ne(each->summary[summary_size - 1], '.');
	ck_assert_uint_le(each->option_count, COMMAND_OPTIONS_MAX);
	/* A global option in a row, or one twice, would be listed twice. */
	for (size_t i = 0; i < each->option_count; i++) {
		ck_assert(!option_facts(each->options[i])->is_global);
		for (size_t j = 0; j < i; j++)
			ck_assert_int_ne(each->options[i], each->options[j]);
	}
	ck_assert_ptr_eq(command_of(each->noun, each->verb), each);
}

START_TEST(every_row_is_whole)
{
	for_each_command(check_row);
}
END_TEST

static void check_examples(const struct command *each)
{
	char start[64];

	if (!each->examples)
		return;
	for (const char *line = each->examples; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		/* Those that show something beside the command are for people's eyes. */
		if (strncmp(line, "source", 6) == 0 || strncmp(line, "cairn node list", 15) == 0)
			continue;
		snprintf(start, sizeof start, "cairn %s", each->noun);
		ck_assert_msg(strncmp(line, start, strlen(start)) == 0 ||
		                  strncmp(line, "cairn tx", 8) == 0,
		              "example '%.40s' of %s", line, start);
	}
}

START_TEST(examples_are_of_their_command)
{
	for_each_command(check_examples);
}
END_TEST

static bool option_is_used;
static enum option searched;

static void search_option(const struct command *each)
{
	option_is_used = option_is_used || command_takes(each, searched);
}

START_TEST(every_option_belongs_to_a_command)
{
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		searched = (enum option)i;
		option_is_used = false;
		for_each_command(search_option);
		ck_assert_msg(option_is_used, "--%s", option_facts(searched)->text);
	}
}
END_TEST

START_TEST(no_secret_can_be_given_as_an_argument)
{
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const struct option_facts *facts = option_facts((enum option)i);

		if (strstr(facts->text, "passphrase"))
			ck_assert(strcmp(facts->value, "FILE") == 0 ||
			          strcmp(facts->value, "N") == 0);
	}
	ck_assert_ptr_null(option_facts(OPTION_words)->value);
}
END_TEST

/* -- Finding ------------------------------------------------------------------------- */

START_TEST(a_command_is_found_and_its_words_follow)
{
	ck_assert_int_eq(FIND("record", "add", "notes", "x"), EXIT_CODE_OK);
	ck_assert_str_eq(command->noun, "record");
	ck_assert_str_eq(command->verb, "add");
	ck_assert_uint_eq(used, 2);
	ck_assert_int_eq(FIND("rpc", "chain.get_head"), EXIT_CODE_OK);
	ck_assert_str_eq(command->noun, "rpc");
	ck_assert_uint_eq(used, 1);
}
END_TEST

START_TEST(a_method_without_a_command_is_called)
{
	ck_assert_int_eq(FIND("stream", "get-latest", "stream=a", "key=k"), EXIT_CODE_OK);
	ck_assert_str_eq(command->noun, "rpc");
	ck_assert_uint_eq(used, 0);
	ck_assert_str_eq(command_method("stream", "get-latest")->name, "stream.get_latest");
	ck_assert_ptr_null(command_method("stream", "get-nothing"));
}
END_TEST

START_TEST(a_mistyped_command_hears_the_nearest)
{
	ck_assert_int_eq(FIND("recrod", "add"), EXIT_CODE_USAGE);
	ck_assert_str_eq(failure.hint, "the nearest is 'cairn record'");
	ck_assert_int_eq(FIND("wallet", "retsore"), EXIT_CODE_USAGE);
	ck_assert_str_eq(failure.hint, "the nearest is 'cairn wallet restore'");
	ck_assert_int_eq(FIND("chain", "zzz"), EXIT_CODE_USAGE);
	ck_assert_str_eq(failure.hint, "'cairn help chain' lists its commands");
}
END_TEST

START_TEST(a_noun_alone_hears_its_verbs)
{
	ck_assert_int_eq(FIND("tx"), EXIT_CODE_USAGE);
	ck_assert_str_eq(failure.message,
	                 "cairn tx needs one of: build, sign, send, show, wait, decode");
	ck_assert_int_eq(find(NULL, 0), EXIT_CODE_USAGE);
}
END_TEST

START_TEST(an_option_of_another_command_is_refused)
{
	ck_assert_int_eq(FIND("record", "get", "notes", "--lines"), EXIT_CODE_USAGE);
	ck_assert_str_eq(failure.message, "cairn record get has no option --lines");
	ck_assert_int_eq(FIND("record", "get", "notes", "--json"), EXIT_CODE_OK);
}
END_TEST

START_TEST(too_few_and_too_many_words_are_refused)
{
	ck_assert_int_eq(FIND("record", "add", "notes"), EXIT_CODE_USAGE);
	ck_assert_str_eq(failure.message,
	                 "something is missing: cairn record add STREAM VALUE|@FILE|-");
	ck_assert_int_eq(FIND("chain", "head", "1"), EXIT_CODE_USAGE);
	ck_assert_str_eq(failure.message, "there are too many words: cairn chain head");
	ck_assert_int_eq(FIND("chain", "head", "1", "--help"), EXIT_CODE_OK);
}
END_TEST

/* -- Printing ------------------------------------------------------------------------ */

static void check_help(const struct command *each)
{
	buffer_clear(&text);
	help_command(&text, each);
	ck_assert(is_printed(each->summary));
	ck_assert(is_printed(each->words));
	for (size_t i = 0; i < each->option_count; i++)
		ck_assert(is_printed(option_facts(each->options[i])->text));
}

START_TEST(every_command_has_help)
{
	for_each_command(check_help);
}
END_TEST

static void check_width(const struct command *each)
{
	const char *line;

	buffer_clear(&text);
	help_command(&text, each);
	/* The first line and examples are one line each, however long. */
	line = strchr(printed(), '\n') + 1;
	while (*line && strncmp(line, "Examples", 8) != 0) {
		size_t size = strcspn(line, "\n");

		ck_assert_msg(size <= HELP_WIDTH, "%.*s", (int)size, line);
		line += size + 1;
	}
}

START_TEST(help_fits_the_screen)
{
	for_each_command(check_width);
}
END_TEST

static void check_man(const struct command *each)
{
	char start[64];
	const char *found;

	snprintf(start, sizeof start, ".SS cairn %s%s", each->noun, each->verb ? " " : "");
	found = strstr((const char *)text.at, start);
	ck_assert_ptr_nonnull(found);
}

START_TEST(every_command_and_exit_code_is_in_the_manual)
{
	const char *line;

	help_man_page(&text);
	line = printed();
	for_each_command(check_man);
	ck_assert_ptr_nonnull(strstr(line, ".SH EXIT STATUS"));
#define EXIT_CODE_CHECK(name, number, meaning)                                           \
	ck_assert_ptr_nonnull(strstr(line, ".TP\n.B " #number "\n"));
	EXIT_CODE_LIST(EXIT_CODE_CHECK)
	/* A text that begins a line with a dot would be taken for a request. */
	for (; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (line[0] == '.')
			ck_assert_msg(strchr("THSPRBnfI", line[1]), "%.40s", line);
		ck_assert_int_ne(line[0], '\'');
	}
}
END_TEST

START_TEST(the_overview_names_every_command)
{
	help_overview(&text);
	for (size_t i = 0; i < NOUN_COUNT; i++) {
		struct command_noun noun = command_noun_at(i);

		ck_assert(is_printed(noun.name));
		ck_assert(is_printed(noun.summary));
		for (size_t j = 0; noun.commands[0].verb && j < noun.command_count; j++)
			ck_assert(is_printed(noun.commands[j].verb));
	}
}
END_TEST

START_TEST(every_method_has_help)
{
	for (size_t i = 0; i < rpc_method_count(); i++) {
		const struct rpc_method *method = rpc_method_at(i);

		buffer_clear(&text);
		help_method(&text, method);
		ck_assert(is_printed(method->name));
		for (size_t j = 0; method->parameters[j]; j++)
			ck_assert(is_printed(method->parameters[j]->name));
	}
}
END_TEST

/* bash itself reads the script and completes with it. */
static void completes(const char *line, const char *expected)
{
	const char *folder = scratch_folder();
	char path[128], program[1024], got[4096] = "";
	FILE *file;
	size_t size;

	buffer_clear(&text);
	help_completion_bash(&text);
	snprintf(path, sizeof path, "%s/cairn.bash", folder);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(text.at, 1, text.size, file), text.size);
	ck_assert_int_eq(fclose(file), 0);
	snprintf(program, sizeof program,
	         "bash -c 'source %s; COMP_WORDS=(%s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); "
	         "_cairn; echo \"${COMPREPLY[*]}\"' 2>&1",
	         path, line);
	file = popen(program, "r");
	ck_assert_ptr_nonnull(file);
	size = fread(got, 1, sizeof got - 1, file);
	got[size] = '\0';
	ck_assert_int_eq(pclose(file), 0);
	ck_assert_msg(strstr(got, expected) != NULL, "%s: %s", line, got);
}

START_TEST(bash_completes_nouns_verbs_options_and_values)
{
	if (system("command -v bash > /dev/null") != 0)
		return;
	completes("cairn rec", "record");
	completes("cairn --data-dir x wallet rest", "restore");
	completes("cairn record add notes x --exp", "--expected-count --expected-version");
	completes("cairn record add --wait p", "pending");
	completes("cairn rpc stream.get_l", "stream.get_latest");
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("command_table");
	TCase *cases = tcase_create("command_table");

	tcase_add_checked_fixture(cases, setup, teardown);
	tcase_add_test(cases, every_row_is_whole);
	tcase_add_test(cases, examples_are_of_their_command);
	tcase_add_test(cases, every_option_belongs_to_a_command);
	tcase_add_test(cases, no_secret_can_be_given_as_an_argument);
	tcase_add_test(cases, a_command_is_found_and_its_words_follow);
	tcase_add_test(cases, a_method_without_a_command_is_called);
	tcase_add_test(cases, a_mistyped_command_hears_the_nearest);
	tcase_add_test(cases, a_noun_alone_hears_its_verbs);
	tcase_add_test(cases, an_option_of_another_command_is_refused);
	tcase_add_test(cases, too_few_and_too_many_words_are_refused);
	tcase_add_test(cases, every_command_has_help);
	tcase_add_test(cases, help_fits_the_screen);
	tcase_add_test(cases, every_command_and_exit_code_is_in_the_manual);
	tcase_add_test(cases, the_overview_names_every_command);
	tcase_add_test(cases, every_method_has_help);
	tcase_add_test(cases, bash_completes_nouns_verbs_options_and_values);
	suite_add_tcase(suite, cases);
	return suite;
}
