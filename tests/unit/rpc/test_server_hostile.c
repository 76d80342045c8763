#include "chain/base/memory.h"
#include "tests/unit/rpc/server_fixture.h"

#define TXID "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define PING "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"rpc.ping\"}"
#define PONG "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"pong\"}"
#define HOLD \
	"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tx.get\",\"params\":[\"" TXID "\"]}"
/* An answer of 3.8 MB. */
#define LARGE \
	"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tx.list_pool\",\"params\":[900]}"

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

/* -- Clients that take their time --------------------------------------------------- */

START_TEST(who_sends_too_slowly_is_let_go_while_others_are_served)
{
	static const char line[] = "POST / HTTP/1.1\r\nHost: localhost\r\n";
	static const char *const beginnings[] = {
	    "",
	    "%sHost",
	    "%s%sX: y\r\n",
	    "%s%sContent-Length: 44\r\n\r\n{",
	    "%s%sTransfer-Encoding: chunked\r\n\r\n5\r\n{",
	};
	enum { COUNT = sizeof beginnings / sizeof *beginnings };
	struct client clients[COUNT];
	char text[512];

	fixture = fixture_new();
	fixture.config.limits.header_timeout_ms = 150;
	fixture.config.limits.body_timeout_ms = 150;
	fixture_start(&fixture);
	for (size_t i = 0; i < COUNT; i++) {
		clients[i] = client_connect(&fixture);
		snprintf(text, sizeof text, beginnings[i], line, fixture.authorization);
		client_send_text(&clients[i], text);
	}
	assert_serves(&fixture);
	for (size_t i = 0; i < COUNT; i++) {
		ck_assert(client_is_let_go(&clients[i]));
		client_close(&clients[i]);
	}
	assert_serves(&fixture);
	stop();
}
END_TEST

START_TEST(a_connection_without_requests_is_let_go)
{
	struct client client;

	fixture = fixture_new();
	fixture.config.limits.idle_timeout_ms = 100;
	fixture_start(&fixture);
	client = client_connect(&fixture);
	client_post(&fixture, &client, PING);
	assert_status(&client, 200, PONG);
	ck_assert(client_is_let_go(&client));
	client_close(&client);
	stop();
}
END_TEST

/* Reads only when the server has let go of another client, who came later and had more
 * time: by then it has given up on this one. */
START_TEST(who_does_not_read_its_answer_is_let_go)
{
	struct client client, other;
	size_t size = 0;

	fixture = fixture_new();
	fixture.config.limits.idle_timeout_ms = 100;
	fixture.config.limits.answer_rate = 1 << 30;
	fixture.config.limits.header_timeout_ms = 400;
	fixture_start(&fixture);
	client = client_connect(&fixture);
	for (int i = 0; i < 5; i++)
		client_post(&fixture, &client, LARGE);
	assert_serves(&fixture);
	other = client_connect(&fixture);
	ck_assert(client_is_let_go(&other));
	client_close(&other);
	while (client_receive(&client)) {
		size += client.size;
		client_drop(&client, client.size);
	}
	ck_assert_uint_lt(size, 5 * 900 * 4300);
	client_close(&client);
	assert_serves(&fixture);
	stop();
}
END_TEST

