/* Reading a page that must be there, and the cache of inner hashes from inside: for the
 * files of the state tree alone. */
#ifndef CHAIN_PROOF_STATE_READ_H
#define CHAIN_PROOF_STATE_READ_H

#include "chain/proof/state_tree.h"

/* STATUS_CORRUPT when it is not there or does not decode, else what the reader fails
 * with. */
MUST_CHECK enum status state_read_page(const struct state_reader *reader,
                                       const struct state_page_key *key,
                                       struct state_page *page, struct why *why);

/* The hashes kept for the page at `depth` on the path of a key hash, [1] being the page's
 * own, whichever version of it they are of; NULL where none are kept. The cache's. */
struct hash *state_inner_cache_at(struct state_inner_cache *cache, unsigned depth,
                                  const struct hash *key_hash);

#endif
