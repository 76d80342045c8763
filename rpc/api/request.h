/* One call as JSON-RPC 2.0 frames it: version, id, method, params. Whether the method
 * exists and takes these parameters is another question (method.h, check.h). */
#ifndef RPC_API_REQUEST_H
#define RPC_API_REQUEST_H

#include "chain/base/bytes.h"
#include "chain/base/status.h"
#include "rpc/api/error.h"

#include <jansson.h>

struct rpc_request {
	json_t *root;     /* owns all that follows; NULL: it is no JSON */
	const json_t *id; /* string, integer or null; NULL: a notification, or no valid id */
	const char *method;   /* never NULL in a good one */
	json_t *params;       /* object, array, or NULL where there are none */
	bool is_notification; /* no "id" at all: nobody waits for an answer */
};

/* `call`: one value that rpc_scan accepted. False: *fault says what is wrong, as
 * RPC_PARSE_ERROR (a duplicate key, a number out of range) or RPC_INVALID_REQUEST; the
 * request is then good for nothing but its id, which the answer should carry, and for
 * rpc_request_close. */
MUST_CHECK bool rpc_request_read(struct rpc_request *request, struct bytes_view call,
                                 struct rpc_fault *fault);

void rpc_request_close(struct rpc_request *request);

#endif
