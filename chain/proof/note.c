#include "chain/proof/note.h"

#include "chain/base/text.h"
#include "chain/crypto/hash.h"

static const char DASH[] = "\xe2\x80\x94 ";

enum {
	DASH_SIZE = sizeof DASH - 1,
	KEY_ID_SIZE = 4,
	KEY_ID_HEX_SIZE = 8,
	BASE64_PIECE = 1024, /* characters that are checked at once */
};

/* -- Names --------------------------------------------------------------------------- */

/* The White_Space of Unicode beyond ASCII: in UTF-8 of two or three bytes. */
static bool is_wide_space(const uint8_t *at, size_t left)
{
	static const char spaces[][4] = {
		"\xc2\x85",     "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x81",
		"\xe2\x80\x82", "\xe2\x80\x83", "\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86",
		"\xe2\x80\x87", "\xe2\x80\x88", "\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xa8",
		"\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80",
	};

	for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++) {
		size_t size = strlen(spaces[i]);

		if (left >= size && memcmp(at, spaces[i], size) == 0)
			return true;
	}
	return false;
}

bool note_key_name_is_valid(struct bytes_view name)
{
	if (name.size == 0 || name.size > NOTE_KEY_NAME_SIZE_MAX || !utf8_is_valid(name))
		return false;
	for (size_t i = 0; i < name.size; i++)
		if (name.at[i] <= ' ' || name.at[i] == '+' ||
		    is_wide_space(name.at + i, name.size - i))
			return false;
	return true;
}

/* -- Keys ---------------------------------------------------------------------------- */

uint32_t note_key_id(struct bytes_view name, enum note_signature_type type,
                     const struct hash *public_key)
{
	uint8_t between[2] = {'\n', (uint8_t)type};
	struct hasher hasher;
	struct hash hash;

	hasher_start(&hasher);
	hasher_update(&hasher, name.at, name.size);
	hasher_update(&hasher, between, sizeof between);
	hasher_update(&hasher, public_key->bytes, HASH_SIZE);
	hash = hasher_finish(&hasher);
	return get_be32(hash.bytes);
}

struct note_key note_key_of(struct bytes_view name, enum note_signature_type type,
                            const struct hash *public_key)
{
	return (struct note_key){
		.name = name,
		.type = type,
		.public_key = *public_key,
		.id = note_key_id(name, type, public_key),
	};
}

/* What stands before the first plus; *rest is what stands behind it. */
static bool cut_at_plus(struct bytes_view *part, struct bytes_view *rest,
                        struct bytes_view text)
{
	const uint8_t *plus = text.size > 0 ? memchr(text.at, '+', text.size) : NULL;

	if (!plus)
		return false;
	*part = bytes_view(text.at, (size_t)(plus - text.at));
	*rest = bytes_view(plus + 1, text.size - part->size - 1);
	return true;
}

enum status note_key_decode(struct note_key *key, struct bytes_view text, struct why *why)
{
	struct bytes_view name, id, base64;
	uint8_t id_bytes[KEY_ID_SIZE];
	uint8_t bytes[(1 + HASH_SIZE + 2) / 3 * 3];
	struct hash public_key;
	size_t size;

	if (!cut_at_plus(&name, &base64, text) || !cut_at_plus(&id, &base64, base64) ||
	    !note_key_name_is_valid(name) || !hex_decode(id_bytes, KEY_ID_SIZE, id))
		return why_set(why, STATUS_MALFORMED,
		               "a key is NAME+8 hex digits+base64 of its type and bytes");
	if (base64.size > base64_encoded_size(sizeof bytes))
		return why_set(why, STATUS_FOREIGN, "a key longer than those of Ed25519");
	if (!base64_decode(bytes, &size, base64) || size == 0)
		return why_set(why, STATUS_MALFORMED, "the base64 of a key");
	if (size != 1 + HASH_SIZE ||
	    (bytes[0] != NOTE_ED25519 && bytes[0] != NOTE_COSIGNATURE))
		return why_set(why, STATUS_FOREIGN, "a key of type 0x%02x with %zu bytes",
		               bytes[0], size - 1);
	memcpy(public_key.bytes, bytes + 1, HASH_SIZE);
	*key = note_key_of(name, (enum note_signature_type)bytes[0], &public_key);
	if (key->id != get_be32(id_bytes))
		return why_set(why, STATUS_MALFORMED, "the id of a key is not that of the key");
	return STATUS_OK;
}

void note_key_put(struct buffer *out, const struct note_key *key)
{
	uint8_t bytes[1 + HASH_SIZE];

	bytes[0] = (uint8_t)key->type;
	memcpy(bytes + 1, key->public_key.bytes, HASH_SIZE);
	buffer_append_view(out, key->name);
	buffer_printf(out, "+%08x+", (unsigned)key->id);
	buffer_append_base64(out, bytes_view(bytes, sizeof bytes));
}

/* -- Notes --------------------------------------------------------------------------- */

