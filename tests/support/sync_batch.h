/* Headers of a chain that is only numbers: the block of a height has the height in its hash. */
#ifndef TESTS_SUPPORT_SYNC_BATCH_H
#define TESTS_SUPPORT_SYNC_BATCH_H

#include "chain/base/memory.h"
#include "node/drive/sync.h"
#include "tests/support/support.h"

static inline struct hash sync_hash_at(uint64_t height)
{
	struct hash hash = {{0xb1}};

	put_le64(hash.bytes + 8, height);
	return hash;
}

/* body_sizes[height - 1] is of its block. memory_new's. */
static inline struct sync_batch *sync_batch_make(uint64_t first, size_t count,
                                                 const uint32_t *body_sizes)
{
	struct sync_batch *batch = memory_new(sizeof *batch);

	ck_assert_ptr_nonnull(batch);
	batch->first = first;
	batch->count = count;
	for (size_t i = 0; i < count; i++) {
		batch->hashes[i] = sync_hash_at(first + i);
		batch->headers[i] = (struct header){
			.height = first + i,
			.parent = sync_hash_at(first + i - 1),
			.body_size = body_sizes[first + i - 1],
		};
	}
	return batch;
}

#endif
