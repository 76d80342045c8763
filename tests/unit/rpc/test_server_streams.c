/* Connections that stream: how many there may be, who is let in, what waits for room,
 * what happens when nobody speaks or reads, and the end. */
#include "tests/unit/rpc/streams_fixture.h"

/* -- Events ------------------------------------------------------------------------- */

START_TEST(as_many_stream_as_may_and_others_are_sent_away)
{
	enum { MOST = 3 };
	struct event_stream streams[MOST], more;
	struct websocket_client socket;

	prepare();
	fixture.config.limits.streaming = MOST;
	fixture_start(&fixture);
	streams[0] = open_events();
	streams[1] = open_events();
	socket = websocket_open_path(fixture.socket_path);
	more = open_events();
	ck_assert_uint_eq(more.status, 503);
	ck_assert_ptr_nonnull(strstr(more.raw, "as many programs stream"));
	event_stream_close(&more);
	assert_serves(&fixture); /* plain calls have the other connections */
	websocket_close(&socket);
	/* A place is free again when the server has seen that one went. */
	while ((more = open_events()).status != 200) {
		event_stream_close(&more);
		pause_briefly();
	}
	grow(2);
	expect_events(&more, 1, 2);
	expect_events(&streams[0], 1, 2);
	for (size_t i = 0; i < 2; i++)
		event_stream_close(&streams[i]);
	event_stream_close(&more);
	stop();
}
END_TEST

START_TEST(nothing_is_read_for_who_has_no_room_and_then_everything)
{
	enum { EVENTS = 3000, SIZE = 4000 };
	struct event_stream slow, quick;

	start();
	event_size = SIZE;
	slow = event_stream_ask(fixture.socket_path, "topics=txs", NULL);
	event_stream_begin(&slow);
	quick = open_events();
	grow(EVENTS);
	expect_events(&quick, 1, EVENTS);
	/* What the kernel takes, and twice RPC_QUEUED_MAX: not the 12 MB that there are. */
	ck_assert_uint_lt(given_events, EVENTS + EVENTS / 2);
	assert_serves(&fixture);
	expect_events(&slow, 1, EVENTS);
	ck_assert_uint_eq(given_events, 2 * EVENTS);
	event_stream_close(&slow);
	event_stream_close(&quick);
	stop();
}
END_TEST

START_TEST(silence_is_broken_by_comments)
{
	struct event_stream stream;
	struct event event;

	prepare();
	fixture.config.limits.quiet_ms = 20;
	fixture_start(&fixture);
	stream = open_events();
	for (int i = 0; i < 3; i++) {
		ck_assert(event_stream_next(&stream, &event));
		ck_assert_ptr_null(event.data);
	}
	grow(1);
	expect_events(&stream, 1, 1);
	event_stream_close(&stream);
	stop();
}
END_TEST

START_TEST(what_cannot_go_on_ends_with_the_reason)
{
	struct event_stream stream;
	struct event event;

	start();
	stream = open_events();
	grow(1);
	expect_events(&stream, 1, 1);
	is_broken = true;
	grow(1);
	event = event_stream_expect(&stream);
	ck_assert_str_eq(event.type, "error");
	ck_assert_int_eq(json_integer_value(json_object_get(event.data, "code")), RPC_PRUNED);
	ck_assert_str_eq(json_string_value(json_object_get(event.data, "message")),
	                 "block 7 is gone");
	json_decref(event.data);
	ck_assert(!event_stream_next(&stream, &event));
	ck_assert(stream.has_ended && !stream.is_lost);
	event_stream_close(&stream);
	stop();
}
END_TEST

/* Whoever speaks the oldest HTTP reads until the end. */
START_TEST(over_http_1_0_there_are_no_chunks)
{
	struct client client;

	start();
	client = client_connect_unix(&fixture);
	client_send_text(&client, "GET /v1/events?topics=txs HTTP/1.0\r\nHost: x\r\n\r\n");
	while (!client.size || !memmem(client.bytes, client.size, ": from 0.0\n\n", 12))
		ck_assert(client_receive(&client));
	ck_assert_ptr_null(memmem(client.bytes, client.size, "chunked", 7));
	ck_assert_ptr_nonnull(memmem(client.bytes, client.size, "\r\n\r\n: from", 10));
	client_close(&client);
	stop();
}
END_TEST

/* -- Who is let in ------------------------------------------------------------------- */

