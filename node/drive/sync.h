/* Catching up: headers first, of one peer at a time; the bodies behind them in portions, of many
 * at once.
 *
 *     applied         first missing                     cut         verified     claimed by peers
 *        │ HERE │ HERE │ ASKED │ HERE │ ASKED │ WANTED │             │               │
 *     ───┴──────┴──────┴───────┴──────┴───────┴────────┴─────────────┴───────────────┴──► height
 *
 *     WANTED ──asked──► ASKED ──it came──► CHECKING ──right──► HERE ──sync_applied──► gone
 *        ▲                │ peer left        │ wrong
 *        └────────────────┴──────────────────┘
 *
 * What peers claim to have only says whom to ask: of headers without a certificate that we checked
 * nothing is kept. A batch of headers is the blocks up to one certificate, a portion of bodies lies
 * within a batch; both are a stretch of the one final chain, so any peer may serve any of them. Who
 * is slow is found by the lowest portion that is missing, with a patience that doubles each time it
 * was lost, so that a slow link of our own does not make all peers look bad. Who failed is asked
 * after all others for a while, and never given up: there may be nobody else.
 *
 * Pure: time comes in, questions go out; signatures, hashes and messages are the caller's
 * (catchup.c). */
#ifndef NODE_DRIVE_SYNC_H
#define NODE_DRIVE_SYNC_H

#include "consensus/consensus.h"
#include "node/drive/check.h"

enum {
	SYNC_BEHIND_LEAST = 3,      /* blocks that a peer has to be ahead: one or two come by
	                             * themselves */
	SYNC_BATCHES_MAX = 4,       /* of verified headers whose blocks are not applied: 95 KB each */
	SYNC_PORTIONS_MAX = 16,     /* asked for or here: at most 16 largest blocks, 64 MiB */
	SYNC_PEER_PORTIONS_MAX = 2, /* in flight from one peer: one under way, one behind it, */
	SYNC_PEER_BYTES_MAX = 2 * PORTION_BYTES_MAX, /* and no more bytes than that, but for one
	                             * alone: he may not have room for more on its way to us */
	SYNC_EXPLORE_PERCENT = 10,  /* portions asked of a random peer, not of the fastest */
	SYNC_STALL_MIN_MS = 2000,
	SYNC_STALL_MAX_MS = 16000,  /* what comes later is taken as well */
	SYNC_HEADERS_MIN_MS = 2000,
	SYNC_HEADERS_MAX_MS = 16000,
	SYNC_BUSY_MS = 1000,        /* who had nothing for us is not asked for so long */
	SYNC_FAILED_MS = 60000,     /* who failed is asked after the others for so long */
	SYNC_QUESTIONS_MAX = SYNC_PORTIONS_MAX + 2,
};

/* Headers in a row, of one epoch, and the FINAL of the last of them. */
struct sync_batch {
	uint64_t first; /* height */
	size_t count;
	bool is_sealed; /* the last one ends the epoch: what follows needs another set */
	struct certificate certificate;
	struct header headers[SYNC_HEADERS_MAX];
	struct hash hashes[SYNC_HEADERS_MAX];
};

enum sync_state { SYNC_WANTED, SYNC_ASKED, SYNC_CHECKING, SYNC_HERE };

/* Peers are numbered as drive's. */
enum { SYNC_NOBODY = UINT16_MAX };

struct sync_portion {
	uint64_t first;        /* height */
	size_t count;          /* of blocks */
	uint64_t body_bytes;   /* as their headers say */
	enum sync_state state;
	uint16_t asked[2];     /* the second once the first is late; SYNC_NOBODY */
	uint64_t asked_ms[2];
	uint16_t sender;       /* CHECKING */
	struct check_job *job; /* HERE: the bodies and what was found; owned */
};

struct sync_peer {
	bool is_there;
	bool is_validator;       /* few of them lie: asked for headers before all others */
	uint64_t epoch, height;  /* that he has committed, as he says */
	size_t in_flight;        /* portions */
	uint64_t rate;           /* bytes a second, of late */
	uint64_t quiet_since_ms; /* while something is in flight: since he was asked, or answered */
	uint64_t not_before_ms;  /* he had nothing, or no time */
	uint64_t failed_ms;      /* 0: not of late */
};

enum sync_headers_state { SYNC_HEADERS_IDLE, SYNC_HEADERS_ASKED, SYNC_HEADERS_CHECKING };

struct sync {
	uint64_t epoch;
	uint64_t applied;          /* height of the newest block of ours */
	uint64_t verified;         /* of the newest header with a certificate that we checked */
	struct hash verified_hash; /* of that block */
	uint64_t cut;              /* up to here in portions; applied..verified */
	bool is_sealed;            /* verified ends the epoch */
	size_t portion_blocks_max;

