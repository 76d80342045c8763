/* Who is let in: whom the ledger's roster has, and whom the operator named in p2p.peers. In
 * an open network everybody; then they say only whose places are kept.
 *
 *   READY ──a block changed it──► READING (a worker) ──► READY, with the new roster
 *                                    └─another did──► READING again when it is back
 *
 * All of it on the loop, but for the reading itself. */
#ifndef NODE_SHELL_DOORKEEPER_H
#define NODE_SHELL_DOORKEEPER_H

#include "node/shell/roster.h"

struct node;

struct doorkeeper {
	struct node *node;
	struct roster *roster;
	const struct net_target *named; /* by the operator */
	size_t named_count;
	bool is_reading;
	bool is_stale; /* changed again meanwhile */
};

/* Reads the first roster. `named` is borrowed. */
MUST_CHECK enum status doorkeeper_start(struct doorkeeper *keeper, struct node *node,
                                       const struct net_target *named, size_t named_count,
                                       struct why *why);
/* When the loop is closed. */
void doorkeeper_free(struct doorkeeper *keeper);

/* Who is it to us? */
enum net_standing doorkeeper_standing(const struct doorkeeper *keeper,
                                      const struct node_id *id);
/* May it be connected with us at all? */
bool doorkeeper_admits(const struct doorkeeper *keeper, const struct node_id *id);

/* A block was stored that changed the roster: read it anew; whoever is not in it any more
 * is disconnected, new validators are dialed. */
void doorkeeper_refresh(struct doorkeeper *keeper);

/* No reading is under way. */
static inline bool doorkeeper_is_idle(const struct doorkeeper *keeper)
{
	return !keeper->is_reading;
}

#endif
