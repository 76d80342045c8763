#include "node/drive/named.h"

#include "chain/base/memory.h"
#include "chain/proof/log.h"

struct compact_tx *named_txs(const struct message_block *block, const struct tx_names *names)
{
	size_t count = block->header.tx_count;
	struct compact_tx *txs = memory_new((count + 1) * sizeof *txs);
	struct cursor in = cursor_on(block->body);

	for (size_t i = 0; txs && i < count; i++) {
		txs[i].bytes = body_next(&in);
		txs[i].leaf_hash = names ? names[i].leaf_hash : log_leaf_hash(txs[i].bytes);
	}
	return txs;
}

void named_put_compact(struct buffer *out, const struct hash *hash,
                       const struct message_block *block, const struct tx_names *names)
{
	struct compact_tx *txs = named_txs(block, names);
	struct compact compact = {.header = block->header}; /* its body follows */

	if (!txs) {
		out->status = STATUS_MEMORY;
		return;
	}
	for (size_t i = 0; i < block->header.tx_count; i++)
		txs[i].is_prefilled = block->body.size < COMPACT_BODY_LEAST;
	message_put_compact(out, &compact);
	compact_put_body(out, hash, txs, block->header.tx_count);
	memory_free(txs);
}

bool named_put_txs(struct buffer *out, const struct get_block_txs *question,
                   const struct message_block *block)
{
	struct cursor in = cursor_on(block->body);
	size_t next = 0;

	if (get_block_txs_index(question, question->count - 1) >= block->header.tx_count)
		return false;
	message_put_kind(out, MESSAGE_BLOCK_TXS);
	block_txs_put_head(out, &(struct block_txs){.block = question->block,
	                                            .number = question->number,
	                                            .count = question->count});
	for (size_t i = 0; next < question->count; i++) {
		struct bytes_view tx = body_next(&in);

		if (i != get_block_txs_index(question, next))
			continue;
		block_txs_put_tx(out, tx);
		next++;
	}
	return true;
}
