/* Whole files: read with a maximum, written so that after a crash there is the old one or
 * the new one and nothing between. For the small files of a node: keys, configuration,
 * genesis, marks. Every call blocks on the disk. */
#ifndef NODE_SHELL_FILE_H
#define NODE_SHELL_FILE_H

#include "chain/base/buffer.h"

#include <sys/types.h>

/* Append all of a regular file to `out`, whose maximum bounds it.
 * STATUS_NOT_FOUND, STATUS_TOO_LARGE, STATUS_MEMORY, STATUS_STORAGE. */
MUST_CHECK enum status file_read(struct buffer *out, const char *path, struct why *why);

/* Make the file hold these bytes, whether or not there was one. Written beside it as
 * <path>.new, synced, renamed, and the folder synced.
 * STATUS_STORAGE: the old file, if any, is as it was, unless it was the last step, the
 * sync of the folder, that failed. */
MUST_CHECK enum status file_write(const char *path, struct bytes_view bytes, mode_t mode,
                                  struct why *why);

/* The same for a file that must not be there yet. STATUS_EXISTS: it is, untouched. */
MUST_CHECK enum status file_create(const char *path, struct bytes_view bytes, mode_t mode,
                                   struct why *why);

/* Write all bytes at an offset of an open file, however many calls it takes. -1 and errno
 * as of pwrite(2). */
MUST_CHECK int file_write_at(int file, struct bytes_view bytes, off_t offset);

/* Fill `size` bytes from an offset. The number read, less than `size` at the end of the
 * file, or -1 and errno as of pread(2). */
MUST_CHECK ssize_t file_read_at(int file, uint8_t *bytes, size_t size, off_t offset);

/* Sync the folder that holds `path`, so that its entry there outlives a power cut. */
MUST_CHECK enum status file_sync_folder_of(const char *path, struct why *why);

#endif
