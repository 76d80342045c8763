#include "node/shell/serving.h"

#include "chain/base/memory.h"
#include "node/shell/quorums.h"

/* -- A range ------------------------------------------------------------------------------------- */

struct range {
	uint64_t first, last; /* heights; last 0: there is none */
	size_t block_count;   /* that go with their bodies; only headers of the others */
	struct buffer bodies; /* one behind another */
	uint8_t descendants[RANGE_HEADERS_MAX * HEADER_SIZE];
	struct message_range message;
	uint8_t certificate[CERTIFICATE_SIZE_MAX];
};

static enum status certifies_itself(bool *is_own, const struct store_header *block,
                                    struct why *why)
{
	struct cursor in = cursor_on(block->certificate);
	struct certificate certificate;

	*is_own = false;
	if (block->certificate.size == 0)
		return STATUS_OK;
	certificate_get(&in, &certificate);
	if (cursor_finish(&in) != STATUS_OK)
		return why_set(why, STATUS_CORRUPT, "the certificate of block %llu",
		               (unsigned long long)block->header.height);
	*is_own = hash_equal(&certificate.ballot.block, &block->hash);
	return STATUS_OK;
}

/* To the last block that has its own certificate, of those whose bodies fit in; if none of
 * them has, to the first one behind that has. Within one epoch: the next one's keys are not
 * known before the seal is stored. */
static enum status find_last(struct range *range, size_t blocks_max, struct store_view *view,
                             struct why *why)
{
	uint64_t tip = store_view_tip(view)->header.height;
	size_t size = 0;

	for (uint64_t height = range->first;
	     height <= tip && height - range->first < RANGE_HEADERS_MAX; height++) {
		bool is_full = range->block_count == blocks_max || size > RANGE_BYTES_MAX;
		struct store_header block;
		bool is_own = false;
		enum status status;

		if (is_full && range->last > 0)
			break;
		status = store_read_header(view, height, &block, why);
		if (status == STATUS_OK)
			status = certifies_itself(&is_own, &block, why);
		if (status != STATUS_OK)
			return status;
		range->block_count += !is_full;
		size += block.header.body_size;
		if (is_own)
			range->last = height;
		if (block.header.flags & HEADER_FLAG_SEAL)
			break;
	}
	if (range->last > 0 && range->last - range->first < range->block_count)
		range->block_count = (size_t)(range->last - range->first) + 1;
	return STATUS_OK;
}

static enum status read_blocks(struct range *range, struct store_view *view, struct why *why)
{
	struct message_range *message = &range->message;
	size_t offset = 0;

	for (uint64_t height = range->first; height <= range->last; height++) {
		struct store_header block;
		enum status status = store_read_header(view, height, &block, why);

		if (status != STATUS_OK)
			return status;
		memcpy(range->certificate, block.certificate.at, block.certificate.size);
		message->certificate = bytes_view(range->certificate, block.certificate.size);
		if (message->count == range->block_count) {
			header_encode(&range->descendants[message->descendant_count++ * HEADER_SIZE],
			              &block.header);
			continue;
		}
		message->blocks[message->count++].header = block.header;
		status = store_read_body(view, height, &range->bodies, why);
		if (status == STATUS_OK && range->bodies.status != STATUS_OK)
			status = why_set(why, range->bodies.status, "read blocks for a peer");
		if (status != STATUS_OK)
			return status;
	}
	for (size_t i = 0; i < message->count; i++) {
		size_t size = message->blocks[i].header.body_size;

		if (size > 0)
			message->blocks[i].body = bytes_view(range->bodies.at + offset, size);
		offset += size;
	}
	message->descendants =
		bytes_view(range->descendants, message->descendant_count * HEADER_SIZE);
	return STATUS_OK;
}

static enum status serve_range(struct read_job *job, struct store_view *view, struct why *why)
{
	struct range *range = memory_new(sizeof *range);
	enum status status;

	if (!range)
		return why_set(why, STATUS_MEMORY, "read blocks for a peer");
	range->first = job->height;
	buffer_init(&range->bodies, MESSAGE_SIZE_MAX);
	status = find_last(range, job->blocks_max, view, why);
	if (status == STATUS_OK && range->last > 0) {
		status = read_blocks(range, view, why);
		if (status == STATUS_OK)
			message_put_range(&job->answer, &range->message);
	}
	buffer_close(&range->bodies);
	memory_free(range);
	return status;
}

/* -- One block ------------------------------------------------------------------------------------ */

static enum status serve_block(struct read_job *job, struct store_view *view, struct why *why)
{
	struct message_block message = {0};
	struct store_header block;
	struct buffer body;
	uint64_t height = 0;
	enum status status = store_find_block(view, &job->hash, &height, why);

	/* Genesis is nobody's block, and everybody has it. */
	if (status == STATUS_NOT_FOUND || (status == STATUS_OK && height == 0))
		return STATUS_OK;
	buffer_init(&body, MESSAGE_SIZE_MAX);
	if (status == STATUS_OK)
		status = store_read_header(view, height, &block, why);
	if (status == STATUS_OK)
		status = store_read_body(view, height, &body, why);
	if (status == STATUS_OK && body.status != STATUS_OK)
		status = why_set(why, body.status, "read a block for a peer");
	if (status == STATUS_OK) {
		message.header = block.header;
		message.body = buffer_view(&body);
		read_job_answer(job, &message);
	}
	buffer_close(&body);
	return status;
}

/* -- The cosignatures over a seal ----------------------------------------------------------------- */

static enum status serve_seal(struct read_job *job, struct store_view *view, struct why *why)
{
	struct cosigned *cosigned = memory_new(sizeof *cosigned);
	enum status status;

	if (!cosigned)
		return why_set(why, STATUS_MEMORY, "read cosignatures for a peer");
	status = quorum_read_seal(cosigned, view, job->seal_size, why);
	if (status == STATUS_OK)
		message_put_cosign(&job->answer, cosigned);
	memory_free(cosigned);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status serve_read(struct read_job *job, struct store_view *view, struct why *why)
{
	enum status status = STATUS_OK;

	if (job->missing)
		status = quorum_find_missing(job->missing, view, why);
	else if (job->seal_size > 0)
		status = serve_seal(job, view, why);
	else if (job->by_hash)
		status = serve_block(job, view, why);
	else if (job->height > 0)
		status = serve_range(job, view, why);
	if (status == STATUS_OK && job->answer.status != STATUS_OK)
		status = why_set(why, job->answer.status, "answer a peer");
	return status;
}
