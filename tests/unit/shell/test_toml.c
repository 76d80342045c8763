#include "chain/base/limits.h"
#include "node/shell/toml.h"
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>

static struct toml toml;
static struct toml_error error;

static void stop(void)
{
	toml_close(&toml);
}

static void parse(const char *text)
{
	toml_close(&toml);
	ck_assert_msg(toml_parse(&toml, text_view(text), &error) == STATUS_OK,
	              "%s\n%u:%u: %s", text, error.line, error.column, error.what);
}

static const struct toml_entry *entry(const char *section, const char *key)
{
	for (const struct toml_entry *at = toml.first; at; at = at->next)
		if (bytes_equal(at->section, text_view(section)) &&
		    bytes_equal(at->key, text_view(key)))
			return at;
	ck_abort_msg("no %s.%s", section, key);
	return NULL;
}

static void check_text(const char *written, struct bytes_view expected)
{
	char line[600];

	snprintf(line, sizeof line, "a = \"%s\"", written);
	parse(line);
	ck_assert_int_eq(toml.first->value.kind, TOML_TEXT);
	ck_assert_msg(bytes_equal(toml.first->value.text, expected), "%s", written);
}

static void check_integer(const char *written, int64_t expected)
{
	char line[64];

	snprintf(line, sizeof line, "a = %s", written);
	parse(line);
	ck_assert_int_eq(toml.first->value.kind, TOML_INTEGER);
	ck_assert_msg(toml.first->value.integer == expected, "%s", written);
}

static void refused(const char *text, unsigned line, unsigned column, const char *what)
{
	enum status status;

	toml_close(&toml);
	status = toml_parse(&toml, text_view(text), &error);
	ck_assert_msg(status == STATUS_MALFORMED, "taken: %s", text);
	ck_assert_msg(error.line == line && error.column == column &&
	                  strstr(error.what, what) != NULL,
	              "%s\n%u:%u: %s", text, error.line, error.column, error.what);
	ck_assert_ptr_null(toml.first);
}

/* -- What is read
 * -------------------------------------------------------------------------- */

START_TEST(a_whole_file_is_read_in_its_order)
{
	parse("# the start\n"
	      "before = true\n"
	      "[rpc]  # comment\n"
	      "listen = \"127.0.0.1:17471\"# comment\n"
	      "\tport=17471 \t# comment\r\n"
	      "\r\n"
	      "[ p2p ]\n"
	      "  public_reads = false\n"
	      "hosts-2 = [\"a\", \"b\"]");
	ck_assert_uint_eq(toml.entry_count, 5);
	ck_assert(entry("", "before")->value.flag);
	ck_assert_uint_eq(entry("", "before")->line, 2);
	ck_assert(
	    bytes_equal(entry("rpc", "listen")->value.text, text_view("127.0.0.1:17471")));
	ck_assert_int_eq(entry("rpc", "port")->value.integer, 17471);
	ck_assert_uint_eq(entry("rpc", "port")->line, 5);
	ck_assert_int_eq(entry("p2p", "public_reads")->value.kind, TOML_FLAG);
	ck_assert(!entry("p2p", "public_reads")->value.flag);
	ck_assert_uint_eq(entry("p2p", "hosts-2")->value.item_count, 2);
	ck_assert_uint_eq(entry("p2p", "hosts-2")->line, 9);
	ck_assert_ptr_eq(toml.first, entry("", "before"));
	ck_assert_ptr_eq(toml.first->next, entry("rpc", "listen"));
}
END_TEST

START_TEST(a_file_of_nothing_has_nothing)
{
	static const char *const EMPTY[] = {"",         "\n",   " \t", "# only this",
	                                    "\r\n\r\n", "#\n#", "[a]"};

	for (size_t i = 0; i < sizeof EMPTY / sizeof *EMPTY; i++) {
		parse(EMPTY[i]);
		ck_assert_ptr_null(toml.first);
	}
}
END_TEST

