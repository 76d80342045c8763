/* What goes wrong, besides single messages: crashes, cuts, pauses, slow disks, clocks. */
#include "tests/sim/wired.h"

static void push_later(struct sim *sim, enum event_kind kind, uint16_t node, uint64_t late_us)
{
	struct event event = {.at_us = sim->now_us + late_us, .kind = kind, .node = node};

	queue_push(&sim->queue, &event);
}

static void crash(struct sim *sim, uint16_t node)
{
	sim->faults[CHAOS_CRASH]++;
	node_crash(sim, node);
	push_later(sim, EVENT_RESTART, node, lots_below(&sim->lots, 4 * SIM_SECOND_US));
}

/* The disk is lost, or an old copy of all but the mark is put in its place. Votes that are
 * forgotten count as a fault like lies do. */
static void forget_disk(struct sim *sim, uint16_t index)
{
	struct node *node = &sim->nodes[index];
	bool with_mark = lots_below(&sim->lots, 2) == 0;

	if (node->liar || node->is_amnesiac || !set_may_forget(sim, node))
		return;
	sim->faults[with_mark ? CHAOS_TURN_BACK : CHAOS_WIPE]++;
	crash(sim, index);
	sim_say(sim, index, with_mark ? "its disk is turned back" : "its disk is lost");
	disk_wipe(&node->disk, sim, with_mark);
	if (sim_wired)
		sim_wired->forget(sim, index);
	node->is_amnesiac = true;
	node->amnesia_count = sim->decided_count;
	node->checked_height = 0;
}

/* Some nodes from the others: both ways, or what they say, or what they hear. */
static void cut(struct sim *sim)
{
	uint32_t side = lots_u32(&sim->lots);
	unsigned way = lots_u32(&sim->lots) % 3;

	sim->faults[CHAOS_CUT]++;
	for (uint16_t i = 0; i < sim->node_count; i++) {
		for (uint16_t j = 0; j < sim->node_count; j++) {
			bool is_out = (side >> i & 1) != 0 && (side >> j & 1) == 0;
			bool is_in = (side >> i & 1) == 0 && (side >> j & 1) != 0;

			sim->links[i][j].is_cut = (is_out && way != 1) || (is_in && way != 2);
		}
	}
}

static void mend(struct sim *sim)
{
	for (uint16_t i = 0; i < sim->node_count; i++)
		for (uint16_t j = 0; j < sim->node_count; j++)
			sim->links[i][j].is_cut = false;
}

static void crash_all(struct sim *sim)
{
	for (uint16_t i = 0; i < sim->node_count; i++)
		crash(sim, i);
}

void faults_turn(struct sim *sim)
{
	const struct rates *rates = &sim->rates;
	uint32_t weights = rates->crash + rates->cut + rates->pause + rates->slow_disk +
	                   rates->skew + rates->wipe;
	uint16_t node = (uint16_t)lots_below(&sim->lots, sim->node_count);
	uint32_t drawn;

	if (sim->is_healed || rates->fault_every_us == 0 || weights == 0)
		return;
	drawn = lots_u32(&sim->lots) % weights;
	push_later(sim, EVENT_FAULT, 0, 1 + lots_below(&sim->lots, 2 * rates->fault_every_us));
	if (drawn < rates->crash) {
		if (lots_below(&sim->lots, 12) == 0)
			crash_all(sim);
		else
			crash(sim, node);
	} else if (drawn < rates->crash + rates->cut) {
		if (lots_below(&sim->lots, 2) == 0)
			cut(sim);
		else
			mend(sim);
	} else if (drawn < rates->crash + rates->cut + rates->pause) {
		sim->faults[CHAOS_PAUSE]++;
		sim->nodes[node].paused_until_us =
			sim->now_us + lots_below(&sim->lots, 5 * SIM_SECOND_US);
	} else if (drawn < weights - rates->skew - rates->wipe) {
		sim->faults[CHAOS_SLOW_DISK]++;
		sim->nodes[node].slow_until_us =
			sim->now_us + lots_below(&sim->lots, 5 * SIM_SECOND_US);
	} else if (drawn < weights - rates->skew) {
		forget_disk(sim, node);
	} else {
		sim->faults[CHAOS_SKEW]++;
		sim->nodes[node].skew_ms =
			(int64_t)lots_below(&sim->lots, 2 * rates->skew_ms + 1) -
			(int64_t)rates->skew_ms;
	}
}

void faults_heal(struct sim *sim)
{
	sim->is_healed = true;
	mend(sim);
	for (uint16_t i = 0; i < sim->node_count; i++) {
		sim->nodes[i].paused_until_us = 0;
		sim->nodes[i].slow_until_us = 0;
		sim->nodes[i].skew_ms = 0;
		if (!sim->nodes[i].is_up)
			node_start(sim, i);
	}
}
