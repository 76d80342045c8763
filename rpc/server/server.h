/* The door of a node: JSON-RPC 2.0 over HTTP/1.1 and WebSocket, and server-sent events, on
 * TCP and a Unix socket, in a thread of its own with a loop of its own.
 *
 *     rpc_server_new ──► rpc_server_start ──► rpc_server_stop ──► rpc_server_free
 *
 * HTTP is read by our own code on libuv (http.h, chunks.h, connection.h). Not by
 * libwebsockets 4.1.6, the version there is: given two requests in one packet it takes
 * the second's header for its body and then calls back for ever, so that any client could
 * stop the thread. Frames of WebSocket are libwslay's (frames.h). */
#ifndef RPC_SERVER_SERVER_H
#define RPC_SERVER_SERVER_H

#include "chain/base/status.h"
#include "rpc/server/backend.h"

#include <stdbool.h>
#include <stdint.h>

struct rpc_server;

/* Each has its default in chain/base/limits.h; a test takes shorter ones. */
struct rpc_server_limits {
	unsigned header_timeout_ms; /* from the first byte of a request to its empty line */
	unsigned body_timeout_ms;   /* from there to the end of the body */
	unsigned idle_timeout_ms;   /* between requests; of an answer, beside its rate */
	unsigned stop_timeout_ms;   /* for what is being answered when the server stops */
	unsigned answer_rate; /* bytes a second at which an answer must be read, not 0 */
	unsigned quiet_ms;    /* then a subscriber hears that we are still there */
	unsigned ping_ms;     /* between pings of a WebSocket */
	size_t connections;
	size_t streaming; /* of these: who is subscribed, and so stays */
	size_t connections_per_address; /* of TCP; an IPv6 address counts as its /64 */
	size_t calls_waiting;           /* handed to handlers and not yet answered */
	size_t held;                    /* bytes of bodies and answers of all clients */
};

struct rpc_server_limits rpc_server_limits_default(void);

/* Everything is copied. */
struct rpc_server_config {
	const char *listen_address; /* IPv4 or IPv6 in digits; NULL: no TCP */
	uint16_t port;              /* 0: any that is free */
	const char *socket_path;    /* of the Unix socket; NULL: none */
	const char *cookie_path;    /* NULL: no cookie, so nobody over TCP is trusted */
	bool public_reads;          /* methods that only read need no cookie */
	const char *const *hosts;   /* names beside localhost, 127.0.0.1 and [::1] */
	size_t host_count;          /* at most RPC_HOSTS_MAX */
	struct rpc_server_limits limits;
};

/* A server that does nothing yet. `backend` is borrowed until rpc_server_free. NULL: *why
 * says what is wrong with the configuration, or that memory is out. */
MUST_CHECK struct rpc_server *rpc_server_new(const struct rpc_server_config *config,
                                             const struct rpc_backend *backend,
                                             struct why *why);

/* Listens, writes the cookie's file, starts the thread. Once. A failure leaves nothing
 * behind: STATUS_BUSY when the port or the socket is somebody else's, STATUS_MALFORMED
 * for a bad address, STATUS_NETWORK, STATUS_STORAGE, STATUS_MEMORY; *why is one sentence.
 */
MUST_CHECK enum status rpc_server_start(struct rpc_server *server, struct why *why);

/* The port of TCP that it listens on, between start and free; 0: none. */
uint16_t rpc_server_port(const struct rpc_server *server);

/* From any thread, also from within `function`: have function(argument) run on the
 * server's thread, in the order of posting. False: the server has stopped or memory is
 * out, and the function will not run. True: it will, before rpc_server_stop returns. */
MUST_CHECK bool rpc_server_post(struct rpc_server *server,
                                void (*function)(void *argument), void *argument);

/* On the server's thread: the ledger has grown, subscriptions that were idle go on. */
void rpc_server_wake_feeds(struct rpc_server *server);

/* No new work is taken; what is being answered has stop_timeout_ms to go out. Then all is
 * closed, the files are removed, and the thread has ended. Calls still open are never to
 * be answered after this. Not from the server's own thread. Fine if it never started. */
void rpc_server_stop(struct rpc_server *server);

/* NULL is fine. It must have been stopped, or never have started. */
void rpc_server_free(struct rpc_server *server);

#endif
