/* Items put together by key, in the order they came: a chain of numbers for each key. A
 * block has many records and few streams, so the rows of its indexes are made this
 * way. */
#ifndef CHAIN_STORE_GROUPING_H
#define CHAIN_STORE_GROUPING_H

#include "chain/base/bytes.h"
#include "chain/base/table.h"

enum { GROUP_KEY_SIZE_MAX = 2 * HASH_SIZE };

struct group {
	UT_hash_handle hh;
	uint8_t key[GROUP_KEY_SIZE_MAX];
	uint32_t first; /* item */
	uint32_t last;
};

struct grouping {
	struct arena arena;
	struct group *groups; /* in the order of their first items: iterate with hh.next */
	uint32_t *next; /* [item]: the next of its group, or itself when it is the last */
	size_t key_size;
};

/* For items 0 to count - 1 and keys of `key_size` bytes. Close it in every case. */
MUST_CHECK enum status grouping_init(struct grouping *grouping, size_t count,
                                     size_t key_size);
void grouping_close(struct grouping *grouping);

/* Items come in ascending order. `key` is copied. */
MUST_CHECK enum status grouping_add(struct grouping *grouping, const uint8_t *key,
                                    uint32_t item);

#endif
