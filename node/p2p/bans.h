/* Whom a person has banned: nodes by their id, machines by their address, until a time or for
 * good. Not what a node concludes by itself (discourage.h): a ban is an order, it is kept on the
 * disk, and it binds against validators too. Times are Unix time, as a ban outlives a start. */
#ifndef NODE_P2P_BANS_H
#define NODE_P2P_BANS_H

#include "chain/ledger/fields.h"
#include "node/p2p/net_address.h"

enum {
	BANS_MAX = 1000, /* a person wrote them one by one; all are looked at for each newcomer */
	BAN_REASON_SIZE_MAX = 128,
};

#define BAN_FOR_GOOD UINT64_MAX

struct ban {
	bool is_node;                /* or an address */
	struct node_id node;
	struct net_address address;  /* its port does not count */
	uint64_t since_ms;
	uint64_t until_ms;           /* BAN_FOR_GOOD */
	char reason[BAN_REASON_SIZE_MAX + 1]; /* UTF-8 */
};

struct bans {
	size_t count;
	struct ban items[BANS_MAX]; /* in the order they came */
};

/* Takes the place of one against the same node or address. False: there is no room. */
MUST_CHECK bool bans_add(struct bans *bans, const struct ban *ban);
/* Of the same node or address; false: there is none. */
bool bans_remove(struct bans *bans, const struct ban *ban);
/* Forgets those whose time is over. */
void bans_expire(struct bans *bans, uint64_t now_ms);

bool bans_has_node(const struct bans *bans, const struct node_id *id, uint64_t now_ms);
bool bans_has_address(const struct bans *bans, const struct net_address *address,
                      uint64_t now_ms);

#endif
