/* What a peer says first: what can be read is written back to the same bytes. */
#include "chain/base/invariant.h"
#include "node/p2p/hello.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct buffer again;
	struct hello hello;

	if (size > HELLO_SIZE_MAX || hello_decode(&hello, bytes_view(bytes, size)) != STATUS_OK)
		return 0;
	buffer_init(&again, HELLO_SIZE_MAX);
	hello_put(&again, &hello);
	INVARIANT(again.status == STATUS_OK);
	INVARIANT(again.size == size && memcmp(again.at, bytes, size) == 0);
	buffer_close(&again);
	return 0;
}
