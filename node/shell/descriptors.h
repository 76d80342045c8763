/* File descriptors: what all parts of a node at their maximum take, and what is done with less.
 * Where they run out, files of the database cannot be opened, which stops the node; so peers, who
 * come from outside, get what is left. */
#ifndef NODE_SHELL_DESCRIPTORS_H
#define NODE_SHELL_DESCRIPTORS_H

#include "node/net/net.h"

enum {
	DESCRIPTORS_STORE = 256 + 64, /* RocksDB's tables, its logs, a backup's */
	DESCRIPTORS_SPARE = 64,       /* the log, the loop's own, files that are written */
	DESCRIPTORS_WANTED = DESCRIPTORS_STORE + RPC_CONNECTIONS_MAX + NET_DESCRIPTORS_MAX +
	                     DESCRIPTORS_SPARE,
};

/* Raises the limit to what is wanted, as far as the system lets it; gives what it is then. */
size_t descriptors_raise(void);

/* Places for those who call, with so many descriptors: at most `inbound_max`. */
size_t descriptors_inbound(size_t descriptors, size_t inbound_max);

#endif
