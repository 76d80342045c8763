/* Rows and columns, and texts of others made harmless: table.h, safe_text.h. */
#include "chain/base/memory.h"
#include "tests/support/support.h"
#include "wallet-cli/safe_text.h"
#include "wallet-cli/table.h"

#include <locale.h>

static const struct table_column COLUMNS[] = {
	{.title = "N", .is_right = true},
	{.title = "NAME", .cut = TABLE_END},
	{.title = "ID", .cut = TABLE_MIDDLE, .is_id = true},
};

static struct table table;
static struct buffer out;

static void setup(void)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	table_init(&table, COLUMNS, 3);
	buffer_init(&out, 1 << 20);
}

static void teardown(void)
{
	table_close(&table);
	buffer_close(&out);
}

static void add(uint64_t number, const char *name, const char *id)
{
	table_add_count(&table, number);
	table_add_text(&table, name);
	table_add_text(&table, id);
}

static void prints(enum table_form form, size_t width, const char *expected)
{
	struct table_look look = {.form = form, .width = width};

	buffer_clear(&out);
	table_print(&table, &out, &look);
	buffer_append(&out, "", 1);
	ck_assert_int_eq(out.status, STATUS_OK);
	ck_assert_str_eq((const char *)out.at, expected);
}

static const char *safe(struct bytes_view bytes, enum safe_text_style style)
{
	buffer_clear(&out);
	safe_text(&out, bytes, style);
	buffer_append(&out, "", 1);
	ck_assert_int_eq(out.status, STATUS_OK);
	return (const char *)out.at;
}

/* -- Tables -------------------------------------------------------------------------- */

START_TEST(columns_are_aligned_and_no_line_ends_in_blanks)
{
	add(7, "notes", "abc");
	add(1234, "x", "d");
	prints(TABLE_TERMINAL, 80,
	       "   N  NAME   ID\n"
	       "   7  notes  abc\n"
	       "1234  x      d\n");
}
END_TEST

START_TEST(elsewhere_cells_have_tabs_between_them_and_nothing_is_cut)
{
	add(7, "a\tb\nc", "0123456789012345678901234567890123456789");
	prints(TABLE_PLAIN, 20, "7\ta\\tb\\nc\t0123456789012345678901234567890123456789\n");
}
END_TEST

START_TEST(a_quiet_table_is_its_ids)
{
	add(7, "notes", "abc");
	add(8, "other", "def");
	prints(TABLE_QUIET, 80, "abc\ndef\n");
}
END_TEST

START_TEST(titles_come_once)
{
	add(1, "a", "b");
	prints(TABLE_TERMINAL, 80, "N  NAME  ID\n1  a     b\n");
	add(2, "c", "d");
	prints(TABLE_TERMINAL, 80, "2  c     d\n");
}
END_TEST

START_TEST(what_is_too_wide_is_cut_the_widest_first)
{
	add(1, "a name that is rather long", "0123456789abcdef0123456789abcdef");
	prints(TABLE_TERMINAL, 36,
	       "N  NAME             ID\n"
	       "1  a name that is…  01234567…9abcdef\n");
}
END_TEST

START_TEST(a_line_is_never_wider_than_the_terminal)
{
	struct random random = random_from(3);

	for (size_t width = 30; width < 120; width++) {
		struct table_look look = {.form = TABLE_TERMINAL, .width = width};
		struct bytes_view rest;

		for (size_t i = 0; i < 10; i++) {
			uint8_t name[60], id[60];

			random_fill(&random, name, sizeof name);
			random_fill(&random, id, sizeof id);
			table_add_count(&table, random_below(&random, 100000));
			table_add(&table, bytes_view(name, random_below(&random, 60)));
			table_add(&table, bytes_view(id, random_below(&random, 60)));
		}
		buffer_clear(&out);
		table_print(&table, &out, &look);
		rest = buffer_view(&out);
		while (rest.size > 0) {
			const uint8_t *newline = memchr(rest.at, '\n', rest.size);
			size_t size = (size_t)(newline - rest.at);

			ck_assert_uint_le(safe_text_width(bytes_view(rest.at, size)), width);
			rest = bytes_view(newline + 1, rest.size - size - 1);
		}
	}
}
END_TEST

START_TEST(wide_characters_take_two_columns_and_are_not_halved)
{
	add(1, "日本語の名前です", "x");
	prints(TABLE_TERMINAL, 15, "N  NAME      ID\n1  日本語…   x\n");
}
END_TEST

START_TEST(a_table_without_rows_has_titles_on_a_terminal_only)
{
	prints(TABLE_TERMINAL, 80, "N  NAME  ID\n");
	prints(TABLE_PLAIN, 80, "");
	prints(TABLE_QUIET, 80, "");
}
END_TEST

START_TEST(no_memory_is_said_and_breaks_nothing)
{
	struct table_look look = {.form = TABLE_PLAIN};

	memory_fail_at(1, 1);
	add(1, "a", "b");
	memory_fail_at(0, 0);
	ck_assert_int_eq(table.status, STATUS_MEMORY);
	table_print(&table, &out, &look);
	ck_assert_uint_eq(out.size, 0);
}
END_TEST