/* Canonical base64 of any length, without room for what it holds. */
static bool base64_is_valid(struct bytes_view text)
{
	uint8_t bytes[BASE64_PIECE / 4 * 3];

	while (text.size > 0) {
		size_t piece = text.size < BASE64_PIECE ? text.size : BASE64_PIECE;
		size_t size;

		if (!base64_decode(bytes, &size, bytes_view(text.at, piece)))
			return false;
		/* Padding stands at the very end only. */
		if (piece < text.size && size != sizeof bytes)
			return false;
		text = bytes_view(text.at + piece, text.size - piece);
	}
	return true;
}

static bool signature_line_decode(struct note_signature *signature,
                                  struct bytes_view line)
{
	const uint8_t *space;
	uint8_t head[6];
	size_t size;

	if (line.size < DASH_SIZE || memcmp(line.at, DASH, DASH_SIZE) != 0)
		return false;
	line = bytes_view(line.at + DASH_SIZE, line.size - DASH_SIZE);
	space = line.size > 0 ? memchr(line.at, ' ', line.size) : NULL;
	if (!space)
		return false;
	signature->name = bytes_view(line.at, (size_t)(space - line.at));
	signature->base64 = bytes_view(space + 1, line.size - signature->name.size - 1);
	/* A key id and at least a byte of signature take eight characters. */
	if (signature->base64.size < 8 ||
	    !base64_decode(head, &size, bytes_view(signature->base64.at, 8)) ||
	    size <= KEY_ID_SIZE)
		return false;
	signature->key_id = get_be32(head);
	return true;
}

bool note_next_signature(struct note_signature *signature, struct bytes_view *left)
{
	struct bytes_view line;

	return text_take_line(&line, left) && signature_line_decode(signature, line);
}

bool note_signature_bytes(uint8_t *bytes, size_t size,
                          const struct note_signature *signature)
{
	uint8_t all[KEY_ID_SIZE + 128];
	size_t all_size;

	if (size > sizeof all - KEY_ID_SIZE ||
	    signature->base64.size != base64_encoded_size(KEY_ID_SIZE + size) ||
	    base64_decoded_size_max(signature->base64.size) > sizeof all ||
	    !base64_decode(all, &all_size, signature->base64) ||
	    all_size != KEY_ID_SIZE + size)
		return false;
	memcpy(bytes, all + KEY_ID_SIZE, size);
	return true;
}

static bool characters_are_allowed(struct bytes_view bytes)
{
	for (size_t i = 0; i < bytes.size; i++)
		if (bytes.at[i] < ' ' && bytes.at[i] != '\n')
			return false;
	return utf8_is_valid(bytes);
}

/* The last empty line; false: there is none. */
static bool split(struct note *note, struct bytes_view bytes)
{
	for (size_t i = bytes.size; i-- > 1;) {
		if (bytes.at[i] != '\n' || bytes.at[i - 1] != '\n')
			continue;
		note->text = bytes_view(bytes.at, i);
		note->signatures = bytes_view(bytes.at + i + 1, bytes.size - i - 1);
		return true;
	}
	return false;
}

enum status note_decode(struct note *note, struct bytes_view bytes, struct why *why)
{
	struct bytes_view left, line;

	if (bytes.size > NOTE_SIZE_MAX)
		return why_set(why, STATUS_TOO_LARGE, "a note of %zu bytes", bytes.size);
	if (!characters_are_allowed(bytes))
		return why_set(why, STATUS_MALFORMED,
		               "a note is UTF-8 without control characters but newlines");
	if (!split(note, bytes) || note->signatures.size == 0)
		return why_set(why, STATUS_MALFORMED,
		               "a note ends with an empty line and signatures");
	note->signature_count = 0;
	for (left = note->signatures; left.size > 0; note->signature_count++) {
		struct note_signature signature;

		if (!text_take_line(&line, &left) || !signature_line_decode(&signature, line) ||
		    !note_key_name_is_valid(signature.name) || !base64_is_valid(signature.base64))
			return why_set(why, STATUS_MALFORMED, "signature line %zu of a note",
			               note->signature_count + 1);
		if (note->signature_count == NOTE_SIGNATURES_MAX)
			return why_set(why, STATUS_TOO_LARGE, "a note with more than %d signatures",
			               NOTE_SIGNATURES_MAX);
	}
	return STATUS_OK;
}

void note_signature_put(struct buffer *out, struct bytes_view name, uint32_t key_id,
                        struct bytes_view signature)
{
	uint8_t all[KEY_ID_SIZE + 128];

	if (signature.size > sizeof all - KEY_ID_SIZE) {
		out->status = STATUS_TOO_LARGE;
		return;
	}
	put_be32(all, key_id);
	memcpy(all + KEY_ID_SIZE, signature.at, signature.size);
	buffer_append_text(out, DASH);
	buffer_append_view(out, name);
	buffer_append_text(out, " ");
	buffer_append_base64(out, bytes_view(all, KEY_ID_SIZE + signature.size));
	buffer_append_text(out, "\n");
}

bool note_signature_is_valid(const struct note_signature *signature,
                             const struct note_key *key, struct bytes_view text)
{
	uint8_t bytes[COSIGN_SIGNATURE_SIZE];

	return note_signature_bytes(bytes, sizeof bytes, signature) &&
	       cosign_signature_is_valid(bytes, &key->public_key, text);
}
