/* Lots that only have to differ: so that nodes do not all do the same at once. Whoever sees some of
 * them can foretell the rest, so not for what a peer must not foresee. */
#ifndef CHAIN_BASE_DRAW_H
#define CHAIN_BASE_DRAW_H

#include <stdint.h>

/* Below `limit`, which is not 0. *state is not 0 at first, and never becomes it. */
static inline uint64_t draw_below(uint64_t *state, uint64_t limit)
{
	/* xorshift, of Marsaglia (2003). */
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state % limit;
}

#endif
