/* Blocks by short names of their transactions, for who has most of them already.
 *
 *     body, encoding 1:  prefilled: count u16, each index u16, size u16, bytes
 *                        short ids: u64 for each of the other positions, in order
 *
 * A short id is SipHash-2-4 of the transaction's leaf hash, keyed by the first 16 bytes of the
 * block's hash: nobody can choose transactions whose names clash before the block is there. The
 * header says how many transactions there are and what they hash to, so this is transport only.
 * docs/consensus.md, "Blocks by short names"; node/drive/rebuild.h puts the block together. */
#ifndef CONSENSUS_COMPACT_H
#define CONSENSUS_COMPACT_H

#include "chain/base/buffer.h"
#include "chain/base/limits.h"
#include "chain/base/siphash.h"
#include "chain/ledger/header.h"

enum {
	SHORT_ID_SIZE = 8,
	COMPACT_BODY_SIZE_MAX = 2 + COMPACT_PREFILLED_MAX + BLOCK_TXS_MAX * SHORT_ID_SIZE,
	COMPACT_SIZE_MAX = HEADER_SIZE + COMPACT_BODY_SIZE_MAX,
	GET_BLOCK_TXS_SIZE_MAX = HASH_SIZE + 4 + 2 + 2 * BLOCK_TXS_MAX,
	BLOCK_TXS_SIZE_MAX = HASH_SIZE + 4 + 2 + BLOCK_BODY_MAX,
};

/* The key of a block's short ids. */
struct siphash_key short_id_key(const struct hash *block);

static inline uint64_t short_id(const struct siphash_key *key, const struct hash *leaf_hash)
{
	return siphash_2_4(key, leaf_hash->bytes, sizeof leaf_hash->bytes);
}

/* -- The body ------------------------------------------------------------------------------- */

struct compact_tx {
	struct bytes_view bytes; /* borrowed; looked at if prefilled */
	struct hash leaf_hash;
	bool is_prefilled;       /* a wish: what is above COMPACT_PREFILLED_MAX travels by name */
};

/* Appends encoding 1 of the `count` transactions of this block. */
void compact_put_body(struct buffer *out, const struct hash *block,
                      const struct compact_tx *txs, size_t count);

struct compact_body {
	size_t tx_count;
	size_t prefilled_count;
	struct bytes_view prefilled; /* borrowed: the entries; compact_next_prefilled */
	struct bytes_view short_ids; /* borrowed: tx_count - prefilled_count of them */
	struct bytes_view bytes;     /* borrowed: all of it */
};

/* Form alone. `tx_count` is the header's. */
void compact_body_get(struct cursor *in, struct compact_body *body, size_t tx_count);
MUST_CHECK enum status compact_body_decode(struct compact_body *body, size_t tx_count,
                                           struct bytes_view bytes);

/* The next of the prefilled ones; `in` begins as cursor_on(body->prefilled), which was checked. */
struct bytes_view compact_next_prefilled(struct cursor *in, uint16_t *index);

/* -- A block: header, body in encoding 1 --------------------------------------------------------- */

struct compact {
	struct header header;
	struct compact_body body; /* looked at is `bytes`, when it is put */
};

void compact_put(struct buffer *out, const struct compact *compact);
void compact_get(struct cursor *in, struct compact *compact);

/* -- What is missing: block 32, number u32, count u16, indexes u16 ascending ----------------------- */

struct get_block_txs {
	struct hash block;
	uint32_t number;            /* the asker's: the answer has it too */
	size_t count;               /* 1..BLOCK_TXS_MAX */
	struct bytes_view indexes;  /* borrowed, encoded; get_block_txs_index */
};

/* Appends the beginning; behind it come `count` indexes, get_block_txs_put_index for each. */
void get_block_txs_put_head(struct buffer *out, const struct get_block_txs *head);
void get_block_txs_put_index(struct buffer *out, uint16_t index);
/* That the last index is below the block's tx_count is for the caller to see. */
void get_block_txs_get(struct cursor *in, struct get_block_txs *question);

static inline uint16_t get_block_txs_index(const struct get_block_txs *question, size_t i)
{
	return get_le16(question->indexes.at + 2 * i);
}

/* -- The answer: block 32, number u32, count u16, transactions as in a body --------------------------- */

struct block_txs {
	struct hash block;
	uint32_t number;         /* of the question */
	size_t count;            /* 1..BLOCK_TXS_MAX */
	struct bytes_view body;  /* borrowed: entries for body_next, all whole, none empty */
};

/* Appends the beginning; behind it come `count` entries, block_txs_put_tx for each. */
void block_txs_put_head(struct buffer *out, const struct block_txs *head);
void block_txs_put_tx(struct buffer *out, struct bytes_view tx);
void block_txs_get(struct cursor *in, struct block_txs *txs);

#endif
