#include "tests/unit/rpc/server_fixture.h"

#define TXID "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define PING "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"rpc.ping\"}"
#define PONG "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"pong\"}"
#define HOLD \
	"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tx.get\",\"params\":[\"" TXID "\"]}"

static struct fixture fixture;

static void start(void)
{
	fixture = fixture_new();
	fixture_start(&fixture);
}

static void stop(void)
{
	fixture_stop(&fixture);
}

static void answer_held(void *argument)
{
	rpc_call_answer(argument, json_string("held"));
}

/* POST / with the cookie, and `lines` beside it. */
static void send_head(struct client *client, const char *lines)
{
	char head[1024];

	snprintf(head, sizeof head, "POST / HTTP/1.1\r\nHost: localhost\r\n%s%s\r\n",
	         fixture.authorization, lines);
	client_send_text(client, head);
}

static void assert_status(struct client *client, unsigned status, const char *text)
{
	struct reply reply = client_reply(client);

	ck_assert_uint_eq(reply.status, status);
	if (text)
		ck_assert_str_eq(reply.text, text);
	free(reply.text);
}

/* -- The ways a good request may come ----------------------------------------------- */

START_TEST(requests_in_one_packet_are_answered_one_by_one)
{
	enum { COUNT = 300 };
	struct client client;
	char *text;
	char *at;

	start();
	text = malloc(COUNT * 512);
	ck_assert_ptr_nonnull(text);
	at = text;
	for (int i = 0; i < COUNT; i++) {
		char body[128];
		int size =
		    sprintf(body, "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"rpc.ping\"}", i);

		if (i % 10 == 3)
			at += sprintf(at, "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n");
		else
			at += sprintf(
			    at,
			    "POST / HTTP/1.1\r\nHost: localhost\r\n%sContent-Length: %d\r\n\r\n%s%s",
			    fixture.authorization, size, body, i % 7 == 0 ? "\r\n" : "");
	}
	client = client_connect(&fixture);
	ck_assert(client_send(&client, text, (size_t)(at - text)));
	for (int i = 0; i < COUNT; i++) {
		char expected[128];

		sprintf(expected, "{\"jsonrpc\":\"2.0\",\"id\":%d,\"result\":\"pong\"}", i);
		assert_status(&client, 200, i % 10 == 3 ? "alive\n" : expected);
	}
	client_close(&client);
	free(text);
	stop();
}
END_TEST

START_TEST(a_request_that_comes_byte_by_byte_is_answered)
{
	struct client client;
	char text[512];

	start();
	snprintf(text, sizeof text,
	         "\r\nPOST / HTTP/1.1\r\nHost: localhost\r\n%sTransfer-Encoding: chunked\r\n\r\n"
	         "10\r\n{\"jsonrpc\":\"2.0\"\r\n1c\r\n,\"id\":1,\"method\":\"rpc.ping\"}"
	         "\r\n0\r\n\r\n",
	         fixture.authorization);
	client = client_connect(&fixture);
	for (size_t i = 0; i < strlen(text); i++)
		ck_assert(client_send(&client, text + i, 1));
	assert_status(&client, 200, PONG);
	/* And the connection is good for another. */
	ck_assert(client_send(&client, text, strlen(text)));
	client_post(&fixture, &client, PING);
	assert_status(&client, 200, PONG);
	assert_status(&client, 200, PONG);
	client_close(&client);
	stop();
}
END_TEST

START_TEST(the_largest_body_is_taken_and_a_byte_more_is_not)
{
	char *body = malloc(RPC_BODY_MAX + 1);
	struct client client;
	char lines[128];

	start();
	ck_assert_ptr_nonnull(body);
	memset(body, ' ', RPC_BODY_MAX + 1);
	memcpy(body, PING, strlen(PING));
	snprintf(lines, sizeof lines, "Content-Length: %d\r\n", RPC_BODY_MAX);
	client = client_connect(&fixture);
	send_head(&client, lines);
	ck_assert(client_send(&client, body, RPC_BODY_MAX));
	assert_status(&client, 200, PONG);
	/* In chunks, nobody knows before how much will come. */
	send_head(&client, "Transfer-Encoding: chunked\r\n");
	client_send_text(&client, "800000\r\n");
	ck_assert(client_send(&client, body, RPC_BODY_MAX));
	client_send_text(&client, "\r\n0\r\n\r\n");
	assert_status(&client, 200, PONG);
	send_head(&client, "Transfer-Encoding: chunked\r\n");
	client_send_text(&client, "800000\r\n");
	ck_assert(client_send(&client, body, RPC_BODY_MAX));
	client_send_text(&client, "\r\n1\r\n");
	assert_status(&client, 413, NULL);
	client_close(&client);
	/* A chunk that announces too much is refused at its first byte. */
	client = client_connect(&fixture);
	send_head(&client, "Transfer-Encoding: chunked\r\n");
	client_send_text(&client, "7fffffff\r\n");
	assert_status(&client, 413, NULL);
	client_close(&client);
	free(body);
	assert_serves(&fixture);
	stop();
}
END_TEST

