/* Operations as JSON, the way back: rpc/api/ledger_json.h writes them, this reads them,
 * from a file that a person edited or from the words of `cairn tx build`.
 *
 *     {"kind":"record.append","stream":"notes","key":"k","value":"hello"}
 *
 * It reads everything that is written there, and what is easier to type: a stream's or
 * asset's name for its id, an address for an account's id, "key" and "value" as text
 * beside "key_b64" and "value_b64", numbers as texts. Amounts are grains. A member that
 * the operation does not have is an error. */
#ifndef WALLET_CLI_OPERATION_JSON_H
#define WALLET_CLI_OPERATION_JSON_H

#include "chain/base/memory.h"
#include "chain/ledger/operations.h"

#include <jansson.h>

/* Views of the operation go into `json` and `arena`: both must outlive it.
 * STATUS_MALFORMED or STATUS_TOO_LARGE: `why` is a sentence that names the member.
 * STATUS_MEMORY. */
MUST_CHECK enum status operation_from_json(struct operation *operation,
                                           const json_t *json, struct arena *arena,
                                           struct why *why);

#endif
