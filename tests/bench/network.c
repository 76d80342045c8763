/* Four validators and a follower, each a process of this machine. What costs one signature check
 * in an ideal network costs one at each node here, and all share its cores: so the rate of the
 * network times the number of nodes is what compares with raw checks. */
#include "tests/bench/bench.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	VALIDATORS = 4,
	NODES = VALIDATORS + 1,
	FOLLOWER = VALIDATORS,
	WINDOW = 20000,        /* a fifth of a pool: the nodes are busy, and end soon after */
	SAMPLE_RATE = 40,      /* calls a second that are timed while others load the network */
	LATENCY_S = 10,
	KILL_WATCH_S = 6,
	KILL_RATE = 100,
	PATIENCE_S = 120,
};

struct run {
	const struct bench_options *options;
	struct live_node nodes[NODES];
	struct workload workload;
	size_t next;           /* transaction that was not sent */
	struct raw_result raw;
	double rate;           /* finalised a second by all four */
};

/* -- What a node says -------------------------------------------------------------------- */

static uint64_t ask_u64(const struct live_node *node, const char *method, const char *name)
{
	struct live_connection connection;
	uint64_t value;

	live_connect(&connection, node);
	live_call(&connection, method, "{}");
	value = live_answer_u64(&connection, name);
	live_disconnect(&connection);
	return value;
}

static void await(const struct live_node *node, const char *method, const char *name,
                  uint64_t least)
{
	struct timespec pause = {.tv_nsec = 5000000};
	double until_s = live_now_s() + PATIENCE_S;

	while (ask_u64(node, method, name) < least) {
		if (live_now_s() > until_s)
			live_fail("%s stays below %llu: see %s", name, (unsigned long long)least,
			          node->log);
		nanosleep(&pause, NULL);
	}
}

/* Sent to all its peers since they are connected, bytes. */
static uint64_t bytes_out(const struct live_node *node)
{
	static const char name[] = "\"bytes_out\":";
	struct live_connection connection;
	uint64_t sum = 0;
	const char *at;

	live_connect(&connection, node);
	at = live_call(&connection, "peer.list", "{}");
	while (at && (at = strstr(at, name))) {
		at += sizeof name - 1;
		sum += strtoull(at, NULL, 10);
	}
	live_disconnect(&connection);
	return sum;
}

static uint64_t all_bytes_out(const struct run *run, size_t count)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += bytes_out(&run->nodes[i]);
	return sum;
}

/* How the validators came by the blocks of others, since they were started. */
struct arrivals {
	uint64_t named, rebuilt, asked_txs, asked_blocks;
};

static struct arrivals arrivals_of(const struct run *run)
{
	struct arrivals sum = {0};

	for (size_t i = 0; i < VALIDATORS; i++) {
		const struct live_node *node = &run->nodes[i];

		sum.named += live_metric(node, "consensus_named_blocks_total");
		sum.rebuilt += live_metric(node, "consensus_rebuilt_blocks_total");
		sum.asked_txs += live_metric(node, "consensus_asked_txs_total");
		sum.asked_blocks += live_metric(node, "consensus_asked_blocks_total");
	}
	return sum;
}

static void print_arrivals(const struct run *run, const struct arrivals *before,
                           uint64_t txs)
{
	struct arrivals now = arrivals_of(run);

	printf("blocks that came by names      %12llu        (%llu put together, %llu asked for whole)\n",
	       (unsigned long long)(now.named - before->named),
	       (unsigned long long)(now.rebuilt - before->rebuilt),
	       (unsigned long long)(now.asked_blocks - before->asked_blocks));
	printf("asked for, of their            %12.2f %%      (transactions; each at three nodes)\n",
	       100.0 * (double)(now.asked_txs - before->asked_txs) / (double)txs /
	           (VALIDATORS - 1));
}

static void await_mesh(const struct run *run)
{
	for (size_t i = 0; i < VALIDATORS; i++)
		await(&run->nodes[i], "node.get_status", "peers", VALIDATORS - 1);
}

/* -- As fast as it goes ---------------------------------------------------------------------- */

static double run_load(struct run *run, struct load_result *result, size_t node_count)
{
	struct load_plan plan = {
		.nodes = run->nodes,
		.node_count = node_count,
		.workload = &run->workload,
		.first = run->next,
		.last = run->workload.count,
		.window = WINDOW,
		.seconds = run->options->seconds,
	};

	load_run(result, &plan);
	run->next = result->next;
	return (double)result->final_count / result->seconds;
}

