/* cairn chain follow, against a node that streams what it is told to: what is printed,
 * where it goes on, and how it ends. */
#include "tests/unit/wallet/program.h"

#include <sys/file.h>

enum { ANSWERS_MAX = 8, HEAD_SIZE = 2048 };

/* What the node answers, one connection after another, and what it was asked. */
static struct fake_answer answers[ANSWERS_MAX];
static char heads[ANSWERS_MAX][HEAD_SIZE];
static atomic_size_t asked;

static struct fake_answer answer_next(void *owner, const char *head, const char *body)
{
	size_t turn = atomic_fetch_add(&asked, 1);
	struct fake_answer answer;

	(void)owner;
	(void)body;
	if (turn >= ANSWERS_MAX || !answers[turn].body)
		abort();
	snprintf(heads[turn], HEAD_SIZE, "%s", head);
	answer = answers[turn];
	answer.body = strdup(answer.body);
	return answer;
}

static void begin(void)
{
	setup();
	memset(answers, 0, sizeof answers);
	atomic_store(&asked, 0);
	ledger.node.answer = answer_next;
}

static void say(size_t turn, enum fake_manner manner, const char *body)
{
	answers[turn] = (struct fake_answer){manner, 200, (char *)(uintptr_t)body};
}

static void answer_with(enum fake_manner manner, int status, const char *body)
{
	atomic_store(&asked, 0);
	answers[0] = (struct fake_answer){manner, status, (char *)(uintptr_t)body};
}

#define TX(cursor, id)                                                                \
	"id: " cursor "\nevent: tx\ndata: {\"cursor\":\"" cursor                          \
	"\",\"topics\":[\"txs\"],\"type\":\"tx\",\"height\":1,\"index\":0,\"txid\":\"" id \
	"\",\"time_ms\":1790000000123,\"tx\":{\"sender\":\"cairn1ada\",\"operations\":"   \
	"[{\"kind\":\"record.append\"},{\"kind\":\"record.append\"},"                     \
	"{\"kind\":\"stream.create\"}]}}\n\n"
#define BLOCK(cursor, hash)                                                           \
	"id: " cursor "\nevent: block\ndata: {\"cursor\":\"" cursor                       \
	"\",\"topics\":[\"blocks\"],\"type\":\"block\",\"height\":1,\"block\":{\"hash\":" \
	"\"" hash "\",\"time_ms\":1790000000123,\"tx_count\":1,\"body_size\":4321}}\n\n"

/* -- What is printed --------------------------------------------------------------------
 */

START_TEST(an_event_is_a_line)
{
	say(0, FAKE_EVENTS_ON,
	    ": from 0.0\n\n" TX("1.0", "abc") BLOCK("1.1", "def") BLOCK("2.0", "more"));
	EXPECT(0, "chain", "follow", "--count", "2", "--from", "0.0");
	ck_assert_str_eq(
		out, "1.0\t2026-09-21 14:13:20.123Z\ttx\tabc\trecord.append 2 times, "
			 "stream.create, by cairn1ada\n"
			 "1.1\t2026-09-21 14:13:20.123Z\tblock\tdef\tblock of 1 transaction, 4,321 "
			 "bytes\n");
	ck_assert_str_eq(notes, "");
	ck_assert_int_eq(
		strncmp(heads[0], "GET /v1/events?topics=blocks&from=0.0 HTTP/1.1\r\n", 47), 0);
}
END_TEST

START_TEST(of_a_stream_the_records_are_named)
{
	say(0, FAKE_EVENTS_ON,
	    "id: 1.0\nevent: tx\ndata: "
	    "{\"topics\":[\"blocks\",\"stream:notes\"],\"txid\":\"abc\","
	    "\"time_ms\":1790000000123,\"tx\":{\"sender\":\"cairn1ada\",\"operations\":[]},"
	    "\"records\":[{\"position\":7,\"key\":\"a\\tkey\"},{\"position\":8,\"key\":null},"
	    "{\"position\":9},{\"position\":10},{\"position\":11},{\"position\":12}]}\n\n");
	EXPECT(0, "chain", "follow", "--count", "1");
	ck_assert_ptr_nonnull(strstr(out, "\tabc\tnotes: record 7 under a\\tkey, record 8, "
	                                  "record 9, record 10, and 2 more, by cairn1ada\n"));
}
END_TEST

