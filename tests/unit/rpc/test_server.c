#include "tests/unit/rpc/server_fixture.h"

#include <curl/curl.h>
#include <sys/stat.h>

#define TXID "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define PING "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"rpc.ping\"}"
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

/* -- Calls -------------------------------------------------------------------------- */

START_TEST(a_call_is_answered_under_its_id)
{
	static const struct {
		const char *body;
		const char *answer;
	} calls[] = {
	    {PING, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"pong\"}"},
	    {"{\"method\":\"rpc.ping\",\"id\":\"\\u0061\\n\",\"jsonrpc\":\"2.0\",\"params\":["
	     "]}",
	     "{\"jsonrpc\":\"2.0\",\"id\":\"a\\n\",\"result\":\"pong\"}"},
	    {"{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"rpc.ping\",\"params\":{}}",
	     "{\"jsonrpc\":\"2.0\",\"id\":null,\"result\":\"pong\"}"},
	    {"{\"jsonrpc\":\"2.0\",\"id\":-9223372036854775808,\"method\":\"rpc.ping\"}",
	     "{\"jsonrpc\":\"2.0\",\"id\":-9223372036854775808,\"result\":\"pong\"}"},
	    {"{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"node.get_status\"}",
	     "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"network\":\"test\"}}"},
	    {"{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"stream.get\",\"params\":[\"s\",5]}",
	     "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"stream\":\"s\",\"at\":5,\"prove\":"
	     "false}}"},
	};
	struct reply reply;

	start();
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		reply = ask(&fixture, calls[i].body);
		ck_assert_uint_eq(reply.status, 200);
		ck_assert_str_eq(reply.text, calls[i].answer);
		ck_assert_ptr_nonnull(strstr(reply.head, "Content-Type: application/json\r\n"));
		free(reply.text);
	}
	stop();
}
END_TEST

START_TEST(a_call_that_is_wrong_gets_the_error_that_says_so)
{
	static const struct {
		const char *body;
		int code;
		const char *message;
	} calls[] = {
	    {"", -32700, "a value is missing at the end (byte 0 of the body)"},
	    {"{\"jsonrpc\":\"2.0\",", -32700,
	     "a key in quotes is missing (byte 17 of the body)"},
	    {"{\"a\":\"\xff\"}", -32700, "invalid UTF-8 (byte 6 of the body)"},
	    {"{\"a\":1,\"a\":2}", -32700,
	     "duplicate object key near '\"a\"' (byte 10 of the call)"},
	    {"1", -32600, "a call is a JSON object, a batch an array of them"},
	    {"[]", -32600, "the batch is empty"},
	    {"{\"id\":1,\"method\":\"rpc.ping\"}", -32600, "\"jsonrpc\" must be \"2.0\""},
	    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"rpc.pnig\"}", -32601,
	     "there is no method \"rpc.pnig\"; the nearest is \"rpc.ping\""},
	    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"frobnicate\"}", -32601,
	     "there is no method \"frobnicate\""},
	    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"account.get\",\"params\":[\"" TXID
	     "\"]}",
	     -32601, "there is no method \"account.get\""},
	    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"rpc.ping\",\"params\":{\"a\":1}}",
	     -32602, "rpc.ping has no parameter \"a\""},
	    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tx.get\",\"params\":{\"txdi\":1}}",
	     -32602, "tx.get has no parameter \"txdi\"; the nearest is \"txid\""},
	    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tx.get\",\"params\":[1]}", -32602,
	     "tx.get: \"txid\" must be 64 lower-case hex digits, not 1"},
	    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tx.submit\",\"params\":{\"tx_b64\":"
	     "\"A\"}}",
	     -32602, "tx.submit: \"tx_b64\" must be padded base64 (RFC 4648), not \"A\""},
	    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tx.submit\",\"params\":{\"tx_b64\":"
	     "\"/w==\"}}",
	     205, "byte 0: 0xff"},
	    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tx.get_status\",\"params\":[\"" TXID
	     "\"]}",
	     102, "no tx \"7\""},
	    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"chain.get_head\"}", -32603,
	     "out of memory"},
	    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tx.list_pool\",\"params\":[1000]}",
	     -32005,
	     "the answer is larger than an answer may be (4 MiB, 16 MiB for a batch)"},
	    {"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", -32005,
	     "nested more than 32 deep (byte 32 of the body)"},
	};

	start();
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		json_t *answer = ask_json(&fixture, calls[i].body);
		const json_t *data;

		ck_assert_int_eq(error_code(answer), calls[i].code);
		ck_assert_str_eq(error_message(answer), calls[i].message);
		data = json_object_get(json_object_get(answer, "error"), "data");
		ck_assert(json_is_string(json_object_get(data, "name")));
		ck_assert(json_is_boolean(json_object_get(data, "retryable")));
		ck_assert(json_is_string(json_object_get(data, "hint")));
		json_decref(answer);
	}
	stop();
}
END_TEST

