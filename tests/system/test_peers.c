/* What an operator says about peers, to nodes that run: who is added is let in and dialed, who is
 * banned goes and stays away over a restart, until he is taken back. */
#include "tests/live/live.h"
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { VALIDATORS = 2, PATIENCE_S = 60 };

static struct live_node nodes[VALIDATORS];

/* The whole answer. */
static json_t *ask_any(const struct live_node *node, const char *method, const char *format,
                       const char *argument)
{
	struct live_connection connection;
	char params[512];
	const char *text;
	json_t *answer;

	live_connect(&connection, node);
	connection.may_break = true; /* errors are answers here */
	snprintf(params, sizeof params, format, argument);
	text = live_call(&connection, method, params);
	ck_assert_ptr_nonnull(text);
	answer = json_loads(text, 0, NULL);
	ck_assert_ptr_nonnull(answer);
	live_disconnect(&connection);
	return answer;
}

static json_t *ask(const struct live_node *node, const char *method, const char *format,
                   const char *argument)
{
	json_t *answer = ask_any(node, method, format, argument);
	json_t *result = json_incref(json_object_get(answer, "result"));
	char *text = json_dumps(answer, 0);

	ck_assert_msg(result != NULL, "%s: %s", method, text);
	free(text);
	json_decref(answer);
	return result;
}

static void expect_error(const struct live_node *node, const char *method,
                         const char *format, const char *argument, int code)
{
	json_t *answer = ask_any(node, method, format, argument);
	const json_t *error = json_object_get(answer, "error");

	ck_assert_int_eq(json_integer_value(json_object_get(error, "code")), code);
	json_decref(answer);
}

static size_t count_peers(const struct live_node *node)
{
	json_t *list = ask(node, "peer.list", "{}", "");
	size_t count = json_array_size(json_object_get(list, "items"));

	json_decref(list);
	return count;
}

/* What is waited for is an answer; time is only what it must not take. */
static void await_peers(const struct live_node *node, size_t count)
{
	double until_s = live_now_s() + PATIENCE_S;
	struct timespec pause = {.tv_nsec = 50000000};

	while (count_peers(node) != count) {
		ck_assert_msg(live_now_s() < until_s, "the node with %s has not %zu peers", node->log,
		              count);
		nanosleep(&pause, NULL);
	}
}

/* The id of the one peer of `node`. */
static void peer_of(char id[80], const struct live_node *node)
{
	json_t *list = ask(node, "peer.list", "{}", "");
	const json_t *item = json_array_get(json_object_get(list, "items"), 0);

	snprintf(id, 80, "%s", json_string_value(json_object_get(item, "node_id")));
	json_decref(list);
}

static void start(void)
{
	live_network_make(nodes, VALIDATORS, 0, getenv("CAIRN_BIN_DIR"), "/tmp");
	for (size_t i = 0; i < VALIDATORS; i++)
		live_node_restart(&nodes[i]);
	await_peers(&nodes[0], 1);
}

static void stop(void)
{
	live_network_remove(nodes, VALIDATORS);
}

static void check_bans(const struct live_node *node, size_t count, const char *peer)
{
	json_t *list = ask(node, "peer.list_bans", "{}", "");
	const json_t *items = json_object_get(list, "items");
	const json_t *first = json_array_get(items, 0);

	ck_assert_uint_eq(json_array_size(items), count);
	if (count > 0)
		ck_assert_str_eq(json_string_value(json_object_get(first, "peer")), peer);
	json_decref(list);
}

/* What the node has sent to peers since its start. */
static uint64_t sent_bytes(const struct live_node *node)
{
	return live_metric(node, "network_sent_bytes_total");
}

/* While the other tries three times, the first act of 50 bytes each, nobody is let in. */
static void check_stays_away(const struct live_node *node, const struct live_node *other)
{
	uint64_t wanted = sent_bytes(other) + 3 * 50;
	double until_s = live_now_s() + PATIENCE_S;
	struct timespec pause = {.tv_nsec = 100000000};

	while (sent_bytes(other) < wanted) {
		ck_assert_uint_eq(count_peers(node), 0);
		ck_assert_msg(live_now_s() < until_s, "it does not try");
		nanosleep(&pause, NULL);
	}
	ck_assert_uint_eq(count_peers(node), 0);
}

START_TEST(a_banned_node_goes_and_stays_away_over_a_restart)
{
	char id[80];

	peer_of(id, &nodes[0]);
	json_decref(ask(&nodes[0], "peer.ban", "{\"peer\":\"%s\",\"reason\":\"a test\"}", id));
	await_peers(&nodes[0], 0);
	check_bans(&nodes[0], 1, id);
	check_stays_away(&nodes[0], &nodes[1]);
	live_node_kill(&nodes[0]);
	live_node_restart(&nodes[0]);
	check_bans(&nodes[0], 1, id);
	check_stays_away(&nodes[0], &nodes[1]);
	json_decref(ask(&nodes[0], "peer.unban", "{\"peer\":\"%s\"}", id));
	check_bans(&nodes[0], 0, NULL);
	await_peers(&nodes[0], 1);
	expect_error(&nodes[0], "peer.unban", "{\"peer\":\"%s\"}", id, 108);
}
END_TEST

