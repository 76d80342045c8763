/* Lots from a seed: PCG-XSH-RR 64/32 (O'Neill 2014). The same seed, the same run. */
#ifndef TESTS_SIM_LOTS_H
#define TESTS_SIM_LOTS_H

#include <stdbool.h>
#include <stdint.h>

struct lots {
	uint64_t state;
};

static inline uint32_t lots_u32(struct lots *lots)
{
	uint64_t old = lots->state;
	uint32_t shifted = (uint32_t)((old >> 18 ^ old) >> 27);
	unsigned turn = (unsigned)(old >> 59);

	lots->state = old * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return shifted >> turn | shifted << (-turn & 31);
}

static inline struct lots lots_from(uint64_t seed)
{
	struct lots lots = {.state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1};

	lots_u32(&lots);
	lots_u32(&lots);
	return lots;
}

/* Below `bound`, which is not 0; the bias is far below what a run could show. */
static inline uint64_t lots_below(struct lots *lots, uint64_t bound)
{
	uint64_t wide = (uint64_t)lots_u32(lots) << 32 | lots_u32(lots);

	return wide % bound;
}

static inline uint64_t lots_between(struct lots *lots, uint64_t least, uint64_t most)
{
	return least + lots_below(lots, most - least + 1);
}

/* True so many times in a million. */
static inline bool lots_hit(struct lots *lots, uint32_t millionths)
{
	return lots_u32(lots) % 1000000 < millionths;
}

#endif
