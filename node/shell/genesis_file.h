/* A network's canonical genesis from a file for people: JSON whose "genesis_b64" it is, as
 * `cairn chain genesis -o` writes it, and as it stands in every data directory. */
#ifndef NODE_SHELL_GENESIS_FILE_H
#define NODE_SHELL_GENESIS_FILE_H

#include "chain/base/buffer.h"

/* `genesis` is initialized here, to be closed by the caller in any case; the bytes are not
 * looked at. STATUS_NOT_FOUND, STATUS_MALFORMED, STATUS_TOO_LARGE, STATUS_STORAGE,
 * STATUS_MEMORY. */
MUST_CHECK enum status genesis_file_read(struct buffer *genesis, const char *path,
                                         struct why *why);

#endif
