#include "chain/base/table.h"

#include "chain/base/siphash.h"

static struct siphash_key seed;

void table_set_seed(const uint8_t bytes[16])
{
	seed = siphash_key(bytes);
}

uint32_t table_hash(const void *key, size_t size)
{
	uint64_t hash = siphash_1_3(&seed, key, size);

	return (uint32_t)(hash ^ hash >> 32);
}
