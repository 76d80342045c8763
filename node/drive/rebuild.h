/* A block put together from its short names, what the pool has, and what one peer sends.
 *
 *     MATCHING ──some are missing──► ASKING ──here, wrong root──► FAILED
 *        │ none is missing             │ here, right root
 *        ├──────► root right ──────────┴──► DONE
 *        └──────► root wrong: FAILED
 *
 *   MATCHING -> ...    rebuild_matched     ASKING -> ...    rebuild_fill
 *
 * Names of 64 bits can clash by chance, and a block's maker can make them clash: that is nobody's
 * breach, it costs a question for the whole block by hash. A rebuild belongs to one peer and one
 * block and dies with its first outcome. It copies what it takes. Pure. */
#ifndef NODE_DRIVE_REBUILD_H
#define NODE_DRIVE_REBUILD_H

#include "chain/base/memory.h"
#include "consensus/compact.h"

enum rebuild_state {
	REBUILD_MATCHING,
	REBUILD_ASKING, /* for rebuild_missing */
	REBUILD_DONE,
	REBUILD_FAILED,     /* these are not the block's: ask for it whole */
};

struct rebuild_position {
	struct hash leaf_hash;   /* when it is here */
	const uint8_t *at;       /* in the arena; NULL: missing */
	uint16_t size;
	bool is_barred;          /* its name is not unique: it has to be asked for */
};

struct rebuild {
	struct hash block;
	struct header header;
	enum rebuild_state state;
	struct siphash_key key;
	uint64_t multiplier;     /* secret, odd: where names stand in the table */
	struct rebuild_position *positions; /* header.tx_count */
	uint64_t *names;         /* likewise; of prefilled ones unused */
	uint16_t *table;         /* position + 1 by name; 0: free */
	unsigned table_bits;
	size_t missing_count;
	size_t body_size;        /* of what is here, as entries */
	struct arena bytes;
};

/* `lot` is a random word. `compact` was decoded for this header; its bytes are copied. NULL: out
 * of memory. */
MUST_CHECK struct rebuild *rebuild_new(const struct hash *block, const struct header *header,
                                       const struct compact_body *compact, uint64_t lot);
void rebuild_free(struct rebuild *rebuild);

/* MATCHING: a transaction that we have, of the pool or of late blocks. STATUS_MEMORY, else
 * STATUS_OK whether it is of the block or not. About 100 ns: 10 ms for a full pool, which may
 * be offered piece by piece. */
MUST_CHECK enum status rebuild_offer(struct rebuild *rebuild, const struct hash *leaf_hash,
                                     struct bytes_view tx);

/* All were offered: the next state. Costs a hash for each transaction if none is missing. */
enum rebuild_state rebuild_matched(struct rebuild *rebuild);

/* ASKING: the missing ones, ascending; room for missing_count. How many. */
size_t rebuild_missing(const struct rebuild *rebuild, uint16_t *indexes);

enum rebuild_finding {
	REBUILD_GOOD,      /* look at the state */
	REBUILD_UNWANTED,  /* nothing was asked: to be ignored */
	REBUILD_BREACH,    /* not as many as were asked for, or larger than the header says */
	REBUILD_NO_MEMORY,
};

/* The peer's answer. */
enum rebuild_finding rebuild_fill(struct rebuild *rebuild, const struct block_txs *txs);

/* DONE: appends the body, header.body_size bytes. */
void rebuild_put_body(const struct rebuild *rebuild, struct buffer *out);

/* Bytes of memory that it takes now. */
size_t rebuild_memory(const struct rebuild *rebuild);

#endif
