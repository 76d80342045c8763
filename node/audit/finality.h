/* Certificates along the chain. A block is certified by a FINAL certificate of its own, or by
 * that of a block above it in the same epoch; the latter has to come. */
#ifndef NODE_AUDIT_FINALITY_H
#define NODE_AUDIT_FINALITY_H

#include "node/audit/audit.h"

/* Blocks whose certificates are for blocks that did not come yet; different ones: each is at
 * most so far ahead, and a block has one. */
enum { AWAITED_MAX = SYNC_HEADERS_MAX };

struct awaited {
	struct hash block;
	uint64_t view;  /* of the certificate */
	uint64_t first; /* the lowest height that is certified through it */
};

struct finality {
	struct awaited awaited[AWAITED_MAX];
	size_t awaited_count;
	struct buffer last; /* the certificate that was looked at last */
};

void finality_init(struct finality *finality);
void finality_close(struct finality *finality);

/* The certificate of the next block, with its form and its place; job->epoch is set. True: its
 * signatures are to be checked. False: they were, with the block before, or job->is_bad. */
bool finality_take(struct finality *finality, struct audit_job *job);

/* The epoch is over, or, if `is_tip`, the chain is: what has not come yet will not come. */
void finality_end(struct finality *finality, bool is_tip, struct audit_report *report);

#endif
