/* How a node finds others: the address book, what nodes tell of nodes, and whom to visit when,
 * put together. Pure: messages, time and lots come in; messages and wishes go out through struct
 * finder_world.
 *
 *     seeds ──────────┐                          ┌─► sessions that stay, FINDER_OUTBOUND_MAX
 *     ADDR of peers ──┴─check─► book ──choose────┼─► feelers: met, and gone again
 *     anchors of the last run ───────────────────┘
 *
 * Kept peers, those of the configuration and of the genesis, are dialed without it, for ever;
 * it hears of their sessions as of all others.
 *
 * In a permissioned network (config->book) it also tells peers, again and again, whose records
 * are here, and is told those that are lacking: who was behind when it came did not know yet
 * whom to believe in. */
#ifndef NODE_P2P_FINDER_H
#define NODE_P2P_FINDER_H

#include "chain/base/limits.h"
#include "node/p2p/addr_message.h"
#include "node/p2p/dial.h"
#include "node/p2p/slots.h"
#include "node/p2p/types.h"

enum {
	FINDER_OUTBOUND_MAX = SLOTS_OUTBOUND_MAX, /* that stay, beside the kept ones */
	FINDER_ENOUGH = 32,            /* usable entries: seeds are not needed any more */
	FINDER_SEED_PAUSE_MS = 60000,  /* between two questions to seeds, all of them have had
	                                * their turn by then */
	FINDER_SEED_STAY_MS = 10000,   /* a seed's session ends: it is there for everybody */
	FINDER_SEEK_PAUSE_MS = 5000,   /* nobody was fit, and it costs a thousand draws to know */
	FINDER_STALE_TURN_MS = 120000, /* while our tip is stale: the extra ones make room for
	                                * others, who may know more */
	FINDER_RECORD_S = 86400,       /* our record is signed anew */
	FINDER_SAVE_MS = 15 * 60 * 1000,
	FINDER_ADDR_LATE_MS = 60000,   /* the answer to a GETADDR or a KNOWN is one until then */
	FINDER_KNOWN_PAUSE_MS = 60000, /* between two KNOWN to a peer */
	FINDER_KNOWN_SOON_MS = 2000,   /* the first one, and after the list changed: who catches up
	                                * is through with it, and what else was asked has come */
	FINDER_KNOWN_LEAST_MS = 10000, /* however often it changes; KNOWN_RATE allows for it */
	FINDER_ASK_PAUSE_MS = 60000,   /* while fewer than FINDER_ENOUGH were met: one more of those
	                                * whom we are connected with is asked */
	FINDER_ANSWER_PAUSE_MS = 300000, /* a session's questions are answered so rarely; it asks a
	                                * pause of its own later, as ways take time */
	FINDER_CLOCK_BACK_S = 10,      /* the wall clock was put back by more */
};

enum finder_visit {
	FINDER_NO_VISIT, /* he called, or he is kept */
	FINDER_STAY,
	FINDER_FEELER,
	FINDER_SEED,
};

struct finder_world {
	void *owner;
	void (*send)(void *owner, uint16_t peer, enum message_type type, struct bytes_view bytes);
	/* Records of a peer whose signatures are to be checked, elsewhere; copied.
	 * finder_on_checked tells. */
	void (*check)(void *owner, uint16_t peer, uint64_t serial,
	              const struct bytes_view *records, size_t count);
	/* Dial: it ends in finder_on_open or finder_on_unmet. False: no place for it now. */
	bool (*visit)(void *owner, const struct node_id *id, const struct net_address *address,
	              enum finder_visit visit);
	/* Dial the next seed, as FINDER_SEED; likewise. */
	bool (*visit_seed)(void *owner);
	/* The session has served its purpose. */
	void (*close)(void *owner, uint16_t peer, const char *what);
	/* The peer sent what no honest node sends. */
	void (*blame)(void *owner, uint16_t peer, const char *what);
	/* May it be connected with us and passed on? Not foreign, and not discouraged. */
	bool (*admits)(void *owner, const struct node_id *id);
	bool (*is_connected)(void *owner, const struct node_id *id);
	/* Our record, signed: everything but the signature is there. False: it failed. */
	bool (*sign)(void *owner, struct node_record *record);
};

struct finder_config {
	struct book_config book;
	size_t seed_count;
	size_t external_count; /* addresses of ours to be told; 0: nobody is to dial us */
	struct net_address externals[NODE_RECORD_ADDRESSES_MAX];
	uint16_t roles;        /* of enum node_role */
};

