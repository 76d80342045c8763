/* A block's header: what validators sign, and what commits to all the rest.
 *
 * The log takes, block by block, the transactions and then the block's own header, as a leaf
 * of a 0x00 byte and the header (a transaction begins with 1). log_size and log_root are
 * those before that last leaf; the block's checkpoint is the log with it. */
#ifndef CHAIN_LEDGER_HEADER_H
#define CHAIN_LEDGER_HEADER_H

#include "chain/ledger/network.h"
#include "chain/codec/wire.h"

enum {
	HEADER_VERSION = 1,
	HEADER_FLAG_SEAL = 1,      /* the last block of its epoch */
	HEADER_FLAG_HEARTBEAT = 2, /* no transactions, on purpose */
	HEADER_FLAG_RECOVERY = 4,
	HEADER_LEAF_SIZE = 1 + HEADER_SIZE,
};

#define HEADER_FIELDS(X)                                                                 \
	X(u8, version)                /* HEADER_VERSION */                                   \
	X(u8, flags)                                                                         \
	X(u64, height)                /* the parent's + 1; genesis is 0 */                   \
	X(u64, epoch)                                                                        \
	X(u64, view)                  /* in which it was proposed; 0 only in genesis */      \
	X(u64, time_ms)               /* Unix time, later than the parent's */               \
	X(u16, proposer)              /* index in the epoch's validator list */              \
	X(u32, tx_count)                                                                     \
	X(u32, body_size)             /* bytes */                                            \
	X(u64, log_size)              /* leaves before this header's own */                  \
	X(hash, parent)               /* hash of the parent's header */                      \
	X(hash, tx_root)              /* RFC 6962 over this block's transactions */          \
	X(hash, log_root)             /* of the log of log_size leaves */                    \
	X(hash, state_root)           /* after this block */                                 \
	X(hash, validators_hash)      /* the set and parameters that certify this block */   \
	X(hash, next_validators_hash) /* differs exactly in a seal */

// clang-format off
WIRE_DECLARE(header, HEADER_FIELDS)
// clang-format on

/* Exactly HEADER_SIZE bytes. */
void header_encode(uint8_t bytes[HEADER_SIZE], const struct header *header);

/* The block's hash: tagged_hash("cairn/block/v1", genesis || header). */
struct hash header_hash(const struct header *header, const struct network *network);

/* The RFC 6962 leaf hash of 0x00 || header. */
struct hash header_leaf_hash(const struct header *header);

/* -- The body: each transaction behind its u16 size ----------------------------------------- */

/* The next transaction's bytes; the cursor fails when there is none whole. An empty body is a
 * cursor with nothing left from the start. */
static inline struct bytes_view body_next(struct cursor *body)
{
	return cursor_bytes16(body, TX_SIZE_MAX);
}

static inline size_t body_entry_size(size_t tx_size)
{
	return 2 + tx_size;
}

#endif