/* TOML 1.0, "String". */
START_TEST(escapes_of_a_string_are_undone)
{
	check_text("", text_view(""));
	check_text("plain # no comment = [x]", text_view("plain # no comment = [x]"));
	check_text("\\b\\t\\n\\f\\r\\\"\\\\", text_view("\b\t\n\f\r\"\\"));
	check_text("\\u0041\\u00e9\\u20AC", text_view("A\xc3\xa9\xe2\x82\xac"));
	check_text("\\U0001d11e|\\U0010FFFF|\\U00000041",
	           text_view("\xf0\x9d\x84\x9e|\xf4\x8f\xbf\xbf|A"));
	check_text("\\u0001\\u007f\\u0080\\u07ff\\u0800\\uffff",
	           text_view("\x01\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf"));
	check_text("\\\\", text_view("\\"));
	check_text("ends with a quote\\\"", text_view("ends with a quote\""));
	check_text("gr\xc3\xbc\xc3\x9f", text_view("gr\xc3\xbc\xc3\x9f"));
	check_text("a\tb", text_view("a\tb"));
}
END_TEST

START_TEST(integers_reach_both_ends_of_64_bits)
{
	check_integer("0", 0);
	check_integer("-0", 0);
	check_integer("+7", 7);
	check_integer("1_000_000", 1000000);
	check_integer("9223372036854775807", INT64_MAX);
	check_integer("-9223372036854775808", INT64_MIN);
}
END_TEST

START_TEST(a_list_may_go_over_lines_and_hold_comments)
{
	struct toml_value list;

	parse("a = [ # one\n  \"x\" , # two\n\n  \"y\\n\",\n # three\n] # four\nb = []\n");
	list = entry("", "a")->value;
	ck_assert_int_eq(list.kind, TOML_LIST);
	ck_assert_uint_eq(list.item_count, 2);
	ck_assert(bytes_equal(list.items[0], text_view("x")));
	ck_assert(bytes_equal(list.items[1], text_view("y\n")));
	ck_assert_int_eq(entry("", "b")->value.kind, TOML_LIST);
	ck_assert_uint_eq(entry("", "b")->value.item_count, 0);
	ck_assert_uint_eq(entry("", "b")->line, 7);
}
END_TEST

START_TEST(the_same_key_may_stand_in_two_sections)
{
	parse("listen = 0\n[a]\nlisten = 1\n[b]\nlisten = 2\n");
	ck_assert_int_eq(entry("a", "listen")->value.integer, 1);
	ck_assert_int_eq(entry("b", "listen")->value.integer, 2);
}
END_TEST

/* -- What is refused
 * ----------------------------------------------------------------------- */

START_TEST(a_mistake_is_told_with_its_line_and_column)
{
	refused("a = 1\nb 2\n", 2, 3, "expected '='");
	refused("a = 1\n  = 2\n", 2, 3, "expected a [section], a key or a comment");
	refused("a = \n", 1, 5, "expected a string");
	refused("a = x", 1, 5, "expected a string");
	refused("a = tru", 1, 5, "expected a string");
	refused("a = truex", 1, 5, "expected a string");
	refused("a = 1 b = 2", 1, 7, "nothing but a comment may follow a value");
	refused("a = \"x\" \"y\"", 1, 9, "nothing but a comment may follow a value");
	refused("[a] b = 1", 1, 5, "nothing but a comment may follow a [section]");
	refused("[a\nb = 1", 1, 3, "expected ']'");
	refused("[]", 1, 2, "expected the name of a section");
	refused("[a b]", 1, 4, "expected ']'");
	refused("]", 1, 1, "expected a [section]");
	refused("a\n= 1", 1, 2, "expected '='");
	refused("a", 1, 2, "expected '='");
	refused("a =", 1, 4, "expected a string");
	refused("\r a = 1", 1, 1, "expected a [section]");
}
END_TEST

START_TEST(a_column_counts_characters)
{
	refused("a = \"gr\xc3\xbc\xc3\x9f\" x", 1, 12, "nothing but a comment");
	refused("# \xe2\x82\xac\na = \"\xf0\x9d\x84\x9e\\q\"", 2, 8, "an escape is one of");
}
END_TEST

START_TEST(doubles_are_refused)
{
	refused("a = 1\na = 1\n", 2, 1, "this key was set before");
	refused("[s]\na = 1\n  a = 2\n", 3, 3, "this key was set before");
	refused("[s]\na = 1\n[t]\n[s]\nb = 2\n", 4, 1, "this section was opened before");
	refused("[s]\n[s]", 2, 1, "this section was opened before");
}
END_TEST