START_TEST(a_slow_reader_gets_a_large_answer_whole_and_others_do_not_wait)
{
	struct client client;
	struct reply reply;

	start();
	client = client_connect(&fixture);
	client_post(&fixture, &client, LARGE);
	for (int i = 0; i < 20; i++)
		assert_serves(&fixture);
	reply = client_reply(&client);
	ck_assert_uint_eq(reply.status, 200);
	ck_assert_uint_eq(reply.size,
	                  strlen("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":}") + 900 * 4300);
	free(reply.text);
	client_close(&client);
	stop();
}
END_TEST

/* Asks and asks without reading. The server must stop to read, so the kernel's buffers
 * fill and a send would block; were it to read on, this would never end. */
START_TEST(who_asks_without_reading_is_not_read_any_more)
{
	enum { COUNT = 4096 };
	struct client client;
	char request[512];
	char *requests;
	size_t size;
	size_t sent = 0;
	int small = 64 << 10;
	ssize_t got;

	fixture = fixture_new();
	fixture.config.limits.stop_timeout_ms = 50; /* the call that is never answered */
	fixture_start(&fixture);
	size =
	    (size_t)snprintf(request, sizeof request,
	                     "POST / HTTP/1.1\r\nHost: localhost\r\n%sContent-Length: %zu\r\n"
	                     "\r\n%s",
	                     fixture.authorization, strlen(HOLD), HOLD);
	requests = malloc(size * COUNT);
	ck_assert_ptr_nonnull(requests);
	for (size_t i = 0; i < COUNT; i++)
		memcpy(requests + i * size, request, size);
	client = client_connect(&fixture);
	setsockopt(client.socket, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
	/* The first is never answered, so all that follows is only read ahead. */
	ck_assert(client_send(&client, request, size));
	wait_for_held(&fixture, 1);
	do {
		got = send(client.socket, requests, size * COUNT, MSG_NOSIGNAL | MSG_DONTWAIT);
		/* A little room may still come while the kernel moves what it has. */
		assert_serves(&fixture);
		if (got < 0)
			got =
			    send(client.socket, requests, size * COUNT, MSG_NOSIGNAL | MSG_DONTWAIT);
		sent += got > 0 ? (size_t)got : 0;
		ck_assert_uint_lt(sent, 64 << 20);
	} while (got > 0);
	ck_assert_uint_eq(fixture.held_count, 1);
	client_close(&client);
	free(requests);
	assert_serves(&fixture);
	stop();
}
END_TEST

/* -- Clients that go ---------------------------------------------------------------- */

static void ask_if_wanted(void *argument)
{
	void **pair = argument;

	*(bool *)pair[1] = rpc_call_is_wanted(pair[0]);
}

START_TEST(a_client_that_is_gone_leaves_a_call_that_can_still_be_answered)
{
	struct linger reset = {.l_onoff = 1, .l_linger = 0};
	struct client client;
	bool is_wanted = true;
	void *pair[2];

	start();
	client = client_connect(&fixture);
	client_post(&fixture, &client, HOLD);
	wait_for_held(&fixture, 1);
	pair[0] = fixture.held[0];
	pair[1] = &is_wanted;
	run_there(&fixture, ask_if_wanted, pair);
	ck_assert(is_wanted);
	setsockopt(client.socket, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
	client_close(&client);
	while (is_wanted)
		run_there(&fixture, ask_if_wanted, pair);
	run_there(&fixture, answer_held, fixture.held[0]);
	assert_serves(&fixture);
	stop();
}
END_TEST

START_TEST(clients_that_go_at_any_moment_do_no_harm)
{
	struct random random = random_from(11);
	char request[1024];
	size_t size;

	fixture = fixture_new();
	fixture.config.limits.connections_per_address = RPC_CONNECTIONS_MAX;
	fixture_start(&fixture);
	snprintf(request, sizeof request,
	         "POST / HTTP/1.1\r\nHost: localhost\r\n%sContent-Length: %zu\r\n\r\n%s",
	         fixture.authorization, strlen(LARGE), LARGE);
	size = strlen(request);
	for (int i = 0; i < 200; i++) {
		struct client client = client_connect(&fixture);
		struct linger reset = {.l_onoff = i % 2, .l_linger = 0};

		client_send(&client, request, random_below(&random, (uint32_t)size + 1));
		setsockopt(client.socket, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
		client_close(&client);
	}
	assert_serves(&fixture);
	stop();
}
END_TEST

/* -- Too many, too much ------------------------------------------------------------- */

/* Connects until the server takes one: it needs a moment to see that others have gone. */
static void connect_until_served(void)
{
	for (;;) {
		struct client client = client_connect(&fixture);
		struct reply reply;

		if (client_send(&client, "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n", 41)) {
			reply = client_reply(&client);
			free(reply.text);
			if (reply.status == 200) {
				client_close(&client);
				return;
			}
		}
		client_close(&client);
	}
}

START_TEST(one_connection_too_many_is_sent_away)
{
	struct client clients[4];
	struct client local;

	fixture = fixture_new();
	if (_i == 0)
		fixture.config.limits.connections_per_address = 3;
	else
		fixture.config.limits.connections = 3;
	fixture_start(&fixture);
	for (size_t i = 0; i < 3; i++) {
		clients[i] = client_connect(&fixture);
		client_post(&fixture, &clients[i], PING);
		assert_status(&clients[i], 200, PONG);
	}
	clients[3] = client_connect(&fixture);
	assert_status(&clients[3], 503, NULL);
	ck_assert(client_is_let_go(&clients[3]));
	if (_i == 0) {
		/* The Unix socket is its owner's way in when strangers crowd the port. */
		local = client_connect_unix(&fixture);
		client_post(&fixture, &local, PING);
		assert_status(&local, 200, PONG);
		client_close(&local);
	}
	/* Those who are in notice nothing. */
	client_post(&fixture, &clients[0], PING);
	assert_status(&clients[0], 200, PONG);
	for (size_t i = 0; i < 4; i++)
		client_close(&clients[i]);
	connect_until_served();
	stop();
}
END_TEST

START_TEST(more_than_all_clients_may_send_at_once_is_refused)
{
	char *body = malloc(1 << 20);
	struct client client;
	struct reply reply;

	fixture = fixture_new();
	fixture.config.limits.held = 512 << 10;
	fixture_start(&fixture);
	ck_assert_ptr_nonnull(body);
	memset(body, ' ', 1 << 20);
	client = client_connect(&fixture);
	send_head(&client, "Content-Length: 1048576\r\n");
	client_send(&client, body, 1 << 20);
	assert_status(&client, 503, NULL);
	client_close(&client);
	/* The same for an answer. */
	reply = ask(&fixture, LARGE);
	ck_assert_uint_eq(reply.status, 503);
	free(reply.text);
	for (int i = 0; i < 20; i++)
		assert_serves(&fixture);
	free(body);
	stop();
}
END_TEST

/* -- Accidents and noise ------------------------------------------------------------ */

struct failure {
	unsigned long countdown;
	int sticky;
};

static void make_memory_fail(void *argument)
{
	const struct failure *failure = argument;

	memory_fail_at(failure->countdown, failure->sticky);
}

/* Each request for memory is refused once, and again with all that follow it. */
START_TEST(without_memory_a_client_is_refused_and_the_next_one_served)
{
	static const char mixed[] =
	    "[" PING
	    ",{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"method\":\"tx.submit\",\"params\":{"
	    "\"tx_b64\":\"AQID\"}},{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tx.submit\","
	    "\"params\":"
	    "[\"AQID\"]},7]";
	static const char *const bodies[] = {PING, LARGE, mixed};
	int refused = 0;

	start();
	for (unsigned long countdown = 1; countdown < 30; countdown++) {
		for (int kind = 0; kind < 6; kind++) {
			struct failure failure = {countdown, kind / 3};
			struct failure none = {0};
			struct client client;
			struct reply reply;
			char request[1024];

			snprintf(
			    request, sizeof request,
			    "POST / HTTP/1.1\r\nHost: localhost\r\n%sContent-Length: %zu\r\n\r\n%s",
			    fixture.authorization, strlen(bodies[kind % 3]), bodies[kind % 3]);
			run_there(&fixture, make_memory_fail, &failure);
			client = client_connect(&fixture);
			client_send(&client, request, strlen(request));
			reply = client_reply(&client);
			ck_assert(reply.status == 0 || reply.status == 200 || reply.status == 503);
			refused += reply.status != 200;
			free(reply.text);
			client_close(&client);
			run_there(&fixture, make_memory_fail, &none);
			assert_serves(&fixture);
		}
	}
	ck_assert_int_gt(refused, 40);
	stop();
}
END_TEST

START_TEST(noise_from_a_seed_does_not_disturb_the_next_client)
{
	struct random random = random_from(5);
	char request[1024];
	size_t size;

	fixture = fixture_new();
	fixture.config.limits.header_timeout_ms = 20;
	fixture.config.limits.body_timeout_ms = 20;
	fixture_start(&fixture);
	size = (size_t)snprintf(request, sizeof request,
	                        "POST / HTTP/1.1\r\nHost: localhost\r\n%sTransfer-Encoding: "
	                        "chunked\r\n\r\n2c\r\n%s\r\n0\r\n\r\n",
	                        fixture.authorization, PING);
	for (int round = 0; round < 300; round++) {
		struct client client = client_connect(&fixture);
		char noise[sizeof request];

		memcpy(noise, request, sizeof request);
		for (uint32_t i = 1 + random_below(&random, 4); i > 0; i--)
			noise[random_below(&random, (uint32_t)size)] = (char)random_u32(&random);
		client_send(&client, noise, size);
		shutdown(client.socket, SHUT_WR);
		while (client_receive(&client))
			;
		client_close(&client);
	}
	assert_serves(&fixture);
	stop();
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("server_hostile");
	TCase *tests = tcase_create("hostile");

	tcase_add_test(tests, who_sends_too_slowly_is_let_go_while_others_are_served);
	tcase_add_test(tests, a_connection_without_requests_is_let_go);
	tcase_add_test(tests, who_does_not_read_its_answer_is_let_go);
	tcase_add_test(tests, a_slow_reader_gets_a_large_answer_whole_and_others_do_not_wait);
	tcase_add_test(tests, who_asks_without_reading_is_not_read_any_more);
	tcase_add_test(tests, a_client_that_is_gone_leaves_a_call_that_can_still_be_answered);
	tcase_add_test(tests, clients_that_go_at_any_moment_do_no_harm);
	tcase_add_loop_test(tests, one_connection_too_many_is_sent_away, 0, 2);
	tcase_add_test(tests, more_than_all_clients_may_send_at_once_is_refused);
	tcase_add_test(tests, without_memory_a_client_is_refused_and_the_next_one_served);
	tcase_add_test(tests, noise_from_a_seed_does_not_disturb_the_next_client);
	suite_add_tcase(suite, tests);
	return suite;
}
