/* The node among others: what drive's world says about peers, between the network and the
 * threads that check and read for it. All of it on the loop, but for the work itself.
 *
 *     net ──on_message──► drive ──check──► verify workers ──► drive_on_checked
 *      ▲                    │ └───read───► reading thread ──► drive_on_read
 *      └──────send──────────┘
 *
 * A peer whose work piles up here is not read from until it is done. */
#ifndef NODE_SHELL_PEERS_H
#define NODE_SHELL_PEERS_H

#include "node/net/net.h"
#include "node/shell/doorkeeper.h"
#include "node/shell/peer_lists.h"
#include "node/shell/reader.h"

struct node;

struct peers {
	struct node *node;
	struct net *net;
	struct reader reader;
	struct binding binding;      /* our vote key for our node key */
	struct doorkeeper doorkeeper;
	struct net_target *targets;  /* at the start: the operator's first */
	size_t target_count;
	size_t named_count;          /* the operator's */
	struct peer_lists lists;     /* what a person says while the node runs */
	char agent[32];
	size_t checking;                  /* messages that are being checked */
	size_t reading;
	uint64_t epoch;                   /* whose validators are known as such */
	bool is_stopping;
	bool is_stopped;                  /* the network is down, and nothing is under way */
};

/* In the order of the node's start: who is let in, the reading thread, and the network when drive
 * is there. */
MUST_CHECK enum status peers_start_doorkeeper(struct peers *peers, struct node *node,
                                              struct why *why);
MUST_CHECK enum status peers_start_reader(struct peers *peers, struct node *node,
                                          struct why *why);
MUST_CHECK enum status peers_start_net(struct peers *peers, struct why *why);

/* When a peer comes, and when an epoch begins: who is a validator by now. */
void peers_tick(struct peers *peers);

/* Says goodbye; node_check is called when it is done. */
void peers_stop(struct peers *peers);
/* No network any more, and nothing under way that would be answered. */
bool peers_are_idle(const struct peers *peers);

/* The threads have ended; the loop closes everything next. */
void peers_stop_reader(struct peers *peers);
void peers_abort(struct peers *peers);
/* When the loop is closed. */
void peers_free(struct peers *peers);

/* May this node be connected with us at all? */
bool peers_admit(const struct node *node, const struct node_id *id);

/* Of struct world; the owner is the node. */
void peers_check(void *owner, struct check_job *job);
void peers_read(void *owner, struct read_job *job);
void peers_send(void *owner, uint16_t peer, struct bytes_view message);
void peers_blame(void *owner, uint16_t peer, const char *what);

#endif
