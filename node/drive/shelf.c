#include "node/drive/shelf.h"

#include "chain/base/memory.h"

struct shelf_block *shelf_find(const struct shelf *shelf, const struct hash *hash)
{
	struct shelf_block *block;

	HASH_FIND(hh, shelf->blocks, hash, sizeof *hash, block);
	return block;
}

static void free_block(struct shelf_block *block)
{
	memory_free(block->body);
	memory_free(block->names);
	memory_free(block);
}

struct shelf_block *shelf_add(struct shelf *shelf, const struct hash *hash,
                              const struct header *header, struct bytes_view body,
                              struct tx_names *names)
{
	struct shelf_block *block = memory_new(sizeof *block);

	if (!block) {
		memory_free(names);
		return NULL;
	}
	block->hash = *hash;
	block->header = *header;
	block->names = names;
	/* An empty body has a byte of memory too, so that NULL means failure alone. */
	block->body = memory_new(body.size + 1);
	if (!block->body) {
		free_block(block);
		return NULL;
	}
	if (body.size > 0)
		memcpy(block->body, body.at, body.size);
	HASH_ADD(hh, shelf->blocks, hash, sizeof block->hash, block);
	if (table_has(block))
		return block;
	free_block(block);
	return NULL;
}

void shelf_remove(struct shelf *shelf, struct shelf_block *block)
{
	HASH_DEL(shelf->blocks, block);
	free_block(block);
}

bool shelf_is_executing(const struct shelf *shelf)
{
	for (const struct shelf_block *block = shelf->blocks; block; block = block->hh.next)
		if (block->is_executing)
			return true;
	return false;
}

void shelf_close(struct shelf *shelf)
{
	struct shelf_block *block, *next;

	HASH_ITER(hh, shelf->blocks, block, next) {
		HASH_DEL(shelf->blocks, block);
		free_block(block);
	}
}
