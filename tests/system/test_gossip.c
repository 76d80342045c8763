/* Real nodes that are not all connected with each other: what one has to say reaches all. */
#include "node/p2p/usage.h"
#include "tests/system/gossip_scene.h"

enum {
	VALIDATORS = 4,
	NODES = VALIDATORS + 1,
	FOLLOWER = VALIDATORS,
	TXS = 40,
	STATUS_LEAST_MS = 800, /* between two statuses of a node: a second, a fifth more or less */
};

static struct live_node nodes[NODES];

static void start(void)
{
	live_network_make(nodes, VALIDATORS, 1, getenv("CAIRN_BIN_DIR"), "/tmp");
	for (size_t i = 0; i < NODES; i++)
		live_node_restart(&nodes[i]);
}

static void stop(void)
{
	live_network_remove(nodes, NODES);
}

/* A node that follows and dials none but this one. */
static void join_behind(struct live_node *joined, const char *place)
{
	live_network_join(joined, &nodes[FOLLOWER]);
	setenv("CAIRN_P2P_PEERS", place, 1);
	setenv("CAIRN_P2P_PEERS_ONLY", "true", 1);
	live_node_restart(joined);
	unsetenv("CAIRN_P2P_PEERS");
	unsetenv("CAIRN_P2P_PEERS_ONLY");
}

/* Gives it to the node, which takes it in. */
static void submit(struct live_connection *connection, struct bytes_view tx, char *txid)
{
	static const char name[] = "\"txid\":\"";
	char text[1024] = {0}, params[1100];
	const char *answer;

	base64_encode(text, tx);
	snprintf(params, sizeof params, "{\"tx_b64\":\"%s\"}", text);
	answer = live_call(connection, "tx.submit", params);
	ck_assert_ptr_nonnull(answer);
	answer = strstr(answer, name);
	ck_assert_ptr_nonnull(answer);
	snprintf(txid, HASH_HEX_SIZE, "%.64s", answer + sizeof name - 1);
}

static void await_final(struct live_connection *connection, const char *txid)
{
	double until_s = live_now_s() + PATIENCE_S;
	struct timespec pause = {.tv_nsec = 20000000};
	char params[128];

	snprintf(params, sizeof params, "{\"txid\":\"%.64s\"}", txid);
	for (;;) {
		const char *answer = live_call(connection, "tx.get_status", params);

		if (answer && strstr(answer, "\"log_index\":"))
			return;
		ck_assert_msg(live_now_s() < until_s, "%s does not become final", txid);
		nanosleep(&pause, NULL);
	}
}

/* Of what a node knows of a peer; NULL: it is not there. */
static json_t *fact_of(const struct live_node *node, const char *place, const char *name)
{
	struct live_connection connection;
	json_t *answer, *found = NULL;
	const json_t *item;
	size_t i;

	live_connect(&connection, node);
	answer = json_loads(live_call(&connection, "peer.list", "{}"), 0, NULL);
	live_disconnect(&connection);
	json_array_foreach (json_object_get(json_object_get(answer, "result"), "items"), i, item)
		if (strncmp(json_string_value(json_object_get(item, "node_id")), place, 66) == 0)
			found = json_incref(json_object_get(item, name));
	json_decref(answer);
	return found;
}

/* What decides who keeps his place is known. */
static void await_merit(const struct live_node *node, const char *place, const char *name)
{
	double until_s = live_now_s() + PATIENCE_S;
	struct timespec pause = {.tv_nsec = 50000000};
	bool is_known = false;

	while (!is_known) {
		json_t *fact = fact_of(node, place, name);

		is_known = json_is_integer(fact);
		json_decref(fact);
		ck_assert_msg(is_known || live_now_s() < until_s, "%s stays unknown at %s", name,
		              node->log);
		nanosleep(&pause, NULL);
	}
}

static void expect_place(const struct live_node *node, const char *place, const char *class)
{
	json_t *fact = fact_of(node, place, "place");

	ck_assert_str_eq(json_string_value(fact), class);
	json_decref(fact);
}

/* Any peer has a filter of names. The sum is looked at now and then, and so waited for. */
static void expect_relay_counted(const struct live_node *node, const char *place)
{
	json_t *fact = fact_of(node, place, "relay_bytes");
	double until_s = live_now_s() + PATIENCE_S;
	struct timespec pause = {.tv_nsec = 20000000};

	ck_assert_int_ge(json_integer_value(fact), USAGE_PEER_LEAST);
	json_decref(fact);
	while (live_metric(node, "network_relay_bytes") <
	       status_of(node, "peers") * (uint64_t)USAGE_PEER_LEAST) {
		ck_assert_msg(live_now_s() < until_s, "not in the sum of %s", node->log);
		nanosleep(&pause, NULL);
	}
}

