/* Lots for what peers must not foresee: whom to dial, when to flush. The seed comes from
 * outside, 16 bytes of the system's generator in a node and a number in a test; after that
 * the same calls give the same lots. Not for keys. */
#ifndef NODE_P2P_LOTS_H
#define NODE_P2P_LOTS_H

#include "chain/base/siphash.h"

struct lots {
	struct siphash_key key;
	uint64_t count; /* lots drawn */
};

void lots_init(struct lots *lots, const uint8_t seed[SIPHASH_KEY_SIZE]);

uint64_t lots_next(struct lots *lots);

/* Below `bound`, which is not 0; the bias is below bound / 2^64. */
uint64_t lots_below(struct lots *lots, uint64_t bound);

/* Exponential waiting time with this mean: the moments are a Poisson process, so that when
 * the last one was says nothing of the next. At most 44 means. */
uint64_t lots_exponential(struct lots *lots, uint32_t mean);

/* Any order with the same chance. `items` of `size` bytes each, size <= LOTS_ITEM_MAX. */
enum { LOTS_ITEM_MAX = 512 };
void lots_shuffle(struct lots *lots, void *items, size_t count, size_t size);

#endif
