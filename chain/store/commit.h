/* A block as rows: what store_commit and store_create write. For the store's files
 * alone. */
#ifndef CHAIN_STORE_COMMIT_H
#define CHAIN_STORE_COMMIT_H

#include "chain/store/database.h"

/* Adds all rows of the block to the batch. STATUS_MEMORY: the batch is not to be
 * written. */
MUST_CHECK enum status commit_add_block(struct store *store,
                                        const struct store_block *block);

/* The rows that find things again: runs, names, keys, versions (commit_index.c). */
MUST_CHECK enum status commit_add_indexes(struct store *store, const struct draft *draft);

/* The rows of a vote, of a note and of a pending block (votes.c). */
void batch_put_vote(struct store *store, const struct store_vote *vote);
void batch_put_note(struct store *store, const struct store_note *note);
MUST_CHECK enum status batch_put_pending(struct store *store,
                                         const struct store_pending *pending);

#endif
