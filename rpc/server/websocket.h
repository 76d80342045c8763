/* JSON-RPC over WebSocket (RFC 6455): GET /ws. Each text is what the body of a POST is,
 * and its answer is a text; and who is connected can subscribe.
 *
 * Several bodies may be under way, up to RPC_SOCKET_CALLS_MAX; each answer comes when it
 * is there. Nothing more is read from who has that many, or does not read what he was
 * sent. */
#ifndef RPC_SERVER_WEBSOCKET_H
#define RPC_SERVER_WEBSOCKET_H

#include "rpc/server/backend.h"
#include "rpc/server/frames.h"
#include "rpc/server/http.h"

struct connection;
struct outlet;
struct subscription;
struct websocket;

/* The value of Sec-WebSocket-Accept, with a NUL (section 4.2.2). */
enum { WEBSOCKET_ACCEPT_SIZE = 29 };

void websocket_accept(char accept[WEBSOCKET_ACCEPT_SIZE], struct bytes_view key);

/* Answers the handshake, which the gate found to be one. */
void websocket_begin(struct connection *connection, const struct http_head *head,
                     bool is_trusted);

/* Deals with the connection's input, as far as there is room. */
void websocket_take(struct connection *connection);

/* There is room again. */
void websocket_go_on(struct outlet *outlet);

void websocket_put_event(struct subscription *subscription,
                         const struct rpc_event *event);
/* The subscription cannot go on: its client is told, and it is freed. */
void websocket_put_end(struct subscription *subscription, const struct rpc_fault *fault);

/* Every limits.ping_ms: is the peer still there? */
void websocket_tick(struct connection *connection);

/* Says a code and lets go of the client. */
void websocket_end(struct connection *connection, unsigned code, const char *reason);

/* Nobody is there to be answered any more. */
void websocket_drop(struct outlet *outlet);
/* With the outlet. NULL is fine. */
void websocket_free(struct outlet *outlet);

#endif
