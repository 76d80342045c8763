#include "node/drive/late.h"

#include "chain/base/limits.h"
#include "chain/base/memory.h"
#include "chain/ledger/header.h"
#include "chain/proof/log.h"

static size_t size_of(const struct late_txs *txs)
{
	return sizeof *txs + txs->entries.size + txs->count * sizeof *txs->leaf_hashes;
}

static size_t count_entries(struct bytes_view entries)
{
	struct cursor in = cursor_on(entries);
	size_t count = 0;

	for (; in.left > 0; count++)
		(void)body_next(&in);
	return count;
}

static void forget_oldest(struct late *late)
{
	struct late_txs *txs = late->oldest;

	late->size -= size_of(txs);
	late->oldest = txs->newer;
	if (late->oldest)
		late->oldest->older = NULL;
	else
		late->newest = NULL;
	memory_free(txs->leaf_hashes);
	memory_free(txs);
}

void late_close(struct late *late)
{
	while (late->oldest)
		forget_oldest(late);
}

void late_add(struct late *late, struct bytes_view entries)
{
	struct late_txs *txs = memory_new(sizeof *txs + entries.size);

	if (!txs)
		return;
	txs->entries = bytes_view((uint8_t *)(txs + 1), entries.size);
	memcpy(txs + 1, entries.at, entries.size);
	txs->count = count_entries(entries);
	txs->older = late->newest;
	if (late->newest)
		late->newest->newer = txs;
	else
		late->oldest = txs;
	late->newest = txs;
	late->size += size_of(txs);
	while (late->size > LATE_BYTES_MAX)
		forget_oldest(late);
}

enum status late_hash(struct late_txs *txs)
{
	struct cursor in = cursor_on(txs->entries);

	if (txs->leaf_hashes)
		return STATUS_OK;
	txs->leaf_hashes = memory_new((txs->count + 1) * sizeof *txs->leaf_hashes);
	if (!txs->leaf_hashes)
		return STATUS_MEMORY;
	for (size_t i = 0; i < txs->count; i++)
		txs->leaf_hashes[i] = log_leaf_hash(body_next(&in));
	return STATUS_OK;
}
