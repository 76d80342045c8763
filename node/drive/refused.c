#include "node/drive/refused.h"

#include "chain/base/limits.h"

static void remove_one(struct refused *refused, struct refused_tx *tx)
{
	HASH_DEL(refused->txs, tx);
	memory_free(tx);
}

static struct refused_tx *find(const struct refused *refused, const struct hash *txid)
{
	struct refused_tx *tx;

	HASH_FIND(hh, refused->txs, txid, sizeof *txid, tx);
	return tx;
}

void refused_forget(struct refused *refused, const struct hash *txid)
{
	struct refused_tx *tx = find(refused, txid);

	if (tx)
		remove_one(refused, tx);
}

void refused_add(struct refused *refused, const struct hash *txid,
                 const struct refusal *refusal)
{
	struct refused_tx *tx;

	refused_forget(refused, txid);
	/* The head of a uthash table is what was added first. */
	if (HASH_COUNT(refused->txs) >= POOL_REFUSED_MAX)
		remove_one(refused, refused->txs);
	tx = memory_new(sizeof *tx);
	if (!tx)
		return;
	tx->txid = *txid;
	tx->refusal = *refusal;
	HASH_ADD(hh, refused->txs, txid, sizeof tx->txid, tx);
	if (!table_has(tx))
		memory_free(tx);
}

const struct refusal *refused_find(const struct refused *refused, const struct hash *txid)
{
	const struct refused_tx *tx = find(refused, txid);

	return tx ? &tx->refusal : NULL;
}

void refused_close(struct refused *refused)
{
	while (refused->txs)
		remove_one(refused, refused->txs);
}
