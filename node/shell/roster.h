/* The roster: which nodes the ledger lets in, as the loop needs it: in memory.
 *
 *     state: validators, their nodes ──┐
 *            the list of node.set ─────┴─► roster ──► admits, standing; whom to dial
 *
 * It is read anew by a worker when a block changed what it is made of, and put in the
 * place of the one before. */
#ifndef NODE_SHELL_ROSTER_H
#define NODE_SHELL_ROSTER_H

#include "chain/store/view.h"
#include "node/net/net.h"

enum { ROSTER_NODES_MAX = NODES_LISTED_MAX + VALIDATORS_MAX };

struct roster_node {
	struct node_id id;
	uint64_t from_height; /* it may connect when the newest block has this height */
	bool is_validator;    /* a validator's own */
};

struct roster {
	size_t count;
	struct roster_node nodes[ROSTER_NODES_MAX]; /* sorted by id */
	size_t target_count;
	struct net_target targets[VALIDATORS_MAX]; /* validators whose address is known */
};

/* As of the newest block of the view. STATUS_CORRUPT, STATUS_MEMORY and those of the store.
 * Free it with memory_free. */
MUST_CHECK enum status roster_read(struct roster **roster, struct store_view *view,
                                   struct why *why);

/* Is this node in it, when the newest block has this height? */
bool roster_has(const struct roster *roster, const struct node_id *id, uint64_t height);
/* As a validator's? */
bool roster_has_validator(const struct roster *roster, const struct node_id *id);

/* All of them, also whose height is not reached yet: sorted, none twice; how many. */
size_t roster_ids(const struct roster *roster, struct node_id ids[ROSTER_NODES_MAX]);

/* Is this a validator's node, and reached at this very address? */
bool roster_dials(const struct roster *roster, const struct net_target *target);

/* Did this block change what a roster is made of? Any thread, of a sealed draft. */
bool roster_is_changed_by(const struct draft *draft);

#endif
