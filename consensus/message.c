#include "consensus/message.h"

#include "chain/base/invariant.h"

/* How a proposal carries its block. */
enum { BLOCK_ABSENT, BLOCK_WHOLE, BLOCK_BY_NAMES };

/* -- Bytes out --------------------------------------------------------------------------------------- */

/* `size` bytes of room at the end of the buffer; false: out->status says why. */
static bool make_room(struct buffer *out, size_t size, struct writer *writer)
{
	uint8_t *at = buffer_extend(out, size);

	if (at)
		*writer = writer_on(at, size);
	return at != NULL;
}

void message_put_kind(struct buffer *out, enum message_kind kind)
{
	uint8_t byte = (uint8_t)kind;

	buffer_append(out, &byte, 1);
}

static void put_u8(struct buffer *out, uint8_t value)
{
	buffer_append(out, &value, 1);
}

static void put_u16(struct buffer *out, uint16_t value)
{
	uint8_t bytes[2];

	put_le16(bytes, value);
	buffer_append(out, bytes, sizeof bytes);
}

static void put_bytes16(struct buffer *out, struct bytes_view bytes)
{
	INVARIANT(bytes.size <= UINT16_MAX);
	put_u16(out, (uint16_t)bytes.size);
	buffer_append(out, bytes.at, bytes.size);
}

static void put_bytes32(struct buffer *out, struct bytes_view bytes)
{
	uint8_t size[4];

	put_le32(size, (uint32_t)bytes.size);
	buffer_append(out, size, sizeof size);
	buffer_append_view(out, bytes);
}

static void put_plain_vote(struct buffer *out, const struct vote *vote)
{
	struct writer writer;

	if (make_room(out, vote_size(vote), &writer))
		vote_put(&writer, vote);
}

static void put_block_head(struct buffer *out, const struct header *header, size_t body_size)
{
	uint8_t bytes[HEADER_SIZE + 4];

	header_encode(bytes, header);
	put_le32(bytes + HEADER_SIZE, (uint32_t)body_size);
	buffer_append(out, bytes, sizeof bytes);
}

static void put_plain_block(struct buffer *out, const struct message_block *block)
{
	put_block_head(out, &block->header, block->body.size);
	buffer_append(out, block->body.at, block->body.size);
}

void message_put_vote(struct buffer *out, const struct vote *vote)
{
	message_put_kind(out, MESSAGE_VOTE);
	put_plain_vote(out, vote);
}

void message_put_certificate(struct buffer *out, struct bytes_view certificate)
{
	message_put_kind(out, MESSAGE_CERTIFICATE);
	buffer_append(out, certificate.at, certificate.size);
}

void message_put_proposal(struct buffer *out, const struct message_proposal *proposal)
{
	message_put_kind(out, MESSAGE_PROPOSAL);
	INVARIANT(!proposal->has_block || !proposal->has_names);
	put_plain_vote(out, &proposal->vote);
	put_u8(out, proposal->has_names ? BLOCK_BY_NAMES : proposal->has_block);
	if (proposal->has_block)
		put_plain_block(out, &proposal->block);
	if (proposal->has_names)
		compact_put(out, &(struct compact){.header = proposal->block.header,
		                                   .body = proposal->names});
	put_u8(out, (uint8_t)proposal->certificate_count);
	for (size_t i = 0; i < proposal->certificate_count; i++)
		put_bytes16(out, proposal->certificates[i]);
}

void message_put_status(struct buffer *out, const struct message_status *status)
{
	struct writer writer;

	message_put_kind(out, MESSAGE_STATUS);
	if (make_room(out, peer_status_size(&status->status), &writer))
		peer_status_put(&writer, &status->status);
	put_bytes16(out, status->certificate);
}

void message_put_get_block(struct buffer *out, const struct hash *block)
{
	message_put_kind(out, MESSAGE_GET_BLOCK);
	buffer_append(out, block->bytes, HASH_SIZE);
}

void message_put_block(struct buffer *out, const struct message_block *block)
{
	message_put_kind(out, MESSAGE_BLOCK);
	put_plain_block(out, block);
}

static void put_u64(struct buffer *out, uint64_t value)
{
	uint8_t bytes[8];

	put_le64(bytes, value);
	buffer_append(out, bytes, sizeof bytes);
}

