/* Units of an asset. A struct, so that amounts cannot be added with +. */
#ifndef CHAIN_BASE_AMOUNT_H
#define CHAIN_BASE_AMOUNT_H

#include "chain/base/status.h"

#include <stdbool.h>
#include <stdint.h>

struct amount {
	uint64_t grains; /* the smallest unit of its asset */
};

/* False: it would overflow, *sum untouched. */
MUST_CHECK static inline bool amount_add(struct amount *sum, struct amount a,
                                         struct amount b)
{
	uint64_t grains;

	if (__builtin_add_overflow(a.grains, b.grains, &grains))
		return false;
	sum->grains = grains;
	return true;
}

/* False: it would fall below zero, *rest untouched. */
MUST_CHECK static inline bool amount_subtract(struct amount *rest, struct amount from,
                                              struct amount what)
{
	if (what.grains > from.grains)
		return false;
	rest->grains = from.grains - what.grains;
	return true;
}

#endif
