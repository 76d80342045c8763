/* Calls to a node that answers well, badly, slowly, half, or not at all: client.h and what
 * stands below it. */
#include "chain/base/memory.h"
#include "chain/base/text.h"
#include "tests/unit/wallet/fake_node.h"
#include "wallet-cli/client.h"

#include <curl/curl.h>
#include <sys/stat.h>

static struct fake_node node;
static struct node_address address;
static struct client *client;
static struct failure failure;
static json_t *result;
static char folder[64];

/* What the node answers next, and what it was sent last. */
static _Atomic(enum fake_manner) manner;
static atomic_int status;
static const char *_Atomic reply;
static pthread_mutex_t last_mutex = PTHREAD_MUTEX_INITIALIZER; /* of the next two */
static char last_head[4096];
static char last_body[4096];

static struct fake_answer answer(void *owner, const char *head, const char *body)
{
	(void)owner;
	pthread_mutex_lock(&last_mutex);
	snprintf(last_head, sizeof last_head, "%s", head);
	snprintf(last_body, sizeof last_body, "%s", body);
	pthread_mutex_unlock(&last_mutex);
	return (struct fake_answer){manner, status, strdup(reply)};
}

static void setup(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
	snprintf(folder, sizeof folder, "%s", scratch_folder());
	node = (struct fake_node){.answer = answer};
	fake_start(&node, folder);
	manner = FAKE_WHOLE;
	status = 200;
	reply = "{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":{\"height\":7}}";
	address = (struct node_address){.folder = -1};
	client = NULL;
	result = NULL;
}

static void teardown(void)
{
	json_decref(result);
	client_free(client);
	node_address_close(&address);
	fake_stop(&node);
	curl_global_cleanup();
}

static void connect_to(const char *where, const char *data_dir)
{
	client_free(client);
	client = NULL;
	node_address_close(&address);
	ck_assert_int_eq(node_address_find(&address, where, data_dir, &failure), EXIT_CODE_OK);
	client = client_new(&address, &failure);
	ck_assert_ptr_nonnull(client);
}

static enum exit_code call_within(uint64_t timeout_ms)
{
	json_decref(result);
	failure = (struct failure){0};
	return client_call(&result, client, "chain.get_head", NULL, timeout_ms, &failure);
}

static enum exit_code call(void)
{
	return call_within(20000);
}

/* -- Good answers --------------------------------------------------------------------- */

START_TEST(a_call_over_tcp_and_over_a_socket_gets_its_result)
{
	const char *const places[] = {node.url, node.url + 7, node.socket};

	for (size_t i = 0; i < 3; i++) {
		connect_to(places[i], NULL);
		ck_assert_msg(call() == EXIT_CODE_OK, "%s: %s", places[i], failure.message);
		ck_assert_int_eq(json_integer_value(json_object_get(result, "height")), 7);
		ck_assert_str_eq(last_body,
		                 "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"chain.get_head\"}");
		ck_assert_int_eq(strncmp(last_head, "POST / HTTP/1.1\r\n", 17), 0);
		ck_assert_ptr_nonnull(strstr(last_head, "Content-Type: application/json\r\n"));
		ck_assert_ptr_null(strstr(last_head, "Expect"));
	}
}
END_TEST

START_TEST(the_connection_is_kept)
{
	connect_to(node.socket, NULL);
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(call(), EXIT_CODE_OK);
	ck_assert_uint_eq(atomic_load(&node.connection_count), 1);
	ck_assert_uint_eq(atomic_load(&node.request_count), 5);
}
END_TEST

START_TEST(an_answer_may_come_byte_for_byte)
{
	manner = FAKE_DRIP;
	connect_to(node.url, NULL);
	ck_assert_int_eq(call(), EXIT_CODE_OK);
	ck_assert_int_eq(json_integer_value(json_object_get(result, "height")), 7);
}
END_TEST

START_TEST(a_batch_is_answered_in_any_order)
{
	json_t *params = json_pack("{ss}", "stream", "notes");
	const struct client_call calls[] = {{"node.get_status", NULL}, {"stream.get", params}};
	struct rpc_answers answers;
	const json_t *found;

	reply = "[{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":103,\"message\":\"no\"}},"
			"{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":5}]";
	connect_to(node.socket, NULL);
	ck_assert_int_eq(client_call_many(&answers, client, calls, 2, &failure), EXIT_CODE_OK);
	ck_assert_int_eq(rpc_answers_result(&found, &answers, 0, &failure), EXIT_CODE_OK);
	ck_assert_int_eq(json_integer_value(found), 5);
	ck_assert_int_eq(rpc_answers_result(&found, &answers, 1, &failure),
	                 EXIT_CODE_NOT_FOUND);
	ck_assert_str_eq(failure.name, "STREAM_NOT_FOUND");
	rpc_answers_close(&answers);
	ck_assert_str_eq(
		last_body,
		"[{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"node.get_status\"},"
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"stream.get\",\"params\":{"
		"\"stream\":\"notes\"}}]");
	json_decref(params);
}
END_TEST

