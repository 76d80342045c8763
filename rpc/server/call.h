/* A call from a client, as the node sees it: what it asks, and the ways to answer. Only
 * on the server's thread (rpc_server_post leads there). A call is valid until it is
 * answered, and answered exactly once; whether its client is still there is not the
 * node's concern, except that it may stop to work for one that is gone. */
#ifndef RPC_SERVER_CALL_H
#define RPC_SERVER_CALL_H

#include "chain/base/bytes.h"
#include "chain/base/status.h"
#include "rpc/api/error.h"
#include "rpc/api/method.h"

#include <jansson.h>

struct rpc_call;

const struct rpc_method *rpc_call_method(const struct rpc_call *call);

/* Of a submission: the bytes that were submitted, valid until the call is answered. */
struct bytes_view rpc_call_tx(const struct rpc_call *call);

/* False: nobody will read the answer. It must be given all the same. */
bool rpc_call_is_wanted(const struct rpc_call *call);

/* The result, whose reference is taken. NULL is answered as "out of memory", so that what
 * json_pack gives needs no check. */
void rpc_call_answer(struct rpc_call *call, json_t *result);

/* The result as JSON text, copied. */
void rpc_call_answer_text(struct rpc_call *call, struct bytes_view json);

/* {"txid":"...","status":"pending"}: what tx.submit answers. */
void rpc_call_answer_submitted(struct rpc_call *call, const struct hash *txid);

/* An error of the list with its hint; the message says what is wrong and where, with the
 * values. A verdict of the ledger is its own code: (enum rpc_code)refusal.verdict. */
void rpc_call_fail(struct rpc_call *call, enum rpc_code code, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* The same with another hint than that of the list. */
void rpc_call_fail_hint(struct rpc_call *call, enum rpc_code code, const char *hint,
                        const char *format, ...) PRINTF_LIKE(4, 5);

#endif
