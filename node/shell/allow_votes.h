/* `cairnd allow-votes`: a person says what a vote key may sign after the sign state was lost. */
#ifndef NODE_SHELL_ALLOW_VOTES_H
#define NODE_SHELL_ALLOW_VOTES_H

#include "chain/base/status.h"

#include <stdint.h>

/* In a stopped node's data directory: nothing is signed up to this view of this epoch, nor in an
 * earlier epoch, and whatever comes later is free. The sign state is written anew.
 * STATUS_EXISTS: another process has the directory; STATUS_STORAGE, STATUS_CORRUPT and the
 * others of store_open. */
MUST_CHECK enum status allow_votes(const char *data_dir, uint64_t epoch, uint64_t view,
                                   struct why *why);

#endif
