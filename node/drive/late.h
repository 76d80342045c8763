/* Transactions that validators sent lately, whatever became of them: a block may have them before
 * they were checked here, or although they were refused here, where they came in another order. So
 * they need not be asked for. The newest LATE_BYTES_MAX; nothing of them was looked at. */
#ifndef NODE_DRIVE_LATE_H
#define NODE_DRIVE_LATE_H

#include "chain/base/bytes.h"

/* What came in one message. */
struct late_txs {
	struct late_txs *older, *newer;
	struct bytes_view entries; /* as of a body; behind the struct */
};

struct late {
	struct late_txs *oldest, *newest;
	size_t size; /* bytes of memory, all of it */
};

/* Zeros are an empty one. */
void late_close(struct late *late);

/* Copies the entries. Out of memory: they are not remembered, which is fine. */
void late_add(struct late *late, struct bytes_view entries);

#endif
