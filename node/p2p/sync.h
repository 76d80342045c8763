/* Catching up: headers first, from one peer at a time, bodies behind them from many at once.
 *
 *     applied          first missing                 verified                 claimed by peers
 *        │ HERE  HERE  │ ASKED  HERE  WANTED  ...        │                         │
 *     ───┴─────────────┴──────────── window ─────────────┴─────────────────────────┴──►  height
 *
 *     WANTED ──asked──► ASKED ──it came──► CHECKING ──right──► HERE ──sync_applied──► gone
 *        ▲                │ peer left        │ wrong
 *        └────────────────┴──────────────────┘
 *
 * What peers claim to have only says whom to ask. The target is the highest header whose
 * certificate we checked; of headers without one nothing is kept. A body is taken from who was
 * asked for it alone. Who is slow is found by the lowest missing body while others come, with a
 * patience that doubles each time it was lost, so that a slow link of our own does not cost us
 * all peers. Pure: time and lots come in, effects go out; signatures and hashes are the
 * caller's. */
#ifndef NODE_P2P_SYNC_H
#define NODE_P2P_SYNC_H

#include "chain/base/bytes.h"
#include "chain/base/status.h"
#include "node/p2p/lots.h"

enum {
	SYNC_HEADERS_MAX = 256,          /* of one answer: 70 KB */
	SYNC_AHEAD_MAX = 1024,           /* verified headers whose bodies are not applied */
	SYNC_WINDOW_BLOCKS = 128,        /* bodies asked for or here, not yet applied */
	SYNC_WINDOW_BYTES = 64 << 20,    /* of them, as their headers say; one at least */
	SYNC_PEER_BODIES_MAX = 16,       /* in flight from one peer */
	SYNC_PEERS_MAX = 512,            /* every session, or liars would fill the list */
	SYNC_EXPLORE_PERCENT = 10,       /* bodies asked of a random peer, not of the fastest */
	SYNC_STALL_MIN_MS = 2000,
	SYNC_STALL_MAX_MS = 64000,
	SYNC_HEADERS_TIMEOUT_MS = 5000,
	SYNC_HEADERS_REST_MS = 60000,    /* who failed with headers is not asked for so long */
	SYNC_RATE_AFTER_MS = 10000,
	SYNC_RATE_MIN = 32 << 10,        /* bytes a second of who has questions open */
	SYNC_BODY_WEIGHT_MIN = 4 << 10,  /* what a body counts at least: small ones cost a round
	                                  * trip as well */
	SYNC_EFFECTS_MAX = SYNC_WINDOW_BLOCKS + SYNC_PEERS_MAX + 2,
};

enum sync_state { SYNC_WANTED, SYNC_ASKED, SYNC_CHECKING, SYNC_HERE };

enum { SYNC_NOBODY = UINT32_MAX };

struct sync_block {
	struct hash hash;
	uint32_t body_size;  /* as the header says */
	uint8_t state;       /* enum sync_state */
	uint32_t asked[2];   /* peers; the second once the first is late; SYNC_NOBODY */
	uint64_t asked_ms[2];
};

struct sync_peer {
	uint32_t peer;
	uint64_t low;            /* lowest block that it claims to have */
	uint64_t high;           /* highest */
	uint32_t in_flight;      /* bodies */
	uint64_t rate;           /* bytes a second, of late */
	uint64_t busy_since_ms;  /* while in_flight is not 0: it has not been since */
	uint64_t busy_bytes;     /* what came since then */
	uint64_t headers_rest_ms; /* not asked for headers before */
	bool is_dropped;         /* lost its role: not asked any more */
};

enum sync_headers_state { SYNC_HEADERS_IDLE, SYNC_HEADERS_ASKED, SYNC_HEADERS_CHECKING };

struct sync {
	uint64_t applied;        /* height of the newest block of ours */
	uint64_t verified;       /* of the newest header with a certificate that we checked */
	enum sync_headers_state headers;
	uint32_t headers_peer;   /* ASKED, CHECKING */
	uint64_t headers_from;   /* likewise: the first height that was asked for */
	uint64_t headers_ms;     /* asked at */
	uint64_t stall_ms;       /* patience with the lowest missing body */
	size_t peer_count;
	struct sync_peer peers[SYNC_PEERS_MAX];
	struct sync_block blocks[SYNC_AHEAD_MAX]; /* by height modulo, applied + 1..verified */
};

void sync_init(struct sync *sync, uint64_t applied);

/* -- Peers ----------------------------------------------------------------------------------- */

enum sync_claim {
	SYNC_CLAIM_GOOD,
	SYNC_CLAIM_BREACH, /* low above high, or the range shrank: high fell, or low rose though
	                    * nothing is pruned there */
	SYNC_CLAIM_FULL,   /* no room for one more peer */
};

/* A peer is there, or says anew what it has. `may_prune`: it keeps no archive, so low may rise. */
enum sync_claim sync_peer_has(struct sync *sync, uint32_t peer, uint64_t low, uint64_t high,
                              bool may_prune);
void sync_peer_left(struct sync *sync, uint32_t peer);

/* -- Answers --------------------------------------------------------------------------------- */

/* HEADERS came. True: it was asked for; check links, certificate and set, and tell by
 * sync_headers_checked. False: ignore it, or a breach if nothing was ever asked. */
bool sync_headers_came(struct sync *sync, uint32_t peer);

struct sync_header {
	struct hash hash;
	uint32_t body_size;
};

/* `count` headers from headers_from on, right; 0: they were wrong, or there was none. */
void sync_headers_checked(struct sync *sync, const struct sync_header *headers, size_t count,
                          uint64_t now_ms);

/* SYNCBODY came. True: it was asked of this peer; check it against its header and tell. */
bool sync_body_came(struct sync *sync, uint32_t peer, const struct hash *hash, size_t size,
                    uint64_t now_ms, uint64_t *height);
/* Right or wrong. Who sent a wrong one is the caller's to judge, and loses his role here. */
void sync_body_checked(struct sync *sync, uint64_t height, bool is_right);

/* NOTHELD: a normal answer. For a body by its hash, or for headers. */
void sync_not_held(struct sync *sync, uint32_t peer, const struct hash *hash);
void sync_headers_not_held(struct sync *sync, uint32_t peer, uint64_t now_ms);

/* The blocks up to this height are applied, from sync or from elsewhere. */
void sync_applied(struct sync *sync, uint64_t height);

/* -- What to do ------------------------------------------------------------------------------ */

enum sync_effect_kind { SYNC_ASK_HEADERS, SYNC_ASK_BODY, SYNC_DROP };

struct sync_effect {
	enum sync_effect_kind kind;
	uint32_t peer;
	uint64_t height;  /* ASK_HEADERS: the first; ASK_BODY */
	size_t count;     /* ASK_HEADERS */
	struct hash hash; /* ASK_BODY */
};

/* DROP: the peer is not asked any more; the session may be of use otherwise. The last one is not
 * dropped for being slow: then it may well be us. */
size_t sync_next(struct sync *sync, struct lots *lots, uint64_t now_ms,
                 struct sync_effect effects[SYNC_EFFECTS_MAX]);

/* When sync_next is wanted at the latest, if nothing comes before. */
uint64_t sync_wake_ms(const struct sync *sync, uint64_t now_ms);

/* Everything verified is applied, and nobody who may be asked claims more; claims that were not
 * made good in time do not count. */
bool sync_is_done(const struct sync *sync, uint64_t now_ms);

/* The block whose body is to be applied next is here: its height; 0: it is not. */
uint64_t sync_ready(const struct sync *sync);

#endif
