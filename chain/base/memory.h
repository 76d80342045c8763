/* The one door to the heap for pure code. Everything that asks here copes with
 * NULL, and a test can have any single request refused. */
#ifndef CHAIN_BASE_MEMORY_H
#define CHAIN_BASE_MEMORY_H

#include "chain/base/status.h"

/* `size` zeroed bytes, or NULL. Free with memory_free. */
MUST_CHECK void *memory_new(size_t size);

/* As realloc: the old block stays valid when NULL comes back. */
MUST_CHECK void *memory_resize(void *block, size_t size);

/* NULL is fine. */
void memory_free(void *block);

/* Overwrite a secret so that the compiler cannot leave it out. */
void memory_wipe(void *block, size_t size);

/* For tests: the request number `countdown` from now (1 = the next) is refused in this
 * thread, and with `sticky` every one after it. 0 switches it off. */
void memory_fail_at(unsigned long countdown, int sticky);

/* An arena: many small pieces that die together. A block's changes live in one. */
struct arena {
	struct arena_chunk *newest; /* NULL: nothing taken yet */
	size_t used;                /* bytes of the newest chunk */
	size_t size;                /* bytes handed out in all */
};

/* `size` zeroed bytes aligned for any type, or NULL; they live until arena_close. */
MUST_CHECK void *arena_take(struct arena *arena, size_t size);

/* A copy of `size` bytes, or NULL. */
MUST_CHECK void *arena_copy(struct arena *arena, const void *bytes, size_t size);

/* Gives everything back; the arena is empty and usable again. */
void arena_close(struct arena *arena);

#endif
