/* Thousands of connections that say nothing, or nonsense, while four nodes agree: row 16 of the
 * table of hostile inputs. The network's rate is compared with its own without them. */
#include "tests/hostile/hostile.h"
#include "tests/system/recorder.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Sanitizers keep what was freed, to see who still uses it. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { MEMORY_GROWTH_MAX = 512 << 20 };
#else
enum { MEMORY_GROWTH_MAX = 64 << 20 };
#endif

enum {
	VALIDATORS = 4,
	FLOOD = 10000,
	OPEN_MAX = 400,           /* of the flood's, at once */
	PENDING_MAX = 64 + 16,    /* handshakes that a node has under way: docs/network.md */
	LOOK_EVERY = 500,         /* connections, between two looks at the node */
	QUIET_S = 5,
	PATIENCE_S = 60,
};

static struct live_node nodes[VALIDATORS];

static void start(void)
{
	live_network_make(nodes, VALIDATORS, 0, getenv("CAIRN_BIN_DIR"), "/tmp");
	for (size_t i = 0; i < VALIDATORS; i++)
		live_node_restart(&nodes[i]);
}

static void stop(void)
{
	live_network_remove(nodes, VALIDATORS);
}

static uint64_t ask(const struct live_node *node, const char *method, const char *name)
{
	struct live_connection connection;
	uint64_t value;

	live_connect(&connection, node);
	live_call(&connection, method, "{}");
	value = live_answer_u64(&connection, name);
	live_disconnect(&connection);
	return value;
}

/* A third says nothing, a third nonsense of an act's size, a third the half of an act. Each stays
 * until OPEN_MAX came behind it. What the node closes by itself stays half closed here. */
static void flood(const struct hostile_target *target, const struct live_node *node,
                  size_t descriptors)
{
	static int files[OPEN_MAX];
	struct random random = random_from(16);

	for (size_t i = 0; i < OPEN_MAX; i++)
		files[i] = -1;
	for (size_t i = 0; i < FLOOD; i++) {
		int *file = &files[i % OPEN_MAX];
		uint8_t noise[NOISE_ACT_1_SIZE];

		if (*file >= 0)
			close(*file);
		*file = hostile_dial(target);
		random_fill(&random, noise, sizeof noise);
		noise[0] = 0;
		if (i % 3 > 0)
			(void)hostile_push(*file, bytes_view(noise, i % 3 == 1 ? sizeof noise : 25));
		if (i % LOOK_EVERY == 0) {
			/* One of these is being closed perhaps, and one is ours that asks. */
			ck_assert_uint_le(live_node_descriptors(node), descriptors + PENDING_MAX + 2);
			ck_assert_uint_lt(live_metric(node, "network_held_bytes"),
			                  live_metric(node, "network_held_max_bytes") / 4);
		}
	}
	for (size_t i = 0; i < OPEN_MAX; i++)
		close(files[i]);
}

/* Sessions with the others are what they were, and nothing of the flood is left. */
static void check_left(const struct live_node *node, size_t descriptors, uint64_t memory)
{
	double until_s = live_now_s() + PATIENCE_S;
	struct timespec pause = {.tv_nsec = 20000000};

	while (live_node_descriptors(node) > descriptors) {
		ck_assert_msg(live_now_s() < until_s, "%zu descriptors, %zu before",
		              live_node_descriptors(node), descriptors);
		nanosleep(&pause, NULL);
	}
	ck_assert_uint_eq(ask(node, "node.get_status", "peers"), VALIDATORS - 1);
	ck_assert_uint_lt(live_node_peak_memory(node) - memory, MEMORY_GROWTH_MAX);
}

START_TEST(a_flood_of_connections_stops_nobody)
{
	struct recorder recorder;
	struct workload workload;
	struct hostile_target target;
	struct live_connection connection;
	atomic_size_t next = 0;
	struct timespec pause = {.tv_sec = QUIET_S};
	double start_s, quiet_rate, flood_rate;
	uint64_t height, memory;
	size_t descriptors;

	hostile_find(&target, &nodes[1]);
	live_connect(&connection, &nodes[0]);
	workload_make(&workload, &connection, 20000, 1);
	live_disconnect(&connection);
	for (size_t i = 0; i < VALIDATORS; i++)
		while (ask(&nodes[i], "node.get_status", "peers") < VALIDATORS - 1)
			nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
	recorder_init(&recorder, &nodes[1], &workload, &next);
	recorder_start(&recorder);
	height = ask(&nodes[0], "chain.get_head", "height");
	start_s = live_now_s();
	nanosleep(&pause, NULL); /* how long the rate is taken */
	quiet_rate = (double)(ask(&nodes[0], "chain.get_head", "height") - height) /
	             (live_now_s() - start_s);
	descriptors = live_node_descriptors(&nodes[1]);
	memory = live_node_peak_memory(&nodes[1]);
	height = ask(&nodes[0], "chain.get_head", "height");
	start_s = live_now_s();
	flood(&target, &nodes[1], descriptors);
	flood_rate = (double)(ask(&nodes[0], "chain.get_head", "height") - height) /
	             (live_now_s() - start_s);
	printf("blocks/s %.1f quiet, %.1f (%.0f %%) during %d connections in %.1f s\n", quiet_rate,
	       flood_rate, 100 * flood_rate / quiet_rate, FLOOD, live_now_s() - start_s);
	ck_assert_msg(flood_rate > quiet_rate / 4, "%.1f blocks/s, and %.1f without them",
	              flood_rate, quiet_rate);
	/* One connection of the recorder is there in both counts. */
	check_left(&nodes[1], descriptors, memory);
	atomic_store(&next, workload.count);
	recorder_join(&recorder);
	ck_assert_uint_gt(recorder.count, 0);
	ck_assert_uint_eq(recorder.refused + recorder.unanswered, 0);
	recorder_close(&recorder);
	workload_free(&workload);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("hostile_flood");
	TCase *cases = tcase_create("flood");

	tcase_add_checked_fixture(cases, start, stop);
	tcase_add_test(cases, a_flood_of_connections_stops_nobody);
	suite_add_tcase(suite, cases);
	return suite;
}
