/* The folder that holds everything of one node, and the lock that keeps a second node
 * out.
 *
 *     <data dir>/            0700
 *       cairn.version        "cairn data 1": this is ours, and so it is laid out
 *       lock                 flock(2)ed while a node runs; holds its process id
 *       ...                  whatever the rest of the node keeps
 *
 * A folder that does not carry the mark is never written to, unless it is empty. */
#ifndef NODE_SHELL_DATA_DIR_H
#define NODE_SHELL_DATA_DIR_H

#include "chain/base/status.h"

enum {
	DATA_DIR_PATH_SIZE = 2048,                 /* of the folder, with the NUL */
	DATA_PATH_SIZE = DATA_DIR_PATH_SIZE + 256, /* of a file in it: NAME_MAX is 255 */
};

#define DATA_DIR_MARK "cairn.version"
#define DATA_DIR_LOCK "lock"

#define NETWORK_NAME_DEFAULT "cairn" /* of a network and a node that nobody named */

struct data_dir {
	char path[DATA_DIR_PATH_SIZE];
	int lock_file;
};

/* Make the folder (and those above it), or take an empty one, give it the mark, and lock
 * it. STATUS_EXISTS: a node lives there already. STATUS_FOREIGN: it holds other things;
 * nothing was touched. STATUS_BUSY: locked by a running node. STATUS_STORAGE. What `why`
 * then says is one sentence with what to do. */
MUST_CHECK enum status data_dir_create(struct data_dir *dir, const char *path,
                                       struct why *why);

/* Lock a folder that has the mark. STATUS_NOT_FOUND, STATUS_FOREIGN (no mark, or one of a
 * later program), STATUS_BUSY, STATUS_STORAGE: as above. */
MUST_CHECK enum status data_dir_open(struct data_dir *dir, const char *path,
                                     struct why *why);

/* Lets the next one in. */
void data_dir_close(struct data_dir *dir);

/* The path of `name` in the folder. */
void data_dir_path(char path[DATA_PATH_SIZE], const struct data_dir *dir,
                   const char *name);

/* Where a person's node of this network lives unless told otherwise: in
 * $XDG_DATA_HOME/cairn/<network>, or else ~/.local/share/cairn/<network> (XDG Base
 * Directory Specification 0.8). STATUS_NOT_FOUND: neither that nor HOME is set. */
MUST_CHECK enum status data_dir_default(char path[DATA_DIR_PATH_SIZE],
                                        const char *network, struct why *why);

#endif
