/* cairn-bench: what one node does, from outside, as ratios within one run. */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include "tests/live/live.h"

enum {
	BENCH_BATCH = 1000,    /* calls of one body */
	BENCH_CONNECTIONS = 4, /* that carry batches */
};

/* -- raw.c ------------------------------------------------------------------------------- */

/* Signature checks of libsecp256k1 alone, a second, all cores, for about `seconds`. */
double bench_raw_verifications(double seconds, size_t cores);

/* -- load.c --------------------------------------------------------------------------------- */

struct load_result {
	uint64_t final_count;  /* transactions that became final within `seconds` */
	double seconds;
	double node_cpu_s;
	uint64_t retried;      /* answered with "later" and sent again */
};

/* Batches over BENCH_CONNECTIONS, as fast as the node takes them, for `seconds`; then until
 * all of them are final. */
void load_run(struct load_result *result, const struct live_node *node,
              const struct workload *workload, double seconds);

struct latency_result {
	size_t count;
	double p50_ms, p99_ms, max_ms;
	double rate; /* submissions a second, as carried out */
};

/* tx.submit_and_wait, one transaction a call, at `rate` a second, from transaction `first`
 * of the workload on. */
void latency_run(struct latency_result *result, const struct live_node *node,
                 const struct workload *workload, size_t first, double rate,
                 double seconds);

/* -- proofs.c ------------------------------------------------------------------------------- */

struct proofs_result {
	size_t count;      /* receipts given */
	double seconds;
	double node_cpu_s;
	size_t size;       /* of one, bytes */
	double check_us;   /* for whoever checks one, by text and policy */
};

/* receipt.get over one connection, for `seconds`, of the first `tx_count` transactions of the
 * workload, which are in the ledger. */
void proofs_run(struct proofs_result *result, const struct live_node *node,
                const struct workload *workload, size_t tx_count, double seconds);

#endif
