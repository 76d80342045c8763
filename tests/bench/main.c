/* cairn-bench: one run, one page of figures.
 *
 *     cairn-bench [node|network|proofs|audit] [--seconds N] [--transactions N] [--folder DIR]
 *                 [--bin DIR] [--keep]
 *
 * Of one node, of four validators as processes of this machine, of receipts and the audit of a
 * ledger with so many transactions, or of the audit alone. Everything is measured against raw
 * signature checks in the same run, because machines differ and one machine differs from minute
 * to minute. */
#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	TXS_MIN = 1000,
	TXS_MAX = 5000000, /* signed in advance, 400 bytes each, they have to fit in memory */
};

static void read_options(struct bench_options *options, int count, char **arguments)
{
	for (int i = 0; i < count; i++) {
		bool has_value = i + 1 < count;

		if (strcmp(arguments[i], "--keep") == 0)
			options->keep = true;
		else if (strcmp(arguments[i], "--seconds") == 0 && has_value)
			options->seconds = atof(arguments[++i]);
		else if (strcmp(arguments[i], "--transactions") == 0 && has_value)
			options->tx_count = (size_t)strtoull(arguments[++i], NULL, 10);
		else if (strcmp(arguments[i], "--folder") == 0 && has_value)
			options->folder = arguments[++i];
		else if (strcmp(arguments[i], "--bin") == 0 && has_value)
			snprintf(options->bin, sizeof options->bin, "%s", arguments[++i]);
		else
			live_fail("usage: cairn-bench [node|network|proofs|audit] [--seconds N] "
			          "[--transactions N] [--folder DIR] [--bin DIR] [--keep]");
	}
	if (options->seconds < 1)
		live_fail("--seconds is at least 1");
	if (options->tx_count < TXS_MIN || options->tx_count > TXS_MAX)
		live_fail("--transactions is from %d to %d", TXS_MIN, TXS_MAX);
}

static const struct mode {
	const char *name;
	double seconds;
	void (*run)(const struct bench_options *options);
} modes[] = {
	{"node", 60, bench_node},
	{"network", 20, bench_network},
	{"proofs", 20, bench_proofs},
	{"audit", 1, bench_audit},
};

int main(int argc, char **argv)
{
	const struct mode *mode = NULL;
	struct bench_options options = {.folder = "/tmp", .tx_count = 100000};
	int first = 1;

	for (size_t i = 0; i < sizeof modes / sizeof *modes && argc > 1; i++)
		if (strcmp(argv[1], modes[i].name) == 0)
			mode = &modes[i];
	first += mode != NULL;
	if (!mode)
		mode = &modes[0];
	options.seconds = mode->seconds;
	snprintf(options.bin, sizeof options.bin, "%s", argv[0]);
	/* The programs lie beside this one. */
	if (strrchr(options.bin, '/'))
		*strrchr(options.bin, '/') = '\0';
	read_options(&options, argc - first, argv + first);
	setvbuf(stdout, NULL, _IOLBF, 0);
	mode->run(&options);
	return EXIT_SUCCESS;
}
