/* The streams and assets that an operation speaks of by their ids. Who reads a receipt wants
 * their names, so they travel in it; a name of anything else has no business there. Accounts
 * are no such things: their names may change. docs/formats.md, "Receipts". */
#ifndef CHAIN_RECEIPT_MENTIONS_H
#define CHAIN_RECEIPT_MENTIONS_H

#include "chain/ledger/operations.h"
#include "chain/ledger/state.h"

enum { MENTIONS_MAX = 2 }; /* of one operation */

struct mention {
	enum state_kind kind;  /* STATE_STREAM or STATE_ASSET */
	const struct hash *id; /* of the operation's own memory */
};

/* Returns how many there are. */
size_t operation_mentions(const struct operation *operation,
                          struct mention mentions[MENTIONS_MAX]);

#endif
