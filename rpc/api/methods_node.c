/* rpc: the interface itself. node: this one machine. peer: those it is connected with. */
#include "rpc/api/methods.h"

const struct rpc_method rpc_methods_rpc[] = {
	{"rpc.discover",
	 "Every method, parameter and error, as an OpenRPC document",
	 RPC_READ,
	 RPC_ONE,
	 "the OpenRPC document",
	 {NULL}},
	{"rpc.ping", "Whether the node answers", RPC_READ, RPC_ONE, "\"pong\"", {NULL}},
};
RPC_METHODS_COUNTED(rpc);

const struct rpc_method rpc_methods_node[] = {
	{"node.get_status",
	 "Network, height, head, syncing, peers, pool",
	 RPC_READ,
	 RPC_ONE,
	 "network, genesis, version, height, hash, time_ms, syncing (null, or target: the "
	 "height that a peer says it has, behind, rate_per_min, eta_ms: null, nobody knows), peers, is_validator, pool_txs, pool_bytes, uptime_ms",
	 {NULL}},
	{"node.get_version",
	 "The program's and the protocol's version",
	 RPC_READ,
	 RPC_ONE,
	 "version, protocol",
	 {NULL}},
	{"node.get_health",
	 "Whether all is well, and if not, what",
	 RPC_READ,
	 RPC_ONE,
	 "ready (as GET /readyz), healthy: no reason is there, reasons: a sentence for each thing "
	 "that is wrong",
	 {NULL}},
	{"node.list_warnings",
	 "What the operator should look at",
	 RPC_READ,
	 RPC_LIST,
	 "name, message: one sentence",
	 {NULL}},
	{"node.stop",
	 "Stop the node, all written",
	 RPC_WRITE,
	 RPC_ONE,
	 "an empty object: it stops when this is answered",
	 {NULL}},
};
RPC_METHODS_COUNTED(node);

const struct rpc_method rpc_methods_peer[] = {
	{"peer.list",
	 "The nodes that this one is connected with",
	 RPC_READ,
	 RPC_LIST,
	 "node_id, address, dialed, agent, vote_key (null: none was shown), height (as it said at "
	 "first), connected_ms, round_trip_ms (null: not measured), bytes_in, bytes_out, "
	 "messages_in, messages_out, messages_dropped",
	 {NULL}},
};
RPC_METHODS_COUNTED(peer);
