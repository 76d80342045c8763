#include "chain/base/text.h"
#include "rpc/server/chunks.h"
#include "rpc/server/gate.h"
#include "rpc/server/http.h"
#include "tests/support/support.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Read out of memory of exactly its size; the views live until the next call. */
static bool read_head(struct http_head *head, const char *text, const char **reason)
{
	static uint8_t *copy;
	size_t size = strlen(text);
	size_t looked = 0;
	size_t found;

	free(copy);
	copy = malloc(size);
	ck_assert_ptr_nonnull(copy);
	memcpy(copy, text, size);
	ck_assert_int_eq(http_head_find(&looked, &found, bytes_view(copy, size)),
	                 HTTP_FOUND_ALL);
	ck_assert_uint_eq(found, size);
	return http_head_read(head, bytes_view(copy, size), reason);
}

static bool view_is(struct bytes_view view, const char *text)
{
	return bytes_equal(view, text_view(text));
}

/* -- Heads -------------------------------------------------------------------------- */

START_TEST(the_end_of_a_head_is_found_however_it_comes)
{
	const char text[] = "POST / HTTP/1.1\r\nHost: a\r\n\r\nbody\r\n\r\n";
	const size_t size = strlen("POST / HTTP/1.1\r\nHost: a\r\n\r\n");

	for (size_t step = 1; step < sizeof text; step++) {
		size_t looked = 0;
		size_t found = 0;
		size_t came = 0;
		enum http_found answer;

		do {
			came = came + step < sizeof text - 1 ? came + step : sizeof text - 1;
			answer = http_head_find(&looked, &found, bytes_view(text, came));
			ck_assert_int_eq(answer, came >= size ? HTTP_FOUND_ALL : HTTP_FOUND_PART);
		} while (answer == HTTP_FOUND_PART);
		ck_assert_uint_eq(found, size);
	}
}
END_TEST

START_TEST(a_line_that_ends_in_lf_alone_is_wrong)
{
	static const char *const texts[] = {"\n", "GET / HTTP/1.1\nHost: a\n\n",
	                                    "GET / HTTP/1.1\r\nHost: a\n\r\n",
	                                    "GET / HTTP/1.1\r\nHost: a\r\n\n"};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		size_t looked = 0;
		size_t found;

		ck_assert_int_eq(http_head_find(&looked, &found, text_view(texts[i])),
		                 HTTP_FOUND_WRONG);
	}
}
END_TEST

START_TEST(a_request_says_what_it_says)
{
	struct http_head head;
	const char *reason;

	ck_assert(
	    read_head(&head,
	              "POST /a/b?c=d HTTP/1.1\r\nhOsT: example:1\r\nOrigin:\thttp://x \r\n"
	              "Authorization: Basic eA==\r\nContent-Type: application/json; "
	              "charset=utf-8\r\nContent-Encoding: gzip\r\nContent-Length: 0012\r\n"
	              "Expect: 100-Continue\r\nX-Other: \xc3\xa9 , ;\r\n\r\n",
	              &reason));
	ck_assert_int_eq(head.method, HTTP_POST);
	ck_assert(view_is(head.path, "/a/b"));
	ck_assert(view_is(head.query, "c=d"));
	ck_assert(view_is(head.host, "example:1"));
	ck_assert(view_is(head.origin, "http://x"));
	ck_assert(view_is(head.authorization, "Basic eA=="));
	ck_assert(http_media_type_is(head.content_type, "application/json"));
	ck_assert(!http_media_type_is(head.content_type, "application/jso"));
	ck_assert(view_is(head.content_encoding, "gzip"));
	ck_assert_uint_eq(head.content_length, 12);
	ck_assert(head.expects_continue);
	ck_assert(head.keep_alive);
	ck_assert(!head.is_chunked);
	ck_assert(read_head(&head,
	                    "HEAD / HTTP/1.1\r\nHost:\r\nConnection: upgrade , CLOSE\r\n"
	                    "Transfer-Encoding: Chunked\r\n\r\n",
	                    &reason));
	ck_assert_int_eq(head.method, HTTP_HEAD);
	ck_assert_uint_eq(head.host.size, 0);
	ck_assert_ptr_null(head.origin.at);
	ck_assert(!head.keep_alive);
	ck_assert(head.is_chunked);
	ck_assert(read_head(&head,
	                    "BREW /pot HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n",
	                    &reason));
	ck_assert_int_eq(head.method, HTTP_OTHER);
	ck_assert(!head.keep_alive);
	ck_assert(read_head(&head,
	                    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: "
	                    "99999999999999999999999999999\r\n\r\n",
	                    &reason));
	ck_assert_uint_eq(head.content_length, UINT64_MAX);
}
END_TEST

