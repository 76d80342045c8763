/* tx: transactions, from the moment they are submitted. */
#include "rpc/api/methods.h"

static const struct rpc_parameter timeout_ms = {
	.name = "timeout_ms",
	.type = RPC_TYPE_INTEGER,
	.rule = RPC_OPTIONAL,
	.has_fallback = true,
	.fallback = RPC_WAIT_MS_DEFAULT,
	.minimum = 0,
	.maximum = RPC_WAIT_MS_MAX,
	.summary = "how long to wait for finality",
};

static const struct rpc_parameter prove = {
	.name = "prove",
	.type = RPC_TYPE_BOOLEAN,
	.rule = RPC_OPTIONAL,
	.has_fallback = true,
	.fallback = false,
	.summary = "add the proof that it is in the log",
};

const struct rpc_method rpc_methods_tx[] = {
	{"tx.submit",
	 "Hand in a signed transaction",
	 RPC_WRITE,
	 RPC_ONE,
	 "txid, status \"pending\"",
	 {&rpc_tx_b64, NULL}},
	{"tx.submit_and_wait",
	 "Hand in a signed transaction and wait until it is final",
	 RPC_WRITE,
	 RPC_ONE,
	 "txid, height, index, log_index",
	 {&rpc_tx_b64, &timeout_ms, NULL}},
	{"tx.get",
	 "A final transaction",
	 RPC_READ,
	 RPC_ONE,
	 "the transaction decoded, its bytes, height, index, log_index, time_ms; if asked for "
	 "inclusion: log_index, log_size, root, hashes",
	 {&rpc_txid, &prove, NULL}},
	{"tx.get_status",
	 "Where a transaction stands",
	 RPC_READ,
	 RPC_ONE,
	 "txid, status pending, final, refused or unknown; of a final one height, index, "
	 "log_index, time_ms; of a refused one error",
	 {&rpc_txid, NULL}},
	{"tx.decode",
	 "What the bytes of a transaction say",
	 RPC_READ,
	 RPC_ONE,
	 "the transaction decoded, signature_valid",
	 {&rpc_tx_b64, NULL}},
	{"tx.list_pool",
	 "Transactions that wait to enter a block",
	 RPC_READ,
	 RPC_LIST,
	 "txid, sender, size, arrived_ms_ago, valid_until_ms",
	 {&rpc_limit, &rpc_cursor, NULL}},
};
RPC_METHODS_COUNTED(tx);
