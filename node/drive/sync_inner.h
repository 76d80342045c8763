/* What the files of sync share; nobody else includes it. */
#ifndef NODE_DRIVE_SYNC_INNER_H
#define NODE_DRIVE_SYNC_INNER_H

#include "node/drive/sync.h"

/* The peer did not deliver in time, or wrongly: he is asked for none of it any more, and after the
 * others for a while. */
void sync_fail_peer(struct sync *sync, uint16_t peer, uint64_t now_ms);
/* Nobody is asked for the portion any more. */
void sync_want_again(struct sync *sync, struct sync_portion *portion);
void sync_idle_headers(struct sync *sync);
/* It holds all up; NULL: nothing is missing. */
struct sync_portion *sync_lowest_missing(struct sync *sync);

#endif
