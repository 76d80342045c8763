/* What nodes tell each other beside consensus, between the network and the pool: transactions by
 * name, and addresses of nodes (finding.h). All of it on the loop; what decides about
 * transactions is node/p2p/relay. */
#ifndef NODE_SHELL_GOSSIP_H
#define NODE_SHELL_GOSSIP_H

#include "node/p2p/discourage.h"
#include "node/p2p/relay.h"
#include "node/shell/finding.h"
#include "node/shell/ingress.h"

#include <uv.h>

struct node;

struct gossip {
	struct node *node;
	struct relay *relay;
	uv_timer_t timer;
	uint64_t due_ms; /* of the timer; UINT64_MAX: it does not run */
	struct finding finding;
	struct discourage discouraged; /* who broke the protocol, for a day */
};

/* The loop is there; the network is not yet. */
MUST_CHECK enum status gossip_start(struct gossip *gossip, struct node *node, struct why *why);
/* Nothing is on its way to threads and back. */
bool gossip_is_idle(const struct gossip *gossip);
/* When the loop is closed. */
void gossip_free(struct gossip *gossip);

/* A peer comes and goes. False: there is no memory for it. */
MUST_CHECK bool gossip_on_open(struct gossip *gossip, uint16_t peer);
void gossip_on_close(struct gossip *gossip, uint16_t peer);
/* Is it, and are we, a validator of the present epoch? */
void gossip_set_validator(struct gossip *gossip, uint16_t peer, bool is_validator);
void gossip_set_voting(struct gossip *gossip, bool we_vote);

/* Of struct net_config; the owner is the node. */
bool gossip_is_avoided(void *owner, const struct node_id *id, const struct net_address *from);
void gossip_on_violation(void *owner, const struct node_id *id,
                         const struct net_address *from, bool is_dialed);

/* A message that is not of consensus. */
void gossip_on_message(struct gossip *gossip, uint16_t peer, uint16_t type,
                       struct bytes_view bytes);

/* Transactions of a peer that came as a message of consensus, or of WORLD_SELF: struct world. */
void gossip_ingest(void *owner, uint16_t peer, struct cursor txs);

/* drive_submit has decided on these. */
void gossip_on_submitted(struct gossip *gossip, const struct ingress_batch *batch);
/* There is a new block on the disk. */
void gossip_on_block(struct gossip *gossip);

#endif