static void measure_rate(struct run *run)
{
	size_t links = VALIDATORS * (VALIDATORS - 1) / 2;
	double tx_size = (double)run->workload.byte_count / (double)run->workload.count;
	uint64_t bytes = all_bytes_out(run, VALIDATORS), height, txs;
	struct arrivals arrivals = arrivals_of(run);
	struct load_result load;

	height = ask_u64(&run->nodes[0], "chain.get_head", "height");
	txs = ask_u64(&run->nodes[0], "chain.get_head", "tx_count");
	run->rate = run_load(run, &load, VALIDATORS);
	bytes = all_bytes_out(run, VALIDATORS) - bytes;
	height = ask_u64(&run->nodes[0], "chain.get_head", "height") - height;
	txs = ask_u64(&run->nodes[0], "chain.get_head", "tx_count") - txs;
	printf("finalised                      %12.0f tx/s   (%.1f s, %llu sent again)\n",
	       run->rate, load.seconds, (unsigned long long)load.retried);
	printf("finalised x 4 / raw            %12.3f        (aim 0.4)\n",
	       run->rate * VALIDATORS / run->raw.rate);
	printf("transactions of a block        %12.1f        (%.1f blocks/s)\n",
	       (double)txs / (double)height, (double)height / load.seconds);
	printf("CPU of all nodes for each      %12.1f us/tx   (of which %.3f four raw checks)\n",
	       load.node_cpu_s * 1e6 / (double)load.final_count,
	       VALIDATORS * run->raw.cpu_s * (double)load.final_count / load.node_cpu_s);
	printf("on the wire, of each link      %12.0f bytes/tx (%.2f x its size, both ways)\n",
	       (double)bytes / (double)txs / (double)links,
	       (double)bytes / (double)txs / (double)links / tx_size);
	print_arrivals(run, &arrivals, txs);
}

/* -- Submit to final, under load ------------------------------------------------------------------ */

struct background {
	pthread_t thread;
	struct load_plan plan;
	struct load_result result;
};

static void *load_behind(void *argument)
{
	struct background *background = argument;

	load_run(&background->result, &background->plan);
	return NULL;
}

static void start_behind(struct run *run, struct background *background,
                         const struct live_node *nodes, size_t node_count, double rate,
                         double seconds)
{
	size_t count = (size_t)(rate * seconds);

	background->plan = (struct load_plan){
		.nodes = nodes,
		.node_count = node_count,
		.workload = &run->workload,
		.first = run->next,
		.last = run->next + count,
		.rate = rate,
		.seconds = seconds,
	};
	if (background->plan.last > run->workload.count)
		live_fail("too few transactions were signed");
	run->next += count;
	if (pthread_create(&background->thread, NULL, load_behind, background) != 0)
		live_fail("cannot start a thread");
}

static void measure_latency(struct run *run, int percent)
{
	struct background background;
	struct latency_result latency;
	struct latency_plan plan = {
		.nodes = run->nodes,
		.node_count = VALIDATORS,
		.workload = &run->workload,
		.first = run->next,
		.last = run->next + SAMPLE_RATE * LATENCY_S,
		.rate = SAMPLE_RATE,
		.seconds = LATENCY_S,
	};

	run->next = plan.last;
	start_behind(run, &background, run->nodes, VALIDATORS, run->rate * percent / 100,
	             LATENCY_S + 1);
	latency_run(&latency, &plan);
	pthread_join(background.thread, NULL);
	printf("submit to final, at %d %%       %12.1f ms p50 %.1f ms p99 %.1f ms max "
	       "(%.0f tx/s, %zu timed)\n",
	       percent, latency.p50_ms, latency.p99_ms, latency.max_ms,
	       (double)background.result.final_count / background.result.seconds, latency.count);
}

/* -- Catching up ---------------------------------------------------------------------------------- */

static void measure_catch_up(struct run *run)
{
	struct live_node *follower = &run->nodes[FOLLOWER];
	uint64_t count = ask_u64(&run->nodes[0], "chain.get_head", "tx_count");
	double start_s = live_now_s(), rate, cpu_s;

	live_node_restart(follower);
	await(follower, "chain.get_head", "tx_count", count);
	cpu_s = live_node_cpu_s(follower);
	rate = (double)count / (live_now_s() - start_s);
	printf("an empty node catches up       %12.0f tx/s   (%llu in %.1f s)\n", rate,
	       (unsigned long long)count, live_now_s() - start_s);
	printf("catching up / raw              %12.3f        (aim 0.4; CPU of %.2f raw checks)\n",
	       rate / run->raw.rate, cpu_s / run->raw.cpu_s / (double)count);
	live_node_stop(follower);
}

