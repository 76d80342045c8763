/* What peers ask of us: blocks that are held here, and those that have to be read. */
#include "node/drive/inner.h"
#include "node/drive/named.h"

#include "chain/base/invariant.h"

enum {
	READS_MAX = 16,        /* at once: at most 64 MiB of answers */
	READS_OF_PEER_MAX = 4, /* of these, so that one who asks for much leaves room for others */
};

/* -- What has to be read --------------------------------------------------------------------- */

void read_job_free(struct read_job *job)
{
	if (!job)
		return;
	memory_free(job->question);
	memory_free(job->missing);
	buffer_close(&job->answer);
	memory_free(job);
}

void read_job_answer(struct read_job *job, const struct message_block *block)
{
	struct message message;

	switch (job->form) {
	case READ_WHOLE:
		message_put_block(&job->answer, block);
		break;
	case READ_COMPACT:
		named_put_compact(&job->answer, &job->hash, block, NULL);
		break;
	case READ_TXS:
		INVARIANT(message_decode(&message, bytes_view(job->question, job->question_size)) ==
		          STATUS_OK);
		/* Who asks for more than there is gets no answer. */
		(void)!named_put_txs(&job->answer, &message.get_block_txs, block);
		break;
	}
}

static struct read_job *read_for(struct drive *drive, const struct read_job *wanted)
{
	struct drive_peer *peer = &drive->peers[wanted->to];
	struct read_job *job;

	if (drive->read_count >= READS_MAX || peer->read_count >= READS_OF_PEER_MAX ||
	    !(job = memory_new(sizeof *job)))
		return NULL;
	*job = *wanted;
	job->connection = peer->connection;
	buffer_init(&job->answer, MESSAGE_SIZE_MAX);
	drive->read_count++;
	peer->read_count++;
	return job;
}

static void read_it(struct drive *drive, struct read_job *job)
{
	if (job)
		drive->world.read(drive->world.owner, job);
}

static void read_block(struct drive *drive, uint16_t peer, const struct hash *hash,
                       enum read_form form)
{
	read_it(drive, read_for(drive, &(struct read_job){
		.to = peer,
		.by_hash = true,
		.form = form,
		.hash = *hash,
	}));
}

static void read_txs(struct drive *drive, uint16_t peer, const struct get_block_txs *question,
                     struct bytes_view bytes)
{
	uint8_t *copy = memory_new(bytes.size);
	struct read_job *job = copy ? read_for(drive, &(struct read_job){
		.to = peer,
		.by_hash = true,
		.form = READ_TXS,
		.hash = question->block,
		.question = copy,
		.question_size = bytes.size,
	}) : NULL;

	if (!job) {
		memory_free(copy);
		return;
	}
	memcpy(copy, bytes.at, bytes.size);
	read_it(drive, job);
}

/* Headers and bodies: we do not have them, or have no time. So whoever asks need not wait. */
static void put_nothing(struct buffer *out, const struct read_job *job)
{
	if (job->body_count == 0)
		message_put_headers(out, &(struct message_headers){.from = job->height});
	else
		message_put_bodies(out, &(struct message_bodies){.from = job->height});
}

void drive_on_read(struct drive *drive, struct read_job *job, const struct moment *moment)
{
	bool is_there = is_still_there(drive, job->to, job->connection);

	begin_turn(drive, moment);
	drive->read_count--;
	if (is_there)
		drive->peers[job->to].read_count--;
	if (job->height > 0 && job->answer.status == STATUS_OK && job->answer.size == 0)
		put_nothing(&job->answer, job);
	/* An answer to who has asked nothing would be a breach of ours. */
	if (job->answer.status == STATUS_OK && job->answer.size > 0 && is_there)
		drive->world.send(drive->world.owner, job->to, buffer_view(&job->answer));
	if (job->missing && drive->cosign)
		cosign_found(drive, job->missing);
	read_job_free(job);
	end_turn(drive);
}

/* -- Questions ------------------------------------------------------------------------------------ */

void read_seal_for(struct drive *drive, uint16_t peer, uint64_t size)
{
	if (size > 0)
		read_it(drive, read_for(drive, &(struct read_job){.to = peer, .seal_size = size}));
}

/* Sends what was written, if it could be. */
static void give(struct drive *drive, uint16_t peer, struct buffer *bytes)
{
	if (bytes->status == STATUS_OK && bytes->size > 0)
		drive->world.send(drive->world.owner, peer, buffer_view(bytes));
	buffer_close(bytes);
}

static void read_or_say_no(struct drive *drive, const struct read_job *wanted)
{
	struct read_job *job = read_for(drive, wanted);
	struct buffer no;

	if (job) {
		read_it(drive, job);
		return;
	}
	buffer_init(&no, MESSAGE_SIZE_MAX);
	put_nothing(&no, wanted);
	give(drive, wanted->to, &no);
}

void give_headers(struct drive *drive, uint16_t peer, uint64_t from)
{
	read_or_say_no(drive, &(struct read_job){
		.to = peer,
		.height = from,
		.headers_max = drive->headers_max,
	});
}

void give_bodies(struct drive *drive, uint16_t peer, const struct message_get_bodies *wanted)
{
	read_or_say_no(drive, &(struct read_job){
		.to = peer,
		.height = wanted->from,
		.body_count = wanted->count,
	});
}

static struct message_block message_of(const struct shelf_block *block)
{
	return (struct message_block){.header = block->header, .body = shelf_body(block)};
}

void give_block(struct drive *drive, uint16_t peer, const struct hash *hash)
{
	const struct shelf_block *block = shelf_find(&drive->shelf, hash);
	struct message_block message;
	struct buffer bytes;

	if (!block) {
		read_block(drive, peer, hash, READ_WHOLE);
		return;
	}
	message = message_of(block);
	buffer_init(&bytes, MESSAGE_SIZE_MAX);
	message_put_block(&bytes, &message);
	give(drive, peer, &bytes);
}

void give_compact(struct drive *drive, uint16_t peer, const struct hash *hash)
{
	const struct shelf_block *block = shelf_find(&drive->shelf, hash);
	struct message_block message;
	struct buffer bytes;

	if (!block) {
		read_block(drive, peer, hash, READ_COMPACT);
		return;
	}
	if (block->is_bad) /* it has no names */
		return;
	message = message_of(block);
	buffer_init(&bytes, MESSAGE_SIZE_MAX);
	named_put_compact(&bytes, hash, &message, block->names);
	give(drive, peer, &bytes);
}

void give_block_txs(struct drive *drive, uint16_t peer, struct bytes_view bytes,
                    const struct get_block_txs *question)
{
	const struct shelf_block *block = shelf_find(&drive->shelf, &question->block);
	struct message_block message;
	struct buffer answer;

	if (!block) {
		read_txs(drive, peer, question, bytes);
		return;
	}
	if (block->is_bad)
		return;
	message = message_of(block);
	buffer_init(&answer, MESSAGE_SIZE_MAX);
	if (!named_put_txs(&answer, question, &message))
		blame(drive, peer, "a question for transactions that the block does not have");
	give(drive, peer, &answer);
}
