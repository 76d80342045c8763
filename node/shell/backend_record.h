/* Records as JSON: from their place in the log.
 *
 *     {"position","author","txid","operation","height","time_ms","log_index",
 *      "key","key_b64","content_type","value_b64" or "file","version"}
 *
 * key is null where the record has none or it is no text; version, records under its key
 * before it, is null where it has none. */
#ifndef NODE_SHELL_BACKEND_RECORD_H
#define NODE_SHELL_BACKEND_RECORD_H

#include "node/shell/backend_read.h"

/* Neighbours in a stream often come from one transaction, whose names cost a hash over
 * all of its bytes and whose operations are found one after another, and from one block:
 * what was read last is kept. */
struct record_reader {
	struct query *query;
	struct hash stream;
	bool has_tx; /* what follows is of the transaction that was read last */
	uint64_t log_index;
	uint64_t height;
	uint64_t time_ms;           /* of its block */
	struct tx tx;               /* its views point into bytes */
	struct cursor operations;   /* those that were not read yet */
	uint32_t operation_count;   /* read */
	struct operation operation; /* the last of them */
	uint8_t bytes[TX_SIZE_MAX];
};

void record_reader_init(struct record_reader *reader, struct query *query,
                        const struct hash *stream);

/* A new object. `version` may be NULL: it is searched for. NULL: memory is out, or the
 * query has failed. */
MUST_CHECK json_t *record_read(struct record_reader *reader,
                               const struct store_record *record,
                               const uint64_t *version);

/* The same for a position, which must be there. */
MUST_CHECK json_t *record_read_at(struct record_reader *reader, uint64_t position,
                                  const uint64_t *version);

#endif
