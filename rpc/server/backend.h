/* What the server asks of a node. Everything here runs on the server's own thread, and
 * none of it may block: what takes time is handed to another thread, which comes back
 * with rpc_server_post, and the call is answered then (call.h). */
#ifndef RPC_SERVER_BACKEND_H
#define RPC_SERVER_BACKEND_H

#include "chain/base/buffer.h"

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
};

struct rpc_backend {
	void *owner; /* handed to each of these functions */

	/* One for each method that this node offers, but rpc.discover, rpc.ping and
	 * tx.submit, which the server brings itself. A method of the table that is not here
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

	/* Ready to be asked? False: *reason says in a sentence why not (starting, syncing).
	 */
	bool (*ready)(void *owner, struct why *reason);
};

/* The first method of the table that nobody would answer; NULL: the backend is complete.
 */
const char *rpc_backend_lacks(const struct rpc_backend *backend);

#endif
