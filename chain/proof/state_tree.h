/* The state tree: an authenticated map from key hashes to value hashes, under one root
 * for each version. A binary sparse Merkle tree in which a lone leaf stands at the first
 * node that is its alone (the rule of Jellyfish Merkle trees); hashed as state_hash.h
 * says, kept in pages as state_page.h says.
 *
 *     before                          after writing d, version 8
 *
 *     page (7, root)                  page (8, root)      page (7, root) is stale
 *      |- leaf a                       |- leaf a
 *      |- page (5, path 3)             |- page (5, path 3)         untouched, shared
 *      '- page (2, path 9)             '- page (8, path 9)   page (2, path 9) is stale
 *          |- leaf b                       |- leaf b
 *          '- leaf c                       |- leaf c
 *                                          '- leaf d
 *
 * An update stores nothing: it gives the new pages and the keys of the stale ones to the
 * caller. So the root after a block that is not decided yet can be known, and thrown
 * away. Pages that an update made stale are needed by versions below its own alone. */
#ifndef CHAIN_PROOF_STATE_TREE_H
#define CHAIN_PROOF_STATE_TREE_H

#include "chain/base/memory.h"
#include "chain/proof/state_page.h"
#include "chain/proof/state_proof.h"

/* The tree of one version. {0} is the empty tree: its hash is zero. */
struct state_root {
	struct hash hash;
	uint64_t version; /* of the root page; 0 for the empty tree */
};

/* Where the pages are. */
struct state_reader {
	void *owner;

	/* The bytes of a page, borrowed until the next call. What it fails with is passed up
	 * as it is, but for STATUS_NOT_FOUND: only pages that must be there are asked for, so
	 * that becomes STATUS_CORRUPT, as do bytes that do not decode. */
	enum status (*read_page)(void *owner, const struct state_page_key *key,
	                         struct bytes_view *page);

	/* The value hash of a key that is in the tree that is proved about. Pages do not hold
	 * it. Asked for by state_tree_prove alone: otherwise it may be NULL. */
	enum status (*read_value_hash)(void *owner, const struct hash *key_hash,
	                               struct hash *value_hash);

	struct state_inner_cache *inner; /* may be NULL; used by state_tree_update alone */
};

/* -- Updating ----------------------------------------------------------------------- */

struct state_change {
	struct hash key_hash;
	struct hash value_hash; /* not looked at unless `present` */
	bool present;           /* false: the key is deleted */
};

struct state_new_page {
	const struct state_new_page *next;
	struct state_page_key key;
	struct bytes_view bytes;
};

struct state_stale_page {
	const struct state_stale_page *next;
	struct state_page_key key;
};

struct state_update {
	struct state_root root;             /* after it */
	const struct state_new_page *pages; /* parents before their children */
	size_t page_count;
	const struct state_stale_page *stale; /* live before, not any more */
	size_t stale_count;
};

/* Applies `count` changes, in any order; of several to one key the last counts. Changes
 * that change nothing rewrite no page, and if none does the root after is the root
 * before.
 *
 * `version` must be above that of `before`: the pages made have it. The pages and the
 * lists lie in `arena`; after a failure *update is undefined, and the arena may have
 * grown. STATUS_CORRUPT: a page that does not decode or is missing, or a version that is
 * not above. Pages are not hashed against their parents: what a changed page leads to is
 * a root that no other node has, and a scrub compares state_page_hash. */
MUST_CHECK enum status state_tree_update(struct state_update *update, struct arena *arena,
                                         const struct state_reader *reader,
                                         const struct state_root *before,
                                         const struct state_change *changes, size_t count,
                                         uint64_t version, struct why *why);

/* -- The inner hashes of the upper pages --------------------------------------------- */

/* A page stores the hashes of its children only. In a large tree the upper pages are
 * full, every block changes most of them, and to change one child means to compute
 * fifteen hashes, of which four are new. This keeps the fifteen of each page of the
 * uppermost STATE_INNER_DEPTHS depths: at most 36 MB, as the tree fills them. What is
 * kept is found by the hash of the page, so it is never wrong, whatever versions and
 * undecided blocks it sees. It belongs to one thread at a time. */
enum { STATE_INNER_DEPTHS = 5 };

/* NULL when memory is out. Later it goes without what it cannot allocate. */
MUST_CHECK struct state_inner_cache *state_inner_cache_new(void);
void state_inner_cache_free(struct state_inner_cache *cache);

/* -- Proving ------------------------------------------------------------------------ */

/* The proof of what the tree holds under a key hash: a value or nothing. Each page on the
 * way, and the value hash, is checked against the root first: STATUS_CORRUPT. */
MUST_CHECK enum status state_tree_prove(struct state_proof *proof,
                                        const struct state_reader *reader,
                                        const struct state_root *root,
                                        const struct hash *key_hash, struct why *why);

#endif
