/* Transactions that were pending and then refused, with the reason: a bounded memory, oldest
 * forgotten first, so that who asks for the status of a txid is told. */
#ifndef NODE_DRIVE_REFUSED_H
#define NODE_DRIVE_REFUSED_H

#include "chain/base/table.h"
#include "chain/ledger/verdict.h"

struct refused_tx {
	UT_hash_handle hh; /* keyed by txid; in order of refusal */
	struct hash txid;
	struct refusal refusal;
};

struct refused {
	struct refused_tx *txs;
};

/* Remembers; out of memory, it does not. */
void refused_add(struct refused *refused, const struct hash *txid,
                 const struct refusal *refusal);
/* NULL: not remembered. */
const struct refusal *refused_find(const struct refused *refused, const struct hash *txid);
void refused_forget(struct refused *refused, const struct hash *txid);
void refused_close(struct refused *refused);

#endif
