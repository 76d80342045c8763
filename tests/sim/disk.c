/* What a node has on its disk: the same batches as the store's, all or nothing, and the mark
 * beside them. */
#include "tests/sim/sim.h"

#include "chain/base/invariant.h"
#include "chain/ledger/succession.h"
#include "tests/sim/backing.h"

#include <stdlib.h>

static void *copy_of(const void *bytes, size_t size)
{
	void *copy = malloc(size + 1);

	if (!copy)
		abort();
	if (size > 0)
		memcpy(copy, bytes, size);
	return copy;
}

#define GROW(items, count, capacity)                                            \
	do {                                                                        \
		if ((count) == (capacity)) {                                            \
			(capacity) = (capacity) ? 2 * (capacity) : 16;                      \
			(items) = realloc((items), (capacity) * sizeof *(items));           \
			if (!(items))                                                       \
				abort();                                                        \
		}                                                                       \
	} while (0)

static void add_block(struct disk *disk, const struct draft *draft,
                      struct bytes_view certificate, const struct hash *checkpoint_root)
{
	GROW(disk->blocks, disk->block_count, disk->block_capacity);
	disk->blocks[disk->block_count++] = (struct disk_block){
		.header = draft->header,
		.hash = draft->hash,
		.body = copy_of(draft->body.at, draft->body.size),
		.certificate = copy_of(certificate.at, certificate.size),
		.certificate_size = certificate.size,
		.checkpoint_root = *checkpoint_root,
	};
	memory_ledger_commit(&disk->ledger, draft);
}

void disk_init(struct disk *disk, struct sim *sim)
{
	struct draft *genesis;
	struct why why;

	memset(disk, 0, sizeof *disk);
	memory_ledger_init(&disk->ledger, NULL);
	if (block_genesis(&genesis, &sim->network, sim->genesis, &why) != STATUS_OK)
		abort();
	add_block(disk, genesis, (struct bytes_view){0}, &(struct hash){{0}});
	if (sim_backing)
		disk->backed = sim_backing->create(sim, genesis);
	draft_free(genesis);
}

void disk_close(struct disk *disk)
{
	for (size_t i = 0; i < disk->block_count; i++) {
		free(disk->blocks[i].body);
		free(disk->blocks[i].certificate);
	}
	for (size_t i = 0; i < disk->pending_count; i++)
		free(disk->pending[i].body);
	for (size_t i = 0; i < disk->certificate_count; i++)
		free(disk->certificates[i].bytes);
	for (size_t i = 0; i < disk->seal_note_count; i++)
		free(disk->seal_notes[i].bytes);
	free(disk->seal_notes);
	free(disk->newest_note.bytes);
	free(disk->blocks);
	free(disk->pending);
	free(disk->certificates);
	free(disk->records);
	memory_ledger_close(&disk->ledger);
	if (disk->backed)
		sim_backing->close(disk->backed);
}

void disk_wipe(struct disk *disk, struct sim *sim, bool with_mark)
{
	struct vote_mark mark = {.recall = RECALL_LOST};
	uint64_t mark_height = with_mark ? disk->mark_height : 0;

	if (with_mark)
		mark = disk->mark;
	disk_close(disk);
	disk_init(disk, sim);
	disk->mark = mark;
	disk->mark_height = mark_height;
	if (disk->backed)
		sim_backing->set_mark(disk->backed, disk);
}

const struct disk_block *disk_root(const struct disk *disk)
{
	size_t i = disk->block_count - 1;

	while (i > 0 && (disk->blocks[i].header.flags & HEADER_FLAG_SEAL) == 0)
		i--;
	return &disk->blocks[i];
}

/* -- Writing ------------------------------------------------------------------------------------- */

static void put_record(struct disk *disk, const struct vote_record *record)
{
	for (size_t i = 0; i < disk->record_count; i++) {
		if (disk->records[i].epoch != record->epoch || disk->records[i].view != record->view)
			continue;
		disk->records[i] = *record;
		return;
	}
	GROW(disk->records, disk->record_count, disk->record_capacity);
	disk->records[disk->record_count++] = *record;
}

static void put_certificate(struct disk *disk, const struct keep_certificate *keep)
{
	GROW(disk->certificates, disk->certificate_count, disk->certificate_capacity);
	disk->certificates[disk->certificate_count++] = (struct disk_certificate){
		.epoch = keep->epoch,
		.view = keep->view,
		.kind = keep->kind,
		.bytes = copy_of(keep->bytes.at, keep->bytes.size),
		.size = keep->bytes.size,
	};
}

static void put_pending(struct disk *disk, const struct keep_block *keep)
{
	for (size_t i = 0; i < disk->pending_count; i++)
		if (hash_equal(&disk->pending[i].hash, &keep->hash))
			return;
	GROW(disk->pending, disk->pending_count, disk->pending_capacity);
	disk->pending[disk->pending_count++] = (struct disk_pending){
		.hash = keep->hash,
		.header = keep->header,
		.body = copy_of(keep->body.at, keep->body.size),
	};
}

