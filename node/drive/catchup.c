/* Catching up, carried out: what sync.c wants is asked, what comes is looked at, and portions go to
 * consensus in their order. */
#include "node/drive/inner.h"

#include "chain/base/memory.h"

enum { UNSTORED_MAX = PORTION_BLOCKS_MAX }; /* committed and not on the disk: then the next portion
                                             * waits */

/* -- Headers --------------------------------------------------------------------------------- */

/* Do they follow on each other, from the block that was verified last? `*is_fair`: nobody honest
 * sends others. */
static bool read_headers(struct drive *drive, struct sync_batch *batch,
                         const struct message_headers *message, bool *is_fair)
{
	struct cursor in = cursor_on(message->headers);
	struct hash below = drive->sync.verified_hash;

	*is_fair = false;
	batch->first = message->from;
	for (size_t i = 0; i < message->count; i++) {
		struct header *header = &batch->headers[i];

		header_get(&in, header);
		if (header->height != message->from + i ||
		    header->epoch != batch->headers[0].epoch || batch->is_sealed ||
		    header->body_size > BLOCK_BODY_MAX || header->tx_count > BLOCK_TXS_MAX ||
		    (i > 0 && !hash_equal(&header->parent, &below)))
			return false;
		below = header_hash(header, drive->network);
		batch->hashes[i] = below;
		batch->is_sealed = (header->flags & HEADER_FLAG_SEAL) != 0;
	}
	batch->count = message->count;
	*is_fair = true;
	return batch->headers[0].epoch == drive->consensus.epoch.number &&
	       hash_equal(&batch->headers[0].parent, &drive->sync.verified_hash);
}

/* A FINAL for the last of them, by the form of it. */
static bool is_certified(const struct sync_batch *batch)
{
	const struct ballot *ballot = &batch->certificate.ballot;

	return ballot->kind == VOTE_FINALIZE && ballot->epoch == batch->headers[0].epoch &&
	       hash_equal(&ballot->block, &batch->hashes[batch->count - 1]);
}

/* The job that checks the certificate of the batch; NULL: no memory, or no honest node sends it,
 * who is blamed. */
static struct check_job *certificate_job(struct drive *drive, uint16_t peer,
                                         struct bytes_view bytes, struct sync_batch *batch)
{
	struct check_job *job = job_new(drive, peer, bytes, 0, 1, 0);
	bool is_fair = job && add_final(drive, job, job->message.headers.certificate);

	if (is_fair) {
		batch->certificate = job->certificates[0];
		is_fair = is_certified(batch);
	}
	if (is_fair)
		return job;
	if (job)
		blame(drive, peer, "headers without a certificate that fits");
	check_job_free(job);
	return NULL;
}

void catchup_on_headers(struct drive *drive, uint16_t peer, struct bytes_view bytes,
                        const struct message_headers *message)
{
	struct sync *sync = &drive->sync;
	struct sync_batch *batch;
	struct check_job *job = NULL;
	bool is_fair = true;

	if (!sync_awaits_headers(sync, message->from) || !sync->peers[peer].is_there)
		return;
	if (message->count == 0) {
		sync_headers_missing(sync, peer, drive->moment.now_ms);
		return;
	}
	batch = memory_new(sizeof *batch);
	if (batch && read_headers(drive, batch, message, &is_fair))
		job = certificate_job(drive, peer, bytes, batch);
	if (!is_fair)
		blame(drive, peer, "headers that do not follow on each other");
	if (job) {
		sync_headers_came(sync, peer, batch);
		hand_out(drive, job, true);
		return;
	}
	/* Those that do not follow on our newest either are of another chain, or of another epoch. */
	if (batch)
		sync_headers_wrong(sync, peer, drive->moment.now_ms);
	else
		sync_headers_missing(sync, peer, drive->moment.now_ms);
	memory_free(batch);
}

/* -- Bodies ------------------------------------------------------------------------------------ */

/* Puts the headers to the bodies of the portion; false: they are not of them. */
static bool join_headers(const struct sync *sync, const struct sync_portion *portion,
                         struct message_bodies *message)
{
	const struct sync_batch *batch = sync_batch_of(sync, portion->first + portion->count - 1);
	const struct header *headers = &batch->headers[portion->first - batch->first];

	for (size_t i = 0; i < portion->count; i++) {
		message->blocks[i].header = headers[i];
		if (message->blocks[i].body.size != headers[i].body_size)
			return false;
	}
	return true;
}

void catchup_on_bodies(struct drive *drive, uint16_t peer, struct bytes_view bytes,
                       const struct message_bodies *message)
{
	struct sync *sync = &drive->sync;
	struct sync_portion *portion = sync_missing_portion(sync, message->from);
	uint64_t now_ms = drive->moment.now_ms;
	struct check_job *job;

	if (!portion || !sync->peers[peer].is_there)
		return;
	if (message->count == 0) {
		sync_bodies_missing(sync, portion, peer, now_ms);
		return;
	}
	/* Of an older question, from before portions were cut anew. */
	if (message->count != portion->count)
		return;
	job = job_new(drive, peer, bytes, 0, 0, portion->count);
	if (!job)
		return; /* it is asked for again when it is late */
	if (!join_headers(sync, portion, &job->message.bodies)) {
		blame(drive, peer, "bodies that are not of the blocks asked for");
		sync_bodies_wrong(sync, portion, peer, now_ms);
		check_job_free(job);
		return;
	}
	job->blocks = job->message.bodies.blocks;
	job->block_count = portion->count;
	sync_bodies_came(sync, portion, peer, now_ms);
	hand_out(drive, job, true);
}

