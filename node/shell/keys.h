/* The keys of a node, loaded: what it votes, cosigns and shakes hands with. */
#ifndef NODE_SHELL_KEYS_H
#define NODE_SHELL_KEYS_H

#include "chain/crypto/cosign_key.h"
#include "chain/ledger/genesis.h"
#include "node/shell/data_dir.h"

struct node_keys {
	struct signer *signer;
	struct key_pair vote;
	struct key_pair evidence; /* of the account that sends evidence: made of the vote key's
	                           * secret, so that each validator has one of its own and no
	                           * file more, and the vote key signs votes alone */
	struct secret_key cosign_seed;
	struct hash cosign_key;
	struct secret_key node;
	struct node_id node_id;
};

/* Make the three secret files in a new data directory, or load them. *keys is wiped and empty
 * on failure; wipe it with node_keys_close on every way out. */
MUST_CHECK enum status node_keys_create(struct node_keys *keys, const struct data_dir *dir,
                                        struct why *why);
MUST_CHECK enum status node_keys_load(struct node_keys *keys, const struct data_dir *dir,
                                      struct why *why);
void node_keys_close(struct node_keys *keys);

/* The node id of whoever lives in this folder. A node may be running there: it is only read. */
MUST_CHECK enum status node_keys_read_id(struct node_id *id, const char *data_dir,
                                         struct why *why);

/* 32 bytes of the kernel's generator. */
MUST_CHECK enum status random_hash_get(struct hash *bytes, struct why *why);

#endif
