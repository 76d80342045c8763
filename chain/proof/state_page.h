/* Pages: how the state tree lies on disk.
 *
 * Four heights of the binary tree make one page with up to 16 children, one for each
 * value of the next nibble of the key hash. The root is the page of depth 0.
 *
 *                      1                 the page's own node
 *              2               3
 *          4       5       6       7     fifteen binary nodes, computed, not stored
 *        8   9  10  11  12  13  14  15
 *       16 17 18 19  ...        30  31   its children: nothing, a leaf, or a page
 *
 * Pages are written once and never changed: a page's key is the version that wrote it,
 * which is the height of the block, and the path of nibbles to it; its parent holds the
 * version. A changed page is written anew under the new version, and so are those above
 * it, up to the root: every version that is kept can be read and proved.
 *
 *     page   exists u16 | is_leaf u16 | for each child that exists, in nibble order:
 *            hash 32 | leaf: key hash 32, page: version u64
 *     key    version u64 big-endian | depth u8 | path, two nibbles a byte, high first
 *
 * Bit i of `exists` and `is_leaf` is child i. */
#ifndef CHAIN_PROOF_STATE_PAGE_H
#define CHAIN_PROOF_STATE_PAGE_H

#include "chain/base/bytes.h"
#include "chain/base/limits.h"
#include "chain/base/status.h"
#include "chain/codec/cursor.h"

enum {
	STATE_PAGE_WIDTH = 16,
	STATE_PAGE_ALL = 0xffff, /* a set of all children */
	STATE_PAGE_SIZE_MAX = 4 + STATE_PAGE_WIDTH * 2 * HASH_SIZE,
	STATE_PAGE_KEY_SIZE_MAX = 8 + 1 + STATE_DEPTH_MAX / 2,
};

/* -- Keys --------------------------------------------------------------------------- */

struct state_page_key {
	uint64_t version;
	uint8_t depth;                        /* nibbles of the path, 0..63 */
	uint8_t nibbles[STATE_DEPTH_MAX / 2]; /* high nibble first, the unused ones zero */
};

/* Nibble number `index`, 0..63, of a key hash. */
static inline unsigned state_nibble(const struct hash *key_hash, unsigned index)
{
	return key_hash->bytes[index / 2] >> (index % 2 ? 0 : 4) & 15;
}

/* The key of the page at `depth`, 0..63, on the path of a key hash. */
struct state_page_key state_page_key_of(uint64_t version, unsigned depth,
                                        const struct hash *key_hash);

/* Writes the key's bytes and gives their number, at most STATE_PAGE_KEY_SIZE_MAX. */
size_t state_page_key_put(uint8_t bytes[STATE_PAGE_KEY_SIZE_MAX],
                          const struct state_page_key *key);

/* A depth above 63 or an unused nibble that is not zero: STATUS_MALFORMED. */
void state_page_key_get(struct cursor *in, struct state_page_key *key);

/* -- Pages -------------------------------------------------------------------------- */

enum state_child_kind {
	STATE_CHILD_NONE,
	STATE_CHILD_LEAF,
	STATE_CHILD_PAGE,
};

struct state_child {
	enum state_child_kind kind;
	struct hash hash; /* of the leaf, or the subtree; undefined for STATE_CHILD_NONE */
	union {
		struct hash key_hash; /* of a leaf */
		uint64_t version;     /* of a page */
	};
};

struct state_page {
	struct state_child children[STATE_PAGE_WIDTH];
};

/* Strict, for the page with this key. STATUS_SHORT, STATUS_TRAILING: not its size.
 * STATUS_MALFORMED: no child; a leaf that does not exist; the zero hash, which is an
 * empty subtree's; a version above the key's; a leaf that belongs elsewhere; a page below
 * the last nibble; a lone leaf in a page other than the root, which it would have bubbled
 * out of. A single page is a legal child: keys with a common beginning. */
MUST_CHECK enum status state_page_decode(struct state_page *page,
                                         const struct state_page_key *key,
                                         struct bytes_view bytes);

/* Bytes of a page: at most STATE_PAGE_SIZE_MAX. */
size_t state_page_size(const struct state_page *page);

/* Writes state_page_size bytes. */
void state_page_put(uint8_t *bytes, const struct state_page *page);

/* The key of the page that a child, of kind STATE_CHILD_PAGE, names: `index` is its place
 * among the children of the page with the key `parent`, whose depth is below 63. */
struct state_page_key state_page_child_key(const struct state_page_key *parent,
                                           unsigned index,
                                           const struct state_child *child);

/* The hash of the subtree whose root this page is. */
struct hash state_page_hash(const struct state_page *page);

/* -- The binary nodes of a page ----------------------------------------------------- */

/* Numbered as drawn above: node i has the children 2i and 2i + 1. [0] is unused. */
struct state_nodes {
	uint8_t kind[2 * STATE_PAGE_WIDTH];            /* enum state_child_kind */
	const struct hash *hash[2 * STATE_PAGE_WIDTH]; /* never NULL; zeros for nothing */
	const struct state_child *leaf[2 * STATE_PAGE_WIDTH]; /* where a leaf, else NULL */
};

/* Fills *nodes with pointers into `page` and `inner`. The hashes of nodes of kind
 * STATE_CHILD_PAGE above the set of children `changed` are computed into `inner`; those
 * of the other nodes must be there from the last time: STATE_PAGE_ALL where nothing is.
 */
void state_page_nodes(struct state_nodes *nodes, const struct state_page *page,
                      unsigned changed, struct hash inner[STATE_PAGE_WIDTH]);

#endif
