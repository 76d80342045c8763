/* GETADDR, ADDR and KNOWN: what nodes tell each other of nodes. docs/network.md has the bytes. */
#ifndef NODE_P2P_ADDR_MESSAGE_H
#define NODE_P2P_ADDR_MESSAGE_H

#include "chain/base/buffer.h"
#include "node/p2p/book.h"
#include "node/p2p/bucket.h"

/* Records that a peer may send: what is above is dropped unread. After our own GETADDR the
 * bucket is granted ADDR_RECORDS_MAX. */
#define ADDR_RATE ((struct bucket_rate){BUCKET_PER_1000_S(100), 10})

/* KNOWN that a peer may send: an answer goes through the list. What is above is dropped. */
#define KNOWN_RATE ((struct bucket_rate){BUCKET_PER_1000_S(100), 4})

enum {
	GETADDR_SIZE = 0,                    /* a GETADDR has no body */
	ADDR_RECORDS_MAX = BOOK_SHARED_MAX,
	ADDR_UNASKED_MAX = 10,               /* records that are passed on unasked */
	ADDR_RELAY_PEERS = 2,                /* to whom */
	ADDR_SIZE_MAX = 2 + ADDR_RECORDS_MAX * (2 + NODE_RECORD_SIZE_MAX),
	KNOWN_SIZE_MAX = HASH_SIZE + 2 + (BOOK_LISTED_MAX + 7) / 8,
};

_Static_assert(ADDR_SIZE_MAX <= 128 << 10, "an ADDR is larger than its type allows");
_Static_assert(KNOWN_SIZE_MAX <= 1 << 10, "a KNOWN is larger than its type allows");

/* -- ADDR: count u16, then each record behind its u16 size --------------------------------- */

/* Appends; records are as node_record_put wrote them. At most ADDR_RECORDS_MAX. */
void addr_put(struct buffer *out, const struct bytes_view *records, size_t count);

/* The records as they lie in the message, borrowed; each is to be decoded by
 * node_record_decode, after the bucket has given a token for it. */
MUST_CHECK enum status addr_decode(struct bytes_view records[ADDR_RECORDS_MAX],
                                   size_t *count, struct bytes_view message);

/* -- KNOWN, in a permissioned network: list hash 32, count u16, ceil(count / 8) bytes ------ */

struct known {
	struct hash list; /* of the sorted list that the bits count: another list is no breach */
	size_t count;
	struct bytes_view bits; /* borrowed; bit i % 8 of byte i / 8; spare bits are zero */
};

/* SHA-256 of the ids, one behind the other. */
struct hash known_list_hash(const struct node_id *ids, size_t count);

void known_put(struct buffer *out, const struct known *known);
MUST_CHECK enum status known_decode(struct known *known, struct bytes_view message);

#endif
