/* The bodies and drafts of the blocks that consensus speaks of by hash. It never holds more
 * than consensus wants: what that drops goes from here. */
#ifndef NODE_DRIVE_SHELF_H
#define NODE_DRIVE_SHELF_H

#include "chain/base/table.h"
#include "chain/ledger/draft.h"

/* What a transaction of a block is called. */
struct tx_names {
	struct hash txid;
	struct hash leaf_hash;
};

struct shelf_block {
	UT_hash_handle hh;         /* keyed by hash */
	struct hash hash;
	struct header header;
	uint8_t *body;             /* owned; header.body_size bytes */
	struct tx_names *names;    /* owned; header.tx_count of them */
	const struct draft *draft; /* the executor's; NULL before it was executed */
	bool is_bad;               /* a transaction of it is no transaction */
	bool is_kept;              /* a job reads its body, or did */
	bool is_executing;
	bool is_committed;         /* on its way to the disk: nobody else drops it */
	bool is_dropped;           /* while it was executed: it goes when that is over */
};

struct shelf {
	struct shelf_block *blocks;
};

void shelf_close(struct shelf *shelf);

/* NULL: not here. */
struct shelf_block *shelf_find(const struct shelf *shelf, const struct hash *hash);

/* A new block with a copy of its body; `names` is taken. NULL: out of memory, names freed. */
MUST_CHECK struct shelf_block *shelf_add(struct shelf *shelf, const struct hash *hash,
                                         const struct header *header,
                                         struct bytes_view body, struct tx_names *names);

void shelf_remove(struct shelf *shelf, struct shelf_block *block);

/* Does the world execute any of them? */
bool shelf_is_executing(const struct shelf *shelf);

static inline struct bytes_view shelf_body(const struct shelf_block *block)
{
	return bytes_view(block->body, block->header.body_size);
}

#endif
