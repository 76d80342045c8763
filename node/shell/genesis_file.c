#include "node/shell/genesis_file.h"

#include "chain/base/limits.h"
#include "chain/base/text.h"
#include "node/shell/file.h"

#include <jansson.h>

enum { GENESIS_FILE_SIZE_MAX = 8 << 20 }; /* the bytes in base64, and all of it for people */

enum status genesis_file_read(struct buffer *genesis, const char *path, struct why *why)
{
	struct bytes_view text;
	struct buffer file;
	json_t *json = NULL;
	uint8_t *room = NULL;
	size_t size = 0;
	enum status status;

	buffer_init(&file, GENESIS_FILE_SIZE_MAX);
	buffer_init(genesis, 2 * GENESIS_SIZE_MAX);
	status = file_read(&file, path, why);
	if (status == STATUS_OK)
		json = json_loadb((const char *)file.at, file.size, JSON_REJECT_DUPLICATES, NULL);
	text = bytes_view(json_string_value(json_object_get(json, "genesis_b64")),
	                  json_string_length(json_object_get(json, "genesis_b64")));
	if (text.size > 0)
		room = buffer_extend(genesis, base64_decoded_size_max(text.size));
	if (status == STATUS_OK && (!room || !base64_decode(room, &size, text)))
		status = why_say(why, STATUS_MALFORMED,
		                 "%s is no genesis: make it with 'cairn chain genesis -o FILE'", path);
	genesis->size = size;
	json_decref(json);
	buffer_close(&file);
	return status;
}
