/* JSON-RPC 2.0 from the caller's side: bodies out, answers in. Whoever answers may be
 * anybody: every answer is looked at before it is believed to be one. */
#ifndef WALLET_CLI_RPC_ANSWER_H
#define WALLET_CLI_RPC_ANSWER_H

#include "chain/base/buffer.h"
#include "chain/base/limits.h"
#include "wallet-cli/failure.h"

#include <jansson.h>

/* Appends one call of this id. `params` is an object, or NULL for none. */
void rpc_body_call(struct buffer *body, size_t id, const char *method,
                   const json_t *params);

/* Answers to `count` calls, numbered from 0. */
struct rpc_answers {
	json_t *root; /* owns all of them */
	size_t count;
	const json_t *items[RPC_BATCH_MAX];
};

/* The answer to one body: of one call with `is_batch` false, else of a batch of `count`
 * calls with the ids 0 .. count - 1, in whatever order.
 *
 * In:  status  of HTTP
 *      name    of the node, for sentences
 *
 * Not EXIT_CODE_OK: *failure is what the node said of the body as a whole, or that it is
 * no node of ours; there is nothing to close then. */
MUST_CHECK enum exit_code rpc_answers_read(struct rpc_answers *answers,
                                           struct bytes_view body, size_t count,
                                           bool is_batch, long status, const char *name,
                                           struct failure *failure);
void rpc_answers_close(struct rpc_answers *answers);

/* What a call was answered: its result, borrowed, or, as *failure, its error. */
MUST_CHECK enum exit_code rpc_answers_result(const json_t **result,
                                             const struct rpc_answers *answers,
                                             size_t index, struct failure *failure);

#endif