	enum sync_headers_state headers;
	uint16_t headers_peer;     /* ASKED: last; CHECKING: who sent them */
	uint64_t headers_ms;       /* ASKED: since */
	uint64_t headers_patience_ms;
	struct sync_batch *checking; /* CHECKING; owned */

	uint64_t stall_ms;         /* patience with the lowest missing portion */
	uint64_t pause_until_ms;
	size_t batch_count, portion_count;
	struct sync_batch *batches[SYNC_BATCHES_MAX]; /* applied + 1..verified, in a row; owned */
	struct sync_portion portions[SYNC_PORTIONS_MAX]; /* applied + 1..cut, likewise */
	struct sync_peer peers[PEERS_MAX];
	uint64_t lots;
	/* So far: questions for headers, for portions, of these to a second peer; and times that a
	 * peer failed. */
	uint64_t headers_asked, portions_asked, asked_second, failed;
	uint64_t overdue_ms;       /* as sync_next was told last */
	bool is_stale;             /* there may be something to ask before wake_ms */
	uint64_t wake_ms;
};

/* `portion_blocks_max`: 1..PORTION_BLOCKS_MAX. */
void sync_init(struct sync *sync, uint64_t seed, size_t portion_blocks_max);
void sync_close(struct sync *sync);

/* We stand at this block, and what follows is of this epoch: at the start, and in a new epoch.
 * Nothing is left of what was asked for or came, but what is known of the peers. */
void sync_begin(struct sync *sync, uint64_t epoch, uint64_t height, const struct hash *block);

/* Blocks up to this one are applied, from here or from elsewhere. */
void sync_applied(struct sync *sync, uint64_t height, const struct hash *block, bool is_seal);

/* Something went wrong here: nothing is asked for a second. */
void sync_pause(struct sync *sync, uint64_t now_ms);

/* -- Peers ----------------------------------------------------------------------------------- */

/* A peer says how far he is. */
void sync_peer_has(struct sync *sync, uint16_t peer, bool is_validator, uint64_t epoch,
                   uint64_t height);
void sync_peer_left(struct sync *sync, uint16_t peer);

/* -- Headers that come ------------------------------------------------------------------------- */

/* Are headers from there on awaited? Whoever sends them, as he was asked once. */
bool sync_awaits_headers(const struct sync *sync, uint64_t from);
/* He has none, or no time. */
void sync_headers_missing(struct sync *sync, uint16_t peer, uint64_t now_ms);
/* What he sent is no answer. */
void sync_headers_wrong(struct sync *sync, uint16_t peer, uint64_t now_ms);
/* They are checked now; the batch, memory_new's, is taken. */
void sync_headers_came(struct sync *sync, uint16_t peer, struct sync_batch *batch);
/* Those that are being checked, of this peer from there on, are right, or not. */
void sync_headers_checked(struct sync *sync, uint16_t peer, uint64_t from, bool is_right,
                          uint64_t now_ms);

/* -- Bodies that come -------------------------------------------------------------------------- */

/* The portion that begins there, if it is missing; whoever sends it, as he was asked once. */
struct sync_portion *sync_missing_portion(struct sync *sync, uint64_t from);
void sync_bodies_missing(struct sync *sync, struct sync_portion *portion, uint16_t peer,
                         uint64_t now_ms);
/* They are checked now. */
void sync_bodies_came(struct sync *sync, struct sync_portion *portion, uint16_t peer,
                      uint64_t now_ms);
/* What the peer sent is no answer to the headers. */
void sync_bodies_wrong(struct sync *sync, struct sync_portion *portion, uint16_t peer,
                       uint64_t now_ms);
/* The portion that begins there and is being checked, as this peer sent it; NULL: not any more. */
struct sync_portion *sync_checking_portion(struct sync *sync, uint16_t peer, uint64_t from);
/* They are right; the job is taken. */
void sync_bodies_here(struct sync *sync, struct sync_portion *portion, struct check_job *job);

/* -- What is known ----------------------------------------------------------------------------- */

/* The batch with the header of this height, applied + 1..verified. */
const struct sync_batch *sync_batch_of(const struct sync *sync, uint64_t height);
/* Is the block on its way? It need not be asked for by itself then. */
bool sync_brings(const struct sync *sync, const struct hash *block);

/* -- What to do -------------------------------------------------------------------------------- */

struct sync_question {
	uint16_t peer;
	uint64_t from;  /* height */
	size_t count;   /* of bodies; 0: headers are wanted */
};

/* What to ask by now; how many. `overdue_ms`: consensus_overdue_ms. sync->wake_ms is when it is
 * wanted again at the latest; UINT64_MAX: nothing is open. */
size_t sync_next(struct sync *sync, uint64_t now_ms, uint64_t overdue_ms,
                 struct sync_question questions[SYNC_QUESTIONS_MAX]);

/* The first portion, if it is here and next: it is taken out, with its job. False: it is not. */
bool sync_take(struct sync *sync, struct sync_portion *portion);

#endif
