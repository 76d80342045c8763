#include "node/shell/storage_batch.h"

#include "chain/base/memory.h"
#include "chain/store/votes.h"

enum { PENDING_DROP_MAX = 64 }; /* blocks that will never be final, at one time */

/* -- The batch ----------------------------------------------------------------------------------- */

/* The rows of a job, in an arena of its own. */
struct job_rows {
	struct arena arena;
	struct store_vote *votes;
	struct store_pending *pending;
	struct store_block *blocks;
	struct store_note *notes;
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

/* A final one stands with its block, if that is in the same job. */
static bool is_with_block(const struct store_job *job, const struct keep_certificate *keep)
{
	for (size_t i = 0; i < job->commit_count; i++)
		if (bytes_equal(job->commits[i].certificate, keep->bytes))
			return true;
	return false;
}

static void add_certificates(struct job_rows *rows, const struct store_job *job)
{
	for (size_t i = 0; i < job->certificate_count; i++) {
		const struct keep_certificate *keep = &job->certificates[i];

		if (!is_with_block(job, keep))
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

static void add_notes(struct job_rows *rows, const struct store_job *job)
{
	for (size_t i = 0; i < job->note_count; i++) {
		const struct keep_note *note = &job->notes[i];
		bool is_seal = note->kind == KEEP_SEAL;

		rows->notes[rows->batch.note_count++] = (struct store_note){
			.tag = is_seal ? STORE_NOTE_SEAL : STORE_NOTE_CHECKPOINT,
			.number = is_seal ? note->size : 0,
			.bytes = note->bytes,
		};
	}
}

static enum status write_rows(struct store *store, struct job_rows *rows,
                              const struct store_job *job, struct why *why)
{
	size_t votes = job->record_count + job->certificate_count;

	rows->votes = arena_take(&rows->arena, (votes + 1) * sizeof *rows->votes);
	rows->pending =
		arena_take(&rows->arena, (job->block_count + 1) * sizeof *rows->pending);
	rows->blocks =
		arena_take(&rows->arena, (job->commit_count + 1) * sizeof *rows->blocks);
	rows->notes = arena_take(&rows->arena, (job->note_count + 1) * sizeof *rows->notes);
	if (!rows->votes || !rows->pending || !rows->blocks || !rows->notes ||
	    add_records(rows, job) != STATUS_OK)
		return why_set(why, STATUS_MEMORY, "gather what is to be stored");
	add_certificates(rows, job);
	add_blocks(rows, job);
	add_notes(rows, job);
	rows->batch.votes = rows->votes;
	rows->batch.pending = rows->pending;
	rows->batch.blocks = rows->blocks;
	rows->batch.notes = rows->notes;
	return store_write(store, &rows->batch, why);
}

enum status store_job_write(struct store *store, const struct store_job *job,
                            struct why *why)
{
	struct job_rows rows = {0};
	enum status status = write_rows(store, &rows, job, why);

	arena_close(&rows.arena);
	return status;
}

/* -- The mark ------------------------------------------------------------------------------------- */

struct vote_mark vote_mark_of(const struct sign_mark *mark)
{
	return (struct vote_mark){
		.epoch = mark->epoch,
		.view = mark->view,
		.floor_epoch = mark->floor_epoch,
		.floor_view = mark->floor_view,
		.recall = mark->recall,
	};
}

struct sign_mark sign_mark_of(const struct vote_mark *mark, uint64_t committed_height)
{
	return (struct sign_mark){
		.epoch = mark->epoch,
		.view = mark->view,
		.floor_epoch = mark->floor_epoch,
		.floor_view = mark->floor_view,
		.recall = mark->recall,
		.committed_height = committed_height,
	};
}

enum status store_job_mark(struct sign_state *sign_state, const struct store *store,
                           const struct store_job *job, struct why *why)
{
	uint64_t height = store_tip(store)->header.height;
	uint64_t marked = sign_state->mark.committed_height;
	/* A ledger that was turned back comes to what it had only in time. */
	struct sign_mark mark = sign_mark_of(&job->mark, height > marked ? height : marked);

	return sign_state_advance(sign_state, &mark, why);
}

/* -- What is of no use any more -------------------------------------------------------------------- */

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
static enum status drop_old_pending(struct store *store, struct why *why)
{
	struct old_pending old = {.height = store_tip(store)->header.height};
	struct store_view *view;
	enum status status = store_view_open(&view, store, why);

	if (status != STATUS_OK)
		return status;
	status = store_list_pending(view, see_pending, &old, why);
	store_view_close(view);
	if (status == STATUS_OK && old.count > 0)
		status = store_drop_pending(store, old.blocks, old.count, why);
	return status;
}

enum status store_job_drop_old(struct store *store, const struct store_job *job,
                               struct why *why)
{
	struct store_vote_key from = {
		.epoch = job->forget_epoch,
		.view = job->forget_view + 1,
	};
	enum status status = store_drop_votes(store, &from, why);

	return status == STATUS_OK ? drop_old_pending(store, why) : status;
}
