/* Cosignatures between drive and its world: what is signed when a block is on the disk, who
 * is told, what is kept. Beside consensus, which never hears of it. */
#include "node/drive/inner.h"

#include "chain/base/invariant.h"

enum {
	COSIGN_LATE_MS = 10000, /* a block so old is met in catching up */
};

struct drive_cosign {
	struct cosigning cosigning;
	char origin[ORIGIN_SIZE_MAX + 1];
	struct cosign_message message; /* the one being opened */
	struct cosigned cosigned;      /* room for one that goes out */
	size_t check_count;            /* jobs out there */
	uint16_t asked;                /* the peer that was asked last */
};

/* -- Life ------------------------------------------------------------------------------ */

enum status cosign_open(struct drive *drive, const struct drive_config *config)
{
	const struct drive_cosign_start *start = &config->cosign;
	struct drive_cosign *cosign;
	enum status status;

	if (start->origin.size == 0)
		return STATUS_OK;
	INVARIANT(start->origin.size <= ORIGIN_SIZE_MAX);
	cosign = memory_new(sizeof *cosign);
	if (!cosign)
		return STATUS_MEMORY;
	memcpy(cosign->origin, start->origin.at, start->origin.size);
	status = cosigning_init(&cosign->cosigning, &start->cosign_key);
	if (status != STATUS_OK) {
		memory_free(cosign);
		return status;
	}
	drive->cosign = cosign;
	cosigning_start(&cosign->cosigning, &config->start.epoch, &start->tip,
	                config->start.time_ms, start->kept, drive->moment.now_ms);
	return STATUS_OK;
}

void cosign_close(struct drive *drive)
{
	if (drive->cosign)
		cosigning_close(&drive->cosign->cosigning);
	memory_free(drive->cosign);
	drive->cosign = NULL;
}

/* -- Seals on the disk without a quorum -------------------------------------------------- */

static void seek_seals(struct drive *drive)
{
	struct read_job *job = memory_new(sizeof *job);

	if (job)
		job->missing = memory_new(sizeof *job->missing);
	if (!job || !job->missing) {
		memory_free(job);
		drive_fail(drive, STATUS_MEMORY, "search for what was not cosigned");
		return;
	}
	buffer_init(&job->answer, 0);
	drive->read_count++;
	drive->world.read(drive->world.owner, job);
}

void cosign_found(struct drive *drive, const struct missing_seals *missing)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < missing->count && status == STATUS_OK; i++) {
		const struct missing_seal *seal = &missing->items[i];

		status = cosigning_add_seal(&drive->cosign->cosigning, &seal->set, seal->quorum,
		                            &seal->point, drive->moment.now_ms);
	}
	if (missing->count == COSIGN_SEALS_MAX)
		drive->cosign->cosigning.has_lost_seals = true;
	if (status != STATUS_OK)
		drive_fail(drive, status, "search for what was not cosigned");
}

/* -- Blocks on the disk ------------------------------------------------------------------ */

void cosign_block(struct drive *drive, const struct commit_block *commit)
{
	const struct moment *moment = &drive->moment;
	bool is_late = commit->time_ms + COSIGN_LATE_MS < moment->wall_ms;

	if (drive->cosign)
		cosigning_on_block(&drive->cosign->cosigning, &commit->point, commit->time_ms,
		                   is_late, moment->now_ms);
}

void cosign_seal(struct drive *drive, const struct commit_block *commit)
{
	if (drive->cosign &&
	    cosigning_on_seal(&drive->cosign->cosigning, &commit->point, &drive->next_epoch,
	                      commit->time_ms, drive->moment.now_ms) != STATUS_OK)
		drive_fail(drive, STATUS_MEMORY, "begin to cosign with new validators");
}

/* -- Out ----------------------------------------------------------------------------------- */

