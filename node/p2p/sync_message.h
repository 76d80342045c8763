/* GET_HEADERS, HEADERS, GET_SYNCBODY, SYNCBODY and NOTHELD: blocks for who is behind.
 * docs/peers.md has the bytes. */
#ifndef NODE_P2P_SYNC_MESSAGE_H
#define NODE_P2P_SYNC_MESSAGE_H

#include "chain/base/buffer.h"
#include "chain/ledger/header.h"
#include "chain/ledger/validators.h"
#include "node/p2p/sync.h"

enum {
	HEADERS_SIZE_MAX = 8 + 2 + SYNC_HEADERS_MAX * HEADER_SIZE + 2 + CERTIFICATE_SIZE_MAX,
	SYNCBODY_SIZE_MAX = HASH_SIZE + BLOCK_BODY_MAX,
};

_Static_assert(HEADERS_SIZE_MAX <= 512 << 10, "an answer is larger than its type allows");

/* -- GET_HEADERS: from u64, count u16 ------------------------------------------------------- */

#define GET_HEADERS_FIELDS(X)                                                            \
	X(u64, from)  /* height of the first, not 0 */                                       \
	X(u16, count) /* 1..SYNC_HEADERS_MAX; fewer may come */

/* -- GET_SYNCBODY: height u64, block 32 ------------------------------------------------------ */

#define GET_SYNCBODY_FIELDS(X)                                                           \
	X(u64, height)                                                                       \
	X(hash, block)

/* -- NOTHELD: what u8, height u64, block 32 -------------------------------------------------- */

enum not_held_what { NOT_HELD_HEADERS = 1, NOT_HELD_BODY = 2 };

#define NOT_HELD_FIELDS(X)                                                               \
	X(u8, what)                                                                          \
	X(u64, height) /* as it was asked for */                                             \
	X(hash, block) /* likewise; zeros for headers */

// clang-format off
WIRE_DECLARE(get_headers, GET_HEADERS_FIELDS)
WIRE_DECLARE(get_syncbody, GET_SYNCBODY_FIELDS)
WIRE_DECLARE(not_held, NOT_HELD_FIELDS)
// clang-format on

/* What the fields of a decoded one must keep besides their form. */
bool get_headers_is_valid(const struct get_headers *message);
bool not_held_is_valid(const struct not_held *message);

/* -- HEADERS: from u64; count u16; each header; certificate size u16 and bytes ----------------- */

struct headers {
	uint64_t from;
	size_t count;                  /* 0..SYNC_HEADERS_MAX */
	struct bytes_view bytes;       /* borrowed: count headers */
	struct bytes_view certificate; /* borrowed: FINAL, for the last; empty if count is 0 */
};

void headers_put(struct buffer *out, const struct headers *headers);
MUST_CHECK enum status headers_decode(struct headers *headers, struct bytes_view message);

/* Do they stand on the block of hash `parent` at height from - 1, one on the other, in one epoch
 * as far as the last, and does each have the hash that the next says? The hashes and body sizes
 * go to `found`, of which there are headers->count. The certificate, which makes them all true,
 * is checked by the caller against found[count - 1].hash. Costs a hash each. */
bool headers_link(const struct headers *headers, const struct network *network,
                  const struct hash *parent, struct sync_header found[SYNC_HEADERS_MAX]);

/* -- SYNCBODY: block 32, the body's bytes -------------------------------------------------------- */

struct syncbody {
	struct hash block;
	struct bytes_view body; /* borrowed */
};

void syncbody_put(struct buffer *out, const struct syncbody *message);
MUST_CHECK enum status syncbody_decode(struct syncbody *message, struct bytes_view bytes);

#endif
