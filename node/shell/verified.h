/* Signatures that this process found valid, so that none costs its check twice: a transaction is
 * checked on its way into the pool, and costs a hash when a block brings it; a vote is checked
 * when it comes, and costs a hash in a certificate.
 *
 * One set for the process, of a fixed size: what is remembered later takes the place of something
 * earlier. Any thread. */
#ifndef NODE_SHELL_VERIFIED_H
#define NODE_SHELL_VERIFIED_H

#include "chain/base/bytes.h"

enum { VERIFIED_SLOTS = 1 << 18 }; /* 8 MiB: twice the transactions of a full pool */

/* As signature_is_valid. */
bool verified_check(const struct signature *signature, const struct hash *digest,
                    const struct public_key *key);

/* Was exactly this found valid, and is it remembered? */
bool verified_is_known(const struct signature *signature, const struct hash *digest,
                       const struct public_key *key);

/* It was found valid. */
void verified_remember(const struct signature *signature, const struct hash *digest,
                       const struct public_key *key);

#endif
