/* How much memory all clients together hold: bodies that came and answers that go. What
 * one client may send is bounded elsewhere; this bounds what all may send at once. */
#ifndef RPC_SERVER_BUDGET_H
#define RPC_SERVER_BUDGET_H

#include "chain/base/invariant.h"
#include "chain/base/status.h"

#include <stdbool.h>
#include <stddef.h>

struct budget {
	size_t taken; /* bytes */
	size_t most;
};

/* False: not enough is left, nothing was taken. */
MUST_CHECK static inline bool budget_take(struct budget *budget, size_t size)
{
	if (size > budget->most - budget->taken)
		return false;
	budget->taken += size;
	return true;
}

static inline void budget_give(struct budget *budget, size_t size)
{
	INVARIANT(size <= budget->taken);
	budget->taken -= size;
}

#endif