#define LINE_REASON   "the first line is no \"METHOD /path HTTP/1.1\""
#define FIELD_REASON  "a header line is no \"Name: value\""
#define TWICE_REASON  "a header line that may stand once stands twice"
#define LENGTH_REASON "Content-Length must be a number"
#define CODING_REASON \
	"Transfer-Encoding must be \"chunked\", in HTTP/1.1, without a Content-Length"

START_TEST(what_could_be_read_in_two_ways_is_refused)
{
	static const struct {
		const char *text;
		const char *reason;
	} wrong[] = {
	    {"\r\n\r\n", LINE_REASON},
	    {"GET\r\n\r\n", LINE_REASON},
	    {"GET /\r\n\r\n", LINE_REASON},
	    {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", LINE_REASON},
	    {"GET / HTTP/1.1 \r\nHost: a\r\n\r\n", LINE_REASON},
	    {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", LINE_REASON},
	    {" GET / HTTP/1.1\r\nHost: a\r\n\r\n", LINE_REASON},
	    {"GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", LINE_REASON},
	    {"GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n", LINE_REASON},
	    {"GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n", LINE_REASON},
	    {"G\x80T / HTTP/1.1\r\nHost: a\r\n\r\n", LINE_REASON},
	    {"GET / HTTP/1.1\r\n\r\n", "the Host line is missing"},
	    {"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", TWICE_REASON},
	    {"GET / HTTP/1.1\r\nHost:\r\nhost: a\r\n\r\n", TWICE_REASON},
	    {"GET / HTTP/1.1\r\nHost : a\r\n\r\n", FIELD_REASON},
	    {"GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", FIELD_REASON},
	    {"GET / HTTP/1.1\r\nHost: a\r\nNo colon\r\n\r\n", FIELD_REASON},
	    {"GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", FIELD_REASON},
	    {"GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n", FIELD_REASON},
	    {"GET / HTTP/1.1\r\nHost: a\x7f\r\n\r\n", FIELD_REASON},
	    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
	     TWICE_REASON},
	    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\n", LENGTH_REASON},
	    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n", LENGTH_REASON},
	    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n", LENGTH_REASON},
	    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\n", LENGTH_REASON},
	    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", LENGTH_REASON},
	    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: "
	     "chunked\r\n\r\n",
	     CODING_REASON},
	    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
	     CODING_REASON},
	    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n",
	     CODING_REASON},
	    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
	     "chunked\r\n\r\n",
	     TWICE_REASON},
	    {"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
	     CODING_REASON},
	    {"POST / HTTP/1.1\r\nHost: a\r\nExpect: more\r\n\r\n",
	     "the only Expect there is is \"100-continue\""},
	};

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct http_head head;
		const char *reason;

		ck_assert_msg(!read_head(&head, wrong[i].text, &reason), "%s", wrong[i].text);
		ck_assert_str_eq(reason, wrong[i].reason);
	}
}
END_TEST

