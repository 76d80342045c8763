#include "chain/base/memory.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_CHUNK_SIZE = 64 << 10 };

struct arena_chunk {
	struct arena_chunk *older;
	size_t capacity;
	alignas(max_align_t) unsigned char bytes[];
};

static _Thread_local unsigned long fail_countdown;
static _Thread_local int fail_sticky;

void memory_fail_at(unsigned long countdown, int sticky)
{
	fail_countdown = countdown;
	fail_sticky = sticky;
}

static int refused(void)
{
	if (fail_countdown == 0)
		return 0;
	if (fail_countdown > 1) {
		fail_countdown--;
		return 0;
	}
	if (!fail_sticky)
		fail_countdown = 0;
	return 1;
}

void *memory_new(size_t size)
{
	return refused() ? NULL : calloc(1, size > 0 ? size : 1);
}

void *memory_resize(void *block, size_t size)
{
	return refused() ? NULL : realloc(block, size > 0 ? size : 1);
}

void memory_free(void *block)
{
	free(block);
}

void memory_wipe(void *block, size_t size)
{
	if (size == 0)
		return;
	memset(block, 0, size);
	/* The compiler must believe that somebody reads the zeros. */
	__asm__ volatile("" : : "r"(block) : "memory");
}

static struct arena_chunk *arena_grow(struct arena *arena, size_t size)
{
	size_t capacity = size > ARENA_CHUNK_SIZE ? size : ARENA_CHUNK_SIZE;
	struct arena_chunk *chunk;

	if (capacity > SIZE_MAX - sizeof *chunk)
		return NULL;
	chunk = memory_new(sizeof *chunk + capacity);
	if (!chunk)
		return NULL;
	chunk->older = arena->newest;
	chunk->capacity = capacity;
	arena->newest = chunk;
	arena->used = 0;
	return chunk;
}

void *arena_take(struct arena *arena, size_t size)
{
	const size_t step = alignof(max_align_t);
	struct arena_chunk *chunk = arena->newest;
	size_t rounded;
	void *piece;

	if (size > SIZE_MAX / 2)
		return NULL;
	rounded = (size + step - 1) / step * step;
	if (!chunk || rounded > chunk->capacity - arena->used)
		chunk = arena_grow(arena, rounded);
	if (!chunk)
		return NULL;
	piece = chunk->bytes + arena->used;
	arena->used += rounded;
	arena->size += rounded;
	return piece;
}

void *arena_copy(struct arena *arena, const void *bytes, size_t size)
{
	void *piece = arena_take(arena, size);

	if (piece && size > 0)
		memcpy(piece, bytes, size);
	return piece;
}

void arena_close(struct arena *arena)
{
	struct arena_chunk *chunk = arena->newest;

	while (chunk) {
		struct arena_chunk *older = chunk->older;

		memory_free(chunk);
		chunk = older;
	}
	*arena = (struct arena){0};
}
