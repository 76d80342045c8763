/* Signals as events of a loop. No handler runs anywhere: they are blocked in all threads from the
 * beginning to the end and read from a descriptor (signalfd(2)), so one that comes while the node
 * starts, or while a thread is in whatever place, waits in the kernel until the loop has time for
 * it. A handler would run at once, and what makes it wait by itself, as the sanitizer for threads
 * does, may forget it: of 300 programs that were sent SIGTERM as they let it in, 12 did not hear. */
#ifndef NODE_SHELL_SIGNALS_H
#define NODE_SHELL_SIGNALS_H

#include "chain/base/status.h"

#include <uv.h>

struct signals {
	uv_poll_t poll;
	int file; /* -1: none */
	void *owner;
	void (*on_signal)(void *owner, int number); /* SIGTERM, SIGINT or SIGHUP */
};

/* Before any other thread is started: they inherit it. From now on writing to who has gone is an
 * error of the write, and not the end of the process, which SIGPIPE is otherwise: libuv writes
 * without MSG_NOSIGNAL. */
void signals_block(struct signals *signals);

/* on_signal and the owner are set. The handle is closed with the loop's others. */
MUST_CHECK enum status signals_open(struct signals *signals, uv_loop_t *loop, struct why *why);

/* When the loop has let go of the handle. */
void signals_close(struct signals *signals);

#endif
