#include "node/shell/storage_batch.h"

#include "chain/base/memory.h"
#include "chain/store/votes.h"
#include "node/shell/held_rows.h"

enum { PENDING_DROP_MAX = 64 }; /* blocks that will never be final, at one time */

/* -- The batch ----------------------------------------------------------------------------------- */

/* The rows of a job, in an arena of its own. */
struct job_rows {
	struct arena arena;
	struct store_vote *votes;
	struct store_pending *pending;
	struct store_block *blocks;
	struct store_note *notes;
	uint8_t number[8]; /* of the sign state's write */
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

static void add_number(struct job_rows *rows, uint64_t number)
{
	put_le64(rows->number, number);
	rows->notes[rows->batch.note_count++] = (struct store_note){
		.tag = STORE_NOTE_SIGNED,
		.bytes = bytes_view(rows->number, sizeof rows->number),
	};
}

static enum status gather_rows(struct job_rows *rows, const struct store_job *job)
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
		return STATUS_MEMORY;
	add_certificates(rows, job);
	add_blocks(rows, job);
	add_notes(rows, job);
	rows->batch.votes = rows->votes;
	rows->batch.pending = rows->pending;
	rows->batch.blocks = rows->blocks;
	rows->batch.notes = rows->notes;
	return STATUS_OK;
}

/* May the sign state hold it? It does where something was signed, and there is nothing among it
 * that somebody is told of as final. */
static bool may_be_held(const struct sign_state *sign_state, const struct job_rows *rows,
                        const struct store_job *job, bool has_new_mark)
{
	return (job->record_count > 0 || has_new_mark) && job->commit_count == 0 &&
	       job->note_count == 0 &&
	       held_rows_size(&rows->batch) <= SIGN_HELD_MAX - sign_state->held.size;
}

static enum status write_rows(struct store *store, struct sign_state *sign_state,
                              struct job_rows *rows, const struct store_job *job,
                              struct why *why)
{
	struct sign_mark mark = sign_mark_of(&job->mark, 0);
	bool has_new_mark = sign_state_wants(sign_state, &mark);
	uint64_t number = sign_state->given;
	enum status status = gather_rows(rows, job);

	rows->batch.is_unsynced = may_be_held(sign_state, rows, job, has_new_mark);
	if (status == STATUS_OK && rows->batch.is_unsynced) {
		held_rows_put(&sign_state->held, &rows->batch);
		status = sign_state->held.status;
	}
	if (status != STATUS_OK)
		return why_set(why, status, "gather what is to be stored");
	/* No number twice: one goes with each write of the sign state. */
	if (rows->batch.is_unsynced || has_new_mark) {
		number = sign_state_next(sign_state);
		add_number(rows, number);
	}
	status = store_write(store, &rows->batch, why);
	if (status == STATUS_OK)
		sign_state_given(sign_state, number, !rows->batch.is_unsynced);
	return status;
}

enum status store_job_write(struct store *store, struct sign_state *sign_state,
                            const struct store_job *job, struct why *why)
{
	struct job_rows rows = {0};
	enum status status;

	status = write_rows(store, sign_state, &rows, job, why);
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

/* A ledger that was turned back comes to what it had only in time. */
static uint64_t height_of(const struct sign_state *sign_state, const struct store *store)
{
	uint64_t height = store_tip(store)->header.height;
	uint64_t marked = sign_state->mark.committed_height;

	return height > marked ? height : marked;
}

enum status store_job_mark(struct sign_state *sign_state, const struct store *store,
                           const struct store_job *job, struct why *why)
{
	struct sign_mark mark = sign_mark_of(&job->mark, height_of(sign_state, store));

	return sign_state_advance(sign_state, &mark, why);
}

enum status store_settle_mark(struct sign_state *sign_state, const struct store *store,
                              struct why *why)
{
	struct sign_mark mark = sign_state->mark;

	mark.committed_height = height_of(sign_state, store);
	return sign_state_settle(sign_state, &mark, why);
}

/* -- What is held --------------------------------------------------------------------------- */

enum status store_signed_number(struct store *store, uint64_t *number, struct why *why)
{
	struct bytes_view bytes;
	struct store_view *view;
	uint64_t under = 0;
	enum status status = store_view_open(&view, store, why);

	*number = 0;
	if (status != STATUS_OK)
		return status;
	status = store_read_note(view, STORE_NOTE_SIGNED, &under, &bytes, why);
	if (status == STATUS_OK && bytes.size != 8)
		status = why_set(why, STATUS_CORRUPT, "read the number of the newest vote");
	else if (status == STATUS_OK)
		*number = get_le64(bytes.at);
	store_view_close(view);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status give_rows(struct store *store, struct sign_state *sign_state,
                             const struct held_rows *held, struct why *why)
{
	struct job_rows rows = {0};
	struct store_note note;
	enum status status;

	rows.notes = &note;
	rows.batch = (struct store_batch){
		.votes = held->votes,
		.vote_count = held->vote_count,
		.pending = held->pending,
		.pending_count = held->pending_count,
		.notes = &note,
	};
	add_number(&rows, sign_state->sequence);
	status = store_write(store, &rows.batch, why);
	if (status == STATUS_OK)
		sign_state_given(sign_state, sign_state->sequence, true);
	return status;
}

enum status store_restore_held(struct store *store, struct sign_state *sign_state,
                               bool *is_older, struct why *why)
{
	struct held_rows held = {0};
	uint64_t number;
	enum status status = store_signed_number(store, &number, why);

	*is_older = status == STATUS_OK && number < sign_state->base;
	if (status != STATUS_OK || *is_older)
		return status;
	if (number < sign_state->sequence)
		status = held_rows_get(&held, buffer_view(&sign_state->held));
	if (status != STATUS_OK)
		return why_set(why, status == STATUS_MEMORY ? status : STATUS_CORRUPT,
		               "read the votes that the sign state holds");
	/* Also where it has them all: what a crash left in its log is synced by this. */
	status = give_rows(store, sign_state, &held, why);
	held_rows_close(&held);
	return status;
}

/* The floor first: a crash in between leaves it as it was found. */
enum status store_accept_older(struct store *store, struct sign_state *sign_state,
                               struct why *why)
{
	static const struct held_rows NONE;
	struct sign_mark mark = sign_state->mark;
	enum status status;

	mark.floor_epoch = mark.epoch;
	mark.floor_view = mark.view;
	status = sign_state_advance(sign_state, &mark, why);
	return status == STATUS_OK ? give_rows(store, sign_state, &NONE, why) : status;
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
