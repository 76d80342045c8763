/* The command line taken apart: arguments.h. */
#include "tests/support/support.h"
#include "wallet-cli/arguments.h"

static struct arguments arguments;
static struct failure failure;

static void teardown(void)
{
	arguments_close(&arguments);
}

#define PARSE(...)                                                                       \
	parse((const char *const[]){__VA_ARGS__},                                            \
	      sizeof(const char *const[]){__VA_ARGS__} / sizeof(const char *))

static enum exit_code parse(const char *const *texts, size_t count)
{
	arguments_close(&arguments);
	failure = (struct failure){0};
	return arguments_parse(&arguments, (int)count, texts, &failure);
}

START_TEST(options_may_stand_anywhere)
{
	static const char *const orders[][6] = {
		{"--wallet", "w", "record", "add", "notes", "x"},
		{"record", "--wallet", "w", "add", "notes", "x"},
		{"record", "add", "notes", "x", "--wallet", "w"},
	};

	for (size_t i = 0; i < 3; i++) {
		ck_assert_int_eq(parse(orders[i], 6), EXIT_CODE_OK);
		ck_assert_uint_eq(arguments.word_count, 4);
		ck_assert_str_eq(arguments.words[0], "record");
		ck_assert_str_eq(arguments.words[3], "x");
		ck_assert_str_eq(arguments.options[OPTION_wallet], "w");
	}
}
END_TEST

START_TEST(a_value_follows_its_option_or_an_equals_sign)
{
	ck_assert_int_eq(PARSE("--key=a=b", "-p", "3", "-n5"), EXIT_CODE_OK);
	ck_assert_str_eq(arguments.options[OPTION_key], "a=b");
	ck_assert_str_eq(arguments.options[OPTION_position], "3");
	ck_assert_str_eq(arguments.options[OPTION_limit], "5");
	ck_assert_int_eq(PARSE("--key=", "x"), EXIT_CODE_OK);
	ck_assert_str_eq(arguments.options[OPTION_key], "");
	ck_assert_uint_eq(arguments.word_count, 1);
}
END_TEST

START_TEST(an_option_that_is_given_several_times_is_found_each_time)
{
	size_t at = 0;

	ck_assert_int_eq(PARSE("--topic", "a", "-k", "x", "-tb", "--json", "--topic=c"),
	                 EXIT_CODE_OK);
	ck_assert_str_eq(arguments.options[OPTION_topic], "c");
	ck_assert_str_eq(arguments_next(&arguments, OPTION_topic, &at), "a");
	ck_assert_str_eq(arguments_next(&arguments, OPTION_topic, &at), "b");
	ck_assert_str_eq(arguments_next(&arguments, OPTION_topic, &at), "c");
	ck_assert_ptr_null(arguments_next(&arguments, OPTION_topic, &at));
	at = 0;
	ck_assert_ptr_null(arguments_next(&arguments, OPTION_json, &at));
}
END_TEST

START_TEST(a_value_may_look_like_an_option)
{
	ck_assert_int_eq(PARSE("--key", "--json", "-k", "-q"), EXIT_CODE_OK);
	ck_assert_str_eq(arguments.options[OPTION_key], "-q");
	ck_assert(!arguments_has(&arguments, OPTION_json));
	ck_assert(!arguments_has(&arguments, OPTION_quiet));
}
END_TEST

START_TEST(switches_of_one_letter_go_together)
{
	ck_assert_int_eq(PARSE("-qy", "-yqkv"), EXIT_CODE_OK);
	ck_assert(arguments_has(&arguments, OPTION_quiet));
	ck_assert(arguments_has(&arguments, OPTION_yes));
	ck_assert_str_eq(arguments.options[OPTION_key], "v");
}
END_TEST

START_TEST(two_hyphens_end_the_options)
{
	ck_assert_int_eq(PARSE("record", "add", "--", "notes", "--json", "-5"), EXIT_CODE_OK);
	ck_assert_uint_eq(arguments.word_count, 5);
	ck_assert_str_eq(arguments.words[3], "--json");
	ck_assert_str_eq(arguments.words[4], "-5");
	ck_assert(!arguments_has(&arguments, OPTION_json));
}
END_TEST

START_TEST(a_lone_hyphen_is_a_word)
{
	ck_assert_int_eq(PARSE("record", "add", "notes", "-"), EXIT_CODE_OK);
	ck_assert_str_eq(arguments.words[3], "-");
}
END_TEST

START_TEST(the_last_of_two_counts)
{
	ck_assert_int_eq(PARSE("--key", "a", "--key=b"), EXIT_CODE_OK);
	ck_assert_str_eq(arguments.options[OPTION_key], "b");
}
END_TEST

START_TEST(a_mistyped_option_hears_the_nearest)
{
	ck_assert_int_eq(PARSE("--expected-verison", "3"), EXIT_CODE_USAGE);
	ck_assert_str_eq(failure.message, "there is no option --expected-verison");
	ck_assert_str_eq(failure.hint, "the nearest is --expected-version");
	ck_assert_ptr_null(arguments.words);
	ck_assert_int_eq(PARSE("--nothing-like-it-at-all"), EXIT_CODE_USAGE);
	ck_assert_str_eq(failure.hint, "");
}
END_TEST