START_TEST(a_banned_address_is_one_that_nobody_calls_from)
{
	json_decref(ask(&nodes[0], "peer.ban", "{\"peer\":\"%s\",\"duration_s\":0}",
	                "127.0.0.1"));
	json_decref(ask(&nodes[1], "peer.ban", "{\"peer\":\"%s\"}", "::ffff:127.0.0.1"));
	check_bans(&nodes[0], 1, "127.0.0.1");
	check_bans(&nodes[1], 1, "127.0.0.1");
	await_peers(&nodes[0], 0);
	check_stays_away(&nodes[0], &nodes[1]);
	/* Both have to take it back: whom one does not want it does not dial either. */
	json_decref(ask(&nodes[0], "peer.unban", "{\"peer\":\"%s\"}", "127.0.0.1"));
	check_stays_away(&nodes[0], &nodes[1]);
	json_decref(ask(&nodes[1], "peer.unban", "{\"peer\":\"%s\"}", "127.0.0.1"));
	await_peers(&nodes[0], 1);
}
END_TEST

START_TEST(a_node_that_is_added_may_be_removed_and_others_not)
{
	char id[80], target[200];

	peer_of(id, &nodes[0]);
	/* It is of the genesis. */
	snprintf(target, sizeof target, "%s@127.0.0.1:9", id);
	expect_error(&nodes[0], "peer.add", "{\"peer\":\"%s\"}", target, -32602);
	expect_error(&nodes[0], "peer.remove", "{\"node_id\":\"%s\"}", id, -32602);
	/* The generator of secp256k1 (SEC 2 section 2.4.1): nobody's node, at a port where nobody
	 * listens. */
	snprintf(id, sizeof id, "%s",
	         "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
	snprintf(target, sizeof target, "%s@127.0.0.1:9", id);
	expect_error(&nodes[0], "peer.remove", "{\"node_id\":\"%s\"}", id, 108);
	json_decref(ask(&nodes[0], "peer.add", "{\"peer\":\"%s\"}", target));
	expect_error(&nodes[0], "peer.add", "{\"peer\":\"%s\"}", target, -32602);
	json_decref(ask(&nodes[0], "peer.remove", "{\"node_id\":\"%s\"}", id));
	expect_error(&nodes[0], "peer.remove", "{\"node_id\":\"%s\"}", id, 108);
	/* Banned, it is not added. */
	json_decref(ask(&nodes[0], "peer.ban", "{\"peer\":\"%s\"}", id));
	expect_error(&nodes[0], "peer.add", "{\"peer\":\"%s\"}", target, -32002);
	expect_error(&nodes[0], "peer.ban", "{\"peer\":\"%s\"}", "node.example", -32602);
	expect_error(&nodes[0], "peer.add", "{\"peer\":\"%s\"}", id, -32602);
}
END_TEST

START_TEST(a_file_of_bans_that_is_damaged_is_said_at_the_start)
{
	char said[1000], path[128];
	FILE *file;

	live_node_stop(&nodes[0]);
	snprintf(path, sizeof path, "%s/bans.json", nodes[0].folder);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs("{\"bans\": [", file);
	fclose(file);
	ck_assert_int_eq(live_node_refuses(&nodes[0], NULL, said, sizeof said), 1);
	ck_assert_msg(strstr(said, "bans.json is no JSON") != NULL, "%s", said);
	ck_assert_int_eq(remove(path), 0);
	live_node_restart(&nodes[0]);
}
END_TEST

START_TEST(a_book_that_is_damaged_is_set_aside)
{
	char path[128], aside[136];
	FILE *file;

	live_node_stop(&nodes[0]);
	snprintf(path, sizeof path, "%s/peers.book", nodes[0].folder);
	snprintf(aside, sizeof aside, "%s.bad", path);
	file = fopen(path, "r+");
	ck_assert_msg(file != NULL, "it is written at the end");
	ck_assert_int_eq(fseek(file, 60, SEEK_SET), 0);
	fputs("something else", file);
	fclose(file);
	live_node_restart(&nodes[0]);
	ck_assert_int_eq(access(aside, R_OK), 0);
	await_peers(&nodes[0], 1);
	live_node_stop(&nodes[0]);
	ck_assert_int_eq(access(path, R_OK), 0); /* there is a new one */
	live_node_restart(&nodes[0]);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("peers");
	TCase *cases = tcase_create("peers");

	tcase_add_checked_fixture(cases, start, stop);
	tcase_add_test(cases, a_banned_node_goes_and_stays_away_over_a_restart);
	tcase_add_test(cases, a_banned_address_is_one_that_nobody_calls_from);
	tcase_add_test(cases, a_node_that_is_added_may_be_removed_and_others_not);
	tcase_add_test(cases, a_file_of_bans_that_is_damaged_is_said_at_the_start);
	tcase_add_test(cases, a_book_that_is_damaged_is_set_aside);
	suite_add_tcase(suite, cases);
	return suite;
}
