/* Forgets what it signed, and crashes often: after each start it votes as if for the first
 * time in the views it is in. It is one of the f that the quorums allow for (S-a); what it
 * signs twice is evidence against it (X1). */
#include "tests/sim/liars/liars.h"

static void on_crash(struct sim *sim, uint16_t node)
{
	sim->faults[CHAOS_LIE]++;
	disk_forget(&sim->nodes[node].disk, liar_hits(sim, 500000));
}

static void on_turn(struct sim *sim, uint16_t node)
{
	struct event restart = {.kind = EVENT_RESTART, .node = node};

	if (!liar_hits(sim, 40000))
		return;
	node_crash(sim, node);
	restart.at_us = sim->now_us + 1 + lots_below(&sim->lots, SIM_SECOND_US / 10);
	queue_push(&sim->queue, &restart);
}

const struct liar liar_amnesiac = {
	.name = "amnesiac",
	.on_crash = on_crash,
	.on_turn = on_turn,
};
