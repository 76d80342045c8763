/* The call that must be cheap: a submission, as programs write it a thousand at a time,
 *
 *     {"jsonrpc":"2.0","id":17,"method":"tx.submit","params":{"tx_b64":"AQk..."}}
 *
 * read without building a JSON tree. What does not look exactly like this is no error: it
 * takes the ordinary way, which means the same and costs more. */
#ifndef RPC_API_SUBMISSION_H
#define RPC_API_SUBMISSION_H

#include "chain/base/bytes.h"
#include "chain/base/status.h"

/* Views of the call. */
struct rpc_submission {
	struct bytes_view id;     /* as sent: digits, or a string with its quotes */
	struct bytes_view tx_b64; /* without quotes; whether it is base64 was not looked at */
};

/* `call`: one value that rpc_scan accepted. True for an object with these four members,
 * once each, in any order, none of the strings with an escape, the id a string or an
 * integer of at most 18 digits, and tx_b64 the only parameter. */
MUST_CHECK bool rpc_submission_read(struct rpc_submission *submission,
                                    struct bytes_view call);

#endif
