/* Making proofs from tiles.
 *
 * A node is named by its height and its position among those of its height. A complete
 * one is found in the tile of its level, hashed up at most LOG_TILE_BITS - 1 heights. The
 * one incomplete node of a height, at the right edge, is put together from the peaks of
 * the size that lie in it.
 *
 * The walk goes up from one node to the root, and the tiles it needs are of two columns:
 * the node's ancestors and the right edge. One of each is kept, so no tile is read twice.
 */
#include "chain/proof/log.h"

#include "chain/proof/log_read.h"

#include <inttypes.h>

struct held_tile {
	uint64_t index;
	unsigned level;
	size_t count; /* hashes known to be there; 0: nothing was read yet */
	struct hash hashes[LOG_TILE_WIDTH];
};

struct walk {
	const struct log_reader *reader;
	struct why *why;
	uint64_t size; /* of the log that is proved about */
	struct held_tile column, edge;
};

static void walk_init(struct walk *walk, const struct log_reader *reader, uint64_t size,
                      struct why *why)
{
	walk->reader = reader;
	walk->why = why;
	walk->size = size;
	walk->column.count = 0;
	walk->edge.count = 0;
}

static bool tile_is(const struct held_tile *tile, unsigned level, uint64_t index)
{
	return tile->count > 0 && tile->level == level && tile->index == index;
}

/* The tile with what `walk->size` promises of it, from either place or read into `into`;
 * NULL after a failure. */
static const struct held_tile *tile_at(struct walk *walk, struct held_tile *into,
                                       unsigned level, uint64_t index,
                                       enum status *status)
{
	uint64_t level_count = walk->size >> LOG_TILE_BITS * level;
	uint64_t behind = level_count - index * LOG_TILE_WIDTH;

	if (tile_is(&walk->column, level, index))
		return &walk->column;
	if (tile_is(&walk->edge, level, index))
		return &walk->edge;
	into->level = level;
	into->index = index;
	into->count = behind < LOG_TILE_WIDTH ? (size_t)behind : LOG_TILE_WIDTH;
	*status =
		log_read_tile(walk->reader, level, index, into->count, into->hashes, walk->why);
	return *status == STATUS_OK ? into : NULL;
}

/* The hash of a complete node. */
static enum status node_at(struct walk *walk, struct held_tile *into, unsigned height,
                           uint64_t position, struct hash *hash)
{
	unsigned level = height / LOG_TILE_BITS;
	unsigned above = height % LOG_TILE_BITS;
	uint64_t slot = position << above;
	enum status status = STATUS_OK;
	const struct held_tile *tile =
		tile_at(walk, into, level, slot / LOG_TILE_WIDTH, &status);
	struct hash row[LOG_TILE_WIDTH / 2];

	if (!tile)
		return status;
	memcpy(row, &tile->hashes[slot % LOG_TILE_WIDTH], sizeof *row << above);
	for (unsigned width = 1u << above; width > 1; width /= 2)
		for (unsigned i = 0; i < width / 2; i++)
			row[i] = log_node_hash(&row[2 * i], &row[2 * i + 1]);
	*hash = row[0];
	return STATUS_OK;
}

/* The hash over the last `leaf_count` leaves, where these are all leaves of one node. */
static enum status edge_root(struct walk *walk, uint64_t leaf_count, struct hash *root)
{
	bool begun = false;

	for (unsigned height = 0; leaf_count >> height > 0; height++) {
		struct hash peak;
		enum status status;

		if (!(leaf_count >> height & 1))
			continue;
		status = node_at(walk, &walk->edge, height, (walk->size >> height) - 1, &peak);
		if (status != STATUS_OK)
			return status;
		*root = begun ? log_node_hash(&peak, root) : peak;
		begun = true;
	}
	return STATUS_OK;
}

/* Appends the siblings of a complete node and of its ancestors. */
static enum status path_above(struct walk *walk, unsigned height, uint64_t position,
                              struct log_path *path)
{
	for (; (walk->size - 1) >> height > 0; height++, position /= 2) {
		uint64_t last = (walk->size - 1) >> height; /* the right edge at this height */
		uint64_t sibling = position ^ 1;
		struct hash *hash = &path->hashes[path->count];
		enum status status;

		if (sibling > last)
			continue;
		if (sibling == last)
			status = edge_root(walk, walk->size - (sibling << height), hash);
		else
			status = node_at(walk, &walk->column, height, sibling, hash);
		if (status != STATUS_OK)
			return status;
		path->count++;
	}
	return STATUS_OK;
}