START_TEST(a_notification_is_taken_without_an_answer)
{
	json_t *params = json_pack("{ss}", "tx_b64", "AQ==");

	status = 204;
	reply = "";
	connect_to(node.socket, NULL);
	ck_assert_int_eq(client_notify(client, "tx.submit", params, &failure), EXIT_CODE_OK);
	ck_assert_ptr_null(strstr(last_body, "\"id\""));
	status = 400;
	reply = "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,\"message\":\"m\"}}";
	ck_assert_int_eq(client_notify(client, "tx.submit", params, &failure),
	                 EXIT_CODE_FAILURE);
	json_decref(params);
}
END_TEST

/* -- Errors of the node ---------------------------------------------------------------- */

START_TEST(an_error_keeps_its_code_name_message_and_hint)
{
	reply = "{\"jsonrpc\":\"2.0\",\"id\":0,\"error\":{\"code\":208,\"message\":\"expected "
			"3\",\"data\":{\"name\":\"TX_CONFLICT\",\"hint\":\"read "
			"again\",\"retryable\":false}}}";
	connect_to(node.socket, NULL);
	ck_assert_int_eq(call(), EXIT_CODE_REFUSED);
	ck_assert_int_eq(failure.rpc_code, 208);
	ck_assert_str_eq(failure.name, "TX_CONFLICT");
	ck_assert_str_eq(failure.message, "expected 3");
	ck_assert_str_eq(failure.hint, "read again");
	ck_assert(client_was_sent(client));
}
END_TEST

START_TEST(each_family_of_codes_has_its_exit_code)
{
	static const struct {
		int code;
		enum exit_code exit_code;
	} pairs[] = {
		{-32602, EXIT_CODE_USAGE},         {-32601, EXIT_CODE_USAGE},
		{-32603, EXIT_CODE_FAILURE},       {-32700, EXIT_CODE_FAILURE},
		{-32001, EXIT_CODE_NOT_PERMITTED}, {-32002, EXIT_CODE_NOT_PERMITTED},
		{-32003, EXIT_CODE_FAILURE},       {-32004, EXIT_CODE_UNREACHABLE},
		{-32005, EXIT_CODE_FAILURE},       {101, EXIT_CODE_NOT_FOUND},
		{110, EXIT_CODE_NOT_FOUND},        {201, EXIT_CODE_REFUSED},
		{204, EXIT_CODE_NOT_PERMITTED},    {210, EXIT_CODE_REFUSED},
		{299, EXIT_CODE_REFUSED},          {401, EXIT_CODE_UNVERIFIED},
		{601, EXIT_CODE_UNKNOWN},          {602, EXIT_CODE_UNKNOWN},
		{701, EXIT_CODE_FAILURE},          {0, EXIT_CODE_FAILURE},
		{INT32_MIN, EXIT_CODE_FAILURE},    {INT32_MAX, EXIT_CODE_FAILURE},
	};

	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		ck_assert_msg(exit_code_of_rpc(pairs[i].code) == pairs[i].exit_code, "%d",
		              pairs[i].code);
}
END_TEST

START_TEST(faults_of_http_have_their_own_sentences)
{
	static const struct {
		int status;
		enum exit_code exit_code;
	} pairs[] = {
		{401, EXIT_CODE_NOT_PERMITTED}, {403, EXIT_CODE_NOT_PERMITTED},
		{404, EXIT_CODE_UNREACHABLE},   {405, EXIT_CODE_UNREACHABLE},
		{413, EXIT_CODE_REFUSED},       {500, EXIT_CODE_UNREACHABLE},
		{503, EXIT_CODE_UNREACHABLE},   {302, EXIT_CODE_UNREACHABLE},
	};

	reply = "<html>";
	connect_to(node.url, NULL);
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		status = pairs[i].status;
		ck_assert_msg(call() == pairs[i].exit_code, "%d: %s", status, failure.message);
		ck_assert_uint_gt(strlen(failure.message), 10);
		ck_assert_ptr_null(result);
	}
}
END_TEST

