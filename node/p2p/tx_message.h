/* INV, REQ_TX, TX, NOTFOUND and TXFILTER: how transactions are told of and asked for. Names are
 * leaf hashes. docs/network.md has the bytes. */
#ifndef NODE_P2P_TX_MESSAGE_H
#define NODE_P2P_TX_MESSAGE_H

#include "chain/base/buffer.h"
#include "chain/base/limits.h"
#include "chain/codec/cursor.h"
#include "node/p2p/bucket.h"

enum {
	INV_MAX = 512,                 /* a flush at full speed */
	REQ_TX_MAX = 128,
	REQ_TX_BYTES_MAX = 128 << 10,  /* by announced sizes: what one question may order */
	INV_ENTRY_SIZE = HASH_SIZE + 4,
	INV_SIZE_MAX = 2 + INV_MAX * INV_ENTRY_SIZE,
	REQ_TX_SIZE_MAX = 2 + REQ_TX_MAX * HASH_SIZE,
	TXFILTER_SIZE = 4,
	TXFILTER_PAUSE_MS_MAX = 3600 * 1000, /* what is longer is taken for this */
	TXFILTER_INTERVAL_MS = 5000,   /* between two of ours */
	TX_PAUSE_MS = 10000,           /* not reading from who sent too many bad ones */
};

/* Names that a peer may announce or ask for. */
#define INV_RATE ((struct bucket_rate){BUCKET_PER_S(2000), 5000})
#define INV_RATE_VALIDATOR ((struct bucket_rate){BUCKET_PER_S(100000), 100000})

/* What a bad signature or a broken rule of form costs its sender; empty: TX_PAUSE_MS. What
 * depends on state or on our policy costs nothing. */
#define TX_FAULT_RATE ((struct bucket_rate){BUCKET_PER_S(1), 20})

struct inv_entry {
	struct hash id;
	uint32_t size; /* bytes of the transaction, 1..TX_SIZE_MAX */
};

/* count u16, 1..INV_MAX; each name 32, size u32. */
void inv_put(struct buffer *out, const struct inv_entry *entries, size_t count);
MUST_CHECK enum status inv_decode(struct inv_entry entries[INV_MAX], size_t *count,
                                  struct bytes_view message);

/* REQ_TX and NOTFOUND: count u16, 1..REQ_TX_MAX; each name 32. */
void tx_ids_put(struct buffer *out, const struct hash *ids, size_t count);
MUST_CHECK enum status tx_ids_decode(struct hash ids[REQ_TX_MAX], size_t *count,
                                     struct bytes_view message);

/* TXFILTER: pause u32, ms. Nothing is to be announced for so long. */
void txfilter_put(struct buffer *out, uint32_t pause_ms);
MUST_CHECK enum status txfilter_decode(uint32_t *pause_ms, struct bytes_view message);

/* A TX message is the bytes of one transaction, 1..TX_SIZE_MAX, and nothing else. */

#endif
