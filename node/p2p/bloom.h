/* What was seen lately, in little memory: a rolling Bloom filter. It never forgets one of the
 * last items_max, and takes few others for them: how few is for who chooses bits and probes.
 *
 * Two filters: one fills, the other is full and old; when the one is full too, the old one is
 * emptied and fills next. */
#ifndef NODE_P2P_BLOOM_H
#define NODE_P2P_BLOOM_H

#include "chain/base/siphash.h"
#include "chain/base/status.h"

#include <stdbool.h>

struct bloom_shape {
	uint32_t items_max;
	uint8_t bits_log2; /* of each of the two filters */
	uint8_t probes;
};

/* What one peer knows: 64 KiB, 1 in 10^5 wrong. */
#define BLOOM_KNOWN ((struct bloom_shape){10000, 18, 13})
/* What was rejected or committed lately: 1 MiB, 1 in 10^7 wrong. */
#define BLOOM_RECENT ((struct bloom_shape){120000, 22, 20})

struct bloom {
	struct bloom_shape shape;
	struct siphash_key key;
	uint64_t *words[2]; /* owned */
	uint32_t count;     /* items in words[filling] */
	uint8_t filling;
};

/* The key is secret: who knows it can make items that are taken for each other. */
MUST_CHECK enum status bloom_init(struct bloom *bloom, const struct bloom_shape *shape,
                                  const uint8_t key[SIPHASH_KEY_SIZE]);
void bloom_close(struct bloom *bloom);

/* Forgets everything. */
void bloom_clear(struct bloom *bloom);

void bloom_add(struct bloom *bloom, const void *item, size_t size);
bool bloom_has(const struct bloom *bloom, const void *item, size_t size);

/* Bytes of memory that such a filter takes. */
size_t bloom_memory(const struct bloom_shape *shape);

#endif
