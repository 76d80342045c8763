/* What is agreed, as JSON: transactions with their operations, headers, certificates. One
 * encoding per type: hashes, keys and ids lower-case hex, accounts addresses, bytes base64
 * in fields that end in _b64, amounts decimal strings, the salt 16 hex digits. */
#ifndef RPC_API_LEDGER_JSON_H
#define RPC_API_LEDGER_JSON_H

#include "chain/ledger/header.h"
#include "chain/ledger/tx.h"
#include "chain/ledger/validators.h"

#include <jansson.h>

/* Each gives a new value, NULL when memory is out. */
MUST_CHECK json_t *json_of_hash(const struct hash *hash);
MUST_CHECK json_t *json_of_hex(const void *bytes, size_t size);
MUST_CHECK json_t *json_of_base64(struct bytes_view bytes);
MUST_CHECK json_t *json_of_account(const struct hash *account);
MUST_CHECK json_t *json_of_amount(uint64_t grains);
MUST_CHECK json_t *json_of_count(uint64_t count);
/* The text, or null where the bytes are no UTF-8 or hold a NUL. */
MUST_CHECK json_t *json_of_text(struct bytes_view text);

/* {"kind":"record.append", and the fields by name}. */
MUST_CHECK json_t *json_of_operation(const struct operation *operation);

/* {"txid","size","sender","valid_until_ms","salt","operations","key","signature","tx_b64"} */
MUST_CHECK json_t *json_of_tx(const struct tx *tx);

/* The header's fields by name, and "hash". */
MUST_CHECK json_t *json_of_header(const struct header *header, const struct hash *hash);

/* {"kind","epoch","view","parent_view","block","signers":[indexes],"signatures":[hex]} */
MUST_CHECK json_t *json_of_certificate(const struct certificate *certificate);

#endif
