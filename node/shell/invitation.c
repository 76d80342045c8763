#include "node/shell/invitation.h"

#include "chain/base/text.h"
#include "chain/codec/cursor.h"

static void put_check(uint8_t check[INVITATION_CHECK_SIZE], struct bytes_view payload)
{
	struct hash hash = hash_tagged("cairn/invitation/v1", payload);

	memcpy(check, hash.bytes, INVITATION_CHECK_SIZE);
}

/* -- Writing --------------------------------------------------------------------- */

static void append_peer(struct buffer *payload, const struct net_target *peer)
{
	char address[ENDPOINT_TEXT_SIZE];
	uint8_t size[2];

	endpoint_text(address, &peer->endpoint);
	put_le16(size, (uint16_t)strlen(address));
	buffer_append(payload, peer->id.bytes, sizeof peer->id.bytes);
	buffer_append(payload, size, sizeof size);
	buffer_append_text(payload, address);
}

void invitation_encode(struct buffer *text, const struct invitation *invitation)
{
	uint8_t count = (uint8_t)invitation->peer_count;
	uint8_t check[INVITATION_CHECK_SIZE], size[4];
	struct buffer payload;

	buffer_init(&payload, INVITATION_SIZE_MAX);
	buffer_append(&payload, &count, 1);
	for (size_t i = 0; i < invitation->peer_count; i++)
		append_peer(&payload, &invitation->peers[i]);
	put_le32(size, (uint32_t)invitation->genesis.size);
	buffer_append(&payload, size, sizeof size);
	buffer_append_view(&payload, invitation->genesis);
	put_check(check, buffer_view(&payload));
	buffer_append(&payload, check, sizeof check);
	if (payload.status != STATUS_OK && text->status == STATUS_OK)
		text->status = payload.status;
	buffer_append_text(text, INVITATION_WORD);
	buffer_append_base64(text, buffer_view(&payload));
	buffer_close(&payload);
}

/* -- Reading --------------------------------------------------------------------- */

static bool is_space(uint8_t byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static enum status refuse(struct why *why)
{
	return why_say(why, STATUS_CORRUPT,
	               "the invitation is damaged: part of it was changed or is missing; copy "
	               "the whole line again");
}

/* What stands behind the word, without white space. */
static enum status strip(struct buffer *stripped, struct bytes_view text, struct why *why)
{
	size_t word = strlen(INVITATION_WORD);

	buffer_init(stripped, INVITATION_TEXT_MAX);
	for (size_t i = 0; i < text.size; i++)
		if (!is_space(text.at[i]))
			buffer_append(stripped, text.at + i, 1);
	if (stripped->status != STATUS_OK)
		return why_set(why, stripped->status, "read the invitation");
	if (stripped->size < word || memcmp(stripped->at, INVITATION_WORD, word) != 0)
		return why_say(why, STATUS_FOREIGN,
		               "this is no invitation of a kind that this version knows: it is the "
		               "line that 'cairnd network invite' prints, and begins with "
		               INVITATION_WORD);
	return STATUS_OK;
}

/* The payload, whose check was right and was cut off. */
static enum status unwrap(struct buffer *payload, struct bytes_view text, struct why *why)
{
	uint8_t check[INVITATION_CHECK_SIZE];
	size_t size = base64_decoded_size_max(text.size);
	uint8_t *room = buffer_extend(payload, size);

	if (!room)
		return why_set(why, payload->status, "read the invitation");
	if (!base64_decode(room, &size, text) || size < sizeof check)
		return refuse(why);
	payload->size = size - sizeof check;
	put_check(check, buffer_view(payload));
	return memcmp(check, payload->at + payload->size, sizeof check) == 0 ? STATUS_OK
	                                                                     : refuse(why);
}

static void get_peer(struct cursor *in, struct net_target *peer)
{
	const uint8_t *id = cursor_take(in, sizeof peer->id.bytes);
	struct bytes_view address = cursor_text16(in, ADDRESS_SIZE_MAX);

	if (!id)
		return;
	memcpy(peer->id.bytes, id, sizeof peer->id.bytes);
	if (!node_id_is_valid(&peer->id) || endpoint_parse(&peer->endpoint, address) != NULL)
		cursor_fail(in, STATUS_MALFORMED);
}

static enum status parse(struct invitation *invitation, struct bytes_view payload,
                         struct why *why)
{
	struct cursor in = cursor_on(payload);

	invitation->peer_count = cursor_u8(&in);
	if (invitation->peer_count > INVITATION_PEERS_MAX)
		return refuse(why);
	for (size_t i = 0; i < invitation->peer_count; i++)
		get_peer(&in, &invitation->peers[i]);
	invitation->genesis = cursor_bytes32(&in, GENESIS_SIZE_MAX);
	return cursor_finish(&in) == STATUS_OK ? STATUS_OK : refuse(why);
}

enum status invitation_decode(struct invitation *invitation, struct buffer *payload,
                              struct bytes_view text, struct why *why)
{
	size_t word = strlen(INVITATION_WORD);
	struct buffer stripped;
	enum status status;

	memset(invitation, 0, sizeof *invitation);
	buffer_init(payload, INVITATION_TEXT_MAX);
	status = strip(&stripped, text, why);
	if (status == STATUS_OK)
		status = unwrap(payload,
		                bytes_view(stripped.at + word, stripped.size - word), why);
	if (status == STATUS_OK)
		status = parse(invitation, buffer_view(payload), why);
	buffer_close(&stripped);
	return status;
}
