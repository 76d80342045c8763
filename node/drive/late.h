/* Transactions that validators sent lately, whatever became of them: a block may have them before
 * they were checked here, or although they were refused here, where they came in another order. So
 * they need not be asked for. The newest LATE_BYTES_MAX; nothing of them was looked at. */
#ifndef NODE_DRIVE_LATE_H
#define NODE_DRIVE_LATE_H

#include "chain/base/bytes.h"
#include "chain/base/status.h"

/* What came in one message. */
struct late_txs {
	struct late_txs *older, *newer;
	struct bytes_view entries; /* as of a body; behind the struct */
	size_t count;              /* of transactions */
	struct hash *leaf_hashes;  /* of each; NULL: nobody has asked for them */
};

struct late {
	struct late_txs *oldest, *newest;
	size_t size; /* bytes of memory, all of it, as if there were all hashes */
};

/* Zeros are an empty one. */
void late_close(struct late *late);

/* Copies the entries. Out of memory: they are not remembered, which is fine. */
void late_add(struct late *late, struct bytes_view entries);

/* Makes sure of their leaf hashes: once, and not as they come, as most are never asked for.
 * STATUS_MEMORY. */
MUST_CHECK enum status late_hash(struct late_txs *txs);

#endif