/* Over what was kept before of the same. */
static void put_note(struct disk *disk, const struct keep_note *keep)
{
	struct disk_note *note = &disk->newest_note;

	if (keep->kind == KEEP_SEAL) {
		size_t i = 0;

		while (i < disk->seal_note_count && disk->seal_notes[i].size != keep->size)
			i++;
		GROW(disk->seal_notes, disk->seal_note_count, disk->seal_note_capacity);
		note = &disk->seal_notes[i];
		if (i == disk->seal_note_count)
			disk->seal_notes[disk->seal_note_count++] = (struct disk_note){0};
	}
	free(note->bytes);
	*note = (struct disk_note){
		.size = keep->size,
		.bytes = copy_of(keep->bytes.at, keep->bytes.size),
		.bytes_size = keep->bytes.size,
	};
}

static bool is_old(uint64_t epoch, uint64_t view, const struct store_job *job)
{
	return epoch < job->forget_epoch ||
	       (epoch == job->forget_epoch && view <= job->forget_view);
}

static void forget(struct disk *disk, const struct store_job *job)
{
	uint64_t height = disk->blocks[disk->block_count - 1].header.height;
	size_t kept = 0;

	for (size_t i = 0; i < disk->record_count; i++)
		if (!is_old(disk->records[i].epoch, disk->records[i].view, job))
			disk->records[kept++] = disk->records[i];
	disk->record_count = kept;
	kept = 0;
	for (size_t i = 0; i < disk->certificate_count; i++) {
		if (is_old(disk->certificates[i].epoch, disk->certificates[i].view, job))
			free(disk->certificates[i].bytes);
		else
			disk->certificates[kept++] = disk->certificates[i];
	}
	disk->certificate_count = kept;
	kept = 0;
	for (size_t i = 0; i < disk->pending_count; i++) {
		if (disk->pending[i].header.height <= height)
			free(disk->pending[i].body);
		else
			disk->pending[kept++] = disk->pending[i];
	}
	disk->pending_count = kept;
}

/* The mark is not written for a height alone, so its file may say less than was committed. */
static bool is_new_mark(const struct disk *disk, const struct vote_mark *mark)
{
	const struct vote_mark *last = &disk->mark;

	return mark->epoch != last->epoch || mark->view != last->view ||
	       mark->floor_epoch != last->floor_epoch || mark->floor_view != last->floor_view ||
	       mark->recall != last->recall;
}

void disk_apply(struct disk *disk, const struct store_job *job, bool with_mark)
{
	for (size_t i = 0; i < job->record_count; i++)
		put_record(disk, &job->records[i]);
	for (size_t i = 0; i < job->certificate_count; i++)
		put_certificate(disk, &job->certificates[i]);
	for (size_t i = 0; i < job->block_count; i++)
		put_pending(disk, &job->blocks[i]);
	for (size_t i = 0; i < job->commit_count; i++)
		add_block(disk, job->commits[i].draft, job->commits[i].certificate,
		          &job->commits[i].point.root);
	for (size_t i = 0; i < job->note_count; i++)
		put_note(disk, &job->notes[i]);
	/* What is forgotten need not be gone at once: the mark says that it is of no use. */
	if (job->commit_count > 0)
		forget(disk, job);
	if (disk->backed)
		sim_backing->apply(disk->backed, job, with_mark);
	if (!with_mark || !is_new_mark(disk, &job->mark))
		return;
	INVARIANT(job->mark.epoch > disk->mark.epoch ||
	          (job->mark.epoch == disk->mark.epoch && job->mark.view >= disk->mark.view));
	disk->mark = job->mark;
	if (disk->mark_height < disk->block_count - 1)
		disk->mark_height = disk->block_count - 1;
}

void disk_forget(struct disk *disk, bool all)
{
	disk->record_count = 0;
	disk->mark = (struct vote_mark){0};
	while (all && disk->certificate_count > 0)
		free(disk->certificates[--disk->certificate_count].bytes);
	while (all && disk->pending_count > 0)
		free(disk->pending[--disk->pending_count].body);
	if (disk->backed)
		sim_backing->forget(disk->backed, disk, all);
}

/* -- Starts and ends ------------------------------------------------------------------------------------ */

void disk_start(struct disk *disk)
{
	if (disk->backed)
		sim_backing->start(disk->backed, disk);
}

void disk_crash(struct disk *disk, const struct store_job *next)
{
	if (disk->backed)
		sim_backing->crash(disk->backed, next);
}

void disk_check(const struct disk *disk)
{
	if (disk->backed)
		sim_backing->compare(disk->backed, disk);
}

const struct ledger_source *disk_source(const struct disk *disk)
{
	return disk->backed ? sim_backing->source(disk->backed) : &disk->ledger.source;
}

const struct ledger_tip *disk_tip(const struct disk *disk)
{
	return disk->backed ? sim_backing->tip(disk->backed) : &disk->ledger.tip;
}

/* -- Reading ---------------------------------------------------------------------------------------- */

static struct message_block block_at(const struct disk *disk, size_t height)
{
	const struct disk_block *block = &disk->blocks[height];

