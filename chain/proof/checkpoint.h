/* Checkpoints, as c2sp.org/tlog-checkpoint says: what a log is at one size, as the text
 * of a signed note.
 *
 *     cairn/NETWORK/32 hex digits      the origin: which log
 *     20852163                         its size: leaves, decimal
 *     CsUYapGG...q2I=                  its RFC 6962 root, base64
 *
 * The origin of a network's log is made of its name and the first half of its genesis
 * hash. A validator's Ed25519 key signs a checkpoint under two names: as the log, where
 * the name is the origin, and as a witness, where it is the origin and the key's own
 * hash. */
#ifndef CHAIN_PROOF_CHECKPOINT_H
#define CHAIN_PROOF_CHECKPOINT_H

#include "chain/proof/note.h"

enum {
	ORIGIN_HEX_SIZE = 32,  /* of the genesis hash: 128 bits */
	WITNESS_HEX_SIZE = 16, /* of the SHA-256 of a cosign key */
	ORIGIN_SIZE_MAX = 6 + NETWORK_NAME_SIZE_MAX + 1 + ORIGIN_HEX_SIZE,
	WITNESS_NAME_SIZE_MAX = ORIGIN_SIZE_MAX + 1 + WITNESS_HEX_SIZE,
	CHECKPOINT_TEXT_SIZE_MAX = 4096, /* of any log; ours have at most 138 */
};

struct checkpoint {
	struct bytes_view origin; /* without its newline, 1..NOTE_KEY_NAME_SIZE_MAX bytes */
	uint64_t size;            /* leaves */
	struct hash root;
	struct bytes_view extensions; /* further lines with their newlines; ours have none */
};

/* The text of a note, borrowed. STATUS_MALFORMED or STATUS_TOO_LARGE, with a sentence. */
MUST_CHECK enum status checkpoint_decode(struct checkpoint *checkpoint,
                                         struct bytes_view text, struct why *why);

/* The three lines. */
void checkpoint_put(struct buffer *out, struct bytes_view origin, uint64_t size,
                    const struct hash *root);

/* -- Names --------------------------------------------------------------------------- */

/* A network's name: 1..NETWORK_NAME_SIZE_MAX of a-z 0-9 - */
bool origin_name_is_valid(struct bytes_view network_name);

/* "cairn/" name "/" the first 32 hex digits of the genesis hash; with a NUL.
 * `network_name` has 1..NETWORK_NAME_SIZE_MAX bytes. */
void origin_of(char origin[ORIGIN_SIZE_MAX + 1], struct bytes_view network_name,
               const struct hash *genesis);

/* Is this an origin of ours? Then *network_name, borrowed, and the half of the genesis
 * hash that it holds. */
bool origin_decode(struct bytes_view *network_name, uint8_t genesis_half[HASH_SIZE / 2],
                   struct bytes_view origin);

/* origin "/" the first 16 hex digits of the SHA-256 of the cosign key; with a NUL. The
 * origin has at most ORIGIN_SIZE_MAX bytes. */
void witness_name_of(char name[WITNESS_NAME_SIZE_MAX + 1], struct bytes_view origin,
                     const struct hash *cosign_key);

#endif
