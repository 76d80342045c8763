/* Tiles in memory, for the tests of the log: what a database would keep, with a count of
 * what was read and a way to lose some of it. */
#ifndef TESTS_UNIT_PROOF_MEMORY_TILES_H
#define TESTS_UNIT_PROOF_MEMORY_TILES_H

#include "chain/proof/log.h"
#include "tests/support/support.h"

#include <stdlib.h>

enum { MEMORY_LEVELS = 4 };

struct memory_tiles {
	struct hash *hashes[MEMORY_LEVELS]; /* of a level, tile after tile */
	size_t count[MEMORY_LEVELS];
	size_t capacity[MEMORY_LEVELS];
	unsigned reads;      /* since somebody set it to 0 */
	enum status refuse;  /* every read fails with it, unless STATUS_OK */
	unsigned lost_level; /* of this level the hashes from lost_from on are gone */
	size_t lost_from;    /* SIZE_MAX: none */
};

static inline void memory_tiles_init(struct memory_tiles *tiles)
{
	*tiles = (struct memory_tiles){.lost_from = SIZE_MAX};
}

static inline void memory_tiles_close(struct memory_tiles *tiles)
{
	for (unsigned level = 0; level < MEMORY_LEVELS; level++)
		free(tiles->hashes[level]);
}

static inline enum status memory_tiles_read(void *owner, unsigned level, uint64_t index,
                                            struct hash hashes[LOG_TILE_WIDTH],
                                            size_t *count)
{
	struct memory_tiles *tiles = owner;
	size_t first = (size_t)index * LOG_TILE_WIDTH;
	size_t end;

	tiles->reads++;
	if (tiles->refuse != STATUS_OK)
		return tiles->refuse;
	ck_assert_uint_lt(level, LOG_LEVELS_MAX);
	end = level < MEMORY_LEVELS ? tiles->count[level] : 0;
	if (level == tiles->lost_level && end > tiles->lost_from)
		end = tiles->lost_from;
	if (first >= end)
		return STATUS_NOT_FOUND;
	*count = end - first < LOG_TILE_WIDTH ? end - first : LOG_TILE_WIDTH;
	memcpy(hashes, tiles->hashes[level] + first, *count * sizeof *hashes);
	return STATUS_OK;
}

static inline struct log_reader memory_tiles_reader(struct memory_tiles *tiles)
{
	return (struct log_reader){.owner = tiles, .read_tile = memory_tiles_read};
}

static inline void memory_tiles_store_one(struct memory_tiles *tiles,
                                          const struct log_tile *tile)
{
	size_t first = (size_t)tile->index * LOG_TILE_WIDTH;

	ck_assert_uint_lt(tile->level, MEMORY_LEVELS);
	ck_assert(tile->count > 0 && tile->count <= LOG_TILE_WIDTH);
	ck_assert_uint_le(first, tiles->count[tile->level]);
	if (first + LOG_TILE_WIDTH > tiles->capacity[tile->level]) {
		size_t capacity = 2 * (first + LOG_TILE_WIDTH);

		tiles->hashes[tile->level] =
			realloc(tiles->hashes[tile->level], capacity * sizeof *tile->hashes);
		ck_assert_ptr_nonnull(tiles->hashes[tile->level]);
		tiles->capacity[tile->level] = capacity;
	}
	memcpy(tiles->hashes[tile->level] + first, tile->hashes,
	       tile->count * sizeof *tile->hashes);
	if (first + tile->count > tiles->count[tile->level])
		tiles->count[tile->level] = first + tile->count;
}

/* From the oldest change on, as a list holds them newest first. */
static inline void memory_tiles_store_list(struct memory_tiles *tiles,
                                           const struct log_tile *tile)
{
	if (!tile)
		return;
	memory_tiles_store_list(tiles, tile->next);
	memory_tiles_store_one(tiles, tile);
}

/* Stores what an appender changed. */
static inline void memory_tiles_store(struct memory_tiles *tiles,
                                      const struct log_appender *appender)
{
	size_t count = 0;

	for (const struct log_tile *tile = appender->tiles; tile; tile = tile->next)
		count++;
	ck_assert_uint_eq(count, appender->tile_count);
	memory_tiles_store_list(tiles, appender->tiles);
}

/* Appends leaves `from` to `to` - 1 of `leaf_hashes` as one block. */
static inline void memory_tiles_append(struct memory_tiles *tiles,
                                       const struct hash *leaf_hashes, uint64_t from,
                                       uint64_t to)
{
	struct log_reader reader = memory_tiles_reader(tiles);
	struct arena arena = {0};
	struct log_appender appender;

	ck_assert_int_eq(log_appender_start(&appender, &arena, &reader, from, NULL),
	                 STATUS_OK);
	for (uint64_t i = from; i < to; i++)
		ck_assert_int_eq(log_appender_append(&appender, &leaf_hashes[i], NULL),
		                 STATUS_OK);
	memory_tiles_store(tiles, &appender);
	arena_close(&arena);
}

#endif
