/* What consensus finds on the disk at a start. */
#ifndef NODE_SHELL_LOADING_H
#define NODE_SHELL_LOADING_H

#include "chain/store/view.h"
#include "node/drive/drive.h"

/* Where consensus begins: the epoch, with the place of `vote_key` in it, the newest block, and
 * the certificate that stands with it, for which `certificate` is room. */
MUST_CHECK enum status load_start(struct consensus_start *start,
                                  struct certificate *certificate, struct store_view *view,
                                  const struct network *network,
                                  const struct public_key *vote_key, struct why *why);

/* What was kept of views and blocks that are not final, into the drive, which was initialized
 * with the view's newest block. What is older than that is passed over. */
MUST_CHECK enum status load_kept(struct drive *drive, struct store_view *view,
                                 struct why *why);

#endif
