/* For the files of the table only: the rows of each namespace, and the parameters that
 * several methods share, so that they mean the same everywhere. */
#ifndef RPC_API_METHODS_H
#define RPC_API_METHODS_H

#include "rpc/api/method.h"

#define RPC_NAMESPACE_ROWS(name)                         \
	extern const struct rpc_method rpc_methods_##name[]; \
	extern const size_t rpc_methods_##name##_count;
RPC_NAMESPACE_LIST(RPC_NAMESPACE_ROWS)
#undef RPC_NAMESPACE_ROWS

/* At the foot of a namespace's file. */
#define RPC_METHODS_COUNTED(name)             \
	const size_t rpc_methods_##name##_count = \
	    sizeof rpc_methods_##name / sizeof *rpc_methods_##name

/* Lists. */
extern const struct rpc_parameter rpc_limit;
extern const struct rpc_parameter rpc_cursor;

/* Reads of the state: "at" a height or "final", or "at_time_ms"; with "prove", proved. */
extern const struct rpc_parameter rpc_at;
extern const struct rpc_parameter rpc_at_time;
extern const struct rpc_parameter rpc_prove;
extern const struct rpc_parameter rpc_wait_ms;

/* Nouns. */
extern const struct rpc_parameter rpc_txid;
extern const struct rpc_parameter rpc_tx_b64;
extern const struct rpc_parameter rpc_stream;
extern const struct rpc_parameter rpc_account;
extern const struct rpc_parameter rpc_asset;

#endif
