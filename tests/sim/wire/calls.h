/* Whom a node of the simulator calls, and when: what node/net/dial does with sockets, done with
 * the back-off of node/p2p/dial. Kept ones are called for ever, visits once; a visit ends in
 * calls_on_open or in `unmet`. */
#ifndef TESTS_SIM_WIRE_CALLS_H
#define TESTS_SIM_WIRE_CALLS_H

#include "node/p2p/dial.h"
#include "node/p2p/finder.h"
#include "tests/sim/wire/town.h"

enum {
	CALLS_VISITS_MAX = 32,   /* as NET_VISITS_MAX */
	CALLS_SILENT_MS = 5000,  /* nobody answers: SESSION_HANDSHAKE_MS */
};

struct calls_world {
	void *owner;
	enum call_answer (*call)(void *owner, uint16_t to);
	bool (*has_line)(void *owner, uint16_t to);
	bool (*admits)(void *owner, const struct node_id *id);
	void (*unmet)(void *owner, const struct node_id *id, const struct net_address *address,
	              enum finder_visit visit);
};

struct visit {
	bool is_used;
	bool has_line;
	enum finder_visit visit;
	struct node_id id;
	struct net_address address;
	uint16_t to;             /* TOWN_NOBODY: there is no such node at this address */
	uint64_t silent_until_ms; /* 0: it is not called yet */
};

struct kept {
	bool is_kept;
	bool has_line;
	uint64_t silent_until_ms; /* 0: it is not being called */
	struct backoff backoff;
};

struct calls {
	struct calls_world world;
	struct visit visits[CALLS_VISITS_MAX];
	struct kept kept[TOWN_MAX];
};

/* Dial once, soon. False: there is no place. */
bool calls_visit(struct calls *calls, const struct node_id *id,
                 const struct net_address *address, enum finder_visit visit);
/* It is called for ever, or no longer. */
void calls_keep(struct calls *calls, uint16_t to, bool is_kept);
void calls_tick(struct calls *calls, struct lots *lots, uint64_t now_ms);

/* What kind of visit this session is; FINDER_NO_VISIT: none, or it was they who called. */
enum finder_visit calls_on_open(struct calls *calls, uint16_t to, bool is_dialed,
                                uint64_t now_ms);
void calls_on_end(struct calls *calls, struct lots *lots, uint16_t to, bool was_open,
                  uint64_t now_ms);

#endif
