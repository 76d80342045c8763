/* Have the nodes of a devnet found each other? They are asked themselves, over their sockets. */
#ifndef NODE_SHELL_DEVNET_MEET_H
#define NODE_SHELL_DEVNET_MEET_H

#include "chain/base/status.h"
#include "node/shell/keys.h"

#include <stdbool.h>
#include <stddef.h>

struct devnet_member {
	const char *folder; /* its data directory; borrowed */
	char node_id[2 * COMPRESSED_KEY_SIZE + 1];
	bool is_validator;  /* of the next block, as it says itself */
};

/* Reads who it is; the node need not run. */
MUST_CHECK enum status devnet_member_init(struct devnet_member *member, const char *folder,
                                          struct why *why);

/* Does its server answer, so that its ledger is open? Then it has said what it is. */
bool devnet_member_answers(struct devnet_member *member);

/* Another that this one should be connected with and is not; `count`: there is none. A validator
 * should be connected with every other, any other node with one at least. All of them have
 * answered. */
size_t devnet_member_lacks(const struct devnet_member *members, size_t count, size_t index);

#endif
