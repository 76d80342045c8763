/* The p2p core under the nodes. Between two nodes there is a connection, made by handshake, over
 * which bytes flow in order, late, and not at all; it breaks, and is made anew by who calls whom.
 * Transactions go by the relay, and nodes find each other by the finder. bin/sim has none of it
 * (no_wire.c): all are connected, and messages are handed over as they are; in bin/sim-wire it is
 * node/p2p (wire/). */
#ifndef TESTS_SIM_WIRED_H
#define TESTS_SIM_WIRED_H

#include "tests/sim/sim.h"

struct wired {
	/* The rates are drawn; what does not fit is changed. */
	void (*draw)(struct sim *sim);
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
	/* The disk of a node that is down was lost. */
	void (*forget)(struct sim *sim, uint16_t node);

	/* Whom the drive of a node means by the number of a peer; UINT16_MAX: nobody any more. */
	uint16_t (*other)(uint16_t node, uint16_t number);
	/* For transactions that came as a message of the peer of this number, or of WORLD_SELF: the
	 * serial for `submitted`. False: they are not read now. */
	bool (*source)(struct sim *sim, uint16_t node, uint16_t number, uint64_t *serial);
	/* The pool has decided on one; of clients and of itself the source is WORLD_SELF. */
	void (*submitted)(struct sim *sim, uint16_t node, const struct submission *submission,
	                  uint16_t source, uint64_t serial);
	/* There is a new block on its disk. */
	void (*stored)(struct sim *sim, uint16_t node);

	/* After healing: how long it may take until every honest validator is connected with all
	 * others; NULL: it is so, else what is lacking. */
	uint64_t (*mesh_most_us)(const struct sim *sim);
	const char *(*mesh_lacks)(struct sim *sim);
	/* When the clients are silent: NULL: all that is valid is final, and nobody waits for
	 * anything. */
	const char *(*settled_lacks)(struct sim *sim);
};

extern const struct wired *const sim_wired; /* NULL: none */

#endif
