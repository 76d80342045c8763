/* Blocks of the ledger for a peer who is behind. */
#ifndef NODE_SHELL_SERVING_H
#define NODE_SHELL_SERVING_H

#include "chain/store/view.h"
#include "node/drive/world.h"

/* Fills in the job's answer, which is empty and stays so if we do not have what was asked
 * for. */
MUST_CHECK enum status serve_read(struct read_job *job, struct store_view *view,
                                  struct why *why);

#endif
