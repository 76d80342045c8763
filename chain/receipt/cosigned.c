#include "chain/receipt/cosigned.h"

#include "chain/base/invariant.h"

// clang-format off
WIRE_DEFINE(cosign_point, COSIGN_POINT_FIELDS)
WIRE_DEFINE(cosign_question, COSIGN_QUESTION_FIELDS)
// clang-format on

bool cosign_point_equal(const struct cosign_point *a, const struct cosign_point *b)
{
	return a->epoch == b->epoch && a->size == b->size && hash_equal(&a->root, &b->root);
}

/* -- Bytes ---------------------------------------------------------------------------- */

static void put_cosign(struct writer *out, const struct cosign *cosign)
{
	writer_hash(out, &cosign->cosign_key);
	writer_u64(out, cosign->time_s);
	writer_bytes(out, cosign->cosignature, COSIGN_SIGNATURE_SIZE);
	writer_bytes(out, cosign->note_signature, COSIGN_SIGNATURE_SIZE);
}

static void get_signature(struct cursor *in, uint8_t signature[COSIGN_SIGNATURE_SIZE])
{
	const uint8_t *at = cursor_take(in, COSIGN_SIGNATURE_SIZE);

	memset(signature, 0, COSIGN_SIGNATURE_SIZE);
	if (at)
		memcpy(signature, at, COSIGN_SIGNATURE_SIZE);
}

static void get_cosign(struct cursor *in, struct cosign *cosign)
{
	cosign->cosign_key = cursor_hash(in);
	cosign->time_s = cursor_u64(in);
	get_signature(in, cosign->cosignature);
	get_signature(in, cosign->note_signature);
}

size_t cosigned_size(const struct cosigned *cosigned)
{
	return COSIGN_POINT_SIZE + 2 + cosigned->count * COSIGN_SIZE;
}

void cosigned_put(struct writer *out, const struct cosigned *cosigned)
{
	INVARIANT(cosigned->count >= 1 && cosigned->count <= VALIDATORS_MAX);
	cosign_point_put(out, &cosigned->point);
	writer_u16(out, (uint16_t)cosigned->count);
	for (size_t i = 0; i < cosigned->count; i++)
		put_cosign(out, &cosigned->items[i]);
}

static bool is_well_formed(const struct cosigned *cosigned)
{
	if (cosigned->count == 0 || cosigned->point.size == 0)
		return false;
	for (size_t i = 0; i < cosigned->count; i++) {
		const struct cosign *items = cosigned->items;

		if (items[i].time_s > COSIGNATURE_TIME_MAX ||
		    (i > 0 &&
		     hash_compare(&items[i - 1].cosign_key, &items[i].cosign_key) >= 0))
			return false;
	}
	return true;
}

enum status cosigned_decode(struct cosigned *cosigned, struct bytes_view bytes)
{
	struct cursor in = cursor_on(bytes);
	enum status status;

	cosign_point_get(&in, &cosigned->point);
	cosigned->count = cursor_count16(&in, VALIDATORS_MAX, COSIGN_SIZE);
	for (size_t i = 0; i < cosigned->count; i++)
		get_cosign(&in, &cosigned->items[i]);
	status = cursor_finish(&in);
	if (status != STATUS_OK)
		return status;
	return is_well_formed(cosigned) ? STATUS_OK : STATUS_MALFORMED;
}

/* -- Texts ---------------------------------------------------------------------------- */

void cosign_point_text(struct buffer *out, struct bytes_view origin,
                       const struct cosign_point *point)
{
	checkpoint_put(out, origin, point->size, &point->root);
}

void cosigned_note(struct buffer *out, struct bytes_view origin,
                   const struct cosigned *cosigned)
{
	struct buffer text;

	buffer_init(&text, CHECKPOINT_TEXT_SIZE_MAX);
	cosign_point_text(&text, origin, &cosigned->point);
	if (text.status == STATUS_OK)
		cosigned_note_put(out, origin, buffer_view(&text), cosigned->items,
		                  cosigned->count);
	else if (out->status == STATUS_OK)
		out->status = text.status;
	buffer_close(&text);
}

/* -- Messages ------------------------------------------------------------------------- */

static bool put_kind(struct buffer *out, enum cosign_message_kind kind, size_t size,
                     struct writer *writer)
{
	uint8_t byte = (uint8_t)kind;
	uint8_t *at;

	buffer_append(out, &byte, 1);
	at = buffer_extend(out, size);
	if (at)
		*writer = writer_on(at, size);
	return at != NULL;
}

void message_put_cosign(struct buffer *out, const struct cosigned *cosigned)
{
	struct writer writer;

	if (put_kind(out, MESSAGE_COSIGN, cosigned_size(cosigned), &writer))
		cosigned_put(&writer, cosigned);
}

void message_put_get_cosign(struct buffer *out, const struct cosign_question *question)
{
	struct writer writer;

	if (put_kind(out, MESSAGE_GET_COSIGN, cosign_question_size(question), &writer))
		cosign_question_put(&writer, question);
}

bool cosign_message_is(struct bytes_view bytes)
{
	return bytes.size > 0 &&
	       (bytes.at[0] == MESSAGE_COSIGN || bytes.at[0] == MESSAGE_GET_COSIGN);
}

enum status cosign_message_decode(struct cosign_message *message, struct bytes_view bytes)
{
	struct bytes_view rest;

	if (!cosign_message_is(bytes))
		return STATUS_MALFORMED;
	message->kind = (enum cosign_message_kind)bytes.at[0];
	rest = bytes_view(bytes.at + 1, bytes.size - 1);
	if (message->kind == MESSAGE_COSIGN)
		return cosigned_decode(&message->cosigned, rest);
	return cosign_question_decode(&message->question, rest);
}
