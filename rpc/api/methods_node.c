/* rpc: the interface itself. node: this one machine. peer: those it is connected with. */
#include "rpc/api/methods.h"

#include "chain/crypto/keys.h"

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
	 "height that others have, behind, rate_per_min, eta_ms: null, nobody knows), peers, is_validator, pool_txs, pool_bytes, uptime_ms",
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

enum {
	REASON_SIZE_MAX = 128,
	BAN_DEFAULT_S = 24 * 3600,
	BAN_LONGEST_S = INT32_MAX, /* 68 years */
};

static const struct rpc_parameter target = {
	.name = "peer",
	.type = RPC_TYPE_TEXT,
	.rule = RPC_REQUIRED,
	.minimum = 1,
	.maximum = 2 * COMPRESSED_KEY_SIZE + 1 + ADDRESS_SIZE_MAX,
	.summary = "node_id@host:port",
};

static const struct rpc_parameter node_id = {
	.name = "node_id",
	.type = RPC_TYPE_TEXT,
	.rule = RPC_REQUIRED,
	.minimum = 1,
	.maximum = 2 * COMPRESSED_KEY_SIZE,
	.summary = "66 lower-case hex digits",
};

static const struct rpc_parameter banned = {
	.name = "peer",
	.type = RPC_TYPE_TEXT,
	.rule = RPC_REQUIRED,
	.minimum = 1,
	.maximum = 2 * COMPRESSED_KEY_SIZE,
	.summary = "a node id, or an IPv4 or IPv6 address without a port",
};

static const struct rpc_parameter duration_s = {
	.name = "duration_s",
	.type = RPC_TYPE_INTEGER,
	.rule = RPC_OPTIONAL,
	.has_fallback = true,
	.fallback = BAN_DEFAULT_S,
	.minimum = 0,
	.maximum = BAN_LONGEST_S,
	.summary = "for how long; 0: for good",
};

static const struct rpc_parameter reason = {
	.name = "reason",
	.type = RPC_TYPE_TEXT,
	.rule = RPC_OPTIONAL,
	.maximum = REASON_SIZE_MAX,
	.summary = "why, for who reads the list",
};

const struct rpc_method rpc_methods_peer[] = {
	{"peer.list",
	 "The nodes that this one is connected with",
	 RPC_READ,
	 RPC_LIST,
	 "node_id, address, dialed, place (validator, kept, outbound, visit, inbound), agent, vote_key (null: none was shown), height (as it said at "
	 "first), connected_ms, round_trip_ms (null: not measured), first_tx_ms and first_block_ms "
	 "(since it was last the first with one; null: never), bytes_in, bytes_out, "
	 "messages_in, messages_out, messages_dropped; what it makes us hold: receiving_bytes, "
	 "sending_bytes, checking_bytes, txs_bytes, relay_bytes",
	 {NULL}},
	{"peer.add",
	 "Dial a node from now on, until this one stops; p2p.peers has those that stay",
	 RPC_WRITE,
	 RPC_ONE,
	 "node_id",
	 {&target, NULL}},
	{"peer.remove",
	 "Disconnect a node, and dial it no more if it was added",
	 RPC_WRITE,
	 RPC_ONE,
	 "node_id",
	 {&node_id, NULL}},
	{"peer.ban",
	 "Disconnect a node or an address and let it in no more; kept over a restart",
	 RPC_WRITE,
	 RPC_ONE,
	 "peer, since_ms, until_ms (null: for good), reason",
	 {&banned, &duration_s, &reason, NULL}},
	{"peer.unban",
	 "Take a ban back",
	 RPC_WRITE,
	 RPC_ONE,
	 "peer",
	 {&banned, NULL}},
	{"peer.list_bans",
	 "Whom this node lets in no more",
	 RPC_READ,
	 RPC_LIST,
	 "peer: a node id or an address, since_ms, until_ms (null: for good), reason",
	 {NULL}},
};
RPC_METHODS_COUNTED(peer);