static void send_cosigned(struct drive *drive, const struct cosigned *cosigned, uint16_t to)
{
	struct buffer bytes;

	buffer_init(&bytes, COSIGNED_SIZE_MAX + 1);
	message_put_cosign(&bytes, cosigned);
	if (bytes.status != STATUS_OK)
		drive_fail(drive, bytes.status, "write a cosignature");
	else
		send_bytes(drive, to, buffer_view(&bytes));
	buffer_close(&bytes);
}

/* Behind what is being stored. */
static void send_behind(struct drive *drive, const struct cosigned *cosigned, uint16_t to)
{
	struct outbox_item *item = outbox_add_message(&drive->outbox, to);

	if (item)
		message_put_cosign(&item->message, cosigned);
	else
		drive_fail(drive, STATUS_MEMORY, "write a cosignature");
}

/* The block is on our disk, and final: nothing of it waits for the signature. */
static void sign(struct drive *drive, const struct cosign_point *point)
{
	struct drive_cosign *cosign = drive->cosign;
	struct cosigned *own = &cosign->cosigned;
	struct buffer text;
	enum status status;

	buffer_init(&text, CHECKPOINT_TEXT_SIZE_MAX);
	cosign_point_text(&text, text_view(cosign->origin), point);
	status = text.status;
	if (status == STATUS_OK)
		status = drive->world.cosign(drive->world.owner, drive->moment.wall_ms / 1000,
		                             buffer_view(&text), &own->items[0]);
	buffer_close(&text);
	if (status != STATUS_OK) {
		drive_fail(drive, status, "cosign a checkpoint");
		return;
	}
	own->point = *point;
	own->count = 1;
	cosigning_add(&cosign->cosigning, point, &own->items[0]);
	send_cosigned(drive, own, ALL_VALIDATORS);
}

static void keep_note(struct drive *drive, struct store_job *job, enum keep_note_kind kind,
                      const struct cosigned *cosigned)
{
	if (job)
		queue_job(drive, job, store_job_add_note(job, kind, cosigned));
}

/* Validators get each signature by itself; the others what came together. */
static void keep_reached(struct drive *drive)
{
	struct cosigned *reached = &drive->cosign->cosigned;
	bool is_seal, is_newest;

	while (drive->status == STATUS_OK &&
	       cosigning_take(&drive->cosign->cosigning, reached, &is_seal, &is_newest)) {
		if (is_seal)
			keep_note(drive, job_of(drive), KEEP_SEAL, reached);
		if (is_newest)
			keep_note(drive, job_of(drive), KEEP_CHECKPOINT, reached);
		send_behind(drive, reached, ALL_FOLLOWERS);
	}
}

/* Each time another one: who has nothing does not answer. */
static void ask(struct drive *drive, const struct cosign_question *question)
{
	struct drive_cosign *cosign = drive->cosign;
	struct buffer bytes;
	uint16_t i = 0;

	do {
		cosign->asked = (uint16_t)((cosign->asked + 1) % PEERS_MAX);
	} while (!drive->peers[cosign->asked].is_connected && ++i < PEERS_MAX);
	if (!drive->peers[cosign->asked].is_connected)
		return;
	buffer_init(&bytes, COSIGNED_SIZE_MAX);
	message_put_get_cosign(&bytes, question);
	if (bytes.status != STATUS_OK)
		drive_fail(drive, bytes.status, "ask for cosignatures");
	else
		drive->world.send(drive->world.owner, cosign->asked, buffer_view(&bytes));
	buffer_close(&bytes);
}

void cosign_go_on(struct drive *drive)
{
	struct cosign_question question;
	struct cosign_point point;

	if (!drive->cosign)
		return;
	while (drive->status == STATUS_OK &&
	       cosigning_due(&drive->cosign->cosigning, &point, drive->moment.now_ms))
		sign(drive, &point);
	keep_reached(drive);
	if (drive->status == STATUS_OK && cosigning_seeks_seals(&drive->cosign->cosigning))
		seek_seals(drive);
	while (drive->status == STATUS_OK &&
	       cosigning_asks(&drive->cosign->cosigning, &question, drive->moment.now_ms))
		ask(drive, &question);
}

