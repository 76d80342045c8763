/* Cosignatures over one checkpoint, as nodes tell each other and as they keep them.
 *
 *     COSIGN      kind u8 = 0x10 | point 48 | count u16 | cosigns, 168 bytes each
 *     GET_COSIGN  kind u8 = 0x11 | epoch u64 | size u64
 *
 *     point   epoch u64 | size u64 | root 32
 *     cosign  cosign key 32 | time u64, Unix seconds | cosignature 64 | log signature 64
 *
 * The cosigns ascend by key, none twice. Without the kind it is a row of a database. The
 * epoch says whose keys these are: over a seal both those of the set that it ends and
 * those of the set that it starts sign, each under its own epoch. */
#ifndef CHAIN_RECEIPT_COSIGNED_H
#define CHAIN_RECEIPT_COSIGNED_H

#include "chain/receipt/make.h"

/* One checkpoint, and the set that signs it. */
#define COSIGN_POINT_FIELDS(X)                                                           \
	X(u64, epoch)                                                                        \
	X(u64, size) /* leaves */                                                            \
	X(hash, root)

/* "What do you have by this set over more than so many leaves?" Of an ended set: over
 * the seal, whose checkpoint has so many. */
#define COSIGN_QUESTION_FIELDS(X)                                                        \
	X(u64, epoch)                                                                        \
	X(u64, size)

// clang-format off
WIRE_DECLARE(cosign_point, COSIGN_POINT_FIELDS)
WIRE_DECLARE(cosign_question, COSIGN_QUESTION_FIELDS)
// clang-format on

enum {
	COSIGN_POINT_SIZE = 8 + 8 + HASH_SIZE,
	COSIGN_SIZE = HASH_SIZE + 8 + 2 * COSIGN_SIGNATURE_SIZE,
	COSIGNED_SIZE_MAX = COSIGN_POINT_SIZE + 2 + VALIDATORS_MAX * COSIGN_SIZE,
};

bool cosign_point_equal(const struct cosign_point *a, const struct cosign_point *b);

struct cosigned {
	struct cosign_point point;
	size_t count;                         /* 1..VALIDATORS_MAX */
	struct cosign items[VALIDATORS_MAX]; /* ascending by key */
};

size_t cosigned_size(const struct cosigned *cosigned);
void cosigned_put(struct writer *out, const struct cosigned *cosigned);
/* Form alone: whose keys these are and what they signed is not looked at. STATUS_MALFORMED:
 * no cosign, a size of 0, keys that do not ascend, or a time that is none. */
MUST_CHECK enum status cosigned_decode(struct cosigned *cosigned, struct bytes_view bytes);

/* The three lines that are signed: checkpoint_put's. Ask out->status. */
void cosign_point_text(struct buffer *out, struct bytes_view origin,
                       const struct cosign_point *point);

/* The signed note over the checkpoint: the text and every signature. Ask out->status. */
void cosigned_note(struct buffer *out, struct bytes_view origin,
                   const struct cosigned *cosigned);

/* -- Messages: beside those of consensus/message.h, whose kinds are below 0x10 --------- */

enum cosign_message_kind {
	MESSAGE_COSIGN = 0x10,
	MESSAGE_GET_COSIGN = 0x11,
};

struct cosign_message {
	enum cosign_message_kind kind;
	union {
		struct cosigned cosigned;
		struct cosign_question question;
	};
};

/* Append; ask out->status. */
void message_put_cosign(struct buffer *out, const struct cosigned *cosigned);
void message_put_get_cosign(struct buffer *out, const struct cosign_question *question);

/* Is this the first byte of one of these? */
bool cosign_message_is(struct bytes_view bytes);
/* Form alone, as cosigned_decode. */
MUST_CHECK enum status cosign_message_decode(struct cosign_message *message,
                                             struct bytes_view bytes);

#endif
