/* A method's parameters from words: name=value, typed by the node's own table.
 *
 *     cairn rpc stream.get_record stream=notes position=3
 *
 * A value may be @FILE or - as everywhere; of a parameter in base64, what the file holds
 * is encoded. One word that begins with { is all parameters as JSON. */
#ifndef WALLET_CLI_RPC_WORDS_H
#define WALLET_CLI_RPC_WORDS_H

#include "rpc/api/method.h"
#include "wallet-cli/failure.h"

#include <jansson.h>

/* A new object, checked as the node would check it. NULL: *failure says which word is
 * wrong. */
MUST_CHECK json_t *rpc_words_params(const struct rpc_method *method,
                                    const char *const *words, size_t count,
                                    struct failure *failure);

#endif
