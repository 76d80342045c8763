/* A log: an append-only list of leaves under one Merkle root, as RFC 6962 section 2.1 and
 * RFC 9162 section 2.1 define it. The network's log, a block's transactions and each
 * stream's records are such logs.
 *
 *     size 7:                root                    height 3
 *                      ______/    \______
 *                     *                  o           2     * complete: never changes
 * again /   \              /   \               o at the right edge: changes
 *                 *       *          *       |       1       with the size, is not stored
 *                / \     / \        / \      |
 *               0   1   2   3      4   5     6       0
 *
 * The frontier of a size is the roots of its complete subtrees, one for each bit set in
 * the size (here heights 2, 1 and 0): all that appending and the root need.
 *
 * Proofs need the past as well. It is kept in tiles: the hash of the complete subtree of
 * 2^(LOG_TILE_BITS * level) leaves number i is slot i % LOG_TILE_WIDTH of tile
 * (level, i / LOG_TILE_WIDTH). The heights between two levels are computed again when
 * asked for. Only the last tile of a level is not full, and a full one never changes, so
 * every earlier size can be proved from the tiles of today.
 *
 * Storage is handed in as a struct of functions; nothing here knows where tiles lie. */
#ifndef CHAIN_PROOF_LOG_H
#define CHAIN_PROOF_LOG_H

#include "chain/base/bytes.h"
#include "chain/base/limits.h"
#include "chain/base/memory.h"
#include "chain/base/status.h"
#include "chain/codec/cursor.h"
#include "chain/codec/writer.h"
#include "chain/crypto/hash.h"

/* Leaves of a log that can be kept: the index of a tile then fits the 56 bits of its key.
 * At a million leaves a second it is reached after 146,000 years. */
#define LOG_SIZE_MAX (UINT64_C(1) << 62)

/* -- Hashes: RFC 6962 section 2.1 --------------------------------------------------- */

/* SHA-256(0x00 || data). */
struct hash log_leaf_hash(struct bytes_view data);

/* The same, begun: update it with the data, piece by piece, and finish it. */
struct hasher log_leaf_hasher(void);

/* SHA-256(0x01 || left || right). */
struct hash log_node_hash(const struct hash *left, const struct hash *right);

/* The root of a log without leaves: SHA-256 of nothing. */
struct hash log_empty_root(void);

/* -- The frontier ------------------------------------------------------------------- */

struct log_frontier {
	uint64_t size;         /* leaves */
	struct hash peaks[64]; /* [i]: the root of the complete subtree of 2^i leaves where
	                        * bit i of size is set; elsewhere undefined. {0} is the
	                        * frontier of an empty log */
};

void log_frontier_append(struct log_frontier *frontier, const struct hash *leaf_hash);
struct hash log_frontier_root(const struct log_frontier *frontier);

/* Canonical bytes: the size as u64, then the peaks that exist, highest first; 8 to
 * LOG_FRONTIER_BYTES_MAX bytes. The decoder refuses a size from LOG_SIZE_MAX on with
 * STATUS_TOO_LARGE, and leaves peaks that do not exist zero. */
enum { LOG_FRONTIER_BYTES_MAX = 8 + 62 * HASH_SIZE };

size_t log_frontier_encoded_size(const struct log_frontier *frontier);
void log_frontier_put(struct writer *out, const struct log_frontier *frontier);
void log_frontier_get(struct cursor *in, struct log_frontier *frontier);
MUST_CHECK enum status log_frontier_decode(struct log_frontier *frontier,
                                           struct bytes_view bytes);

/* -- Tiles -------------------------------------------------------------------------- */

/* A tile's key in a database: the level in one byte, the index in seven, big-endian. */
enum { LOG_TILE_KEY_SIZE = 8 };

void log_tile_key(uint8_t key[LOG_TILE_KEY_SIZE], unsigned level, uint64_t index);

/* A tile's row: the hashes it has, one after the other. STATUS_MALFORMED: not 1 to
 * LOG_TILE_WIDTH whole hashes. */
MUST_CHECK enum status log_tile_decode(struct hash hashes[LOG_TILE_WIDTH], size_t *count,
                                       struct bytes_view row);

/* Where the tiles are. `read_tile` writes the hashes that the tile holds now, at most
 * LOG_TILE_WIDTH, and how many. What it fails with is passed up as it is, but for
 * STATUS_NOT_FOUND: only tiles that must be there are asked for, so that becomes
 * STATUS_CORRUPT, as do fewer hashes than the size promises. */
struct log_reader {
	void *owner;
	enum status (*read_tile)(void *owner, unsigned level, uint64_t index,
	                         struct hash hashes[LOG_TILE_WIDTH], size_t *count);
};

/* -- Appending ---------------------------------------------------------------------- */

