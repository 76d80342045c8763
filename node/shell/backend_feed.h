/* Subscriptions, as the server asks for them (rpc/server/backend.h). On the server's
 * thread, which reads RocksDB for every call: a step reads a few rows, writes out one
 * event at most, and the next step is somebody else's. */
#ifndef NODE_SHELL_BACKEND_FEED_H
#define NODE_SHELL_BACKEND_FEED_H

#include "node/shell/backend.h"

struct rpc_feed *backend_feed_open(void *owner, const struct rpc_feed_request *request,
                                   struct rpc_fault *fault);
enum rpc_feed_step backend_feed_step(void *owner, struct rpc_feed *feed,
                                     struct rpc_event *event, struct rpc_fault *fault);
struct rpc_place backend_feed_place(const struct rpc_feed *feed);
void backend_feed_close(void *owner, struct rpc_feed *feed);

/* What all of them share; made with the first one. NULL is fine. */
void feed_desk_free(struct feed_desk *desk);

#endif
