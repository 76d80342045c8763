/* Four real nodes, and one that follows: what one of them was told is final at all, a node that
 * is killed or stands still is not missed, and comes back. */
#include "tests/system/recorder.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { VALIDATORS = 4, NODES = VALIDATORS + 1, FOLLOWER = VALIDATORS, PATIENCE_S = 60 };

static struct live_node nodes[NODES];

static void start(void)
{
	live_network_make(nodes, VALIDATORS, 1, getenv("CAIRN_BIN_DIR"), "/tmp");
}

static void stop(void)
{
	live_network_remove(nodes, NODES);
}

static void start_nodes(size_t first, size_t count)
{
	for (size_t i = first; i < first + count; i++)
		live_node_restart(&nodes[i]);
}

static uint64_t status_of(const struct live_node *node, const char *name)
{
	struct live_connection connection;
	uint64_t value;

	live_connect(&connection, node);
	ck_assert_ptr_nonnull(live_call(&connection, "node.get_status", "{}"));
	value = live_answer_u64(&connection, name);
	live_disconnect(&connection);
	return value;
}

/* Asks again and again: what is waited for is an answer, and time is only what it must not
 * take. */
static void await(const struct live_node *node, const char *name, uint64_t least)
{
	double until_s = live_now_s() + PATIENCE_S;
	struct timespec pause = {.tv_nsec = 20000000};

	while (status_of(node, name) < least) {
		ck_assert_msg(live_now_s() < until_s, "%s of the node with %s stays below %llu", name,
		              node->log, (unsigned long long)least);
		nanosleep(&pause, NULL);
	}
}

static void make_work(struct workload *workload, const struct live_node *node, size_t count)
{
	struct live_connection connection;

	live_connect(&connection, node);
	workload_make(workload, &connection, count, 1);
	live_disconnect(&connection);
}

/* Is everything that the recorder was told so at this node too? */
static void check_at(const struct recorder *recorder, const struct live_node *node)
{
	struct live_connection connection;

	await(node, "height", status_of(recorder->node, "height"));
	live_connect(&connection, node);
	recorder_check(recorder, &connection);
	live_disconnect(&connection);
}

/* What the node says of those that it is connected with. */
static void check_peers(const struct live_node *node, size_t least)
{
	struct live_connection connection;
	size_t count = 0;
	const char *at;

	await(node, "peers", least);
	live_connect(&connection, node);
	at = live_call(&connection, "peer.list", "{}");
	while (at && (at = strstr(at, "\"node_id\":\""))) {
		ck_assert_uint_eq(strspn(at + 11, "0123456789abcdef"), 66);
		count++;
		at++;
	}
	ck_assert_uint_ge(count, least);
	live_disconnect(&connection);
}

START_TEST(what_one_was_told_is_final_at_all)
{
	struct recorder recorders[2];
	struct workload workload;
	atomic_size_t next = 0;

	start_nodes(0, NODES);
	make_work(&workload, &nodes[1], 400);
	for (size_t i = 0; i < 2; i++) {
		recorder_init(&recorders[i], &nodes[i == 0 ? 0 : FOLLOWER], &workload, &next);
		recorder_start(&recorders[i]);
	}
	for (size_t i = 0; i < 2; i++)
		recorder_join(&recorders[i]);
	ck_assert_uint_eq(recorders[0].count + recorders[1].count, 400);
	/* At a validator and at one who only follows. */
	ck_assert_uint_gt(recorders[0].count, 0);
	ck_assert_uint_gt(recorders[1].count, 0);
	for (size_t i = 0; i < 2; i++) {
		for (size_t k = 0; k < NODES; k++)
			check_at(&recorders[i], &nodes[k]);
		recorder_close(&recorders[i]);
	}
	for (size_t k = 0; k < NODES; k++)
		check_peers(&nodes[k], k == FOLLOWER ? VALIDATORS : VALIDATORS - 1);
	workload_free(&workload);
}
END_TEST