START_TEST(an_answer_has_the_head_that_its_status_needs)
{
	char head[HTTP_ANSWER_HEAD_SIZE];

	ck_assert_uint_eq(http_answer_head(head, 200, "a/b", 7, "", true), strlen(head));
	ck_assert_str_eq(head,
	                 "HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: 7\r\n\r\n");
	http_answer_head(head, 204, "a/b", 0, "", true);
	ck_assert_str_eq(head, "HTTP/1.1 204 No Content\r\n\r\n");
	http_answer_head(head, 405, "a/b", 0, "Allow: POST\r\n", false);
	ck_assert_str_eq(head,
	                 "HTTP/1.1 405 Method Not Allowed\r\nContent-Type: a/b\r\n"
	                 "Content-Length: 0\r\nAllow: POST\r\nConnection: close\r\n\r\n");
}
END_TEST

/* -- Chunks ------------------------------------------------------------------------- */

/* Decodes a text that comes in pieces of `step` bytes, as they lie in a buffer: behind
 * what was decoded. */
static void decode(struct chunks *chunks, uint8_t *base, const char *text, size_t size,
                   size_t step)
{
	*chunks = (struct chunks){0};
	for (size_t came = 0; came < size; came += step) {
		size_t piece = size - came < step ? size - came : step;

		memcpy(base + chunks->size, text + came, piece);
		chunks_decode(chunks, base, chunks->size, chunks->size + piece);
	}
}

START_TEST(chunks_give_the_same_body_however_they_come)
{
	const char text[] =
	    "5\r\nhello\r\n00a;ext=\"1\"\r\n, chunked \r\n6\r\nworld!\r\n0\r\n\r\n";
	uint8_t base[sizeof text];
	struct chunks chunks;

	for (size_t step = 1; step <= sizeof text - 1; step++) {
		decode(&chunks, base, text, sizeof text - 1, step);
		ck_assert_int_eq(chunks.state, CHUNKS_DONE);
		ck_assert(view_is(bytes_view(base, chunks.size), "hello, chunked world!"));
	}
}
END_TEST

START_TEST(what_follows_the_last_chunk_is_left_alone)
{
	uint8_t text[] = "1\r\nA\r\n0\r\n\r\nPOST";
	struct chunks chunks = {0};

	ck_assert_uint_eq(chunks_decode(&chunks, text, 0, sizeof text - 1), 11);
	ck_assert_int_eq(chunks.state, CHUNKS_DONE);
	ck_assert_uint_eq(chunks.size, 1);
	ck_assert_mem_eq(text + 11, "POST", 4);
}
END_TEST

START_TEST(wrong_chunks_are_refused)
{
	static const char *const wrong[] = {
	    "\r\n",
	    "x\r\n",
	    " 5\r\nhello\r\n",
	    "5 \r\nhello\r\n",
	    "-5\r\n",
	    "0x5\r\n",
	    "5\nhello\r\n",
	    "5\r\rhello\r\n",
	    "5\r\nhello!\r\n",
	    "5\r\nhello\n",
	    "123456789\r\n",
	    "000000005\r\n",
	    "5;a\nb\r\n",
	    "0\r\nTrailer: x\r\n\r\n",
	    "0\r\n\r\r",
	};

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		for (size_t step = 1; step < 20; step++) {
			uint8_t base[64];
			struct chunks chunks;

			decode(&chunks, base, wrong[i], strlen(wrong[i]), step);
			ck_assert_msg(chunks.state == CHUNKS_WRONG, "%s", wrong[i]);
			ck_assert_ptr_nonnull(chunks.reason);
		}
	}
}
END_TEST

START_TEST(endless_extensions_are_refused)
{
	char *text = malloc(8192);
	uint8_t *base = malloc(8192);
	struct chunks chunks;

	ck_assert(text && base);
	memset(text, 'e', 8192);
	memcpy(text, "5;", 2);
	decode(&chunks, base, text, 8192, 100);
	ck_assert_int_eq(chunks.state, CHUNKS_WRONG);
	ck_assert_str_eq(chunks.reason, "a chunk's extension does not end");
	free(text);
	free(base);
}
END_TEST