START_TEST(a_batch_is_answered_in_its_order_without_the_notifications)
{
	static const char body[] =
	    "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"rpc.ping\"},"
	    "{\"jsonrpc\":\"2.0\",\"method\":\"rpc.ping\"},"
	    "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tx.submit\",\"params\":{\"tx_b64\":"
	    "\"AQID\"}},"
	    "{\"jsonrpc\":\"2.0\",\"method\":\"no.such\"},"
	    "7,"
	    "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"no.such\"},"
	    "{\"jsonrpc\":\"2.0\",\"id\":\"4\",\"method\":\"tx.submit\",\"params\":[\"AQID\"]"
	    "},"
	    "{\"jsonrpc\":\"2.0\",\"id\":5,\"id\":5,\"method\":\"rpc.ping\"}]";
	json_t *answers;

	start();
	answers = ask_json(&fixture, body);
	ck_assert_uint_eq(json_array_size(answers), 6);
	ck_assert_int_eq(
	    json_integer_value(json_object_get(json_array_get(answers, 0), "id")), 1);
	ck_assert_str_eq(
	    json_string_value(json_object_get(json_array_get(answers, 0), "result")), "pong");
	ck_assert_int_eq(
	    json_integer_value(json_object_get(json_array_get(answers, 1), "id")), 2);
	ck_assert_str_eq(json_string_value(json_object_get(
	                     json_object_get(json_array_get(answers, 1), "result"), "txid")),
	                 "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81");
	ck_assert_int_eq(error_code(json_array_get(answers, 2)), -32600);
	ck_assert(json_is_null(json_object_get(json_array_get(answers, 2), "id")));
	ck_assert_int_eq(error_code(json_array_get(answers, 3)), -32601);
	ck_assert(json_equal(json_object_get(json_array_get(answers, 1), "result"),
	                     json_object_get(json_array_get(answers, 4), "result")));
	ck_assert_int_eq(error_code(json_array_get(answers, 5)), -32700);
	json_decref(answers);
	stop();
}
END_TEST

START_TEST(notifications_alone_leave_no_answer)
{
	static const char *const bodies[] = {
	    "{\"jsonrpc\":\"2.0\",\"method\":\"rpc.ping\"}",
	    "[{\"jsonrpc\":\"2.0\",\"method\":\"no.such\"},{\"jsonrpc\":\"2.0\",\"method\":"
	    "\"tx.submit\""
	    ",\"params\":{\"tx_b64\":\"AQID\"}}]",
	};
	struct reply reply;

	start();
	for (size_t i = 0; i < 2; i++) {
		reply = ask(&fixture, bodies[i]);
		ck_assert_uint_eq(reply.status, 204);
		ck_assert_ptr_null(strstr(reply.head, "Content-"));
		free(reply.text);
	}
	ck_assert_uint_eq(fixture.submit_count, 1);
	assert_serves(&fixture);
	stop();
}
END_TEST

