#include "node/shell/logger.h"
#include "tests/support/support.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* 2026-11-22T08:15:00.123Z */
static const uint64_t TIME_MS = UINT64_C(1795335300123);

static char line[LOG_LINE_SIZE + 1];

static size_t write_line(enum log_format format, const struct log_field *fields,
                         size_t count, uint64_t suppressed)
{
	struct log_record record = {
	    .time_ms = TIME_MS,
	    .level = LEVEL_INFO,
	    .module = LOG_CONSENSUS,
	    .event = "finalized",
	    .fields = fields,
	    .field_count = count,
	    .suppressed = suppressed,
	};
	size_t size = log_line(line, &record, format);

	ck_assert_uint_le(size, LOG_LINE_SIZE);
	line[size] = '\0';
	ck_assert_ptr_eq(strchr(line, '\n'), line + size - 1);
	return size;
}

static void logfmt_value(struct bytes_view text, const char *expected)
{
	struct log_field field = log_text("peer", text);
	char whole[2 * LOG_LINE_SIZE];

	write_line(LOG_FORMAT_LOGFMT, &field, 1, 0);
	snprintf(whole, sizeof whole,
	         "2026-11-22T08:15:00.123Z info consensus finalized peer=%s\n", expected);
	ck_assert_str_eq(line, whole);
}

/* -- A line
 * ------------------------------------------------------------------------------- */

START_TEST(a_logfmt_line_is_as_the_manual_shows_it)
{
	struct hash hash = {{0xab, 0xcd}};
	struct log_field fields[] = {
	    log_u64("height", 12),      log_i64("drift_ms", -4),
	    log_flag("ours", true),     log_string("peer", "org-c"),
	    log_hash("block", &hash),   log_string("note", "two words"),
	    log_u64("most", UINT64_MAX)};

	write_line(LOG_FORMAT_LOGFMT, fields, 7, 0);
	ck_assert_str_eq(
	    line, "2026-11-22T08:15:00.123Z info consensus finalized height=12 drift_ms=-4 "
	          "ours=true peer=org-c "
	          "block=abcd000000000000000000000000000000000000000000000000000000000000 "
	          "note=\"two words\" most=18446744073709551615\n");
	write_line(LOG_FORMAT_LOGFMT, NULL, 0, 0);
	ck_assert_str_eq(line, "2026-11-22T08:15:00.123Z info consensus finalized\n");
	write_line(LOG_FORMAT_LOGFMT, fields, 1, 37);
	ck_assert_str_eq(
	    line,
	    "2026-11-22T08:15:00.123Z info consensus finalized height=12 suppressed=37\n");
}
END_TEST

