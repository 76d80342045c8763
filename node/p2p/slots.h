/* Who may be connected: slots by class, limits by address, and who has to go for a newcomer.
 *
 * Each class has places of its own, so that inbound peers, who choose us, can never use the
 * places of those whom we chose. An inbound newcomer who finds all taken may displace the one
 * who is missed least; five kinds of merit protect, each hard to fake together with the
 * others (Bitcoin Core's scheme). Validators and kept peers are never displaced. */
#ifndef NODE_P2P_SLOTS_H
#define NODE_P2P_SLOTS_H

#include "chain/base/limits.h"
#include "chain/base/siphash.h"
#include "node/p2p/net_address.h"

enum slot_class {
	SLOT_VALIDATOR, /* of the present set, whoever dialed */
	SLOT_KEPT,      /* configured, or dialed for ever */
	SLOT_OUTBOUND,  /* found and dialed, to stay */
	SLOT_VISIT,     /* dialed for a moment: feelers, and questions to seeds */
	SLOT_INBOUND,
	SLOT_CLASSES,
};

enum {
	SLOTS_VALIDATORS_MAX = VALIDATORS_MAX,
	SLOTS_KEPT_MAX = 16,
	SLOTS_OUTBOUND_MAX = 10,
	SLOTS_OUTBOUND_EXTRA = 2,        /* while our tip is stale */
	SLOTS_VISITS_MAX = 4,
	SLOTS_INBOUND_MAX = 96,
	SLOTS_MAX = SLOTS_VALIDATORS_MAX + SLOTS_KEPT_MAX + SLOTS_OUTBOUND_MAX +
	            SLOTS_OUTBOUND_EXTRA + SLOTS_VISITS_MAX + SLOTS_INBOUND_MAX,

	SLOTS_PER_IPV4_24_MAX = 8,       /* inbound, of a prefix that one party holds */
	SLOTS_PER_IPV6_64_MAX = 4,
	SLOTS_PER_IPV6_48_MAX = 16,
	SLOTS_ONION_MAX = 16,            /* inbound; they share one address */

	SLOTS_TURNING = 8,               /* inbound slots that idle sessions do not hold longer */
	SLOTS_IDLE_MS = 10 * 60 * 1000,  /* than this */
	SLOTS_REFUSE_PERCENT = 90,       /* inbound full: the discouraged are not let in */

	SLOTS_KEEP_GROUPS = 4,           /* protected: by keyed hash of the group */
	SLOTS_KEEP_PINGS = 8,            /* by lowest round trip */
	SLOTS_KEEP_TXS = 4,              /* by newest transaction of theirs */
	SLOTS_KEEP_BLOCKS = 4,           /* by newest block or certificate */
};

_Static_assert((int)SLOTS_MAX <= (int)PEERS_MAX, "whoever has a slot gets a number");

/* From where a session came. */
enum slot_way {
	SLOT_WAY_NET,
	SLOT_WAY_LOCAL,    /* this machine or site: addresses say nothing of who holds them */
	SLOT_WAY_ONION,    /* by the listener for onions: likewise */
};

struct slot {
	uint32_t peer;             /* the caller's name for the session; unique */
	enum slot_class class;
	enum slot_way way;
	struct net_address address;
	bool is_discouraged;
	uint64_t since_ms;         /* monotonic, as all below */
	uint64_t round_trip_ms;    /* the lowest; UINT64_MAX: not known */
	uint64_t tx_ms;            /* when it last was the first with a transaction; 0: never */
	uint64_t block_ms;         /* or with a block or certificate */
};

struct slots {
	struct siphash_key key;    /* secret */
	size_t inbound_max;        /* less where there are few file descriptors */
	bool is_tip_stale;         /* SLOTS_OUTBOUND_EXTRA */
	size_t counts[SLOT_CLASSES];
	size_t count;
	struct slot items[SLOTS_MAX];
};

void slots_init(struct slots *slots, const uint8_t key[SIPHASH_KEY_SIZE]);

/* Is one of the places of this class free? */
bool slots_have_free(const struct slots *slots, enum slot_class class);

enum slot_answer {
	SLOT_GRANTED,
	SLOT_GRANTED_FOR_VICTIM, /* once *victim is gone: slots_leave, then slots_enter */
	SLOT_FULL,               /* none of this class is left, and nobody may be displaced */
	SLOT_CROWDED,            /* its addresses hold as many as they may */
	SLOT_UNWELCOME,          /* discouraged, and it is nearly full */
};

/* What would become of this newcomer. Nothing changes. */
enum slot_answer slots_ask(const struct slots *slots, const struct slot *newcomer,
                           uint32_t *victim);

/* Take what slots_ask granted. */
void slots_enter(struct slots *slots, const struct slot *newcomer);
/* The peer holds a slot. */
void slots_leave(struct slots *slots, uint32_t peer);

/* To keep its merits up to date; NULL: it holds none. Good until somebody enters or leaves. */
struct slot *slots_find(struct slots *slots, uint32_t peer);
const struct slot *slots_view(const struct slots *slots, uint32_t peer);

/* An inbound session that gave nothing for so long that its slot is wanted for others, the one
 * that came first; false: there is none. Ask again until false. */
bool slots_idle_victim(const struct slots *slots, uint64_t now_ms, uint32_t *victim);

#endif
