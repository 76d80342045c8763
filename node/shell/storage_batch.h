/* A store job on its way to the disk, step by step, for whoever has the store: the storage
 * thread of a node, and a simulated node. The order is batch, mark, and then what is not of
 * use any more. */
#ifndef NODE_SHELL_STORAGE_BATCH_H
#define NODE_SHELL_STORAGE_BATCH_H

#include "chain/store/store.h"
#include "node/drive/world.h"
#include "node/shell/sign_state.h"

/* Kinds of rows beside the ledger: our own record, and the certificates by their vote kind. */
enum { STORED_RECORD = 0 };

/* All of the job in one synced batch. */
MUST_CHECK enum status store_job_write(struct store *store, const struct store_job *job,
                                       struct why *why);

/* The mark of a job that is written, synced. */
MUST_CHECK enum status store_job_mark(struct sign_state *sign_state, const struct store *store,
                                      const struct store_job *job, struct why *why);

/* The mark as consensus has it, and as it is in its file. */
struct vote_mark vote_mark_of(const struct sign_mark *mark);
struct sign_mark sign_mark_of(const struct vote_mark *mark, uint64_t committed_height);

/* Deletes what no start after this job asks for: rows of views that are final in the ledger,
 * and blocks that lost. Not synced: what a crash brings back is passed over (loading.h). */
MUST_CHECK enum status store_job_drop_old(struct store *store, const struct store_job *job,
                                          struct why *why);

#endif
