/* Where the node is, from what --node and --data-dir say, or from where nodes usually
 * live.
 *
 *     --node URL      http://host:port, https://..., host:port
 *     --node PATH     a Unix socket: a path with a slash, or unix:PATH
 *     --data-dir DIR  DIR/rpc.sock; or the port below with DIR/rpc.cookie; DIR may also
 *                     hold a network of nodes, DIR/node0, DIR/node1 ...: the first is
 * asked neither         the one node of this user or of this machine whose socket
 * answers, in ~/.local/share/cairn/<network> or /var/lib/cairn; else
 *                     http://127.0.0.1:17471
 *
 * The cookie is a secret and is sent only to this machine, where an SSH tunnel begins
 * too, or over TLS. */
#ifndef WALLET_CLI_NODE_ADDRESS_H
#define WALLET_CLI_NODE_ADDRESS_H

#include "wallet-cli/failure.h"

enum {
	NODE_PATH_SIZE = 4096,
	NODE_URL_SIZE = 1024,
	NODE_SOCKET_SIZE = 108, /* sun_path's */
	NODE_COOKIE_SIZE = 128,
	NODE_PORT = 17471,
};

struct node_address {
	char url[NODE_URL_SIZE];          /* what is asked, also over a socket */
	char socket[NODE_SOCKET_SIZE];    /* a Unix socket; empty: TCP */
	char cookie_path[NODE_PATH_SIZE]; /* where its secret is; empty: there is none */
	char name[NODE_PATH_SIZE];        /* for people, and to know it again */
	int folder; /* held open while the path of the socket goes through it; -1: none */
};

/* In:  node, data_dir  what the options say; NULL: not given
 *
 * EXIT_CODE_USAGE: an address that is none, or several nodes to choose from. Whether
 * anybody answers there is not looked at. Close it with node_address_close. */
MUST_CHECK enum exit_code node_address_find(struct node_address *address,
                                            const char *node, const char *data_dir,
                                            struct failure *failure);
void node_address_close(struct node_address *address);

/* The cookie's line as "user:password", or an empty text where there is none. A secret:
 * the caller wipes it. EXIT_CODE_NOT_PERMITTED: there is one that we may not read. */
MUST_CHECK enum exit_code node_address_cookie(char cookie[NODE_COOKIE_SIZE],
                                              const struct node_address *address,
                                              struct failure *failure);

/* $XDG_DATA_HOME/cairn, or ~/.local/share/cairn. False: neither is set, or it is too
 * long. */
MUST_CHECK bool person_folder(char path[NODE_PATH_SIZE]);

#endif
