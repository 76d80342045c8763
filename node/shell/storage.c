/* The happy path is batch, sync, mark, sync, answer; it can fail at each, and then the node
 * stops without an answer: what the disk has is found out at the next start. */
#include "node/shell/storage.h"

#include "chain/base/memory.h"
#include "chain/store/votes.h"
#include "node/shell/clock.h"
#include "node/shell/logger.h"

enum {
	PRUNE_ROWS = 2000,          /* deleted between two blocks: a few milliseconds of work */
	DROP_VOTES_EVERY = 1024,    /* blocks: what is of no use any more costs little */
	PENDING_DROP_MAX = 64,      /* blocks that will never be final, at one time */
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

/* -- What is of no use any more ------------------------------------------------------------------ */

struct old_pending {
	uint64_t height; /* of the newest block */
	struct hash blocks[PENDING_DROP_MAX];
	size_t count;
};

static bool see_pending(void *owner, const struct store_pending *pending)
{
	struct old_pending *old = owner;

	if (pending->header.height <= old->height)
		old->blocks[old->count++] = pending->block;
	return old->count < PENDING_DROP_MAX;
}

/* Blocks that lost against the one that became final. */
static enum status drop_old_pending(struct storage *storage, struct why *why)
{
	struct old_pending old = {.height = store_tip(storage->store)->header.height};
	struct store_view *view;
	enum status status = store_view_open(&view, storage->store, why);

	if (status != STATUS_OK)
		return status;
	status = store_list_pending(view, see_pending, &old, why);
	store_view_close(view);
	if (status == STATUS_OK && old.count > 0)
		status = store_drop_pending(storage->store, old.blocks, old.count, why);
	return status;
}

static enum status drop_old(struct storage *storage, const struct store_job *job,
                            struct why *why)
{
	struct store_vote_key from = {
		.epoch = job->forget_epoch,
		.view = job->forget_view + 1,
	};
	enum status status;

	storage->undropped_count += job->commit_count;
	if (storage->undropped_count < DROP_VOTES_EVERY)
		return STATUS_OK;
	storage->undropped_count = 0;
	status = store_drop_votes(storage->store, &from, why);
	return status == STATUS_OK ? drop_old_pending(storage, why) : status;
}

/* -- Writing ---------------------------------------------------------------------------------------- */

/* The rows of a job, in an arena of its own. */
struct job_rows {
	struct arena arena;
	struct store_vote *votes;
	struct store_pending *pending;
	struct store_block *blocks;
	struct store_batch batch;
};

static enum status add_records(struct job_rows *rows, const struct store_job *job)
{
	for (size_t i = 0; i < job->record_count; i++) {
		const struct vote_record *record = &job->records[i];
		size_t size = vote_record_size(record);
		uint8_t *bytes = arena_take(&rows->arena, size);
		struct writer out;

		if (!bytes)
			return STATUS_MEMORY;
		out = writer_on(bytes, size);
		vote_record_put(&out, record);
		rows->votes[rows->batch.vote_count++] = (struct store_vote){
			.key = {.epoch = record->epoch,
			        .view = record->view,
			        .kind = STORED_RECORD},
			.bytes = bytes_view(bytes, size),
		};
	}
	return STATUS_OK;
}

static void add_certificates(struct job_rows *rows, const struct store_job *job)
{
	for (size_t i = 0; i < job->certificate_count; i++) {
		const struct keep_certificate *keep = &job->certificates[i];

		/* The newest final one stands with its block. */
		if (keep->kind != VOTE_FINALIZE)
			rows->votes[rows->batch.vote_count++] = (struct store_vote){
				.key = {.epoch = keep->epoch,
				        .view = keep->view,
				        .kind = (uint8_t)keep->kind},
				.bytes = keep->bytes,
			};
	}
}

static void add_blocks(struct job_rows *rows, const struct store_job *job)
{
	for (size_t i = 0; i < job->block_count; i++)
		rows->pending[rows->batch.pending_count++] = (struct store_pending){
			.block = job->blocks[i].hash,
			.header = job->blocks[i].header,
			.body = job->blocks[i].body,
		};
	for (size_t i = 0; i < job->commit_count; i++)
		rows->blocks[rows->batch.block_count++] = (struct store_block){
			.draft = job->commits[i].draft,
			.certificate = job->commits[i].certificate,
		};
}

static enum status write_rows(struct storage *storage, struct job_rows *rows,
                              const struct store_job *job, struct why *why)
{
	size_t votes = job->record_count + job->certificate_count;

	rows->votes = arena_take(&rows->arena, (votes + 1) * sizeof *rows->votes);
	rows->pending =
		arena_take(&rows->arena, (job->block_count + 1) * sizeof *rows->pending);
	rows->blocks =
		arena_take(&rows->arena, (job->commit_count + 1) * sizeof *rows->blocks);
	if (!rows->votes || !rows->pending || !rows->blocks ||
	    add_records(rows, job) != STATUS_OK)
		return why_set(why, STATUS_MEMORY, "gather what is to be stored");
	add_certificates(rows, job);
	add_blocks(rows, job);
	rows->batch.votes = rows->votes;
	rows->batch.pending = rows->pending;
	rows->batch.blocks = rows->blocks;
	return store_write(storage->store, &rows->batch, why);
}

static enum status keep(struct storage *storage, const struct store_job *job,
                        struct why *why)
{
	struct job_rows rows = {0};
	enum status status = write_rows(storage, &rows, job, why);
	uint64_t height = store_tip(storage->store)->header.height;
	uint64_t marked = storage->sign_state->mark.committed_height;
	struct sign_mark mark = {
		.epoch = job->mark.epoch,
		.view = job->mark.view,
		.floor_epoch = job->mark.floor_epoch,
		.floor_view = job->mark.floor_view,
		.recall = job->mark.recall,
		/* A ledger that was turned back comes to what it had only in time. */
		.committed_height = height > marked ? height : marked,
	};

	arena_close(&rows.arena);
	if (status == STATUS_OK)
		status = sign_state_advance(storage->sign_state, &mark, why);
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
		storage->on_failed(storage->owner, status, &why);
		return;
	}
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
