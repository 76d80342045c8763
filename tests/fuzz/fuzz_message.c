/* Messages of a peer, of every kind: what can be read is written back to the same bytes.
 */
#include "tests/support/message_again.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct message message;
	struct buffer again;

	if (message_decode(&message, bytes_view(bytes, size)) != STATUS_OK)
		return 0;
	buffer_init(&again, MESSAGE_SIZE_MAX);
	message_again(&again, &message);
	INVARIANT(again.status == STATUS_OK);
	INVARIANT(again.size == size && memcmp(again.at, bytes, size) == 0);
	buffer_close(&again);
	return 0;
}
