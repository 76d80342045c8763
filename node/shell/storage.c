/* The happy path is batch, sync, mark, sync, answer; it can fail at each, and then the node
 * stops without an answer: what the disk has is found out at the next start. */
#include "node/shell/storage.h"

#include "chain/base/memory.h"
#include "chain/store/votes.h"
#include "node/shell/clock.h"
#include "node/shell/logger.h"

enum {
	PRUNE_ROWS = 2000,          /* deleted between two blocks: a few milliseconds of work */
	DROP_VOTES_EVERY = 1024,    /* blocks; of votes the newest is needed, and costs nothing */
	VOTE_SIZE_MAX = 256,
};

struct commit_letter {
	struct letter letter;
	struct commit_job job;
	uint64_t sent_ms;
};

enum status storage_start(struct storage *storage, struct why *why)
{
	return post_thread_start(&storage->thread, "storage", storage, why);
}

void storage_stop(struct storage *storage)
{
	post_thread_stop(&storage->thread);
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

static enum status drop_old_votes(struct storage *storage, const struct header *header,
                                  struct why *why)
{
	struct store_vote_key from = {.epoch = header->epoch, .view = header->view};

	if (header->height % DROP_VOTES_EVERY != 0)
		return STATUS_OK;
	return store_drop_votes(storage->store, &from, why);
}

static enum status keep(struct storage *storage, const struct commit_job *job,
                        struct why *why)
{
	const struct header *header = &job->block->header;
	struct sign_mark mark = {
		.epoch = job->vote.epoch,
		.view = job->vote.view,
		.committed_height = header->height,
	};
	uint8_t bytes[VOTE_SIZE_MAX];
	struct writer out = writer_on(bytes, sizeof bytes);
	struct store_vote vote = {.key = {.epoch = job->vote.epoch, .view = job->vote.view}};
	struct store_block block = {
		.draft = job->block,
		.certificate = &job->certificate,
		.vote = &vote,
	};
	enum status status;

	vote_record_put(&out, &job->vote);
	vote.bytes = bytes_view(bytes, sizeof bytes - out.left);
	status = store_commit_many(storage->store, &block, 1, why);
	if (status == STATUS_OK)
		status = sign_state_advance(storage->sign_state, &mark, why);
	if (status == STATUS_OK)
		status = drop_old_votes(storage, header, why);
	return status;
}

static void open_commit(void *owner, struct letter *letter)
{
	struct storage *storage = owner;
	struct commit_letter *commit = (struct commit_letter *)(void *)letter;
	const struct header *header = &commit->job.block->header;
	uint64_t height = header->height;
	struct why why = {{0}};
	enum status status = keep(storage, &commit->job, &why);

	if (status != STATUS_OK) {
		storage->on_failed(storage->owner, status, &why);
		return;
	}
	logger_info(LOG_CONSENSUS, "finalized", log_u64("height", height),
	            log_u64("view", header->view), log_u64("txs", header->tx_count),
	            log_u64("bytes", header->body_size),
	            log_u64("took_ms", clock_monotonic_ms() - commit->sent_ms));
	memory_free(commit);
	storage->on_stored(storage->owner, height);
	if (storage->is_pruning)
		return;
	storage->is_pruning = true;
	storage->prune_letter.open = open_prune;
	mailbox_send(&storage->thread.box, &storage->prune_letter);
}

void storage_commit(struct storage *storage, const struct commit_job *job)
{
	struct commit_letter *letter = memory_new(sizeof *letter);

	if (!letter) {
		struct why why = {"store a block: out of memory"};

		storage->on_failed(storage->owner, STATUS_MEMORY, &why);
		return;
	}
	letter->letter.open = open_commit;
	letter->job = *job;
	letter->sent_ms = clock_monotonic_ms();
	mailbox_send(&storage->thread.box, &letter->letter);
}
