/* JSON-RPC and subscriptions over WebSocket: calls beside each other, what is refused,
 * and who asks without reading or is silent. */
#include "chain/base/memory.h"
#include "tests/unit/rpc/streams_fixture.h"

START_TEST(subscriptions_come_and_go_on_one_connection)
{
	struct websocket_client socket;
	json_t *answer;

	start();
	head = 3;
	socket = open_socket();
	expect_result(&socket, "sub.list", "{}", "{\"items\":[],\"next\":null}");
	expect_result(&socket, "sub.subscribe", "{\"topics\":[\"txs\"]}",
	              "{\"subscription\":1,\"cursor\":\"3.0\"}");
	expect_result(&socket, "sub.subscribe", "{\"topics\":[\"blocks\"],\"from\":\"2.0\"}",
	              "{\"subscription\":2,\"cursor\":\"2.0\"}");
	expect_notification(&socket, 2, "3.0");
	expect_result(
		&socket, "sub.list", "{}",
		"{\"items\":[{\"subscription\":1,\"topics\":[\"txs\"],\"cursor\":\"3.0\"},"
		"{\"subscription\":2,\"topics\":[\"blocks\"],\"cursor\":\"3.0\"}],"
		"\"next\":null}");
	expect_result(&socket, "sub.unsubscribe", "{\"subscription\":1}",
	              "{\"cursor\":\"3.0\"}");
	grow(1);
	expect_notification(&socket, 2, "4.0");
	answer = call(&socket, "sub.unsubscribe", "{\"subscription\":1}");
	ck_assert_int_eq(error_code(answer), RPC_INVALID_PARAMS);
	json_decref(answer);
	/* Other calls go on beside them. */
	expect_result(&socket, "node.get_status", "{}", "{\"network\":\"test\"}");
	is_broken = true;
	grow(1);
	answer = websocket_expect(&socket);
	ck_assert_str_eq(json_string_value(json_object_get(answer, "method")), "sub.ended");
	ck_assert_str_eq(
		json_string_value(json_object_get(json_object_get(answer, "params"), "cursor")),
		"4.0");
	json_decref(answer);
	expect_result(&socket, "sub.list", "{}", "{\"items\":[],\"next\":null}");
	websocket_close(&socket);
	stop();
}
END_TEST

START_TEST(what_cannot_be_subscribed_is_an_error_and_the_connection_stays)
{
	static const struct {
		const char *params;
		int code;
	} cases[] = {
		{"{}", RPC_INVALID_PARAMS},
		{"{\"topics\":[]}", RPC_INVALID_PARAMS},
		{"{\"topics\":\"txs\"}", RPC_INVALID_PARAMS},
		{"{\"topics\":[1]}", RPC_INVALID_PARAMS},
		{"{\"topics\":[\"txs\",\"txs\"]}", RPC_INVALID_PARAMS},
		{"{\"topics\":[\"tx\"]}", RPC_INVALID_PARAMS},
		{"{\"topics\":[\"txs\"],\"from\":\"1\"}", RPC_INVALID_PARAMS},
		{"{\"topics\":[\"txs\"],\"from\":\"1.0\"}", RPC_INVALID_PARAMS},
	};
	struct websocket_client socket;
	json_t *answer;

	start();
	socket = open_socket();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		answer = call(&socket, "sub.subscribe", cases[i].params);
		ck_assert_msg(error_code(answer) == cases[i].code, "%s", cases[i].params);
		json_decref(answer);
	}
	for (int i = 0; i < RPC_SUBSCRIPTIONS_MAX; i++)
		json_decref(call(&socket, "sub.subscribe", "{\"topics\":[\"txs\"]}"));
	answer = call(&socket, "sub.subscribe", "{\"topics\":[\"txs\"]}");
	ck_assert_int_eq(error_code(answer), RPC_LIMIT_EXCEEDED);
	json_decref(answer);
	websocket_close(&socket);
	stop();
}
END_TEST

START_TEST(over_a_post_it_is_said_where_to_subscribe)
{
	json_t *answer;

	start();
	answer = ask_json(&fixture, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":"
	                            "\"sub.subscribe\",\"params\":{\"topics\":[\"txs\"]}}");
	ck_assert_int_eq(error_code(answer), RPC_INVALID_REQUEST);
	ck_assert_ptr_nonnull(strstr(error_message(answer), "/ws"));
	json_decref(answer);
	stop();
}
END_TEST

