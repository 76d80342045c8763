/* Leaves of the network's log as events, the newest of them kept: a block that became final
 * is read and written out once, however many subscribers wait for it. */
#ifndef NODE_SHELL_FEED_LEAF_H
#define NODE_SHELL_FEED_LEAF_H

#include "node/shell/backend_read.h"

struct leaf {
	uint64_t log_index;
	uint64_t height;  /* of its block */
	uint64_t first;   /* log index of the block's first transaction, */
	uint64_t end;     /* and of the block's own leaf */
	uint64_t time_ms; /* that the block bears */
	uint8_t *text;    /* owned; NULL: not written out yet */
	size_t text_size;
	bool is_kept;     /* in its slot */
};

/* Slots for leaves in a row; a block of many more goes through them all the same. */
enum { LEAVES_KEPT = 4096 };

struct leaves {
	struct leaf kept[LEAVES_KEPT]; /* by log index, modulo their number */
	uint64_t oldest;               /* no text below is kept */
	size_t text_size;              /* of all that is kept: RPC_EVENTS_CACHE_MAX at most */
	struct leaf other;             /* the last one that is too old to be kept */
};

static inline bool leaf_is_block(const struct leaf *leaf)
{
	return leaf->log_index == leaf->end;
}

static inline struct rpc_place leaf_place(const struct leaf *leaf)
{
	return (struct rpc_place){leaf->height, leaf->log_index - leaf->first};
}

/* NULL: memory is out. */
MUST_CHECK struct leaves *leaves_new(void);
/* NULL is fine. */
void leaves_free(struct leaves *leaves);

/* The leaf, which must be there; NULL: the query has failed. Borrowed until the next call. */
MUST_CHECK struct leaf *leaf_find(struct leaves *leaves, struct query *query,
                                  uint64_t log_index);

/* Members of its event from "type" on, but for "records"; empty: the query has failed.
 * Borrowed until the next call. */
struct bytes_view leaf_text(struct leaves *leaves, struct query *query, struct leaf *leaf);

#endif
