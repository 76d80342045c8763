/* The words of `cairn tx build` as operations in JSON:
 *
 *     record.append stream=notes key=k value=@file + asset.burn asset=kwh amount=5
 *     kind          member=value ...                the next operation
 *
 * A value is a text, @FILE or -. What is read from a file, or is no UTF-8, goes into
 * "value_b64" and its like. */
#ifndef WALLET_CLI_TX_WORDS_H
#define WALLET_CLI_TX_WORDS_H

#include "wallet-cli/failure.h"

#include <jansson.h>

/* A new list of objects for operation_from_json. NULL: *failure says which word is
 * wrong. */
MUST_CHECK json_t *tx_words_operations(const char *const *words, size_t count,
                                       struct failure *failure);

#endif