uint64_t cosign_wake_ms(const struct drive *drive)
{
	return drive->cosign ? cosigning_wake_ms(&drive->cosign->cosigning) : UINT64_MAX;
}

/* Who comes to an idle chain would wait for his first question to be due. */
void cosign_greet(struct drive *drive, uint16_t peer)
{
	const struct cosigned *newest;

	if (!drive->cosign || drive->peers[peer].index == NOBODY)
		return;
	newest = drive->cosign->cosigning.newest;
	if (newest->count > 0)
		send_behind(drive, newest, drive->peers[peer].index);
}

/* -- In ------------------------------------------------------------------------------------- */

/* Leaves those that are worth checking; false: no honest node sends this. */
static bool pick(struct cosigned *cosigned, const struct cosigning *cosigning)
{
	size_t count = 0;

	for (size_t i = 0; i < cosigned->count; i++) {
		switch (cosigning_weigh(cosigning, &cosigned->point,
		                        &cosigned->items[i].cosign_key)) {
		case COSIGN_USEFUL:
			cosigned->items[count++] = cosigned->items[i];
			break;
		case COSIGN_USELESS:
			break;
		case COSIGN_FOREIGN:
			return false;
		}
	}
	cosigned->count = count;
	return true;
}

static struct check_job *new_job(const struct drive *drive, uint16_t peer)
{
	const struct drive_cosign *cosign = drive->cosign;
	struct check_job *job = memory_new(sizeof *job);

	if (job)
		job->cosigned = memory_new(sizeof *job->cosigned);
	if (!job || !job->cosigned) {
		check_job_free(job);
		return NULL;
	}
	job->from = peer;
	job->connection = drive->peers[peer].connection;
	*job->cosigned = cosign->message.cosigned;
	buffer_init(&job->text, CHECKPOINT_TEXT_SIZE_MAX);
	cosign_point_text(&job->text, text_view(cosign->origin), &job->cosigned->point);
	job->status = job->text.status;
	return job;
}

static void check(struct drive *drive, uint16_t peer)
{
	struct drive_cosign *cosign = drive->cosign;
	struct check_job *job;

	if (!pick(&cosign->message.cosigned, &cosign->cosigning)) {
		blame(drive, peer, "a cosignature by who is no validator");
		return;
	}
	if (cosign->message.cosigned.count == 0 || cosign->check_count >= COSIGN_CHECKS_MAX)
		return;
	job = new_job(drive, peer);
	if (!job)
		return;
	cosign->check_count++;
	drive->check_count++;
	drive->world.check(drive->world.owner, job);
}

static void answer(struct drive *drive, uint16_t peer)
{
	struct drive_cosign *cosign = drive->cosign;
	const struct cosign_question *question = &cosign->message.question;

	if (cosigning_answer(&cosign->cosigning, &cosign->cosigned, question))
		send_behind(drive, &cosign->cosigned, drive->peers[peer].index);
	else if (question->epoch < drive->consensus.epoch.number)
		read_seal_for(drive, peer, question->size);
}

void cosign_on_message(struct drive *drive, uint16_t peer, struct bytes_view bytes)
{
	struct drive_cosign *cosign = drive->cosign;

	if (!cosign || drive->peers[peer].index == NOBODY)
		return;
	if (cosign_message_decode(&cosign->message, bytes) != STATUS_OK) {
		blame(drive, peer, "a message that cannot be read");
		return;
	}
	switch (cosign->message.kind) {
	case MESSAGE_COSIGN:
		check(drive, peer);
		break;
	case MESSAGE_GET_COSIGN:
		answer(drive, peer);
		break;
	}
}

void cosign_on_checked(struct drive *drive, const struct check_job *job)
{
	const struct cosigned *cosigned = job->cosigned;

	drive->cosign->check_count--;
	for (size_t i = 0; i < cosigned->count && job->is_good; i++)
		cosigning_add(&drive->cosign->cosigning, &cosigned->point, &cosigned->items[i]);
}
