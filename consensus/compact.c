#include "consensus/compact.h"

#include "chain/base/invariant.h"

enum { PREFILLED_ENTRY_SIZE_MIN = 2 + 2 + 1 };

struct siphash_key short_id_key(const struct hash *block)
{
	return siphash_key(block->bytes);
}

static void append_u16(struct buffer *out, size_t value)
{
	uint8_t bytes[2];

	INVARIANT(value <= UINT16_MAX);
	put_le16(bytes, (uint16_t)value);
	buffer_append(out, bytes, sizeof bytes);
}

/* -- The body --------------------------------------------------------------------------------- */

/* Goes through the transactions and says which are prefilled: the wish of each, as long as
 * there is room. */
struct prefill {
	size_t bytes;
};

static bool is_prefilled(struct prefill *prefill, const struct compact_tx *tx)
{
	size_t size = 2 + body_entry_size(tx->bytes.size);

	if (!tx->is_prefilled || size > COMPACT_PREFILLED_MAX - prefill->bytes)
		return false;
	prefill->bytes += size;
	return true;
}

void compact_put_body(struct buffer *out, const struct hash *block,
                      const struct compact_tx *txs, size_t count)
{
	struct siphash_key key = short_id_key(block);
	struct prefill prefill = {0};
	size_t prefilled = 0;

	INVARIANT(count <= BLOCK_TXS_MAX);
	for (size_t i = 0; i < count; i++)
		prefilled += is_prefilled(&prefill, &txs[i]);
	append_u16(out, prefilled);
	prefill = (struct prefill){0};
	for (size_t i = 0; i < count; i++) {
		if (!is_prefilled(&prefill, &txs[i]))
			continue;
		append_u16(out, i);
		append_u16(out, txs[i].bytes.size);
		buffer_append_view(out, txs[i].bytes);
	}
	prefill = (struct prefill){0};
	for (size_t i = 0; i < count; i++) {
		uint8_t bytes[SHORT_ID_SIZE];

		if (is_prefilled(&prefill, &txs[i]))
			continue;
		put_le64(bytes, short_id(&key, &txs[i].leaf_hash));
		buffer_append(out, bytes, sizeof bytes);
	}
}

struct bytes_view compact_next_prefilled(struct cursor *in, uint16_t *index)
{
	*index = cursor_u16(in);
	return body_next(in);
}

static void get_prefilled(struct cursor *in, struct compact_body *body)
{
	const uint8_t *start;
	int last = -1;

	body->prefilled_count = cursor_count16(in, body->tx_count, PREFILLED_ENTRY_SIZE_MIN);
	start = in->at;
	for (size_t i = 0; i < body->prefilled_count; i++) {
		uint16_t index;
		struct bytes_view tx = compact_next_prefilled(in, &index);

		if (tx.size == 0 || (int)index <= last || index >= body->tx_count)
			cursor_fail(in, STATUS_MALFORMED);
		last = index;
	}
	if (in->status != STATUS_OK)
		return;
	body->prefilled = bytes_view(start, (size_t)(in->at - start));
	if (body->prefilled.size > COMPACT_PREFILLED_MAX)
		cursor_fail(in, STATUS_TOO_LARGE);
}

void compact_body_get(struct cursor *in, struct compact_body *body, size_t tx_count)
{
	const uint8_t *start = in->at;

	*body = (struct compact_body){.tx_count = tx_count};
	if (tx_count > BLOCK_TXS_MAX)
		cursor_fail(in, STATUS_TOO_LARGE);
	get_prefilled(in, body);
	body->short_ids =
		cursor_take_view(in, (tx_count - body->prefilled_count) * SHORT_ID_SIZE);
	if (in->status == STATUS_OK)
		body->bytes = bytes_view(start, (size_t)(in->at - start));
}

enum status compact_body_decode(struct compact_body *body, size_t tx_count,
                                struct bytes_view bytes)
{
	struct cursor in = cursor_on(bytes);

	compact_body_get(&in, body, tx_count);
	return cursor_finish(&in);
}

/* -- A block --------------------------------------------------------------------------------------- */

void compact_put(struct buffer *out, const struct compact *compact)
{
	uint8_t *at = buffer_extend(out, HEADER_SIZE);

	if (!at)
		return;
	header_encode(at, &compact->header);
	buffer_append_view(out, compact->body.bytes);
}

void compact_get(struct cursor *in, struct compact *compact)
{
	header_get(in, &compact->header);
	if (compact->header.body_size > BLOCK_BODY_MAX)
		cursor_fail(in, STATUS_TOO_LARGE);
	compact_body_get(in, &compact->body,
	                 in->status == STATUS_OK ? compact->header.tx_count : 0);
}

/* -- What is missing -------------------------------------------------------------------------------- */

static void append_head(struct buffer *out, const struct hash *block, uint32_t number,
                        size_t count)
{
	uint8_t bytes[4];

	INVARIANT(count > 0 && count <= BLOCK_TXS_MAX);
	put_le32(bytes, number);
	buffer_append(out, block->bytes, HASH_SIZE);
	buffer_append(out, bytes, sizeof bytes);
	append_u16(out, count);
}

void get_block_txs_put_head(struct buffer *out, const struct get_block_txs *head)
{
	append_head(out, &head->block, head->number, head->count);
}

void get_block_txs_put_index(struct buffer *out, uint16_t index)
{
	append_u16(out, index);
}

void get_block_txs_get(struct cursor *in, struct get_block_txs *question)
{
	question->block = cursor_hash(in);
	question->number = cursor_u32(in);
	question->count = cursor_count16(in, BLOCK_TXS_MAX, 2);
	if (question->count == 0)
		cursor_fail(in, STATUS_MALFORMED);
	question->indexes = cursor_take_view(in, 2 * question->count);
	for (size_t i = 1; in->status == STATUS_OK && i < question->count; i++)
		if (get_block_txs_index(question, i) <= get_block_txs_index(question, i - 1))
			cursor_fail(in, STATUS_MALFORMED);
}

/* -- The answer -------------------------------------------------------------------------------------- */

void block_txs_put_head(struct buffer *out, const struct block_txs *head)
{
	append_head(out, &head->block, head->number, head->count);
}

void block_txs_put_tx(struct buffer *out, struct bytes_view tx)
{
	append_u16(out, tx.size);
	buffer_append_view(out, tx);
}

void block_txs_get(struct cursor *in, struct block_txs *txs)
{
	const uint8_t *start;

	txs->block = cursor_hash(in);
	txs->number = cursor_u32(in);
	txs->count = cursor_count16(in, BLOCK_TXS_MAX, 3);
	if (txs->count == 0)
		cursor_fail(in, STATUS_MALFORMED);
	start = in->at;
	for (size_t i = 0; i < txs->count && in->status == STATUS_OK; i++)
		if (body_next(in).size == 0)
			cursor_fail(in, STATUS_MALFORMED);
	if (in->status == STATUS_OK)
		txs->body = bytes_view(start, (size_t)(in->at - start));
	if (txs->body.size > BLOCK_BODY_MAX)
		cursor_fail(in, STATUS_TOO_LARGE);
}
