/* What peers tell of nodes: ADDR, KNOWN, a record. What can be read is written back to the
 * same bytes. The first byte chooses. */
#include "chain/base/invariant.h"
#include "node/p2p/addr_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void again_is_same(struct buffer *again, struct bytes_view input)
{
	INVARIANT(again->status == STATUS_OK);
	INVARIANT(bytes_equal(buffer_view(again), input));
	buffer_close(again);
}

static void try_record(struct bytes_view input)
{
	struct node_record record;
	struct buffer again;
	struct writer out;
	uint8_t *at;

	if (node_record_decode(&record, input) != STATUS_OK)
		return;
	INVARIANT(node_record_size(&record) == input.size);
	buffer_init(&again, NODE_RECORD_SIZE_MAX);
	at = buffer_extend(&again, input.size);
	INVARIANT(at);
	out = writer_on(at, input.size);
	node_record_put(&out, &record);
	again_is_same(&again, input);
}

static void try_addr(struct bytes_view input)
{
	struct bytes_view records[ADDR_RECORDS_MAX];
	struct buffer again;
	size_t count;

	if (addr_decode(records, &count, input) != STATUS_OK)
		return;
	for (size_t i = 0; i < count; i++)
		try_record(records[i]);
	buffer_init(&again, ADDR_SIZE_MAX);
	addr_put(&again, records, count);
	again_is_same(&again, input);
}

static void try_known(struct bytes_view input)
{
	struct known known;
	struct buffer again;

	if (known_decode(&known, input) != STATUS_OK)
		return;
	buffer_init(&again, KNOWN_SIZE_MAX);
	known_put(&again, &known);
	again_is_same(&again, input);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct bytes_view input;

	if (size == 0)
		return 0;
	input = bytes_view(bytes + 1, size - 1);
	switch (bytes[0] % 3) {
	case 0:
		try_addr(input);
		break;
	case 1:
		try_known(input);
		break;
	default:
		try_record(input);
	}
	return 0;
}
