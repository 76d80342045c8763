/* For the table of backend_chain.c. */
#ifndef NODE_SHELL_BACKEND_NODES_H
#define NODE_SHELL_BACKEND_NODES_H

#include <jansson.h>

struct rpc_call;

/* The handler of chain.list_nodes. */
void backend_list_nodes(struct rpc_call *call, json_t *params, void *owner);

#endif
