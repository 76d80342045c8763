#include "node/p2p/record.h"

#include "chain/base/invariant.h"
#include "chain/base/memory.h"

struct record_key record_key_to_send(const struct noise_keys *keys)
{
	return (struct record_key){.key = keys->send, .chaining = keys->chaining};
}

struct record_key record_key_to_receive(const struct noise_keys *keys)
{
	return (struct record_key){.key = keys->receive, .chaining = keys->chaining};
}

/* To be called behind each use. */
static enum status count_use(struct record_key *key)
{
	struct seal_key next;
	enum status status;

	if (++key->use_count < RECORD_KEY_USES)
		return STATUS_OK;
	status = noise_derive(&key->chaining, next.bytes, &key->chaining,
	                      bytes_view(key->key.bytes, SEAL_KEY_SIZE));
	if (status == STATUS_OK) {
		key->key = next;
		key->use_count = 0;
	}
	seal_key_wipe(&next);
	return status;
}

static enum status seal_part(struct record_key *key, struct sealer *sealer, uint8_t *sealed,
                             struct bytes_view plain)
{
	struct seal_nonce nonce = noise_nonce(key->use_count);
	enum status status = sealer_seal(sealer, sealed, &key->key, &nonce,
	                                 bytes_view(NULL, 0), plain);

	return status == STATUS_OK ? count_use(key) : status;
}

enum status record_seal(struct record_key *key, struct sealer *sealer, uint8_t *record,
                        struct bytes_view body)
{
	uint8_t length[2];
	enum status status;

	INVARIANT(body.size <= RECORD_BODY_MAX);
	put_be16(length, (uint16_t)body.size);
	status = seal_part(key, sealer, record, bytes_view(length, sizeof length));
	if (status != STATUS_OK)
		return status;
	return seal_part(key, sealer, record + RECORD_LENGTH_SIZE, body);
}

/* -- Reading ------------------------------------------------------------------------------------ */

/* Moves bytes from *in until `want` are here. */
static bool fill(struct record_input *reader, struct bytes_view *in, size_t want)
{
	size_t size = want - reader->have;

	if (size > in->size)
		size = in->size;
	if (size > 0)
		memcpy(reader->bytes + reader->have, in->at, size);
	reader->have += size;
	*in = bytes_view(in->size > size ? in->at + size : NULL, in->size - size);
	return reader->have == want;
}

/* Opens the `size` bytes that are here, in their place. */
static enum status open_part(struct record_input *reader, struct sealer *sealer,
                             enum record_finding *finding)
{
	struct record_key *key = &reader->key;
	struct seal_nonce nonce = noise_nonce(key->use_count);
	enum status status =
		sealer_open(sealer, reader->bytes, &key->key, &nonce, bytes_view(NULL, 0),
	                bytes_view(reader->bytes, reader->have));

	reader->have = 0;
	*finding = status == STATUS_OK ? RECORD_WHOLE : RECORD_BAD_TAG;
	if (status == STATUS_MALFORMED)
		return STATUS_OK;
	return status == STATUS_OK ? count_use(key) : status;
}

static enum status read_length(struct record_input *reader, struct sealer *sealer,
                               enum record_finding *finding)
{
	enum status status = open_part(reader, sealer, finding);

	if (status != STATUS_OK || *finding != RECORD_WHOLE)
		return status;
	reader->body_size = get_be16(reader->bytes);
	reader->has_length = true;
	if (reader->body_size > RECORD_BODY_MAX)
		*finding = RECORD_TOO_LARGE;
	return STATUS_OK;
}

enum status record_next(struct record_input *reader, struct sealer *sealer,
                        struct bytes_view *in, struct bytes_view *body,
                        enum record_finding *finding)
{
	enum status status;

	*finding = RECORD_MORE;
	if (!reader->has_length) {
		if (!fill(reader, in, RECORD_LENGTH_SIZE))
			return STATUS_OK;
		status = read_length(reader, sealer, finding);
		if (status != STATUS_OK || *finding != RECORD_WHOLE)
			return status;
		*finding = RECORD_MORE;
	}
	if (!fill(reader, in, reader->body_size + SEAL_TAG_SIZE))
		return STATUS_OK;
	reader->has_length = false;
	*body = bytes_view(reader->bytes, reader->body_size);
	return open_part(reader, sealer, finding);
}