/* Where the backend has subscriptions, and only there. */
START_TEST(the_methods_are_offered_where_there_are_subscriptions)
{
	static const char CALL[] =
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"rpc.discover\"}";
	struct reply reply;

	start();
	reply = ask(&fixture, CALL);
	ck_assert_ptr_nonnull(strstr(reply.text, "\"sub.subscribe\""));
	ck_assert_ptr_nonnull(strstr(reply.text, "\"sub.unsubscribe\""));
	ck_assert_ptr_nonnull(strstr(reply.text, "\"sub.list\""));
	free(reply.text);
	stop();
	fixture = fixture_new();
	fixture_start(&fixture);
	reply = ask(&fixture, CALL);
	ck_assert_ptr_null(strstr(reply.text, "\"sub.subscribe\""));
	free(reply.text);
	stop();
}
END_TEST

/* Batches, notifications, and what is no call, as in the body of a POST. */
START_TEST(a_text_is_what_a_body_is)
{
	struct websocket_client socket;
	json_t *answer;

	start();
	socket = open_socket();
	websocket_send_text(&socket, "{\"jsonrpc\":\"2.0\",\"method\":\"rpc.ping\"}");
	websocket_send_text(&socket,
	                    "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"rpc.ping\"},"
	                    "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"rpc.pong\"}]");
	answer = websocket_expect(&socket);
	ck_assert_uint_eq(json_array_size(answer), 2);
	json_decref(answer);
	websocket_send_text(&socket, "");
	answer = websocket_expect(&socket);
	ck_assert_int_eq(error_code(answer), RPC_PARSE_ERROR);
	json_decref(answer);
	websocket_close(&socket);
	stop();
}
END_TEST

static void answer_held(void *argument)
{
	rpc_call_answer(argument, json_string("held"));
}

#define HOLD                                                                           \
	"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tx.get\",\"params\":[\"00112233445566" \
	"778899aabbccddeeff00112233445566778899aabbccddeeff\"]}"

START_TEST(a_call_that_waits_holds_up_no_other_until_there_are_too_many)
{
	struct websocket_client socket;
	json_t *answer;

	start();
	socket = open_socket();
	for (int i = 0; i < RPC_SOCKET_CALLS_MAX - 1; i++)
		websocket_send_text(&socket, HOLD);
	wait_for_held(&fixture, RPC_SOCKET_CALLS_MAX - 1);
	expect_result(&socket, "rpc.ping", "{}", "\"pong\"");
	websocket_send_text(&socket, HOLD);
	wait_for_held(&fixture, RPC_SOCKET_CALLS_MAX);
	/* Now nothing more is read, until one was answered. */
	websocket_send_text(&socket,
	                    "{\"jsonrpc\":\"2.0\",\"id\":8,\"method\":\"rpc.ping\"}");
	assert_serves(&fixture);
	run_there(&fixture, answer_held, fixture.held[3]);
	answer = websocket_expect(&socket);
	ck_assert_str_eq(json_string_value(json_object_get(answer, "result")), "held");
	json_decref(answer);
	answer = websocket_expect(&socket);
	ck_assert_int_eq(json_integer_value(json_object_get(answer, "id")), 8);
	json_decref(answer);
	websocket_close(&socket);
	/* Whether the client is there is not the node's concern: all are answered. */
	for (size_t i = 0; i < fixture.held_count; i++)
		if (i != 3)
			run_there(&fixture, answer_held, fixture.held[i]);
	stop();
}
END_TEST

START_TEST(a_frame_that_is_wrong_ends_the_connection_with_its_code)
{
	static const struct {
		unsigned kind;
		const char *payload;
		unsigned code;
	} cases[] = {
		{WEBSOCKET_BINARY, "x", 1003},
		{WEBSOCKET_TEXT, "\xff", 1007},
		{3, "", 1002},
		{WEBSOCKET_MORE, "x", 1002},
		{WEBSOCKET_CLOSE, "x", 1002},
		{WEBSOCKET_CLOSE, "\x0f\xa0mine", 4000},
	};

	start();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct websocket_client socket = open_socket();

		json_decref(call(&socket, "sub.subscribe", "{\"topics\":[\"txs\"]}"));
		websocket_send_text(&socket, HOLD);
		wait_for_held(&fixture, i + 1);
		websocket_send(&socket, cases[i].kind, cases[i].payload,
		               strlen(cases[i].payload));
		websocket_expect_close(&socket, cases[i].code);
		websocket_close(&socket);
		run_there(&fixture, answer_held, fixture.held[i]);
	}
	stop();
}
END_TEST

static void write_call_count(void *owner, const struct rpc_server_facts *facts,
                             struct buffer *out)
{
	(void)owner;
	buffer_printf(out, "%llu", (unsigned long long)facts->calls);
}

