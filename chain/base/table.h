/* Hash tables: uthash with our memory, our hash function and failures that do not exit.
 *
 * After HASH_ADD... of `item`, item->hh.tbl is NULL if memory was out (ask table_has).
 * Iteration is in order of insertion, so nothing depends on the seed. */
#ifndef CHAIN_BASE_TABLE_H
#define CHAIN_BASE_TABLE_H

#include "chain/base/memory.h"

#include <stdbool.h>
#include <stdint.h>

#define HASH_NONFATAL_OOM 1
#define uthash_malloc(size) memory_new(size)
#define uthash_free(block, size) memory_free(block)
#define uthash_nonfatal_oom(item) ((item)->hh.tbl = NULL)
#define HASH_FUNCTION(key, size, value) ((value) = table_hash(key, size))
#include <uthash.h>

#define table_has(item) ((item)->hh.tbl != NULL)

/* SipHash-1-3 of a key that another party may have chosen,
 * folded to 32 bits: without the seed nobody can make keys collide. */
uint32_t table_hash(const void *key, size_t size);

/* The seed of this process, 16 random bytes; to be set once, before the first table and the
 * second thread. Left unset, as in tests and the simulator, it is zero. */
void table_set_seed(const uint8_t seed[16]);

#endif
