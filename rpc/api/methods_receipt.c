/* receipt: proofs that outsiders check without a node. */
#include "rpc/api/methods.h"

static const struct rpc_parameter stream = {
	.name = "stream",
	.type = RPC_TYPE_STREAM,
	.rule = RPC_EXACTLY_ONE,
	.summary = "the stream, or with key or key_b64 the newest record under that key",
};

static const struct rpc_parameter asset = {
	.name = "asset",
	.type = RPC_TYPE_ASSET,
	.rule = RPC_EXACTLY_ONE,
	.summary = "the asset, or with account what that account has of it",
};

static const struct rpc_parameter state_key_b64 = {
	.name = "state_key_b64",
	.type = RPC_TYPE_BASE64,
	.rule = RPC_EXACTLY_ONE,
	.minimum = 1,
	.maximum = STATE_KEY_SIZE_MAX,
	.summary = "any raw key of the state",
};

static const struct rpc_parameter key = {
	.name = "key",
	.type = RPC_TYPE_TEXT,
	.rule = RPC_AT_MOST_ONE,
	.minimum = 0,
	.maximum = RECORD_KEY_SIZE_MAX,
	.summary = "with stream: the record's key, as text",
};

static const struct rpc_parameter key_b64 = {
	.name = "key_b64",
	.type = RPC_TYPE_BASE64,
	.rule = RPC_AT_MOST_ONE,
	.minimum = 0,
	.maximum = RECORD_KEY_SIZE_MAX,
	.summary = "with stream: the record's key, where it is no text",
};

static const struct rpc_parameter account = {
	.name = "account",
	.type = RPC_TYPE_ACCOUNT,
	.rule = RPC_OPTIONAL,
	.summary = "with asset: whose balance",
};

const struct rpc_method rpc_methods_receipt[] = {
	{"receipt.get",
	 "That a transaction is in the ledger",
	 RPC_READ,
	 RPC_ONE,
	 "receipt: the text of a tlog-proof file, with the transaction in it",
	 {&rpc_txid, &rpc_wait_ms, NULL}},
	{"receipt.get_absence",
	 "That the state has nothing under a key",
	 RPC_READ,
	 RPC_ONE,
	 "receipt: the text of a tlog-proof file, height it was so after",
	 {&stream, &asset, &state_key_b64, &key, &key_b64, &account, NULL}},
	{"receipt.get_state_proof",
	 "What the state has under a key",
	 RPC_READ,
	 RPC_ONE,
	 "receipt: the text of a tlog-proof file, present, height it was so after",
	 {&stream, &asset, &state_key_b64, &key, &key_b64, &account, NULL}},
};
RPC_METHODS_COUNTED(receipt);
