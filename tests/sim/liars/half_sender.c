/* Sends everything to half of the others only, to another half every few seconds. Who misses
 * a vote gets the certificate of those who did not (G2, G3), or gives the view up. */
#include "tests/sim/liars/liars.h"

static bool on_send(struct sim *sim, uint16_t node, uint16_t to, struct bytes_view bytes)
{
	uint64_t turn = sim->now_us / (3 * SIM_SECOND_US);

	(void)bytes;
	if (((to ^ node) >> (turn % 3) & 1) == 0)
		return true;
	sim->faults[CHAOS_LIE]++;
	return false;
}

const struct liar liar_half_sender = {
	.name = "half sender",
	.on_send = on_send,
};