START_TEST(a_bad_string_is_refused)
{
	refused("a = \"x", 1, 7, "must end with a quote on its own line");
	refused("a = \"x\n\"", 1, 7, "must end with a quote on its own line");
	refused("a = \"x\\\"", 1, 9, "must end with a quote on its own line");
	refused("a = \"x\\\n\"", 1, 8, "must end with a quote on its own line");
	refused("a = \"\x01\"", 1, 6, "a control character");
	refused("a = \"\x7f\"", 1, 6, "a control character");
	refused("a = \"\\x41\"", 1, 7, "an escape is one of");
	refused("a = \"\\u12\"", 1, 10, "\\u takes 4 hex digits");
	refused("a = \"\\U0001234g\"", 1, 15, "\\u takes 4 hex digits and \\U takes 8");
	refused("a = \"\\u0000\"", 1, 8, "not a character of Unicode, or NUL");
	refused("a = \"\\ud800\"", 1, 8, "not a character of Unicode");
	refused("a = \"\\U00110000\"", 1, 8, "not a character of Unicode");
	refused("a = \"\\Uffffffff\"", 1, 8, "not a character of Unicode");
	refused("# \x1b[31m", 1, 3, "a control character in a comment");
}
END_TEST

START_TEST(a_bad_integer_is_refused)
{
	refused("a = 01", 1, 5, "no leading zero");
	refused("a = 00", 1, 5, "no leading zero");
	refused("a = 1__0", 1, 7, "expected a digit");
	refused("a = 1_", 1, 7, "expected a digit");
	refused("a = _1", 1, 5, "expected a string");
	refused("a = -", 1, 6, "expected a digit");
	refused("a = +_1", 1, 6, "expected a digit");
	refused("a = 9223372036854775808", 1, 5, "must fit 64 bits");
	refused("a = -9223372036854775809", 1, 5, "must fit 64 bits");
	refused("a = 99999999999999999999999999", 1, 5, "must fit 64 bits");
	refused("a = 1.5", 1, 5, "only decimal integers");
	refused("a = 0x10", 1, 5, "only decimal integers");
	refused("a = 1e3", 1, 5, "only decimal integers");
	refused("a = 07:32:00", 1, 5, "no leading zero");
	refused("a = 1979-05-27", 1, 5, "only decimal integers");
}
END_TEST

START_TEST(a_bad_list_is_refused)
{
	refused("a = [1]", 1, 6, "expected a string in double quotes");
	refused("a = [\"x\" \"y\"]", 1, 10, "expected ',' or ']'");
	refused("a = [,]", 1, 6, "expected a string in double quotes");
	refused("a = [\"x\",,]", 1, 10, "expected a string in double quotes");
	refused("a = [\"x\"", 1, 9, "expected ',' or ']'");
	refused("a = [", 1, 6, "expected a string in double quotes");
	refused("a = [[\"x\"]]", 1, 6, "expected a string in double quotes");
}
END_TEST

START_TEST(the_rest_of_toml_is_refused_by_name)
{
	refused("a.b = 1", 1, 2, "dotted names are not supported");
	refused("[a.b]", 1, 3, "dotted names are not supported");
	refused("\"a\" = 1", 1, 1, "quoted keys are not supported");
	refused("'a' = 1", 1, 1, "quoted keys are not supported");
	refused("[[a]]", 1, 2, "arrays of tables are not supported");
	refused("a = 'x'", 1, 5, "single quotes are not supported");
	refused("a = {x = 1}", 1, 5, "inline tables are not supported");
	refused("a = \"\"\"x\"\"\"", 1, 7, "multi-line strings are not supported");
}
END_TEST

START_TEST(bytes_that_are_not_utf8_are_refused_wherever_they_stand)
{
	refused("a = \"x\xff\"", 1, 7, "not UTF-8");
	refused("# fine\n# \xc3(", 2, 3, "not UTF-8");
	refused("\x80", 1, 1, "not UTF-8");
	refused("\xc3", 1, 1, "not UTF-8");
	refused("\xc3\xbc\xed\xa0\x80", 1, 2, "not UTF-8");
}
END_TEST

START_TEST(a_nul_is_never_taken)
{
	static const char TEXTS[][8] = {"a = 1\0", "\0a = 1", "a = \"\0\"", "a\0 = 1",
	                                "# x\0y"};

	for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++)
		ck_assert_int_eq(toml_parse(&toml, bytes_view(TEXTS[i], 8), &error),
		                 STATUS_MALFORMED);
}
END_TEST

/* -- Limits
 * --------------------------------------------------------------------------------- */

