/* cairnd audit: replays the ledger of a stopped node and says on one page whether it holds. */
#ifndef NODE_AUDIT_COMMAND_H
#define NODE_AUDIT_COMMAND_H

#include <stddef.h>

enum {
	NODE_EXIT_AUDIT_BAD = 7, /* as cairn's for a verification that failed */
	AUDIT_THREADS_MAX = 256, /* each has blocks of its own in memory */
};

struct audit_command {
	const char *data_dir;
	const char *scratch; /* an existing folder for what is replayed; NULL: the data directory */
	size_t thread_count; /* 0: one for each core */
};

/* The exit code: 0 everything holds, NODE_EXIT_AUDIT_BAD something does not, NODE_EXIT_REFUSED
 * it could not begin, NODE_EXIT_STORAGE our own disk or memory failed on the way. The page goes
 * to stdout, progress to stderr where that is a terminal. */
int node_audit(const struct audit_command *command);

#endif
