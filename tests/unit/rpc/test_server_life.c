#include "tests/unit/rpc/server_fixture.h"

#define TXID "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
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

/* -- Start and stop ----------------------------------------------------------------- */

/* Starting with this configuration fails with this sentence, and leaves nothing behind.
 */
static void assert_no_start(const struct fixture *other, enum status status,
                            const char *sentence)
{
	struct why why = {""};
	struct rpc_server *server = rpc_server_new(&other->config, &other->backend, &why);

	ck_assert_ptr_nonnull(server);
	ck_assert_int_eq(rpc_server_start(server, &why), status);
	ck_assert_str_eq(why.text, sentence);
	rpc_server_stop(server);
	rpc_server_free(server);
}

START_TEST(a_taken_port_is_said_in_a_sentence_and_harms_nobody)
{
	struct fixture second;
	char sentence[128];

	start();
	second = fixture;
	second.config.port = rpc_server_port(fixture.server);
	second.config.socket_path = NULL;
	snprintf(
	    sentence, sizeof sentence,
	    "port %u of 127.0.0.1 is taken: another node runs, or another program has it",
	    second.config.port);
	assert_no_start(&second, STATUS_BUSY, sentence);
	/* Its cookie was not overwritten. */
	assert_serves(&fixture);
	stop();
}
END_TEST

START_TEST(a_live_socket_is_left_alone_and_a_stale_one_replaced)
{
	struct fixture second;
	char sentence[256];
	FILE *file;

	start();
	second = fixture;
	snprintf(sentence, sizeof sentence, "another process listens on %s",
	         fixture.socket_path);
	assert_no_start(&second, STATUS_BUSY, sentence);
	ck_assert_int_eq(access(fixture.socket_path, F_OK), 0);
	assert_serves(&fixture);
	stop();
	/* As a process that died would leave it. */
	{
		struct sockaddr_un address = {.sun_family = AF_UNIX};
		int dead = socket(AF_UNIX, SOCK_STREAM, 0);

		strcpy(address.sun_path, fixture.socket_path);
		ck_assert_int_eq(bind(dead, (struct sockaddr *)&address, sizeof address), 0);
		close(dead);
	}
	fixture_start(&fixture);
	assert_serves(&fixture);
	stop();
	/* What is no socket is not ours to remove. */
	file = fopen(fixture.socket_path, "w");
	ck_assert_ptr_nonnull(file);
	fclose(file);
	snprintf(sentence, sizeof sentence, "%s is in the way: it is no socket",
	         fixture.socket_path);
	assert_no_start(&fixture, STATUS_NETWORK, sentence);
	ck_assert_int_eq(access(fixture.socket_path, F_OK), 0);
	ck_assert_int_ne(access(fixture.cookie_path, F_OK), 0);
}
END_TEST

START_TEST(bad_addresses_and_paths_are_said_in_a_sentence)
{
	char path[200];
	char sentence[400];

	fixture = fixture_new();
	fixture.config.listen_address = "localhost";
	assert_no_start(
	    &fixture, STATUS_MALFORMED,
	    "\"localhost\" is no address to listen on: give digits, as 127.0.0.1 or ::1");
	fixture.config.listen_address = NULL;
	memset(path, 'a', sizeof path - 1);
	path[sizeof path - 1] = '\0';
	fixture.config.socket_path = path;
	snprintf(sentence, sizeof sentence,
	         "the path of a socket has at most 107 characters: %s", path);
	assert_no_start(&fixture, STATUS_TOO_LARGE, sentence);
	fixture.config.socket_path = NULL;
	fixture.config.cookie_path = "/nonexistent/rpc.cookie";
	assert_no_start(
	    &fixture, STATUS_STORAGE,
	    "create /nonexistent/rpc.cookie.new: No such file or directory: the disk or "
	    "the database refused");
}
END_TEST

