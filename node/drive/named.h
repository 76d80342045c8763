/* A block by the short names of its transactions, as it leaves: consensus/compact.h. */
#ifndef NODE_DRIVE_NAMED_H
#define NODE_DRIVE_NAMED_H

#include "consensus/message.h"
#include "node/drive/shelf.h"

/* A block as compact_put_body wants it: heap, header.tx_count of them; none is prefilled.
 * `names` are those of its transactions; NULL: they are hashed. NULL: out of memory. */
MUST_CHECK struct compact_tx *named_txs(const struct message_block *block,
                                        const struct tx_names *names);

/* Appends a MESSAGE_COMPACT. A body below COMPACT_BODY_LEAST is all prefilled. */
void named_put_compact(struct buffer *out, const struct hash *hash,
                       const struct message_block *block, const struct tx_names *names);

/* Appends the MESSAGE_BLOCK_TXS that answers a question for these transactions of the block.
 * False: it does not have so many, and nothing was appended. */
MUST_CHECK bool named_put_txs(struct buffer *out, const struct get_block_txs *question,
                              const struct message_block *block);

#endif
