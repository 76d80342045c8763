/* Transactions from operations: signed bytes and their txid. */
#ifndef WALLET_CLI_TX_MAKER_H
#define WALLET_CLI_TX_MAKER_H

#include "chain/ledger/tx.h"
#include "wallet-cli/keystore/keystore.h"

struct signed_tx {
	uint8_t *bytes; /* heap: signed_tx_close */
	size_t size;
	struct hash txid;
};

void signed_tx_close(struct signed_tx *tx);

/* Signs with the key at `position` of an unlocked keystore. Any thread.
 *
 * STATUS_TOO_LARGE  the transaction would be larger than TX_SIZE_MAX
 * and as keystore_sign; `why` says what is wrong, and *tx is empty. */
MUST_CHECK enum status signed_tx_make(struct signed_tx *tx, const struct tx_draft *draft,
                                      const struct network *network,
                                      const struct keystore *keystore, size_t position,
                                      struct why *why);

/* One account's key, taken out of the keystore once: a thread that signs thousands does
 * not derive it each time from the words, which would cost as much as the signature. It
 * lies in secret memory. */
struct signing_key;

/* Of an unlocked keystore; each thread its own. NULL: `why` says why not. */
MUST_CHECK struct signing_key *signing_key_new(const struct keystore *keystore,
                                               size_t position, struct why *why);
void signing_key_free(struct signing_key *key);

/* As signed_tx_make. */
MUST_CHECK enum status signed_tx_make_with(struct signed_tx *tx,
                                           const struct tx_draft *draft,
                                           const struct network *network,
                                           const struct signing_key *key,
                                           struct why *why);

#endif
