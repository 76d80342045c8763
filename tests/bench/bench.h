/* cairn-bench: what a node or a network does, from outside, as ratios within one run. */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include "tests/live/live.h"

enum {
	BENCH_BATCH = 1000,    /* calls of one body */
	BENCH_CONNECTIONS = 4, /* that carry batches */
};

/* -- raw.c ------------------------------------------------------------------------------- */

struct raw_result {
	double rate;  /* checks a second, all cores: what was left of a machine that others use too */
	double cpu_s; /* of one check, whoever else uses the machine */
};

/* Signature checks of libsecp256k1 alone, for about `seconds`. */
void bench_raw_verifications(struct raw_result *result, double seconds, size_t cores);

/* -- load.c --------------------------------------------------------------------------------- */

struct load_plan {
	const struct live_node *nodes; /* the connections are dealt out to these */
	size_t node_count;
	const struct workload *workload;
	size_t first, last; /* transactions of the workload: first <= i < last */
	double rate;        /* to submit a second; 0: as fast as they are taken */
	size_t window;      /* taken and not final at most; 0: whatever the pool takes */
	double seconds;
};

struct load_result {
	uint64_t final_count;  /* transactions that became final within `seconds`, at nodes[0] */
	double seconds;
	double node_cpu_s;     /* of all the nodes */
	uint64_t retried;      /* answered with "later" and sent again */
	size_t next;           /* transaction that was not sent */
};

/* Batches over BENCH_CONNECTIONS for so long, or until all are sent; then until all that was
 * taken is final. */
void load_run(struct load_result *result, const struct load_plan *plan);

struct latency_plan {
	const struct live_node *nodes; /* the callers are dealt out to these */
	size_t node_count;
	const struct workload *workload;
	size_t first, last;
	double rate;                   /* calls a second */
	double seconds;
};

struct latency_result {
	size_t count;
	double p50_ms, p99_ms, max_ms;
	double rate; /* submissions a second, as carried out */
};

/* tx.submit_and_wait, one transaction a call. */
void latency_run(struct latency_result *result, const struct latency_plan *plan);

/* -- node.c, network.c, audit.c, proofs.c ------------------------------------------------------ */

struct bench_options {
	size_t tx_count;    /* of the ledger that proofs and audit make */
	double seconds;     /* of each run under full load */
	const char *folder; /* where the nodes live */
	char bin[4096];     /* where cairnd is */
	bool keep;          /* what they wrote stays */
};

void bench_node(const struct bench_options *options);
void bench_network(const struct bench_options *options);
void bench_proofs(const struct bench_options *options);
void bench_audit(const struct bench_options *options);

size_t bench_cores(void);

/* A new node with `tx_count` transactions in its ledger, all final; it runs. */
void bench_fill(struct live_node *node, struct workload *workload,
                const struct bench_options *options);

/* `cairnd audit` of a stopped node's ledger, on all cores, against raw checks before and after. */
void bench_audit_of(const struct live_node *node, uint64_t tx_count, size_t cores);

#endif
