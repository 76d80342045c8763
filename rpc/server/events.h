/* Server-sent events (WHATWG HTML, section 9.2): GET /v1/events?topics=... answered by a
 * body that does not end.
 *
 *     : from 12.5                                       at once
 *
 *     id: 13.0
 *     event: tx
 *     data: {"cursor":"13.0","topics":["txs"], ...}
 *
 *     event: error                                      the last one, if it cannot go on
 *     data: {"code":110, ...}
 */
#ifndef RPC_SERVER_EVENTS_H
#define RPC_SERVER_EVENTS_H

#include "rpc/server/backend.h"
#include "rpc/server/http.h"

struct connection;
struct subscription;

/* Answers the request: with the stream, or a refusal. */
void events_begin(struct connection *connection, const struct http_head *head);

/* An event goes to who is subscribed; it is sent with the next flush. */
void events_put(struct subscription *subscription, const struct rpc_event *event);

/* A subscription cannot go on: its client is told, and it is freed. */
void events_put_end(struct subscription *subscription, const struct rpc_fault *fault);

/* Nothing was sent for a while. */
void events_put_quiet(struct connection *connection);

#endif
