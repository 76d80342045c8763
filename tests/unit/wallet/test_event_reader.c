/* The reading of server-sent events: event_reader.h. */
#include "tests/support/support.h"
#include "wallet-cli/event_reader.h"

static struct event_reader reader;
static struct buffer told; /* what was found, a line each */

static void setup(void)
{
	event_reader_init(&reader);
	buffer_init(&told, 64 << 20);
}

static void teardown(void)
{
	event_reader_close(&reader);
	buffer_close(&told);
}

static void tell(enum event_found found)
{
	switch (found) {
	case EVENT_FOUND_EVENT:
		buffer_printf(&told, "%s|%s|%.*s\n", reader.id, reader.type,
		              (int)reader.data.size, (const char *)reader.data.at);
		return;
	case EVENT_FOUND_PLACE:
		buffer_printf(&told, "at %s\n", reader.id);
		return;
	case EVENT_FOUND_COMMENT:
		buffer_printf(&told, "# %.*s\n", (int)reader.line.size,
		              (const char *)reader.line.at);
		return;
	case EVENT_FOUND_BROKEN:
		buffer_append_text(&told, "broken\n");
		return;
	case EVENT_FOUND_NOTHING:
		return;
	}
}

static void feed(struct bytes_view bytes)
{
	enum event_found found;

	do {
		found = event_reader_next(&reader, &bytes);
		tell(found);
	} while (found != EVENT_FOUND_NOTHING && found != EVENT_FOUND_BROKEN);
	ck_assert(found == EVENT_FOUND_BROKEN || bytes.size == 0);
}

static const char *told_text(void)
{
	buffer_append(&told, "", 1);
	ck_assert_int_eq(told.status, STATUS_OK);
	told.size--;
	return (const char *)told.at;
}

static void expect(const char *bytes, const char *wanted)
{
	feed(text_view(bytes));
	ck_assert_str_eq(told_text(), wanted);
	buffer_clear(&told);
}

START_TEST(an_event_has_its_id_its_type_and_its_data)
{
	expect("id: 12.3\nevent: tx\ndata: {\"a\":1}\n\n", "12.3|tx|{\"a\":1}\n");
	/* The type is its own, the id stays. */
	expect("data:x\n\n", "12.3||x\n");
}
END_TEST

START_TEST(one_blank_behind_the_colon_is_not_of_the_value)
{
	expect("data:  two\ndata\ndata:\ndata: \xc3\xa9: \n\n", "|| two\n\n\n\xc3\xa9: \n");
}
END_TEST

START_TEST(every_end_of_a_line_is_one)
{
	expect("id:1\r\ndata:a\r\n\r\nid:2\rdata:b\r\rid:3\ndata:c\n\n",
	       "1||a\n2||b\n3||c\n");
	expect("id:4\r\ndata:d\n\r\ndata:e\r\n\n", "4||d\n4||e\n");
}
END_TEST

static const char SCENE[] =
	"\xef\xbb\xbf: from 1.0\r\n\r\nid: 1.1\revent: tx\rdata: \xe2\x82\xac "
	"one\r\rdata:a\r\n"
	"data:b\nid:1.2\n\nretry: 7\nid: 1.3\n\n:\n\n\n\nevent: block\n\ndata: c\n\n";
static const char SCENE_TOLD[] =
	"# from 1.0\n1.1|tx|\xe2\x82\xac one\n1.2||a\nb\nat 1.3\n# \n1.3||c\n";

START_TEST(it_may_be_cut_at_any_byte)
{
	size_t size = sizeof SCENE - 1;

	/* In two, at each place; then in pieces of each size. */
	for (size_t at = 0; at <= size; at++) {
		event_reader_restart(&reader);
		reader.id[0] = '\0';
		reader.next_id[0] = '\0';
		feed(bytes_view(SCENE, at));
		feed(bytes_view(SCENE + at, size - at));
		ck_assert_str_eq(told_text(), SCENE_TOLD);
		buffer_clear(&told);
	}
	for (size_t piece = 1; piece < size; piece++) {
		event_reader_restart(&reader);
		reader.id[0] = '\0';
		reader.next_id[0] = '\0';
		for (size_t at = 0; at < size; at += piece)
			feed(bytes_view(SCENE + at, size - at < piece ? size - at : piece));
		ck_assert_str_eq(told_text(), SCENE_TOLD);
		buffer_clear(&told);
	}
}
END_TEST

