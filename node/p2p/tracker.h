/* Which transactions were announced by whom, and who is asked for them. Names are leaf hashes,
 * over signature and all: under the txid alone, one bad signature would shut out the good copy.
 *
 * Of each pair of peer and transaction there is one entry:
 *
 *     DELAYED ──200 ms──► READY ──chosen──► CHOSEN ──taken──► ASKED ──2 s, not found──► DONE
 *        (preferred peers begin here ▲)         │                │
 *                                               └────────────────┴── it came: all entries go
 *
 *   DELAYED -> READY    tracker_step      READY  -> CHOSEN   choose, use_room
 *   CHOSEN  -> ASKED    tracker_take      ASKED  -> DONE     tracker_step, tracker_not_found
 *
 * One peer is asked at a time, and none twice while another is left: who announces first and
 * then keeps silent holds a transaction up by one time-out. Of several that could be asked a
 * keyed hash decides, so that being first is worth nothing. (The rules are Bitcoin Core's,
 * txrequest.) Pure; monotonic time in milliseconds comes in and never goes back. */
#ifndef NODE_P2P_TRACKER_H
#define NODE_P2P_TRACKER_H

#include "chain/base/bytes.h"
#include "chain/base/siphash.h"
#include "chain/base/table.h"
#include "node/p2p/usage.h"

enum {
	TRACKER_PEER_MAX = 5000,       /* entries of a peer: a second of its announcements */
	TRACKER_VALIDATOR_MAX = 50000, /* it relays what all its clients send */
	TRACKER_TOTAL_MAX = 200000,    /* entries of all: about 50 MB */
	TRACKER_ASKED_MAX = 100,       /* in flight, of a peer that is no validator */
	TRACKER_ASKED_BYTES_MAX = 1 << 20, /* in flight, of any peer, by announced sizes */
	TRACKER_DELAY_MS = 200,        /* who chose us waits for those whom we chose */
	TRACKER_TIMEOUT_MS = 2000,
	TRACKER_LATE_MS = 10000,       /* so long after that an answer is still excused */
};

enum tracker_state {
	TRACKER_DELAYED,
	TRACKER_READY,   /* another is being asked */
	TRACKER_WAITING, /* READY, nobody is being asked, and this peer has no room in flight */
	TRACKER_CHOSEN,  /* counts as in flight */
	TRACKER_ASKED,
	TRACKER_DONE,
	TRACKER_STATES,
};

struct tracker_entry {
	struct tracker_tx *tx;
	struct tracker_peer *peer;
	struct tracker_entry *next_of_tx;
	struct tracker_entry *next, *prev;           /* among those of its peer and state */
	struct tracker_entry *time_next, *time_prev; /* DELAYED, or CHOSEN and ASKED */
	uint64_t at_ms;  /* ready at; time-out at; DONE: an answer is excused until */
	uint32_t size;   /* announced */
	uint8_t state;
};

struct tracker_tx {
	UT_hash_handle hh; /* keyed by id */
	struct hash id;
	struct tracker_entry *entries; /* by next_of_tx */
	struct tracker_entry *asked;   /* CHOSEN or ASKED; NULL: nobody */
	struct tracker_tx *next, *prev; /* among those that linger */
	uint64_t linger_ms;            /* all are DONE: forgotten at this time; 0: no */
};

/* A peer, from tracker_join to tracker_leave. */
struct tracker_peer {
	struct tracker_peer *next, *prev;
	struct tracker_entry *entries[TRACKER_STATES];
	struct usage *usage; /* USAGE_RELAY; NULL: it is not counted */
	uint64_t serial;
	size_t count;        /* entries */
	size_t asked_count;  /* in flight */
	size_t asked_bytes;
	uint64_t timeouts;   /* since it joined: for who judges */
	bool is_preferred;
	bool is_validator;
};

struct tracker {
	struct siphash_key key;
	struct tracker_tx *txs;
	struct tracker_peer *peers;
	struct tracker_entry *delayed;   /* by at_ms */
	struct tracker_entry *in_flight; /* by at_ms */
	struct tracker_tx *lingering;    /* by linger_ms */
	size_t count;                    /* entries */
	size_t chosen_count;             /* entries that wait for tracker_take */
	uint64_t next_serial;
};

void tracker_init(struct tracker *tracker, const uint8_t key[SIPHASH_KEY_SIZE]);
/* Peers that are still there go too. */
void tracker_close(struct tracker *tracker);

/* `is_preferred`: outbound. NULL: out of memory. */
MUST_CHECK struct tracker_peer *tracker_join(struct tracker *tracker, bool is_preferred,
                                             bool is_validator);
/* Frees it. What it was asked for others are asked for at once. */
void tracker_leave(struct tracker *tracker, struct tracker_peer *peer, uint64_t now_ms);

/* Bytes of an entry and its transaction, which counts for each peer that announced it. */
#define TRACKER_ENTRY_BYTES (sizeof(struct tracker_entry) + sizeof(struct tracker_tx))
/* Its entries are counted there from now on; `usage` lives until tracker_leave. Once. */
void tracker_count(struct tracker_peer *peer, struct usage *usage);

enum tracker_answer {
	TRACKER_GOOD,       /* noted; asked for; here it is */
	TRACKER_AGAIN,      /* announced by this peer before */
	TRACKER_FULL,       /* no more of this peer, or memory is out: the announcement is lost */
	TRACKER_WRONG_SIZE, /* asked for, and not as large as it said: useless */
	TRACKER_LATE,       /* not asked for any more, and excused */
	TRACKER_UNASKED,    /* this peer is not being asked for it */
};

/* The peer has a transaction that we lack. TRACKER_GOOD, TRACKER_AGAIN or TRACKER_FULL. */
enum tracker_answer tracker_announced(struct tracker *tracker, struct tracker_peer *peer,
                                      const struct hash *id, uint32_t size, uint64_t now_ms);

/* It sent one. If it was asked, or late, nobody else is asked any more. TRACKER_GOOD,
 * TRACKER_WRONG_SIZE, TRACKER_LATE or TRACKER_UNASKED, which changes nothing. */
enum tracker_answer tracker_came(struct tracker *tracker, struct tracker_peer *peer,
                                 const struct hash *id, uint32_t size, uint64_t now_ms);

/* It has not got it after all. TRACKER_GOOD or TRACKER_UNASKED. */
enum tracker_answer tracker_not_found(struct tracker *tracker, struct tracker_peer *peer,
                                      const struct hash *id, uint64_t now_ms);

/* We have it, or do not want it, from whomever. */
void tracker_forget(struct tracker *tracker, const struct hash *id, uint64_t now_ms);

/* Time has passed. */
void tracker_step(struct tracker *tracker, uint64_t now_ms);

/* When tracker_step is wanted; UINT64_MAX: never. */
uint64_t tracker_wake_ms(const struct tracker *tracker);

/* What to ask this peer for now: at most `count_max` names, and `bytes_max` by announced sizes
 * but one at least. Ask again until 0. */
size_t tracker_take(struct tracker *tracker, struct tracker_peer *peer, struct hash *ids,
                    size_t count_max, size_t bytes_max);

#endif