START_TEST(an_error_in_the_body_of_a_fault_is_told)
{
	status = 401;
	reply = "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32001,\"message\":\"show "
			"the cookie\"}}";
	connect_to(node.url, NULL);
	ck_assert_int_eq(call(), EXIT_CODE_NOT_PERMITTED);
	ck_assert_str_eq(failure.message, "show the cookie");
	ck_assert_str_eq(failure.name, "UNAUTHENTICATED");
}
END_TEST

/* -- Answers that are none ------------------------------------------------------------- */

START_TEST(what_is_no_answer_to_the_call_is_not_believed)
{
	static const char *const bad[] = {
		"",
		"{}",
		"[]",
		"null",
		"7",
		"\"x\"",
		"{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":1",
		"{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":1}}",
		"{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":1}x",
		"{\"jsonrpc\":\"1.0\",\"id\":0,\"result\":1}",
		"{\"id\":0,\"result\":1}",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":1}",
		"{\"jsonrpc\":\"2.0\",\"id\":-1,\"result\":1}",
		"{\"jsonrpc\":\"2.0\",\"id\":\"0\",\"result\":1}",
		"{\"jsonrpc\":\"2.0\",\"result\":1}",
		"{\"jsonrpc\":\"2.0\",\"id\":0}",
		"{\"jsonrpc\":\"2.0\",\"id\":0,\"error\":5}",
		"{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":1,\"error\":{\"code\":1}}",
		"{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":1,\"result\":2}",
		"[{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":1}]",
		"{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":\"\xff\"}",
		"{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":99999999999999999999}",
	};

	connect_to(node.socket, NULL);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		reply = bad[i];
		ck_assert_msg(call() == EXIT_CODE_UNREACHABLE, "%s", bad[i]);
		ck_assert_ptr_nonnull(strstr(failure.message, "no node of ours"));
	}
}
END_TEST

START_TEST(a_batch_with_a_hole_or_a_double_is_not_believed)
{
	static const char *const bad[] = {
		"[]",
		"[{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":1}]",
		"[{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":1},"
		"{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":1}]",
		"[{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":1},"
		"{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":1}]",
		"[{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":1},7]",
		"{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":1}",
	};
	const struct client_call calls[] = {{"a.b", NULL}, {"c.d", NULL}};
	struct rpc_answers answers;

	connect_to(node.socket, NULL);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		reply = bad[i];
		ck_assert_msg(client_call_many(&answers, client, calls, 2, &failure) ==
		                  EXIT_CODE_UNREACHABLE,
		              "%s", bad[i]);
	}
}
END_TEST

START_TEST(an_error_object_with_nonsense_in_it_is_still_an_error)
{
	static const char *const odd[] = {
		"{\"jsonrpc\":\"2.0\",\"id\":0,\"error\":{}}",
		"{\"jsonrpc\":\"2.0\",\"id\":0,\"error\":{\"code\":\"x\",\"message\":7}}",
		"{\"jsonrpc\":\"2.0\",\"id\":0,\"error\":{\"code\":9223372036854775807}}",
		"{\"jsonrpc\":\"2.0\",\"id\":0,\"error\":{\"code\":1.5,\"data\":[]}}",
	};

	connect_to(node.socket, NULL);
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		json_t *json;

		reply = odd[i];
		ck_assert_int_eq(call(), EXIT_CODE_FAILURE);
		ck_assert_str_eq(failure.message, "the node gives no reason");
		json = failure_json(&failure);
		ck_assert_ptr_nonnull(json);
		json_decref(json);
	}
}
END_TEST

/* -- Broken connections ---------------------------------------------------------------- */

START_TEST(a_cut_answer_was_sent_and_is_told)
{
	static const enum fake_manner manners[] = {FAKE_CUT_HEAD, FAKE_CUT_BODY, FAKE_CLOSE,
	                                           FAKE_GARBAGE};

	connect_to(node.socket, NULL);
	for (size_t i = 0; i < sizeof manners / sizeof *manners; i++) {
		manner = manners[i];
		ck_assert_int_eq(call(), EXIT_CODE_UNREACHABLE);
		ck_assert_msg(client_was_sent(client), "manner %d", (int)manner);
		ck_assert_uint_gt(strlen(failure.message), 10);
	}
	/* And the client is good for the next call. */
	manner = FAKE_WHOLE;
	ck_assert_int_eq(call(), EXIT_CODE_OK);
}
END_TEST

