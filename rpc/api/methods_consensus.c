/* consensus: who agrees. */
#include "rpc/api/methods.h"

#include "chain/base/limits.h"

static const struct rpc_parameter address = {
	.name = "address",
	.type = RPC_TYPE_TEXT,
	.rule = RPC_OPTIONAL,
	.minimum = 0,
	.maximum = ADDRESS_SIZE_MAX,
	.summary = "where others reach the node: host:port; left out: it calls them",
};

const struct rpc_method rpc_methods_consensus[] = {
	{"consensus.list_validators",
	 "The validators of the next block, by vote key",
	 RPC_READ,
	 RPC_LIST,
	 "account, vote_key, cosign_key, node_id, address, joined_ms (of the block of its last "
	 "join; 0: of the genesis)",
	 {&rpc_limit, &rpc_cursor, &rpc_at, &rpc_at_time, NULL}},
	{"consensus.sign_join",
	 "A validator.join with this node's keys, for an account to send",
	 RPC_WRITE,
	 RPC_ONE,
	 "account, operation: signed by the node's vote key and cosign key",
	 {&rpc_account, &address, NULL}},
};
RPC_METHODS_COUNTED(consensus);