START_TEST(what_is_written_behind_a_follower_is_final_at_the_validators)
{
	struct live_connection connection, far;
	char place[NODE_PLACE_SIZE], own[NODE_PLACE_SIZE], txids[TXS][HASH_HEX_SIZE];
	struct live_node joined;
	struct workload workload;

	live_connect(&connection, &nodes[0]);
	workload_make(&workload, &connection, TXS, 1);
	place_of(&nodes[FOLLOWER], place);
	join_behind(&joined, place);
	await_peer(&joined, place);
	/* It has the accounts that write. */
	await(&joined, "height", status_of(&nodes[0], "height"));
	live_connect(&far, &joined);
	for (size_t i = 0; i < TXS; i++)
		submit(&far, workload_tx(&workload, i), txids[i]);
	for (size_t i = 0; i < TXS; i++)
		await_final(&connection, txids[i]);
	ck_assert_uint_eq(status_of(&joined, "peers"), 1);
	place_of(&joined, own);
	expect_place(&nodes[FOLLOWER], own, "inbound");
	expect_relay_counted(&nodes[FOLLOWER], own);
	await_merit(&nodes[FOLLOWER], own, "first_tx_ms");
	await_merit(&nodes[FOLLOWER], own, "round_trip_ms");
	expect_place(&joined, place, "kept");
	await_merit(&joined, place, "first_block_ms");
	place_of(&nodes[0], own);
	expect_place(&nodes[FOLLOWER], own, "validator");
	live_disconnect(&far);
	live_disconnect(&connection);
	live_node_stop(&joined);
	workload_free(&workload);
}
END_TEST

/* How long the node takes from now on to have a block of this height. */
static double lag_ms(const struct live_node *node, uint64_t height)
{
	double start_s = live_now_s();
	struct timespec pause = {.tv_nsec = 2000000};

	while (status_of(node, "height") < height) {
		ck_assert_msg(live_now_s() < start_s + PATIENCE_S, "the block does not come");
		nanosleep(&pause, NULL);
	}
	return (live_now_s() - start_s) * 1000;
}

/* From its peer's status alone it could have a block two seconds late at best: what a status
 * tells is asked for then. So a few that are there before the next status show that they were
 * told of. */
START_TEST(who_follows_behind_a_follower_hears_of_a_block_at_once)
{
	struct live_connection connection;
	char place[NODE_PLACE_SIZE], txid[HASH_HEX_SIZE];
	struct live_node joined;
	struct workload workload;
	double worst_ms = 0, sum_ms = 0;
	size_t soon = 0;

	live_connect(&connection, &nodes[0]);
	workload_make(&workload, &connection, TXS, 1);
	place_of(&nodes[FOLLOWER], place);
	join_behind(&joined, place);
	await_peer(&joined, place);
	await(&joined, "height", status_of(&nodes[0], "height"));
	for (size_t i = 0; i < TXS; i++) {
		double ms;

		submit(&connection, workload_tx(&workload, i), txid);
		await_final(&connection, txid);
		ms = lag_ms(&joined, status_of(&nodes[0], "height"));
		soon += ms < STATUS_LEAST_MS;
		sum_ms += ms;
		worst_ms = ms > worst_ms ? ms : worst_ms;
	}
	printf("behind a follower: %zu of %d blocks before the next status, %.0f ms late on average, "
	       "%.0f ms at worst\n",
	       soon, TXS, sum_ms / TXS, worst_ms);
	ck_assert_uint_ge(soon, TXS / 4);
	ck_assert_uint_eq(status_of(&joined, "peers"), 1);
	live_disconnect(&connection);
	live_node_stop(&joined);
	workload_free(&workload);
}
END_TEST

/* In one piece, so that a block has many. */
static void submit_batch(struct live_connection *connection, const struct workload *workload,
                         size_t first, size_t count)
{
	struct buffer body;

	buffer_init(&body, 1 << 20);
	for (size_t i = 0; i < count; i++) {
		buffer_printf(&body, "%c{\"jsonrpc\":\"2.0\",\"id\":%zu,\"method\":\"tx.submit\","
		                     "\"params\":{\"tx_b64\":\"", i == 0 ? '[' : ',', i);
		buffer_append_base64(&body, workload_tx(workload, first + i));
		buffer_append_text(&body, "\"}}");
	}
	buffer_append_text(&body, "]");
	ck_assert_int_eq(body.status, STATUS_OK);
	ck_assert(live_send(connection, buffer_view(&body)));
	ck_assert(live_receive(connection, true));
	buffer_close(&body);
}

