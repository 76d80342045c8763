/* Thousands of connections that say nothing, or nonsense, while four nodes agree: row 16 of the
 * table of hostile inputs.
 *
 * The network's rate with them is compared with its own without them, in short windows that
 * alternate, since what else a machine does changes both from one second to the next: of the pairs
 * of windows the one in the middle counts. The connections are made here, on the machine that the
 * nodes share: the processor time that takes would be the attacker's elsewhere, and is taken off
 * what the nodes could have had. */
#include "tests/hostile/hostile.h"
#include "tests/system/recorder.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* Sanitizers keep what was freed, to see who still uses it, and make all that a node does dear. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { MEMORY_GROWTH_MAX = 512 << 20, FLOOD_PER_S = 500 };
#else
enum { MEMORY_GROWTH_MAX = 64 << 20, FLOOD_PER_S = 2000 }; /* 40 times what it begins of handshakes */
#endif

enum {
	VALIDATORS = 4,
	FLOOD = 10000,            /* in all, at least */
	OPEN_MAX = 400,           /* of the flood's, at once */
	PENDING_MAX = 64 + 16,    /* handshakes that a node has under way: docs/network.md */
	LOOK_EVERY = 500,         /* connections, between two looks at the node */
	TXS = 20000,
	PAIRS = 21,
	WINDOW_MS = 400,          /* at least, and */
	WINDOW_BLOCKS = 20,       /* at least: one more or less is 5 % */
	RATE_PERCENT_LEAST = 80,
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

/* -- The flood -------------------------------------------------------------------------------- */

struct flood {
	struct hostile_target target;
	const struct live_node *node;
	size_t sockets; /* that the node has without it */
	struct random random;
	int files[OPEN_MAX];
	size_t count;
};

static void flood_init(struct flood *flood, const struct live_node *node)
{
	memset(flood, 0, sizeof *flood);
	hostile_find(&flood->target, node);
	flood->node = node;
	flood->random = random_from(16);
	for (size_t i = 0; i < OPEN_MAX; i++)
		flood->files[i] = -1;
}

/* Who finds the kernel's queue full waits there, and we do not wait with him. */
static int call(const struct hostile_target *target)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(target->port)};
	int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_ge(file, 0);
	ck_assert(connect(file, (struct sockaddr *)&address, sizeof address) == 0 ||
	          errno == EINPROGRESS);
	return file;
}

/* A third says nothing, a third nonsense of an act's size, a third the half of an act. Each stays
 * until OPEN_MAX came behind it. What the node closes by itself stays half closed here. */
static void flood_one(struct flood *flood)
{
	size_t i = flood->count++;
	int *file = &flood->files[i % OPEN_MAX];
	uint8_t noise[NOISE_ACT_1_SIZE];

	if (*file >= 0)
		close(*file);
	*file = call(&flood->target);
	random_fill(&flood->random, noise, sizeof noise);
	noise[0] = 0;
	if (i % 3 > 0)
		(void)send(*file, noise, i % 3 == 1 ? sizeof noise : 25, MSG_NOSIGNAL);
	if (i % LOOK_EVERY > 0)
		return;
	/* One of these is being closed perhaps, and one is ours that asks. */
	ck_assert_uint_le(live_node_sockets(flood->node), flood->sockets + PENDING_MAX + 2);
	ck_assert_uint_lt(live_metric(flood->node, "network_held_bytes"),
	                  live_metric(flood->node, "network_held_max_bytes") / 4);
}

static void flood_close(struct flood *flood)
{
	for (size_t i = 0; i < OPEN_MAX; i++)
		if (flood->files[i] >= 0)
			close(flood->files[i]);
}

/* -- Windows ---------------------------------------------------------------------------------- */

