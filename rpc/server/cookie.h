/* The cookie: a secret made new at every start, in a file that only the node's own user
 * can read. Who shows it is trusted like that user. One line, "cairn:<64 hex>", sent as
 * HTTP Basic (RFC 7617). */
#ifndef RPC_SERVER_COOKIE_H
#define RPC_SERVER_COOKIE_H

#include "chain/base/bytes.h"
#include "chain/base/status.h"

enum { COOKIE_TEXT_SIZE = 6 + 64 }; /* "cairn:" and 32 bytes in hex */

struct cookie {
	char text[COOKIE_TEXT_SIZE + 1]; /* a secret; with a NUL; empty: nobody has it */
};

/* A new secret, written to `path` with mode 0600 in place of what was there; nobody ever
 * sees half of it. NULL for `path`: no file and no secret, nobody can show it.
 * STATUS_STORAGE; STATUS_CRYPTO when the system gives no randomness. */
MUST_CHECK enum status cookie_init(struct cookie *cookie, const char *path,
                                   struct why *why);

/* Removes the file, wipes the secret. */
void cookie_close(struct cookie *cookie, const char *path);

/* Is this the value of an Authorization line that shows the secret? Takes the same time
 * for every wrong one of its size. */
bool cookie_is_shown(const struct cookie *cookie, struct bytes_view authorization);

#endif
