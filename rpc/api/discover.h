/* What this interface offers, from the same tables that dispatch and check. */
#ifndef RPC_API_DISCOVER_H
#define RPC_API_DISCOVER_H

#include "chain/base/status.h"
#include "rpc/api/method.h"

#include <jansson.h>

/* An OpenRPC 1.3.2 document (spec.open-rpc.org): the methods for which `offered` says
 * true, each with its parameters and result, and every error code. The caller's; NULL:
 * memory is out.
 *
 * In:  offered  one flag a method, by its index in the table; NULL: all of them */
MUST_CHECK json_t *rpc_discover(const bool *offered);

#endif
