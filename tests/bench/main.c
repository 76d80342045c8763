/* cairn-bench: one run, one page of figures.
 *
 *     cairn-bench [proofs] [--seconds N] [--folder DIR] [--bin DIR] [--keep]
 *
 * With `proofs` it is receipts that are measured, and nothing else.
 *
 * Everything is measured against raw signature checks in the same run, because machines
 * differ and one machine differs from minute to minute. */
#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct options {
	double seconds;
	const char *folder;
	char bin[4096];
	bool keep;
	bool is_proofs;
};

static void read_options(struct options *options, int argc, char **argv)
{
	*options = (struct options){.seconds = 60, .folder = "/tmp"};
	snprintf(options->bin, sizeof options->bin, "%s", argv[0]);
	/* The programs lie beside this one. */
	if (strrchr(options->bin, '/'))
		*strrchr(options->bin, '/') = '\0';
	for (int i = 1; i < argc; i++) {
		bool has_value = i + 1 < argc;

		if (strcmp(argv[i], "proofs") == 0 && i == 1)
			options->is_proofs = true;
		else if (strcmp(argv[i], "--keep") == 0)
			options->keep = true;
		else if (strcmp(argv[i], "--seconds") == 0 && has_value)
			options->seconds = atof(argv[++i]);
		else if (strcmp(argv[i], "--folder") == 0 && has_value)
			options->folder = argv[++i];
		else if (strcmp(argv[i], "--bin") == 0 && has_value)
			snprintf(options->bin, sizeof options->bin, "%s", argv[++i]);
		else
			live_fail("usage: cairn-bench [proofs] [--seconds N] [--folder DIR] [--bin DIR] [--keep]");
	}
	if (options->seconds < 1)
		live_fail("--seconds is at least 1");
}

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

static int measure_proofs(const struct options *options, size_t cores)
{
	double raw = bench_raw_verifications(2, cores);
	struct proofs_result proofs;
	struct live_connection watch;
	struct workload workload;
	struct load_result load;
	struct live_node node;

	live_node_start(&node, options->bin, options->folder);
	live_connect(&watch, &node);
	/* What raw checks do in a second, a node has in its ledger after several. */
	workload_make(&workload, &watch, (size_t)raw, cores);
	live_disconnect(&watch);
	load_run(&load, &node, &workload, 12);
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
	return EXIT_SUCCESS;
}

/* Offline, on all cores. The yardstick is taken anew: minutes have gone by. */
static void measure_audit(const struct live_node *node, uint64_t tx_count, size_t cores)
{
	double raw = bench_raw_verifications(3, cores), start_s = live_now_s(), rate;

	live_node_command(node, "audit");
	rate = (double)tx_count / (live_now_s() - start_s);
	printf("audit                          %12.0f tx/s   (%llu)\n", rate,
	       (unsigned long long)tx_count);
	printf("audit / raw                    %12.3f        (raw %.0f /s)\n", rate / raw, raw);
}

int main(int argc, char **argv)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	size_t cores = online > 0 ? (size_t)online : 1;
	struct latency_result latency;
	struct live_connection watch;
	struct workload workload;
	struct load_result load;
	struct options options;
	struct live_node node;
	double raw, rate;
	uint64_t tx_count;

	read_options(&options, argc, argv);
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (options.is_proofs)
		return measure_proofs(&options, cores);
	raw = bench_raw_verifications(options.seconds < 10 ? 2 : 5, cores);
	printf("raw signature checks           %12.0f /s     (%zu cores)\n", raw, cores);
	live_node_start(&node, options.bin, options.folder);
	live_connect(&watch, &node);
	/* No node can finalise more than it can verify; the latency run comes on top. */
	workload_make(&workload, &watch, (size_t)(raw * (options.seconds + 3)), cores);
	live_disconnect(&watch);
	printf("a transaction                  %12.1f bytes  (%zu signed)\n",
	       (double)workload.byte_count / (double)workload.count, workload.count);
	load_run(&load, &node, &workload, options.seconds);
	print_load(&load, raw);
	rate = (double)load.final_count / load.seconds / 10;
	latency_run(&latency, &node, &workload, workload.count - (size_t)(raw * 2), rate, 10);
	printf("submit to final, at 10 %%       %12.2f ms p50 %.2f ms p99 %.2f ms max "
	       "(%.0f tx/s, %zu)\n",
	       latency.p50_ms, latency.p99_ms, latency.max_ms, latency.rate, latency.count);
	printf("peak memory                    %12.1f MiB\n",
	       (double)live_node_peak_memory(&node) / (1 << 20));
	live_connect(&watch, &node);
	live_call(&watch, "chain.get_head", "{}");
	tx_count = live_answer_u64(&watch, "tx_count");
	live_disconnect(&watch);
	measure_disk(&node, &workload, tx_count);
	measure_audit(&node, tx_count, cores);
	workload_free(&workload);
	if (!options.keep)
		live_node_remove(&node);
	return EXIT_SUCCESS;
}
