#include "node/p2p/bloom.h"

#include "chain/base/invariant.h"
#include "chain/base/memory.h"

#include <string.h>

static size_t filter_size(const struct bloom_shape *shape)
{
	return (size_t)1 << (shape->bits_log2 - 3);
}

size_t bloom_memory(const struct bloom_shape *shape)
{
	return 2 * filter_size(shape);
}

enum status bloom_init(struct bloom *bloom, const struct bloom_shape *shape,
                       const uint8_t key[SIPHASH_KEY_SIZE])
{
	INVARIANT(shape->bits_log2 >= 6 && shape->bits_log2 < 32 && shape->items_max > 0);
	*bloom = (struct bloom){.shape = *shape, .key = siphash_key(key)};
	bloom->words[0] = memory_new(filter_size(shape));
	bloom->words[1] = memory_new(filter_size(shape));
	if (bloom->words[0] && bloom->words[1])
		return STATUS_OK;
	bloom_close(bloom);
	return STATUS_MEMORY;
}

void bloom_close(struct bloom *bloom)
{
	memory_free(bloom->words[0]);
	memory_free(bloom->words[1]);
	*bloom = (struct bloom){0};
}

void bloom_clear(struct bloom *bloom)
{
	memset(bloom->words[0], 0, filter_size(&bloom->shape));
	memset(bloom->words[1], 0, filter_size(&bloom->shape));
	bloom->count = 0;
}

/* Probes from two halves of one hash (Kirsch and Mitzenmacher 2006). */
struct probe {
	uint32_t at;
	uint32_t step;
	uint32_t mask;
};

static struct probe first_probe(const struct bloom *bloom, const void *item, size_t size)
{
	uint64_t hash = siphash_2_4(&bloom->key, item, size);

	return (struct probe){
		.at = (uint32_t)hash,
		.step = (uint32_t)(hash >> 32) | 1,
		.mask = (UINT32_C(1) << bloom->shape.bits_log2) - 1,
	};
}

static bool is_in(const struct bloom *bloom, int which, struct probe probe)
{
	for (unsigned i = 0; i < bloom->shape.probes; i++, probe.at += probe.step) {
		uint32_t bit = probe.at & probe.mask;

		if ((bloom->words[which][bit / 64] >> bit % 64 & 1) == 0)
			return false;
	}
	return true;
}

bool bloom_has(const struct bloom *bloom, const void *item, size_t size)
{
	struct probe probe = first_probe(bloom, item, size);

	return is_in(bloom, 0, probe) || is_in(bloom, 1, probe);
}

void bloom_add(struct bloom *bloom, const void *item, size_t size)
{
	struct probe probe = first_probe(bloom, item, size);

	/* Again is not more. */
	if (is_in(bloom, bloom->filling, probe))
		return;
	if (bloom->count == bloom->shape.items_max) {
		bloom->filling ^= 1;
		bloom->count = 0;
		memset(bloom->words[bloom->filling], 0, filter_size(&bloom->shape));
	}
	for (unsigned i = 0; i < bloom->shape.probes; i++, probe.at += probe.step) {
		uint32_t bit = probe.at & probe.mask;

		bloom->words[bloom->filling][bit / 64] |= UINT64_C(1) << bit % 64;
	}
	bloom->count++;
}