START_TEST(a_negative_number_hears_of_the_two_hyphens)
{
	ck_assert_int_eq(PARSE("record", "add", "notes", "-5"), EXIT_CODE_USAGE);
	ck_assert_str_eq(failure.hint, "where it is a value, put -- before it");
}
END_TEST

START_TEST(a_missing_value_is_named)
{
	ck_assert_int_eq(PARSE("--key"), EXIT_CODE_USAGE);
	ck_assert_str_eq(failure.message, "--key needs a value: KEY");
	ck_assert_int_eq(PARSE("-qk"), EXIT_CODE_USAGE);
	ck_assert_str_eq(failure.message, "--key needs a value: KEY");
	ck_assert_int_eq(PARSE("--json=1"), EXIT_CODE_USAGE);
	ck_assert_str_eq(failure.message, "--json takes no value");
}
END_TEST

START_TEST(control_characters_in_an_option_are_not_repeated)
{
	ck_assert_int_eq(PARSE("-\033"), EXIT_CODE_USAGE);
	ck_assert_ptr_null(strchr(failure.message, '\033'));
}
END_TEST

START_TEST(numbers_are_whole_and_in_range)
{
	static const char *const wrong[] = {"",   "-1", "1.5",  "0x10", " 5",
	                                    "5 ", "07", "1001", "x",    "18446744073709551616"};
	uint64_t number;

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		arguments.options[OPTION_limit] = wrong[i];
		ck_assert_int_eq(arguments_number(&number, &arguments, OPTION_limit, 1, 1000, 7,
		                                  &failure),
		                 EXIT_CODE_USAGE);
		ck_assert_ptr_nonnull(strstr(failure.message, "from 1 to 1000"));
	}
	arguments.options[OPTION_limit] = "1000";
	ck_assert_int_eq(
		arguments_number(&number, &arguments, OPTION_limit, 1, 1000, 7, &failure),
		EXIT_CODE_OK);
	ck_assert_uint_eq(number, 1000);
	arguments.options[OPTION_limit] = NULL;
	ck_assert_int_eq(
		arguments_number(&number, &arguments, OPTION_limit, 1, 1000, 7, &failure),
		EXIT_CODE_OK);
	ck_assert_uint_eq(number, 7);
}
END_TEST

START_TEST(a_choice_is_one_of_its_words)
{
	static const char *const words[] = {"none", "pending", "final", NULL};
	size_t choice;

	arguments.options[OPTION_wait] = "pending";
	ck_assert_int_eq(
		arguments_choice(&choice, &arguments, OPTION_wait, words, 2, &failure),
		EXIT_CODE_OK);
	ck_assert_uint_eq(choice, 1);
	arguments.options[OPTION_wait] = "Final";
	ck_assert_int_eq(
		arguments_choice(&choice, &arguments, OPTION_wait, words, 2, &failure),
		EXIT_CODE_USAGE);
	ck_assert_str_eq(failure.message,
	                 "--wait must be none|pending|final, not 'Final'");
	arguments.options[OPTION_wait] = NULL;
	ck_assert_int_eq(
		arguments_choice(&choice, &arguments, OPTION_wait, words, 2, &failure),
		EXIT_CODE_OK);
	ck_assert_uint_eq(choice, 2);
}
END_TEST

START_TEST(no_option_has_the_name_or_letter_of_another)
{
	for (size_t i = 0; i < OPTION_COUNT; i++)
		for (size_t j = 0; j < i; j++) {
			const struct option_facts *a = option_facts((enum option)i);
			const struct option_facts *b = option_facts((enum option)j);

			ck_assert_str_ne(a->text, b->text);
			ck_assert(a->letter == 0 || a->letter != b->letter);
		}
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("options");
	TCase *cases = tcase_create("options");

	tcase_add_checked_fixture(cases, NULL, teardown);
	tcase_add_test(cases, options_may_stand_anywhere);
	tcase_add_test(cases, a_value_follows_its_option_or_an_equals_sign);
	tcase_add_test(cases, an_option_that_is_given_several_times_is_found_each_time);
	tcase_add_test(cases, a_value_may_look_like_an_option);
	tcase_add_test(cases, switches_of_one_letter_go_together);
	tcase_add_test(cases, two_hyphens_end_the_options);
	tcase_add_test(cases, a_lone_hyphen_is_a_word);
	tcase_add_test(cases, the_last_of_two_counts);
	tcase_add_test(cases, a_mistyped_option_hears_the_nearest);
	tcase_add_test(cases, a_negative_number_hears_of_the_two_hyphens);
	tcase_add_test(cases, a_missing_value_is_named);
	tcase_add_test(cases, control_characters_in_an_option_are_not_repeated);
	tcase_add_test(cases, numbers_are_whole_and_in_range);
	tcase_add_test(cases, a_choice_is_one_of_its_words);
	tcase_add_test(cases, no_option_has_the_name_or_letter_of_another);
	suite_add_tcase(suite, cases);
	return suite;
}
