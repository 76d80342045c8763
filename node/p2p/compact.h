/* Blocks by short names of their transactions, for who has most of them already.
 *
 *     body, encoding 1:  prefilled: count u16, each index u16, size u16, bytes
 *                        short ids: u64 for each of the other positions, in order
 *
 * A short id is SipHash-2-4 of the transaction's leaf hash, keyed by the first 16 bytes of the
 * block's hash: nobody can choose transactions whose names clash before the block is there. The
 * header says how many transactions there are and what they hash to, so this is transport only.
 * docs/peers.md has the bytes; rebuild.h puts the block together. */
#ifndef NODE_P2P_COMPACT_H
#define NODE_P2P_COMPACT_H

#include "chain/base/buffer.h"
#include "chain/base/siphash.h"
#include "chain/ledger/header.h"
#include "chain/ledger/validators.h"

enum {
	SHORT_ID_SIZE = 8,
	COMPACT_PREFILLED_MAX = 16 << 10, /* bytes, with index and size: what peers are sure to
	                                   * lack; more is for who asks */
	COMPACT_BODY_SIZE_MAX = 2 + COMPACT_PREFILLED_MAX + BLOCK_TXS_MAX * SHORT_ID_SIZE,
	COMPACT_SIZE_MAX = HEADER_SIZE + 2 + CERTIFICATE_SIZE_MAX + COMPACT_BODY_SIZE_MAX,
	GET_TXS_SIZE_MAX = HASH_SIZE + 2 + 2 * BLOCK_TXS_MAX,
	TXS_SIZE_MAX = HASH_SIZE + 2 + BLOCK_BODY_MAX,
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
};

/* Form alone. `tx_count` is the header's. */
MUST_CHECK enum status compact_body_decode(struct compact_body *body, size_t tx_count,
                                           struct bytes_view bytes);

/* The next of the prefilled ones; `in` begins as cursor_on(body->prefilled), which was checked. */
struct bytes_view compact_next_prefilled(struct cursor *in, uint16_t *index);

/* -- COMPACT: header, certificate size u16 and bytes, body in encoding 1 ------------------------ */

struct compact {
	struct header header;
	struct bytes_view certificate; /* FINAL, of this block; empty: none is needed */
	struct compact_body body;
};

void compact_put(struct buffer *out, const struct header *header, struct bytes_view certificate,
                 const struct hash *block, const struct compact_tx *txs);
MUST_CHECK enum status compact_decode(struct compact *compact, struct bytes_view message);

/* -- GET_TXS: block 32, count u16, indexes u16 ascending ----------------------------------------- */

struct get_txs {
	struct hash block;
	size_t count;               /* 1..BLOCK_TXS_MAX */
	struct bytes_view indexes;  /* borrowed; get_txs_index */
};

void get_txs_put(struct buffer *out, const struct hash *block, const uint16_t *indexes,
                 size_t count);
/* The indexes ascend; that the last is below the block's tx_count is for the caller to see:
 * get_txs_index(&get_txs, count - 1). */
MUST_CHECK enum status get_txs_decode(struct get_txs *get_txs, struct bytes_view message);

static inline uint16_t get_txs_index(const struct get_txs *get_txs, size_t i)
{
	return get_le16(get_txs->indexes.at + 2 * i);
}

/* -- TXS: block 32, count u16, transactions as in a body -------------------------------------------- */

struct txs {
	struct hash block;
	size_t count;            /* 1..BLOCK_TXS_MAX */
	struct bytes_view body;  /* borrowed: entries for body_next, all whole, none empty */
};

/* Appends the beginning; behind it come `count` entries, txs_put_tx for each. */
void txs_put_head(struct buffer *out, const struct hash *block, size_t count);
void txs_put_tx(struct buffer *out, struct bytes_view tx);
MUST_CHECK enum status txs_decode(struct txs *txs, struct bytes_view message);

#endif
