/* The folder of a store, looked at from outside: nothing here changes it. */
#ifndef CHAIN_STORE_FOLDER_H
#define CHAIN_STORE_FOLDER_H

#include "chain/base/status.h"

enum { PATH_SIZE_MAX = 4096 };

/* STATUS_NOT_FOUND, with a sentence: no folder, or no database in it. */
MUST_CHECK enum status folder_has_database(const char *path, struct why *why);

/* STATUS_BUSY: another process has the database open for writing. Not for a folder
 * that this process has open: POSIX gives up a process's locks on a file when it
 * closes any descriptor of it (fcntl(2)), and so would this. */
MUST_CHECK enum status folder_is_unlocked(const char *path, struct why *why);

/* STATUS_EXISTS unless there is nothing at `path`, or an empty folder. */
MUST_CHECK enum status folder_is_free(const char *path, struct why *why);

/* A name that was made or changed is on the disk when the folder that holds it is. */
MUST_CHECK enum status folder_sync_parent(const char *path, struct why *why);

/* "<what> <path>: <what errno says>". Gives STATUS_STORAGE back. */
enum status folder_refused(struct why *why, const char *what, const char *path);

#endif
