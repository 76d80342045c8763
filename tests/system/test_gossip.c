/* Real nodes that are not all connected with each other: what one has to say reaches all. */
#include "tests/system/gossip_scene.h"

enum { VALIDATORS = 4, NODES = VALIDATORS + 1, FOLLOWER = VALIDATORS };

/* One by one, and a node far from the validators hears of a block after a second or two. */
enum { TXS = 8 };

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

START_TEST(what_is_written_behind_a_follower_is_final_at_the_validators)
{
	struct live_connection connection;
	char place[NODE_PLACE_SIZE];
	struct recorder recorder;
	struct live_node joined;
	struct workload workload;
	atomic_size_t next = 0;

	live_connect(&connection, &nodes[0]);
	workload_make(&workload, &connection, TXS, 1);
	live_disconnect(&connection);
	place_of(&nodes[FOLLOWER], place);
	join_behind(&joined, place);
	await_peer(&joined, place);
	recorder_init(&recorder, &joined, &workload, &next);
	recorder_start(&recorder);
	recorder_join(&recorder);
	ck_assert_uint_eq(recorder.count, TXS);
	ck_assert_uint_eq(status_of(&joined, "peers"), 1);
	await(&nodes[0], "height", status_of(&joined, "height"));
	live_connect(&connection, &nodes[0]);
	recorder_check(&recorder, &connection);
	live_disconnect(&connection);
	live_node_stop(&joined);
	recorder_close(&recorder);
	workload_free(&workload);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("gossip");
	TCase *tests = tcase_create("gossip");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests, what_is_written_behind_a_follower_is_final_at_the_validators);
	suite_add_tcase(suite, tests);
	return suite;
}
