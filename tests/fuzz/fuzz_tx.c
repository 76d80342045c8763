/* Transactions from anybody. Whatever decodes has one encoding, its operations can be
 * read one after another, and what is kept of it reads back. */
#include "chain/base/invariant.h"
#include "chain/base/memory.h"
#include "chain/ledger/tx.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_encoding(const struct tx *tx, const struct network *network)
{
	size_t count = tx->operation_count;
	struct operation *operations = memory_new(count * sizeof *operations);
	uint8_t *again = memory_new(tx->bytes.size);
	struct cursor in = tx_operations(tx);
	struct tx_draft draft = {tx->sender, tx->salt, tx->valid_until_ms, operations, count};
	struct hash txid;

	INVARIANT(operations && again);
	for (size_t i = 0; i < count; i++)
		INVARIANT(operation_get(&in, &operations[i]) == STATUS_OK);
	INVARIANT(cursor_finish(&in) == STATUS_OK);
	INVARIANT(tx_draft_size(&draft) == tx->bytes.size);
	txid = tx_draft_put(again, &draft, network);
	tx_put_authority(again, tx->bytes.size, &tx->key, &tx->signature);
	INVARIANT(hash_equal(&txid, &tx->txid));
	INVARIANT(memcmp(again, tx->bytes.at, tx->bytes.size) == 0);
	memory_free(operations);
	memory_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const struct hash genesis = {{1}};
	static struct network network;
	struct refusal refusal = {0};
	struct tx tx, known;
	enum verdict verdict;

	network_init(&network, &genesis);
	verdict = tx_decode(&tx, &network, bytes_view(bytes, size), &refusal);
	if (verdict != VERDICT_GOOD) {
		INVARIANT(refusal.verdict == verdict && refusal.text[0] != '\0');
		return 0;
	}
	check_encoding(&tx, &network);
	INVARIANT(tx_from_known(&known, tx.bytes, &tx.txid, &tx.leaf_hash) == STATUS_OK);
	INVARIANT(hash_equal(&known.sender, &tx.sender));
	INVARIANT(known.operations.at == tx.operations.at);
	return 0;
}
