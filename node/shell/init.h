/* cairnd init: a new network of one validator, with its keys, in a new data directory. */
#ifndef NODE_SHELL_INIT_H
#define NODE_SHELL_INIT_H

#include "chain/base/status.h"

struct hash;

/* `account`, an address, is the validator's and the root group: who has its key admits others
 * and sets parameters. NULL: the account whose key is the vote key.
 *
 * On failure nothing is left behind but what was there before. *genesis names the network. */
MUST_CHECK enum status node_init(const char *data_dir, const char *network_name,
                                 const char *account, struct hash *genesis,
                                 struct why *why);

#endif
