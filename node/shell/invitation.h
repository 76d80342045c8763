/* An invitation: all that a machine needs to follow a network, as one line of text
 * (text_line.h). It holds the genesis itself, so that nothing has to be fetched from anybody
 * before it is known whom to believe, and some nodes to begin with.
 *
 *     cairn-invitation-1:    payload: peers u8 | each: node id 33, address text16 |
 *                                     genesis bytes32
 *
 * It is no secret and no permission. Whoever passes it on can put another network in its
 * place, which is why people compare the hash of the genesis. */
#ifndef NODE_SHELL_INVITATION_H
#define NODE_SHELL_INVITATION_H

#include "chain/base/buffer.h"
#include "node/net/net.h"

#define INVITATION_WORD "cairn-invitation-1:"

enum {
	INVITATION_PEERS_MAX = 8, /* one is enough, and some may be gone */
	INVITATION_SIZE_MAX = GENESIS_SIZE_MAX + 4096, /* of the payload: all at its maximum */
	INVITATION_TEXT_MAX = 2 * INVITATION_SIZE_MAX + 128, /* base64, and the line breaks of mail */
};

struct invitation {
	size_t peer_count; /* at most INVITATION_PEERS_MAX */
	struct net_target peers[INVITATION_PEERS_MAX];
	struct bytes_view genesis; /* canonical; borrowed */
};

/* Appends the line, without a newline. Ask text->status. */
void invitation_encode(struct buffer *text, const struct invitation *invitation);

/* `payload` is initialized here, to be closed by the caller in any case; invitation->genesis
 * lies in it and is not looked at: it is the reader's to decode. Statuses as
 * text_line_decode's. `why` holds a sentence for the person. */
MUST_CHECK enum status invitation_decode(struct invitation *invitation,
                                         struct buffer *payload, struct bytes_view text,
                                         struct why *why);

#endif
