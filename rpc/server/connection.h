/* One client on a socket: requests in, answers out, one at a time.
 *
 *            ┌──────────────── all written, and the client keeps the connection ──┐
 *            ▼                                                                    │
 *   ──► HEAD ──► BODY ──► WAITING ──► WRITING ────────────────────────────────────┤
 *         │        │ (refused)            ▲                                       │
 *         └────────┴──────────────────────┘                         all written,  │
 *                                         CLOSING ◄── LINGERING ◄── no more wanted┘
 *
 *   HEAD       -> BODY       take_head       the head is there and may come in
 *   BODY       -> WAITING    take_body       the body is there: an exchange begins
 *   HEAD       -> STREAMING  events_begin, websocket_begin    without an end (outlet.h)
 *   STREAMING  -> LINGERING  outlet_end
 *   WAITING    -> WRITING    on_exchange_done
 *   HEAD, BODY -> WRITING    connection_refuse
 *   WRITING    -> HEAD       connection_next
 *   WRITING    -> LINGERING  linger          our side is shut; what comes is thrown away
 *   any        -> CLOSING    connection_close
 *
 * The happy path is read, parse, exchange, write, again. It can fail at: memory (503 or
 * closed), a deadline (closed: each state but WAITING has one), the client going away
 * (closed; its exchange is abandoned), the client ending its side (what it asked is still
 * answered), and a request that is refused (answered, and then the connection ends, since
 * where the next request would begin is anybody's guess).
 *
 * What one client can make us hold: RPC_HEADERS_MAX and RPC_BODY_MAX while a request
 * comes, RPC_READ_AHEAD_MAX of the next ones while it is answered, and its answer. */
#ifndef RPC_SERVER_CONNECTION_H
#define RPC_SERVER_CONNECTION_H

#include "chain/base/buffer.h"
#include "rpc/server/acceptor.h"
#include "rpc/server/chunks.h"
#include "rpc/server/exchange.h"
#include "rpc/server/gate.h"
#include "rpc/server/server.h"
#include "rpc/server/subscriptions.h"

#include <uv.h>

enum connection_state {
	CONNECTION_HEAD,
	CONNECTION_BODY,
	CONNECTION_WAITING,
	CONNECTION_WRITING,
	CONNECTION_STREAMING,
	CONNECTION_LINGERING,
	CONNECTION_CLOSING,
};

enum { CLIENT_ADDRESS_SIZE = 16 };

/* Whom a connection counts against. */
struct client_address {
	uint8_t bytes[CLIENT_ADDRESS_SIZE]; /* IPv4 as ::ffff:a.b.c.d; IPv6 cut to its /64 */
};

/* All connections of a server, and what they share. Only on the server's thread. */
struct connections {
	uv_loop_t *loop;
	struct gate gate;
	struct dispatcher dispatcher;
	struct subscriptions subscriptions;
	struct rpc_server_limits limits;
	struct connection *newest;
	size_t count;
	bool is_stopping;              /* after the answer being given, a client is let go */
	void (*on_empty)(void *owner); /* the last one is gone; only while stopping */
	void *owner;
};

union socket {
	uv_handle_t handle;
	uv_stream_t stream;
	uv_tcp_t tcp;
	uv_pipe_t pipe;
};

struct connection {
	struct connections *all;
	struct connection *next;
	struct connection *previous;
	union socket socket;
	uv_timer_t timer;      /* the deadline of the state */
	unsigned handles_open; /* of these two */
	enum connection_state state;
	bool is_local; /* the Unix socket */
	struct client_address address;

	struct buffer input; /* what came; the first `taken` bytes are dealt with */
	size_t input_held;   /* bytes taken from the budget for it */
	size_t taken;
	size_t looked;  /* bytes behind `taken` in which no end of a head was found */
	bool has_begun; /* of this request something came: the shorter deadline runs */
	bool is_reading;
	bool peer_has_ended; /* the client will send no more */

	/* The request */
	bool keep_alive;
	bool head_only; /* HEAD: the answer goes without its text */
	bool is_post;   /* refusals are worded in JSON */
	bool is_trusted;
	bool is_chunked;
	size_t content_length;
	struct chunks chunks;
	struct exchange *exchange; /* WAITING: not owned, it ends by itself */

	/* The answer */
	char answer_head[HTTP_ANSWER_HEAD_SIZE];
	uint8_t *answer;    /* owned */
	size_t answer_held; /* bytes taken from the budget for it */
	uv_write_t write;
	uv_shutdown_t shutdown;
	struct outlet *outlet; /* owned; NULL: it does not stream */
};

/* Where clients come in. */
struct door {
	struct connections *all;
	bool is_local; /* the Unix socket */
	struct acceptor acceptor;
};

/* Listens on a bound socket, which is taken. STATUS_NETWORK: the socket is closed. */
MUST_CHECK enum status door_open(struct door *door, struct connections *all,
                                 int socket_number, bool is_local, struct why *why);

/* The handle is libuv's until the loop has run again. */
void door_close(struct door *door);

/* Let go of who is not being answered, and of the others when they are. */
void connections_stop(struct connections *all);

/* Let go of everybody. */
void connections_close(struct connections *all);

/* -- For the files of a connection only --------------------------------------------- */

/* Not yet connected. NULL: memory is out. */
MUST_CHECK struct connection *connection_new(struct connections *all, bool is_local);

/* It is connected: the first request may come. */
void connection_open(struct connection *connection);

/* Reads, unless it does already or there is nothing more to come. */
void connection_read(struct connection *connection);

/* What comes waits with the kernel until connection_read. */
void connection_stop_reading(struct connection *connection);

/* The client is let go of, whatever it does; the memory goes when libuv lets go too. */
void connection_close(struct connection *connection);

void connection_deadline(struct connection *connection, uint64_t timeout_ms);

/* Answers with a text, which is taken; the state becomes WRITING. A status of 204 has no
 * text. */
void connection_answer(struct connection *connection, unsigned status,
                       const char *content_type, const char *extra, uint8_t *text,
                       size_t size);

/* Answers with a reason, after which the connection ends. */
void connection_refuse(struct connection *connection, unsigned status, enum rpc_code code,
                       const char *reason, const char *extra);

/* An answer is out: what comes next? */
void connection_next(struct connection *connection);

/* All is out and nothing more is wanted: our side is shut. */
void connection_linger(struct connection *connection);

/* What came and was not taken is dropped, and its memory given back. */
void connection_forget_input(struct connection *connection);

#endif
