/* Appending to a log that lies in tiles.
 *
 * Of each level the last tile is held, with the peaks that its hashes make: the frontier,
 * cut into pieces of LOG_TILE_BITS heights. A hash that is appended to level 0 carries
 * through the peaks of its level as through a binary counter; when that overflows, the
 * tile is full, and what is carried out of it is its root, the next hash of the level
 * above. */
#include "chain/proof/log.h"

#include "chain/base/invariant.h"
#include "chain/proof/log_read.h"

#include <inttypes.h>

/* The right end of one level. */
struct log_edge {
	struct log_tile *tile;            /* the last one; NULL: not read or made yet */
	struct hash peaks[LOG_TILE_BITS]; /* [i]: where bit i of the tile's count is set */
};

enum { TILE_CAPACITY_FIRST = 8 };

/* Hashes in the last tile of a level. */
static unsigned edge_count(uint64_t size, unsigned level)
{
	return (unsigned)(size >> LOG_TILE_BITS * level) % LOG_TILE_WIDTH;
}

static uint64_t edge_index(uint64_t size, unsigned level)
{
	return size >> LOG_TILE_BITS * level >> LOG_TILE_BITS;
}

/* `carried` comes behind `count` hashes. True: the tile is full now, *carried its root.
 */
static bool edge_carry(struct log_edge *edge, unsigned count, struct hash *carried)
{
	for (unsigned bit = 0; bit < LOG_TILE_BITS; bit++) {
		if (!(count >> bit & 1)) {
			edge->peaks[bit] = *carried;
			return false;
		}
		*carried = log_node_hash(&edge->peaks[bit], carried);
	}
	return true;
}

static enum status out_of_memory(struct why *why)
{
	return why_set(why, STATUS_MEMORY, "append to a log");
}

static enum status edge_new(struct log_appender *appender, unsigned level,
                            struct why *why)
{
	appender->edges[level] = arena_take(appender->arena, sizeof *appender->edges[level]);
	return appender->edges[level] ? STATUS_OK : out_of_memory(why);
}

/* Moves the hashes that the tile has, and that lie at `hashes`, to where there is room
 * for one more. */
static enum status tile_grow(struct log_tile *tile, struct arena *arena,
                             const struct hash *hashes, struct why *why)
{
	unsigned capacity = tile->index > 0 ? LOG_TILE_WIDTH : TILE_CAPACITY_FIRST;

	while (capacity <= tile->count)
		capacity *= 2;
	tile->hashes = arena_take(arena, capacity * sizeof *hashes);
	if (!tile->hashes)
		return out_of_memory(why);
	if (tile->count > 0)
		memcpy(tile->hashes, hashes, tile->count * sizeof *hashes);
	tile->capacity = capacity;
	return STATUS_OK;
}

/* The tile that the next hash of a level goes into, with what is there already. */
static enum status tile_open(struct log_appender *appender, unsigned level,
                             struct why *why)
{
	unsigned count = edge_count(appender->size, level);
	uint64_t index = edge_index(appender->size, level);
	struct hash hashes[LOG_TILE_WIDTH];
	struct log_tile *tile;
	enum status status;

	if (count > 0) {
		status = log_read_tile(appender->reader, level, index, count, hashes, why);
		if (status != STATUS_OK)
			return status;
	}
	tile = arena_take(appender->arena, sizeof *tile);
	if (!tile)
		return out_of_memory(why);
	*tile = (struct log_tile){.index = index, .level = level, .count = count};
	appender->edges[level]->tile = tile;
	return tile_grow(tile, appender->arena, hashes, why);
}

static enum status edge_append(struct log_appender *appender, unsigned level,
                               const struct hash *hash, struct why *why)
{
	struct log_edge *edge = appender->edges[level];
	enum status status = STATUS_OK;
	struct log_tile *tile;

	if (!edge)
		status = edge_new(appender, level, why);
	edge = appender->edges[level];
	if (status == STATUS_OK && (!edge->tile || edge->tile->count == LOG_TILE_WIDTH))
		status = tile_open(appender, level, why);
	if (status == STATUS_OK && edge->tile->count == edge->tile->capacity)
		status = tile_grow(edge->tile, appender->arena, edge->tile->hashes, why);
	if (status != STATUS_OK)
		return status;
	tile = edge->tile;
	tile->hashes[tile->count++] = *hash;
	if (!tile->changed) {
		tile->changed = true;
		tile->next = appender->tiles;
		appender->tiles = tile;
		appender->tile_count++;
	}
	return STATUS_OK;
}

enum status log_appender_append(struct log_appender *appender,
                                const struct hash *leaf_hash, struct why *why)
{
	struct hash carried = *leaf_hash;
	bool full = true;

	INVARIANT(appender->size < UINT64_MAX);
	for (unsigned level = 0; full; level++) {
		enum status status = edge_append(appender, level, &carried, why);

		if (status != STATUS_OK)
			return status;
		full = edge_carry(appender->edges[level], edge_count(appender->size, level),
		                  &carried);
	}
	appender->size++;
	return STATUS_OK;
}

static enum status appender_init(struct log_appender *appender, struct arena *arena,
                                 const struct log_reader *reader, uint64_t size,
                                 struct why *why)
{
	*appender = (struct log_appender){.size = size, .arena = arena, .reader = reader};
	if (size >= LOG_SIZE_MAX)
		return why_set(why, STATUS_CORRUPT, "a log cannot have %" PRIu64 " leaves", size);
	for (unsigned level = 0; level < LOG_LEVELS_MAX; level++) {
		if (edge_count(size, level) > 0) {
			enum status status = edge_new(appender, level, why);

			if (status != STATUS_OK)
				return status;
		}
	}
	return STATUS_OK;
}

enum status log_appender_start(struct log_appender *appender, struct arena *arena,
                               const struct log_reader *reader, uint64_t size,
                               struct why *why)
{
	enum status status = appender_init(appender, arena, reader, size, why);

	for (unsigned level = 0; status == STATUS_OK && level < LOG_LEVELS_MAX; level++) {
		struct log_edge *edge = appender->edges[level];

		if (!edge)
			continue;
		status = tile_open(appender, level, why);
		for (unsigned i = 0; status == STATUS_OK && i < edge->tile->count; i++) {
			struct hash carried = edge->tile->hashes[i];

			edge_carry(edge, i, &carried);
		}
	}
	return status;
}

enum status log_appender_resume(struct log_appender *appender, struct arena *arena,
                                const struct log_reader *reader,
                                const struct log_frontier *frontier, struct why *why)
{
	enum status status = appender_init(appender, arena, reader, frontier->size, why);

	for (unsigned height = 0; status == STATUS_OK && height < 62; height++)
		if (frontier->size >> height & 1)
			appender->edges[height / LOG_TILE_BITS]->peaks[height % LOG_TILE_BITS] =
				frontier->peaks[height];
	return status;
}

void log_appender_frontier(struct log_frontier *frontier,
                           const struct log_appender *appender)
{
	*frontier = (struct log_frontier){.size = appender->size};
	for (unsigned height = 0; height < 64; height++)
		if (appender->size >> height & 1)
			frontier->peaks[height] =
				appender->edges[height / LOG_TILE_BITS]->peaks[height % LOG_TILE_BITS];
}

struct hash log_appender_root(const struct log_appender *appender)
{
	struct log_frontier frontier;

	log_appender_frontier(&frontier, appender);
	return log_frontier_root(&frontier);
}