START_TEST(three_do_not_miss_one_that_is_killed_and_it_catches_up)
{
	struct recorder recorder;
	struct workload workload;
	atomic_size_t next = 0;
	uint64_t height;

	start_nodes(0, VALIDATORS);
	make_work(&workload, &nodes[0], 400);
	recorder_init(&recorder, &nodes[0], &workload, &next);
	recorder_start(&recorder);
	await(&nodes[0], "height", 100);
	live_node_kill(&nodes[VALIDATORS - 1]);
	height = status_of(&nodes[0], "height");
	await(&nodes[0], "height", height + 50);
	live_node_restart(&nodes[VALIDATORS - 1]);
	recorder_join(&recorder);
	ck_assert_uint_eq(recorder.count, 400);
	for (size_t i = 0; i < VALIDATORS; i++)
		check_at(&recorder, &nodes[i]);
	/* And one that never saw any of it: it catches up by headers and the bodies behind them. */
	live_node_restart(&nodes[FOLLOWER]);
	check_at(&recorder, &nodes[FOLLOWER]);
	ck_assert_uint_ge(live_metric(&nodes[FOLLOWER], "sync_asked_headers_total"), 1);
	ck_assert_uint_ge(live_metric(&nodes[FOLLOWER], "sync_asked_portions_total"),
	                  height / PORTION_BLOCKS_MAX);
	ck_assert_uint_ge(live_metric(&nodes[FOLLOWER], "sync_verified_blocks"), height);
	recorder_close(&recorder);
	workload_free(&workload);
}
END_TEST

START_TEST(who_joins_with_the_genesis_alone_has_it_all_and_can_write)
{
	struct recorder recorders[2];
	struct live_node joined;
	struct workload workload;
	atomic_size_t next = 0;

	start_nodes(0, VALIDATORS);
	make_work(&workload, &nodes[2], 200);
	workload.count = 100;
	recorder_init(&recorders[0], &nodes[2], &workload, &next);
	recorder_start(&recorders[0]);
	recorder_join(&recorders[0]);
	ck_assert_uint_eq(recorders[0].count, 100);
	live_network_join(&joined, &nodes[2]);
	live_node_restart(&joined);
	check_at(&recorders[0], &joined);
	/* What is submitted at the newcomer is final at the others. */
	workload.count = 200;
	next = 100;
	recorder_init(&recorders[1], &joined, &workload, &next);
	recorder_start(&recorders[1]);
	recorder_join(&recorders[1]);
	ck_assert_uint_eq(recorders[1].count, 100);
	check_at(&recorders[1], &nodes[0]);
	live_node_stop(&joined);
	for (size_t i = 0; i < 2; i++)
		recorder_close(&recorders[i]);
	workload_free(&workload);
}
END_TEST

/* Frozen for longer than a vote may wait: its connections are given up by the others, while it
 * knows of nothing. */
START_TEST(a_node_that_stood_still_is_taken_back)
{
	struct recorder recorder;
	struct workload workload;
	atomic_size_t next = 0;
	uint64_t height;

	start_nodes(0, VALIDATORS);
	make_work(&workload, &nodes[0], 150);
	for (size_t i = 0; i < VALIDATORS; i++)
		await(&nodes[i], "peers", VALIDATORS - 1);
	ck_assert_int_eq(kill(nodes[3].process, SIGSTOP), 0);
	recorder_init(&recorder, &nodes[0], &workload, &next);
	recorder_start(&recorder);
	height = status_of(&nodes[0], "height");
	await(&nodes[0], "height", height + 30);
	ck_assert_int_eq(kill(nodes[3].process, SIGCONT), 0);
	recorder_join(&recorder);
	ck_assert_uint_eq(recorder.count, 150);
	check_at(&recorder, &nodes[3]);
	for (size_t i = 0; i < VALIDATORS; i++)
		await(&nodes[i], "peers", VALIDATORS - 1);
	recorder_close(&recorder);
	workload_free(&workload);
}
END_TEST