void message_put_get_headers(struct buffer *out, uint64_t from)
{
	message_put_kind(out, MESSAGE_GET_HEADERS);
	put_u64(out, from);
}

void message_put_headers(struct buffer *out, const struct message_headers *headers)
{
	message_put_kind(out, MESSAGE_HEADERS);
	put_u64(out, headers->from);
	put_u16(out, (uint16_t)headers->count);
	buffer_append_view(out, headers->headers);
	put_bytes16(out, headers->certificate);
}

void message_put_get_bodies(struct buffer *out, const struct message_get_bodies *wanted)
{
	message_put_kind(out, MESSAGE_GET_BODIES);
	put_u64(out, wanted->from);
	put_u16(out, (uint16_t)wanted->count);
}

void message_put_bodies(struct buffer *out, const struct message_bodies *bodies)
{
	message_put_kind(out, MESSAGE_BODIES);
	put_u64(out, bodies->from);
	put_u16(out, (uint16_t)bodies->count);
	for (size_t i = 0; i < bodies->count; i++)
		put_bytes32(out, bodies->blocks[i].body);
}

void message_put_txs(struct buffer *out, const struct bytes_view *txs, size_t count)
{
	message_put_kind(out, MESSAGE_TXS);
	for (size_t i = 0; i < count; i++)
		put_bytes16(out, txs[i]);
}

void message_put_evidence(struct buffer *out, const struct vote votes[2])
{
	message_put_kind(out, MESSAGE_EVIDENCE);
	put_plain_vote(out, &votes[0]);
	put_plain_vote(out, &votes[1]);
}

void message_put_get_compact(struct buffer *out, const struct hash *block)
{
	message_put_kind(out, MESSAGE_GET_COMPACT);
	buffer_append(out, block->bytes, HASH_SIZE);
}

void message_put_compact(struct buffer *out, const struct compact *compact)
{
	message_put_kind(out, MESSAGE_COMPACT);
	compact_put(out, compact);
}

void message_put_block_head(struct buffer *out, const struct header *header)
{
	message_put_kind(out, MESSAGE_BLOCK);
	put_block_head(out, header, header->body_size);
}

/* -- Bytes in ---------------------------------------------------------------------------------------- */

static void get_block(struct cursor *in, struct message_block *block)
{
	header_get(in, &block->header);
	block->body = cursor_bytes32(in, BLOCK_BODY_MAX);
	if (block->body.size != block->header.body_size)
		cursor_fail(in, STATUS_MALFORMED);
}

static void get_vote(struct cursor *in, struct vote *vote)
{
	vote_get(in, vote);
	if (!ballot_is_well_formed(&vote->ballot) || vote->ballot.view == 0 ||
	    (vote->ballot.kind != VOTE_NULLIFY &&
	     vote->ballot.parent_view >= vote->ballot.view))
		cursor_fail(in, STATUS_MALFORMED);
}

static void get_proposed_block(struct cursor *in, struct message_proposal *proposal)
{
	struct compact compact;

	switch (cursor_u8(in)) {
	case BLOCK_ABSENT:
		break;
	case BLOCK_WHOLE:
		proposal->has_block = true;
		get_block(in, &proposal->block);
		break;
	case BLOCK_BY_NAMES:
		proposal->has_names = true;
		compact_get(in, &compact);
		proposal->block.header = compact.header;
		proposal->names = compact.body;
		break;
	default:
		cursor_fail(in, STATUS_MALFORMED);
		break;
	}
}

static void get_proposal(struct cursor *in, struct message_proposal *proposal)
{
	get_vote(in, &proposal->vote);
	if (proposal->vote.ballot.kind != VOTE_NOTARIZE)
		cursor_fail(in, STATUS_MALFORMED);
	get_proposed_block(in, proposal);
	proposal->certificate_count = cursor_u8(in);
	if (proposal->certificate_count > MESSAGE_CERTIFICATES_MAX) {
		cursor_fail(in, STATUS_TOO_LARGE);
		proposal->certificate_count = 0;
	}
	for (size_t i = 0; i < proposal->certificate_count; i++)
		proposal->certificates[i] = cursor_bytes16(in, CERTIFICATE_SIZE_MAX);
}

/* They are read one by one later; here only that each is one. */
static void look_at_headers(struct cursor *in, struct bytes_view bytes)
{
	struct cursor headers = cursor_on(bytes);
	struct header header;

	while (headers.left > 0 && headers.status == STATUS_OK)
		header_get(&headers, &header);
	if (headers.status != STATUS_OK)
		cursor_fail(in, headers.status);
}

