#include "node/shell/invitation.h"

#include "chain/codec/cursor.h"
#include "node/shell/text_line.h"

static const struct text_line LINE = {
	.word = INVITATION_WORD,
	.tag = "cairn/invitation/v1",
	.noun = "invitation",
	.command = "cairnd network invite",
	.size_max = INVITATION_SIZE_MAX,
};

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
	struct buffer payload;
	uint8_t size[4];

	buffer_init(&payload, INVITATION_SIZE_MAX);
	buffer_append(&payload, &count, 1);
	for (size_t i = 0; i < invitation->peer_count; i++)
		append_peer(&payload, &invitation->peers[i]);
	put_le32(size, (uint32_t)invitation->genesis.size);
	buffer_append(&payload, size, sizeof size);
	buffer_append_view(&payload, invitation->genesis);
	text_line_encode(text, &LINE, buffer_view(&payload));
	if (payload.status != STATUS_OK && text->status == STATUS_OK)
		text->status = payload.status;
	buffer_close(&payload);
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
		return text_line_refuse(&LINE, why);
	for (size_t i = 0; i < invitation->peer_count; i++)
		get_peer(&in, &invitation->peers[i]);
	invitation->genesis = cursor_bytes32(&in, GENESIS_SIZE_MAX);
	return cursor_finish(&in) == STATUS_OK ? STATUS_OK : text_line_refuse(&LINE, why);
}

enum status invitation_decode(struct invitation *invitation, struct buffer *payload,
                              struct bytes_view text, struct why *why)
{
	enum status status = text_line_decode(payload, &LINE, text, why);

	memset(invitation, 0, sizeof *invitation);
	return status == STATUS_OK ? parse(invitation, buffer_view(payload), why) : status;
}
