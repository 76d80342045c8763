#include "wallet-cli/hd_text.h"

#include "chain/base/memory.h"
#include "chain/base/text.h"

enum {
	EXTENDED_KEY_SIZE = 4 + 1 + HD_FINGERPRINT_SIZE + 4 + HASH_SIZE + COMPRESSED_KEY_SIZE
};

#define VERSION_PRIVATE UINT32_C(0x0488ade4)
#define VERSION_PUBLIC  UINT32_C(0x0488b21e)

/* -- Paths ------------------------------------------------------------------------- */

/* What stands up to the next '/', cut off `text`. */
static struct bytes_view next_step(struct bytes_view *text)
{
	size_t size = 0;
	struct bytes_view step;

	while (size < text->size && text->at[size] != '/')
		size++;
	step = bytes_view(text->at, size);
	if (size < text->size)
		size++;
	*text = bytes_view(text->at + size, text->size - size);
	return step;
}

static bool step_decode(uint32_t *number, struct bytes_view step)
{
	uint8_t last = step.size > 0 ? step.at[step.size - 1] : 0;
	bool hardened = last == '\'' || last == 'h';
	uint64_t value;

	if (hardened)
		step.size--;
	if (!decimal_decode(&value, step) || value >= HD_HARDENED)
		return false;
	*number = (uint32_t)value + (hardened ? HD_HARDENED : 0);
	return true;
}

enum status hd_path_decode(struct hd_path *path, struct bytes_view text, struct why *why)
{
	if (text.size == 0 || text.at[0] != 'm' || (text.size > 1 && text.at[1] != '/'))
		return why_say(why, STATUS_MALFORMED, "a path begins with \"m\" or \"m/\"");
	if (text.size > 1 && text.at[text.size - 1] == '/')
		return why_say(why, STATUS_MALFORMED, "nothing follows the last '/' of the path");
	next_step(&text);
	path->count = 0;
	while (text.size > 0) {
		if (path->count == HD_PATH_MAX)
			return why_say(why, STATUS_TOO_LARGE, "a path has at most %d steps",
			               HD_PATH_MAX);
		if (!step_decode(&path->numbers[path->count], next_step(&text)))
			return why_say(
			    why, STATUS_MALFORMED,
			    "step %zu of the path is no number below 2^31 with or without a '",
			    path->count + 1);
		path->count++;
	}
	return STATUS_OK;
}

/* -- Extended keys ----------------------------------------------------------------- */

void hd_key_encode(char text[HD_KEY_TEXT_SIZE], const struct hd_key *key)
{
	uint8_t bytes[EXTENDED_KEY_SIZE] = {0};
	uint8_t *at = bytes;

	put_be32(at, key->is_private ? VERSION_PRIVATE : VERSION_PUBLIC);
	at += 4;
	*at++ = key->depth;
	memcpy(at, key->parent, HD_FINGERPRINT_SIZE);
	at += HD_FINGERPRINT_SIZE;
	put_be32(at, key->number);
	at += 4;
	memcpy(at, key->chain_code.bytes, HASH_SIZE);
	at += HASH_SIZE;
	if (key->is_private)
		memcpy(at + 1, key->secret.bytes, SECRET_KEY_SIZE);
	else
		memcpy(at, key->point, COMPRESSED_KEY_SIZE);
	base58_check_encode(text, bytes_view(bytes, sizeof bytes));
	memory_wipe(bytes, sizeof bytes);
}

/* The last 33 bytes, by the version before them. */
static enum status key_part_decode(struct hd_key *key, const struct signer *signer,
                                   const uint8_t *at, struct why *why)
{
	static const struct hash nothing;

	if (key->is_private) {
		memcpy(key->secret.bytes, at + 1, SECRET_KEY_SIZE);
		if (at[0] != 0 || secret_key_point(key->point, signer, &key->secret) != STATUS_OK)
			return why_say(why, STATUS_MALFORMED,
			               "what an xprv should hold is no secret key");
		return STATUS_OK;
	}
	memcpy(key->point, at, COMPRESSED_KEY_SIZE);
	/* Adding nothing succeeds for every point, and for nothing else. */
	if (!compressed_key_add(key->point, &nothing))
		return why_say(why, STATUS_MALFORMED, "what an xpub should hold is no point");
	return STATUS_OK;
}

static enum status key_bytes_decode(struct hd_key *key, const struct signer *signer,
                                    const uint8_t *at, struct why *why)
{
	static const uint8_t no_parent[HD_FINGERPRINT_SIZE];
	uint32_t version = get_be32(at);

	if (version != VERSION_PRIVATE && version != VERSION_PUBLIC)
		return why_say(why, STATUS_FOREIGN, "a key that is neither xprv nor xpub");
	key->is_private = version == VERSION_PRIVATE;
	key->depth = at[4];
	memcpy(key->parent, at + 5, HD_FINGERPRINT_SIZE);
	key->number = get_be32(at + 9);
	memcpy(key->chain_code.bytes, at + 13, HASH_SIZE);
	if (key->depth == 0 &&
	    (key->number != 0 || memcmp(key->parent, no_parent, sizeof no_parent) != 0))
		return why_say(why, STATUS_MALFORMED, "a master key with a parent or a number");
	return key_part_decode(key, signer, at + 13 + HASH_SIZE, why);
}

enum status hd_key_decode(struct hd_key *key, const struct signer *signer,
                          struct bytes_view text, struct why *why)
{
	uint8_t bytes[BASE58_BYTES_MAX];
	size_t size;
	enum status status;

	hd_key_wipe(key);
	status = base58_check_decode(bytes, &size, text, why);
	if (status != STATUS_OK)
		return why_add(why, status, "no extended key");
	if (size == EXTENDED_KEY_SIZE)
		status = key_bytes_decode(key, signer, bytes, why);
	else
		status = why_say(why, STATUS_MALFORMED, "an extended key has %d bytes, not %zu",
		                 EXTENDED_KEY_SIZE, size);
	if (status != STATUS_OK)
		hd_key_wipe(key);
	memory_wipe(bytes, sizeof bytes);
	return status;
}
