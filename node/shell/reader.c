#include "node/shell/reader.h"

#include "chain/base/memory.h"
#include "consensus/message.h"

/* A range that passes RANGE_BYTES_MAX without a block that certifies itself goes on for as long
 * as one more block, the largest, still fits a message. */
enum { RANGE_LONGEST = MESSAGE_SIZE_MAX - BLOCK_BODY_MAX - (64 << 10) };

struct read_letter {
	struct letter letter;
	struct read_job *job;
};

/* -- One block ------------------------------------------------------------------------------- */

static enum status read_by_hash(struct store_view *view, struct read_job *job,
                                struct why *why)
{
	struct message_block block;
	struct store_header header;
	struct buffer body;
	uint64_t height;
	enum status status = store_find_block(view, &job->hash, &height, why);

	if (status != STATUS_OK)
		return status;
	status = store_read_header(view, height, &header, why);
	if (status != STATUS_OK)
		return status;
	buffer_init(&body, BLOCK_BODY_MAX);
	status = store_read_body(view, height, &body, why);
	if (status == STATUS_OK)
		status = body.status;
	if (status == STATUS_OK) {
		block = (struct message_block){.header = header.header, .body = buffer_view(&body)};
		message_put_block(&job->answer, &block);
	}
	buffer_close(&body);
	return status;
}

/* -- A range ----------------------------------------------------------------------------------- */

static bool certifies_itself(const struct store_header *header)
{
	struct cursor in = cursor_on(header->certificate);
	struct certificate certificate;

	if (header->certificate.size == 0)
		return false;
	certificate_get(&in, &certificate);
	return in.status == STATUS_OK && hash_equal(&certificate.ballot.block, &header->hash);
}

/* The last block of the range; 0: there is none that could end it. */
static enum status find_last(struct store_view *view, uint64_t first, uint64_t *last,
                             struct why *why)
{
	uint64_t tip = store_view_tip(view)->header.height;
	size_t size = 0;

	*last = 0;
	for (uint64_t height = first;
	     height > 0 && height <= tip && height - first < RANGE_BLOCKS_MAX; height++) {
		struct store_header header;
		enum status status = store_read_header(view, height, &header, why);

		if (status != STATUS_OK)
			return status;
		size += HEADER_SIZE + header.header.body_size;
		if (size > RANGE_LONGEST + BLOCK_BODY_MAX)
			break;
		if (certifies_itself(&header))
			*last = height;
		/* Behind a seal others certify. */
		if ((header.header.flags & HEADER_FLAG_SEAL) || size > RANGE_LONGEST ||
		    (size > RANGE_BYTES_MAX && *last > 0))
			break;
	}
	return STATUS_OK;
}

struct range_reading {
	struct message_range range;
	struct buffer bodies; /* one behind the other */
	uint8_t certificate[CERTIFICATE_SIZE_MAX];
};

static enum status read_block(struct store_view *view, uint64_t height,
                              struct range_reading *reading, struct why *why)
{
	struct message_range *range = &reading->range;
	struct store_header header;
	enum status status = store_read_header(view, height, &header, why);

	if (status != STATUS_OK)
		return status;
	if (header.certificate.size > sizeof reading->certificate)
		return why_set(why, STATUS_CORRUPT, "a certificate larger than there are");
	range->blocks[range->count++].header = header.header;
	if (header.certificate.size > 0)
		memcpy(reading->certificate, header.certificate.at, header.certificate.size);
	range->certificate = bytes_view(reading->certificate, header.certificate.size);
	status = store_read_body(view, height, &reading->bodies, why);
	return status == STATUS_OK ? reading->bodies.status : status;
}

static enum status read_range(struct store_view *view, struct read_job *job, struct why *why)
{
	struct range_reading *reading;
	uint64_t last;
	enum status status = find_last(view, job->height, &last, why);
	size_t at = 0;

	if (status != STATUS_OK || last == 0)
		return status;
	reading = memory_new(sizeof *reading);
	if (!reading)
		return why_set(why, STATUS_MEMORY, "read blocks for a peer");
	buffer_init(&reading->bodies, MESSAGE_SIZE_MAX);
	for (uint64_t height = job->height; height <= last && status == STATUS_OK; height++)
		status = read_block(view, height, reading, why);
	if (status == STATUS_OK) {
		for (size_t i = 0; i < reading->range.count; i++) {
			struct message_block *block = &reading->range.blocks[i];

			block->body = bytes_view(reading->bodies.at ? reading->bodies.at + at : NULL,
			                         block->header.body_size);
			at += block->header.body_size;
		}
		message_put_range(&job->answer, &reading->range);
	}
	buffer_close(&reading->bodies);
	memory_free(reading);
	return status;
}

enum status reader_answer(struct store_view *view, struct read_job *job, struct why *why)
{
	enum status status = store_view_refresh(view, why);

	if (status == STATUS_OK)
		status = job->by_hash ? read_by_hash(view, job, why) : read_range(view, job, why);
	/* What we do not have, or not any more, is not answered. */
	return status == STATUS_NOT_FOUND || status == STATUS_PRUNED ? STATUS_OK : status;
}

/* -- The thread ----------------------------------------------------------------------------------- */

static void open_read(void *owner, struct letter *letter)
{
	struct reader *reader = owner;
	struct read_job *job = ((struct read_letter *)(void *)letter)->job;
	struct why why = {{0}};
	enum status status = reader_answer(reader->view, job, &why);

	memory_free(letter);
	if (status != STATUS_OK)
		reader->on_failed(reader->owner, status, &why);
	else
		reader->on_read(reader->owner, job);
}

enum status reader_start(struct reader *reader, struct store *store, struct why *why)
{
	enum status status = store_view_open(&reader->view, store, why);

	if (status != STATUS_OK)
		return status;
	return post_thread_start(&reader->thread, "reader", reader, why);
}

void reader_stop(struct reader *reader)
{
	post_thread_stop(&reader->thread);
	store_view_close(reader->view);
	reader->view = NULL;
}

enum status reader_read(struct reader *reader, struct read_job *job)
{
	struct read_letter *letter = memory_new(sizeof *letter);

	if (!letter)
		return STATUS_MEMORY;
	letter->letter.open = open_read;
	letter->job = job;
	mailbox_send(&reader->thread.box, &letter->letter);
	return STATUS_OK;
}