START_TEST(two_of_four_decide_nothing_and_a_third_sets_it_right)
{
	struct recorder recorder;
	struct workload workload;
	atomic_size_t next = 0;
	uint64_t height;

	start_nodes(0, VALIDATORS);
	make_work(&workload, &nodes[0], 20);
	live_node_kill(&nodes[2]);
	live_node_kill(&nodes[3]);
	height = status_of(&nodes[0], "height");
	recorder_init(&recorder, &nodes[0], &workload, &next);
	recorder_start(&recorder);
	await(&nodes[0], "pool_txs", 1);
	/* It is in the pool and nothing becomes of it: what was under way is final by now. */
	ck_assert_uint_le(status_of(&nodes[0], "height"), height + 1);
	live_node_restart(&nodes[2]);
	recorder_join(&recorder);
	ck_assert_uint_eq(recorder.count, 20);
	check_at(&recorder, &nodes[2]);
	recorder_close(&recorder);
	workload_free(&workload);
}
END_TEST

START_TEST(all_killed_at_once_come_back_with_all_that_was_acknowledged)
{
	struct recorder recorder;
	struct workload workload;
	atomic_size_t next = 0;
	size_t before;

	start_nodes(0, VALIDATORS);
	make_work(&workload, &nodes[0], 400);
	recorder_init(&recorder, &nodes[0], &workload, &next);
	for (int round = 0; round < 3; round++) {
		before = recorder.count;
		recorder_start(&recorder);
		await(&nodes[1], "height", status_of(&nodes[1], "height") + 40);
		for (size_t i = 0; i < VALIDATORS; i++)
			live_node_kill(&nodes[i]);
		recorder_join(&recorder);
		ck_assert_uint_gt(recorder.count, before);
		start_nodes(0, VALIDATORS);
	}
	/* They go on, too. */
	before = recorder.count;
	recorder_start(&recorder);
	recorder_join(&recorder);
	ck_assert_uint_gt(recorder.count, before);
	for (size_t i = 0; i < VALIDATORS; i++)
		check_at(&recorder, &nodes[i]);
	recorder_close(&recorder);
	workload_free(&workload);
}
END_TEST

/* What a person types, and what it says. */
START_TEST(devnet_says_when_it_is_ready_and_stops_when_told)
{
	char folder[100], port[16], program[4200], line[512];
	struct live_node first = {.process = 0};
	FILE *said;
	pid_t process;
	int pipes[2], result;

	snprintf(folder, sizeof folder, "%s", scratch_folder());
	snprintf(program, sizeof program, "%s/cairnd", getenv("CAIRN_BIN_DIR"));
	snprintf(port, sizeof port, "%u", live_free_ports(2));
	snprintf(first.socket, sizeof first.socket, "%.90s/node0/rpc.sock", folder);
	ck_assert_int_eq(pipe(pipes), 0);
	process = fork();
	if (process == 0) {
		dup2(pipes[1], STDOUT_FILENO);
		close(pipes[0]);
		close(pipes[1]);
		execl(program, program, "devnet", "1", "--followers", "1", "--data-dir", folder,
		      "--base-port", port, (char *)NULL);
		_exit(127);
	}
	close(pipes[1]);
	said = fdopen(pipes[0], "r");
	do
		ck_assert_msg(fgets(line, sizeof line, said) != NULL, "devnet ended");
	while (strncmp(line, "ready", 5) != 0);
	await(&first, "peers", 1);
	ck_assert_int_eq(kill(process, SIGTERM), 0);
	ck_assert_int_eq(waitpid(process, &result, 0), process);
	ck_assert(WIFEXITED(result) && WEXITSTATUS(result) == 0);
	fclose(said);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("network");
	TCase *cases = tcase_create("network");

	tcase_add_checked_fixture(cases, start, stop);
	tcase_add_test(cases, what_one_was_told_is_final_at_all);
	tcase_add_test(cases, three_do_not_miss_one_that_is_killed_and_it_catches_up);
	tcase_add_test(cases, who_joins_with_the_genesis_alone_has_it_all_and_can_write);
	tcase_add_test(cases, a_node_that_stood_still_is_taken_back);
	tcase_add_test(cases, two_of_four_decide_nothing_and_a_third_sets_it_right);
	tcase_add_test(cases, all_killed_at_once_come_back_with_all_that_was_acknowledged);
	suite_add_tcase(suite, cases);
	cases = tcase_create("devnet");
	tcase_add_test(cases, devnet_says_when_it_is_ready_and_stops_when_told);
	suite_add_tcase(suite, cases);
	return suite;
}
