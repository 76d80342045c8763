/* sub: subscriptions of a connection that stays, at /ws. */
#include "rpc/api/methods.h"

static const struct rpc_parameter topics = {
	.name = "topics",
	.type = RPC_TYPE_TOPICS,
	.rule = RPC_REQUIRED,
	.summary = "what to be told of",
};

static const struct rpc_parameter from = {
	.name = "from",
	.type = RPC_TYPE_TEXT,
	.rule = RPC_OPTIONAL,
	.minimum = 1,
	.maximum = RPC_EVENT_CURSOR_SIZE,
	.summary = "the cursor to begin behind, as \"12.3\"; left out: \"head\", the newest block",
};

static const struct rpc_parameter subscription = {
	.name = "subscription",
	.type = RPC_TYPE_INTEGER,
	.rule = RPC_REQUIRED,
	.minimum = 1,
	.maximum = INT64_MAX,
	.summary = "the number that sub.subscribe gave",
};

const struct rpc_method rpc_methods_sub[] = {
	{"sub.subscribe",
	 "Be told of what becomes final, over the WebSocket at /ws",
	 RPC_READ,
	 RPC_ONE,
	 "subscription (a number of this connection), cursor; then notifications sub.event, and "
	 "sub.ended if it cannot go on",
	 {&topics, &from, NULL}},
	{"sub.unsubscribe",
	 "End a subscription of this connection",
	 RPC_READ,
	 RPC_ONE,
	 "cursor of the last event, or where it began behind",
	 {&subscription, NULL}},
	{"sub.list",
	 "The subscriptions of this connection",
	 RPC_READ,
	 RPC_LIST,
	 "subscription, topics, cursor",
	 {NULL}},
};
RPC_METHODS_COUNTED(sub);