/* What the test's /metrics says. */
static unsigned long metric(void)
{
	struct client client = client_connect(&fixture);
	struct reply reply;
	unsigned long count;

	client_send_text(&client, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
	reply = client_reply(&client);
	count = strtoul(reply.text, NULL, 10);
	free(reply.text);
	client_close(&client);
	return count;
}

/* Of 19 MB of answers and some pongs no more is made than fits the sockets. */
START_TEST(who_asks_and_does_not_read_is_not_read_either)
{
	enum { ROUNDS = 300 };
	static char ping[125];
	struct websocket_client socket;
	struct buffer frames;
	char text[200];

	buffer_init(&frames, SIZE_MAX);
	prepare();
	fixture.backend.metrics = write_call_count;
	fixture_start(&fixture);
	socket = open_socket();
	snprintf(text, sizeof text,
	         "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":"
	         "\"tx.list_pool\",\"params\":[30]}");
	for (int i = 0; i < ROUNDS; i++) {
		size_t size;
		uint8_t *frame =
			websocket_frame(i % 2 ? WEBSOCKET_TEXT : WEBSOCKET_PING, i % 2 ? text : ping,
		                    i % 2 ? strlen(text) : sizeof ping, &size);

		buffer_append(&frames, frame, size);
		free(frame);
	}
	/* In one piece, which the socket takes whether the server reads it or not. */
	ck_assert_int_eq(send(socket.socket, frames.at, frames.size, MSG_NOSIGNAL),
	                 (ssize_t)frames.size);
	buffer_close(&frames);
	ck_assert_uint_lt(metric(), ROUNDS / 4);
	for (int i = 0, pongs = 0, answers = 0; i < ROUNDS; i++) {
		unsigned kind;
		size_t size;
		char *payload = websocket_receive(&socket, &kind, &size);

		ck_assert_ptr_nonnull(payload);
		pongs += kind == WEBSOCKET_PONG;
		answers += kind == WEBSOCKET_TEXT;
		ck_assert(i + 1 < ROUNDS || (pongs == ROUNDS / 2 && answers == ROUNDS / 2));
		free(payload);
	}
	websocket_close(&socket);
	stop();
}
END_TEST

struct failure {
	unsigned long countdown;
	int sticky;
};

static void make_memory_fail(void *argument)
{
	const struct failure *failure = argument;

	memory_fail_at(failure->countdown, failure->sticky);
}

/* What a client says at once, so that it needs no answer to go on. */
static struct buffer a_whole_session(void)
{
	static const char HEAD[] =
		"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
		"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
	static const char *const TEXTS[] = {
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"rpc.ping\"}",
		("{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"sub.subscribe\",\"params\":{"
		 "\"topics\":[\"txs\"],\"from\":\"0.0\"}}"),
		"{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"sub.list\"}",
		"{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"tx.list_pool\",\"params\":[20]}",
	};
	struct buffer session;

	buffer_init(&session, SIZE_MAX);
	buffer_append_text(&session, HEAD);
	for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
		size_t size;
		uint8_t *frame =
			websocket_frame(WEBSOCKET_TEXT, TEXTS[i], strlen(TEXTS[i]), &size);

		buffer_append(&session, frame, size);
		free(frame);
	}
	return session;
}

/* Each request for memory is refused once, and again with all that follow it. Whatever
 * the client is told, the next one is served, and nothing is left of it. */
START_TEST(without_memory_a_client_is_let_go_and_the_next_one_served)
{
	struct buffer session = a_whole_session();

	start();
	head = 3;
	for (unsigned long i = 0; i < 60; i++) {
		struct failure failure = {1 + i / 2, i % 2};
		struct failure none = {0};
		struct client client;

		run_there(&fixture, make_memory_fail, &failure);
		client = client_connect_unix(&fixture);
		client_send(&client, session.at, session.size);
		/* Whether it is answered or closed: the end of what it says is the end. */
		shutdown(client.socket, SHUT_WR);
		while (client_receive(&client))
			;
		client_close(&client);
		run_there(&fixture, make_memory_fail, &none);
		assert_serves(&fixture);
	}
	ck_assert_uint_eq(open_feeds, 0);
	buffer_close(&session);
	stop();
}
END_TEST

START_TEST(a_message_that_never_becomes_whole_ends_the_connection)
{
	struct websocket_client socket;

	prepare();
	fixture.config.limits.ping_ms = 500;
	fixture_start(&fixture);
	socket = open_socket();
	websocket_send(&socket, WEBSOCKET_TEXT | WEBSOCKET_NOT_FINAL, "{", 1);
	websocket_expect_close(&socket, 1008);
	websocket_close(&socket);
	stop();
}
END_TEST