struct finder_peer {
	bool is_here;
	bool is_dialed;
	uint8_t visit;          /* enum finder_visit */
	uint64_t serial;
	uint64_t since_ms;
	uint64_t answered_ms;   /* our side, its last GETADDR; 0: never */
	uint64_t asked_ms;      /* our last GETADDR; 0: never */
	uint64_t answer_until_ms; /* to it; 0: none is awaited */
	bool takes_known;       /* it said so in HELLO */
	uint64_t known_due_ms;  /* ours to it */
	uint64_t known_sent_ms; /* 0: none yet */
	uint64_t known_until_ms; /* as answer_until_ms */
	struct bucket known;    /* its to us */
	struct node_id id;
	struct net_address address;
	struct bucket records;
};

struct finder_counters {
	uint64_t records_taken, records_surplus, records_relayed;
	uint64_t known_told, known_answered, known_surplus;
	uint64_t visits, met, unmet, feelers;
};

struct finder {
	struct finder_world world;
	struct finder_config config;
	struct book book;
	struct dialer dialer;
	struct lots lots;
	struct finder_peer peers[PEERS_MAX];
	uint64_t next_serial;
	size_t outbound_count;     /* that stay, or are on their way to it */
	size_t seed_visits;        /* under way */
	struct node_id visiting[DIAL_AT_ONCE_MAX]; /* who is being dialed out of the book */
	size_t visiting_count;
	bool is_tip_stale;         /* SLOTS_OUTBOUND_EXTRA more are sought */
	uint64_t turn_ms;          /* when the extra ones make room for others */
	uint64_t seek_ms;          /* when the book is searched again for who may stay */
	uint64_t seed_ms;          /* when a seed may be asked next */
	uint64_t ask_ms;           /* when one of those who are here is asked again */
	struct anchor anchors[ANCHORS_MAX]; /* to be dialed first */
	size_t anchor_count;
	struct buffer record;      /* ours; empty: there is none */
	uint64_t record_s;         /* when it was signed; 0: it is to be signed anew */
	uint64_t record_seq;       /* of it */
	struct hash list;          /* known_list_hash of who is listed */
	uint64_t now_s;            /* of the call under way */
	uint64_t newest_s;         /* the latest that the wall clock has shown */
	struct finder_counters counters;
};

/* Large: on the heap. The book as it was saved, or empty bytes: a new one. `seed` and the key in
 * config->book: fresh from the system's generator. What book_load gives; on failure nothing is
 * held. */
MUST_CHECK enum status finder_init(struct finder *finder, const struct finder_world *world,
                                   const struct finder_config *config,
                                   struct bytes_view saved, const uint8_t *seed,
                                   uint64_t now_ms, uint64_t now_s);
void finder_close(struct finder *finder);

/* -- Sessions: numbers below PEERS_MAX ------------------------------------------------------ */

struct finder_session {
	struct node_id id;
	struct net_address address; /* kind 0: not known */
	bool is_dialed;
	enum finder_visit visit;
	bool takes_known; /* a KNOWN is not strange to it */
};

void finder_on_open(struct finder *finder, uint16_t peer,
                    const struct finder_session *session, uint64_t now_ms, uint64_t now_s);
void finder_on_close(struct finder *finder, uint16_t peer);
/* A visit ended before there was a session. The address is kind 0 for a seed's. */
void finder_on_unmet(struct finder *finder, const struct node_id *id,
                     const struct net_address *address, enum finder_visit visit,
                     uint64_t now_s);

/* GETADDR, ADDR or KNOWN of a peer that is here. */
void finder_on_message(struct finder *finder, uint16_t peer, enum message_type type,
                       struct bytes_view bytes, uint64_t now_ms, uint64_t now_s);

/* What finder_world.check was asked. `is_valid` is false also for what is no record. Who sent
 * one is blamed, if he is still here. */
void finder_on_checked(struct finder *finder, uint16_t peer, uint64_t serial,
                       const struct node_record *records, const bool *is_valid, size_t count,
                       uint64_t now_ms, uint64_t now_s);

/* -- Time ------------------------------------------------------------------------------------ */

/* A few times a second. */
void finder_step(struct finder *finder, uint64_t now_ms, uint64_t now_s);
/* The same for who is to visit nobody: it is only said what is to be said. */
void finder_tell(struct finder *finder, uint64_t now_ms, uint64_t now_s);

/* Of a permissioned network: who is listed now; as book_set_listed. STATUS_MEMORY: it is as
 * before. */
MUST_CHECK enum status finder_set_listed(struct finder *finder, const struct node_id *ids,
                                         size_t count, uint64_t now_ms);

/* Our newest block is older than it should be: whoever we are connected with may keep the others
 * from us, so two more are sought, and seeds are asked. */
void finder_set_stale(struct finder *finder, bool is_stale, uint64_t now_ms);

/* Where we were connected by choice for longest; how many. */
size_t finder_anchors(const struct finder *finder, struct anchor anchors[ANCHORS_MAX]);

#endif
