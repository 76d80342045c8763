/* The changes of an update in the order of their keys: for the state tree alone. */
#ifndef CHAIN_PROOF_STATE_SORT_H
#define CHAIN_PROOF_STATE_SORT_H

#include "chain/proof/state_tree.h"

struct state_order {
	uint64_t prefix; /* the first 8 bytes of the key hash as a number */
	const struct state_change *change;
};

/* The last change of each key, sorted by key hash; *count becomes how many, and is not 0.
 * Free with memory_free; NULL when memory is out. */
MUST_CHECK struct state_order *state_order_new(const struct state_change *changes,
                                               size_t *count);

#endif
