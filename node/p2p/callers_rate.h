/* How often others may begin a handshake with us: all of them together, and one group of addresses.
 * Keys are free to mint and addresses inside a group nearly so, so it is the group that is charged.
 * On a machine or a site addresses say nothing of who holds them: those are charged to all alone.
 * Where nodes are that we want, who are dialed for ever, has a rate of its own, which no flood
 * from elsewhere uses up.
 *
 * A group is in the table because it took a token in the last CALLERS_BURST / CALLERS_PER_S
 * seconds, and all callers together cannot take more of them than the table has places. */
#ifndef NODE_P2P_CALLERS_RATE_H
#define NODE_P2P_CALLERS_RATE_H

#include "node/p2p/bucket.h"
#include "node/p2p/net_address.h"

enum {
	CALLERS_PER_S = 1,       /* handshakes begun, of a group */
	CALLERS_BURST = 5,       /* several nodes of one house that start together */
	CALLERS_ALL_PER_S = 50,  /* 1 % of a core */
	CALLERS_ALL_BURST = 100,
	CALLERS_GROUPS_MAX =
		CALLERS_ALL_BURST + CALLERS_ALL_PER_S * (CALLERS_BURST / CALLERS_PER_S) + 1,
};

struct callers_group {
	struct net_group group;
	struct bucket bucket;
};

struct callers_rate {
	struct bucket all;
	struct bucket kept; /* where those are whom we dial for ever */
	struct callers_group groups[CALLERS_GROUPS_MAX];
	size_t count;
};

enum callers_answer {
	CALLERS_MAY,      /* and it was charged */
	CALLERS_TOO_MANY, /* all together */
	CALLERS_TOO_FAST, /* its group: nobody else was charged for it */
};

void callers_rate_init(struct callers_rate *rate, uint64_t now_ms);

/* May one from there begin now? `is_kept`: somebody is there whom we dial for ever. */
enum callers_answer callers_rate_ask(struct callers_rate *rate, const struct net_address *from,
                                     bool is_kept, uint64_t now_ms);

#endif