/* Of this thread. */
static double cpu_s(void)
{
	struct rusage usage;

	ck_assert_int_eq(getrusage(RUSAGE_THREAD, &usage), 0);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static uint64_t height_of(struct live_connection *connection)
{
	live_call(connection, "chain.get_head", "{}");
	return live_answer_u64(connection, "height");
}

struct window {
	double rate;  /* blocks a second */
	double share; /* of all the machine's processor time, that this thread used */
};

/* What passes while `flood`, or nobody if that is NULL, does what it does. */
static struct window measure(struct live_connection *connection, struct flood *flood)
{
	struct timespec pause = {.tv_nsec = 5000000};
	uint64_t first = height_of(connection), height = first;
	double start_s = live_now_s(), start_cpu_s = cpu_s(), now_s = start_s;
	double cores = (double)sysconf(_SC_NPROCESSORS_ONLN), made = 0;

	while (now_s < start_s + WINDOW_MS / 1e3 || height < first + WINDOW_BLOCKS) {
		ck_assert_msg(now_s < start_s + PATIENCE_S, "%llu blocks in a minute",
		              (unsigned long long)(height - first));
		nanosleep(&pause, NULL);
		for (; flood && made < (live_now_s() - start_s) * FLOOD_PER_S; made++)
			flood_one(flood);
		now_s = live_now_s();
		if (now_s >= start_s + WINDOW_MS / 1e3) {
			height = height_of(connection);
			now_s = live_now_s();
		}
	}
	return (struct window){
		.rate = (double)(height - first) / (now_s - start_s),
		.share = (cpu_s() - start_cpu_s) / ((now_s - start_s) * cores),
	};
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double middle_of(double *values, size_t count)
{
	qsort(values, count, sizeof *values, compare);
	return values[count / 2];
}

/* Percent of the rate that is left under the flood, of what the nodes could have had. */
static double compare_rates(struct live_connection *connection, struct flood *flood)
{
	double quiet[PAIRS], with_flood[PAIRS], share[PAIRS], left[PAIRS], fair;
	struct window before = measure(connection, NULL), during, after;

	for (size_t i = 0; i < PAIRS; i++) {
		during = measure(connection, flood);
		after = measure(connection, NULL);
		quiet[i] = (before.rate + after.rate) / 2;
		with_flood[i] = during.rate;
		share[i] = during.share;
		left[i] = 100 * during.rate / (quiet[i] * (1 - during.share));
		before = after;
	}
	fair = middle_of(left, PAIRS);
	printf("blocks/s %.1f quiet, %.1f during %zu connections, which took %.0f %% of the machine: "
	       "%.0f %% are left (%.0f to %.0f)\n",
	       middle_of(quiet, PAIRS), middle_of(with_flood, PAIRS), flood->count,
	       100 * middle_of(share, PAIRS), fair, left[0], left[PAIRS - 1]);
	fflush(stdout);
	return fair;
}

/* Sessions with the others are what they were, and nothing of the flood is left. */
static void check_left(const struct live_node *node, size_t sockets, uint64_t memory)
{
	double until_s = live_now_s() + PATIENCE_S;
	struct timespec pause = {.tv_nsec = 20000000};

	while (live_node_sockets(node) > sockets) {
		ck_assert_msg(live_now_s() < until_s, "%zu sockets, %zu before",
		              live_node_sockets(node), sockets);
		nanosleep(&pause, NULL);
	}
	ck_assert_uint_eq(ask(node, "node.get_status", "peers"), VALIDATORS - 1);
	ck_assert_uint_lt(live_node_peak_memory(node) - memory, MEMORY_GROWTH_MAX);
}

START_TEST(a_flood_of_connections_stops_nobody)
{
	static struct flood flood;
	struct recorder recorder;
	struct workload workload;
	struct live_connection connection;
	atomic_size_t next = 0;
	uint64_t memory;
	double left;

	flood_init(&flood, &nodes[1]);
	live_connect(&connection, &nodes[0]);
	workload_make(&workload, &connection, TXS, 1);
	for (size_t i = 0; i < VALIDATORS; i++)
		while (ask(&nodes[i], "node.get_status", "peers") < VALIDATORS - 1)
			nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
	recorder_init(&recorder, &nodes[1], &workload, &next);
	recorder_start(&recorder);
	(void)measure(&connection, NULL); /* the recorder is connected, and they are warm */
	flood.sockets = live_node_sockets(&nodes[1]);
	memory = live_node_peak_memory(&nodes[1]);
	left = compare_rates(&connection, &flood);
	while (flood.count < FLOOD)
		flood_one(&flood);
	flood_close(&flood);
	ck_assert_uint_lt(next, TXS); /* else the rates were those of nothing to do */
	ck_assert_msg(left >= RATE_PERCENT_LEAST, "%.0f %% of the rate are left", left);
	/* One connection of the recorder is there in both counts. */
	check_left(&nodes[1], flood.sockets, memory);
	live_disconnect(&connection);
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