START_TEST(a_node_that_never_answers_is_left_after_the_time_out)
{
	manner = FAKE_SILENT;
	connect_to(node.url, NULL);
	ck_assert_int_eq(call_within(100), EXIT_CODE_UNREACHABLE);
	ck_assert(client_was_sent(client));
}
END_TEST

START_TEST(an_answer_without_end_is_cut_off)
{
	manner = FAKE_ENDLESS;
	connect_to(node.socket, NULL);
	ck_assert_int_eq(call_within(60000), EXIT_CODE_UNREACHABLE);
	ck_assert_ptr_nonnull(strstr(failure.message, "is larger than 64 MiB"));
}
END_TEST

START_TEST(nobody_there_means_nothing_was_sent)
{
	char gone[128];
	struct sockaddr_in name = {.sin_family = AF_INET};
	socklen_t size = sizeof name;
	int bound = socket(AF_INET, SOCK_STREAM, 0);

	/* A port that is ours and does not listen. */
	name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(bind(bound, (struct sockaddr *)&name, size), 0);
	ck_assert_int_eq(getsockname(bound, (struct sockaddr *)&name, &size), 0);
	snprintf(gone, sizeof gone, "127.0.0.1:%u", (unsigned)ntohs(name.sin_port));
	connect_to(gone, NULL);
	ck_assert_int_eq(call(), EXIT_CODE_UNREACHABLE);
	ck_assert(!client_was_sent(client));
	close(bound);

	snprintf(gone, sizeof gone, "%s/nobody.sock", folder);
	connect_to(gone, NULL);
	ck_assert_int_eq(call(), EXIT_CODE_UNREACHABLE);
	ck_assert(!client_was_sent(client));
	ck_assert_ptr_nonnull(strstr(failure.message, "No such file or directory"));
}
END_TEST

/* -- Where it goes and what it shows --------------------------------------------------- */

static void write_cookie(const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof path, "%s/rpc.cookie", folder);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	ck_assert_int_eq(fclose(file), 0);
}

START_TEST(the_cookie_of_the_data_directory_is_shown)
{
	write_cookie("cairn:00ff\n");
	connect_to(node.url, folder);
	ck_assert_int_eq(call(), EXIT_CODE_OK);
	/* base64 of "cairn:00ff" */
	ck_assert_ptr_nonnull(
		strstr(last_head, "Authorization: Basic Y2Fpcm46MDBmZg==\r\n"));
	connect_to(node.url, NULL);
	ck_assert_int_eq(call(), EXIT_CODE_OK);
	ck_assert_ptr_null(strstr(last_head, "Authorization"));
}
END_TEST

START_TEST(the_cookie_goes_nowhere_else)
{
	write_cookie("cairn:00ff\n");
	ck_assert_int_eq(
		node_address_find(&address, "http://example.org:17471", folder, &failure),
		EXIT_CODE_OK);
	ck_assert_str_eq(address.cookie_path, "");
	node_address_close(&address);
	ck_assert_int_eq(
		node_address_find(&address, "http://127.0.0.1.example.org", folder, &failure),
		EXIT_CODE_OK);
	ck_assert_str_eq(address.cookie_path, "");
	node_address_close(&address);
	ck_assert_int_eq(
		node_address_find(&address, "https://example.org", folder, &failure),
		EXIT_CODE_OK);
	ck_assert_str_ne(address.cookie_path, "");
}
END_TEST

START_TEST(the_data_directory_finds_the_socket)
{
	char network[80];
	char place[120];

	connect_to(NULL, folder);
	ck_assert_str_eq(address.socket, node.socket);
	ck_assert_int_eq(call(), EXIT_CODE_OK);
	/* And so does the folder of a network, in which the first node's is node0. */
	snprintf(network, sizeof network, "%s/net", folder);
	snprintf(place, sizeof place, "%s/node0", network);
	ck_assert_int_eq(mkdir(network, 0700), 0);
	ck_assert_int_eq(mkdir(place, 0700), 0);
	snprintf(place, sizeof place, "%s/node0/rpc.sock", network);
	ck_assert_int_eq(symlink(node.socket, place), 0);
	connect_to(NULL, network);
	ck_assert_str_eq(address.socket, place);
	ck_assert_int_eq(call(), EXIT_CODE_OK);
}
END_TEST

