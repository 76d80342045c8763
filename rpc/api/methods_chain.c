/* chain: blocks, parameters and the log over all of it. */
#include "rpc/api/methods.h"

static const struct rpc_parameter height = {
	.name = "height",
	.type = RPC_TYPE_INTEGER,
	.rule = RPC_EXACTLY_ONE,
	.minimum = 0,
	.maximum = INT64_MAX,
	.summary = "the block's height; genesis is 0",
};

static const struct rpc_parameter hash = {
	.name = "hash",
	.type = RPC_TYPE_HASH,
	.rule = RPC_EXACTLY_ONE,
	.summary = "the block's hash",
};

static const struct rpc_parameter from_height = {
	.name = "from_height",
	.type = RPC_TYPE_INTEGER,
	.rule = RPC_OPTIONAL,
	.minimum = 0,
	.maximum = INT64_MAX,
	.summary = "the first block's height; left out: the newest's",
};

static const struct rpc_parameter from_size = {
	.name = "from_size",
	.type = RPC_TYPE_INTEGER,
	.rule = RPC_REQUIRED,
	.minimum = 1,
	.maximum = INT64_MAX,
	.summary = "leaves of the older checkpoint",
};

static const struct rpc_parameter to_size = {
	.name = "to_size",
	.type = RPC_TYPE_INTEGER,
	.rule = RPC_REQUIRED,
	.minimum = 1,
	.maximum = INT64_MAX,
	.summary = "leaves of the newer checkpoint",
};

static const struct rpc_parameter from_epoch = {
	.name = "from_epoch",
	.type = RPC_TYPE_INTEGER,
	.rule = RPC_OPTIONAL,
	.has_fallback = true,
	.fallback = 0,
	.minimum = 0,
	.maximum = INT64_MAX,
	.summary = "the first epoch whose end is wanted",
};

const struct rpc_method rpc_methods_chain[] = {
	{"chain.get_head",
	 "The newest final block, in short",
	 RPC_READ,
	 RPC_ONE,
	 "height, hash, time_ms, log_size (of its checkpoint), tx_count (of the ledger), "
	 "state_root",
	 {NULL}},
	{"chain.get_block",
	 "A block with its transactions",
	 RPC_READ,
	 RPC_ONE,
	 "the header's fields, hash, certificate (null: none is needed), txids",
	 {&height, &hash, NULL}},
	{"chain.get_block_header",
	 "A block's header",
	 RPC_READ,
	 RPC_ONE,
	 "the header's fields, hash",
	 {&height, &hash, NULL}},
	{"chain.list_blocks",
	 "Blocks in short, newest first",
	 RPC_READ,
	 RPC_LIST,
	 "height, hash, time_ms, tx_count, body_size",
	 {&from_height, &rpc_limit, &rpc_cursor, NULL}},
	{"chain.get_genesis",
	 "What the network began with",
	 RPC_READ,
	 RPC_ONE,
	 "hash, genesis in its readable form, genesis_b64",
	 {NULL}},
	{"chain.get_params",
	 "The parameters of the network",
	 RPC_READ,
	 RPC_ONE,
	 "height, params: each by its name; proofs likewise if asked for",
	 {&rpc_at, &rpc_at_time, &rpc_prove, NULL}},
	{"chain.list_nodes",
	 "The nodes that may connect in a permissioned network, beside the validators'",
	 RPC_READ,
	 RPC_LIST,
	 "node_id, account (null: of the genesis, nobody's), from_height",
	 {&rpc_limit, &rpc_cursor, &rpc_at, &rpc_at_time, NULL}},
	{"chain.get_checkpoint",
	 "Size and root of the log",
	 RPC_READ,
	 RPC_ONE,
	 "size, root, height of the newest checkpoint that a quorum has cosigned, and note, the "
	 "text that they signed; before there is one: of the newest block, note null",
	 {NULL}},
	{"chain.get_succession",
	 "How each set of validators handed over to the next",
	 RPC_READ,
	 RPC_LIST,
	 "epoch that ended, proof: a tlog-proof, one behind another they are a succession",
	 {&from_epoch, &rpc_limit, &rpc_cursor, &rpc_wait_ms, NULL}},
	{"chain.get_consistency_proof",
	 "That a newer log only adds to an older one",
	 RPC_READ,
	 RPC_ONE,
	 "from_size, to_size, root_from, root_to, hashes of the proof (RFC 6962)",
	 {&from_size, &to_size, NULL}},
};
RPC_METHODS_COUNTED(chain);
