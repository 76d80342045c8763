#include "node/shell/serving.h"

#include "chain/base/memory.h"
#include "node/shell/quorums.h"

/* -- Headers ------------------------------------------------------------------------------------- */

struct headers {
	uint64_t first, last; /* heights; last 0: there is none */
	uint8_t bytes[SYNC_HEADERS_MAX * HEADER_SIZE];
	size_t certificate_size;
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

static void add_header(struct headers *headers, const struct store_header *block, bool is_own)
{
	uint64_t height = block->header.height;

	header_encode(&headers->bytes[(height - headers->first) * HEADER_SIZE], &block->header);
	if (!is_own)
		return;
	headers->last = height;
	headers->certificate_size = block->certificate.size;
	memcpy(headers->certificate, block->certificate.at, block->certificate.size);
}

/* Within one epoch: the next one's keys are not known before the seal is stored. */
static enum status read_headers(struct headers *headers, size_t headers_max,
                                struct store_view *view, struct why *why)
{
	uint64_t tip = store_view_tip(view)->header.height;
	bool is_seal = false;

	for (uint64_t height = headers->first; height <= tip && !is_seal; height++) {
		uint64_t at = height - headers->first;
		struct store_header block;
		bool is_own = false;
		enum status status;

		if (at == SYNC_HEADERS_MAX || (at >= headers_max && headers->last > 0))
			break;
		status = store_read_header(view, height, &block, why);
		if (status == STATUS_OK)
			status = certifies_itself(&is_own, &block, why);
		if (status != STATUS_OK)
			return status;
		add_header(headers, &block, is_own);
		is_seal = (block.header.flags & HEADER_FLAG_SEAL) != 0;
	}
	return STATUS_OK;
}

static enum status serve_headers(struct read_job *job, struct store_view *view,
                                 struct why *why)
{
	struct headers *headers = memory_new(sizeof *headers);
	enum status status;

	if (!headers)
		return why_set(why, STATUS_MEMORY, "read headers for a peer");
	headers->first = job->height;
	status = read_headers(headers, job->headers_max, view, why);
	if (status == STATUS_OK && headers->last > 0) {
		size_t count = (size_t)(headers->last - headers->first) + 1;

		message_put_headers(&job->answer, &(struct message_headers){
			.from = headers->first,
			.count = count,
			.headers = bytes_view(headers->bytes, count * HEADER_SIZE),
			.certificate =
				bytes_view(headers->certificate, headers->certificate_size),
		});
	}
	memory_free(headers);
	return status;
}

/* -- Bodies -------------------------------------------------------------------------------------- */

/* STATUS_NOT_FOUND: they are not all here, or are too many bytes. */
static enum status measure_bodies(const struct read_job *job, struct store_view *view,
                                  struct why *why)
{
	uint64_t tip = store_view_tip(view)->header.height;
	size_t size = 0;

	if (job->height > tip || job->body_count > tip - job->height + 1)
		return STATUS_NOT_FOUND;
	for (size_t i = 0; i < job->body_count; i++) {
		struct store_header block;
		enum status status = store_read_header(view, job->height + i, &block, why);

		if (status != STATUS_OK)
			return status;
		size += block.header.body_size;
		if (size > BLOCK_BODY_MAX)
			return STATUS_NOT_FOUND;
	}
	return STATUS_OK;
}

static enum status read_bodies(struct message_bodies *message, struct buffer *bytes,
                               const struct read_job *job, struct store_view *view,
                               struct why *why)
{
	size_t ends[PORTION_BLOCKS_MAX];
	enum status status = STATUS_OK;

	for (size_t i = 0; i < job->body_count && status == STATUS_OK; i++) {
		status = store_read_body(view, job->height + i, bytes, why);
		if (status == STATUS_OK && bytes->status != STATUS_OK)
			status = why_set(why, bytes->status, "read blocks for a peer");
		ends[i] = bytes->size;
	}
	if (status != STATUS_OK)
		return status;
	message->from = job->height;
	message->count = job->body_count;
	for (size_t i = 0, start = 0; i < message->count; start = ends[i++])
		if (ends[i] > start) /* there may be no memory at all */
			message->blocks[i].body = bytes_view(bytes->at + start, ends[i] - start);
	return STATUS_OK;
}

static enum status serve_bodies(struct read_job *job, struct store_view *view, struct why *why)
{
	struct message_bodies *message = memory_new(sizeof *message);
	struct buffer bytes;
	enum status status;

	if (!message)
		return why_set(why, STATUS_MEMORY, "read blocks for a peer");
	buffer_init(&bytes, MESSAGE_SIZE_MAX);
	status = measure_bodies(job, view, why);
	if (status == STATUS_OK) {
		status = read_bodies(message, &bytes, job, view, why);
		if (status == STATUS_OK)
			message_put_bodies(&job->answer, message);
	}
	buffer_close(&bytes);
	memory_free(message);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
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
	else if (job->height > 0 && job->body_count > 0)
		status = serve_bodies(job, view, why);
	else if (job->height > 0)
		status = serve_headers(job, view, why);
	if (status == STATUS_OK && job->answer.status != STATUS_OK)
		status = why_set(why, job->answer.status, "answer a peer");
	return status;
}
