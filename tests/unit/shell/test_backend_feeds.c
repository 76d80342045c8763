/* What subscribers are told, over the node's own socket: every event against the model,
 * behind every place of the ledger, for topics that go by the log and by lists. */
#include "tests/support/event_stream.h"
#include "tests/unit/shell/backend_client.h"

static struct scene *scene;
static char socket_path[96];

static void start(void)
{
	scene = scene_new(&(struct store_options){0});
	scene_fill(scene);
	snprintf(socket_path, sizeof socket_path, "%s/rpc.sock", scene->folder);
}

static void stop(void)
{
	scene_free(scene);
}

/* -- The model --------------------------------------------------------------------- */

enum { TOPICS_MAX = 4 };

struct topics {
	struct rpc_feed_request request;
	char query[512];
};

static struct topics topics_of(const char *list)
{
	struct topics topics;
	struct rpc_fault fault;

	snprintf(topics.query, sizeof topics.query, "topics=%s", list);
	ck_assert_msg(rpc_topics_query(&topics.request, text_view(topics.query),
	                               bytes_view(NULL, 0), &fault),
	              "%s", fault.message);
	return topics;
}

static bool concerns(const struct rpc_topic *topic, const struct tx *tx)
{
	struct cursor in = tx_operations(tx);
	struct operation operation;

	if (topic->kind == RPC_TOPIC_ACCOUNT && hash_equal(&tx->sender, &topic->id))
		return true;
	for (size_t i = 0; i < tx->operation_count; i++) {
		ck_assert_int_eq(operation_get(&in, &operation), STATUS_OK);
		if (topic->kind == RPC_TOPIC_STREAM &&
		    operation.kind == OPERATION_record_append &&
		    hash_equal(&operation.record_append.stream, &topic->id))
			return true;
		if (topic->kind == RPC_TOPIC_ACCOUNT && operation.kind == OPERATION_asset_mint &&
		    hash_equal(&operation.asset_mint.to, &topic->id))
			return true;
		if (topic->kind == RPC_TOPIC_ACCOUNT &&
		    operation.kind == OPERATION_asset_transfer &&
		    hash_equal(&operation.asset_transfer.to, &topic->id))
			return true;
	}
	return false;
}

static bool belongs(const struct rpc_topic *topic, const struct model_leaf *leaf)
{
	switch (topic->kind) {
	case RPC_TOPIC_BLOCKS:
		return !leaf->tx;
	case RPC_TOPIC_TXS:
		return leaf->tx != NULL;
	case RPC_TOPIC_STREAM:
	case RPC_TOPIC_ACCOUNT:
		break;
	}
	return leaf->tx && concerns(topic, leaf->tx);
}

/* The event names the topics that the leaf belongs to; gives their number. */
static size_t matching(const struct topics *topics, const struct model_leaf *leaf,
                       const json_t *named)
{
	size_t count = 0;

	for (size_t i = 0; i < topics->request.topic_count; i++) {
		if (!belongs(&topics->request.topics[i], leaf))
			continue;
		if (named)
			ck_assert_str_eq(json_string_value(json_array_get(named, count)),
			                 topics->request.topics[i].text);
		count++;
	}
	if (named)
		ck_assert_uint_eq(json_array_size(named), count);
	return count;
}

static void cursor_of(char text[48], size_t log_index)
{
	uint64_t height = scene->leaves[log_index].height;
	size_t first = log_index;

	while (first > 0 && scene->leaves[first - 1].height == height)
		first--;
	snprintf(text, 48, "%llu.%zu", (unsigned long long)height, log_index - first);
}

/* -- One event --------------------------------------------------------------------- */

static void check_same(const json_t *event, const char *name, const char *method,
                       json_t *params)
{
	json_t *wanted = ask(scene, method, params);

	ck_assert_msg(json_equal(json_object_get(event, name), wanted), "%s: %s", method,
	              json_dumps(event, 0));
	json_decref(wanted);
}

/* The records of the event are those that the list has at this leaf. */
static void check_records(const json_t *event, const struct topics *topics,
                          size_t log_index)
{
	const json_t *records = json_object_get(event, "records");
	size_t count = 0;
	bool has_streams = false;

	for (size_t i = 0; i < topics->request.topic_count; i++) {
		const struct rpc_topic *topic = &topics->request.topics[i];
		json_t *items, *item;
		size_t j;

		if (topic->kind != RPC_TOPIC_STREAM || !belongs(topic, &scene->leaves[log_index]))
			continue;
		has_streams = true;
		items = ask_all(scene, "stream.list_records",
		                json_pack("{ss}", "stream", topic->text + 7), 1000);
		json_array_foreach (items, j, item)
			if (count_of(item, "log_index") == log_index)
				ck_assert(json_equal(item, json_array_get(records, count++)));
		json_decref(items);
	}
	ck_assert_int_eq(records != NULL, has_streams);
	ck_assert_uint_eq(json_array_size(records), count);
}

