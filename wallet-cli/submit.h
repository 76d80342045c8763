/* Handing a signed transaction to the node, and waiting for what becomes of it.
 *
 *     --wait none      sent as a notification: whether it was taken is not asked
 *     --wait pending   the node has checked it and keeps it for a block
 *     --wait final     it stands in the ledger
 *
 * What is printed is the txid, as soon as the node may have the transaction: whoever does
 * not learn the outcome can ask for it later. */
#ifndef WALLET_CLI_SUBMIT_H
#define WALLET_CLI_SUBMIT_H

#include "wallet-cli/session.h"

enum submit_wait { SUBMIT_WAIT_NONE, SUBMIT_WAIT_PENDING, SUBMIT_WAIT_FINAL };

/* What --wait says. */
MUST_CHECK enum exit_code submit_wait_option(enum submit_wait *wait,
                                             struct session *session);

/* EXIT_CODE_UNKNOWN: the node may have it, but it is not known to be final. */
MUST_CHECK enum exit_code submit_tx(struct session *session, struct bytes_view tx,
                                    const struct hash *txid);

/* Waits for a transaction that somebody sent, until it is final, refused, or --timeout is
 * over, and prints its place. */
MUST_CHECK enum exit_code submit_wait_for(struct session *session,
                                          const struct hash *txid);

#endif