START_TEST(with_json_the_event_itself_is_a_line)
{
	say(0, FAKE_EVENTS_ON, TX("1.0", "abc") BLOCK("1.1", "d\xc3\xa9"));
	EXPECT(0, "chain", "follow", "--count", "2", "--json");
	ck_assert_int_eq(strncmp(out, "{\"cursor\":\"1.0\",\"topics\":[\"txs\"],", 33), 0);
	ck_assert_ptr_nonnull(strstr(out, "}\n{\"cursor\":\"1.1\","));
	ck_assert_ptr_nonnull(strstr(out, "d\\u00E9"));
	say(0, FAKE_EVENTS_ON, TX("1.0", "abc") BLOCK("1.1", "def"));
	atomic_store(&asked, 0);
	EXPECT(0, "chain", "follow", "--count", "2", "-q");
	ck_assert_str_eq(out, "abc\ndef\n");
}
END_TEST

START_TEST(topics_are_asked_for_as_they_are_named)
{
	say(0, FAKE_EVENTS_ON, TX("1.0", "abc"));
	EXPECT(0, "chain", "follow", "--count=1", "-t", "blocks", "--topic=stream:a,b&c d",
	       "--topic", "account:cairn1ada");
	ck_assert_int_eq(strncmp(heads[0],
	                         "GET /v1/events?topics=blocks,stream:a%2Cb%26c%20d,"
	                         "account:cairn1ada HTTP/1.1\r\n",
	                         78),
	                 0);
}
END_TEST

START_TEST(what_others_wrote_is_made_harmless)
{
	say(0, FAKE_EVENTS_ON, BLOCK("1.1", "\\u001b[2J\\nx"));
	EXPECT(0, "chain", "follow", "--count", "1");
	ck_assert_ptr_null(strchr(out, '\x1b'));
	ck_assert_ptr_nonnull(strstr(out, "\\x1b[2J\\nx"));
}
END_TEST

/* -- Where it goes on -------------------------------------------------------------------
 */

START_TEST(it_goes_on_behind_the_last_whole_event)
{
	static char last[] = "\r\nLast-Event-ID: 1.0\r\n";

	say(0, FAKE_EVENTS,
	    ": from 0.5\n\n" TX("1.0", "abc") "id: 1.1\nevent: block\ndata: {}");
	answers[1] = (struct fake_answer){FAKE_CUT_HEAD, 200, (char *)(uintptr_t) ""};
	say(2, FAKE_EVENTS_ON, ": from 1.0\n\n" BLOCK("1.1", "def"));
	EXPECT(0, "chain", "follow", "-q", "--count", "2", "--json");
	ck_assert_uint_eq(atomic_load(&asked), 3);
	ck_assert_ptr_null(strstr(heads[0], "Last-Event-ID"));
	ck_assert_ptr_nonnull(strstr(heads[1], last));
	ck_assert_ptr_nonnull(strstr(heads[2], last));
	ck_assert_ptr_nonnull(strstr(out, "}\n{\"cursor\":\"1.1\""));
}
END_TEST

START_TEST(that_the_node_went_away_is_said_once)
{
	say(0, FAKE_EVENTS, TX("1.0", "abc"));
	answers[1] = (struct fake_answer){FAKE_CLOSE, 0, (char *)(uintptr_t) ""};
	answers[2] = (struct fake_answer){FAKE_WHOLE, 503, (char *)(uintptr_t) ""};
	say(3, FAKE_EVENTS_ON, ": from 1.0\n\n" BLOCK("1.1", "def"));
	EXPECT(0, "chain", "follow", "--count", "2");
	ck_assert_ptr_nonnull(strstr(notes, " ended the stream; waiting for it\n"));
	ck_assert_ptr_eq(strstr(notes, "waiting"), strrchr(notes, 'w'));
	ck_assert_ptr_nonnull(strstr(notes, "goes on behind 1.0\n"));
	ck_assert_uint_eq(atomic_load(&asked), 4);
}
END_TEST

START_TEST(the_head_where_it_began_is_not_passed_over)
{
	/* The node goes away before there was any event. */
	say(0, FAKE_EVENTS, ": from 5.2\n\n");
	say(1, FAKE_EVENTS_ON, BLOCK("6.0", "def"));
	EXPECT(0, "chain", "follow", "--count", "1", "--from", "head");
	ck_assert_ptr_nonnull(strstr(heads[1], "\r\nLast-Event-ID: 5.2\r\n"));
}
END_TEST

START_TEST(a_new_start_of_the_node_has_a_new_cookie)
{
	char arguments[3][128];

	/* Over TCP, with the cookie of the data directory. */
	write_file("rpc.cookie", "cairn:0000\n");
	ck_assert_int_eq(chmod(path_of("rpc.cookie"), 0600), 0);
	snprintf(arguments[0], sizeof arguments[0], "%s", ledger.node.url);
	say(0, FAKE_EVENTS, TX("1.0", "abc"));
	answers[1] = (struct fake_answer){FAKE_WHOLE, 401, (char *)(uintptr_t) ""};
	say(2, FAKE_EVENTS_ON, BLOCK("1.1", "def"));
	EXPECT(0, "--node", arguments[0], "chain", "follow", "--count", "2", "-q");
	/* Twice in a row is an answer. */
	answers[2] = answers[1];
	atomic_store(&asked, 0);
	EXPECT(4, "--node", arguments[0], "chain", "follow", "--count", "2", "-q");
	ck_assert_uint_eq(atomic_load(&asked), 3);
}
END_TEST

