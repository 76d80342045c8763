#include "node/drive/late.h"

#include "chain/base/limits.h"
#include "chain/base/memory.h"

static size_t size_of(const struct late_txs *txs)
{
	return sizeof *txs + txs->entries.size;
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
