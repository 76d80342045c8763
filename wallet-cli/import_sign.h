/* The threads of an import that make transactions of lines. */
#ifndef WALLET_CLI_IMPORT_SIGN_H
#define WALLET_CLI_IMPORT_SIGN_H

#include "wallet-cli/import.h"
#include "wallet-cli/import_item.h"

struct import_signers;

/* `wake` is called from a thread when something is there to take after nothing was. The
 * keystore is unlocked and stays as it is. NULL: `why` says why not. */
MUST_CHECK struct import_signers *import_signers_new(const struct import_plan *plan,
                                                     const struct keystore *keystore,
                                                     void (*wake)(void *owner),
                                                     void *owner, struct why *why);

/* Stops the threads. What nobody took goes behind what `queue` holds, READ, SIGNED or
 * with a failure. NULL is fine. */
void import_signers_free(struct import_signers *signers, struct import_queue *queue);

/* Hands a READ item over. Sequence numbers go up by one; at most IMPORT_TXS_MAX items are
 * handed over and not yet taken. */
void import_signers_push(struct import_signers *signers, struct import_item *item);

/* What is ready, in the order it was handed over, behind what `queue` holds: SIGNED, or
 * with a failure. */
void import_signers_take(struct import_signers *signers, struct import_queue *queue);

#endif