START_TEST(a_client_that_waits_for_leave_gets_it)
{
	struct client client;

	start();
	client = client_connect(&fixture);
	send_head(&client, "Content-Length: 44\r\nExpect: 100-continue\r\n");
	while (client.size < 25)
		ck_assert(client_receive(&client));
	ck_assert_mem_eq(client.bytes, "HTTP/1.1 100 Continue\r\n\r\n", 25);
	client_drop(&client, 25);
	client_send_text(&client, PING);
	assert_status(&client, 200, PONG);
	/* One that may not come in gets the refusal instead. */
	send_head(&client, "Content-Length: 9000000\r\nExpect: 100-continue\r\n");
	assert_status(&client, 413, NULL);
	client_close(&client);
	stop();
}
END_TEST

START_TEST(a_client_that_ends_its_side_still_gets_what_it_asked)
{
	struct client client;

	start();
	client = client_connect(&fixture);
	client_post(&fixture, &client, HOLD);
	client_post(&fixture, &client, PING);
	client_send_text(&client, "POST / HT");
	ck_assert_int_eq(shutdown(client.socket, SHUT_WR), 0);
	wait_for_held(&fixture, 1);
	run_there(&fixture, answer_held, fixture.held[0]);
	assert_status(&client, 200, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"held\"}");
	assert_status(&client, 200, PONG);
	ck_assert(client_is_let_go(&client));
	client_close(&client);
	stop();
}
END_TEST

