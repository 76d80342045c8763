/* A socket that listens, on a loop of libuv. Clients are taken by hand and not by uv_listen: libuv
 * 1.44 that finds no descriptor for a client, and has given up the one that it keeps for that,
 * asks again for ever and never comes back to its loop.
 *
 * Whoever connects takes descriptors away from the files of the database, which cannot do without:
 * the last ACCEPTOR_RESERVE below the limit of the process are never a client's. As the kernel
 * gives out the lowest number that is free, a client whose number is among them is one for whom
 * there is nothing left: it is closed at once. */
#ifndef RPC_SERVER_ACCEPTOR_H
#define RPC_SERVER_ACCEPTOR_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <uv.h>

enum {
	ACCEPTOR_RESERVE = 32,   /* descriptors: what a flush and a compaction of the database open */
	ACCEPTOR_TURN_MAX = 32,  /* clients taken before the loop looks after others */
	ACCEPTOR_PAUSE_MS = 100, /* until the next try where there is no descriptor at all */
};

struct acceptor {
	uv_poll_t poll;
	uv_timer_t pause;
	int socket;             /* owned, once open */
	unsigned handles_open;  /* of these two */
	bool is_closing;
	uint64_t shed_count;    /* clients for whom there was no descriptor */

	void *owner;
	/* A client, whose socket is the owner's now. */
	void (*on_client)(void *owner, int socket, const struct sockaddr_storage *from);
	/* One had to be closed; shed_count counts it. May be NULL. */
	void (*on_shed)(void *owner);
	/* After acceptor_close, when the loop has let go of it. May be NULL. */
	void (*on_closed)(void *owner);
};

/* Takes clients of a bound socket that listens; the functions are set. 0, or an error of libuv: the
 * socket is closed, and what remains goes by acceptor_close. */
int acceptor_open(struct acceptor *acceptor, uv_loop_t *loop, int listening);

/* Fine if it was never opened (all zeros) or is closed already: on_closed is not called for it. The
 * struct is the loop's until on_closed. */
void acceptor_close(struct acceptor *acceptor);

#endif