START_TEST(a_json_line_holds_the_same)
{
	struct log_field fields[] = {log_u64("height", 12), log_flag("ours", false),
	                             log_string("peer", "a \"b\""),
	                             log_hex("key", bytes_view("\x01", 1))};
	const char *text;
	json_t *json;
	json_int_t height, suppressed;

	write_line(LOG_FORMAT_JSON, fields, 4, 3);
	ck_assert_str_eq(line,
	                 "{\"time\":\"2026-11-22T08:15:00.123Z\",\"level\":\"info\","
	                 "\"module\":\"consensus\",\"event\":\"finalized\",\"height\":12,"
	                 "\"ours\":false,\"peer\":\"a \\\"b\\\"\",\"key\":\"01\","
	                 "\"suppressed\":3}\n");
	json = json_loads(line, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
	ck_assert_ptr_nonnull(json);
	ck_assert_int_eq(json_unpack(json, "{s:I,s:I,s:s}", "height", &height, "suppressed",
	                             &suppressed, "peer", &text),
	                 0);
	ck_assert_int_eq(height, 12);
	ck_assert_str_eq(text, "a \"b\"");
	json_decref(json);
}
END_TEST

START_TEST(a_value_is_quoted_where_it_could_be_mistaken)
{
	logfmt_value(text_view("127.0.0.1:17470"), "127.0.0.1:17470");
	logfmt_value(text_view(""), "\"\"");
	logfmt_value(text_view("a b"), "\"a b\"");
	logfmt_value(text_view("a=b"), "\"a=b\"");
	logfmt_value(text_view("a\"b"), "\"a\\\"b\"");
	logfmt_value(text_view("a\\b"), "\"a\\\\b\"");
	logfmt_value(text_view("gr\xc3\xbc\xc3\x9f"), "\"gr\xc3\xbc\xc3\x9f\"");
	logfmt_value(text_view("\xe2\x82\xac \xf0\x9d\x84\x9e"),
	             "\"\xe2\x82\xac \xf0\x9d\x84\x9e\"");
}
END_TEST

START_TEST(a_hostile_value_cannot_forge_a_line_or_move_a_terminal)
{
	logfmt_value(text_view("x\n2026-11-22T08:15:00.123Z info consensus forged"),
	             "\"x\\n2026-11-22T08:15:00.123Z info consensus forged\"");
	logfmt_value(text_view("\x1b[2J\x1b]0;title\x07"), "\"\\x1b[2J\\x1b]0;title\\x07\"");
	logfmt_value(text_view("\r\t\x7f"), "\"\\x0d\\t\\x7f\"");
	logfmt_value(bytes_view("a\0b", 3), "\"a\\x00b\"");
	/* U+009B, a control sequence introducer in one character */
	logfmt_value(text_view("\xc2\x9b"), "\"\\xc2\\x9b\"");
	/* U+202E turns the reading direction, U+2028 ends a line, U+200B cannot be seen */
	logfmt_value(text_view("\xe2\x80\xae\xe2\x80\xa8\xe2\x80\x8b"),
	             "\"\\xe2\\x80\\xae\\xe2\\x80\\xa8\\xe2\\x80\\x8b\"");
	/* no UTF-8, and a good character behind */
	logfmt_value(text_view("\xff\xc3\xc3\xbc"), "\"\\xff\\xc3\xc3\xbc\"");
	logfmt_value(text_view("\xed\xa0\x80"), "\"\\xed\\xa0\\x80\"");
}
END_TEST

START_TEST(any_bytes_at_all_give_one_line_without_controls)
{
	struct random random = random_from(20);
	size_t controls = 0;

	for (int round = 0; round < 20000; round++) {
		uint8_t bytes[120];
		size_t size = random_below(&random, sizeof bytes);
		enum log_format format =
		    random_below(&random, 2) ? LOG_FORMAT_JSON : LOG_FORMAT_LOGFMT;
		struct log_field fields[] = {log_text("a", bytes_view(bytes, size)),
		                             log_text("b", bytes_view(bytes, size / 2))};
		json_t *json;

		random_fill(&random, bytes, size);
		size = write_line(format, fields, 2, 0);
		for (size_t i = 0; i + 1 < size; i++)
			controls += (unsigned char)line[i] < ' ' || line[i] == 0x7f;
		if (format == LOG_FORMAT_LOGFMT)
			continue;
		json = json_loads(line, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
		ck_assert_msg(json != NULL, "%s", line);
		ck_assert_uint_eq(json_object_size(json), 6);
		json_decref(json);
	}
	ck_assert_uint_eq(controls, 0);
}
END_TEST

START_TEST(a_long_text_is_cut_and_shows_it)
{
	static char text[LOG_VALUE_SIZE_MAX + 1];
	struct log_field field = log_text("a", bytes_view(text, LOG_VALUE_SIZE_MAX));
	size_t size;

	memset(text, 'x', sizeof text);
	size = write_line(LOG_FORMAT_LOGFMT, &field, 1, 0);
	ck_assert_mem_eq(line + size - 3, "xx\n", 3);
	field = log_text("a", bytes_view(text, LOG_VALUE_SIZE_MAX + 1));
	size = write_line(LOG_FORMAT_LOGFMT, &field, 1, 0);
	ck_assert_mem_eq(line + size - 7, "xx...\"\n", 7);
}
END_TEST

START_TEST(a_line_has_a_maximum_and_says_when_fields_are_missing)
{
	static char text[LOG_VALUE_SIZE_MAX];
	struct log_field fields[20];

	for (enum log_format format = LOG_FORMAT_LOGFMT; format <= LOG_FORMAT_JSON; format++)
		for (int letter = 0; letter < 2; letter++) {
			memset(text, letter ? 'x' : 1, sizeof text);
			for (size_t i = 0; i < 20; i++)
				fields[i] = log_text("a", bytes_view(text, sizeof text - i));
			fields[18] = log_u64("small", 1); /* behind one that does not fit */
			write_line(format, fields, 20, INT64_MAX);
			ck_assert_ptr_nonnull(strstr(line, "truncated"));
			ck_assert_ptr_nonnull(strstr(line, "suppressed"));
			ck_assert_ptr_null(strstr(line, "small"));
			if (format == LOG_FORMAT_JSON) {
				json_t *json = json_loads(line, 0, NULL);

				ck_assert_ptr_nonnull(json);
				ck_assert(json_is_true(json_object_get(json, "truncated")));
				json_decref(json);
			}
		}
}
END_TEST

START_TEST(every_level_and_module_has_its_name)
{
	struct log_record record = {.event = "e", .time_ms = 0};

#define CHECK_LEVEL(value, text)                             \
	record.level = value;                                    \
	line[log_line(line, &record, LOG_FORMAT_LOGFMT)] = '\0'; \
	ck_assert_str_eq(line, "1970-01-01T00:00:00.000Z " text " node e\n");
	LOG_LEVELS(CHECK_LEVEL)
#undef CHECK_LEVEL
	record.level = LEVEL_INFO;
#define CHECK_MODULE(value, text)                            \
	record.module = value;                                   \
	line[log_line(line, &record, LOG_FORMAT_LOGFMT)] = '\0'; \
	ck_assert_str_eq(line, "1970-01-01T00:00:00.000Z info " text " e\n");
	LOG_MODULES(CHECK_MODULE)
#undef CHECK_MODULE
}
END_TEST

/* -- Levels
 * -------------------------------------------------------------------------------- */

START_TEST(levels_are_read_from_left_to_right)
{
	struct log_levels levels;

	ck_assert_ptr_null(log_levels_parse(&levels, text_view("warn")));
	for (size_t i = 0; i < LOG_MODULE_COUNT; i++)
		ck_assert_int_eq(levels.of[i], LEVEL_WARN);
	ck_assert_ptr_null(log_levels_parse(&levels, text_view("p2p=debug,store=trace")));
	ck_assert_int_eq(levels.of[LOG_P2P], LEVEL_DEBUG);
	ck_assert_int_eq(levels.of[LOG_STORE], LEVEL_TRACE);
	ck_assert_int_eq(levels.of[LOG_NODE], LEVEL_INFO);
	ck_assert_ptr_null(log_levels_parse(&levels, text_view("p2p=debug,error,rpc=warn")));
	ck_assert_int_eq(levels.of[LOG_P2P], LEVEL_ERROR);
	ck_assert_int_eq(levels.of[LOG_RPC], LEVEL_WARN);
}
END_TEST

START_TEST(levels_that_make_no_sense_are_refused)
{
	static const char *const WRONG[] = {
	    "",      "loud",     "INFO",        "info,",          ",info", "p2p=",
	    "=info", "p2p=loud", "nobody=info", "p2p=info=debug", "info "};
	struct log_levels levels;
	enum log_format format;

	for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++)
		ck_assert_msg(log_levels_parse(&levels, text_view(WRONG[i])) != NULL, "%s",
		              WRONG[i]);
	ck_assert(log_format_parse(&format, text_view("json")) && format == LOG_FORMAT_JSON);
	ck_assert(log_format_parse(&format, text_view("logfmt")) &&
	          format == LOG_FORMAT_LOGFMT);
	ck_assert(!log_format_parse(&format, text_view("xml")));
}
END_TEST

/* -- The cap
 * ------------------------------------------------------------------------------- */

START_TEST(one_place_may_write_so_many_lines_in_a_window_and_counts_the_rest)
{
	struct log_site site = {0};
	uint64_t now_ms = 5000000, suppressed = 9;

	for (int i = 0; i < LOG_SITE_LINES_MAX; i++) {
		ck_assert(log_site_admits(&site, now_ms + (uint64_t)i, &suppressed));
		ck_assert_uint_eq(suppressed, 0);
	}
	for (int i = 0; i < 250; i++)
		ck_assert(!log_site_admits(&site, now_ms + LOG_SITE_WINDOW_MS - 1, &suppressed));
	ck_assert(log_site_admits(&site, now_ms + LOG_SITE_WINDOW_MS, &suppressed));
	ck_assert_uint_eq(suppressed, 250);
	ck_assert(log_site_admits(&site, now_ms + LOG_SITE_WINDOW_MS, &suppressed));
	ck_assert_uint_eq(suppressed, 0);
}
END_TEST

/* -- The log as a whole
 * ---------------------------------------------------------------------- */

static char *read_text(const char *path)
{
	static char text[4 << 20];
	FILE *file = fopen(path, "r");

	ck_assert_ptr_nonnull(file);
	text[fread(text, 1, sizeof text - 1, file)] = '\0';
	fclose(file);
	return text;
}

static size_t count_lines(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += *text == '\n';
	return count;
}

static const char *open_log(void)
{
	static char path[200];
	struct log_levels levels;
	struct why why;

	snprintf(path, sizeof path, "%s/log", scratch_folder());
	ck_assert_int_eq(logger_open(path, LOG_FORMAT_LOGFMT, &why), STATUS_OK);
	ck_assert_ptr_null(log_levels_parse(&levels, text_view("info")));
	logger_set_levels(&levels);
	return path;
}

static unsigned evaluated;

static uint64_t costly(void)
{
	evaluated++;
	return 1;
}

START_TEST(a_line_is_written_at_its_level_and_costs_nothing_below)
{
	const char *path = open_log();
	struct log_levels levels;

	logger_info(LOG_NODE, "one");
	logger_debug(LOG_NODE, "two", log_u64("n", costly()));
	ck_assert_uint_eq(evaluated, 0);
	logger_set_level(LOG_P2P, LEVEL_DEBUG);
	logger_debug(LOG_P2P, "three", log_u64("n", costly()));
	ck_assert_uint_eq(evaluated, 1);
	logger_set_level(LOG_NODE, LEVEL_ERROR);
	logger_warn(LOG_NODE, "four");
	logger_error(LOG_NODE, "five");
	levels = logger_levels();
	ck_assert_int_eq(levels.of[LOG_NODE], LEVEL_ERROR);
	ck_assert_int_eq(levels.of[LOG_P2P], LEVEL_DEBUG);
	ck_assert_uint_eq(count_lines(read_text(path)), 3);
	ck_assert_ptr_nonnull(strstr(read_text(path), "Z info node one\n"));
	ck_assert_ptr_nonnull(strstr(read_text(path), "Z debug p2p three n=1\n"));
	ck_assert_ptr_nonnull(strstr(read_text(path), "Z error node five\n"));
	logger_close();
}
END_TEST

START_TEST(a_place_that_repeats_itself_is_capped_and_trace_never)
{
	const char *path = open_log();

	logger_set_level(LOG_P2P, LEVEL_TRACE);
	for (int i = 0; i < 3 * LOG_SITE_LINES_MAX; i++) {
		logger_warn(LOG_P2P, "bad_peer", log_i64("i", i));
		logger_trace(LOG_P2P, "bytes", log_i64("i", i));
	}
	logger_warn(LOG_P2P, "elsewhere");
	/* A window may end in the middle of this on a slow machine, and then start again. */
	ck_assert_uint_ge(count_lines(read_text(path)), 4 * LOG_SITE_LINES_MAX + 1);
	ck_assert_uint_le(count_lines(read_text(path)), 5 * LOG_SITE_LINES_MAX + 1);
	ck_assert_ptr_nonnull(strstr(read_text(path), " elsewhere\n"));
	logger_close();
}
END_TEST

static void *write_many(void *name)
{
	for (int i = 0; i < 2000; i++) {
		logger_trace(LOG_VERIFY, "line", log_string("thread", name), log_i64("i", i),
		             log_string("filler", "0123456789012345678901234567890123456789"));
		logger_set_level(LOG_RPC, i % 2 ? LEVEL_INFO : LEVEL_WARN);
		logger_info(LOG_RPC, "perhaps");
	}
	return NULL;
}

START_TEST(lines_of_many_threads_stay_whole)
{
	static char names[4][2] = {"a", "b", "c", "d"};
	const char *path = open_log();
	pthread_t threads[4];
	size_t whole = 0;
	char *text, *at;
	struct why why;

	logger_set_level(LOG_VERIFY, LEVEL_TRACE);
	for (size_t i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, write_many, names[i]), 0);
	for (int i = 0; i < 20; i++)
		ck_assert_int_eq(logger_reopen(&why), STATUS_OK);
	for (size_t i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
	text = read_text(path);
	for (at = strtok(text, "\n"); at; at = strtok(NULL, "\n")) {
		size_t size = strlen(at);

		ck_assert_uint_gt(size, 30);
		ck_assert_mem_eq(at, "20", 2);
		if (strcmp(at + size - 41, "=0123456789012345678901234567890123456789") == 0)
			whole++;
	}
	ck_assert_uint_eq(whole, 8000);
	ck_assert_uint_eq(logger_lost_line_count(), 0);
	logger_close();
}
END_TEST

START_TEST(a_log_that_was_moved_away_is_opened_anew)
{
	const char *path = open_log();
	char moved[220];
	struct why why;

	snprintf(moved, sizeof moved, "%s.1", path);
	logger_info(LOG_NODE, "first");
	ck_assert_int_eq(rename(path, moved), 0);
	logger_info(LOG_NODE, "second");
	ck_assert_int_eq(logger_reopen(&why), STATUS_OK);
	logger_info(LOG_NODE, "third");
	ck_assert_uint_eq(count_lines(read_text(moved)), 2);
	ck_assert_uint_eq(count_lines(read_text(path)), 1);
	logger_close();
}
END_TEST

START_TEST(a_log_that_cannot_be_opened_is_an_error_and_changes_nothing)
{
	const char *path = open_log();
	struct why why;

	ck_assert_int_eq(logger_open("/nowhere/log", LOG_FORMAT_JSON, &why), STATUS_STORAGE);
	ck_assert_str_eq(why.text,
	                 "open log file /nowhere/log: No such file or directory: the "
	                 "disk or the database refused");
	logger_info(LOG_NODE, "still");
	ck_assert_ptr_nonnull(strstr(read_text(path), "Z info node still\n"));
	logger_close();
}
END_TEST

START_TEST(a_line_that_cannot_be_written_is_counted)
{
	struct why why;

	/* Linux: every write to it says ENOSPC. */
	ck_assert_int_eq(logger_open("/dev/full", LOG_FORMAT_LOGFMT, &why), STATUS_OK);
	logger_error(LOG_NODE, "lost");
	ck_assert_uint_eq(logger_lost_line_count(), 1);
	logger_close();
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("logger");
	TCase *cases = tcase_create("logger");

	tcase_add_test(cases, a_logfmt_line_is_as_the_manual_shows_it);
	tcase_add_test(cases, a_json_line_holds_the_same);
	tcase_add_test(cases, a_value_is_quoted_where_it_could_be_mistaken);
	tcase_add_test(cases, a_hostile_value_cannot_forge_a_line_or_move_a_terminal);
	tcase_add_test(cases, any_bytes_at_all_give_one_line_without_controls);
	tcase_add_test(cases, a_long_text_is_cut_and_shows_it);
	tcase_add_test(cases, a_line_has_a_maximum_and_says_when_fields_are_missing);
	tcase_add_test(cases, every_level_and_module_has_its_name);
	tcase_add_test(cases, levels_are_read_from_left_to_right);
	tcase_add_test(cases, levels_that_make_no_sense_are_refused);
	tcase_add_test(cases,
	               one_place_may_write_so_many_lines_in_a_window_and_counts_the_rest);
	tcase_add_test(cases, a_line_is_written_at_its_level_and_costs_nothing_below);
	tcase_add_test(cases, a_place_that_repeats_itself_is_capped_and_trace_never);
	tcase_add_test(cases, lines_of_many_threads_stay_whole);
	tcase_add_test(cases, a_log_that_was_moved_away_is_opened_anew);
	tcase_add_test(cases, a_log_that_cannot_be_opened_is_an_error_and_changes_nothing);
	tcase_add_test(cases, a_line_that_cannot_be_written_is_counted);
	suite_add_tcase(suite, cases);
	return suite;
}
