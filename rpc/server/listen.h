/* The sockets that a node listens on: numeric addresses, and a Unix socket in a file. */
#ifndef RPC_SERVER_LISTEN_H
#define RPC_SERVER_LISTEN_H

#include "chain/base/status.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* A bound socket. */
struct listener {
	int socket;        /* -1: none */
	uint16_t port;     /* of TCP: the one it got */
	const char *path;  /* of a Unix socket; borrowed */
	dev_t file_device; /* which file is ours: another's in its place stays */
	ino_t file_number;
};

/* In:  address  an IPv4 or IPv6 address in digits
 *      port     0: any that is free
 *
 * STATUS_MALFORMED  no address
 * STATUS_BUSY       the port is taken
 * STATUS_NETWORK    anything else; *why is one sentence in each case */
MUST_CHECK enum status listener_open_tcp(struct listener *listener, const char *address,
                                         uint16_t port, struct why *why);

/* A socket file with mode 0600. One that a dead process left is replaced.
 *
 * In:  path  borrowed until listener_close
 *
 * STATUS_BUSY       a live process listens there
 * STATUS_TOO_LARGE  the path is longer than a socket's may be
 * STATUS_NETWORK    anything else, also a file there that is no socket */
MUST_CHECK enum status listener_open_unix(struct listener *listener, const char *path,
                                          struct why *why);

/* The socket now belongs to somebody who will close it. */
int listener_take(struct listener *listener);

/* Closes the socket, unless it was taken, and removes the file, if it is still ours. */
void listener_close(struct listener *listener);

#endif
