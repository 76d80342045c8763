/* How long things take, in the time of the simulation: links of 10 ms, disks of 1 ms, four
 * validators, nobody lies. What is promised of it is demanded. */
#include "tests/sim/sim.h"

#include "chain/ledger/validators.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	LINK_US = 10000,
	DISK_US = 1000,
	EXECUTE_US = 500,
	WARM_US = 5 * SIM_SECOND_US, /* streams are made, delays are measured */
	LOAD_US = 10 * SIM_SECOND_US,
	CUT_US = 10 * SIM_SECOND_US,
	CUTS = 50,
	HEAL_MOST_US = 5 * SIM_SECOND_US,
	/* Links and disks in a row, what is executed, a millisecond for each wait that is rounded. */
	FINAL_MOST_US = 3 * LINK_US + 4 * DISK_US + 2 * EXECUTE_US + 3000,
	INTERVAL_MOST_US = 2 * LINK_US + 2 * DISK_US + 2 * EXECUTE_US + 3000,
};

static struct rates plain_rates(size_t validators, uint64_t client_every_us)
{
	return (struct rates){
		.validators = validators,
		.delay_us = LINK_US,
		.disk_us = DISK_US,
		.execute_us = EXECUTE_US,
		.client_every_us = client_every_us,
		.chaos_us = WARM_US,
		.term_length = 1,
	};
}

static int compare_u64(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

static uint64_t median(uint64_t *values, size_t count)
{
	if (count == 0)
		return UINT64_MAX;
	qsort(values, count, sizeof *values, compare_u64);
	return values[count / 2];
}

static bool demand(const char *what, uint64_t took_us, uint64_t most_us)
{
	printf("%-58s %7.1f ms, at most %.1f\n", what, (double)took_us / 1000,
	       (double)most_us / 1000);
	return took_us <= most_us;
}

/* The leader's clock when it began the block. */
static uint64_t built_us(const struct sim *sim, uint64_t height)
{
	return (sim->nodes[0].disk.blocks[height].header.time_ms - SIM_WALL_MS) * 1000;
}

/* -- The good case ----------------------------------------------------------------------------- */

static bool good_case(void)
{
	struct rates rates = plain_rates(4, 2000);
	struct sim *sim = sim_open(1, &rates, false);
	static uint64_t finals[SIM_HEIGHTS_MAX], intervals[SIM_HEIGHTS_MAX];
	size_t first, count = 0;
	bool is_good;

	sim_run_until(sim, WARM_US);
	first = sim->nodes[0].disk.block_count;
	sim_run_until(sim, WARM_US + LOAD_US);
	for (size_t i = first; i < sim->nodes[0].disk.block_count; i++) {
		finals[count] = sim->decided[i].first_us - built_us(sim, i);
		intervals[count++] = built_us(sim, i) - built_us(sim, i - 1);
	}
	printf("%zu blocks in %d s\n", count, LOAD_US / SIM_SECOND_US);
	is_good = demand("a block is begun, and final on a disk (median)", median(finals, count),
	                 FINAL_MOST_US);
	is_good &= demand("and the next one is begun (median)", median(intervals, count),
	                  INTERVAL_MOST_US);
	is_good &= sim->violation[0] == '\0';
	sim_close(sim);
	return is_good;
}

/* -- A leader goes -------------------------------------------------------------------------------- */

static uint16_t present_leader(const struct sim *sim)
{
	const struct consensus *core = &sim->nodes[0].drive->consensus;
	const struct validator *leader =
		&core->epoch.validators.items[epoch_leader(&core->epoch, core->views.current)];
	uint16_t node = 0;

	while (memcmp(&sim->nodes[node].vote_key, &leader->vote_key, sizeof leader->vote_key) != 0)
		node++;
	return node;
}

/* Twice B, which is at its least here, and then a view as in the good case. */
static bool dead_leader(void)
{
	enum { B_LEAST_US = 200000, MOST_US = 2 * B_LEAST_US + FINAL_MOST_US + 3 * LINK_US };
	uint64_t worst_us = 0;
	bool is_good = true;

	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct rates rates = plain_rates(4, 20000);
		struct sim *sim = sim_open(seed, &rates, false);
		size_t before;

		sim_run_until(sim, WARM_US + seed * 1777);
		node_crash(sim, present_leader(sim));
		/* What is on its way comes to its end. */
		sim_run_until(sim, sim->now_us + 6 * LINK_US);
		before = sim->decided_count;
		sim_run_until(sim, sim->now_us + 2 * SIM_SECOND_US);
		is_good &= sim->violation[0] == '\0' && sim->decided_count > before;
		if (sim->decided_count > before) {
			uint64_t took_us =
				sim->decided[before].first_us - sim->decided[before - 1].first_us;

			worst_us = took_us > worst_us ? took_us : worst_us;
		}
		sim_close(sim);
	}
	return is_good &
	       demand("the leader goes: between two final blocks (worst of 20)", worst_us, MOST_US);
}

