/* What the server asks of a node. Everything here runs on the server's own thread, and
 * none of it may block: what takes time is handed to another thread, which comes back
 * with rpc_server_post, and the call is answered then (call.h). */
#ifndef RPC_SERVER_BACKEND_H
#define RPC_SERVER_BACKEND_H

#include "chain/base/buffer.h"
#include "rpc/api/topics.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct rpc_call;

/* One method of the table (rpc/api/method.h). `params` were checked against its row, with
 * fallbacks filled in (rpc/api/params.h reads them); borrowed, they live until the call
 * is answered. The call must be answered exactly once, now or later. */
struct rpc_handler {
	const char *method;
	void (*function)(struct rpc_call *call, json_t *params, void *owner);
};

/* The server, as it is now. */
struct rpc_server_facts {
	uint64_t calls;       /* answered since the start */
	uint64_t failed_calls;
	size_t waiting_calls; /* handed to a handler and not yet answered */
	size_t connections;
	size_t held_size;     /* bytes of bodies and answers of all clients */
	size_t subscriptions;
	uint64_t events;      /* given to subscribers since the start */
};

/* A subscription as the node has it. */
struct rpc_feed;

/* What one step along a subscription came to. */
enum rpc_feed_step {
	RPC_FEED_EVENT, /* the event was written out; there may be more */
	RPC_FEED_AGAIN, /* it looked at as much as one step may, and has to go on */
	RPC_FEED_IDLE,  /* nothing is left until the server is woken: rpc_server_wake_feeds */
	RPC_FEED_ENDED, /* it cannot go on: *fault says why */
};

struct rpc_event {
	const char *type;           /* "tx" or "block": a static text */
	struct rpc_place place;
	struct buffer members;      /* of its JSON object, without the braces; cleared before */
};

struct rpc_backend {
	void *owner; /* handed to each of these functions */

	/* One for each method that this node offers, but rpc.discover, rpc.ping, tx.submit
	 * and sub.*, which the server brings itself. A method of the table that is not here
	 * is answered as unknown. Borrowed. */
	const struct rpc_handler *handlers;
	size_t handler_count;

	/* The submissions (tx.submit) of one body, all at once, in their order; each is
	 * answered exactly once like any call. The array is borrowed until this returns, the
	 * calls and their bytes (rpc_call_tx) until each is answered. */
	void (*submit)(void *owner, struct rpc_call *const *calls, size_t count);

	/* What is counted, in Prometheus' text format, with the server's own figures among it.
	 * Ask out->status. NULL: there are no metrics. */
	void (*metrics)(void *owner, const struct rpc_server_facts *facts,
	                struct buffer *out);

	/* The newest checkpoint that a quorum cosigned, for GET /checkpoint. False: there is none,
	 * or out->status says what failed. NULL: this backend has none ever. */
	bool (*checkpoint)(void *owner, struct buffer *out);

	/* Subscriptions. feed_open NULL: this backend has none. feed_step does a bounded piece
	 * of work; nothing is read ahead of it, so that who reads slowly costs nothing but a
	 * place in the log. feed_open gives NULL and says why in *fault when it refuses. */
	struct rpc_feed *(*feed_open)(void *owner, const struct rpc_feed_request *request,
	                              struct rpc_fault *fault);
	enum rpc_feed_step (*feed_step)(void *owner, struct rpc_feed *feed,
	                                struct rpc_event *event, struct rpc_fault *fault);
	/* Where the next event would stand behind: of the last one, or of the beginning. */
	struct rpc_place (*feed_place)(const struct rpc_feed *feed);
	void (*feed_close)(void *owner, struct rpc_feed *feed);

	/* Ready to be asked? False: *reason says in a sentence why not (starting, syncing).
	 */
	bool (*ready)(void *owner, struct why *reason);
};

/* The first method of the table that nobody would answer; NULL: the backend is complete.
 */
const char *rpc_backend_lacks(const struct rpc_backend *backend);

#endif
