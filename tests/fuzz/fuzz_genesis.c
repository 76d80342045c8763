/* A genesis from a file that somebody sent. Whatever decodes is in order, has one
 * encoding, and makes a block 0. */
#include "chain/base/buffer.h"
#include "chain/base/invariant.h"
#include "chain/ledger/execute.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_genesis(const struct genesis *genesis, struct bytes_view bytes)
{
	struct network network;
	struct draft *draft;
	struct hash hash = genesis_hash(bytes);
	struct buffer again;

	INVARIANT(genesis_check(genesis, NULL) == STATUS_OK);
	buffer_init(&again, GENESIS_SIZE_MAX);
	genesis_encode(&again, genesis);
	INVARIANT(bytes_equal(buffer_view(&again), bytes));
	buffer_close(&again);
	network_init(&network, &hash);
	INVARIANT(block_genesis(&draft, &network, genesis, NULL) == STATUS_OK);
	INVARIANT(draft->header.height == 0 && draft->frontier.size == 1);
	draft_free(draft);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct genesis genesis; /* large */
	struct why why = {{0}};

	if (genesis_decode(&genesis, bytes_view(bytes, size), &why) == STATUS_OK)
		check_genesis(&genesis, bytes_view(bytes, size));
	else
		INVARIANT(why.text[0] != '\0');
	return 0;
}