	return (struct message_block){
		.header = block->header,
		.body = bytes_view(block->body, block->header.body_size),
	};
}

static bool certifies_itself(const struct disk_block *block)
{
	struct cursor in = cursor_on(bytes_view(block->certificate, block->certificate_size));
	struct certificate certificate;

	if (block->certificate_size == 0)
		return false;
	certificate_get(&in, &certificate);
	return hash_equal(&certificate.ballot.block, &block->hash);
}

static void read_headers(const struct disk *disk, struct read_job *job)
{
	uint8_t bytes[SYNC_HEADERS_MAX * HEADER_SIZE];
	uint64_t last = 0;

	/* The last one that has its own certificate, and that ends no epoch but the first. */
	for (uint64_t height = job->height;
	     height > 0 && height < disk->block_count &&
	     height - job->height < (last > 0 ? job->headers_max : SYNC_HEADERS_MAX);
	     height++) {
		header_encode(&bytes[(height - job->height) * HEADER_SIZE],
		              &disk->blocks[height].header);
		if (certifies_itself(&disk->blocks[height]))
			last = height;
		if (disk->blocks[height].header.flags & HEADER_FLAG_SEAL)
			break;
	}
	if (last == 0)
		return;
	message_put_headers(&job->answer, &(struct message_headers){
		.from = job->height,
		.count = (size_t)(last - job->height) + 1,
		.headers = bytes_view(bytes, (size_t)(last - job->height + 1) * HEADER_SIZE),
		.certificate = bytes_view(disk->blocks[last].certificate,
		                          disk->blocks[last].certificate_size),
	});
}

static void read_bodies(const struct disk *disk, struct read_job *job)
{
	struct message_bodies message = {.from = job->height, .count = job->body_count};

	if (job->height >= disk->block_count ||
	    job->body_count > disk->block_count - job->height)
		return;
	for (size_t i = 0; i < job->body_count; i++)
		message.blocks[i] = block_at(disk, job->height + i);
	message_put_bodies(&job->answer, &message);
}

static void read_block(const struct disk *disk, struct read_job *job)
{
	for (size_t i = disk->block_count; i > 1; i--) {
		struct message_block block;

		if (!hash_equal(&disk->blocks[i - 1].hash, &job->hash))
			continue;
		block = block_at(disk, i - 1);
		read_job_answer(job, &block);
		return;
	}
}

static const struct disk_note *find_seal_note(const struct disk *disk, uint64_t size)
{
	for (size_t i = 0; i < disk->seal_note_count; i++)
		if (disk->seal_notes[i].size == size)
			return &disk->seal_notes[i];
	return NULL;
}

static void read_seal(const struct disk *disk, struct read_job *job)
{
	const struct disk_note *note = find_seal_note(disk, job->seal_size);
	struct cosigned *cosigned = malloc(sizeof *cosigned);

	if (!cosigned)
		abort();
	if (note && cosigned_decode(cosigned, bytes_view(note->bytes, note->bytes_size)) ==
	                STATUS_OK)
		message_put_cosign(&job->answer, cosigned);
	free(cosigned);
}

/* The newest first. */
static void find_missing(const struct disk *disk, const struct sim *sim,
                         struct missing_seals *missing)
{
	for (size_t i = disk->block_count - 1; i > 0 && missing->count < COSIGN_SEALS_MAX; i--) {
		const struct disk_block *block = &disk->blocks[i];
		const struct sim_epoch *epoch = &sim->epochs[block->header.epoch];
		uint64_t size = block->header.log_size + 1;

		if ((block->header.flags & HEADER_FLAG_SEAL) == 0 || find_seal_note(disk, size))
			continue;
		missing->items[missing->count++] = (struct missing_seal){
			.point = {.epoch = block->header.epoch,
			          .size = size,
			          .root = block->checkpoint_root},
			.quorum = validators_quorum(epoch->set.count, FAULT_BYZANTINE),
			.set = epoch->set,
		};
	}
}

void disk_read(const struct disk *disk, const struct sim *sim, struct read_job *job)
{
	if (job->missing)
		find_missing(disk, sim, job->missing);
	else if (job->seal_size > 0)
		read_seal(disk, job);
	else if (job->by_hash)
		read_block(disk, job);
	else if (job->body_count > 0)
		read_bodies(disk, job);
	else
		read_headers(disk, job);
	if (disk->backed)
		sim_backing->read(disk->backed, job);
}

void disk_load_cosign(const struct disk *disk, struct drive_cosign_start *start,
                      struct cosigned *kept)
{
	const struct ledger_tip *tip = disk_tip(disk);
	const struct disk_note *note = &disk->newest_note;

	if (disk->backed) {
		sim_backing->load_cosign(disk->backed, start, kept);
		return;
	}
	start->tip = (struct cosign_point){
		.epoch = epoch_after(&tip->header),
		.size = tip->frontier.size,
		.root = log_frontier_root(&tip->frontier),
	};
	if (note->size == 0)
		return;
	if (cosigned_decode(kept, bytes_view(note->bytes, note->bytes_size)) != STATUS_OK)
		abort();
	start->kept = kept;
}
