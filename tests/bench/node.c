/* One node: what it finalises, how long it takes, what it needs. */
#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>

static void print_load(const struct load_result *load, double raw)
{
	double rate = (double)load->final_count / load->seconds;

	printf("finalised                      %12.0f tx/s   (%.1f s, %llu sent again)\n", rate,
	       load->seconds, (unsigned long long)load->retried);
	printf("finalised / raw                %12.3f\n", rate / raw);
	printf("node CPU for each              %12.1f us/tx\n",
	       load->node_cpu_s * 1e6 / (double)load->final_count);
}

static void measure_disk(struct live_node *node, const struct workload *workload,
                         uint64_t tx_count)
{
	double per_tx = (double)workload->byte_count / (double)workload->count;
	uint64_t before, after;

	live_node_stop(node);
	before = live_node_disk_bytes(node);
	live_node_command(node, "compact");
	after = live_node_disk_bytes(node);
	printf("disk / transaction bytes       %12.3f        (%.3f before compaction)\n",
	       (double)after / (per_tx * (double)tx_count),
	       (double)before / (per_tx * (double)tx_count));
	printf("restart                        %12.3f s\n", live_node_restart(node));
	live_node_stop(node);
}

static void measure_latency(const struct live_node *node, const struct workload *workload,
                            double raw, double rate)
{
	struct latency_result latency;
	struct latency_plan plan = {
		.nodes = node,
		.node_count = 1,
		.workload = workload,
		.first = workload->count - (size_t)(raw * 2),
		.last = workload->count,
		.rate = rate,
		.seconds = 10,
	};

	latency_run(&latency, &plan);
	printf("submit to final, at 10 %%       %12.2f ms p50 %.2f ms p99 %.2f ms max "
	       "(%.0f tx/s, %zu)\n",
	       latency.p50_ms, latency.p99_ms, latency.max_ms, latency.rate, latency.count);
}

void bench_node(const struct bench_options *options)
{
	size_t cores = bench_cores();
	struct live_connection watch;
	struct workload workload;
	struct load_result load;
	struct live_node node;
	struct load_plan plan;
	uint64_t tx_count;
	struct raw_result checks;
	double raw;

	bench_raw_verifications(&checks, options->seconds < 10 ? 2 : 5, cores);
	raw = checks.rate;
	printf("raw signature checks           %12.0f /s     (%zu cores)\n", raw, cores);
	live_node_start(&node, options->bin, options->folder);
	live_connect(&watch, &node);
	/* No node can finalise more than it can verify; the latency run comes on top. */
	workload_make(&workload, &watch, (size_t)(raw * (options->seconds + 3)), cores);
	live_disconnect(&watch);
	printf("a transaction                  %12.1f bytes  (%zu signed)\n",
	       (double)workload.byte_count / (double)workload.count, workload.count);
	plan = (struct load_plan){
		.nodes = &node,
		.node_count = 1,
		.workload = &workload,
		.last = workload.count,
		.seconds = options->seconds,
	};
	load_run(&load, &plan);
	print_load(&load, raw);
	measure_latency(&node, &workload, raw, (double)load.final_count / load.seconds / 10);
	printf("peak memory                    %12.1f MiB\n",
	       (double)live_node_peak_memory(&node) / (1 << 20));
	live_connect(&watch, &node);
	live_call(&watch, "chain.get_head", "{}");
	tx_count = live_answer_u64(&watch, "tx_count");
	live_disconnect(&watch);
	measure_disk(&node, &workload, tx_count);
	bench_audit_of(&node, tx_count, cores);
	workload_free(&workload);
	if (!options->keep)
		live_node_remove(&node);
}
