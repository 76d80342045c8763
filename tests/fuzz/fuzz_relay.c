/* What peers send of transactions and blocks. What can be read is written back to the same
 * bytes; a block is put together out of anything. The first byte chooses. */
#include "chain/base/invariant.h"
#include "chain/proof/log.h"
#include "node/drive/rebuild.h"
#include "node/p2p/tx_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void again_is_same(struct buffer *again, struct bytes_view input)
{
	INVARIANT(again->status == STATUS_OK);
	INVARIANT(bytes_equal(buffer_view(again), input));
	buffer_close(again);
}

static void try_inv(struct bytes_view input)
{
	struct inv_entry entries[INV_MAX];
	struct buffer again;
	size_t count;

	if (inv_decode(entries, &count, input) != STATUS_OK)
		return;
	buffer_init(&again, INV_SIZE_MAX);
	inv_put(&again, entries, count);
	again_is_same(&again, input);
}

static void try_ids(struct bytes_view input)
{
	struct hash ids[REQ_TX_MAX];
	struct buffer again;
	uint32_t pause_ms;
	size_t count;

	if (txfilter_decode(&pause_ms, input) == STATUS_OK)
		INVARIANT(pause_ms <= TXFILTER_PAUSE_MS_MAX);
	if (tx_ids_decode(ids, &count, input) != STATUS_OK)
		return;
	buffer_init(&again, REQ_TX_SIZE_MAX);
	tx_ids_put(&again, ids, count);
	again_is_same(&again, input);
}

static void try_get_txs(struct bytes_view input)
{
	struct cursor in = cursor_on(input);
	struct get_block_txs question;
	struct buffer again;

	get_block_txs_get(&in, &question);
	if (cursor_finish(&in) != STATUS_OK)
		return;
	buffer_init(&again, GET_BLOCK_TXS_SIZE_MAX);
	get_block_txs_put_head(&again, &question);
	for (size_t i = 0; i < question.count; i++)
		get_block_txs_put_index(&again, get_block_txs_index(&question, i));
	again_is_same(&again, input);
}

static void try_txs(struct bytes_view input)
{
	struct cursor in = cursor_on(input);
	struct buffer again;
	struct block_txs txs;

	block_txs_get(&in, &txs);
	if (cursor_finish(&in) != STATUS_OK)
		return;
	in = cursor_on(txs.body);
	buffer_init(&again, BLOCK_TXS_SIZE_MAX);
	block_txs_put_head(&again, &txs);
	for (size_t i = 0; i < txs.count; i++)
		block_txs_put_tx(&again, body_next(&in));
	again_is_same(&again, input);
}

/* The prefilled ones are offered as if the pool had them, and then sent as the answer,
 * whatever is asked. */
static void put_together(const struct compact *compact)
{
	static uint16_t indexes[BLOCK_TXS_MAX];
	struct hash block = hash_of(hash_view(&compact->header.tx_root));
	struct rebuild *rebuild =
		rebuild_new(&block, &compact->header, &compact->body, 12345);
	struct cursor in = cursor_on(compact->body.prefilled);

	INVARIANT(rebuild);
	for (size_t i = 0; i < compact->body.prefilled_count; i++) {
		uint16_t index;
		struct bytes_view tx = compact_next_prefilled(&in, &index);
		struct hash leaf_hash = log_leaf_hash(tx);

		INVARIANT(index < compact->header.tx_count);
		INVARIANT(rebuild_offer(rebuild, &leaf_hash, tx) == STATUS_OK);
	}
	rebuild_matched(rebuild);
	if (rebuild->state == REBUILD_ASKING) {
		struct block_txs txs = {.block = block, .count = rebuild->missing_count};
		struct buffer answer;

		INVARIANT(rebuild_missing(rebuild, indexes) == txs.count);
		buffer_init(&answer, BLOCK_TXS_SIZE_MAX);
		block_txs_put_head(&answer, &txs);
		for (size_t i = 0; i < txs.count; i++)
			block_txs_put_tx(&answer, bytes_view("x", 1));
		in = cursor_on(buffer_view(&answer));
		block_txs_get(&in, &txs);
		INVARIANT(cursor_finish(&in) == STATUS_OK);
		(void)!rebuild_fill(rebuild, &txs);
		buffer_close(&answer);
	}
	if (rebuild->state == REBUILD_DONE) {
		struct buffer body;

		buffer_init(&body, BLOCK_BODY_MAX);
		rebuild_put_body(rebuild, &body);
		INVARIANT(body.size == compact->header.body_size);
		buffer_close(&body);
	}
	rebuild_free(rebuild);
}

static void try_compact(struct bytes_view input)
{
	struct cursor in = cursor_on(input);
	struct compact compact;

	compact_get(&in, &compact);
	if (cursor_finish(&in) != STATUS_OK)
		return;
	INVARIANT(compact.body.tx_count == compact.header.tx_count);
	INVARIANT(compact.body.short_ids.size ==
	          (compact.body.tx_count - compact.body.prefilled_count) * SHORT_ID_SIZE);
	put_together(&compact);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct bytes_view input;

	if (size == 0)
		return 0;
	input = bytes_view(bytes + 1, size - 1);
	switch (bytes[0] % 5) {
	case 0:
		try_inv(input);
		break;
	case 1:
		try_ids(input);
		break;
	case 2:
		try_get_txs(input);
		break;
	case 3:
		try_txs(input);
		break;
	default:
		try_compact(input);
	}
	return 0;
}
