/* All subscriptions of a server, and whose turn it is.
 *
 *             ┌───────────────── room again: subscriptions_go_on ◄───────────────┐
 *             ▼                                                                  │
 *     ──► HUNGRY ──(a step: an event, or more to look at)──► HUNGRY, behind all  │
 *             │ └──(no room for an event)──────────────────► FULL ───────────────┘
 *             └────(nothing up to the head)────────────────► IDLE ──► HUNGRY: subscriptions_wake
 *
 * Between the turns of the loop the hungry ones take a few steps, one after another; sockets
 * and calls are looked after in between, so that a thousand subscribers that catch up delay
 * a call by one turn. A subscription remembers a place in the ledger and nothing else: how
 * slowly its client reads costs nobody anything. */
#ifndef RPC_SERVER_SUBSCRIPTIONS_H
#define RPC_SERVER_SUBSCRIPTIONS_H

#include "rpc/server/backend.h"

#include <uv.h>

struct outlet;

enum subscription_state {
	SUBSCRIPTION_HUNGRY,
	SUBSCRIPTION_IDLE,
	SUBSCRIPTION_FULL,
};

enum { SUBSCRIPTION_STATES = 3 };

struct subscription {
	struct subscriptions *all;
	struct outlet *outlet;
	struct subscription *sibling; /* the next one of the connection */
	struct subscription *next, *previous; /* in the list of its state */
	enum subscription_state state;
	uint64_t number; /* on its connection, from 1 */
	struct rpc_feed *feed;
	size_t topic_count;
	struct rpc_topic topics[];
};

struct subscription_list {
	struct subscription *first, *last;
};

struct subscriptions {
	const struct rpc_backend *backend;
	struct subscription_list lists[SUBSCRIPTION_STATES];
	uv_idle_t turn; /* runs while anybody is hungry */
	size_t count;
	size_t outlet_count;
	uint64_t event_count;
	struct rpc_event event; /* the one being written */
};

void subscriptions_open(struct subscriptions *all, const struct rpc_backend *backend,
                        uv_loop_t *loop);
/* None is left. The handle is libuv's until the loop has run again. */
void subscriptions_close(struct subscriptions *all);

/* Subscribes a connection that streams. NULL: *fault says why not. */
MUST_CHECK struct subscription *subscription_new(struct subscriptions *all,
                                                 struct outlet *outlet,
                                                 const struct rpc_feed_request *request,
                                                 struct rpc_fault *fault);
void subscription_free(struct subscription *subscription);

/* The ledger has grown. */
void subscriptions_wake(struct subscriptions *all);
/* There is room again. */
void subscriptions_go_on(struct outlet *outlet);
/* All of this connection. */
void subscriptions_drop(struct outlet *outlet);

#endif
