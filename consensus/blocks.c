#include "consensus/blocks.h"

#include "chain/base/invariant.h"
#include "consensus/epoch.h"

struct block *blocks_find(struct blocks *blocks, const struct hash *hash)
{
	for (size_t i = 0; i < blocks->count; i++)
		if (hash_equal(&blocks->items[i].hash, hash))
			return &blocks->items[i];
	return NULL;
}

struct block *blocks_name(struct blocks *blocks, const struct hash *hash, uint64_t view)
{
	struct block *block = blocks_find(blocks, hash);

	if (block) {
		if (view > block->view)
			block->view = view;
		return block;
	}
	if (blocks->count == BLOCKS_HELD_MAX)
		return NULL;
	block = &blocks->items[blocks->count++];
	*block = (struct block){.hash = *hash, .view = view, .from = NOBODY};
	return block;
}

void blocks_remove(struct blocks *blocks, struct block *block)
{
	size_t index = (size_t)(block - blocks->items);

	INVARIANT(index < blocks->count);
	blocks->count--;
	*block = blocks->items[blocks->count];
}

static bool is_worse(const struct block *a, const struct block *b)
{
	if (a->certified != b->certified)
		return !a->certified;
	return a->view < b->view;
}

static bool has_child(const struct blocks *blocks, const struct hash *hash)
{
	for (size_t i = 0; i < blocks->count; i++)
		if (blocks->items[i].state != BLOCK_NAMED &&
		    hash_equal(&blocks->items[i].header.parent, hash))
			return true;
	return false;
}

struct block *blocks_worst(struct blocks *blocks)
{
	struct block *worst = NULL;

	for (size_t i = 0; i < blocks->count; i++) {
		struct block *block = &blocks->items[i];

		if (block->state != BLOCK_EXECUTING && (!worst || is_worse(block, worst)) &&
		    !has_child(blocks, &block->hash))
			worst = block;
	}
	return worst;
}

bool blocks_reach(struct blocks *blocks, const struct hash *hash, const struct hash *root,
                  size_t *count)
{
	struct hash at = *hash;

	/* A chain of hashes has no circle, and no more blocks than are held. */
	for (size_t steps = 0; steps <= blocks->count; steps++) {
		const struct block *block;

		if (hash_equal(&at, root)) {
			if (count)
				*count = steps;
			return true;
		}
		block = blocks_find(blocks, &at);
		if (!block || block->state == BLOCK_NAMED)
			return false;
		at = block->header.parent;
	}
	return false;
}