/* A batch of `count` submissions of the numbers 0, 1, 2, ... */
static char *submissions(size_t count)
{
	char *body = malloc(count * 160 + 3);
	char *at = body;

	ck_assert_ptr_nonnull(body);
	for (size_t i = 0; i < count; i++) {
		uint8_t number[4];
		char text[9] = "";

		put_le32(number, (uint32_t)i);
		base64_encode(text, bytes_view(number, sizeof number));
		at += sprintf(
		    at,
		    "%c{\"jsonrpc\":\"2.0\",\"id\":%zu,\"method\":\"tx.submit\",\"params\":"
		    "{\"tx_b64\":\"%s\"}}",
		    i == 0 ? '[' : ',', i, text);
	}
	strcpy(at, "]");
	return body;
}

static void assert_submitted(const json_t *answers, size_t count)
{
	ck_assert_uint_eq(json_array_size(answers), count);
	for (size_t i = 0; i < count; i++) {
		const json_t *answer = json_array_get(answers, i);
		const json_t *result = json_object_get(answer, "result");
		char hex[HASH_HEX_SIZE];
		uint8_t number[4];
		struct hash txid;

		put_le32(number, (uint32_t)i);
		txid = hash_of(bytes_view(number, sizeof number));
		hex_encode(hex, hash_view(&txid));
		ck_assert_int_eq(json_integer_value(json_object_get(answer, "id")), (int)i);
		ck_assert_str_eq(json_string_value(json_object_get(result, "txid")), hex);
		ck_assert_str_eq(json_string_value(json_object_get(result, "status")), "pending");
	}
}

START_TEST(the_submissions_of_a_body_reach_the_backend_at_once)
{
	char *body = submissions(RPC_BATCH_MAX);
	json_t *answers;

	start();
	answers = ask_json(&fixture, body);
	assert_submitted(answers, RPC_BATCH_MAX);
	ck_assert_uint_eq(fixture.submit_count, 1);
	json_decref(answers);
	free(body);
	body = submissions(RPC_BATCH_MAX + 1);
	answers = ask_json(&fixture, body);
	ck_assert_int_eq(error_code(answers), -32005);
	ck_assert_uint_eq(fixture.submit_count, 1);
	json_decref(answers);
	free(body);
	stop();
}
END_TEST

static void answer_one_held(void *argument)
{
	answer_submission(argument);
}

/* Answers what the server handed out, newest first, one after another from its own
 * thread. */
static void *answer_backwards(void *argument)
{
	size_t count = *(size_t *)argument;

	wait_for_held(&fixture, count);
	for (size_t i = count; i-- > 0;)
		ck_assert(rpc_server_post(fixture.server, answer_one_held, fixture.held[i]));
	return NULL;
}

START_TEST(answers_from_another_thread_in_any_order_come_back_in_order)
{
	size_t count = 500;
	char *body = submissions(count);
	pthread_t worker;
	json_t *answers;

	fixture = fixture_new();
	fixture.holds_submissions = true;
	fixture_start(&fixture);
	ck_assert_int_eq(pthread_create(&worker, NULL, answer_backwards, &count), 0);
	answers = ask_json(&fixture, body);
	assert_submitted(answers, count);
	pthread_join(worker, NULL);
	json_decref(answers);
	free(body);
	stop();
}
END_TEST

START_TEST(the_answers_of_a_batch_are_bounded_together)
{
	char body[1024] = "[";
	json_t *answers;
	int good = 0;

	start();
	for (int i = 0; i < 8; i++)
		sprintf(body + strlen(body),
		        "%s{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"tx.list_pool\",\"params\":"
		        "[800]}",
		        i > 0 ? "," : "", i);
	strcat(body, "]");
	answers = ask_json(&fixture, body);
	ck_assert_uint_eq(json_array_size(answers), 8);
	for (size_t i = 0; i < 8; i++) {
		const json_t *answer = json_array_get(answers, i);

		good += json_object_get(answer, "result") != NULL;
		ck_assert(json_object_get(answer, "result") || error_code(answer) == -32005);
	}
	ck_assert_int_eq(good, 4);
	json_decref(answers);
	stop();
}
END_TEST

