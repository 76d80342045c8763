/* Links that lose, double, delay, reorder, and are cut one way or both. */
#include "tests/sim/wired.h"

#include <stdlib.h>

bool network_is_open(const struct sim *sim, uint16_t from, uint16_t to)
{
	return !sim->links[from][to].is_cut;
}

uint64_t network_delay(struct sim *sim)
{
	const struct rates *rates = &sim->rates;
	uint64_t delay_us = rates->delay_us + lots_below(&sim->lots, rates->delay_spread_us + 1);

	if (!sim->is_healed && lots_hit(&sim->lots, rates->long_delay)) {
		sim->faults[CHAOS_DELAYED]++;
		delay_us += lots_below(&sim->lots, 5 * SIM_SECOND_US);
	}
	return delay_us;
}

void network_send_late(struct sim *sim, uint16_t from, uint16_t to, struct bytes_view bytes,
                       uint64_t late_us)
{
	struct event event = {
		.at_us = sim->now_us + network_delay(sim) + late_us,
		.kind = EVENT_MESSAGE,
		.node = to,
		.from = from,
		.life = sim->nodes[to].life,
		.size = bytes.size,
	};

	if (sim_wired)
		sim_wired->send(sim, from, to, bytes, late_us);
	if (sim_wired || !sim->nodes[to].is_up || !network_is_open(sim, from, to))
		return;
	event.job = malloc(bytes.size + 1);
	if (!event.job)
		abort();
	memcpy(event.job, bytes.at, bytes.size);
	queue_push(&sim->queue, &event);
	sim->messages++;
	sim->bytes += bytes.size;
}

void network_send(struct sim *sim, uint16_t from, uint16_t to, struct bytes_view bytes)
{
	if (!sim_wired && !sim->is_healed && lots_hit(&sim->lots, sim->rates.loss)) {
		sim->faults[CHAOS_LOST]++;
		return;
	}
	network_send_late(sim, from, to, bytes, 0);
	if (!sim_wired && !sim->is_healed && lots_hit(&sim->lots, sim->rates.doubles)) {
		sim->faults[CHAOS_DOUBLED]++;
		network_send_late(sim, from, to, bytes, 0);
	}
}