START_TEST(streams_have_the_doorkeeper_of_calls)
{
	static const struct {
		const char *request;
		bool has_cookie;
		unsigned status;
	} cases[] = {
		{"GET /v1/events?topics=txs HTTP/1.1\r\nHost: localhost\r\n", false, 401},
		{"GET /v1/events?topics=txs HTTP/1.1\r\nHost: evil.example\r\n", true, 403},
		{"GET /v1/events?topics=txs HTTP/1.1\r\nHost: localhost\r\n"
	     "Origin: http://evil.example\r\n",
	     true, 403},
		{"POST /v1/events?topics=txs HTTP/1.1\r\nHost: localhost\r\n", true, 405},
		{"GET /v1/events?topics=x HTTP/1.1\r\nHost: localhost\r\n", true, 400},
		{"GET /v1/events?topics=txs HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: "
	     "5.0\r\n",
	     true, 400},
		{"GET /v1/events?topics=txs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n",
	     true, 413},
#define SHAKE   "Connection: Upgrade\r\nUpgrade: websocket\r\n"
#define KEY     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define VERSION "Sec-WebSocket-Version: 13\r\n"
		{"GET /ws HTTP/1.1\r\nHost: localhost\r\n" SHAKE KEY VERSION, false, 401},
		{"GET /ws HTTP/1.1\r\nHost: evil.example\r\n" SHAKE KEY VERSION, true, 403},
		{"GET /ws HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n" SHAKE
	         KEY VERSION,
	     true, 403},
		{"GET /ws HTTP/1.1\r\nHost: localhost\r\n", true, 426},
		{"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n" KEY VERSION,
	     true, 426},
		{"GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n" KEY VERSION,
	     true, 426},
		{"GET /ws HTTP/1.0\r\nHost: localhost\r\n" SHAKE KEY VERSION, true, 426},
		{"GET /ws HTTP/1.1\r\nHost: localhost\r\n" SHAKE KEY
	     "Sec-WebSocket-Version: 8\r\n",
	     true, 426},
		{"GET /ws HTTP/1.1\r\nHost: localhost\r\n" SHAKE VERSION, true, 400},
		{"GET /ws HTTP/1.1\r\nHost: localhost\r\n" SHAKE VERSION
	     "Sec-WebSocket-Key: dGhlIHNhbXBsZQ==\r\n",
	     true, 400},
		{"POST /ws HTTP/1.1\r\nHost: localhost\r\n" SHAKE KEY VERSION, true, 405},
	};

	start();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct client client = client_connect(&fixture);
		struct reply reply;

		client_send_text(&client, cases[i].request);
		client_send_text(&client, cases[i].has_cookie ? fixture.authorization : "");
		client_send_text(&client, "\r\n");
		reply = client_reply(&client);
		ck_assert_msg(reply.status == cases[i].status, "%s: %u", cases[i].request,
		              reply.status);
		free(reply.text);
		client_close(&client);
	}
	stop();
}
END_TEST

START_TEST(the_end_of_the_server_is_said)
{
	struct websocket_client socket;
	struct event_stream stream;
	struct event event;

	start();
	socket = open_socket();
	json_decref(call(&socket, "sub.subscribe", "{\"topics\":[\"txs\"]}"));
	stream = open_events();
	grow(1);
	expect_notification(&socket, 1, "1.0");
	expect_events(&stream, 1, 1);
	stop();
	websocket_expect_close(&socket, 1001);
	ck_assert(!event_stream_next(&stream, &event));
	ck_assert(stream.has_ended && !stream.is_lost);
	websocket_close(&socket);
	event_stream_close(&stream);
}
END_TEST

/* Who reads nothing would hold it up. */
START_TEST(the_end_of_the_server_waits_for_no_reader)
{
	struct event_stream slow;

	start();
	event_size = 4000;
	slow = event_stream_ask(fixture.socket_path, "topics=txs", NULL);
	event_stream_begin(&slow);
	grow(3000);
	/* Until it is stuck: nothing more is made for it. */
	for (size_t before = 0; before != given_events || before == 0;) {
		before = given_events;
		for (int i = 0; i < 20; i++)
			assert_serves(&fixture);
	}
	stop();
	event_stream_close(&slow);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("server streams");
	TCase *tests = tcase_create("server streams");

	tcase_add_test(tests, as_many_stream_as_may_and_others_are_sent_away);
	tcase_add_test(tests, nothing_is_read_for_who_has_no_room_and_then_everything);
	tcase_add_test(tests, silence_is_broken_by_comments);
	tcase_add_test(tests, what_cannot_go_on_ends_with_the_reason);
	tcase_add_test(tests, over_http_1_0_there_are_no_chunks);
	tcase_add_test(tests, streams_have_the_doorkeeper_of_calls);
	tcase_add_test(tests, the_end_of_the_server_is_said);
	tcase_add_test(tests, the_end_of_the_server_waits_for_no_reader);
	suite_add_tcase(suite, tests);
	return suite;
}