static uint64_t get_height(struct cursor *in)
{
	uint64_t height = cursor_u64(in);

	if (height == 0) /* everybody has the genesis */
		cursor_fail(in, STATUS_MALFORMED);
	return height;
}

static void get_headers(struct cursor *in, struct message_headers *headers)
{
	headers->from = get_height(in);
	headers->count = cursor_count16(in, SYNC_HEADERS_MAX, HEADER_SIZE);
	headers->headers = cursor_take_view(in, headers->count * HEADER_SIZE);
	look_at_headers(in, headers->headers);
	headers->certificate = cursor_bytes16(in, CERTIFICATE_SIZE_MAX);
	if ((headers->count == 0) != (headers->certificate.size == 0))
		cursor_fail(in, STATUS_MALFORMED);
}

static void get_get_bodies(struct cursor *in, struct message_get_bodies *wanted)
{
	wanted->from = get_height(in);
	wanted->count = cursor_u16(in);
	if (wanted->count == 0 || wanted->count > PORTION_BLOCKS_MAX)
		cursor_fail(in, STATUS_TOO_LARGE);
}

static void get_bodies(struct cursor *in, struct message_bodies *bodies)
{
	bodies->from = get_height(in);
	bodies->count = cursor_count16(in, PORTION_BLOCKS_MAX, sizeof(uint32_t));
	for (size_t i = 0; i < bodies->count; i++)
		bodies->blocks[i].body = cursor_bytes32(in, BLOCK_BODY_MAX);
}

/* The entries are read one by one later; here only that they are whole, and not too many. */
static void get_txs(struct cursor *in, struct cursor *txs)
{
	size_t count = 0;

	*txs = *in;
	while (in->left > 0 && count <= MESSAGE_TXS_MAX) {
		body_next(in);
		count++;
	}
	if (count == 0 || count > MESSAGE_TXS_MAX)
		cursor_fail(in, STATUS_TOO_LARGE);
}

enum status message_decode(struct message *message, struct bytes_view bytes)
{
	struct cursor in = cursor_on(bytes);

	if (bytes.size > MESSAGE_SIZE_MAX)
		return STATUS_TOO_LARGE;
	memset(message, 0, sizeof *message);
	message->kind = (enum message_kind)cursor_u8(&in);
	switch (message->kind) {
	case MESSAGE_VOTE:
		get_vote(&in, &message->vote);
		break;
	case MESSAGE_CERTIFICATE:
		message->certificate = cursor_take_view(&in, in.left);
		break;
	case MESSAGE_PROPOSAL:
		get_proposal(&in, &message->proposal);
		break;
	case MESSAGE_STATUS:
		peer_status_get(&in, &message->status.status);
		message->status.certificate = cursor_bytes16(&in, CERTIFICATE_SIZE_MAX);
		break;
	case MESSAGE_GET_BLOCK:
		message->get_block = cursor_hash(&in);
		break;
	case MESSAGE_BLOCK:
		get_block(&in, &message->block);
		break;
	case MESSAGE_GET_HEADERS:
		message->get_headers = get_height(&in);
		break;
	case MESSAGE_HEADERS:
		get_headers(&in, &message->headers);
		break;
	case MESSAGE_GET_BODIES:
		get_get_bodies(&in, &message->get_bodies);
		break;
	case MESSAGE_BODIES:
		get_bodies(&in, &message->bodies);
		break;
	case MESSAGE_TXS:
		get_txs(&in, &message->txs);
		break;
	case MESSAGE_EVIDENCE:
		get_vote(&in, &message->evidence[0]);
		get_vote(&in, &message->evidence[1]);
		break;
	case MESSAGE_GET_COMPACT:
		message->get_compact = cursor_hash(&in);
		break;
	case MESSAGE_COMPACT:
		compact_get(&in, &message->compact);
		break;
	case MESSAGE_GET_BLOCK_TXS:
		get_block_txs_get(&in, &message->get_block_txs);
		break;
	case MESSAGE_BLOCK_TXS:
		block_txs_get(&in, &message->block_txs);
		break;
	default:
		cursor_fail(&in, STATUS_FOREIGN);
		break;
	}
	return cursor_finish(&in);
}
