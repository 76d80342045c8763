#include "chain/ledger/header.h"

#include "chain/base/invariant.h"
#include "chain/proof/log.h"

// clang-format off
WIRE_DEFINE(header, HEADER_FIELDS)
// clang-format on

void header_encode(uint8_t bytes[HEADER_SIZE], const struct header *header)
{
	struct writer out = writer_on(bytes, HEADER_SIZE);

	header_put(&out, header);
	INVARIANT(out.left == 0);
}

struct hash header_hash(const struct header *header, const struct network *network)
{
	uint8_t bytes[HEADER_SIZE];

	header_encode(bytes, header);
	return network_hash(&network->block, bytes_view(bytes, sizeof bytes));
}

struct hash header_leaf_hash(const struct header *header)
{
	uint8_t leaf[HEADER_LEAF_SIZE] = {0};

	header_encode(leaf + 1, header);
	return log_leaf_hash(bytes_view(leaf, sizeof leaf));
}
