/* The writing side of a connection that streams: bytes are gathered while others are on
 * their way, and nobody makes more of them than there is room for.
 *
 *     put ──► ready ──(nothing is under way)──► writing ──► the socket
 *                └──────────── written ◄──────────┘   then who waits for room goes on
 *
 * What one client can make us hold: what he has not read of RPC_QUEUED_MAX and one event,
 * twice. */
#ifndef RPC_SERVER_OUTLET_H
#define RPC_SERVER_OUTLET_H

#include "chain/base/buffer.h"

#include <stdbool.h>
#include <uv.h>

struct connection;
struct subscription;
struct websocket;

#define OUTLET_TOO_MANY "as many programs stream from this node as may: try again later"

struct outlet {
	struct connection *connection;
	struct websocket *websocket; /* owned; NULL: server-sent events */
	struct buffer ready;
	struct buffer writing;
	size_t ready_held;   /* bytes of them that are taken from the budget: answers */
	size_t writing_held;
	uv_write_t write;
	char chunk_head[24];
	bool is_chunked;   /* RFC 9112 section 7.1: each write is a chunk */
	bool is_writing;
	bool is_ending;    /* after what is ready nothing follows */
	bool is_flushed_later; /* among those to be flushed at the end of a turn */
	struct subscription *subscriptions; /* of this connection, newest first */
	size_t subscription_count;
	uint64_t last_number; /* of a subscription */
};

/* Gives a connection what it needs to stream. False: memory is out, or too many stream. */
MUST_CHECK bool outlet_open(struct connection *connection, bool is_chunked);

/* It streams from here on: every tick_ms its kind is asked what is to be said. */
void outlet_start(struct outlet *outlet, unsigned tick_ms);

/* The head of the answer, before anything else. False: it did not fit an empty socket. */
MUST_CHECK bool outlet_send_head(struct outlet *outlet, struct bytes_view head);

/* With the connection; what is under way was written or given up. NULL is fine. */
void outlet_free(struct outlet *outlet);

/* May one event more be made? */
bool outlet_has_room(const struct outlet *outlet);

/* Of all clients' answers and bodies. */
struct budget *outlet_budget(const struct outlet *outlet);
/* Takes from it until what is ready now, and what is put there next, was written. */
MUST_CHECK bool outlet_hold(struct outlet *outlet, size_t size);
bool outlet_holds(const struct outlet *outlet);
/* Bytes that were put and that the kernel has not taken. */
size_t outlet_unread_size(const struct outlet *outlet);

/* Sends what is ready, unless something is under way: then it follows by itself. */
void outlet_flush(struct outlet *outlet);

/* Sends what is ready, ends the body, and lets go of the client; of one that does not read
 * after limits.idle_timeout_ms. */
void outlet_end(struct outlet *outlet);

/* The server stops: who reads is told the end, and nobody holds it up. */
void outlet_stop(struct outlet *outlet);

/* The connection is closed: nobody is subscribed or waits for an answer. */
void outlet_drop(struct outlet *outlet);

#endif
