/* cairnd devnet: a whole network on this machine, for trying out and for tests.
 *
 *     DIR/node0, DIR/node1, ...    the data directories; the followers are the last
 *     base + 10 i                  where node i listens for peers
 *     base + 10 i + 1              and for programs */
#ifndef NODE_SHELL_DEVNET_H
#define NODE_SHELL_DEVNET_H

#include "chain/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DEVNET_NODES_MAX = 128, DEVNET_BASE_PORT = 17470 };

struct devnet {
	const char *program;      /* cairnd, as it was called */
	const char *folder;       /* DIR */
	size_t validator_count;   /* 1.. */
	size_t follower_count;    /* both together at most DEVNET_NODES_MAX */
	uint16_t base_port;
	bool only_prepare;        /* make the folders and stop */
};

/* Makes what is not there yet, starts the nodes, says where they are, and stops them when it is
 * told to by SIGINT or SIGTERM. One that ends once all were ready is reported on stderr, and the
 * others go on; when none is left it ends. Gives the exit code; says on stderr what was wrong. */
int devnet_run(const struct devnet *devnet);

#endif