static bool are_of_their_headers(const struct check_job *job)
{
	for (size_t i = 0; i < job->block_count; i++)
		if (job->bodies[i].finding == BODY_FOREIGN)
			return false;
	return true;
}

bool catchup_on_checked(struct drive *drive, struct check_job *job, bool is_there)
{
	struct sync *sync = &drive->sync;
	bool is_good = job->status == STATUS_OK && job->is_good &&
	               job->epoch == drive->consensus.epoch.number;
	struct sync_portion *portion;

	if (job->message.kind == MESSAGE_HEADERS)
		sync_headers_checked(sync, job->from, job->message.headers.from, is_good,
		                     drive->moment.now_ms);
	if (job->message.kind != MESSAGE_BODIES)
		return false;
	portion = sync_checking_portion(sync, job->from, job->message.bodies.from);
	if (!portion || !is_good)
		return false;
	if (are_of_their_headers(job)) {
		sync_bodies_here(sync, portion, job);
		return true;
	}
	if (is_there)
		blame(drive, job->from, "bodies that their headers do not commit to");
	sync_bodies_wrong(sync, portion, job->from, drive->moment.now_ms);
	return false;
}

/* -- To consensus ------------------------------------------------------------------------------- */

/* What of the portion is not committed yet, up to the certificate behind it. */
static void feed_portion(struct drive *drive, const struct sync_portion *portion)
{
	const struct sync_batch *batch =
		sync_batch_of(&drive->sync, portion->first + portion->count - 1);
	uint64_t first = drive->consensus.height + 1;
	size_t at = (size_t)(first - batch->first), skipped = (size_t)(first - portion->first);
	struct input in = {.kind = INPUT_RANGE};
	size_t taken = 0;

	while (skipped + taken < portion->count &&
	       take_body(drive, &portion->job->blocks[skipped + taken],
	                 &portion->job->bodies[skipped + taken]))
		taken++;
	in.range = (struct input_range){
		.headers = batch->headers + at,
		.hashes = batch->hashes + at,
		.count = batch->count - at,
		.body_count = taken,
		.certificate = &batch->certificate,
	};
	feed(drive, &in);
	for (size_t i = 0; i < taken; i++)
		drop_unheld(drive, &portion->job->bodies[skipped + i].hash);
}

/* One range at a time, while the disk keeps up. */
static bool may_feed(const struct drive *drive)
{
	const struct consensus *core = &drive->consensus;

	return drive->status == STATUS_OK && !drive->is_stopping && !core->has_range &&
	       !core->is_sealed && core->height < core->stored_height + UNSTORED_MAX;
}

static bool is_next(const struct drive *drive)
{
	const struct sync *sync = &drive->sync;

	return sync->portion_count > 0 && sync->portions[0].first <= drive->consensus.height + 1;
}

static void note_height(struct drive *drive)
{
	const struct consensus *core = &drive->consensus;

	sync_applied(&drive->sync, core->height, &core->block, core->is_sealed);
}

static void feed_portions(struct drive *drive)
{
	const struct consensus *core = &drive->consensus;
	struct sync_portion portion;

	while (may_feed(drive) && is_next(drive) && sync_take(&drive->sync, &portion)) {
		uint64_t height = core->height;

		feed_portion(drive, &portion);
		check_job_free(portion.job);
		/* There was no room, or memory. */
		if (!core->has_range && core->height == height) {
			catchup_begin(drive);
			sync_pause(&drive->sync, drive->moment.now_ms);
		}
		note_height(drive);
	}
}

/* -- Questions ------------------------------------------------------------------------------------ */

static void ask(struct drive *drive, const struct sync_question *question)
{
	struct buffer message;

	buffer_init(&message, MESSAGE_SIZE_MAX);
	if (question->count == 0)
		message_put_get_headers(&message, question->from);
	else
		message_put_get_bodies(&message, &(struct message_get_bodies){
			.from = question->from,
			.count = question->count,
		});
	if (message.status == STATUS_OK)
		drive->world.send(drive->world.owner, question->peer, buffer_view(&message));
	else
		drive_fail(drive, message.status, "write a message");
	buffer_close(&message);
}

void catchup_begin(struct drive *drive)
{
	const struct consensus *core = &drive->consensus;

	sync_begin(&drive->sync, core->epoch.number, core->height, &core->block);
}

void catchup_go_on(struct drive *drive)
{
	struct sync_question questions[SYNC_QUESTIONS_MAX];
	size_t count;

	note_height(drive);
	feed_portions(drive);
	count = sync_next(&drive->sync, drive->moment.now_ms,
	                  consensus_overdue_ms(&drive->consensus), questions);
	for (size_t i = 0; i < count; i++)
		ask(drive, &questions[i]);
}
