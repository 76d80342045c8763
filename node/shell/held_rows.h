/* Rows of the database as bytes: what the sign state holds until the database has it.
 *
 *     a vote     u8 0, epoch u64, view u64, kind u8, size u32, bytes
 *     a block    u8 1, hash 32, size u32, header 244 and body
 *
 * In the order in which the database was given them: of two with one key the later one counts. */
#ifndef NODE_SHELL_HELD_ROWS_H
#define NODE_SHELL_HELD_ROWS_H

#include "chain/base/buffer.h"
#include "chain/store/store.h"

struct held_rows {
	struct store_vote *votes;
	size_t vote_count;
	struct store_pending *pending;
	size_t pending_count;
};

/* Bytes of the votes and pending blocks of a batch. */
size_t held_rows_size(const struct store_batch *batch);

void held_rows_put(struct buffer *out, const struct store_batch *batch);

/* Their bytes are borrowed. STATUS_MALFORMED and the like: nobody wrote this. STATUS_MEMORY. */
MUST_CHECK enum status held_rows_get(struct held_rows *rows, struct bytes_view bytes);
void held_rows_close(struct held_rows *rows);

#endif
