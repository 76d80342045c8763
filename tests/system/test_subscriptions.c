/* A real node and programs that are told what becomes final: live, behind any event that
 * they had, however slowly they read, however many they are, and when the node was killed
 * in between. */
#include "chain/base/text.h"
#include "tests/live/live.h"
#include "tests/support/event_stream.h"
#include "tests/support/websocket_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
	TXS = 1000,
	MANY_TXS = 6000,
	BATCH = 500,
	IDLE = 200,
};

static struct live_node node;
static struct live_connection connection;
static struct workload workload;

static void start_with(size_t txs)
{
	live_node_start(&node, getenv("CAIRN_BIN_DIR"), "/tmp");
	live_connect(&connection, &node);
	workload_make(&workload, &connection, txs, 2);
}

static void start(void)
{
	start_with(TXS);
}

static void start_with_many(void)
{
	start_with(MANY_TXS);
}

static void stop(void)
{
	live_disconnect(&connection);
	live_node_stop(&node);
	live_node_remove(&node);
	workload_free(&workload);
}

static size_t tx_count(void)
{
	live_call(&connection, "chain.get_head", "{}");
	return (size_t)live_answer_u64(&connection, "tx_count");
}

static void await_tx_count(size_t count)
{
	struct timespec pause = {.tv_nsec = 2000000};
	double until_s = live_now_s() + 60;

	while (tx_count() < count) {
		ck_assert_msg(live_now_s() < until_s, "%zu transactions: never", count);
		nanosleep(&pause, NULL);
	}
}

/* Hands in transactions from `first` on, and waits until all of them are final. */
static void submit(size_t first, size_t count)
{
	size_t before = tx_count();
	char text[2 * LIVE_TX_SIZE_MAX];
	struct buffer body;

	buffer_init(&body, 8 << 20);
	for (size_t i = 0; i < count; i++) {
		struct bytes_view tx = workload_tx(&workload, first + i);

		base64_encode(text, tx);
		text[base64_encoded_size(tx.size)] = '\0';
		buffer_printf(&body,
		              "%s{\"jsonrpc\":\"2.0\",\"id\":%zu,\"method\":\"tx.submit\","
		              "\"params\":{\"tx_b64\":\"%s\"}}%s",
		              i == 0 ? "[" : ",", i, text, i + 1 == count ? "]" : "");
	}
	ck_assert(live_send(&connection, buffer_view(&body)));
	ck_assert(live_receive(&connection, true));
	ck_assert_ptr_null(strstr((const char *)connection.answer.at, "\"error\":"));
	buffer_close(&body);
	await_tx_count(before + count);
}

static void submit_all(size_t first, size_t end)
{
	for (; first < end; first += BATCH)
		submit(first, end - first < BATCH ? end - first : BATCH);
}

/* Every transaction up to the newest block, as cursors, from one stream. */
struct history {
	char (*cursors)[48];
	char (*txids)[HASH_HEX_SIZE];
	size_t count;
};

static void take(struct history *history, struct event_stream *stream, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct event event = event_stream_expect(stream);
		const char *txid = json_string_value(json_object_get(event.data, "txid"));

		ck_assert_str_eq(event.type, "tx");
		snprintf(history->cursors[history->count], 48, "%s", event.id);
		snprintf(history->txids[history->count++], HASH_HEX_SIZE, "%s", txid);
		json_decref(event.data);
	}
}

static struct history history_new(void)
{
	struct history history = {
		.cursors = calloc(MANY_TXS + 64, sizeof *history.cursors),
		.txids = calloc(MANY_TXS + 64, sizeof *history.txids),
	};

	ck_assert(history.cursors && history.txids);
	return history;
}

static void history_free(struct history *history)
{
	free(history->cursors);
	free(history->txids);
}

/* The stream goes on with what is in the history from `first` on. */
static void expect_rest(struct event_stream *stream, const struct history *history,
                        size_t first)
{
	for (size_t i = first; i < history->count; i++) {
		struct event event = event_stream_expect(stream);

		ck_assert_str_eq(event.id, history->cursors[i]);
		ck_assert_str_eq(json_string_value(json_object_get(event.data, "txid")),
		                 history->txids[i]);
		json_decref(event.data);
	}
}

