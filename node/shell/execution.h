/* The execution thread: it alone owns the executor, the blocks above the committed ledger.
 * What is asked of it comes as letters and is answered by letters; blocks in order, and ahead of
 * submissions: the others wait for a vote, and nobody for a try. */
#ifndef NODE_SHELL_EXECUTION_H
#define NODE_SHELL_EXECUTION_H

#include "chain/store/view.h"
#include "node/drive/executor.h"
#include "node/drive/world.h"
#include "node/shell/ingress.h"

struct execution {
	struct post_thread thread;
	struct executor executor;
	struct store_view *view;
	struct ledger_source source;
	struct letter build_letter; /* one block is built at a time */
	struct build_job *build;

	/* On the execution thread. */
	void (*on_tried)(void *owner, struct ingress_batch *batch);
	void (*on_built)(void *owner);
	void (*on_executed)(void *owner, const struct hash *block, const struct draft *draft);
	/* Our disk or memory failed: the node cannot go on. */
	void (*on_failed)(void *owner, enum status status, const struct why *why);
	void *owner;
};

/* The owner's functions are set by the caller before; the store must stay open. */
MUST_CHECK enum status execution_start(struct execution *execution, struct store *store,
                                       struct why *why);
/* Does what was asked, then ends and frees every block. */
void execution_stop(struct execution *execution);

/* Tries the rules on each transaction of a batch that is good so far; answers on_tried. */
void execution_try(struct execution *execution, struct ingress_batch *batch);

/* Answers on_built, with job->block. */
void execution_build(struct execution *execution, struct build_job *job);

/* Answers on_executed; the job is copied. */
void execution_execute(struct execution *execution, const struct execute_job *job);

/* The block will never be final. */
void execution_drop(struct execution *execution, const struct hash *block);

/* Transactions are tried on top of this block from now on. */
void execution_aim(struct execution *execution, const struct hash *block);

/* The block is stored. */
void execution_retire(struct execution *execution, const struct hash *block);

#endif
