/* How far events were read, in a file, so that the next run goes on there.
 *
 *     12.3                                     \n
 *
 * One line of always the same size, written over in place with one call: whoever kills
 * the program finds the old line or the new one. Nothing is synced, as that would cost a
 * disk write an event: after a power failure the file may name an earlier place, and what
 * came behind it is read again. */
#ifndef WALLET_CLI_CURSOR_FILE_H
#define WALLET_CLI_CURSOR_FILE_H

#include "rpc/api/topics.h"
#include "wallet-cli/failure.h"

struct cursor_file {
	const char *path; /* the caller's; NULL: there is none, and nothing is written */
	int descriptor;
};

/* Opens it, or makes an empty one. *has_place: it names a place, *place.
 *
 * EXIT_CODE_USAGE: what is there is no such file, and is left as it is; another program
 * has it open. Nothing is to be closed then. */
MUST_CHECK enum exit_code cursor_file_open(struct cursor_file *file,
                                           struct rpc_place *place, bool *has_place,
                                           const char *path, struct failure *failure);
void cursor_file_close(struct cursor_file *file);

MUST_CHECK enum exit_code cursor_file_write(struct cursor_file *file,
                                            struct rpc_place place,
                                            struct failure *failure);

#endif