START_TEST(too_many_hosts_are_refused)
{
	const char *hosts[RPC_HOSTS_MAX + 1];
	struct why why;

	fixture = fixture_new();
	for (size_t i = 0; i <= RPC_HOSTS_MAX; i++)
		hosts[i] = "a.example";
	fixture.config.hosts = hosts;
	fixture.config.host_count = RPC_HOSTS_MAX + 1;
	ck_assert_ptr_null(rpc_server_new(&fixture.config, &fixture.backend, &why));
	ck_assert_str_eq(why.text, "rpc.allowed_hosts has 17 names, at most 16 are possible");
}
END_TEST

static void count_one(void *argument)
{
	*(int *)argument += 1;
}

START_TEST(what_is_posted_runs_once_in_order_and_nothing_after_the_stop)
{
	int count = 0;

	start();
	for (int i = 0; i < 1000; i++)
		ck_assert(rpc_server_post(fixture.server, count_one, &count));
	rpc_server_stop(fixture.server);
	ck_assert_int_eq(count, 1000);
	ck_assert(!rpc_server_post(fixture.server, count_one, &count));
	rpc_server_free(fixture.server);
	ck_assert_int_eq(count, 1000);
}
END_TEST

/* Answers the held call when the server has begun to stop: it no longer listens then. */
static void *answer_while_stopping(void *argument)
{
	(void)argument;
	while (access(fixture.cookie_path, F_OK) == 0) {
		struct sockaddr_in address = {.sin_family = AF_INET};
		int number = socket(AF_INET, SOCK_STREAM, 0);
		int refused;

		address.sin_port = htons(rpc_server_port(fixture.server));
		address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		refused = connect(number, (struct sockaddr *)&address, sizeof address) != 0;
		close(number);
		if (refused)
			break;
	}
	ck_assert(rpc_server_post(fixture.server, answer_held, fixture.held[0]));
	return NULL;
}

START_TEST(a_call_that_is_answered_while_stopping_still_goes_out)
{
	struct client client;
	struct reply reply;
	pthread_t worker;

	start();
	client = client_connect(&fixture);
	client_post(&fixture, &client, HOLD);
	wait_for_held(&fixture, 1);
	ck_assert_int_eq(pthread_create(&worker, NULL, answer_while_stopping, NULL), 0);
	rpc_server_stop(fixture.server);
	pthread_join(worker, NULL);
	reply = client_reply(&client);
	ck_assert_uint_eq(reply.status, 200);
	ck_assert_ptr_nonnull(strstr(reply.head, "Connection: close\r\n"));
	free(reply.text);
	ck_assert(client_is_let_go(&client));
	client_close(&client);
	rpc_server_free(fixture.server);
}
END_TEST

START_TEST(a_call_that_nobody_answers_does_not_hold_up_the_stop)
{
	struct client idle, held;

	fixture = fixture_new();
	fixture.config.limits.stop_timeout_ms = 50;
	fixture_start(&fixture);
	idle = client_connect(&fixture);
	held = client_connect(&fixture);
	client_post(&fixture, &held, HOLD);
	wait_for_held(&fixture, 1);
	stop();
	ck_assert(client_is_let_go(&idle));
	ck_assert(client_is_let_go(&held));
	client_close(&idle);
	client_close(&held);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("server_life");
	TCase *life = tcase_create("life");

	tcase_add_test(life, a_taken_port_is_said_in_a_sentence_and_harms_nobody);
	tcase_add_test(life, a_live_socket_is_left_alone_and_a_stale_one_replaced);
	tcase_add_test(life, bad_addresses_and_paths_are_said_in_a_sentence);
	tcase_add_test(life, too_many_hosts_are_refused);
	tcase_add_test(life, what_is_posted_runs_once_in_order_and_nothing_after_the_stop);
	tcase_add_test(life, a_call_that_is_answered_while_stopping_still_goes_out);
	tcase_add_test(life, a_call_that_nobody_answers_does_not_hold_up_the_stop);
	suite_add_tcase(suite, life);
	return suite;
}