/* At so many validators, each counted as often as it put a block together. */
static void await_rebuilt(uint64_t least)
{
	double until_s = live_now_s() + PATIENCE_S;
	struct timespec pause = {.tv_nsec = 20000000};
	uint64_t sum = 0;

	while (sum < least) {
		ck_assert_msg(live_now_s() < until_s, "no block came by names");
		nanosleep(&pause, NULL);
		sum = 0;
		for (size_t i = 0; i < VALIDATORS; i++)
			sum += live_metric(&nodes[i], "consensus_rebuilt_blocks_total");
	}
}

/* Nobody is sent what he has. */
START_TEST(a_block_of_many_transactions_travels_by_their_names)
{
	enum { BATCH = 60, BATCHES = 10 };
	struct live_connection connection;
	struct workload workload;
	uint64_t height;

	live_connect(&connection, &nodes[0]);
	workload_make(&workload, &connection, BATCH * BATCHES, 1);
	for (size_t i = 0; i < BATCHES; i++) {
		height = status_of(&nodes[0], "height");
		submit_batch(&connection, &workload, i * BATCH, BATCH);
		await(&nodes[0], "height", height + 1);
	}
	await_rebuilt(VALIDATORS - 1);
	height = status_of(&nodes[0], "height");
	for (size_t i = 1; i < NODES; i++) {
		await(&nodes[i], "height", height);
		ck_assert_uint_ge(live_compare(&nodes[0], &nodes[i]), height);
		ck_assert_uint_eq(live_metric(&nodes[i], "peers_blamed_total"), 0);
	}
	live_disconnect(&connection);
	workload_free(&workload);
}
END_TEST

/* Again, at this place and telling of it; `seed` may be NULL. */
static void restart_at(struct live_node *node, const char *place, const char *seed)
{
	static const char *const names[] = {"CAIRN_P2P_LISTEN", "CAIRN_P2P_EXTERNAL",
	                                    "CAIRN_P2P_SEEDS", "CAIRN_RPC_LISTEN"};
	const char *address = strchr(place, '@') + 1;

	live_node_stop(node);
	node->has_address = true;
	setenv("CAIRN_P2P_LISTEN", address, 1);
	setenv("CAIRN_P2P_EXTERNAL", address, 1);
	setenv("CAIRN_RPC_LISTEN", "127.0.0.1:0", 1);
	if (seed)
		setenv("CAIRN_P2P_SEEDS", seed, 1);
	live_node_restart(node);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		unsetenv(names[i]);
}

/* Neither's genesis names the other. */
START_TEST(two_who_know_one_seed_find_each_other_and_again_after_a_restart)
{
	char seed[NODE_PLACE_SIZE], places[2][NODE_PLACE_SIZE];
	struct live_node joined[2];

	place_of(&nodes[FOLLOWER], seed);
	restart_at(&nodes[FOLLOWER], seed, NULL);
	for (size_t i = 0; i < 2; i++) {
		live_network_join_as(&joined[i], &nodes[FOLLOWER], i == 0 ? "one" : "other");
		live_node_restart(&joined[i]); /* for a free port, which it keeps */
		place_of(&joined[i], places[i]);
		restart_at(&joined[i], places[i], seed);
	}
	await_peer(&joined[0], places[1]);
	await_peer(&joined[1], places[0]);
	/* Without the seed: by what it kept. */
	live_node_stop(&nodes[FOLLOWER]);
	restart_at(&joined[1], places[1], NULL);
	await_peer(&joined[1], places[0]);
	for (size_t i = 0; i < 2; i++)
		live_node_stop(&joined[i]);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("gossip");
	TCase *tests = tcase_create("gossip");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests, a_block_of_many_transactions_travels_by_their_names);
	tcase_add_test(tests, what_is_written_behind_a_follower_is_final_at_the_validators);
	tcase_add_test(tests, who_follows_behind_a_follower_hears_of_a_block_at_once);
	tcase_add_test(tests, two_who_know_one_seed_find_each_other_and_again_after_a_restart);
	suite_add_tcase(suite, tests);
	return suite;
}
