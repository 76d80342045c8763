/* The wallet of a devnet: whoever has started one can write, and owns it, at once.
 *
 *     DIR/wallets/default.wallet     made once, with an empty passphrase: it opens silently
 *     DIR/node<i>/wallets            a link there, so that any node's folder finds it
 *
 * Whoever can read the file has the network, which is for trying out and holds nothing. */
#ifndef NODE_SHELL_DEVNET_WALLET_H
#define NODE_SHELL_DEVNET_WALLET_H

#include "chain/base/status.h"
#include "chain/crypto/address.h"

/* The address of its first account; the wallet and the folders above it are made where they are
 * missing. STATUS_STORAGE, STATUS_CORRUPT, STATUS_MEMORY and others as of keystore_load and
 * keystore_create. */
MUST_CHECK enum status devnet_wallet_open(char address[ADDRESS_TEXT_SIZE], const char *folder,
                                          struct why *why);

/* Shows it in a node's folder of the same folder, unless that has wallets of its own. */
MUST_CHECK enum status devnet_wallet_link(const char *node_folder, struct why *why);

#endif