START_TEST(a_socket_whose_path_is_too_long_is_reached_through_its_folder)
{
	char deep[512];
	char command[2048];

	snprintf(deep, sizeof deep, "%s/%0120d/x", folder, 0);
	snprintf(command, sizeof command, "mkdir -p %s && ln -s %s %s/rpc.sock", deep,
	         node.socket, deep);
	ck_assert_int_eq(system(command), 0);
	connect_to(NULL, deep);
	ck_assert_msg(call() == EXIT_CODE_OK, "%s", failure.message);
}
END_TEST

START_TEST(addresses_that_are_none_are_refused)
{
	static const char *const wrong[] = {"ftp://host:1", "http://", "://", "http://a b",
	                                    "host:99999", "http://[::1"};

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		ck_assert_msg(node_address_find(&address, wrong[i], NULL, &failure) ==
		                  EXIT_CODE_USAGE,
		              "%s", wrong[i]);
}
END_TEST

START_TEST(a_password_in_the_address_is_refused)
{
	ck_assert_int_eq(
		node_address_find(&address, "http://cairn:secret@127.0.0.1", NULL, &failure),
		EXIT_CODE_USAGE);
	ck_assert_ptr_null(strstr(failure.message, "secret"));
}
END_TEST

START_TEST(a_host_without_a_port_has_ours)
{
	ck_assert_int_eq(node_address_find(&address, "localhost", NULL, &failure),
	                 EXIT_CODE_OK);
	ck_assert_str_eq(address.url, "http://localhost:17471");
}
END_TEST

START_TEST(no_memory_fails_a_call_and_breaks_nothing)
{
	connect_to(node.socket, NULL);
	ck_assert_int_eq(call(), EXIT_CODE_OK);
	for (unsigned long n = 1; n < 20; n++) {
		enum exit_code exit_code;

		memory_fail_at(n, 1);
		exit_code = call();
		memory_fail_at(0, 0);
		ck_assert(exit_code == EXIT_CODE_OK || exit_code == EXIT_CODE_FAILURE ||
		          exit_code == EXIT_CODE_UNREACHABLE);
	}
	ck_assert_int_eq(call(), EXIT_CODE_OK);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("client");
	TCase *cases = tcase_create("client");

	tcase_add_checked_fixture(cases, setup, teardown);
	tcase_add_test(cases, a_call_over_tcp_and_over_a_socket_gets_its_result);
	tcase_add_test(cases, the_connection_is_kept);
	tcase_add_test(cases, an_answer_may_come_byte_for_byte);
	tcase_add_test(cases, a_batch_is_answered_in_any_order);
	tcase_add_test(cases, a_notification_is_taken_without_an_answer);
	tcase_add_test(cases, an_error_keeps_its_code_name_message_and_hint);
	tcase_add_test(cases, each_family_of_codes_has_its_exit_code);
	tcase_add_test(cases, faults_of_http_have_their_own_sentences);
	tcase_add_test(cases, an_error_in_the_body_of_a_fault_is_told);
	tcase_add_test(cases, what_is_no_answer_to_the_call_is_not_believed);
	tcase_add_test(cases, a_batch_with_a_hole_or_a_double_is_not_believed);
	tcase_add_test(cases, an_error_object_with_nonsense_in_it_is_still_an_error);
	tcase_add_test(cases, a_cut_answer_was_sent_and_is_told);
	tcase_add_test(cases, a_node_that_never_answers_is_left_after_the_time_out);
	tcase_add_test(cases, an_answer_without_end_is_cut_off);
	tcase_add_test(cases, nobody_there_means_nothing_was_sent);
	tcase_add_test(cases, the_cookie_of_the_data_directory_is_shown);
	tcase_add_test(cases, the_cookie_goes_nowhere_else);
	tcase_add_test(cases, the_data_directory_finds_the_socket);
	tcase_add_test(cases, a_socket_whose_path_is_too_long_is_reached_through_its_folder);
	tcase_add_test(cases, addresses_that_are_none_are_refused);
	tcase_add_test(cases, a_password_in_the_address_is_refused);
	tcase_add_test(cases, a_host_without_a_port_has_ours);
	tcase_add_test(cases, no_memory_fails_a_call_and_breaks_nothing);
	suite_add_tcase(suite, cases);
	return suite;
}
