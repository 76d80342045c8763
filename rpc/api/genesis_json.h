/* A genesis in JSON, for people and for the wallet. */
#ifndef RPC_API_GENESIS_JSON_H
#define RPC_API_GENESIS_JSON_H

#include "chain/ledger/genesis.h"

#include <jansson.h>

/* A new object, or NULL when memory is out: name, time_ms, peers, admission, parameters,
 * root_group {members, threshold}, recovery {keys, threshold}, validators, node_ids.
 * Accounts are addresses, keys and node ids lower-case hex. */
MUST_CHECK json_t *genesis_to_json(const struct genesis *genesis);

#endif
