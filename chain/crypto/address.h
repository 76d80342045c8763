/* Accounts for people: the id of a new account, and an id as a text that catches typing
 * mistakes.
 *
 *     cairn1 <bech32m of: u8 version = 1 | account id, 32>      65 characters
 *
 * The id names an account for good, whatever keys control it later; an address is nothing
 * but its id. It says nothing of a network: the same key has the same address in each. */
#ifndef CHAIN_CRYPTO_ADDRESS_H
#define CHAIN_CRYPTO_ADDRESS_H

#include "chain/base/bytes.h"
#include "chain/base/status.h"

enum {
	ADDRESS_VERSION = 1,
	ADDRESS_TEXT_SIZE = 65 + 1, /* with the NUL */
};

/* The account that this key opens: tagged_hash("cairn/account/v1", u8 1 | key), where 1
 * says "controlled by one key". */
struct hash account_id_of_key(const struct public_key *key);

/* Lower case, with a NUL. */
void address_encode(char text[ADDRESS_TEXT_SIZE], const struct hash *account);

/* Any bytes in; all upper case is read too (QR codes are smaller so).
 *
 * STATUS_MALFORMED, STATUS_TOO_LARGE  no address; `why`, which may be NULL, says what is
 * wrong and where STATUS_FOREIGN                      bech32m, but of another kind or a
 * later version */
MUST_CHECK enum status address_decode(struct hash *account, struct bytes_view text,
                                      struct why *why);

#endif