START_TEST(times_are_shown_in_utc)
{
	char text[TIME_TEXT_SIZE];

	time_text(text, 0);
	ck_assert_str_eq(text, "1970-01-01 00:00:00.000Z");
	time_text(text, UINT64_C(1795335300123));
	ck_assert_str_eq(text, "2026-11-22 08:15:00.123Z");
	time_text(text, UINT64_MAX);
	ck_assert_str_eq(text, "18446744073709551615");
}
END_TEST

/* -- Harmless texts -------------------------------------------------------------------- */

START_TEST(no_control_character_passes)
{
	for (unsigned byte = 0; byte < 256; byte++) {
		uint8_t bytes[] = {'a', (uint8_t)byte, 'b'};
		const char *text = safe(bytes_view(bytes, 3), SAFE_TEXT_LINE);

		for (const char *at = text; *at; at++)
			ck_assert_msg((uint8_t)*at >= 0x20 && (uint8_t)*at < 0x7f, "byte %u", byte);
	}
}
END_TEST

START_TEST(escape_sequences_are_shown_not_obeyed)
{
	static const char evil[] = "\033[2J\033]0;title\007\r\b\x7f";

	ck_assert_str_eq(safe(text_view(evil), SAFE_TEXT_LINES),
	                 "\\x1b[2J\\x1b]0;title\\x07\\r\\x08\\x7f");
}
END_TEST

START_TEST(c1_and_what_turns_the_writing_direction_is_shown)
{
	ck_assert_str_eq(safe(text_view("a\xc2\x9b"
	                                "31m"),
	                      SAFE_TEXT_LINE),
	                 "a\\u{9b}31m");
	ck_assert_str_eq(safe(text_view("pay\xe2\x80\xae"
	                                "001"),
	                      SAFE_TEXT_LINE),
	                 "pay\\u{202e}001");
	ck_assert_str_eq(safe(text_view("a\xe2\x80\x8b\xef\xbb\xbf"), SAFE_TEXT_LINE),
	                 "a\\u{200b}\\u{feff}");
}
END_TEST

START_TEST(readable_text_of_any_language_passes)
{
	static const char text[] = "Größe 日本語 ελληνικά עברית 🙂";

	ck_assert_str_eq(safe(text_view(text), SAFE_TEXT_LINE), text);
	ck_assert(safe_text_is_plain(text_view(text)));
}
END_TEST

START_TEST(bytes_that_are_no_utf8_are_shown_one_by_one)
{
	ck_assert_str_eq(safe(bytes_view("\xff\xc3\x28\xed\xa0\x80", 6), SAFE_TEXT_LINE),
	                 "\\xff\\xc3(\\xed\\xa0\\x80");
	ck_assert_str_eq(safe(bytes_view("\xf0\x9f\x99", 3), SAFE_TEXT_LINE),
	                 "\\xf0\\x9f\\x99");
	ck_assert(!safe_text_is_plain(bytes_view("\xff", 1)));
}
END_TEST

START_TEST(one_line_is_unambiguous_and_lines_stay_lines)
{
	ck_assert_str_eq(safe(text_view("a\\n\nb\t"), SAFE_TEXT_LINE), "a\\\\n\\nb\\t");
	ck_assert_str_eq(safe(text_view("a\\n\nb\t"), SAFE_TEXT_LINES), "a\\n\nb\t");
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("table");
	TCase *cases = tcase_create("table");

	tcase_add_checked_fixture(cases, setup, teardown);
	tcase_add_test(cases, columns_are_aligned_and_no_line_ends_in_blanks);
	tcase_add_test(cases, elsewhere_cells_have_tabs_between_them_and_nothing_is_cut);
	tcase_add_test(cases, a_quiet_table_is_its_ids);
	tcase_add_test(cases, titles_come_once);
	tcase_add_test(cases, what_is_too_wide_is_cut_the_widest_first);
	tcase_add_test(cases, a_line_is_never_wider_than_the_terminal);
	tcase_add_test(cases, wide_characters_take_two_columns_and_are_not_halved);
	tcase_add_test(cases, a_table_without_rows_has_titles_on_a_terminal_only);
	tcase_add_test(cases, no_memory_is_said_and_breaks_nothing);
	tcase_add_test(cases, times_are_shown_in_utc);
	tcase_add_test(cases, no_control_character_passes);
	tcase_add_test(cases, escape_sequences_are_shown_not_obeyed);
	tcase_add_test(cases, c1_and_what_turns_the_writing_direction_is_shown);
	tcase_add_test(cases, readable_text_of_any_language_passes);
	tcase_add_test(cases, bytes_that_are_no_utf8_are_shown_one_by_one);
	tcase_add_test(cases, one_line_is_unambiguous_and_lines_stay_lines);
	suite_add_tcase(suite, cases);
	return suite;
}
