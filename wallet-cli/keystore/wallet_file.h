/* Wallets as files of one folder, <name>.wallet each, replaced whole or not at all.
 *
 *     write <name>.wallet.new (0600) -- fsync -- rename over <name>.wallet -- fsync
 * folder
 *
 * A crash or a full disk at any point leaves the old file as it was; a <name>.wallet.new
 * that is left behind is overwritten by the next write. The folder itself is the lock
 * between programs that write at the same time. */
#ifndef WALLET_CLI_KEYSTORE_WALLET_FILE_H
#define WALLET_CLI_KEYSTORE_WALLET_FILE_H

#include "chain/base/bytes.h"
#include "chain/base/limits.h"
#include "chain/base/status.h"

enum { WALLET_PATH_SIZE = 4096 }; /* Linux's PATH_MAX, with the NUL */

/* "<folder>/<name>.wallet". STATUS_MALFORMED: no name for a wallet. STATUS_TOO_LARGE: the
 * path is too long. */
MUST_CHECK enum status wallet_file_path(char path[WALLET_PATH_SIZE], const char *folder,
                                        const char *name, struct why *why);

/* The whole file. `bytes` has room for KEYSTORE_SIZE_MAX.
 *
 * STATUS_NOT_FOUND  there is no such wallet
 * STATUS_TOO_LARGE  no wallet is so large
 * STATUS_STORAGE    it cannot be read; or anybody but its owner may read or write it, and
 *                   `why` says how to change that; or it is no ordinary file
 * and as wallet_file_path */
MUST_CHECK enum status wallet_file_read(uint8_t *bytes, size_t *size, const char *folder,
                                        const char *name, struct why *why);

/* A new file; the last part of the folder's path is made, with mode 0700, if it is
 * missing. STATUS_STORAGE: there is one with this name, which is never overwritten, or
 * the disk refused. */
MUST_CHECK enum status wallet_file_create(const char *folder, const char *name,
                                          struct bytes_view bytes, struct why *why);

/* Instead of a file whose SHA-256 is `old`. STATUS_BUSY: it no longer is, because another
 * program changed it meanwhile. STATUS_STORAGE and the errors of wallet_file_read; the
 * old file is untouched then, unless only the last fsync failed, of which `why` tells. */
MUST_CHECK enum status wallet_file_replace(const char *folder, const char *name,
                                           const struct hash *old,
                                           struct bytes_view bytes, struct why *why);

struct wallet_names {
	char (*names)[WALLET_NAME_SIZE_MAX + 1]; /* sorted; wallet_names_close frees them */
	size_t count;                            /* at most WALLETS_MAX */
};

/* Every wallet of the folder; none if there is no folder. STATUS_TOO_LARGE: more than
 * WALLETS_MAX. STATUS_STORAGE, STATUS_MEMORY. On failure *names is empty. */
MUST_CHECK enum status wallet_file_list(struct wallet_names *names, const char *folder,
                                        struct why *why);

void wallet_names_close(struct wallet_names *names);

#endif