START_TEST(more_calls_than_may_wait_are_refused)
{
	struct client clients[3];
	json_t *answer;

	fixture = fixture_new();
	fixture.config.limits.calls_waiting = 3;
	fixture_start(&fixture);
	for (size_t i = 0; i < 3; i++) {
		clients[i] = client_connect(&fixture);
		client_post(&fixture, &clients[i], HOLD);
	}
	wait_for_held(&fixture, 3);
	answer = ask_json(&fixture, HOLD);
	ck_assert_int_eq(error_code(answer), -32005);
	ck_assert_str_eq(error_message(answer), "3 calls are waiting for their answers");
	json_decref(answer);
	for (size_t i = 0; i < 3; i++) {
		struct reply reply;

		run_there(&fixture, answer_held, fixture.held[i]);
		reply = client_reply(&clients[i]);
		ck_assert_str_eq(reply.text,
		                 "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"held\"}");
		free(reply.text);
		client_close(&clients[i]);
	}
	assert_serves(&fixture);
	stop();
}
END_TEST

START_TEST(discovery_lists_what_this_node_answers)
{
	json_t *answer;

	start();
	answer =
	    ask_json(&fixture, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"rpc.discover\"}");
	/* The six of the backend, and three of the server's own. */
	ck_assert_uint_eq(
	    json_array_size(json_object_get(json_object_get(answer, "result"), "methods")),
	    9);
	ck_assert_ptr_nonnull(rpc_backend_lacks(&fixture.backend));
	json_decref(answer);
	stop();
}
END_TEST

/* -- Trust -------------------------------------------------------------------------- */

static struct reply ask_without_cookie(const char *body)
{
	struct fixture stranger = fixture;

	stranger.authorization[0] = '\0';
	return ask(&stranger, body);
}

START_TEST(without_the_cookie_nothing_is_answered)
{
	struct fixture stranger;
	struct reply reply;

	start();
	reply = ask_without_cookie(PING);
	ck_assert_uint_eq(reply.status, 401);
	ck_assert_ptr_nonnull(
	    strstr(reply.head, "WWW-Authenticate: Basic realm=\"cairn\"\r\n"));
	ck_assert_ptr_nonnull(strstr(reply.text, "UNAUTHENTICATED"));
	free(reply.text);
	stranger = fixture;
	strcpy(stranger.authorization, "Authorization: Basic Y2Fpcm46MDA=\r\n");
	reply = ask(&stranger, PING);
	ck_assert_uint_eq(reply.status, 401);
	free(reply.text);
	/* Right but for one digit of its secret. */
	stranger = fixture;
	stranger.authorization[40] = stranger.authorization[40] == 'A' ? 'B' : 'A';
	reply = ask(&stranger, PING);
	ck_assert_uint_eq(reply.status, 401);
	free(reply.text);
	stop();
}
END_TEST

START_TEST(public_reads_need_no_cookie_and_writes_still_do)
{
	struct fixture stranger;
	struct reply reply;

	fixture = fixture_new();
	fixture.config.public_reads = true;
	fixture_start(&fixture);
	reply = ask_without_cookie(PING);
	ck_assert_uint_eq(reply.status, 200);
	ck_assert_ptr_nonnull(strstr(reply.text, "pong"));
	free(reply.text);
	reply = ask_without_cookie("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tx.submit\","
	                           "\"params\":{\"tx_b64\":\"AQID\"}}");
	ck_assert_uint_eq(reply.status, 200);
	ck_assert_ptr_nonnull(strstr(reply.text, "\"code\":-32001"));
	free(reply.text);
	ck_assert_uint_eq(fixture.submit_count, 0);
	stranger = fixture;
	strcpy(stranger.authorization, "Authorization: Basic Y2Fpcm46MDA=\r\n");
	reply = ask(&stranger, PING);
	ck_assert_uint_eq(reply.status, 401);
	free(reply.text);
	stop();
}
END_TEST