/* Once the one call was answered. */
static void write_held_size(void *owner, const struct rpc_server_facts *facts,
                            struct buffer *out)
{
	(void)owner;
	buffer_printf(out, "%zu", facts->calls > 0 ? facts->held_size : SIZE_MAX);
}

/* Answers are memory of the node's, which others need too. */
START_TEST(who_hoards_answers_is_cut_off)
{
	struct websocket_client socket;
	unsigned kind;
	size_t size;
	char *payload;

	prepare();
	fixture.backend.metrics = write_held_size;
	fixture.config.limits.ping_ms = 100;
	fixture.config.limits.answer_rate = 1 << 20;
	fixture_start(&fixture);
	socket = open_socket();
	websocket_send_text(&socket, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":"
	                             "\"tx.list_pool\",\"params\":[900]}");
	while (metric() > 1 << 20)
		pause_briefly();
	/* What the kernel had is all there is: not the answer of 4 MB. */
	while ((payload = websocket_receive(&socket, &kind, &size))) {
		ck_assert_uint_ne(kind, WEBSOCKET_TEXT);
		free(payload);
	}
	websocket_close(&socket);
	stop();
}
END_TEST

START_TEST(who_answers_no_ping_is_let_go)
{
	struct websocket_client alive, dead;
	uint8_t got[64];
	ssize_t size;

	prepare();
	fixture.config.limits.ping_ms = 1000;
	fixture_start(&fixture);
	alive = open_socket();
	dead = open_socket();
	expect_result(&dead, "rpc.ping", "{}", "\"pong\"");
	/* Both read; one of them answers pings. The other one is closed in the end. */
	do {
		expect_result(&alive, "rpc.ping", "{}", "\"pong\"");
		size = recv(dead.socket, got, sizeof got, MSG_DONTWAIT);
		ck_assert(size <= 0 || (size == 2 && got[0] == 0x89 && got[1] == 0));
	} while (size != 0);
	expect_result(&alive, "rpc.ping", "{}", "\"pong\"");
	websocket_close(&alive);
	websocket_close(&dead);
	stop();
}
END_TEST

/* A page that this node served has its Origin; without a cookie it can read, no more. */
START_TEST(a_page_of_the_node_itself_may_connect_where_reads_are_public)
{
	struct websocket_client socket;
	struct client client;
	char lines[128];
	json_t *answer;

	prepare();
	fixture.config.public_reads = true;
	fixture_start(&fixture);
	client = client_connect(&fixture);
	snprintf(lines, sizeof lines, "Origin: http://localhost\r\n");
	socket = websocket_open(client.socket, lines);
	websocket_send_text(&socket, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":"
	                             "\"sub.subscribe\",\"params\":[[\"txs\"]]}");
	answer = websocket_expect(&socket);
	ck_assert_ptr_nonnull(json_object_get(answer, "result"));
	json_decref(answer);
	websocket_send_text(&socket, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tx.submit\","
	                             "\"params\":{\"tx_b64\":\"AA==\"}}");
	answer = websocket_expect(&socket);
	ck_assert_int_eq(error_code(answer), RPC_UNAUTHENTICATED);
	json_decref(answer);
	websocket_close(&socket);
	stop();
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("server websocket");
	TCase *tests = tcase_create("server websocket");

	tcase_add_test(tests, subscriptions_come_and_go_on_one_connection);
	tcase_add_test(tests, what_cannot_be_subscribed_is_an_error_and_the_connection_stays);
	tcase_add_test(tests, over_a_post_it_is_said_where_to_subscribe);
	tcase_add_test(tests, the_methods_are_offered_where_there_are_subscriptions);
	tcase_add_test(tests, a_text_is_what_a_body_is);
	tcase_add_test(tests, a_call_that_waits_holds_up_no_other_until_there_are_too_many);
	tcase_add_test(tests, a_frame_that_is_wrong_ends_the_connection_with_its_code);
	tcase_add_test(tests, who_asks_and_does_not_read_is_not_read_either);
	tcase_add_test(tests, without_memory_a_client_is_let_go_and_the_next_one_served);
	tcase_add_test(tests, a_message_that_never_becomes_whole_ends_the_connection);
	tcase_add_test(tests, who_hoards_answers_is_cut_off);
	tcase_add_test(tests, who_answers_no_ping_is_let_go);
	tcase_add_test(tests, a_page_of_the_node_itself_may_connect_where_reads_are_public);
	suite_add_tcase(suite, tests);
	return suite;
}
