#include "chain/proof/log.h"

#include "chain/base/invariant.h"
#include "chain/proof/node_hash.h"

enum { LEAF_TAG = 0x00, NODE_TAG = 0x01 };

_Static_assert(sizeof(struct hash) == HASH_SIZE, "rows of hashes are copied as they are");

struct hasher log_leaf_hasher(void)
{
	const uint8_t tag = LEAF_TAG;
	struct hasher hasher;

	hasher_start(&hasher);
	hasher_update(&hasher, &tag, sizeof tag);
	return hasher;
}

struct hash log_leaf_hash(struct bytes_view data)
{
	struct hasher hasher = log_leaf_hasher();

	hasher_update(&hasher, data.at, data.size);
	return hasher_finish(&hasher);
}

struct hash log_node_hash(const struct hash *left, const struct hash *right)
{
	return node_hash(NODE_TAG, left, right);
}

struct hash log_empty_root(void)
{
	return hash_of(bytes_view(NULL, 0));
}

/* As a binary counter: each bit that carries joins two subtrees of one size. */
void log_frontier_append(struct log_frontier *frontier, const struct hash *leaf_hash)
{
	struct hash carried = *leaf_hash;
	unsigned height = 0;

	INVARIANT(frontier->size < UINT64_MAX);
	for (; frontier->size >> height & 1; height++)
		carried = log_node_hash(&frontier->peaks[height], &carried);
	frontier->peaks[height] = carried;
	frontier->size++;
}

/* The lowest peak is the rightmost; each higher one stands to the left of all below it.
 */
struct hash log_frontier_root(const struct log_frontier *frontier)
{
	struct hash root;
	bool begun = false;

	if (frontier->size == 0)
		return log_empty_root();
	for (unsigned height = 0; height < 64; height++) {
		if (!(frontier->size >> height & 1))
			continue;
		root = begun ? log_node_hash(&frontier->peaks[height], &root)
		             : frontier->peaks[height];
		begun = true;
	}
	return root;
}

size_t log_frontier_encoded_size(const struct log_frontier *frontier)
{
	size_t size = sizeof frontier->size;

	for (uint64_t rest = frontier->size; rest > 0; rest &= rest - 1)
		size += HASH_SIZE;
	return size;
}

void log_frontier_put(struct writer *out, const struct log_frontier *frontier)
{
	writer_u64(out, frontier->size);
	for (unsigned height = 64; height-- > 0;)
		if (frontier->size >> height & 1)
			writer_hash(out, &frontier->peaks[height]);
}

void log_frontier_get(struct cursor *in, struct log_frontier *frontier)
{
	*frontier = (struct log_frontier){.size = cursor_u64(in)};
	if (frontier->size >= LOG_SIZE_MAX)
		cursor_fail(in, STATUS_TOO_LARGE);
	for (unsigned height = 62; height-- > 0;)
		if (frontier->size >> height & 1)
			frontier->peaks[height] = cursor_hash(in);
}

enum status log_frontier_decode(struct log_frontier *frontier, struct bytes_view bytes)
{
	struct cursor in = cursor_on(bytes);

	log_frontier_get(&in, frontier);
	return cursor_finish(&in);
}

void log_tile_key(uint8_t key[LOG_TILE_KEY_SIZE], unsigned level, uint64_t index)
{
	INVARIANT(level < LOG_LEVELS_MAX);
	INVARIANT(index < UINT64_C(1) << 56);
	put_be64(key, index);
	key[0] = (uint8_t)level;
}

enum status log_tile_decode(struct hash hashes[LOG_TILE_WIDTH], size_t *count,
                            struct bytes_view row)
{
	if (row.size == 0 || row.size % HASH_SIZE != 0 ||
	    row.size / HASH_SIZE > LOG_TILE_WIDTH)
		return STATUS_MALFORMED;
	*count = row.size / HASH_SIZE;
	memcpy(hashes, row.at, row.size);
	return STATUS_OK;
}
