#include "chain/receipt/extra.h"

/* -- Reading ------------------------------------------------------------------------- */

static struct extra_list get_list(struct cursor *in, size_t count_max, size_t size_max)
{
	struct extra_list list = {.count = cursor_count16(in, count_max, 2)};
	const uint8_t *start = in->at;

	for (size_t i = 0; i < list.count; i++)
		cursor_bytes16(in, size_max);
	if (in->status == STATUS_OK && list.count > 0)
		list.bytes = bytes_view(start, (size_t)(in->at - start));
	return list;
}

bool extra_list_next(struct bytes_view *item, struct extra_list *list)
{
	struct cursor in = cursor_on(list->bytes);

	if (list->count == 0)
		return false;
	*item = cursor_bytes16(&in, UINT16_MAX);
	list->bytes = bytes_view(in.at, in.left);
	list->count--;
	return in.status == STATUS_OK;
}

static bool ascends(struct extra_list list)
{
	struct bytes_view before = {0}, item;

	while (extra_list_next(&item, &list)) {
		size_t common = before.size < item.size ? before.size : item.size;
		int order = common > 0 ? memcmp(before.at, item.at, common) : 0;

		if (order > 0 || (order == 0 && before.size >= item.size))
			return false;
		before = item;
	}
	return true;
}

static void get_state(struct cursor *in, struct receipt_extra *extra)
{
	extra->parent = cursor_take_view(in, HEADER_SIZE);
	extra->key = cursor_bytes16(in, STATE_KEY_SIZE_MAX);
	extra->present = cursor_flag(in);
	if (extra->present)
		extra->value = cursor_bytes32(in, STATE_VALUE_SIZE_MAX);
	extra->name = cursor_bytes16(in, NAME_SIZE_MAX);
	extra->proof = cursor_take_view(in, in->left);
}

static void get_records(struct cursor *in, struct receipt_extra *extra)
{
	extra->parent = cursor_take_view(in, HEADER_SIZE);
	extra->name = cursor_bytes16(in, NAME_SIZE_MAX);
	stream_head_get(in, &extra->head);
	extra->proof = cursor_bytes16(in, STATE_PROOF_SIZE_MAX);
	extra->from = cursor_u64(in);
	extra->leaves = get_list(in, RECEIPT_RECORDS_MAX, RECORD_LEAF_SIZE_MAX);
	extra->hash_count = cursor_count16(in, LOG_RANGE_MAX, HASH_SIZE);
	extra->hashes = cursor_take_view(in, extra->hash_count * HASH_SIZE);
	extra->txs = get_list(in, RECEIPT_RECORDS_MAX, TX_SIZE_MAX);
}

enum status receipt_extra_decode(struct receipt_extra *extra, struct bytes_view bytes)
{
	struct cursor in = cursor_on(bytes);
	uint8_t version = cursor_u8(&in);
	uint8_t kind = cursor_u8(&in);

	*extra = (struct receipt_extra){.kind = (enum receipt_kind)kind};
	if (in.status == STATUS_OK && version != EXTRA_VERSION)
		return STATUS_FOREIGN;
	extra->genesis = cursor_hash(&in);
	extra->leaf = cursor_bytes16(&in, TX_SIZE_MAX);
	switch (kind) {
	case RECEIPT_TX:
		extra->names = get_list(&in, RECEIPT_NAMES_MAX, NAME_SIZE_MAX);
		if (!ascends(extra->names))
			cursor_fail(&in, STATUS_MALFORMED);
		break;
	case RECEIPT_SUCCESSION:
		extra->next_set = cursor_take_view(&in, in.left);
		break;
	case RECEIPT_STATE:
		get_state(&in, extra);
		break;
	case RECEIPT_RECORDS:
		get_records(&in, extra);
		break;
	default:
		cursor_fail(&in, STATUS_FOREIGN);
	}
	return cursor_finish(&in);
}

/* -- Writing ------------------------------------------------------------------------- */

static void append_u16(struct buffer *out, size_t value)
{
	uint8_t bytes[2];

	if (value > UINT16_MAX && out->status == STATUS_OK)
		out->status = STATUS_TOO_LARGE;
	put_le16(bytes, (uint16_t)value);
	buffer_append(out, bytes, sizeof bytes);
}