static void check_event(const struct event *event, const struct topics *topics,
                        size_t log_index, bool is_deep)
{
	const struct model_leaf *leaf = &scene->leaves[log_index];
	char cursor[48];

	cursor_of(cursor, log_index);
	ck_assert_str_eq(event->id, cursor);
	ck_assert_str_eq(event->type, leaf->tx ? "tx" : "block");
	check_text(event->data, "cursor", cursor);
	check_text(event->data, "type", event->type);
	check_count(event->data, "height", leaf->height);
	ck_assert_uint_gt(matching(topics, leaf, json_object_get(event->data, "topics")), 0);
	if (!leaf->tx) {
		if (is_deep)
			check_same(event->data, "block", "chain.get_block_header",
			           json_pack("{sI}", "height", (json_int_t)leaf->height));
		return;
	}
	check_hash(event->data, "txid", &leaf->tx->txid);
	check_count(event->data, "time_ms", scene->blocks[leaf->height].header.time_ms);
	if (is_deep) {
		check_same(event->data, "tx", "tx.get",
		           json_pack("{so}", "txid", json_hex(&leaf->tx->txid)));
		check_records(event->data, topics, log_index);
	}
}

/* Everything behind a leaf that belongs to the topics, and then silence. */
static void check_rest(struct event_stream *stream, const struct topics *topics,
                       size_t after, bool is_deep)
{
	for (size_t i = after + 1; i < scene->leaf_count; i++) {
		struct event event;

		if (matching(topics, &scene->leaves[i], NULL) == 0)
			continue;
		event = event_stream_expect(stream);
		check_event(&event, topics, i, is_deep);
		json_decref(event.data);
	}
	ck_assert(event_stream_is_silent(stream));
}

/* -- Tests ------------------------------------------------------------------------- */

/* Accounts 0 and 1 of the fixture, by id. */
static const char *account_topics(void)
{
	static char text[256];
	char first[HASH_HEX_SIZE], second[HASH_HEX_SIZE];

	hex_encode(first, hash_view(&scene->ledger.accounts[0].id));
	hex_encode(second, hash_view(&scene->ledger.accounts[1].id));
	snprintf(text, sizeof text, "account:%s,stream:beta.log,account:%s", first, second);
	return text;
}

static struct topics topics_of_case(int number)
{
	static const char *const LISTS[] = {
		"blocks",
		"txs",
		"blocks,txs",
		"stream:alpha",
		"stream:gamma-9_z,stream:alpha",
		"blocks,stream:beta.log",
		"txs,stream:alpha,stream:beta.log,blocks",
	};

	return topics_of(number < 7 ? LISTS[number] : account_topics());
}

START_TEST(behind_every_place_exactly_the_rest_is_told)
{
	struct topics topics = topics_of_case(_i);

	for (size_t after = 0; after < scene->leaf_count; after++) {
		struct event_stream stream;
		char cursor[48], query[600];

		cursor_of(cursor, after);
		snprintf(query, sizeof query, "%s&from=%s", topics.query, cursor);
		stream = event_stream_open(socket_path, after % 2 ? query : topics.query,
		                           after % 2 ? NULL : cursor);
		ck_assert_str_eq(stream.from, cursor);
		check_rest(&stream, &topics, after, after == 0);
		event_stream_close(&stream);
	}
}
END_TEST

START_TEST(what_becomes_final_is_told_at_once)
{
	struct topics topics = topics_of_case(_i);
	struct event_stream stream = event_stream_open(socket_path, topics.query, NULL);
	size_t before = scene->leaf_count - 1;
	struct random random = random_from(9);

	ck_assert(event_stream_is_silent(&stream));
	for (int i = 0; i < 12; i++) {
		if (i == 6)
			plan_one(scene, 2,
			         make_mint(&scene->assets[2].id, &scene->ledger.accounts[1].id, 5));
		fill_block(scene, &random);
		check_rest(&stream, &topics, before, true);
		before = scene->leaf_count - 1;
	}
	event_stream_close(&stream);
}
END_TEST