START_TEST(the_cookie_is_new_at_every_start_and_only_its_owner_reads_it)
{
	struct stat facts;
	char first[sizeof fixture.authorization];

	start();
	strcpy(first, fixture.authorization);
	ck_assert_int_eq(stat(fixture.cookie_path, &facts), 0);
	ck_assert_uint_eq(facts.st_mode & 0777, 0600);
	ck_assert_int_eq(facts.st_size, 71);
	stop();
	ck_assert_int_ne(access(fixture.cookie_path, F_OK), 0);
	fixture_start(&fixture);
	ck_assert_str_ne(fixture.authorization, first);
	stop();
}
END_TEST

START_TEST(the_unix_socket_needs_no_cookie_but_its_owner)
{
	struct client client;
	struct reply reply;
	struct stat facts;

	start();
	ck_assert_int_eq(lstat(fixture.socket_path, &facts), 0);
	ck_assert(S_ISSOCK(facts.st_mode));
	ck_assert_uint_eq(facts.st_mode & 0777, 0600);
	client = client_connect_unix(&fixture);
	client_send_text(
	    &client, "POST / HTTP/1.1\r\nHost: anything\r\nContent-Length: 44\r\n\r\n" PING);
	reply = client_reply(&client);
	ck_assert_uint_eq(reply.status, 200);
	ck_assert_ptr_nonnull(strstr(reply.text, "pong"));
	free(reply.text);
	client_close(&client);
	stop();
	ck_assert_int_ne(access(fixture.socket_path, F_OK), 0);
}
END_TEST

static size_t collect(char *bytes, size_t size, size_t count, void *text)
{
	strncat(text, bytes, size * count);
	return size * count;
}

START_TEST(curl_is_understood_on_both_sockets)
{
	char text[2][1024] = {"", ""};
	char url[64];

	start();
	snprintf(url, sizeof url, "http://localhost:%u/", rpc_server_port(fixture.server));
	for (int i = 0; i < 2; i++) {
		CURL *curl = curl_easy_init();
		struct curl_slist *lines =
		    curl_slist_append(NULL, "Content-Type: application/json");
		char line[sizeof fixture.authorization];

		strcpy(line, fixture.authorization);
		line[strcspn(line, "\r")] = '\0';
		if (i == 0)
			lines = curl_slist_append(lines, line);
		else
			curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, fixture.socket_path);
		curl_easy_setopt(curl, CURLOPT_URL, url);
		curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
		curl_easy_setopt(curl, CURLOPT_HTTPHEADER, lines);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, PING);
		curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
		curl_easy_setopt(curl, CURLOPT_WRITEDATA, text[i]);
		ck_assert_int_eq(curl_easy_perform(curl), CURLE_OK);
		ck_assert_str_eq(text[i], "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"pong\"}");
		curl_slist_free_all(lines);
		curl_easy_cleanup(curl);
	}
	stop();
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("server");
	TCase *calls = tcase_create("calls");
	TCase *trust = tcase_create("trust");

	tcase_add_test(calls, a_call_is_answered_under_its_id);
	tcase_add_test(calls, a_call_that_is_wrong_gets_the_error_that_says_so);
	tcase_add_test(calls, a_batch_is_answered_in_its_order_without_the_notifications);
	tcase_add_test(calls, notifications_alone_leave_no_answer);
	tcase_add_test(calls, the_submissions_of_a_body_reach_the_backend_at_once);
	tcase_add_test(calls, answers_from_another_thread_in_any_order_come_back_in_order);
	tcase_add_test(calls, the_answers_of_a_batch_are_bounded_together);
	tcase_add_test(calls, more_calls_than_may_wait_are_refused);
	tcase_add_test(calls, discovery_lists_what_this_node_answers);
	suite_add_tcase(suite, calls);
	tcase_add_test(trust, without_the_cookie_nothing_is_answered);
	tcase_add_test(trust, public_reads_need_no_cookie_and_writes_still_do);
	tcase_add_test(trust, the_cookie_is_new_at_every_start_and_only_its_owner_reads_it);
	tcase_add_test(trust, the_unix_socket_needs_no_cookie_but_its_owner);
	tcase_add_test(trust, curl_is_understood_on_both_sockets);
	suite_add_tcase(suite, trust);
	return suite;
}
