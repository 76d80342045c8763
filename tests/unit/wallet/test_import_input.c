/* Lines, however they arrive: import_input.h. */
#include "chain/base/buffer.h"
#include "chain/base/limits.h"
#include "tests/support/support.h"
#include "wallet-cli/import_input.h"

#include <fcntl.h>
#include <unistd.h>

static struct import_input input;
static struct why why;
static int ends[2];

static void setup(void)
{
	ck_assert_int_eq(pipe(ends), 0);
	/* Room for the longest line, so that one thread can write and then read. */
	ck_assert_int_ge(fcntl(ends[1], F_SETPIPE_SZ, 1 << 20), 0);
	ck_assert_int_eq(import_input_init(&input, ends[0]), STATUS_OK);
}

static void teardown(void)
{
	import_input_close(&input);
	close(ends[0]);
	if (ends[1] >= 0)
		close(ends[1]);
}

static void feed(const char *bytes, size_t size)
{
	ck_assert_int_eq(write(ends[1], bytes, size), (ssize_t)size);
	ck_assert_int_eq(import_input_read(&input, &why), STATUS_OK);
}

static void feed_text(const char *text)
{
	feed(text, strlen(text));
}

static void end(void)
{
	close(ends[1]);
	ends[1] = -1;
	ck_assert_int_eq(import_input_read(&input, &why), STATUS_OK);
	ck_assert(input.is_at_end);
}

static void next_is(const char *expected, size_t expected_size)
{
	struct bytes_view line;
	size_t size;

	ck_assert_int_eq(import_input_next(&input, &line, &size), IMPORT_LINE);
	ck_assert(bytes_equal(line, text_view(expected)));
	ck_assert_uint_eq(size, expected_size);
}

static void next_is_nothing(enum import_line what)
{
	struct bytes_view line;
	size_t size;

	ck_assert_int_eq(import_input_next(&input, &line, &size), what);
	ck_assert_uint_eq(size, 0);
}

START_TEST(lines_come_one_after_another)
{
	feed_text("one\n\ntwo\nthr");
	next_is("one", 4);
	next_is("", 1);
	next_is("two", 4);
	next_is_nothing(IMPORT_LINE_LATER);
	feed_text("ee\n");
	next_is("three", 6);
	next_is_nothing(IMPORT_LINE_LATER);
	end();
	next_is_nothing(IMPORT_LINE_END);
	ck_assert_uint_eq(input.line_count, 4);
}
END_TEST

START_TEST(the_last_line_needs_no_newline)
{
	feed_text("a\nb");
	end();
	next_is("a", 2);
	next_is("b", 1);
	next_is_nothing(IMPORT_LINE_END);
}
END_TEST

START_TEST(nothing_at_all_is_no_line)
{
	end();
	next_is_nothing(IMPORT_LINE_END);
	ck_assert_uint_eq(input.line_count, 0);
}
END_TEST

START_TEST(bytes_that_are_no_text_stay_as_they_are)
{
	struct bytes_view line;
	size_t size;

	feed("\x00\xff\r\n", 4);
	ck_assert_int_eq(import_input_next(&input, &line, &size), IMPORT_LINE);
	ck_assert(bytes_equal(line, bytes_view("\x00\xff\r", 3)));
}
END_TEST

static void feed_long(size_t size)
{
	static char bytes[100000];

	memset(bytes, 'x', sizeof bytes);
	while (size > 0) {
		size_t part = size < sizeof bytes ? size : sizeof bytes;

		feed(bytes, part);
		next_is_nothing(IMPORT_LINE_LATER);
		size -= part;
	}
}

START_TEST(the_longest_line_is_a_line)
{
	struct bytes_view line;
	size_t size;

	feed_long(IMPORT_LINE_MAX);
	feed_text("\nshort\n");
	ck_assert_int_eq(import_input_next(&input, &line, &size), IMPORT_LINE);
	ck_assert_uint_eq(line.size, IMPORT_LINE_MAX);
	next_is("short", 6);
}
END_TEST

