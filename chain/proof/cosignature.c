#include "chain/proof/cosignature.h"

#include "chain/base/invariant.h"

#include <inttypes.h>
#include <stdio.h>

enum { HEAD_SIZE_MAX = 64 }; /* both lines with the longest time */

struct message {
	size_t size;
	uint8_t bytes[HEAD_SIZE_MAX + CHECKPOINT_TEXT_SIZE_MAX];
};

/* False: the text is too large. */
static bool message_init(struct message *message, uint64_t time_s, struct bytes_view text)
{
	int size = snprintf((char *)message->bytes, HEAD_SIZE_MAX,
	                    "cosignature/v1\ntime %" PRIu64 "\n", time_s);

	INVARIANT(size > 0 && size < HEAD_SIZE_MAX);
	if (text.size > CHECKPOINT_TEXT_SIZE_MAX)
		return false;
	memcpy(message->bytes + size, text.at, text.size);
	message->size = (size_t)size + text.size;
	return true;
}

enum status cosignature_sign(uint8_t cosignature[COSIGNATURE_SIZE],
                             const uint8_t seed[COSIGN_SEED_SIZE], uint64_t time_s,
                             struct bytes_view text)
{
	struct message message;

	INVARIANT(time_s <= COSIGNATURE_TIME_MAX);
	if (!message_init(&message, time_s, text))
		return STATUS_TOO_LARGE;
	put_be64(cosignature, time_s);
	return cosign_key_sign(cosignature + 8, seed,
	                       bytes_view(message.bytes, message.size));
}

enum status checkpoint_sign(uint8_t signature[COSIGN_SIGNATURE_SIZE],
                            const uint8_t seed[COSIGN_SEED_SIZE], struct bytes_view text)
{
	if (text.size > CHECKPOINT_TEXT_SIZE_MAX)
		return STATUS_TOO_LARGE;
	return cosign_key_sign(signature, seed, text);
}

bool cosignature_is_valid(uint64_t *time_s, const uint8_t cosignature[COSIGNATURE_SIZE],
                          const struct hash *cosign_key, struct bytes_view text)
{
	struct message message;

	*time_s = get_be64(cosignature);
	return *time_s <= COSIGNATURE_TIME_MAX && message_init(&message, *time_s, text) &&
	       cosign_signature_is_valid(cosignature + 8, cosign_key,
	                                 bytes_view(message.bytes, message.size));
}

bool cosignature_line_is_valid(uint64_t *time_s, const struct note_signature *signature,
                               const struct note_key *key, struct bytes_view text)
{
	uint8_t bytes[COSIGNATURE_SIZE];

	return note_signature_bytes(bytes, sizeof bytes, signature) &&
	       cosignature_is_valid(time_s, bytes, &key->public_key, text);
}