static enum status too_large(uint64_t size, struct why *why)
{
	return why_set(why, STATUS_NOT_FOUND, "no log has %" PRIu64 " leaves", size);
}

enum status log_root_at(struct hash *root, const struct log_reader *reader, uint64_t size,
                        struct why *why)
{
	struct walk walk;

	walk_init(&walk, reader, size, why);
	if (size >= LOG_SIZE_MAX)
		return too_large(size, why);
	if (size == 0) {
		*root = log_empty_root();
		return STATUS_OK;
	}
	return edge_root(&walk, size, root);
}

enum status log_prove_inclusion(struct log_path *path, const struct log_reader *reader,
                                uint64_t index, uint64_t size, struct why *why)
{
	struct walk walk;

	walk_init(&walk, reader, size, why);
	path->count = 0;
	if (size >= LOG_SIZE_MAX)
		return too_large(size, why);
	if (index >= size)
		return why_set(why, STATUS_NOT_FOUND, "no leaf %" PRIu64 " in a log of %" PRIu64,
		               index, size);
	return path_above(&walk, 0, index, path);
}

/* The proof begins at the largest complete node that ends the smaller log. Where that is
 * the whole smaller log, the verifier has its hash, and it is left out. */
enum status log_prove_consistency(struct log_path *path, const struct log_reader *reader,
                                  uint64_t size1, uint64_t size2, struct why *why)
{
	struct walk walk;
	unsigned height = 0;

	walk_init(&walk, reader, size2, why);
	path->count = 0;
	if (size2 >= LOG_SIZE_MAX)
		return too_large(size2, why);
	if (size1 == 0 || size1 > size2)
		return why_set(why, STATUS_NOT_FOUND,
		               "no %" PRIu64 " leaves to begin a log of %" PRIu64, size1, size2);
	if (size1 == size2)
		return STATUS_OK;
	while (!(size1 >> height & 1))
		height++;
	if (size1 >> height > 1) {
		enum status status = node_at(&walk, &walk.column, height, (size1 >> height) - 1,
		                             &path->hashes[path->count++]);

		if (status != STATUS_OK)
			return status;
	}
	return path_above(&walk, height, (size1 >> height) - 1, path);
}

/* -- Ranges -------------------------------------------------------------------------- */

/* The hashes that a range lacks below one node of the tree, from left to right. Only nodes
 * that the range cuts are gone into: at most two of a height. */
static enum status range_below(struct walk *walk, unsigned height, uint64_t position,
                               uint64_t from, uint64_t to, struct log_range *range)
{
	uint64_t start = position << height;
	uint64_t width = UINT64_C(1) << height;
	uint64_t end = walk->size - start < width ? walk->size : start + width;
	enum status status;

	if (start >= from && end <= to)
		return STATUS_OK;
	if (end <= from || start >= to) {
		struct hash *hash = &range->hashes[range->count++];

		return end - start < width ? edge_root(walk, end - start, hash)
		                           : node_at(walk, &walk->column, height, position, hash);
	}
	status = range_below(walk, height - 1, 2 * position, from, to, range);
	if (status != STATUS_OK || end - start <= width / 2)
		return status;
	return range_below(walk, height - 1, 2 * position + 1, from, to, range);
}

enum status log_prove_range(struct log_range *range, const struct log_reader *reader,
                            uint64_t from, uint64_t count, uint64_t size, struct why *why)
{
	struct walk walk;
	unsigned height = 0;

	walk_init(&walk, reader, size, why);
	range->count = 0;
	if (size >= LOG_SIZE_MAX)
		return too_large(size, why);
	if (count == 0 || from >= size || count > size - from)
		return why_set(why, STATUS_NOT_FOUND,
		               "no leaves %" PRIu64 " to %" PRIu64 " in a log of %" PRIu64, from,
		               from + count, size);
	while (size > UINT64_C(1) << height)
		height++;
	return range_below(&walk, height, 0, from, from + count, range);
}