/* -- Tests ------------------------------------------------------------------------- */

START_TEST(who_follows_is_told_everything_and_goes_on_behind_any_event)
{
	struct event_stream live = event_stream_open(node.socket, "topics=txs", NULL);
	struct history history = history_new();
	size_t before = tx_count();

	submit_all(0, 1000);
	take(&history, &live, tx_count() - before);
	ck_assert_uint_eq(history.count, 1000);
	ck_assert(event_stream_is_silent(&live));
	event_stream_close(&live);
	/* Behind each hundredth, and behind the last ones one by one. */
	for (size_t i = 0; i < history.count; i += i + 20 < history.count ? 97 : 1) {
		struct event_stream again =
			event_stream_open(node.socket, "topics=txs&from=head", history.cursors[i]);

		ck_assert_str_eq(again.from, history.cursors[i]);
		expect_rest(&again, &history, i + 1);
		ck_assert(event_stream_is_silent(&again));
		event_stream_close(&again);
	}
	history_free(&history);
}
END_TEST

START_TEST(who_does_not_read_holds_up_nobody_and_misses_nothing)
{
	struct event_stream slow = event_stream_ask(node.socket, "topics=txs&from=0.0", NULL);
	struct event_stream other = event_stream_open(node.socket, "topics=blocks", NULL);
	size_t before = tx_count();
	struct history history = history_new(), read = history_new();
	struct event_stream all;

	/* Far more than the sockets and the node keep for a reader. */
	submit_all(0, MANY_TXS);
	ck_assert_uint_eq(tx_count(), before + MANY_TXS);
	/* Nobody waited for him: another one has had the newest block. */
	for (uint64_t height = 0, newest = 0; height == 0 || height < newest;) {
		struct event event = event_stream_expect(&other);

		live_call(&connection, "chain.get_head", "{}");
		newest = live_answer_u64(&connection, "height");
		height = (uint64_t)json_integer_value(json_object_get(event.data, "height"));
		json_decref(event.data);
	}
	event_stream_close(&other);
	event_stream_begin(&slow);
	take(&read, &slow, before + MANY_TXS);
	ck_assert(event_stream_is_silent(&slow));
	event_stream_close(&slow);
	all = event_stream_open(node.socket, "topics=txs&from=0.0", NULL);
	take(&history, &all, before + MANY_TXS);
	event_stream_close(&all);
	for (size_t i = 0; i < history.count; i++)
		ck_assert_str_eq(read.txids[i], history.txids[i]);
	history_free(&history);
	history_free(&read);
}
END_TEST

START_TEST(two_hundred_wait_at_once_and_all_are_told)
{
	static struct event_stream streams[IDLE];
	size_t descriptors = live_node_descriptors(&node);

	for (size_t i = 0; i < IDLE; i++)
		streams[i] = event_stream_open(
			node.socket, i % 2 ? "topics=blocks,stream:bench-1" : "topics=txs", NULL);
	for (size_t round = 0; round < 3; round++) {
		size_t count = tx_count();
		uint64_t height;

		submit(round * 4, 4);
		ck_assert_uint_eq(tx_count(), count + 4);
		height = live_answer_u64(&connection, "height");
		for (size_t i = 0; i < IDLE; i++) {
			size_t left = i % 2 ? 1 : 4; /* one of four is in the stream */
			uint64_t block = i % 2 ? 0 : height;

			while (left > 0 || block < height) {
				struct event event = event_stream_expect(&streams[i]);

				if (strcmp(event.type, "tx") == 0)
					left--;
				else
					block = (uint64_t)json_integer_value(
						json_object_get(event.data, "height"));
				json_decref(event.data);
			}
		}
	}
	for (size_t i = 0; i < IDLE; i++)
		event_stream_close(&streams[i]);
	/* The node lets go of them too. */
	for (double until_s = live_now_s() + 60; live_node_descriptors(&node) > descriptors;)
		ck_assert(live_now_s() < until_s);
}
END_TEST

