/* Effects of the machine, carried out in the order they come. */
#include "node/drive/inner.h"

#include "chain/base/invariant.h"

/* The job that this turn gathers. It takes its place in the outbox with the first thing that
 * others wait for. */
struct store_job *job_of(struct drive *drive)
{
	if (!drive->job && !(drive->job = store_job_new()))
		drive_fail(drive, STATUS_MEMORY, "gather what is to be stored");
	return drive->job;
}

void queue_job(struct drive *drive, struct store_job *job, enum status status)
{
	if (status == STATUS_OK && job->must_sync && !job->is_queued) {
		job->is_queued = true;
		status = outbox_add_job(&drive->outbox, job);
	}
	if (status != STATUS_OK)
		drive_fail(drive, status, "gather what is to be stored");
}

static void carry_sign(struct drive *drive, const struct ballot *ballot)
{
	struct input in = {.kind = INPUT_SIGNED};
	struct signature signature;
	enum status status = drive->world.sign(drive->world.owner, ballot, &signature);

	if (status != STATUS_OK) {
		drive_fail(drive, status, "sign a vote");
		return;
	}
	in.vote = (struct vote){
		.ballot = *ballot,
		.signer = drive->consensus.epoch.self,
		.signature = signature,
	};
	feed_later(drive, &in);
}

void raise_mark(struct drive *drive, uint64_t epoch, uint64_t view)
{
	struct vote_mark *mark = &drive->mark;

	if (epoch < mark->epoch || (epoch == mark->epoch && view <= mark->view))
		return;
	mark->epoch = epoch;
	mark->view = view;
}

static void carry_record(struct drive *drive, const struct vote_record *record)
{
	struct store_job *job = job_of(drive);

	if (!job)
		return;
	queue_job(drive, job, store_job_add_record(job, record));
	raise_mark(drive, record->epoch, record->view);
}

static void carry_mark(struct drive *drive, const struct vote_mark *mark)
{
	struct store_job *job = job_of(drive);

	if (!job)
		return;
	job->must_sync = true;
	queue_job(drive, job, STATUS_OK);
	raise_mark(drive, mark->epoch, mark->view);
	drive->mark.floor_epoch = mark->floor_epoch;
	drive->mark.floor_view = mark->floor_view;
	drive->mark.recall = mark->recall;
}

static void carry_keep_block(struct drive *drive, const struct hash *hash)
{
	struct shelf_block *block = shelf_find(&drive->shelf, hash);
	struct store_job *job = job_of(drive);
	struct keep_block keep;

	INVARIANT(block);
	if (!job)
		return;
	block->is_kept = true;
	keep = (struct keep_block){
		.hash = *hash,
		.header = block->header,
		.body = shelf_body(block),
	};
	queue_job(drive, job, store_job_add_block(job, &keep));
}

static void carry_certificate(struct drive *drive,
                              const struct effect_certificate *certificate)
{
	struct store_job *job = job_of(drive);

	if (job)
		queue_job(drive, job, store_job_add_certificate(job, certificate));
}

static void carry_commit(struct drive *drive, const struct effect_commit *effect)
{
	struct shelf_block *block = shelf_find(&drive->shelf, &effect->block);
	struct store_job *job = job_of(drive);
	struct commit_block commit;

	INVARIANT(block && block->draft);
	if (!job)
		return;
	block->is_committed = true;
	commit = (struct commit_block){
		.hash = effect->block,
		.draft = block->draft,
		.certificate = effect->certificate,
		.point = {.epoch = block->header.epoch,
		          .size = block->draft->frontier.size,
		          .root = log_frontier_root(&block->draft->frontier)},
		.time_ms = block->header.time_ms,
	};
	queue_job(drive, job, store_job_add_commit(job, &commit));
	/* A start begins in this view. Consensus may be further: what it signed since then has to
	 * be there as long as the block of its newest certificate is not. */
	job->forget_epoch = drive->consensus.epoch.number;
	job->forget_view = effect->final_view;
	settle_accusations(drive, block->draft);
	if (!effect->is_seal)
		return;
	drive->seal_height = effect->height;
	epoch_begin(&drive->next_epoch, &block->header, &block->hash,
	            block->draft->next_validators, &block->draft->next_parameters,
	            &drive->vote_key);
}

void carry_out(struct drive *drive, const struct effect *effect)
{
	switch (effect->kind) {
	case EFFECT_WAKE:
		drive->wanted_ms = effect->wake_ms;
		break;
	case EFFECT_BUILD:
		carry_build(drive, &effect->build);
		break;
	case EFFECT_EXECUTE:
		carry_execute(drive, &effect->block);
		break;
	case EFFECT_SIGN:
		carry_sign(drive, &effect->sign);
		break;
	case EFFECT_KEEP_RECORD:
		carry_record(drive, &effect->keep);
		break;
	case EFFECT_KEEP_BLOCK:
		carry_keep_block(drive, &effect->block);
		break;
	case EFFECT_KEEP_CERTIFICATE:
		carry_certificate(drive, &effect->certificate);
		break;
	case EFFECT_KEEP_MARK:
		carry_mark(drive, &effect->mark);
		break;
	case EFFECT_COMMIT:
		carry_commit(drive, &effect->commit);
		break;
	case EFFECT_DROP:
		carry_drop(drive, &effect->block);
		break;
	case EFFECT_SEND:
		carry_send(drive, &effect->send);
		break;
	case EFFECT_EVIDENCE:
		accuse(drive, effect->evidence);
		break;
	case EFFECT_ALARM:
		drive->world.alarm(drive->world.owner, effect->alarm);
		break;
	}
}
