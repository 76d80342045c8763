/* What a person typed, before it is signed: lengths, names and ranges, with sentences. */
#ifndef WALLET_CLI_OPERATION_CHECK_H
#define WALLET_CLI_OPERATION_CHECK_H

#include "chain/ledger/operations.h"

/* Is it as the protocol wants it? To be asked before it is put into a transaction.
 * STATUS_MALFORMED or STATUS_TOO_LARGE with a sentence, STATUS_MEMORY. */
MUST_CHECK enum status operation_check(const struct operation *operation,
                                       struct why *why);

#endif
