/* What an audit says to people: its line of progress and its page. */
#ifndef NODE_AUDIT_PAGE_H
#define NODE_AUDIT_PAGE_H

#include "node/audit/audit.h"

#include <stdio.h>

/* A line on a terminal that is written anew; nothing where `out` is none. Times are those of a
 * clock that only goes forward, ms. */
struct audit_progress {
	FILE *out; /* NULL: nothing is shown */
	uint64_t started_ms;
	uint64_t shown_ms;
	const char *what; /* of the line that is shown; compared by address */
	uint64_t first;   /* part when `what` began */
};

void audit_progress_show(struct audit_progress *progress, const char *what, uint64_t part,
                         uint64_t whole, uint64_t now_ms);
void audit_progress_clear(struct audit_progress *progress);

/* One page: what was checked, what was found, and the verdict in its last line. `path` is that
 * of the data directory. */
void audit_page(struct buffer *page, const struct audit_report *report, const char *path,
                double seconds);

#endif