/* -- The file
 * ---------------------------------------------------------------------------- */

static const char *file_text(void)
{
	static char text[256];

	read_back(text, sizeof text, "cursor");
	text[strcspn(text, " \n")] = '\0';
	return text;
}

START_TEST(the_next_run_goes_on_where_the_file_says)
{
	say(0, FAKE_EVENTS_ON, ": from 9.9\n\n" TX("10.0", "abc") TX("11.123456", "def"));
	EXPECT(0, "chain", "follow", "--cursor-file", path_of("cursor"), "--count", "2");
	ck_assert_str_eq(file_text(), "11.123456");
	say(1, FAKE_EVENTS_ON, BLOCK("12.0", "ghi"));
	EXPECT(0, "chain", "follow", "--cursor-file", path_of("cursor"), "--count", "1",
	       "--from", "3.0");
	ck_assert_ptr_nonnull(strstr(heads[1], "\r\nLast-Event-ID: 11.123456\r\n"));
	ck_assert_str_eq(file_text(), "12.0");
}
END_TEST

START_TEST(the_place_of_the_beginning_is_kept_before_any_event)
{
	say(0, FAKE_EVENTS, ": from 5.2\n\n");
	answers[1] = (struct fake_answer){FAKE_WHOLE, 404, (char *)(uintptr_t) ""};
	say(0, FAKE_EVENTS, ": from 5.2\n\n");
	EXPECT(8, "chain", "follow", "--cursor-file", path_of("cursor"));
	ck_assert_str_eq(file_text(), "5.2");
}
END_TEST

START_TEST(a_file_that_is_something_else_is_left_alone)
{
	char text[64];

	write_file("cursor", "dear diary\n");
	EXPECT(2, "chain", "follow", "--cursor-file", path_of("cursor"));
	ck_assert_ptr_nonnull(strstr(notes, "holds no cursor"));
	read_back(text, sizeof text, "cursor");
	ck_assert_str_eq(text, "dear diary\n");
	/* A cursor written by hand is one. */
	write_file("cursor", "7.0");
	say(0, FAKE_EVENTS_ON, TX("7.1", "abc"));
	EXPECT(0, "chain", "follow", "--cursor-file", path_of("cursor"), "--count", "1");
	ck_assert_str_eq(file_text(), "7.1");
	EXPECT(1, "chain", "follow", "--cursor-file", path_of("nowhere/cursor"));
}
END_TEST

START_TEST(two_that_follow_do_not_share_a_file)
{
	int other = open(path_of("cursor"), O_RDWR | O_CREAT, 0600);

	ck_assert_int_eq(flock(other, LOCK_EX), 0);
	EXPECT(2, "chain", "follow", "--cursor-file", path_of("cursor"));
	ck_assert_ptr_nonnull(strstr(notes, "used by another program"));
	close(other);
}
END_TEST

START_TEST(what_could_not_be_printed_comes_again)
{
	const char *words[] = {"--data-dir", folder,          "chain",
	                       "follow",     "--cursor-file", path_of("cursor")};
	int standard = dup(1);
	int error = redirect(2, "notes");
	int full = open("/dev/full", O_WRONLY);
	int exit_code;

	write_file("cursor", "1.0");
	say(0, FAKE_EVENTS_ON, TX("1.1", "abc"));
	ck_assert_int_eq(dup2(full, 1), 1);
	exit_code = session_main(6, words);
	clearerr(stdout);
	restore(1, standard);
	restore(2, error);
	close(full);
	ck_assert_int_eq(exit_code, 1);
	ck_assert_str_eq(file_text(), "1.0");
}
END_TEST

/* -- How it ends
 * ------------------------------------------------------------------------- */

#define ERROR(code, message)                                     \
	"{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":" code \
	",\"message\":\"" message "\"}}"