/* What one of them had looked up, the others are told from memory. */
START_TEST(who_waits_for_the_same_is_told_the_same)
{
	enum { READERS = 6 };
	struct topics topics = topics_of("stream:alpha,stream:beta.log");
	struct topics other = topics_of("stream:beta.log");
	size_t before = scene->leaf_count - 1;
	struct random random = random_from(11);
	struct event_stream streams[READERS];

	for (size_t i = 0; i < READERS; i++)
		streams[i] =
			event_stream_open(socket_path, i % 2 ? other.query : topics.query, NULL);
	for (int i = 0; i < 6; i++) {
		fill_block(scene, &random);
		fill_block(scene, &random);
		for (size_t j = 0; j < READERS; j++)
			check_rest(&streams[j], j % 2 ? &other : &topics, before, true);
		before = scene->leaf_count - 1;
	}
	for (size_t i = 0; i < READERS; i++)
		event_stream_close(&streams[i]);
}
END_TEST

/* As many records as a transaction may have, with keys whose bytes JSON has to escape. */
START_TEST(the_largest_event_is_told)
{
	static struct operation operations[TX_OPERATIONS_MAX];
	struct topics topics = topics_of("stream:alpha");
	struct event_stream stream = event_stream_open(socket_path, topics.query, NULL);
	size_t before = scene->leaf_count - 1;

	for (size_t i = 0; i < TX_OPERATIONS_MAX; i++)
		operations[i] = make_append(&scene->streams[0].id, "\x01\x02\x03", "");
	plan(scene, 1, operations, TX_OPERATIONS_MAX);
	close_block(scene);
	check_rest(&stream, &topics, before, true);
	event_stream_close(&stream);
}
END_TEST

START_TEST(what_cannot_be_subscribed_is_refused_and_why)
{
	static const struct {
		const char *query;
		unsigned status;
		const char *why;
	} cases[] = {
		{"topics=stream:delta", 404, "there is no stream \"delta\""},
		{"topics=blocks&from=99.0", 400, "cursor 99.0 is beyond the newest block"},
		{"topics=blocks&from=1.2", 400, "cursor 1.2 is beyond the 1 transactions"},
		{"topics=blocks&from=x", 400, "\"from\" must be"},
		{"topic=blocks", 400, "there is no parameter \"topic\" here"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct event_stream stream = event_stream_open(socket_path, cases[i].query, NULL);

		ck_assert_uint_eq(stream.status, cases[i].status);
		ck_assert_msg(strstr(stream.raw, cases[i].why) != NULL, "%s", stream.raw);
		event_stream_close(&stream);
	}
}
END_TEST

/* An account may be new to the ledger. */
START_TEST(an_account_that_is_not_known_yet_can_be_waited_for)
{
	char query[128], hex[HASH_HEX_SIZE];
	struct event_stream stream;
	struct topics topics;

	hex_encode(hex, hash_view(&scene->ledger.accounts[MODEL_ACCOUNTS].id));
	snprintf(query, sizeof query, "account:%s", hex);
	topics = topics_of(query);
	stream = event_stream_open(socket_path, topics.query, NULL);
	ck_assert_uint_eq(stream.status, 200);
	ck_assert(event_stream_is_silent(&stream));
	event_stream_close(&stream);
}
END_TEST

START_TEST(the_stream_ends_when_the_server_stops)
{
	struct event_stream stream = event_stream_open(socket_path, "topics=blocks", NULL);
	struct event event;

	backend_free(scene->node->backend);
	scene->node->backend = NULL;
	ck_assert(!event_stream_next(&stream, &event));
	ck_assert(stream.has_ended && !stream.is_lost);
	event_stream_close(&stream);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("backend feeds");
	TCase *tests = tcase_create("backend feeds");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_loop_test(tests, behind_every_place_exactly_the_rest_is_told, 0, 8);
	tcase_add_loop_test(tests, what_becomes_final_is_told_at_once, 0, 8);
	tcase_add_test(tests, who_waits_for_the_same_is_told_the_same);
	tcase_add_test(tests, the_largest_event_is_told);
	tcase_add_test(tests, what_cannot_be_subscribed_is_refused_and_why);
	tcase_add_test(tests, an_account_that_is_not_known_yet_can_be_waited_for);
	tcase_add_test(tests, the_stream_ends_when_the_server_stops);
	suite_add_tcase(suite, tests);
	return suite;
}
