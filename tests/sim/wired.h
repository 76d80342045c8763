/* Real sessions under the messages: between two nodes there is a connection, made by handshake,
 * over which bytes flow in order, late, and not at all; it breaks, and is made anew. bin/sim has
 * none (no_wire.c) and passes messages as they are; in bin/sim-wire it is node/p2p (wire/). */
#ifndef TESTS_SIM_WIRED_H
#define TESTS_SIM_WIRED_H

#include "tests/sim/sim.h"

struct wired {
	/* All nodes are known, and none is up. */
	void (*begin)(struct sim *sim);
	void (*end)(struct sim *sim);
	/* A node is up; it went down without a word. */
	void (*start)(struct sim *sim, uint16_t node);
	void (*crash)(struct sim *sim, uint16_t node);
	/* From the drive. Later by `late_us`. */
	void (*send)(struct sim *sim, uint16_t from, uint16_t to, struct bytes_view bytes,
	             uint64_t late_us);
	void (*blame)(struct sim *sim, uint16_t node, uint16_t peer);
	/* EVENT_WIRE. */
	void (*handle)(struct sim *sim, struct event *event);
};

extern const struct wired *const sim_wired; /* NULL: none */

#endif
