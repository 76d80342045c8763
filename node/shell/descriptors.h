/* File descriptors: what all parts of a node at their maximum take, and what is done with less.
 * Where they run out, files of the database cannot be opened, which stops the node; so who comes
 * from outside gets what is left: programs first lose places, then peers that call. */
#ifndef NODE_SHELL_DESCRIPTORS_H
#define NODE_SHELL_DESCRIPTORS_H

#include "node/net/net.h"

enum {
	DESCRIPTORS_STORE = 256 + 64, /* RocksDB's tables, its logs, a backup's */
	DESCRIPTORS_SPARE = 64,       /* the log, the loop's own, files that are written, and those
	                               * that no client is given: ACCEPTOR_RESERVE */
	DESCRIPTORS_RPC_LEAST = 64,   /* clients of the node itself */
	DESCRIPTORS_WANTED = DESCRIPTORS_STORE + RPC_CONNECTIONS_MAX + NET_DESCRIPTORS_MAX +
	                     DESCRIPTORS_SPARE,
	/* Without those who call: validators, and whom the node dials, all have a place. */
	DESCRIPTORS_LEAST = DESCRIPTORS_WANTED - (RPC_CONNECTIONS_MAX - DESCRIPTORS_RPC_LEAST) -
	                    SLOTS_INBOUND_MAX,
};

/* Raises the limit to what is wanted, as far as the system lets it; gives what it is then. */
size_t descriptors_raise(void);

/* Who comes from outside. */
struct descriptors_share {
	size_t rpc_connections; /* DESCRIPTORS_RPC_LEAST to RPC_CONNECTIONS_MAX */
	size_t inbound;         /* places for peers that call */
};

/* With so many descriptors, and at most `inbound_max` peers that call. False: there are fewer than
 * DESCRIPTORS_LEAST, and no node should run. */
MUST_CHECK bool descriptors_divide(struct descriptors_share *share, size_t descriptors,
                                   size_t inbound_max);

#endif