static char *repeat(const char *format, int count)
{
	size_t room = (size_t)count * 40 + 40, size = 0;
	char *text = malloc(room);

	ck_assert_ptr_nonnull(text);
	text[0] = '\0';
	for (int i = 0; i < count; i++)
		size += (size_t)snprintf(text + size, room - size, format, i);
	return text;
}

static void check_limit(const char *before, const char *format, const char *behind,
                        int count_max)
{
	for (int count = count_max; count <= count_max + 1; count++) {
		char *middle = repeat(format, count);
		size_t room = strlen(middle) + strlen(before) + strlen(behind) + 1;
		char *text = malloc(room);

		ck_assert_ptr_nonnull(text);
		snprintf(text, room, "%s%s%s", before, middle, behind);
		ck_assert_int_eq(toml_parse(&toml, text_view(text), &error),
		                 count > count_max ? STATUS_TOO_LARGE : STATUS_OK);
		toml_close(&toml);
		free(text);
		free(middle);
	}
}

START_TEST(everything_has_a_maximum_that_can_be_reached)
{
	check_limit("", "k%d = 1\n", "", CONFIG_ENTRIES_MAX);
	check_limit("", "[s%d]\n", "", CONFIG_SECTIONS_MAX);
	check_limit("a = [", "\"%d\", ", "]", CONFIG_LIST_MAX);
	check_limit("#", "\n", "", CONFIG_SIZE_MAX - 1);
}
END_TEST

START_TEST(no_memory_is_an_error_of_its_own)
{
	unsigned long refusal = 0;
	enum status status;

	do {
		memory_fail_at(++refusal, 0);
		status = toml_parse(&toml, text_view("a = \"\\n\"\nb = [\"x\"]\n"), &error);
		memory_fail_at(0, 0);
		ck_assert(status == STATUS_OK || status == STATUS_MEMORY);
		toml_close(&toml);
	} while (status != STATUS_OK);
	ck_assert_uint_gt(refusal, 1);
}
END_TEST

START_TEST(every_cut_of_a_good_file_is_read_or_refused_with_a_place)
{
	static const char TEXT[] =
	    "# c\n[s-1]\nk = \"\\u00e9\xc3\xa9\" # c\nl = [\"a\",\n\"b\"]\n"
	    "i = -1_0\nt = true\r\n";

	for (size_t size = 0; size < sizeof TEXT; size++) {
		/* exactly as large, so that a sanitizer sees one byte too many */
		uint8_t *text = malloc(size > 0 ? size : 1);
		enum status status;

		ck_assert_ptr_nonnull(text);
		memcpy(text, TEXT, size);
		status = toml_parse(&toml, bytes_view(text, size), &error);
		if (status != STATUS_OK) {
			ck_assert_int_eq(status, STATUS_MALFORMED);
			ck_assert_uint_ge(error.line, 1);
			ck_assert_uint_ge(error.column, 1);
			ck_assert_ptr_nonnull(error.what);
		}
		toml_close(&toml);
		free(text);
	}
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("toml");
	TCase *cases = tcase_create("toml");

	tcase_add_checked_fixture(cases, NULL, stop);
	tcase_add_test(cases, a_whole_file_is_read_in_its_order);
	tcase_add_test(cases, a_file_of_nothing_has_nothing);
	tcase_add_test(cases, escapes_of_a_string_are_undone);
	tcase_add_test(cases, integers_reach_both_ends_of_64_bits);
	tcase_add_test(cases, a_list_may_go_over_lines_and_hold_comments);
	tcase_add_test(cases, the_same_key_may_stand_in_two_sections);
	tcase_add_test(cases, a_mistake_is_told_with_its_line_and_column);
	tcase_add_test(cases, a_column_counts_characters);
	tcase_add_test(cases, doubles_are_refused);
	tcase_add_test(cases, a_bad_string_is_refused);
	tcase_add_test(cases, a_bad_integer_is_refused);
	tcase_add_test(cases, a_bad_list_is_refused);
	tcase_add_test(cases, the_rest_of_toml_is_refused_by_name);
	tcase_add_test(cases, bytes_that_are_not_utf8_are_refused_wherever_they_stand);
	tcase_add_test(cases, a_nul_is_never_taken);
	tcase_add_test(cases, everything_has_a_maximum_that_can_be_reached);
	tcase_add_test(cases, no_memory_is_an_error_of_its_own);
	tcase_add_test(cases, every_cut_of_a_good_file_is_read_or_refused_with_a_place);
	suite_add_tcase(suite, cases);
	return suite;
}