/* A tile that an appender changed or made: to be stored whole in the place of the old. */
struct log_tile {
	const struct log_tile *next; /* changed before this one */
	struct hash *hashes;         /* `count` of them, in the arena */
	uint64_t index;
	unsigned level;
	unsigned count;    /* 1..LOG_TILE_WIDTH */
	unsigned capacity; /* hashes that fit; grows, so that a short log stays small */
	bool changed;      /* it is in the list */
};

struct log_appender {
	uint64_t size;                /* leaves */
	const struct log_tile *tiles; /* changed so far, the newest first */
	size_t tile_count;
	struct arena *arena;                    /* the caller's */
	const struct log_reader *reader;        /* the caller's */
	struct log_edge *edges[LOG_LEVELS_MAX]; /* in the arena; NULL: not yet needed */
};

/* Appends to a log of `size` leaves, without storing anything. Reads the last tile of
 * each level that has a partial one and computes the frontier from it. `arena` and
 * `reader` must stay for as long as the appender is used; everything it takes dies with
 * the arena, there is nothing to close. A log of a few leaves takes under 1 KiB. */
MUST_CHECK enum status log_appender_start(struct log_appender *appender,
                                          struct arena *arena,
                                          const struct log_reader *reader, uint64_t size,
                                          struct why *why);

/* The same from a frontier that the caller trusts: hashes nothing, and reads a tile only
 * when it is about to change. */
MUST_CHECK enum status log_appender_resume(struct log_appender *appender,
                                           struct arena *arena,
                                           const struct log_reader *reader,
                                           const struct log_frontier *frontier,
                                           struct why *why);

/* One node hash on average, and memory for a tile now and then. After a failure the
 * appender must not be used again. */
MUST_CHECK enum status log_appender_append(struct log_appender *appender,
                                           const struct hash *leaf_hash, struct why *why);

struct hash log_appender_root(const struct log_appender *appender);
void log_appender_frontier(struct log_frontier *frontier,
                           const struct log_appender *appender);

/* -- Making proofs ------------------------------------------------------------------ */

struct log_path {
	size_t count;
	struct hash hashes[LOG_PATH_MAX];
};

/* Each of these reads at most two tiles of each level, for any size that the log has now
 * or had before. More than the tiles hold is STATUS_CORRUPT: the caller compares `size`
 * with the log's first. */

MUST_CHECK enum status log_root_at(struct hash *root, const struct log_reader *reader,
                                   uint64_t size, struct why *why);

/* PATH(index, D[size]) of RFC 6962 section 2.1.1. STATUS_NOT_FOUND: index >= size. */
MUST_CHECK enum status log_prove_inclusion(struct log_path *path,
                                           const struct log_reader *reader,
                                           uint64_t index, uint64_t size,
                                           struct why *why);

/* PROOF(size1, D[size2]) of RFC 6962 section 2.1.2; without hashes when they are equal.
 * STATUS_NOT_FOUND: size1 is 0 or above size2. */
MUST_CHECK enum status log_prove_consistency(struct log_path *path,
                                             const struct log_reader *reader,
                                             uint64_t size1, uint64_t size2,
                                             struct why *why);

/* The hashes that prove that leaves from..from + count - 1 are those of the log of `size`
 * leaves, all of them and in order: of the largest subtrees that have none of them, from
 * left to right. Reads up to four tiles of each level. STATUS_NOT_FOUND: no leaf, or not
 * so many. */
struct log_range {
	size_t count;
	struct hash hashes[LOG_RANGE_MAX];
};

MUST_CHECK enum status log_prove_range(struct log_range *range,
                                       const struct log_reader *reader, uint64_t from,
                                       uint64_t count, uint64_t size, struct why *why);

/* -- Checking proofs: all arguments may come from anybody ---------------------------- */

/* Is `leaf_hash` leaf `index` of the log of `size` leaves with this root? RFC 9162
 * section 2.1.3.2. `hashes` may be NULL when `count` is 0. */
bool log_inclusion_is_valid(const struct hash *root, uint64_t size,
                            const struct hash *leaf_hash, uint64_t index,
                            const struct hash *hashes, size_t count);

/* Does the second log begin with the first? RFC 9162 section 2.1.4.2; false for a size1
 * of 0, about which nothing can be proved. `hashes` may be NULL when `count` is 0. */
bool log_consistency_is_valid(const struct hash *root1, uint64_t size1,
                              const struct hash *root2, uint64_t size2,
                              const struct hash *hashes, size_t count);

/* Are these `leaf_count` hashes leaves from.. of the log of `size` leaves with this root?
 * False when there are none. `hashes` may be NULL when `count` is 0. Costs a hash for each
 * leaf and each of `hashes`. */
bool log_range_is_valid(const struct hash *root, uint64_t size, uint64_t from,
                        const struct hash *leaf_hashes, size_t leaf_count,
                        const struct hash *hashes, size_t count);

#endif
