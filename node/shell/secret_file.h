/* The secret keys of a node, each in a file of its own, 0600:
 *
 *     cairn secret vote 1          what it is: a vote key, format 1
 *     <64 lower-case hex digits>
 *
 * A node reads them at its start; nobody types them, and they never leave the machine by
 * themselves. The first line is there so that a key can never be loaded for the purpose
 * of another: one key, one kind of signature. */
#ifndef NODE_SHELL_SECRET_FILE_H
#define NODE_SHELL_SECRET_FILE_H

#include "chain/crypto/keys.h"

#define SECRET_PURPOSES(X)                                               \
	X(SECRET_VOTE, "vote")     /* BIP-340: votes and proposals */        \
	X(SECRET_COSIGN, "cosign") /* seed of an Ed25519 key: checkpoints */ \
	X(SECRET_NODE, "node")     /* the handshake with peers */

enum secret_purpose {
#define SECRET_ENUM(name, text) name,
	SECRET_PURPOSES(SECRET_ENUM)
#undef SECRET_ENUM
};

/* Make 32 bytes from the kernel's generator, store them, synced, in a file that must not
 * be there yet, and hand them out. STATUS_EXISTS: it is there, untouched. STATUS_STORAGE.
 * On failure *secret is zeros. */
MUST_CHECK enum status secret_file_create(struct secret_key *secret, const char *path,
                                          enum secret_purpose purpose, struct why *why);

/* STATUS_NOT_FOUND; STATUS_PERMISSION: it belongs to somebody else, or others may read or
 * write it, or it is a link; STATUS_FOREIGN: a key for another purpose or of a later
 * format; STATUS_MALFORMED; STATUS_STORAGE. On failure *secret is zeros. */
MUST_CHECK enum status secret_file_load(struct secret_key *secret, const char *path,
                                        enum secret_purpose purpose, struct why *why);

#endif