START_TEST(a_longer_one_is_skipped_and_the_next_is_good)
{
	struct bytes_view line;
	size_t size;

	feed_long(3 * IMPORT_LINE_MAX);
	feed_text("\nshort\n");
	ck_assert_int_eq(import_input_next(&input, &line, &size), IMPORT_LINE_TOO_LONG);
	ck_assert_uint_eq(line.size, 0);
	ck_assert_uint_eq(size, 3 * IMPORT_LINE_MAX + 1);
	ck_assert_uint_eq(input.line_count, 1);
	next_is("short", 6);
	ck_assert_uint_eq(input.line_count, 2);
}
END_TEST

START_TEST(a_longer_one_at_the_end_is_counted_once)
{
	struct bytes_view line;
	size_t size;

	feed_long(2 * IMPORT_LINE_MAX);
	end();
	ck_assert_int_eq(import_input_next(&input, &line, &size), IMPORT_LINE_TOO_LONG);
	ck_assert_uint_eq(size, 2 * IMPORT_LINE_MAX);
	next_is_nothing(IMPORT_LINE_END);
}
END_TEST

/* Whatever the pieces, the lines are the same. */
START_TEST(lines_do_not_depend_on_the_pieces)
{
	struct random random = random_from(9);
	char text[5000], got[5001];
	size_t at = 0, got_size = 0;
	enum import_line what;

	for (size_t i = 0; i < sizeof text; i++)
		text[i] = random_below(&random, 12) == 0 ? '\n' : 'a';
	text[sizeof text - 1] = 'z';
	do {
		struct bytes_view line;
		size_t size;

		what = import_input_next(&input, &line, &size);
		if (what == IMPORT_LINE) {
			memcpy(got + got_size, line.at, line.size);
			got_size += line.size;
			got[got_size++] = '\n';
		} else if (what == IMPORT_LINE_LATER && at < sizeof text) {
			size_t part = 1 + random_below(&random, 300);

			part = part < sizeof text - at ? part : sizeof text - at;
			feed(text + at, part);
			at += part;
		} else if (what == IMPORT_LINE_LATER) {
			end();
		}
	} while (what != IMPORT_LINE_END);
	ck_assert_uint_eq(got_size, sizeof text + 1);
	ck_assert_int_eq(memcmp(got, text, sizeof text), 0);
}
END_TEST

START_TEST(a_regular_file_knows_its_size)
{
	struct import_input other;
	char path[128];
	int file;

	snprintf(path, sizeof path, "%s/f", scratch_folder());
	file = open(path, O_RDWR | O_CREAT, 0600);
	ck_assert_int_eq(write(file, "a\nbc\n", 5), 5);
	ck_assert_int_eq(lseek(file, 2, SEEK_SET), 2);
	ck_assert_int_eq(import_input_init(&other, file), STATUS_OK);
	ck_assert_uint_eq(other.whole, 3);
	import_input_close(&other);
	close(file);
	ck_assert_uint_eq(input.whole, 0);
}
END_TEST

START_TEST(a_descriptor_that_cannot_be_read_is_said)
{
	struct import_input other;

	ck_assert_int_eq(import_input_init(&other, open("/", O_RDONLY)), STATUS_OK);
	ck_assert_int_eq(import_input_read(&other, &why), STATUS_STORAGE);
	close(other.descriptor);
	import_input_close(&other);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("import_input");
	TCase *cases = tcase_create("import_input");

	tcase_add_checked_fixture(cases, setup, teardown);
	tcase_add_test(cases, lines_come_one_after_another);
	tcase_add_test(cases, the_last_line_needs_no_newline);
	tcase_add_test(cases, nothing_at_all_is_no_line);
	tcase_add_test(cases, bytes_that_are_no_text_stay_as_they_are);
	tcase_add_test(cases, the_longest_line_is_a_line);
	tcase_add_test(cases, a_longer_one_is_skipped_and_the_next_is_good);
	tcase_add_test(cases, a_longer_one_at_the_end_is_counted_once);
	tcase_add_test(cases, lines_do_not_depend_on_the_pieces);
	tcase_add_test(cases, a_regular_file_knows_its_size);
	tcase_add_test(cases, a_descriptor_that_cannot_be_read_is_said);
	suite_add_tcase(suite, cases);
	return suite;
}
