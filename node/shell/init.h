/* cairnd init: new networks, with their keys, in new data directories. */
#ifndef NODE_SHELL_INIT_H
#define NODE_SHELL_INIT_H

#include "chain/base/bytes.h"
#include "chain/base/status.h"

#include <stdbool.h>

struct application;
struct hash;

/* A node of a new network. */
struct init_member {
	const char *data_dir;
	bool is_validator;      /* else it follows */
	const char *p2p_listen; /* ADDR:PORT; NULL: the default; "": others cannot connect */
	const char *address;    /* HOST:PORT where others reach it; NULL: p2p_listen, or nowhere. Of an
	                         * IP address it tells others */
	const char *rpc_listen; /* NULL: the default */
	const char *account;    /* address of the validator's account, one of the root group: who has
	                         * its key admits others and sets parameters. NULL: the account whose
	                         * key is the vote key */
	const char *peers;      /* node_id@host:port, with commas between; NULL: none */
	/* Of a node on another machine, whose keys these are: no folder is made, and only the
	 * address counts besides. NULL: it is made here. */
	const struct application *application;
};

/* What the genesis says beside its validators. */
struct init_network {
	const char *name;
	bool is_permissioned;       /* only nodes that are listed may connect */
	const char *const *owners;  /* addresses of the accounts of the root group, each of which
	                             * acts alone */
	size_t owner_count;         /* at most GROUP_MEMBERS_MAX; 0: the validators are the root
	                             * group, and decide there as they do on blocks */
};

/* One genesis for all of them, 1..VALIDATORS_MAX of whom are validators. On failure nothing is
 * left behind but what was there before. *genesis names the network. */
MUST_CHECK enum status node_init_network(const struct init_member *members, size_t count,
                                         const struct init_network *network,
                                         struct hash *genesis, struct why *why);

/* A network of one; `account` as above. */
MUST_CHECK enum status node_init(const char *data_dir, const char *network_name,
                                 const char *account, struct hash *genesis,
                                 struct why *why);

/* A data directory with keys and nothing else, for a network that is yet to be founded. They go
 * into *application, whose account and address stay as they are. On failure as above. */
MUST_CHECK enum status node_prepare(const char *data_dir, struct application *application,
                                    struct why *why);

/* A node that follows an existing network, whose canonical genesis this is, with keys of its own:
 * new ones, or those of a folder that was prepared. STATUS_MALFORMED and others: it is no genesis.
 * On failure as above. */
MUST_CHECK enum status node_join(const struct init_member *member, struct bytes_view genesis_file,
                                 struct hash *genesis, struct why *why);

#endif
