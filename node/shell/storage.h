/* The storage thread: it alone writes. A job is done when all of it is on the disk
 * (storage_batch.h), and not before. */
#ifndef NODE_SHELL_STORAGE_H
#define NODE_SHELL_STORAGE_H

#include "chain/store/store.h"
#include "node/drive/world.h"
#include "node/shell/mailbox.h"
#include "node/shell/sign_state.h"

struct storage {
	struct post_thread thread;
	struct store *store;
	struct sign_state *sign_state;
	struct letter prune_letter;
	bool is_pruning; /* the letter is in the box */
	size_t undropped_count; /* blocks since what is of no use was dropped */
	bool has_stored;        /* something, and nothing failed */

	/* On the storage thread. */
	void (*on_stored)(void *owner, struct store_job *job);
	void (*on_failed)(void *owner, enum status status, const struct why *why);
	void *owner;
};

/* The owner's functions, the store and the sign state are set by the caller before. */
MUST_CHECK enum status storage_start(struct storage *storage, struct why *why);
/* Stores what was asked, then ends; the sign state has the newest height then. */
void storage_stop(struct storage *storage);

/* Answers on_stored. */
void storage_store(struct storage *storage, struct store_job *job);

#endif
