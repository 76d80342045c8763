#include "chain/proof/log_read.h"

#include <inttypes.h>

enum status log_read_tile(const struct log_reader *reader, unsigned level, uint64_t index,
                          size_t count_min, struct hash hashes[LOG_TILE_WIDTH],
                          struct why *why)
{
	size_t count = 0;
	enum status status = reader->read_tile(reader->owner, level, index, hashes, &count);

	if (status == STATUS_NOT_FOUND)
		return why_set(why, STATUS_CORRUPT, "tile %" PRIu64 " of level %u is missing",
		               index, level);
	if (status != STATUS_OK)
		return why_set(why, status, "read tile %" PRIu64 " of level %u", index, level);
	if (count < count_min || count > LOG_TILE_WIDTH)
		return why_set(why, STATUS_CORRUPT,
		               "tile %" PRIu64 " of level %u has %zu hashes, and %zu are needed",
		               index, level, count, count_min);
	return STATUS_OK;
}
