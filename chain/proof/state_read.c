#include "chain/proof/state_read.h"

#include <inttypes.h>

enum status state_read_page(const struct state_reader *reader,
                            const struct state_page_key *key, struct state_page *page,
                            struct why *why)
{
	struct bytes_view bytes = {0};
	enum status status = reader->read_page(reader->owner, key, &bytes);

	if (status == STATUS_NOT_FOUND)
		return why_set(why, STATUS_CORRUPT,
		               "the state page of version %" PRIu64 ", depth %u is missing",
		               key->version, key->depth);
	if (status != STATUS_OK)
		return why_set(why, status,
		               "read the state page of version %" PRIu64 ", depth %u",
		               key->version, key->depth);
	status = state_page_decode(page, key, bytes);
	if (status != STATUS_OK)
		return why_set(why, STATUS_CORRUPT,
		               "the state page of version %" PRIu64 ", depth %u: %s",
		               key->version, key->depth, status_text(status));
	return STATUS_OK;
}
