/* Block headers from anybody: what decodes is exactly what was sent. */
#include "chain/base/invariant.h"
#include "chain/ledger/header.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	uint8_t again[HEADER_SIZE];
	struct header header;

	if (header_decode(&header, bytes_view(bytes, size)) != STATUS_OK) {
		INVARIANT(size != HEADER_SIZE);
		return 0;
	}
	INVARIANT(size == HEADER_SIZE && header_size(&header) == HEADER_SIZE);
	header_encode(again, &header);
	INVARIANT(memcmp(again, bytes, HEADER_SIZE) == 0);
	return 0;
}
