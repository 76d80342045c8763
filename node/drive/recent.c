#include "node/drive/recent.h"

#include "chain/base/invariant.h"

void recent_init(struct recent *recent, uint64_t height)
{
	*recent = (struct recent){.newest = height, .oldest = height + 1};
}

static void forget_block(struct recent_block *block)
{
	HASH_CLEAR(hh, block->table);
	memory_free(block->items);
	*block = (struct recent_block){0};
}

void recent_close(struct recent *recent)
{
	for (size_t i = 0; i < RECENT_BLOCKS; i++)
		forget_block(&recent->blocks[i]);
	recent_init(recent, recent->newest);
}

static bool fill_block(struct recent_block *block, const struct draft *draft)
{
	size_t count = draft_tx_count(draft);

	block->height = draft->header.height;
	block->items = memory_new(count * sizeof *block->items);
	if (!block->items)
		return false;
	for (size_t i = 0; i < count; i++) {
		struct recent_tx *item = &block->items[i];

		item->txid = draft->txs[i]->txid;
		HASH_ADD(hh, block->table, txid, sizeof item->txid, item);
		if (!table_has(item))
			return false;
	}
	return true;
}

void recent_add(struct recent *recent, const struct draft *draft)
{
	uint64_t height = draft->header.height;
	struct recent_block *block = &recent->blocks[height % RECENT_BLOCKS];

	INVARIANT(height == recent->newest + 1);
	forget_block(block);
	recent->newest = height;
	if (height - recent->oldest >= RECENT_BLOCKS)
		recent->oldest = height - RECENT_BLOCKS + 1;
	if (!fill_block(block, draft))
		recent_close(recent);
}

enum recent_answer recent_has(const struct recent *recent, const struct hash *txid,
                              uint64_t height)
{
	if (height + 1 < recent->oldest)
		return RECENT_UNKNOWN;
	for (uint64_t h = height + 1; h <= recent->newest; h++) {
		const struct recent_block *block = &recent->blocks[h % RECENT_BLOCKS];
		struct recent_tx *found;

		HASH_FIND(hh, block->table, txid, sizeof *txid, found);
		if (found)
			return RECENT_YES;
	}
	return RECENT_NO;
}
