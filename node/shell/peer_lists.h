/* What a person says about peers while the node runs: nodes to dial besides those of the file,
 * until the node stops, and bans, which are kept. All of it on the loop. */
#ifndef NODE_SHELL_PEER_LISTS_H
#define NODE_SHELL_PEER_LISTS_H

#include "node/net/net.h"
#include "node/p2p/bans.h"

struct node;

struct peer_lists {
	struct node *node;
	struct bans bans;
	struct node_id added[NET_ADDED_MAX];
	size_t added_count;
};

/* Reads the bans. STATUS_MALFORMED, STATUS_TOO_LARGE, STATUS_STORAGE: `why` is a sentence. */
MUST_CHECK enum status peer_lists_load(struct peer_lists *lists, struct node *node,
                                       struct why *why);

/* May this node be connected, or anybody who calls from this ADDR:PORT? */
bool peer_lists_admit(const struct peer_lists *lists, const struct node_id *id);
bool peer_lists_admit_address(const struct peer_lists *lists, const char *address);
/* Was it added? */
bool peer_lists_have(const struct peer_lists *lists, const struct node_id *id);

enum peer_lists_news {
	PEER_LISTS_DONE,
	PEER_LISTS_KNOWN,    /* to add: it is dialed already, or is this node; to remove: it is of the file or the
	                      * genesis, and stays */
	PEER_LISTS_FULL,
	PEER_LISTS_BANNED,
	PEER_LISTS_UNKNOWN,  /* to remove: nothing is known of it */
};

enum peer_lists_news peer_lists_add(struct peer_lists *lists,
                                    const struct net_target *target);
/* It is dialed no more, and its connection closed. */
enum peer_lists_news peer_lists_remove(struct peer_lists *lists, const struct node_id *id);

/* Those whom it is against are disconnected. The caller has the file written. */
enum peer_lists_news peer_lists_ban(struct peer_lists *lists, const struct ban *ban);
enum peer_lists_news peer_lists_unban(struct peer_lists *lists, const struct ban *ban);

#endif
