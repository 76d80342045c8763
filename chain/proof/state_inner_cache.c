/* One table for each depth, with a place for every path: the path is the index. */
#include "chain/proof/state_read.h"

struct page_hashes {
	struct hash inner[STATE_PAGE_WIDTH]; /* as state_page_nodes wants them */
};

struct state_inner_cache {
	struct page_hashes *tables[STATE_INNER_DEPTHS]; /* [d]: 16^d pages; NULL: none yet */
};

struct state_inner_cache *state_inner_cache_new(void)
{
	return memory_new(sizeof(struct state_inner_cache));
}

void state_inner_cache_free(struct state_inner_cache *cache)
{
	if (!cache)
		return;
	for (unsigned depth = 0; depth < STATE_INNER_DEPTHS; depth++)
		memory_free(cache->tables[depth]);
	memory_free(cache);
}

struct hash *state_inner_cache_at(struct state_inner_cache *cache, unsigned depth,
                                  const struct hash *key_hash)
{
	struct page_hashes **table;
	size_t path = 0;

	if (!cache || depth >= STATE_INNER_DEPTHS)
		return NULL;
	table = &cache->tables[depth];
	if (!*table)
		*table = memory_new(sizeof **table << 4 * depth);
	if (!*table)
		return NULL;
	for (unsigned i = 0; i < depth; i++)
		path = path << 4 | state_nibble(key_hash, i);
	return (*table)[path].inner;
}
