#include "node/p2p/lots.h"

#include "chain/base/bytes.h"
#include "chain/base/invariant.h"

void lots_init(struct lots *lots, const uint8_t seed[SIPHASH_KEY_SIZE])
{
	*lots = (struct lots){.key = siphash_key(seed)};
}

uint64_t lots_next(struct lots *lots)
{
	uint8_t counted[8];

	put_le64(counted, lots->count++);
	return siphash_2_4(&lots->key, counted, sizeof counted);
}

uint64_t lots_below(struct lots *lots, uint64_t bound)
{
	uint64_t lot = lots_next(lots);
	uint64_t low, middle;

	INVARIANT(bound > 0);
	/* The upper half of the 128-bit product, without a 128-bit type. */
	low = (lot & UINT32_MAX) * (bound & UINT32_MAX);
	middle = (lot >> 32) * (bound & UINT32_MAX) + (low >> 32);
	low = (lot & UINT32_MAX) * (bound >> 32) + (middle & UINT32_MAX);
	return (lot >> 32) * (bound >> 32) + (middle >> 32) + (low >> 32);
}

/* log2 of a value above 0 in 1/65536: the integer part is the place of the highest bit, and
 * squaring the rest doubles its logarithm, which gives one bit after the other. */
static uint64_t log2_of(uint64_t value)
{
	unsigned place = 63 - (unsigned)__builtin_clzll(value);
	uint64_t rest = place > 31 ? value >> (place - 31) : value << (31 - place);
	uint64_t result = place;

	for (int bit = 0; bit < 16; bit++) {
		rest = rest * rest >> 31; /* 1 <= rest / 2^31 < 4 */
		result <<= 1;
		if (rest >> 32) {
			result |= 1;
			rest >>= 1;
		}
	}
	return result;
}

uint64_t lots_exponential(struct lots *lots, uint32_t mean)
{
	uint64_t lot = lots_next(lots);
	uint64_t halvings = (UINT64_C(64) << 16) - log2_of(lot > 0 ? lot : 1);

	/* -ln(u) = -log2(u) * ln 2; ln 2 = 45426 / 65536 */
	return ((halvings * 45426 >> 16) * mean) >> 16;
}

void lots_shuffle(struct lots *lots, void *items, size_t count, size_t size)
{
	uint8_t *at = items;
	uint8_t held[LOTS_ITEM_MAX];

	INVARIANT(size <= sizeof held);
	for (size_t left = count; left > 1; left--) {
		uint8_t *one = at + size * (left - 1);
		uint8_t *other = at + size * lots_below(lots, left);

		memcpy(held, one, size);
		memmove(one, other, size);
		memcpy(other, held, size);
	}
}
