/* Transactions from node to node by name: tracker, announcers and what the pool has, put
 * together. Pure: messages and monotonic time come in, messages go out through struct
 * relay_world, and whoever holds it calls relay_step when relay_wake_ms has come.
 *
 *     pool ──relay_admitted──► announcer of each peer ──INV──►   ◄──REQ_TX── peer
 *      ▲                                                 ──TX or NOTFOUND──►
 *      └──take── TX ◄── peer       ──REQ_TX──► peer ◄── tracker ◄──INV── peer
 *
 * Who takes a transaction in from a program pushes it to the validators that it is connected to
 * (drive does), or to RELAY_PUSH_MAX others if there are none. Everybody else hears its name.
 * A validator, and who has it from one, tells validators only of what still waits RELAY_HOLD_MS
 * later: they have nearly everything from the same source, and in a sound network it is in a
 * block by then.
 *
 * Messages can be lost. So once in RELAY_REPAIR_MS one peer, first of all one whose names were
 * lost here, is told anew of what has been waiting for long. */
#ifndef NODE_P2P_RELAY_H
#define NODE_P2P_RELAY_H

#include "chain/base/limits.h"
#include "node/p2p/announcer.h"
#include "node/p2p/tracker.h"
#include "node/p2p/types.h"

enum {
	RELAY_PUSH_MAX = 2,
	RELAY_HOLD_MS = 1000,   /* more than two views of a sound network */
	RELAY_HELD_MAX = 16384, /* names on hold: a second of a busy network. What is above it
	                         * is proposed by who has it, when it leads */
	RELAY_REPAIR_MS = 60000, /* mean, by lot: one peer is told anew of what waits too long */
	RELAY_REPAIR_MAX = 2000, /* names: 72 KB */
	RELAY_REPAIR_AGE_MS = 5000,
	RELAY_OWN = UINT16_MAX, /* instead of a peer: a program of ours, or we ourselves */
};

enum relay_verdict {
	RELAY_TAKEN,   /* it is in the pool */
	RELAY_REFUSED, /* by state, or by our policy: nobody's fault */
	RELAY_FULL,    /* the pool has no room now */
	RELAY_FAULTY,  /* a signature that is not valid, or a broken rule of form */
};

struct relay_world {
	void *owner;
	/* The bytes of a transaction of the pool, valid until the pool changes; false: it is not
	 * there. `is_waiting`, may be NULL: no block that the next one builds on has it. */
	bool (*find)(void *owner, const struct hash *id, struct bytes_view *tx, bool *is_waiting);
	/* Names of the pool's transactions that have been in no block for RELAY_REPAIR_AGE_MS, the
	 * oldest first, at most RELAY_REPAIR_MAX; how many. */
	size_t (*list_old)(void *owner, uint64_t now_ms, struct inv_entry *entries);
	/* Bytes to a peer, of a type of types.h; copied. Lost if it cannot keep up. */
	void (*send)(void *owner, uint16_t peer, enum message_type type, struct bytes_view bytes);
	/* Does it keep up? Else it gets no transactions. */
	bool (*has_room)(void *owner, uint16_t peer);
	/* A transaction of a peer, to be checked; copied. Its end is told by relay_judged. */
	void (*take)(void *owner, uint16_t peer, struct bytes_view tx);
	/* The peer sent what no honest node sends. */
	void (*blame)(void *owner, uint16_t peer, const char *what);
};

struct relay_peer {
	bool is_here;
	bool is_validator;
	uint64_t serial;              /* of all that were here before, none had it */
	struct tracker_peer *tracked;
	struct announcer announcer;
	struct bucket names;          /* that it may announce, ask for and push */
	struct bucket faults;
	uint64_t paused_until_ms;     /* its transactions are not read */
	uint64_t filtered_ms;         /* when it last got a TXFILTER; 0: never */
};

/* What other validators are told of at due_ms. */
struct relay_held {
	struct hash id;
	uint32_t size;
	uint16_t from;
	uint64_t due_ms;
};

struct relay_counters {
	uint64_t announced, heard;     /* names out, names in */
	uint64_t asked, delivered;     /* for names; of them came */
	uint64_t served, not_found;    /* transactions out, names denied */
	uint64_t pushed;               /* to others, unasked */
	uint64_t repaired;             /* names told anew */
	uint64_t surplus;              /* names dropped for their rate */
	uint64_t faulty;               /* transactions */
};

struct relay {
	struct relay_world world;
	struct tracker tracker;
	struct relay_peer peers[PEERS_MAX];
	uint8_t key[SIPHASH_KEY_SIZE]; /* of the announcers' filters */
	struct lots lots;
	struct bloom admitted;     /* names that were in the pool lately */
	struct bloom doubtful;     /* that came since the last block, whatever became of them */
	bool is_doubtful_empty;
	bool we_vote;
	struct relay_held *held;   /* a ring of RELAY_HELD_MAX; NULL: none yet */
	size_t held_first, held_count;
	uint64_t repair_ms;        /* when the next peer is told anew; 0: nobody ever was here */
	uint64_t next_serial;
	struct relay_counters counters;
};

/* Large: on the heap. `seed`: fresh from the system's generator. STATUS_MEMORY. */
MUST_CHECK enum status relay_init(struct relay *relay, const struct relay_world *world,
                                  const uint8_t seed[HASH_SIZE]);
void relay_close(struct relay *relay);

/* -- Peers: numbers below PEERS_MAX, not here yet ------------------------------------------ */

/* False: out of memory; the peer is not here. */
MUST_CHECK bool relay_join(struct relay *relay, uint16_t peer, bool is_outbound,
                           uint64_t now_ms);
/* What the relay holds for it is counted there from now on, as USAGE_RELAY; `usage` lives until
 * relay_leave, when nothing is left in it. Once, of a peer that is here. */
void relay_count(struct relay *relay, uint16_t peer, struct usage *usage);
void relay_leave(struct relay *relay, uint16_t peer, uint64_t now_ms);
/* Is it, and are we, a validator of the present epoch? */
void relay_set_validator(struct relay *relay, uint16_t peer, bool is_validator);
void relay_set_voting(struct relay *relay, bool we_vote);

/* Of who is here; 0: nobody is. For what is told later of its transactions. */
uint64_t relay_serial(const struct relay *relay, uint16_t peer);

/* Are its transactions not read now? For those too that come as another message. */
bool relay_is_paused(const struct relay *relay, uint16_t peer, uint64_t now_ms);

/* INV, REQ_TX, TX, NOTFOUND or TXFILTER of a peer that is here. */
void relay_on_message(struct relay *relay, uint16_t peer, enum message_type type,
                      struct bytes_view bytes, uint64_t now_ms);

/* -- The pool ------------------------------------------------------------------------------- */

/* A transaction is new in the pool; its source is a peer, or RELAY_OWN. */
void relay_admitted(struct relay *relay, const struct hash *id, struct bytes_view tx,
                    uint16_t from, uint64_t now_ms);

/* What became of a transaction of a peer; of nobody any more, if its serial is another. */
void relay_judged(struct relay *relay, uint16_t peer, uint64_t serial,
                  enum relay_verdict verdict, uint64_t now_ms);

/* There is a new block: what was refused may be good now. */
void relay_on_block(struct relay *relay);

/* -- Time ----------------------------------------------------------------------------------- */

void relay_step(struct relay *relay, uint64_t now_ms);

/* When relay_step is wanted; UINT64_MAX: never. */
uint64_t relay_wake_ms(const struct relay *relay);

#endif
