#include "chain/proof/checkpoint.h"

#include "chain/base/invariant.h"
#include "chain/base/text.h"
#include "chain/crypto/hash.h"

#include <inttypes.h>

static const char ORIGIN_START[] = "cairn/";

/* A line that is not empty. */
static bool take_line(struct bytes_view *line, struct bytes_view *left)
{
	return text_take_line(line, left) && line->size > 0;
}

enum status checkpoint_decode(struct checkpoint *checkpoint, struct bytes_view text,
                              struct why *why)
{
	struct bytes_view left = text;
	struct bytes_view size, root, line;

	if (text.size > CHECKPOINT_TEXT_SIZE_MAX)
		return why_set(why, STATUS_TOO_LARGE, "a checkpoint of %zu bytes", text.size);
	if (!take_line(&checkpoint->origin, &left) ||
	    checkpoint->origin.size > NOTE_KEY_NAME_SIZE_MAX)
		return why_set(why, STATUS_MALFORMED, "the origin of a checkpoint");
	if (!take_line(&size, &left) || !decimal_decode(&checkpoint->size, size))
		return why_set(why, STATUS_MALFORMED, "the size of a checkpoint");
	if (!take_line(&root, &left) || !base64_decode_hash(&checkpoint->root, root))
		return why_set(why, STATUS_MALFORMED, "the root of a checkpoint");
	checkpoint->extensions = left;
	while (left.size > 0)
		if (!take_line(&line, &left))
			return why_set(why, STATUS_MALFORMED, "an extension line of a checkpoint");
	return STATUS_OK;
}

void checkpoint_put(struct buffer *out, struct bytes_view origin, uint64_t size,
                    const struct hash *root)
{
	buffer_append_view(out, origin);
	buffer_printf(out, "\n%" PRIu64 "\n", size);
	buffer_append_base64(out, hash_view(root));
	buffer_append_text(out, "\n");
}

/* -- Names --------------------------------------------------------------------------- */

void origin_of(char origin[ORIGIN_SIZE_MAX + 1], struct bytes_view network_name,
               const struct hash *genesis)
{
	size_t size = sizeof ORIGIN_START - 1;

	INVARIANT(network_name.size > 0 && network_name.size <= NETWORK_NAME_SIZE_MAX);
	memcpy(origin, ORIGIN_START, size);
	memcpy(origin + size, network_name.at, network_name.size);
	size += network_name.size;
	origin[size++] = '/';
	hex_encode(origin + size, bytes_view(genesis->bytes, ORIGIN_HEX_SIZE / 2));
}

bool origin_name_is_valid(struct bytes_view name)
{
	if (name.size == 0 || name.size > NETWORK_NAME_SIZE_MAX)
		return false;
	for (size_t i = 0; i < name.size; i++) {
		uint8_t c = name.at[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-')
			return false;
	}
	return true;
}

bool origin_decode(struct bytes_view *network_name, uint8_t genesis_half[HASH_SIZE / 2],
                   struct bytes_view origin)
{
	size_t start = sizeof ORIGIN_START - 1;
	size_t name_size;

	if (origin.size < start + 1 + 1 + ORIGIN_HEX_SIZE ||
	    memcmp(origin.at, ORIGIN_START, start) != 0)
		return false;
	name_size = origin.size - start - 1 - ORIGIN_HEX_SIZE;
	*network_name = bytes_view(origin.at + start, name_size);
	return origin_name_is_valid(*network_name) && origin.at[start + name_size] == '/' &&
	       hex_decode(genesis_half, HASH_SIZE / 2,
	                  bytes_view(origin.at + start + name_size + 1, ORIGIN_HEX_SIZE));
}

void witness_name_of(char name[WITNESS_NAME_SIZE_MAX + 1], struct bytes_view origin,
                     const struct hash *cosign_key)
{
	struct hash hash = hash_of(hash_view(cosign_key));

	INVARIANT(origin.size <= ORIGIN_SIZE_MAX);
	memcpy(name, origin.at, origin.size);
	name[origin.size] = '/';
	hex_encode(name + origin.size + 1, bytes_view(hash.bytes, WITNESS_HEX_SIZE / 2));
}
