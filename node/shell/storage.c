/* The happy path is database, sign state, answer; it can fail at each, and then the node stops
 * without an answer: what the disk has is found out at the next start. */
#include "node/shell/storage.h"

#include "chain/base/memory.h"
#include "node/shell/clock.h"
#include "node/shell/logger.h"
#include "node/shell/storage_batch.h"

enum {
	PRUNE_ROWS = 2000,          /* deleted between two blocks: a few milliseconds of work */
	DROP_EVERY = 1024,          /* blocks */
};

struct store_letter {
	struct letter letter;
	struct store_job *job;
	uint64_t sent_ms;
};

enum status storage_start(struct storage *storage, struct why *why)
{
	return post_thread_start(&storage->thread, "storage", storage, why);
}

/* The height is what the ledger is compared with at the next start. Of a node that was refused, or
 * that could not write, nothing is touched. */
void storage_stop(struct storage *storage)
{
	struct why why = {{0}};

	post_thread_stop(&storage->thread);
	if (storage->has_stored &&
	    store_settle_mark(storage->sign_state, storage->store, &why) != STATUS_OK)
		logger_warn(LOG_STORE, "sign_state_not_settled", log_text("why", text_view(why.text)));
}

/* One bounded piece, then back to the end of the box, behind blocks that came meanwhile. */
static void open_prune(void *owner, struct letter *letter)
{
	struct storage *storage = owner;
	struct why why = {{0}};
	enum status status;
	bool more = false;

	status = store_prune(storage->store, PRUNE_ROWS, &more, &why);
	storage->is_pruning = more && status == STATUS_OK;
	if (storage->is_pruning)
		mailbox_send(&storage->thread.box, letter);
	else if (status != STATUS_OK)
		storage->on_failed(storage->owner, status, &why);
}

/* -- Writing ---------------------------------------------------------------------------------------- */

/* What is of no use any more costs little: it goes now and then. */
static enum status drop_old(struct storage *storage, const struct store_job *job,
                            struct why *why)
{
	enum status status;

	storage->undropped_count += job->commit_count;
	if (storage->undropped_count < DROP_EVERY)
		return STATUS_OK;
	storage->undropped_count = 0;
	status = store_settle_mark(storage->sign_state, storage->store, why);
	return status == STATUS_OK ? store_job_drop_old(storage->store, job, why) : status;
}

static enum status keep(struct storage *storage, const struct store_job *job,
                        struct why *why)
{
	enum status status = store_job_write(storage->store, storage->sign_state, job, why);

	if (status == STATUS_OK)
		status = store_job_mark(storage->sign_state, storage->store, job, why);
	if (status == STATUS_OK)
		status = drop_old(storage, job, why);
	return status;
}

static void say_final(const struct store_job *job, uint64_t took_ms)
{
	for (size_t i = 0; i < job->commit_count; i++) {
		const struct header *header = &job->commits[i].draft->header;

		logger_info(LOG_CONSENSUS, "finalized", log_u64("height", header->height),
		            log_u64("view", header->view), log_u64("txs", header->tx_count),
		            log_u64("bytes", header->body_size), log_u64("took_ms", took_ms));
	}
}

static void open_store(void *owner, struct letter *letter)
{
	struct storage *storage = owner;
	struct store_letter *store = (struct store_letter *)(void *)letter;
	struct store_job *job = store->job;
	bool has_blocks = job->commit_count > 0;
	struct why why = {{0}};
	enum status status = keep(storage, job, &why);

	if (status != STATUS_OK) {
		storage->has_stored = false;
		storage->on_failed(storage->owner, status, &why);
		return;
	}
	storage->has_stored = true;
	say_final(job, clock_monotonic_ms() - store->sent_ms);
	memory_free(store);
	storage->on_stored(storage->owner, job);
	if (storage->is_pruning || !has_blocks)
		return;
	storage->is_pruning = true;
	storage->prune_letter.open = open_prune;
	mailbox_send(&storage->thread.box, &storage->prune_letter);
}

void storage_store(struct storage *storage, struct store_job *job)
{
	struct store_letter *letter = memory_new(sizeof *letter);

	if (!letter) {
		struct why why = {"store a block: out of memory"};

		storage->on_failed(storage->owner, STATUS_MEMORY, &why);
		return;
	}
	letter->letter.open = open_store;
	letter->job = job;
	letter->sent_ms = clock_monotonic_ms();
	mailbox_send(&storage->thread.box, &letter->letter);
}