/* -- Who may come in ---------------------------------------------------------------- */

static struct gate_verdict judge(const struct gate *gate, const char *text, bool is_local)
{
	struct http_head head;
	const char *reason;

	ck_assert_msg(read_head(&head, text, &reason), "%s: %s", text, reason);
	return gate_judge(gate, &head, is_local);
}

START_TEST(only_the_names_of_this_node_are_answered)
{
	static const struct {
		const char *host;
		unsigned status;
	} hosts[] = {
	    {"localhost", 0},
	    {"LOCALHOST:17471", 0},
	    {"127.0.0.1", 0},
	    {"127.0.0.1:1", 0},
	    {"[::1]", 0},
	    {"[::1]:17471", 0},
	    {"node.example", 0},
	    {"Node.Example:443", 0},
	    {"", 403},
	    {":17471", 403},
	    {"example.com", 403},
	    {"localhost.example.com", 403},
	    {"localhost.", 403},
	    {"127.0.0.2", 403},
	    {"[::1", 403},
	    {"[::1]x", 403},
	    {"localhost:80a", 403},
	    {"localhost:80:80", 403},
	    {"user@localhost", 403},
	};
	struct gate gate = {.hosts = {"node.example"}, .host_count = 1};

	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
		char text[256];

		snprintf(text, sizeof text, "GET /livez HTTP/1.1\r\nHost: %s\r\n\r\n",
		         hosts[i].host);
		ck_assert_msg(judge(&gate, text, false).status == hosts[i].status, "%s",
		              hosts[i].host);
		if (hosts[i].status == 403) /* the setting by its name in cairn.toml */
			ck_assert_ptr_nonnull(
			    strstr(judge(&gate, text, false).reason, "rpc.allowed_hosts"));
		/* Nobody rebinds a file. */
		ck_assert_uint_eq(judge(&gate, text, true).status, 0);
	}
}
END_TEST

