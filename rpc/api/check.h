/* Parameters against the table, before a handler sees them. */
#ifndef RPC_API_CHECK_H
#define RPC_API_CHECK_H

#include "rpc/api/error.h"
#include "rpc/api/method.h"

#include <jansson.h>

/* The parameters of a call as an object by name, each of its type and within its limits,
 * fallbacks filled in; the caller's, to be given back with json_decref. A null among them
 * means left out, so that a call by position can skip one.
 *
 * In:  given  object by name, array by position, or NULL for none; borrowed
 *
 * NULL: *fault says which parameter, what was expected and what came, as
 * RPC_INVALID_PARAMS (or RPC_INTERNAL_ERROR when memory is out). */
MUST_CHECK json_t *rpc_params_check(const struct rpc_method *method, json_t *given,
                                    struct rpc_fault *fault);

#endif
