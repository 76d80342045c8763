/* What the wallets of a folder remember about networks, in networks.json beside them:
 *
 *     {"nodes": {"<address of the node>": {"genesis": "<hex>", "network": "<name>"}},
 *      "keys":  {"<genesis>": {"<account id>": "<current key>"}}}
 *
 * The first is a guard: a signature is made for the network that a node says it serves,
 * and a node that suddenly serves another one shall not get a signature before its owner
 * was asked. The second lets an account whose key was changed sign without a node. A lost
 * file costs nothing but these two comforts. */
#ifndef WALLET_CLI_NETWORKS_H
#define WALLET_CLI_NETWORKS_H

#include "chain/base/bytes.h"
#include "wallet-cli/failure.h"

#include <jansson.h>

struct networks {
	json_t *root;
	char path[4096];
	bool is_changed;
};

/* An absent file is an empty memory. EXIT_CODE_FAILURE: it is there and cannot be
 * understood. */
MUST_CHECK enum exit_code networks_load(struct networks *networks, const char *folder,
                                        struct failure *failure);
void networks_close(struct networks *networks);

/* Writes what has changed, whole or not at all. */
MUST_CHECK enum exit_code networks_save(struct networks *networks,
                                        struct failure *failure);

/* The genesis that the node of this address served when it was last asked; false: it was
 * never asked. `name` is borrowed, "" where it has none. */
bool networks_node(const struct networks *networks, const char *node,
                   struct hash *genesis, const char **name);
void networks_set_node(struct networks *networks, const char *node,
                       const struct hash *genesis, const char *name);

/* The key that controls an account, if it is no longer its first one. */
bool networks_key(const struct networks *networks, const struct hash *genesis,
                  const struct hash *account, struct public_key *key);
void networks_set_key(struct networks *networks, const struct hash *genesis,
                      const struct hash *account, const struct public_key *key);

#endif
