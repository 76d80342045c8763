/* A store job on its way to the disk, step by step, for whoever has the store: the storage
 * thread of a node, and a simulated node. The order is database, sign state, and then what is not
 * of use any more; when the first two are done, all of the job is on the disk, and stays.
 *
 *     votes, blocks that are not final   database, not synced   sign state, synced, holds them
 *     what was committed, or too much    database, synced       sign state, if the mark is new
 *
 * A vote waits for one sync that way, and not for two. */
#ifndef NODE_SHELL_STORAGE_BATCH_H
#define NODE_SHELL_STORAGE_BATCH_H

#include "chain/store/store.h"
#include "node/drive/world.h"
#include "node/shell/sign_state.h"

/* Kinds of rows beside the ledger: our own record, and the certificates by their vote kind. */
enum { STORED_RECORD = 0 };

/* All of the job in one batch. It is on the disk now, or in what the sign state holds. */
MUST_CHECK enum status store_job_write(struct store *store, struct sign_state *sign_state,
                                       const struct store_job *job, struct why *why);

/* The mark of a job that is written, and what is held, synced. */
MUST_CHECK enum status store_job_mark(struct sign_state *sign_state, const struct store *store,
                                      const struct store_job *job, struct why *why);

/* With the height of the newest block, which store_job_mark leaves out where nothing was signed. */
MUST_CHECK enum status store_settle_mark(struct sign_state *sign_state,
                                         const struct store *store, struct why *why);

/* At the start, before anything is read: the database gets the rows that the sign state holds, as
 * far as it has not got them. *is_older: it lacks some that it had synced: it is an old copy, and
 * what it has of votes is not all that was signed. Then it is left as it is.
 * STATUS_CORRUPT: no program wrote what is held. */
MUST_CHECK enum status store_restore_held(struct store *store, struct sign_state *sign_state,
                                          bool *is_older, struct why *why);

/* Go on with an older database: the mark becomes the floor. */
MUST_CHECK enum status store_accept_older(struct store *store, struct sign_state *sign_state,
                                          struct why *why);

/* The number that store_job_write put into the database last; 0: none. */
MUST_CHECK enum status store_signed_number(struct store *store, uint64_t *number,
                                           struct why *why);

/* The mark as consensus has it, and as it is in its file. */
struct vote_mark vote_mark_of(const struct sign_mark *mark);
struct sign_mark sign_mark_of(const struct vote_mark *mark, uint64_t committed_height);

/* Deletes what no start after this job asks for: rows of views that are final in the ledger,
 * and blocks that lost. Not synced: what a crash brings back is passed over (loading.h). */
MUST_CHECK enum status store_job_drop_old(struct store *store, const struct store_job *job,
                                          struct why *why);

#endif