/* -- One of them killed ------------------------------------------------------------------------------ */

/* The longest time without a block, seconds. */
static double longest_gap_s(const struct live_node *node, double seconds)
{
	struct timespec pause = {.tv_nsec = 2000000};
	struct live_connection connection;
	double last_s = live_now_s(), until_s = last_s + seconds, longest_s = 0;
	uint64_t height = 0;

	live_connect(&connection, node);
	while (live_now_s() < until_s) {
		double now_s;

		live_call(&connection, "chain.get_head", "{}");
		now_s = live_now_s();
		if (now_s - last_s > longest_s)
			longest_s = now_s - last_s;
		if (live_answer_u64(&connection, "height") != height)
			last_s = now_s;
		height = live_answer_u64(&connection, "height");
		nanosleep(&pause, NULL);
	}
	live_disconnect(&connection);
	return longest_s;
}

/* Leaders take turns, so that each who is killed is soon missed as one. */
static void measure_kills(struct run *run)
{
	double gaps_s[VALIDATORS] = {0};

	for (size_t i = 0; i < VALIDATORS; i++) {
		/* Node 0 last: the others tell of it. */
		size_t killed = (i + 1) % VALIDATORS;
		struct background background;
		struct live_node others[VALIDATORS];
		size_t count = 0;

		for (size_t k = 0; k < VALIDATORS; k++)
			if (k != killed)
				others[count++] = run->nodes[k];
		await_mesh(run);
		start_behind(run, &background, others, count, KILL_RATE, KILL_WATCH_S + 1);
		live_node_kill(&run->nodes[killed]);
		gaps_s[i] = longest_gap_s(&others[0], KILL_WATCH_S);
		pthread_join(background.thread, NULL);
		live_node_restart(&run->nodes[killed]);
		await(&run->nodes[killed], "chain.get_head", "height",
		      ask_u64(&others[0], "chain.get_head", "height"));
	}
	printf("longest without a block, when  %12.2f s  %.2f s  %.2f s  %.2f s (each killed in turn)\n",
	       gaps_s[0], gaps_s[1], gaps_s[2], gaps_s[3]);
}

static void measure_three(struct run *run)
{
	struct load_result load;
	double rate;

	live_node_stop(&run->nodes[VALIDATORS - 1]);
	rate = run_load(run, &load, VALIDATORS - 1);
	printf("finalised by three of four     %12.0f tx/s\n", rate);
	printf("three / four                   %12.3f        (aim 0.7)\n", rate / run->rate);
	live_node_restart(&run->nodes[VALIDATORS - 1]);
}

/* -- All of it ------------------------------------------------------------------------------------------ */

static void prepare(struct run *run, size_t cores)
{
	struct live_connection watch;
	double full_s = 2 * run->options->seconds + LATENCY_S + 4;

	for (size_t i = 0; i < VALIDATORS; i++)
		live_node_restart(&run->nodes[i]);
	await_mesh(run);
	live_connect(&watch, &run->nodes[0]);
	/* Each node verifies each of them, so a fourth of the raw rate is the most there can be. */
	workload_make(&run->workload, &watch,
	              (size_t)(run->raw.rate / VALIDATORS * full_s) + 3 * WINDOW, cores);
	live_disconnect(&watch);
	printf("a transaction                  %12.1f bytes  (%zu signed)\n",
	       (double)run->workload.byte_count / (double)run->workload.count,
	       run->workload.count);
}

void bench_network(const struct bench_options *options)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	size_t cores = online > 0 ? (size_t)online : 1;
	struct run *run = calloc(1, sizeof *run);

	if (!run)
		live_fail("out of memory");
	run->options = options;
	bench_raw_verifications(&run->raw, options->seconds < 10 ? 2 : 5, cores);
	printf("raw signature checks           %12.0f /s     (%zu cores; CPU of one %.1f us)\n",
	       run->raw.rate, cores, run->raw.cpu_s * 1e6);
	live_network_make(run->nodes, VALIDATORS, 1, options->bin, options->folder);
	prepare(run, cores);
	measure_rate(run);
	measure_catch_up(run);
	measure_latency(run, 10);
	measure_latency(run, 70);
	measure_kills(run);
	measure_three(run);
	for (size_t i = 0; i < VALIDATORS; i++)
		live_node_stop(&run->nodes[i]);
	workload_free(&run->workload);
	if (!options->keep)
		live_node_remove(&run->nodes[0]);
	free(run);
}
