/* The pool as the relay sees it, and what became of transactions as the relay is told it. Pure:
 * the node and the simulator run the same. */
#ifndef NODE_SHELL_RELAY_POOL_H
#define NODE_SHELL_RELAY_POOL_H

#include "node/drive/drive.h"
#include "node/p2p/relay.h"

/* Of struct relay_world: find and list_old, of this pool. */
bool relay_pool_find(const struct pool *pool, const struct hash *id, struct bytes_view *tx,
                     bool *is_waiting);
size_t relay_pool_list_old(const struct pool *pool, uint64_t now_ms,
                           struct inv_entry *entries);

/* drive_submit has decided on these, of a peer and its serial, or of WORLD_SELF: what is new in
 * the pool is told to others, and the peer is judged. True: some of them are new. */
bool relay_pool_submitted(struct relay *relay, const struct submission *submissions,
                          size_t count, uint16_t from, uint64_t serial, uint64_t now_ms);

#endif