START_TEST(what_is_cut_by_the_end_counts_for_nothing)
{
	expect("id: 5.1\ndata: whole\n\nid: 5.2\ndata: half\n", "5.1||whole\n");
	event_reader_restart(&reader);
	ck_assert_str_eq(reader.id, "5.1");
	/* Nor does it leak into what comes over the next connection. */
	expect("data: next\n\n", "5.1||next\n");
}
END_TEST

START_TEST(an_id_with_a_nul_is_none)
{
	static const char BYTES[] = "id: 7.1\ndata:a\n\nid: 7\0.2\ndata: b\0c\n\n";

	feed(bytes_view(BYTES, sizeof BYTES - 1));
	ck_assert_str_eq(reader.id, "7.1");
	ck_assert_uint_eq(told.size, strlen("7.1||a\n7.1||b\n"));
	/* The NUL of the data cut only what is told here. */
	ck_assert_uint_eq(reader.data.size, 0);
}
END_TEST

START_TEST(an_empty_id_takes_the_place_back)
{
	expect("id: 7.1\n\nid\n\n", "at 7.1\nat \n");
}
END_TEST

START_TEST(unknown_fields_are_passed_over)
{
	expect("colour: red\nID: 9\nretry: soon\n\ndata:a\n\n", "||a\n");
}
END_TEST

START_TEST(what_is_too_large_breaks_it)
{
	static char line[1 << 20];
	char id[CLIENT_EVENT_ID_MAX + 2];

	memset(id, '1', sizeof id);
	id[sizeof id - 1] = '\0';
	feed(text_view("id: "));
	expect(id, "");
	expect("\n", "broken\n");
	event_reader_restart(&reader);
	/* One line without an end, and many lines of one event. */
	memset(line, 'x', sizeof line);
	for (size_t size = 0; size <= CLIENT_EVENT_SIZE_MAX && told.size == 0;
	     size += sizeof line)
		feed(bytes_view(line, sizeof line));
	ck_assert_str_eq(told_text(), "broken\n");
	buffer_clear(&told);
	event_reader_restart(&reader);
	memcpy(line, "data:", 5);
	line[sizeof line - 1] = '\n';
	for (size_t size = 0; size <= CLIENT_EVENT_SIZE_MAX + sizeof line && told.size == 0;
	     size += sizeof line - 5)
		feed(bytes_view(line, sizeof line));
	ck_assert_str_eq(told_text(), "broken\n");
	buffer_clear(&told);
	/* And the next connection is fine. */
	event_reader_restart(&reader);
	expect("data:a\n\n", "||a\n");
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("event_reader");
	TCase *cases = tcase_create("event_reader");

	tcase_add_checked_fixture(cases, setup, teardown);
	tcase_add_test(cases, an_event_has_its_id_its_type_and_its_data);
	tcase_add_test(cases, one_blank_behind_the_colon_is_not_of_the_value);
	tcase_add_test(cases, every_end_of_a_line_is_one);
	tcase_add_test(cases, it_may_be_cut_at_any_byte);
	tcase_add_test(cases, what_is_cut_by_the_end_counts_for_nothing);
	tcase_add_test(cases, an_id_with_a_nul_is_none);
	tcase_add_test(cases, an_empty_id_takes_the_place_back);
	tcase_add_test(cases, unknown_fields_are_passed_over);
	tcase_add_test(cases, what_is_too_large_breaks_it);
	suite_add_tcase(suite, cases);
	return suite;
}
