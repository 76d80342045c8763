/* The reading thread: blocks of the ledger, for peers that are behind. It has a view of its own,
 * so that neither the loop nor whoever writes waits for it. */
#ifndef NODE_SHELL_READER_H
#define NODE_SHELL_READER_H

#include "chain/store/view.h"
#include "node/drive/world.h"
#include "node/shell/mailbox.h"

struct reader {
	struct post_thread thread;
	struct store_view *view;

	/* On the reading thread. */
	void (*on_read)(void *owner, struct read_job *job);
	/* Our disk or memory failed: the node cannot go on. */
	void (*on_failed)(void *owner, enum status status, const struct why *why);
	void *owner;
};

/* The owner's functions are set by the caller before; the store must stay open. */
MUST_CHECK enum status reader_start(struct reader *reader, struct store *store,
                                    struct why *why);
/* Answers what was asked, then ends. Also of one that was not started. */
void reader_stop(struct reader *reader);

/* Answers on_read. STATUS_MEMORY: it could not even be asked, and the job stays the caller's. */
MUST_CHECK enum status reader_read(struct reader *reader, struct read_job *job);

/* What the thread does for a job: fills in its answer, of the ledger as it is by then. */
MUST_CHECK enum status reader_answer(struct store_view *view, struct read_job *job,
                                     struct why *why);

#endif
