#include "node/shell/held_rows.h"

#include "chain/base/memory.h"
#include "chain/codec/cursor.h"
#include "chain/codec/writer.h"

enum {
	ROW_VOTE = 0,
	ROW_PENDING = 1,
	VOTE_HEAD_SIZE = 1 + 8 + 8 + 1 + 4,
	PENDING_HEAD_SIZE = 1 + HASH_SIZE + 4,
};

size_t held_rows_size(const struct store_batch *batch)
{
	size_t size = batch->vote_count * VOTE_HEAD_SIZE +
	              batch->pending_count * (PENDING_HEAD_SIZE + HEADER_SIZE);

	for (size_t i = 0; i < batch->vote_count; i++)
		size += batch->votes[i].bytes.size;
	for (size_t i = 0; i < batch->pending_count; i++)
		size += batch->pending[i].body.size;
	return size;
}

void held_rows_put(struct buffer *out, const struct store_batch *batch)
{
	size_t size = held_rows_size(batch);
	uint8_t *bytes = buffer_extend(out, size);
	struct writer writer = writer_on(bytes, size);

	if (!bytes)
		return;
	for (size_t i = 0; i < batch->vote_count; i++) {
		const struct store_vote *vote = &batch->votes[i];

		writer_u8(&writer, ROW_VOTE);
		writer_u64(&writer, vote->key.epoch);
		writer_u64(&writer, vote->key.view);
		writer_u8(&writer, vote->key.kind);
		writer_bytes32(&writer, vote->bytes);
	}
	for (size_t i = 0; i < batch->pending_count; i++) {
		const struct store_pending *pending = &batch->pending[i];
		uint8_t header[HEADER_SIZE];

		header_encode(header, &pending->header);
		writer_u8(&writer, ROW_PENDING);
		writer_hash(&writer, &pending->block);
		writer_u32(&writer, (uint32_t)(HEADER_SIZE + pending->body.size));
		writer_bytes(&writer, header, sizeof header);
		if (pending->body.size > 0)
			writer_bytes(&writer, pending->body.at, pending->body.size);
	}
}

static void get_vote(struct cursor *in, struct store_vote *vote)
{
	vote->key.epoch = cursor_u64(in);
	vote->key.view = cursor_u64(in);
	vote->key.kind = cursor_u8(in);
	vote->bytes = cursor_bytes32(in, SIZE_MAX);
}

static void get_pending(struct cursor *in, struct store_pending *pending)
{
	struct cursor block;

	pending->block = cursor_hash(in);
	block = cursor_on(cursor_bytes32(in, SIZE_MAX));
	header_get(&block, &pending->header);
	pending->body = cursor_take_view(&block, block.left);
	if (block.status != STATUS_OK || pending->body.size != pending->header.body_size)
		cursor_fail(in, STATUS_MALFORMED);
}

static void get_row(struct cursor *in, struct held_rows *rows)
{
	switch (cursor_u8(in)) {
	case ROW_VOTE:
		get_vote(in, &rows->votes[rows->vote_count++]);
		break;
	case ROW_PENDING:
		get_pending(in, &rows->pending[rows->pending_count++]);
		break;
	default:
		cursor_fail(in, STATUS_MALFORMED);
	}
}

enum status held_rows_get(struct held_rows *rows, struct bytes_view bytes)
{
	struct cursor in = cursor_on(bytes);
	size_t votes_max = bytes.size / VOTE_HEAD_SIZE + 1;
	size_t pending_max = bytes.size / (PENDING_HEAD_SIZE + HEADER_SIZE) + 1;
	enum status status;

	*rows = (struct held_rows){
		.votes = memory_new(votes_max * sizeof *rows->votes),
		.pending = memory_new(pending_max * sizeof *rows->pending),
	};
	if (!rows->votes || !rows->pending) {
		held_rows_close(rows);
		return STATUS_MEMORY;
	}
	/* Each row takes its head at least, of which there are no more in these bytes; the last
	 * place of each is for one that is cut short. */
	while (in.status == STATUS_OK && in.left > 0)
		get_row(&in, rows);
	status = cursor_finish(&in);
	if (status != STATUS_OK)
		held_rows_close(rows);
	return status;
}

void held_rows_close(struct held_rows *rows)
{
	memory_free(rows->votes);
	memory_free(rows->pending);
	*rows = (struct held_rows){0};
}