START_TEST(a_refusal_has_its_exit_code)
{
	answer_with(FAKE_TEXT, 400, "the cursor is beyond the newest block\n");
	EXPECT(2, "chain", "follow", "--from", "999.0");
	ck_assert_str_eq(notes, "cairn: the cursor is beyond the newest block\n");
	answer_with(FAKE_TEXT, 404, "there is no such stream");
	EXPECT(3, "chain", "follow", "--topic", "stream:no");
	answer_with(FAKE_TEXT, 401, "the cookie is missing\n");
	EXPECT(4, "chain", "follow");
	answer_with(FAKE_TEXT, 503, "as many as may are streaming\n");
	EXPECT(8, "chain", "follow");
	/* As JSON-RPC has it. */
	answer_with(FAKE_WHOLE, 400, ERROR("-32602", "that is no topic"));
	EXPECT(2, "chain", "follow");
	ck_assert_ptr_nonnull(strstr(notes, "that is no topic"));
	answer_with(FAKE_WHOLE, 503, ERROR("-32005", "too many"));
	EXPECT(8, "chain", "follow");
	/* And by somebody else. */
	answer_with(FAKE_WHOLE, 404, "<h1>Not here</h1>");
	EXPECT(8, "chain", "follow");
	ck_assert_ptr_nonnull(strstr(notes, "no node of ours"));
}
END_TEST

START_TEST(what_is_no_stream_of_events_is_no_node)
{
	answer_with(FAKE_WHOLE, 200, "{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":{}}");
	EXPECT(8, "chain", "follow");
	ck_assert_ptr_nonnull(strstr(notes, "no stream of events"));
	for (size_t i = 0; i < 5; i++) {
		static const char *const bodies[] = {
			TX("1.1", "abc") TX("1.1", "abc"), TX("1.1", "abc") TX("1.0", "def"),
			"id: 1.1\ndata: none\n\n", "id: one\ndata: {}\n\n",
			": from 2.0\n\nid: 1.0\n\n"};

		atomic_store(&asked, 0);
		say(0, FAKE_EVENTS_ON, bodies[i]);
		EXPECT(8, "chain", "follow", "-q");
		ck_assert_ptr_nonnull(strstr(notes, "no node of ours"));
	}
}
END_TEST

START_TEST(an_event_that_says_error_ends_it)
{
	say(0, FAKE_EVENTS,
	    TX("1.1", "abc") "event: error\ndata: {\"code\":110,\"message\":\"pruned\"}\n\n");
	EXPECT(3, "chain", "follow", "-q");
	ck_assert_str_eq(out, "abc\n");
	ck_assert_ptr_nonnull(strstr(notes, "pruned"));
}
END_TEST

START_TEST(a_node_that_is_not_there_at_first_is_not_waited_for)
{
	ck_assert_int_eq(unlink(ledger.node.socket), 0);
	EXPECT(8, "chain", "follow");
	ck_assert_ptr_nonnull(strstr(notes, "cannot reach the node"));
}
END_TEST

START_TEST(options_that_mean_nothing_are_refused)
{
	EXPECT(2, "chain", "follow", "--from", "yesterday");
	EXPECT(2, "chain", "follow", "--from", "1.0.0");
	EXPECT(2, "chain", "follow", "--count", "0");
	EXPECT(2, "chain", "follow", "-ta", "-tb", "-tc", "-td", "-te", "-tf", "-tg", "-th",
	       "-ti", "-tj", "-tk", "-tl", "-tm", "-tn", "-to", "-tp", "-tq");
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("chain_follow");
	TCase *cases = tcase_create("chain_follow");

	tcase_add_checked_fixture(cases, begin, teardown);
	tcase_add_test(cases, an_event_is_a_line);
	tcase_add_test(cases, of_a_stream_the_records_are_named);
	tcase_add_test(cases, with_json_the_event_itself_is_a_line);
	tcase_add_test(cases, topics_are_asked_for_as_they_are_named);
	tcase_add_test(cases, what_others_wrote_is_made_harmless);
	tcase_add_test(cases, it_goes_on_behind_the_last_whole_event);
	tcase_add_test(cases, that_the_node_went_away_is_said_once);
	tcase_add_test(cases, the_head_where_it_began_is_not_passed_over);
	tcase_add_test(cases, a_new_start_of_the_node_has_a_new_cookie);
	tcase_add_test(cases, the_next_run_goes_on_where_the_file_says);
	tcase_add_test(cases, the_place_of_the_beginning_is_kept_before_any_event);
	tcase_add_test(cases, a_file_that_is_something_else_is_left_alone);
	tcase_add_test(cases, two_that_follow_do_not_share_a_file);
	tcase_add_test(cases, what_could_not_be_printed_comes_again);
	tcase_add_test(cases, a_refusal_has_its_exit_code);
	tcase_add_test(cases, what_is_no_stream_of_events_is_no_node);
	tcase_add_test(cases, an_event_that_says_error_ends_it);
	tcase_add_test(cases, a_node_that_is_not_there_at_first_is_not_waited_for);
	tcase_add_test(cases, options_that_mean_nothing_are_refused);
	suite_add_tcase(suite, cases);
	return suite;
}
