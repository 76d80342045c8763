#include "node/drive/outbox.h"

#include "chain/base/invariant.h"
#include "chain/base/memory.h"

/* -- The queue --------------------------------------------------------------------------------------- */

static void append(struct outbox *outbox, struct outbox_item *item)
{
	if (outbox->last)
		outbox->last->next = item;
	else
		outbox->first = item;
	outbox->last = item;
}

struct outbox_item *outbox_add_message(struct outbox *outbox, uint16_t to)
{
	struct outbox_item *item = memory_new(sizeof *item);

	if (!item)
		return NULL;
	item->to = to;
	buffer_init(&item->message, MESSAGE_SIZE_MAX);
	append(outbox, item);
	return item;
}

enum status outbox_add_job(struct outbox *outbox, struct store_job *job)
{
	struct outbox_item *item = memory_new(sizeof *item);

	if (!item)
		return STATUS_MEMORY;
	item->job = job;
	append(outbox, item);
	return STATUS_OK;
}

void outbox_finish_job(struct outbox *outbox, const struct store_job *job)
{
	struct outbox_item *item = outbox->first;

	while (item && item->job != job)
		item = item->next;
	INVARIANT(item && !item->is_done);
	item->is_done = true;
}

struct store_job *outbox_last_job(const struct outbox *outbox)
{
	struct store_job *last = NULL;

	for (const struct outbox_item *item = outbox->first; item; item = item->next)
		if (item->job && !item->is_done)
			last = item->job;
	return last;
}

void outbox_free_item(struct outbox_item *item)
{
	if (!item)
		return;
	buffer_close(&item->message);
	memory_free(item);
}

static struct outbox_item *take_first(struct outbox *outbox)
{
	struct outbox_item *item = outbox->first;

	outbox->first = item->next;
	if (!outbox->first)
		outbox->last = NULL;
	return item;
}

struct outbox_item *outbox_take(struct outbox *outbox)
{
	while (outbox->first && outbox->first->is_done)
		outbox_free_item(take_first(outbox));
	return outbox->first && !outbox->first->job ? take_first(outbox) : NULL;
}

/* Jobs that are not done are the world's until it answers. */
void outbox_close(struct outbox *outbox)
{
	while (outbox->first)
		outbox_free_item(take_first(outbox));
}

/* -- Jobs -------------------------------------------------------------------------------------------- */

struct store_job *store_job_new(void)
{
	return memory_new(sizeof(struct store_job));
}

void store_job_free(struct store_job *job)
{
	if (!job)
		return;
	memory_free(job->records);
	memory_free(job->blocks);
	memory_free(job->certificates);
	memory_free(job->commits);
	memory_free(job->notes);
	for (size_t i = 0; i < job->orphan_count; i++)
		memory_free(job->orphans[i]);
	memory_free(job->orphans);
	arena_close(&job->arena);
	memory_free(job);
}

enum status store_job_add_record(struct store_job *job, const struct vote_record *record)
{
	enum status status;

	job->must_sync = true;
	/* A later record of the same view says more. */
	for (size_t i = 0; i < job->record_count; i++) {
		if (job->records[i].epoch != record->epoch || job->records[i].view != record->view)
			continue;
		job->records[i] = *record;
		return STATUS_OK;
	}
	status = draft_reserve((void **)&job->records, &job->record_capacity,
	                       job->record_count, sizeof *job->records);
	if (status == STATUS_OK)
		job->records[job->record_count++] = *record;
	return status;
}

enum status store_job_add_block(struct store_job *job, const struct keep_block *block)
{
	enum status status = draft_reserve((void **)&job->blocks, &job->block_capacity,
	                                   job->block_count, sizeof *job->blocks);

	if (status == STATUS_OK)
		job->blocks[job->block_count++] = *block;
	return status;
}

enum status store_job_adopt(struct store_job *job, uint8_t *body)
{
	enum status status = draft_reserve((void **)&job->orphans, &job->orphan_capacity,
	                                   job->orphan_count, sizeof *job->orphans);

	if (status == STATUS_OK)
		job->orphans[job->orphan_count++] = body;
	return status;
}

static enum status copy_bytes(struct store_job *job, struct bytes_view *bytes)
{
	uint8_t *copy = arena_copy(&job->arena, bytes->at, bytes->size);

	bytes->at = copy;
	return copy ? STATUS_OK : STATUS_MEMORY;
}

enum status store_job_add_certificate(struct store_job *job,
                                      const struct effect_certificate *certificate)
{
	struct keep_certificate keep = {
		.epoch = certificate->epoch,
		.view = certificate->view,
		.kind = certificate->kind,
		.bytes = certificate->bytes,
	};
	enum status status =
		draft_reserve((void **)&job->certificates, &job->certificate_capacity,
	                  job->certificate_count, sizeof *job->certificates);

	if (status == STATUS_OK)
		status = copy_bytes(job, &keep.bytes);
	if (status == STATUS_OK)
		job->certificates[job->certificate_count++] = keep;
	return status;
}

enum status store_job_add_note(struct store_job *job, enum keep_note_kind kind,
                               const struct cosigned *cosigned)
{
	size_t size = cosigned_size(cosigned);
	uint8_t *bytes = arena_take(&job->arena, size);
	enum status status = draft_reserve((void **)&job->notes, &job->note_capacity,
	                                   job->note_count, sizeof *job->notes);
	struct writer out;

	job->must_sync = true;
	if (!bytes || status != STATUS_OK)
		return STATUS_MEMORY;
	out = writer_on(bytes, size);
	cosigned_put(&out, cosigned);
	job->notes[job->note_count++] = (struct keep_note){
		.kind = kind,
		.size = cosigned->point.size,
		.bytes = bytes_view(bytes, size),
	};
	return STATUS_OK;
}

/* What is committed need not be kept beside the ledger as well. */
static void leave_out_block(struct store_job *job, const struct hash *hash)
{
	for (size_t i = job->block_count; i > 0; i--)
		if (hash_equal(&job->blocks[i - 1].hash, hash))
			job->blocks[i - 1] = job->blocks[--job->block_count];
}

enum status store_job_add_commit(struct store_job *job, const struct commit_block *commit)
{
	struct commit_block copy = *commit;
	enum status status = draft_reserve((void **)&job->commits, &job->commit_capacity,
	                                   job->commit_count, sizeof *job->commits);

	job->must_sync = true;
	if (status == STATUS_OK)
		status = copy_bytes(job, &copy.certificate);
	if (status != STATUS_OK)
		return status;
	leave_out_block(job, &commit->hash);
	job->commits[job->commit_count++] = copy;
	return STATUS_OK;
}