/* The cursor of the next event of this subscription. */
static void expect_event(struct websocket_client *socket, int subscription,
                         const char *cursor)
{
	json_t *text = websocket_expect(socket);
	const json_t *params = json_object_get(text, "params");

	ck_assert_int_eq(json_integer_value(json_object_get(params, "subscription")),
	                 subscription);
	ck_assert_str_eq(json_string_value(json_object_get(params, "cursor")), cursor);
	json_decref(text);
}

START_TEST(one_connection_calls_and_is_told)
{
	struct websocket_client socket = websocket_open_path(node.socket);
	struct event_stream events = event_stream_open(node.socket, "topics=txs", NULL);
	struct history history = history_new();
	json_t *answer;
	char subscribe[256];

	websocket_send_text(&socket, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":"
	                             "\"sub.subscribe\",\"params\":{\"topics\":[\"txs\"]}}");
	answer = websocket_expect(&socket);
	ck_assert_ptr_nonnull(json_object_get(answer, "result"));
	json_decref(answer);
	submit_all(0, 1000);
	take(&history, &events, 1000);
	for (size_t i = 0; i < history.count; i++)
		expect_event(&socket, 1, history.cursors[i]);
	/* Another subscription of the same connection begins further back. */
	snprintf(subscribe, sizeof subscribe,
	         "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"sub.subscribe\",\"params\":{"
	         "\"topics\":[\"txs\"],\"from\":\"%s\"}}",
	         history.cursors[899]);
	websocket_send_text(&socket, subscribe);
	answer = websocket_expect(&socket);
	ck_assert_int_eq(json_integer_value(json_object_get(answer, "id")), 2);
	json_decref(answer);
	for (size_t i = 900; i < history.count; i++)
		expect_event(&socket, 2, history.cursors[i]);
	live_disconnect(&connection);
	live_node_stop(&node);
	websocket_expect_close(&socket, 1001);
	websocket_close(&socket);
	event_stream_close(&events);
	live_node_restart(&node);
	live_connect(&connection, &node);
	history_free(&history);
}
END_TEST

START_TEST(a_node_that_was_killed_goes_on_where_the_reader_was)
{
	struct event_stream stream = event_stream_open(node.socket, "topics=txs", NULL);
	struct history history = history_new();
	struct event event;

	submit_all(0, 500);
	take(&history, &stream, 500);
	live_disconnect(&connection);
	live_node_kill(&node);
	ck_assert(!event_stream_next(&stream, &event));
	ck_assert(stream.is_lost && !stream.has_ended);
	event_stream_close(&stream);
	live_node_restart(&node);
	live_connect(&connection, &node);
	stream = event_stream_open(node.socket, "topics=txs", history.cursors[250]);
	expect_rest(&stream, &history, 251);
	submit_all(500, 1000);
	take(&history, &stream, 500);
	/* Stopped in peace it says that this is the end. */
	live_disconnect(&connection);
	live_node_stop(&node);
	ck_assert(!event_stream_next(&stream, &event));
	ck_assert(stream.has_ended && !stream.is_lost);
	event_stream_close(&stream);
	live_node_restart(&node);
	live_connect(&connection, &node);
	history_free(&history);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("subscriptions");
	TCase *tests = tcase_create("subscriptions");
	TCase *many = tcase_create("many");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests, who_follows_is_told_everything_and_goes_on_behind_any_event);
	tcase_add_test(tests, two_hundred_wait_at_once_and_all_are_told);
	tcase_add_test(tests, one_connection_calls_and_is_told);
	tcase_add_test(tests, a_node_that_was_killed_goes_on_where_the_reader_was);
	suite_add_tcase(suite, tests);
	tcase_add_checked_fixture(many, start_with_many, stop);
	tcase_add_test(many, who_does_not_read_holds_up_nobody_and_misses_nothing);
	suite_add_tcase(suite, many);
	return suite;
}
