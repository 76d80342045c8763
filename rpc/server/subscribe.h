/* The calls sub.*: subscriptions of the connection that the call came over. */
#ifndef RPC_SERVER_SUBSCRIBE_H
#define RPC_SERVER_SUBSCRIBE_H

#include "rpc/server/call.h"

void subscribe_answer(struct rpc_call *call, json_t *params, void *owner);
void subscribe_answer_end(struct rpc_call *call, json_t *params, void *owner);
void subscribe_answer_list(struct rpc_call *call, json_t *params, void *owner);

#endif
