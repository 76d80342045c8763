/* Blocks out of the store, as jobs for the crew. */
#ifndef NODE_AUDIT_READING_H
#define NODE_AUDIT_READING_H

#include "node/audit/job.h"

/* The block of this height, whose entries are to begin at *log_index, which moves on. The job
 * is bad if it cannot be read, or if the log has something else where it belongs. */
void audit_read_block(struct audit_job *job, struct store_view *view, uint64_t height,
                      uint64_t *log_index);

#endif
