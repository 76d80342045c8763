/* One node: what it finalises, how long it takes, what it needs. */
#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

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

/* Offline, on all cores. The yardstick is taken anew: minutes have gone by. */
static void measure_audit(const struct live_node *node, uint64_t tx_count, size_t cores)
{
	double start_s, rate;
	struct raw_result raw;

	bench_raw_verifications(&raw, 3, cores);
	start_s = live_now_s();
	live_node_command(node, "audit");
	rate = (double)tx_count / (live_now_s() - start_s);
	printf("audit                          %12.0f tx/s   (%llu)\n", rate,
	       (unsigned long long)tx_count);
	printf("audit / raw                    %12.3f        (raw %.0f /s)\n", rate / raw.rate,
	       raw.rate);
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
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	size_t cores = online > 0 ? (size_t)online : 1;
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
	measure_audit(&node, tx_count, cores);
	workload_free(&workload);
	if (!options->keep)
		live_node_remove(&node);
}

void bench_proofs(const struct bench_options *options)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	size_t cores = online > 0 ? (size_t)online : 1;
	struct raw_result checks;
	struct proofs_result proofs;
	struct live_connection watch;
	struct workload workload;
	struct load_result load;
	struct live_node node;
	double raw;

	bench_raw_verifications(&checks, 2, cores);
	raw = checks.rate;
	live_node_start(&node, options->bin, options->folder);
	live_connect(&watch, &node);
	/* What raw checks do in a second, a node has in its ledger after several. */
	workload_make(&workload, &watch, (size_t)raw, cores);
	live_disconnect(&watch);
	load_run(&load, &(struct load_plan){
						.nodes = &node,
						.node_count = 1,
						.workload = &workload,
						.last = workload.count,
						.seconds = 12,
					});
	proofs_run(&proofs, &node, &workload, workload.count, options->seconds);
	printf("raw signature checks           %12.0f /s     (%zu cores)\n", raw, cores);
	printf("log                            %12zu transactions\n", workload.count);
	printf("receipts                       %12.0f /s     (one connection, %zu in all)\n",
	       (double)proofs.count / proofs.seconds, proofs.count);
	printf("receipts / s of node CPU       %12.0f\n",
	       (double)proofs.count / proofs.node_cpu_s);
	printf("a receipt                      %12zu bytes\n", proofs.size);
	printf("checking one                   %12.1f us     (%.2f raw checks)\n",
	       proofs.check_us, proofs.check_us * raw / (1e6 * (double)cores));
	workload_free(&workload);
	live_node_stop(&node);
	if (!options->keep)
		live_node_remove(&node);
}
