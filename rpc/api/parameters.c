#include "rpc/api/methods.h"

const struct rpc_parameter rpc_limit = {
	.name = "limit",
	.type = RPC_TYPE_INTEGER,
	.rule = RPC_OPTIONAL,
	.has_fallback = true,
	.fallback = RPC_LIST_DEFAULT,
	.minimum = 1,
	.maximum = RPC_LIST_MAX,
	.summary = "items of a page",
};

const struct rpc_parameter rpc_cursor = {
	.name = "cursor",
	.type = RPC_TYPE_TEXT,
	.rule = RPC_OPTIONAL,
	.minimum = 1,
	.maximum = RPC_CURSOR_SIZE_MAX,
	.summary = "\"next\" of the page before; left out: the first page",
};

const struct rpc_parameter rpc_at = {
	.name = "at",
	.type = RPC_TYPE_HEIGHT,
	.rule = RPC_AT_MOST_ONE,
	.summary = "the state after this block; left out: \"final\", the newest",
};

const struct rpc_parameter rpc_at_time = {
	.name = "at_time_ms",
	.type = RPC_TYPE_INTEGER,
	.rule = RPC_AT_MOST_ONE,
	.minimum = 0,
	.maximum = INT64_MAX,
	.summary = "the state after the last block not later than this time (Unix ms)",
};

const struct rpc_parameter rpc_prove = {
	.name = "prove",
	.type = RPC_TYPE_BOOLEAN,
	.rule = RPC_OPTIONAL,
	.has_fallback = true,
	.fallback = false,
	.summary = "add the proof against the block's state root",
};

const struct rpc_parameter rpc_wait_ms = {
	.name = "wait_ms",
	.type = RPC_TYPE_INTEGER,
	.rule = RPC_OPTIONAL,
	.has_fallback = true,
	.fallback = 2000,
	.minimum = 0,
	.maximum = RPC_WAIT_MS_MAX,
	.summary = "how long to wait for the validators to cosign it",
};

const struct rpc_parameter rpc_txid = {
	.name = "txid",
	.type = RPC_TYPE_TXID,
	.rule = RPC_REQUIRED,
	.summary = "the transaction's id",
};

/* Whether the bytes are a transaction, and not too large for one, is the ledger's to say.
 */
const struct rpc_parameter rpc_tx_b64 = {
	.name = "tx_b64",
	.type = RPC_TYPE_BASE64,
	.rule = RPC_REQUIRED,
	.summary = "the signed transaction's bytes",
};

const struct rpc_parameter rpc_stream = {
	.name = "stream",
	.type = RPC_TYPE_STREAM,
	.rule = RPC_REQUIRED,
	.summary = "the stream's name or id",
};

const struct rpc_parameter rpc_account = {
	.name = "account",
	.type = RPC_TYPE_ACCOUNT,
	.rule = RPC_REQUIRED,
	.summary = "the account's address or id",
};

const struct rpc_parameter rpc_asset = {
	.name = "asset",
	.type = RPC_TYPE_ASSET,
	.rule = RPC_REQUIRED,
	.summary = "the asset's name or id",
};
