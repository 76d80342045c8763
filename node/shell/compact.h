/* cairnd compact: prune what may be pruned and rewrite the database's files into their final
 * form, on a stopped node. */
#ifndef NODE_SHELL_COMPACT_H
#define NODE_SHELL_COMPACT_H

#include "node/shell/config.h"

/* The exit code; says on stdout what was won, on stderr why not. */
int node_compact(const struct config *config, const char *data_dir);

#endif
