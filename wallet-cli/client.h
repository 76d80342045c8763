/* Calls to the node, one after another. */
#ifndef WALLET_CLI_CLIENT_H
#define WALLET_CLI_CLIENT_H

#include "wallet-cli/node_address.h"
#include "wallet-cli/rpc_answer.h"

struct client;

/* `address` must outlive it. Nothing is sent yet. NULL: *failure says why. */
MUST_CHECK struct client *client_new(const struct node_address *address,
                                     struct failure *failure);
void client_free(struct client *client);

/* One call. *result is a new reference.
 *
 * In:  params      an object, borrowed; NULL for none
 *      timeout_ms  for all of it
 *
 * EXIT_CODE_UNREACHABLE: nobody answered, or not in time (ask client_was_sent), or it was
 * no answer. Else *failure is the node's error. */
MUST_CHECK enum exit_code client_call(json_t **result, struct client *client,
                                      const char *method, const json_t *params,
                                      uint64_t timeout_ms, struct failure *failure);

struct client_call {
	const char *method;
	json_t *params; /* borrowed; NULL for none */
};

/* Several in one body, at most RPC_BATCH_MAX; each is answered by itself:
 * rpc_answers_result. Close the answers. */
MUST_CHECK enum exit_code client_call_many(struct rpc_answers *answers,
                                           struct client *client,
                                           const struct client_call *calls, size_t count,
                                           struct failure *failure);

/* A call that asks for no answer. EXIT_CODE_OK: the node took it off the wire. */
MUST_CHECK enum exit_code client_notify(struct client *client, const char *method,
                                        const json_t *params, struct failure *failure);

/* Of the last call: may the node have got it, although it did not answer? */
bool client_was_sent(const struct client *client);

#endif
