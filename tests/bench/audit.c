/* cairnd audit: every block of a ledger replayed and every signature checked, on all cores. */
#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

/* Enough for a machine that is forty times as slow as the one at hand. */
enum { FILL_SECONDS_MAX = 600 };

static const double RAW_S = 3;

size_t bench_cores(void)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);

	return online > 0 ? (size_t)online : 1;
}

static uint64_t ask_tx_count(const struct live_node *node)
{
	struct live_connection connection;
	uint64_t count;

	live_connect(&connection, node);
	live_call(&connection, "chain.get_head", "{}");
	count = live_answer_u64(&connection, "tx_count");
	live_disconnect(&connection);
	return count;
}

void bench_fill(struct live_node *node, struct workload *workload,
                const struct bench_options *options)
{
	struct live_connection connection;
	struct load_result load;

	live_node_start(node, options->bin, options->folder);
	live_connect(&connection, node);
	/* The streams that they write to are the first transactions. */
	workload_make(workload, &connection, options->tx_count - LIVE_STREAMS, bench_cores());
	live_disconnect(&connection);
	load_run(&load, &(struct load_plan){
						.nodes = node,
						.node_count = 1,
						.workload = workload,
						.last = workload->count,
						.seconds = FILL_SECONDS_MAX,
					});
	if (ask_tx_count(node) != options->tx_count)
		live_fail("%llu transactions instead of %zu", (unsigned long long)ask_tx_count(node),
		          options->tx_count);
}

/* Of programs that have ended. */
static double children_cpu_s(void)
{
	struct rusage usage;

	getrusage(RUSAGE_CHILDREN, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* The yardstick is taken right before and right after: what else the machine does changes from
 * minute to minute. The CPU's time tells how much of what the audit does is signatures, whoever
 * else uses the machine. */
void bench_audit_of(const struct live_node *node, uint64_t tx_count, size_t cores)
{
	struct raw_result before, after;
	double start_s, seconds, cpu_s, raw, raw_cpu_s;

	bench_raw_verifications(&before, RAW_S, cores);
	start_s = live_now_s();
	cpu_s = children_cpu_s();
	live_node_command(node, "audit");
	seconds = live_now_s() - start_s;
	cpu_s = children_cpu_s() - cpu_s;
	bench_raw_verifications(&after, RAW_S, cores);
	raw = (before.rate + after.rate) / 2;
	raw_cpu_s = (before.cpu_s + after.cpu_s) / 2;
	printf("audit                          %12.0f tx/s   (%llu in %.1f s)\n",
	       (double)tx_count / seconds, (unsigned long long)tx_count, seconds);
	printf("audit / raw                    %12.3f        (raw %.0f and %.0f /s; aim 0.6)\n",
	       (double)tx_count / seconds / raw, before.rate, after.rate);
	printf("CPU of the audit for each      %12.1f us/tx   (of which %.3f a raw check)\n",
	       cpu_s * 1e6 / (double)tx_count, raw_cpu_s * (double)tx_count / cpu_s);
}

void bench_audit(const struct bench_options *options)
{
	struct workload workload;
	struct live_node node;

	bench_fill(&node, &workload, options);
	live_node_stop(&node);
	bench_audit_of(&node, options->tx_count, bench_cores());
	workload_free(&workload);
	if (!options->keep)
		live_node_remove(&node);
}
