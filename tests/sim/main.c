/* The simulator's command line. A seed that breaks a property is printed with the sentence that
 * does not hold; the same seed again, with --trace, shows how it came to that. */
#include "tests/sim/backing.h"
#include "tests/sim/wired.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum {
	EXIT_USAGE = 2,
	HANG_S = 60, /* of the processor's time: others may keep it busy */
};

static const char *const CHAOS_NAMES[CHAOS_COUNT] = {
	"lost", "doubled", "delayed", "cuts", "crashes", "crashes in a store", "pauses",
	"slow disks", "clocks", "disks lost", "disks turned back",
	"reentries", "storms", "set changes", "lies", "new keys", "liars reported",
	"evidence on chain", "removed for it", "quorums over heads", "quorums over seals",
	"lies of checkpoints",
	"blocks named", "blocks rebuilt", "txs asked for", "blocks asked for",
	"headers asked for", "portions asked for", "asked of a second", "late in catching up",
	"tried by followers", "refused by followers",
};

struct sums {
	uint64_t runs, bad, heights, epochs, simulated_us, messages, txs;
	uint64_t faults[CHAOS_COUNT];
};

/* -- One seed ---------------------------------------------------------------------------------- */

static uint64_t present_seed;

/* A broken INVARIANT, a crash, a hang: the seed that it happened in would be lost otherwise. */
static void on_signal(int number)
{
	char text[128];
	int size = snprintf(text, sizeof text, "seed %" PRIu64 ": signal %d\n", present_seed,
	                    number);

	if (size > 0 && write(STDOUT_FILENO, text, (size_t)size) < 0)
		_exit(EXIT_USAGE);
	signal(number, SIG_DFL);
	raise(number);
}

static void tell_run(uint64_t seed, const struct sim_result *result)
{
	printf("seed %" PRIu64 ": %zu validators, %zu liars", seed, result->validators,
	       result->liars);
	for (size_t i = 0; i < result->liars; i++)
		printf("%s%s", i == 0 ? " (" : ", ", result->sins[i]);
	printf("%s, %" PRIu64 " heights, %" PRIu64 " epochs, %" PRIu64
	       " transactions, %.1f s, healed %.1f s, progress %.1f s, trace %.16s\n",
	       result->liars > 0 ? ")" : "", result->heights, result->epochs, result->txs,
	       (double)result->simulated_us / 1e6, (double)result->heal_us / 1e6,
	       (double)result->progress_us / 1e6, shown_hash(&result->trace).text);
	if (!result->is_good)
		printf("seed %" PRIu64 ": %s; again with 'sim --trace %" PRIu64 "'\n", seed,
		       result->violation, seed);
	fflush(stdout);
}

static void one(struct sums *sums, uint64_t seed, enum sim_signing signing, bool is_traced,
                bool is_loud)
{
	struct sim_result result;

	present_seed = seed;
	setitimer(ITIMER_PROF,
	          &(struct itimerval){.it_value.tv_sec = sim_backing || sim_wired ? 5 * HANG_S : HANG_S},
	          NULL);
	sim_run(&result, seed, signing, is_traced);
	sums->runs++;
	sums->bad += !result.is_good;
	sums->heights += result.heights;
	sums->epochs += result.epochs;
	sums->simulated_us += result.simulated_us;
	sums->messages += result.messages;
	sums->txs += result.txs;
	for (size_t i = 0; i < CHAOS_COUNT; i++)
		sums->faults[i] += result.faults[i];
	if (is_loud || !result.is_good)
		tell_run(seed, &result);
}

static void tell_sums(const struct sums *sums, double seconds)
{
	printf("%" PRIu64 " runs, %" PRIu64 " violations, %.2f simulated hours, %" PRIu64
	       " heights, %" PRIu64 " epochs, %" PRIu64 " transactions, %" PRIu64
	       " messages, %.1f seeds/s\n",
	       sums->runs, sums->bad, (double)sums->simulated_us / 3.6e9, sums->heights,
	       sums->epochs, sums->txs, sums->messages, (double)sums->runs / seconds);
	for (size_t i = 0; i < CHAOS_COUNT; i++)
		printf("  %-20s %" PRIu64 "\n", CHAOS_NAMES[i], sums->faults[i]);
}

/* -- The command line ------------------------------------------------------------------------------ */

struct wish {
	bool is_traced, is_each, is_stopping, is_figures;
	enum sim_signing signing;
	uint64_t seed, runs, from;
};

static bool read_number(uint64_t *number, const char *text)
{
	char *end;

	if (!text || text[0] < '0' || text[0] > '9')
		return false;
	*number = strtoull(text, &end, 10);
	return *end == '\0';
}

/* argv ends with NULL. */
static bool read_wish(struct wish *wish, char **argv)
{
	bool has_seed = false;

	*wish = (struct wish){.from = 1};
	for (char **at = argv + 1; *at; at++) {
		if (strcmp(*at, "--runs") == 0) {
			if (!read_number(&wish->runs, *++at) || wish->runs == 0)
				return false;
		} else if (strcmp(*at, "--from") == 0) {
			if (!read_number(&wish->from, *++at))
				return false;
		} else if (strcmp(*at, "--trace") == 0) {
			wish->is_traced = true;
		} else if (strcmp(*at, "--real") == 0) {
			wish->signing = SIGNING_REAL;
		} else if (strcmp(*at, "--stub") == 0) {
			wish->signing = SIGNING_STUB;
		} else if (strcmp(*at, "--each") == 0) {
			wish->is_each = true;
		} else if (strcmp(*at, "--figures") == 0) {
			wish->is_figures = true;
		} else if (strcmp(*at, "--stop") == 0) {
			wish->is_stopping = true;
		} else {
			if (has_seed || !read_number(&wish->seed, *at))
				return false;
			has_seed = true;
		}
	}
	return has_seed + (wish->runs > 0) + wish->is_figures == 1;
}

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	struct sums sums = {0};
	double start_s = now_s();
	struct wish wish;

	(void)argc;
	if (!read_wish(&wish, argv)) {
		fprintf(stderr, "usage: sim [--real | --stub] SEED | sim --trace SEED | "
		                "sim --runs N [--from SEED] [--each] [--stop] | sim --figures\n");
		return EXIT_USAGE;
	}
	signal(SIGABRT, on_signal);
	signal(SIGSEGV, on_signal);
	signal(SIGPROF, on_signal);
	if (wish.is_figures)
		return sim_figures() ? EXIT_SUCCESS : EXIT_FAILURE;
	if (wish.runs == 0)
		one(&sums, wish.seed, wish.signing, wish.is_traced, true);
	for (uint64_t i = 0; i < wish.runs && !(wish.is_stopping && sums.bad > 0); i++)
		one(&sums, wish.from + i, wish.signing, wish.is_traced, wish.is_each);
	if (wish.runs > 0)
		tell_sums(&sums, now_s() - start_s);
	return sums.bad == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