START_TEST(each_request_gets_the_status_that_it_earns)
{
	static const struct {
		const char *text;
		unsigned status;
	} requests[] = {
	    {"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n", 0},
	    {"HEAD /readyz?verbose HTTP/1.1\r\nHost: localhost\r\n\r\n", 0},
	    {"GET /livez HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n", 413},
	    {"GET /livez HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n",
	     413},
	    {"POST /livez HTTP/1.1\r\nHost: localhost\r\n\r\n", 405},
	    {"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 0},
	    {"HEAD /verify.html HTTP/1.1\r\nHost: localhost\r\n\r\n", 0},
	    {"PUT / HTTP/1.1\r\nHost: localhost\r\n\r\n", 405},
	    {"OPTIONS / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://a\r\n\r\n", 405},
	    {"GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n", 404},
	    {"POST /rpc HTTP/1.1\r\nHost: localhost\r\n\r\n", 404},
	    {"GET /../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n", 404},
	    {"GET //livez HTTP/1.1\r\nHost: localhost\r\n\r\n", 404},
	    {"POST / HTTP/1.1\r\nHost: localhost\r\n\r\n", 0},
	    {"POST / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\n\r\n", 0},
	    {"POST / HTTP/1.1\r\nHost: localhost:7\r\nOrigin: http://localhost:7\r\n\r\n", 0},
	    {"POST / HTTP/1.1\r\nHost: localhost\r\nOrigin: https://localhost\r\n\r\n", 0},
	    {"POST / HTTP/1.1\r\nHost: localhost:7\r\nOrigin: http://localhost:8\r\n\r\n",
	     403},
	    {"POST / HTTP/1.1\r\nHost: localhost:7\r\nOrigin: http://localhost\r\n\r\n", 403},
	    {"POST / HTTP/1.1\r\nHost: localhost\r\nOrigin: file://localhost\r\n\r\n", 403},
	    {"POST / HTTP/1.1\r\nHost: localhost\r\nOrigin:\r\n\r\n", 403},
	    {"POST / HTTP/1.1\r\nHost: localhost\r\nOrigin: null\r\n\r\n", 403},
	    {"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\r\n",
	     0},
	    {"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: Application/JSON ; "
	     "charset=utf-8\r\n\r\n",
	     0},
	    {"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
	     "application/json-rpc\r\n\r\n",
	     0},
	    {"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n\r\n", 415},
	    {"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
	     "application/x-www-form-urlencoded\r\n\r\n",
	     415},
	    {"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type:\r\n\r\n", 415},
	    {"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: gzip\r\n\r\n", 415},
	    {"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: identity\r\n\r\n", 0},
	    {"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8388608\r\n\r\n", 0},
	    {"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8388609\r\n\r\n", 413},
	    {"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1073741824\r\n\r\n", 413},
	    {"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
	     "18446744073709551621\r\n\r\n",
	     413},
	};
	struct gate gate = {.public_reads = true};

	for (size_t i = 0; i < sizeof requests / sizeof *requests; i++)
		ck_assert_msg(judge(&gate, requests[i].text, false).status == requests[i].status,
		              "%s", requests[i].text);
}
END_TEST

START_TEST(only_the_whole_cookie_is_a_cookie)
{
	char line[256] = "basic ";
	char path[256];
	struct cookie cookie;
	struct cookie none;
	struct why why;

	snprintf(path, sizeof path, "%s/cookie", scratch_folder());
	ck_assert_int_eq(cookie_init(&cookie, path, &why), STATUS_OK);
	ck_assert_int_eq(cookie_init(&none, NULL, &why), STATUS_OK);
	base64_encode(line + 6, text_view(cookie.text));
	ck_assert(cookie_is_shown(&cookie, text_view(line)));
	ck_assert(!cookie_is_shown(&none, text_view(line)));
	ck_assert(!cookie_is_shown(&none, text_view("Basic ")));
	for (size_t i = 0; i < strlen(line); i++) {
		char kept = line[i];

		line[i] = kept == 'x' ? 'y' : 'x';
		ck_assert_msg(!cookie_is_shown(&cookie, text_view(line)), "byte %zu", i);
		line[i] = kept;
		ck_assert(!cookie_is_shown(&cookie, bytes_view(line, i)));
	}
	strcat(line, "AAAA");
	ck_assert(!cookie_is_shown(&cookie, text_view(line)));
	memset(line + 6, 'A', 240);
	ck_assert(!cookie_is_shown(&cookie, bytes_view(line, 246)));
	cookie_close(&cookie, path);
	ck_assert_int_ne(access(path, F_OK), 0);
	ck_assert_int_eq(cookie.text[0], '\0');
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("http");
	TCase *tests = tcase_create("http");

	tcase_add_test(tests, the_end_of_a_head_is_found_however_it_comes);
	tcase_add_test(tests, a_line_that_ends_in_lf_alone_is_wrong);
	tcase_add_test(tests, a_request_says_what_it_says);
	tcase_add_test(tests, what_could_be_read_in_two_ways_is_refused);
	tcase_add_test(tests, an_answer_has_the_head_that_its_status_needs);
	tcase_add_test(tests, chunks_give_the_same_body_however_they_come);
	tcase_add_test(tests, what_follows_the_last_chunk_is_left_alone);
	tcase_add_test(tests, wrong_chunks_are_refused);
	tcase_add_test(tests, endless_extensions_are_refused);
	tcase_add_test(tests, only_the_names_of_this_node_are_answered);
	tcase_add_test(tests, each_request_gets_the_status_that_it_earns);
	tcase_add_test(tests, only_the_whole_cookie_is_a_cookie);
	suite_add_tcase(suite, tests);
	return suite;
}
