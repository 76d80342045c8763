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

struct outlet {
	struct connection *connection;
	struct buffer ready;
	struct buffer writing;
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

/* Makes a connection one that streams: from here on something is said whenever nothing was
 * written for limits.quiet_ms. False: memory is out, or too many stream. */
MUST_CHECK bool outlet_open(struct connection *connection, bool is_chunked);

/* With the connection; what is under way was written or given up. NULL is fine. */
void outlet_free(struct outlet *outlet);

/* May one event more be made? */
bool outlet_has_room(const struct outlet *outlet);

/* Sends what is ready, unless something is under way: then it follows by itself. */
void outlet_flush(struct outlet *outlet);

/* Sends what is ready, ends the body, and lets go of the client. */
void outlet_end(struct outlet *outlet);

#endif
