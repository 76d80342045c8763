/* Reading a tile that must be there: for the files of the log alone. */
#ifndef CHAIN_PROOF_LOG_READ_H
#define CHAIN_PROOF_LOG_READ_H

#include "chain/proof/log.h"

/* At least the first `count_min` hashes of a tile; STATUS_CORRUPT when it is not there or
 * has fewer, else what the reader fails with. */
MUST_CHECK enum status log_read_tile(const struct log_reader *reader, unsigned level,
                                     uint64_t index, size_t count_min,
                                     struct hash hashes[LOG_TILE_WIDTH], struct why *why);

#endif