/* -- A cut heals ------------------------------------------------------------------------------------ */

static void cut_off(struct sim *sim, uint64_t sides)
{
	for (size_t i = 0; i < sim->node_count; i++)
		for (size_t j = 0; j < sim->node_count; j++)
			sim->links[i][j].is_cut = (sides >> i & 1) != (sides >> j & 1);
}

/* Ten seconds long neither side has a quorum. Gives how long it took until all have a new block. */
static uint64_t heal_once(uint64_t seed)
{
	struct rates rates = plain_rates(4 + seed % 7, 50000);
	struct sim *sim = sim_open(seed, &rates, false);
	uint64_t sides = 0, healed_us, took_us = UINT64_MAX;
	size_t wanted;

	for (size_t i = 0; i < sim->node_count / 2; i++)
		sides |= UINT64_C(1) << 2 * i;
	sim_run_until(sim, WARM_US + seed * 977);
	cut_off(sim, sides);
	sim_run_until(sim, sim->now_us + CUT_US);
	cut_off(sim, 0);
	healed_us = sim->now_us;
	wanted = sim->decided_count;
	sim_run_until(sim, healed_us + 2 * HEAL_MOST_US);
	if (sim->decided_count > wanted && sim->violation[0] == '\0')
		took_us = sim->decided[wanted].last_us - healed_us;
	sim_close(sim);
	return took_us;
}

static bool healed_cuts(void)
{
	uint64_t took_us[CUTS];

	for (size_t i = 0; i < CUTS; i++)
		took_us[i] = heal_once(i + 1);
	median(took_us, CUTS);
	printf("%-58s %7.1f ms\n", "a cut into halves heals: all have a new block (median)",
	       (double)took_us[CUTS / 2] / 1000);
	return demand("the same (worst of 50)", took_us[CUTS - 1], HEAL_MOST_US);
}

/* -- A hundred validators --------------------------------------------------------------------------- */

/* A third of them stops, and comes again. */
static bool hundred(void)
{
	enum { VALIDATORS = 100, FAULTS = 33, GONE_S = 4 };
	struct rates rates = plain_rates(VALIDATORS, 100000);
	struct sim *sim = sim_open(1, &rates, false);
	size_t before, whole, third;
	bool is_good;

	sim_run_until(sim, WARM_US / 5);
	before = sim->decided_count;
	sim_run_until(sim, sim->now_us + SIM_SECOND_US);
	whole = sim->decided_count - before;
	for (uint16_t i = 0; i < FAULTS; i++)
		node_crash(sim, (uint16_t)(i * 3));
	before = sim->decided_count;
	sim_run_until(sim, sim->now_us + GONE_S * SIM_SECOND_US);
	third = sim->decided_count - before;
	for (uint16_t i = 0; i < FAULTS; i++)
		node_start(sim, (uint16_t)(i * 3));
	sim_run_until(sim, sim->now_us + SIM_SECOND_US);
	sim->is_quiet = true;
	sim_run_until(sim, sim->now_us + 3 * SIM_SECOND_US);
	printf("of 100 validators: %zu blocks in 1 s; 33 stop: %zu in %d s; %llu messages\n", whole,
	       third, GONE_S, (unsigned long long)sim->messages);
	is_good = whole > 0 && third > 0 && check_all_equal(sim) && sim->violation[0] == '\0';
	sim_close(sim);
	return is_good;
}

bool sim_figures(void)
{
	bool is_good = good_case();

	is_good &= dead_leader();
	is_good &= healed_cuts();
	is_good &= hundred();
	return is_good;
}