START_TEST(old_and_closing_clients_are_let_go_after_their_answer)
{
	struct client client;

	start();
	client = client_connect(&fixture);
	client_send_text(&client, "GET /livez HTTP/1.0\r\nHost: localhost\r\n\r\n");
	assert_status(&client, 200, "alive\n");
	ck_assert(client_is_let_go(&client));
	client_close(&client);
	client = client_connect(&fixture);
	client_send_text(
	    &client, "GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
	assert_status(&client, 200, "alive\n");
	ck_assert(client_is_let_go(&client));
	client_close(&client);
	client = client_connect(&fixture);
	client_send_text(
	    &client, "HEAD /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
	while (client_receive(&client))
		;
	ck_assert_ptr_nonnull(memmem(client.bytes, client.size, "Content-Length: 6\r\n", 19));
	ck_assert_ptr_null(memmem(client.bytes, client.size, "alive", 5));
	client_close(&client);
	stop();
}
END_TEST

START_TEST(readiness_is_what_the_node_says)
{
	struct client client;

	start();
	client = client_connect(&fixture);
	client_send_text(&client, "GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n");
	assert_status(&client, 200, "ready\n");
	client_close(&client);
	stop();
	fixture.is_ready = false;
	fixture_start(&fixture);
	client = client_connect(&fixture);
	client_send_text(&client, "GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n");
	assert_status(&client, 503, "syncing: 7 of 9 blocks\n");
	client_close(&client);
	stop();
}
END_TEST

START_TEST(a_node_without_metrics_has_no_such_page)
{
	struct client client;

	start();
	client = client_connect(&fixture);
	client_send_text(&client, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
	assert_status(&client, 404, NULL);
	client_close(&client);
	client = client_connect(&fixture);
	client_send_text(&client, "POST /metrics HTTP/1.1\r\nHost: localhost\r\n"
	                          "Content-Length: 0\r\n\r\n");
	assert_status(&client, 405, NULL);
	client_close(&client);
	client = client_connect(&fixture);
	client_send_text(&client, "GET /metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n");
	assert_status(&client, 403, NULL);
	client_close(&client);
	assert_serves(&fixture);
	stop();
}
END_TEST

/* -- Requests that are refused ------------------------------------------------------ */

START_TEST(a_refused_request_ends_its_connection_and_no_other)
{
	static const struct {
		const char *text;
		unsigned status;
	} requests[] = {
	    {"\n", 400},
	    {"\x16\x03\x01\x02\x01\x01\n", 400},
	    {"GET / HTTP/1.1\nHost: localhost\n\n", 400},
	    {"GET / HTTP/1.1\r\n\r\n", 400},
	    {"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: "
	     "2\r\n\r\n",
	     400},
	    {"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\nTransfer-Encoding: "
	     "chunked\r\n\r\n0\r\n\r\n",
	     400},
	    {"POST / HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 0\r\n\r\n", 403},
	    {"POST / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n\r\n",
	     403},
	    {"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n", 401},
	    {"DELETE / HTTP/1.1\r\nHost: localhost\r\n\r\n", 405},
	    {"GET /wp-login.php HTTP/1.1\r\nHost: localhost\r\n\r\n", 404},
	    {"CONNECT localhost:22 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
	    {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
	    {"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: "
	     "Upgrade\r\n\r\n",
	     401},
	};

	start();
	for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
		struct client client = client_connect(&fixture);

		client_send_text(&client, requests[i].text);
		assert_status(&client, requests[i].status, NULL);
		ck_assert(client_is_let_go(&client));
		client_close(&client);
		assert_serves(&fixture);
	}
	stop();
}
END_TEST

START_TEST(faults_of_http_are_json_for_who_posts)
{
	static const struct {
		const char *lines;
		unsigned status;
		const char *name;
	} requests[] = {
	    {"Content-Length: 1073741824\r\n", 413, "LIMIT_EXCEEDED"},
	    {"Content-Type: text/plain\r\nContent-Length: 2\r\n", 415, "INVALID_REQUEST"},
	    {"Content-Encoding: gzip\r\nContent-Length: 2\r\n", 415, "INVALID_REQUEST"},
	    {"Origin: null\r\nContent-Length: 2\r\n", 403, "FORBIDDEN"},
	};

	start();
	for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
		struct client client = client_connect(&fixture);
		struct reply reply;
		json_t *json;

		/* No byte of the body is sent: the head alone decides. */
		send_head(&client, requests[i].lines);
		reply = client_reply(&client);
		ck_assert_uint_eq(reply.status, requests[i].status);
		json = json_loads(reply.text, 0, NULL);
		ck_assert_ptr_nonnull(json);
		ck_assert_str_eq(
		    json_string_value(json_object_get(
		        json_object_get(json_object_get(json, "error"), "data"), "name")),
		    requests[i].name);
		json_decref(json);
		free(reply.text);
		ck_assert(client_is_let_go(&client));
		client_close(&client);
	}
	stop();
}
END_TEST

START_TEST(an_endless_header_is_cut_off)
{
	struct client client;
	char line[1024];

	start();
	client = client_connect(&fixture);
	memset(line, 'a', sizeof line);
	memcpy(line, "X: ", 3);
	memcpy(line + sizeof line - 2, "\r\n", 2);
	client_send_text(&client, "GET /livez HTTP/1.1\r\nHost: localhost\r\n");
	for (int i = 0; i < 17 && client_send(&client, line, sizeof line); i++)
		;
	assert_status(&client, 400, "the header is larger than 16 KiB\n");
	client_close(&client);
	assert_serves(&fixture);
	stop();
}
END_TEST

/* What a refused client goes on sending is dropped; it can read why it was refused. */
START_TEST(a_refused_client_can_read_the_answer_though_it_sends_on)
{
	struct client client;
	char *junk = calloc(1, 1 << 20);

	start();
	ck_assert_ptr_nonnull(junk);
	client = client_connect(&fixture);
	send_head(&client, "Content-Length: 1073741824\r\n");
	ck_assert(client_send(&client, junk, 1 << 20));
	assert_status(&client, 413, NULL);
	client_close(&client);
	free(junk);
	stop();
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("server_http");
	TCase *tests = tcase_create("http");

	tcase_add_test(tests, requests_in_one_packet_are_answered_one_by_one);
	tcase_add_test(tests, a_request_that_comes_byte_by_byte_is_answered);
	tcase_add_test(tests, the_largest_body_is_taken_and_a_byte_more_is_not);
	tcase_add_test(tests, a_client_that_waits_for_leave_gets_it);
	tcase_add_test(tests, a_client_that_ends_its_side_still_gets_what_it_asked);
	tcase_add_test(tests, old_and_closing_clients_are_let_go_after_their_answer);
	tcase_add_test(tests, a_node_without_metrics_has_no_such_page);
	tcase_add_test(tests, readiness_is_what_the_node_says);
	tcase_add_test(tests, a_refused_request_ends_its_connection_and_no_other);
	tcase_add_test(tests, faults_of_http_are_json_for_who_posts);
	tcase_add_test(tests, an_endless_header_is_cut_off);
	tcase_add_test(tests, a_refused_client_can_read_the_answer_though_it_sends_on);
	suite_add_tcase(suite, tests);
	return suite;
}
