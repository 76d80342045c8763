/* What the parts of catching up know of each other. */
#ifndef NODE_P2P_SYNC_INNER_H
#define NODE_P2P_SYNC_INNER_H

#include "node/p2p/sync.h"

/* Of a height above applied, up to verified. */
struct sync_block *sync_block_at(struct sync *sync, uint64_t height);

/* NULL: not here. */
struct sync_peer *sync_find_peer(struct sync *sync, uint32_t peer);

/* It loses its role, and its questions are open for others. */
void sync_drop(struct sync *sync, struct sync_peer *peer);

/* Whoever was asked for headers is left alone for a while. */
void sync_headers_failed(struct sync *sync, uint64_t now_ms);

/* The height behind the last body that may be asked for. */
uint64_t sync_window_end(struct sync *sync);

/* The lowest of the window that is not here; `end` if all are. */
uint64_t sync_first_missing(struct sync *sync, uint64_t end);

#endif
