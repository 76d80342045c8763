/* Signs in time and lets go of it late, each kind of message by a time of its own. A late vote
 * for an earlier view may complete a certificate of a view that others gave up: both can be
 * (C2), but a final view never excludes a nullified one (V4, V5). */
#include "tests/sim/liars/liars.h"

static bool on_send(struct sim *sim, uint16_t node, uint16_t to, struct bytes_view bytes)
{
	uint64_t most_us = SIM_SECOND_US * (uint64_t)(1 + bytes.at[0] % 4);

	sim->faults[CHAOS_LIE]++;
	network_send_late(sim, node, to, bytes, lots_below(&sim->lots, most_us));
	return false;
}

const struct liar liar_delayed_releaser = {
	.name = "delayed releaser",
	.on_send = on_send,
};