static void append_u64(struct buffer *out, uint64_t value)
{
	uint8_t bytes[8];

	put_le64(bytes, value);
	buffer_append(out, bytes, sizeof bytes);
}

static void append_bytes16(struct buffer *out, struct bytes_view bytes)
{
	append_u16(out, bytes.size);
	buffer_append_view(out, bytes);
}

static void append_list(struct buffer *out, const struct bytes_view *items, size_t count)
{
	append_u16(out, count);
	for (size_t i = 0; i < count; i++)
		append_bytes16(out, items[i]);
}

static void append_head(struct buffer *out, enum receipt_kind kind,
                        const struct hash *genesis, struct bytes_view leaf)
{
	uint8_t bytes[2] = {EXTRA_VERSION, (uint8_t)kind};

	buffer_append(out, bytes, sizeof bytes);
	buffer_append_view(out, hash_view(genesis));
	append_bytes16(out, leaf);
}

static void append_header_head(struct buffer *out, enum receipt_kind kind,
                               const struct hash *genesis, const struct header *header)
{
	uint8_t leaf[HEADER_LEAF_SIZE] = {0};

	header_encode(leaf + 1, header);
	append_head(out, kind, genesis, bytes_view(leaf, sizeof leaf));
}

static void append_header(struct buffer *out, const struct header *header)
{
	uint8_t *at = buffer_extend(out, HEADER_SIZE);

	if (at)
		header_encode(at, header);
}

static void append_state_proof(struct buffer *out, const struct state_proof *proof)
{
	size_t size = state_proof_size(proof);
	uint8_t *at = buffer_extend(out, size);
	struct writer writer = writer_on(at, size);

	if (at)
		state_proof_put(&writer, proof);
}

void receipt_extra_put_tx(struct buffer *out, const struct hash *genesis,
                          struct bytes_view tx, const struct bytes_view *names,
                          size_t name_count)
{
	append_head(out, RECEIPT_TX, genesis, tx);
	append_list(out, names, name_count);
}

void receipt_extra_put_succession(struct buffer *out, const struct hash *genesis,
                                  const struct header *header,
                                  const struct validator_set *next,
                                  const struct parameters *parameters)
{
	size_t size = CONSENSUS_PARAMETERS_SIZE + 2 + next->count * VALIDATOR_SIZE;
	struct writer writer;
	uint8_t *at;

	append_header_head(out, RECEIPT_SUCCESSION, genesis, header);
	at = buffer_extend(out, size);
	if (!at)
		return;
	writer = writer_on(at, size);
	consensus_parameters_put(&writer, parameters);
	validator_set_put(&writer, next);
}

void receipt_extra_put_state(struct buffer *out, const struct hash *genesis,
                             const struct header *header, const struct header *parent,
                             struct bytes_view raw_key, const struct bytes_view *value,
                             struct bytes_view name, const struct state_proof *proof)
{
	uint8_t head[5] = {value != NULL};

	append_header_head(out, RECEIPT_STATE, genesis, header);
	append_header(out, parent);
	append_bytes16(out, raw_key);
	if (value)
		put_le32(head + 1, (uint32_t)value->size);
	buffer_append(out, head, value ? 5 : 1);
	if (value)
		buffer_append_view(out, *value);
	append_bytes16(out, name);
	append_state_proof(out, proof);
}

void receipt_extra_put_records(struct buffer *out, const struct hash *genesis,
                               const struct header *header, const struct header *parent,
                               const struct receipt_records *records)
{
	size_t hash_count = records->range ? records->range->count : 0;

	append_header_head(out, RECEIPT_RECORDS, genesis, header);
	append_header(out, parent);
	append_bytes16(out, records->stream_name);
	append_u64(out, records->head.count);
	buffer_append_view(out, hash_view(&records->head.root));
	append_u16(out, state_proof_size(records->proof));
	append_state_proof(out, records->proof);
	append_u64(out, records->from);
	append_list(out, records->leaves, records->leaf_count);
	append_u16(out, hash_count);
	for (size_t i = 0; i < hash_count; i++)
		buffer_append_view(out, hash_view(&records->range->hashes[i]));
	append_list(out, records->txs, records->tx_count);
}
