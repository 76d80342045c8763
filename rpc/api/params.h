/* Reading parameters that rpc_params_check passed: what is asked for here has its type,
 * or the handler asks for a parameter that its row in the table does not have, which is a
 * fault of ours. */
#ifndef RPC_API_PARAMS_H
#define RPC_API_PARAMS_H

#include "chain/base/bytes.h"
#include "chain/base/status.h"

#include <jansson.h>

/* Was it given, or filled in? */
bool rpc_param_has(const json_t *params, const char *name);

/* These ask for a parameter that is there. */
int64_t rpc_param_integer(const json_t *params, const char *name);
bool rpc_param_boolean(const json_t *params, const char *name);
struct hash rpc_param_hash(const json_t *params, const char *name); /* hash, txid, key */
struct bytes_view rpc_param_text(const json_t *params,
                                 const char *name); /* as long as params */

/* Of an account: the id that the address or the hex says. */
struct hash rpc_param_account(const json_t *params, const char *name);

/* Of a stream or asset: 64 hex digits are the id, anything else is a name, whose id
 * `id_of_name` makes (stream_id_of, asset_id_of). A name of 64 hex digits cannot be asked
 * for by name, only by its id. */
struct hash rpc_param_named(const json_t *params, const char *name,
                            struct hash (*id_of_name)(struct bytes_view name));

/* Decoded into memory that the caller frees with memory_free; NULL: memory is out. */
MUST_CHECK uint8_t *rpc_param_base64(const json_t *params, const char *name,
                                     size_t *size);

/* Which state a read asks for, from "at" and "at_time_ms". */
struct rpc_at {
	enum { RPC_AT_FINAL, RPC_AT_HEIGHT, RPC_AT_TIME } kind;
	uint64_t value; /* the height or the Unix ms; 0 for the newest */
};

struct rpc_at rpc_param_at(const json_t *params);

#endif
