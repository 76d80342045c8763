/* Records: what a session's bytes are after the handshake. BOLT 8's packets, with a smaller
 * maximum:
 *
 *     sealed length, 2 + 16    the size of the body, u16 big-endian
 *     sealed body, size + 16
 *
 * Each direction counts its uses of a key; after 1000, two a record, the key is replaced by one
 * that is derived from it, and the old one cannot be had from the new one. */
#ifndef NODE_P2P_RECORD_H
#define NODE_P2P_RECORD_H

#include "node/p2p/noise.h"

enum {
	RECORD_LENGTH_SIZE = 2 + SEAL_TAG_SIZE,
	RECORD_BODY_MAX = 16400, /* 16 KiB of a message and a frame's head: a message of a more
	                          * urgent lane waits for no more than this */
	RECORD_OVERHEAD = RECORD_LENGTH_SIZE + SEAL_TAG_SIZE,
	RECORD_SIZE_MAX = RECORD_BODY_MAX + RECORD_OVERHEAD,
	RECORD_KEY_USES = 1000,  /* BOLT 8, "Lightning Message Key Rotation" */
};

/* One direction of a session. */
struct record_key {
	struct seal_key key;
	struct hash chaining;
	uint64_t use_count; /* of this key */
};

/* The two directions; `keys` may be wiped afterwards. */
struct record_key record_key_to_send(const struct noise_keys *keys);
struct record_key record_key_to_receive(const struct noise_keys *keys);

/* Writes body.size + RECORD_OVERHEAD bytes. The body has at most RECORD_BODY_MAX, and does not
 * overlap with the record, but for one that already stands in its place: RECORD_LENGTH_SIZE
 * behind its beginning. */
MUST_CHECK enum status record_seal(struct record_key *key, struct sealer *sealer,
                                   uint8_t *record, struct bytes_view body);

enum record_finding {
	RECORD_MORE,      /* it is not whole yet; all bytes were taken */
	RECORD_WHOLE,
	RECORD_BAD_TAG,   /* changed, lost or out of order: nothing behind it means anything */
	RECORD_TOO_LARGE,
};

/* Cuts a stream of bytes into records. After the last two findings it is of no use any more. */
struct record_input {
	struct record_key key;
	size_t have;        /* bytes that are here: of the length, then of the body */
	size_t body_size;   /* once has_length */
	bool has_length;
	uint8_t bytes[RECORD_BODY_MAX + SEAL_TAG_SIZE];
};

/* Takes bytes from the front of *in until a record is whole, or all of them. RECORD_WHOLE: *body
 * is what was sealed, the reader's until the next call. Not STATUS_OK: we failed. */
MUST_CHECK enum status record_next(struct record_input *reader, struct sealer *sealer,
                                   struct bytes_view *in, struct bytes_view *body,
                                   enum record_finding *finding);

#endif
