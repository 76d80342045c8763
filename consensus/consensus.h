/* The agreement, as a machine: one input with its time in, what must happen out, in order.
 * It calls nobody: no clock, socket, file, lots, heap. The same inputs give the same effects.
 *
 * The protocol is Simplex (Chan and Pass 2023) with the amendments of docs/consensus.md. A
 * view has one leader, who proposes one block; a quorum of notarize votes lets the next view
 * build on it, a quorum of finalize votes makes it final; a quorum of nullify votes lets the
 * next view do without. Of a view:
 *
 *   OPEN ──q notarize──► NOTARIZED ──q finalize──► FINAL        the next view opens at once
 *     └───q nullify────► NULLIFIED                              a view may be both, never
 *                                                               NULLIFIED and FINAL
 *   OPEN      -> NOTARIZED   on_certified (VOTE_NOTARIZE)
 *   OPEN      -> NULLIFIED   on_certified (VOTE_NULLIFY)
 *   NOTARIZED -> FINAL       on_certified (VOTE_FINALIZE)
 *
 * Of this node, in the frontier view:
 *
 *   IDLE ──something to do──► WAITING ──proposal valid──► notarize voted ──► next view
 *    ▲                           │ time is over, or the leader gave up
 *    └──nothing left to do───────┴──────► nullify voted ───────────────────► next view
 *
 *   IDLE    -> WAITING   timers.c, arm; a leader proposes instead: propose.c
 *   WAITING -> voted     vote.c
 *
 * In IDLE no timer runs and nothing is sent but the status, however long it lasts.
 *
 * Votes, certificates and proposals come in with their signatures checked. Nobody else's
 * words are trusted beyond that: whatever a validator signs, the machine gives a verdict and
 * bounded work, never an INVARIANT. */
#ifndef CONSENSUS_CONSENSUS_H
#define CONSENSUS_CONSENSUS_H

#include "consensus/blocks.h"
#include "consensus/safety.h"
#include "consensus/views.h"
#include "consensus/votes.h"

/* -- What validators tell each other about themselves -------------------------------------- */

/* The certificate that made `view` the frontier travels with it, or is empty. */
#define STATUS_FIELDS(X)                                                                 \
	X(u64, epoch)                                                                        \
	X(u64, view)        /* the frontier */                                               \
	X(u64, final_view)                                                                   \
	X(u64, height)      /* of the newest block on the disk */                            \
	X(hash, block)      /* its hash */                                                   \
	X(u64, nonce)       /* to be echoed; 0: no answer is asked for */                    \
	X(u64, echo)        /* the nonce that this answers; 0: none */

// clang-format off
WIRE_DECLARE(peer_status, STATUS_FIELDS)
// clang-format on

/* A leader's proposal. Its signature is the leader's notarize vote for the same. */
struct proposal {
	uint64_t view;
	uint64_t parent_view;
	struct hash block;
};

/* -- Inputs ---------------------------------------------------------------------------------- */

enum input_kind {
	INPUT_TICK,        /* time has passed */
	INPUT_WORK,        /* the pool changed: how much waits in it now */
	INPUT_SIGNED,      /* what EFFECT_SIGN asked for: a vote of our own */
	INPUT_VOTE,        /* of the present epoch, by the validator who signed it */
	INPUT_CERTIFICATE, /* of the present epoch */
	INPUT_PROPOSAL,    /* of the present epoch; the leader's vote follows as INPUT_VOTE */
	INPUT_BLOCK,       /* a header and its body are here: the hash is right, body_size,
	                    * tx_count and tx_root fit the body */
	INPUT_BUILT,       /* the block that EFFECT_BUILD asked for */
	INPUT_EXECUTED,    /* what became of EFFECT_EXECUTE */
	INPUT_STORED,      /* the block of EFFECT_COMMIT is on the disk */
	INPUT_RANGE,       /* final blocks in a row, that follow the newest one of ours */
	INPUT_STATUS,      /* of another node */
	INPUT_CONNECTED,   /* to a peer */
	INPUT_EPOCH,       /* the set of the next epoch, once its seal is stored */
};

struct input_work {
	uint64_t tx_count;   /* transactions that wait and are in no block */
	uint64_t byte_count; /* their bytes in a body */
	uint64_t oldest_ms;  /* when the first of them came, monotonic; 0 when there is none */
};

struct input_proposal {
	struct proposal proposal;
	uint16_t from;       /* who sent it to us: the leader or another */
};

struct input_block {
	struct hash hash;
	const struct header *header;
	uint16_t from;       /* NOBODY: our own disk */
};

struct input_built {
	uint64_t view;                /* of the EFFECT_BUILD; another view's is dropped */
	const struct header *header;  /* NULL: nothing was fit to be in a block */
	struct hash hash;
};

struct input_executed {
	struct hash hash;
	bool valid;
};

/* What follows one another from our newest committed block on, and a FINAL certificate for
 * the last of them. */
struct input_range {
	const struct header *headers;
	const struct hash *hashes;
	size_t count;
	size_t body_count; /* of the first so many the bodies are here */
	const struct certificate *certificate;
};

struct input_status {
	struct peer_status status;
	uint64_t proven_view; /* the frontier that the certificate with it shows, checked; 0: none
	                       * was looked at */
	uint16_t from;
};

struct input {
	enum input_kind kind;
	uint64_t now_ms;     /* monotonic: for timers; never goes back */
	uint64_t wall_ms;    /* Unix time: for the times of blocks, nothing else */
	union {
		struct input_work work;
		struct vote vote;                      /* SIGNED, VOTE */
		const struct certificate *certificate;
		struct input_proposal proposal;
		struct input_block block;
		struct input_built built;
		struct input_executed executed;
		uint64_t stored_height;
		struct input_range range;
		struct input_status status;
		uint16_t connected;                    /* peer */
		const struct epoch *epoch;
	};
};

/* -- Effects --------------------------------------------------------------------------------- */

enum effect_kind {
	EFFECT_WAKE,      /* an INPUT_TICK is wanted at wake_ms; replaces the one before */
	EFFECT_BUILD,     /* make a block and answer with INPUT_BUILT */
	EFFECT_EXECUTE,   /* execute a block whose body is here; answer with INPUT_EXECUTED */
	EFFECT_SIGN,      /* sign a ballot; answer with INPUT_SIGNED */
	EFFECT_KEEP_RECORD,      /* these must be on the disk before anything that is */
	EFFECT_KEEP_BLOCK,       /* ordered behind them in any later effect leaves the node; */
	EFFECT_KEEP_CERTIFICATE, /* none has an answer */
	EFFECT_KEEP_MARK,        /* likewise, with or without records: it never goes back */
	EFFECT_COMMIT,    /* the block is final: store it; answer with INPUT_STORED */
	EFFECT_DROP,      /* the block is not wanted any more: body, draft and all */
	EFFECT_SEND,      /* a message to one peer, or to many */
	EFFECT_EVIDENCE,  /* two votes of one validator that exclude each other: once for him in a
	                   * view */
	EFFECT_ALARM,     /* a person has to look */
};

struct effect_build {
	uint64_t epoch;
	uint64_t view;
	uint16_t proposer;
	bool heartbeat;      /* without transactions */
	struct hash parent;
	uint64_t time_ms;
};

struct effect_certificate {
	uint64_t epoch;
	uint64_t view;
	enum vote_kind kind;
	struct bytes_view bytes; /* valid until the next step */
};

struct effect_commit {
	struct hash block;
	uint64_t height;
	struct bytes_view certificate; /* its own or a descendant's; valid until the next step */
	uint64_t final_view; /* the certificate's: with the block, what was kept up to it is of no
	                      * use any more, and nothing else is */
	bool is_seal;
};

enum message_kind {
	MESSAGE_VOTE = 1,
	MESSAGE_CERTIFICATE,
	MESSAGE_PROPOSAL,
	MESSAGE_STATUS,
	MESSAGE_GET_BLOCK,
	MESSAGE_BLOCK,     /* drive's answer to the one before */
	MESSAGE_GET_HEADERS, /* catching up; drive's, as what follows */
	MESSAGE_HEADERS,
	MESSAGE_TXS,       /* drive's: transactions for the pool */
	MESSAGE_EVIDENCE,
	MESSAGE_GET_COMPACT,   /* drive's, as what follows: a block by short names */
	MESSAGE_COMPACT,
	MESSAGE_GET_BLOCK_TXS, /* what is missing of it */
	MESSAGE_BLOCK_TXS,
	MESSAGE_GET_BODIES = 0x12, /* those before are of cosigning: cosigned.h */
	MESSAGE_BODIES,
};

/* Who a message is from or for: a validator by his index in the epoch's set, anybody else by a
 * number from VALIDATORS_MAX to PEERS_MAX; NOBODY, if he is not connected. */
enum {
	ALL_VALIDATORS = UINT16_MAX - 1, /* but ourselves */
	ALL_PEERS = UINT16_MAX - 2,
};

struct effect_send {
	uint16_t to;
	enum message_kind message;
	struct bytes_view proof; /* of a STATUS: the certificate that goes with it, or empty; valid
	                          * until the next step */
	union {
		struct vote vote;
		struct bytes_view certificate; /* valid until the next step */
		struct proposal proposal;      /* drive adds header, body and certificates: see
		                                * consensus_certificate */
		struct peer_status status;
		struct hash block;             /* GET_BLOCK */
	};
};

enum alarm {
	ALARM_SAFETY_BROKEN, /* two certificates exclude each other: more than f validators lie */
	ALARM_LOCAL_FAULT,   /* what a quorum certified does not execute here */
	ALARM_SAME_KEY,      /* a vote by our key that we know nothing of */
	ALARM_WINDOW_FULL,   /* VIEWS_HELD_MAX views without a final one, or a set larger than
	                      * this node is set up for: it cannot follow any further */
};

struct effect {
	enum effect_kind kind;
	union {
		uint64_t wake_ms;
		struct effect_build build;
		struct hash block;   /* EXECUTE, KEEP_BLOCK, DROP */
		struct ballot sign;
		struct vote_record keep;
		struct vote_mark mark;
		struct effect_certificate certificate;
		struct effect_commit commit;
		struct effect_send send;
		struct vote evidence[2];
		enum alarm alarm;
	};
};

/* One step has at most:
 *   BLOCKS_HELD_MAX each of COMMIT, DROP and EXECUTE, as a block leaves the table with the
 *   first two and is executed once: 384; a KEEP_BLOCK for each: 128;
 *   a SIGN for each view of ours between final view and frontier that can be finalized, of
 *   which FINALIZE_STEP_MAX are tried a step: 64;
 *   two GET_BLOCK for each named block: 256;
 *   certificates to one peer: STATUS_VIEWS_MAX * 2; to all peers of the last view: 128;
 *   EVIDENCE against each signer of a certificate: 128;
 *   votes sent again: RESENT_VIEWS_MAX * 3; a peer's own: RESENT_VIEWS_MAX * VOTES_OF_ONE_MAX;
 *   the rest below 32.
 * Steps that have more than a few are rare, so the array is not what costs. */
enum { EFFECTS_MAX = 1280, FINALIZE_STEP_MAX = 64 };

struct effects {
	size_t count;
	struct effect items[EFFECTS_MAX];
};

/* -- The machine ------------------------------------------------------------------------------- */

struct consensus_config {
	size_t validators_max;      /* a larger set cannot be followed; at most VALIDATORS_MAX */
	uint64_t batch_ms;          /* how long the first waiting transaction waits for company */
	uint64_t timeout_start_ms;  /* B before anything was measured; 0: TIMEOUT_START_MS */
	uint64_t timeout_least_ms;  /* bounds of B and of a view; 0: the defaults of timers.c */
	uint64_t timeout_most_ms;
	uint64_t seed;              /* of the jitter of what is sent periodically */
};

/* Where the ledger on the disk stands. */
struct consensus_start {
	struct epoch epoch;
	uint64_t height;            /* of the last committed block */
	struct hash block;          /* its hash; the epoch's root if height is root_height */
	uint64_t time_ms;           /* of it */
	const struct certificate *certificate; /* that made it final, in this epoch; NULL at
	                                        * the epoch's root */
	struct vote_mark mark;      /* zeros: nothing was ever signed */
};

struct peer {
	bool known;             /* a status came */
	uint64_t height;        /* that he has committed, as he says */
	uint64_t seen_view;     /* the latest that a vote or status of his was about */
	uint64_t heard_ms;      /* when he last said anything, or could not have so far */
	uint64_t voted_ms;      /* when a vote of his last came on its own; 0: none in this epoch */
	uint64_t told_view;     /* the frontier that he showed when we asked; 0: not yet */
	uint64_t status_due_ms; /* no status to him before */
};

struct proposals_slot {
	uint64_t view;
	size_t count;               /* 0..2: the second that differs is for the record */
	struct proposal items[2];
	uint64_t came_ms;           /* the first of them, or when we proposed */
	bool refused;               /* one of them can never be voted for */
};

struct consensus {
	struct consensus_config config;
	struct epoch epoch;
	struct safety safety;
	struct votes votes;
	struct views views;
	struct blocks blocks;
	struct proposals_slot proposals[PROPOSALS_AHEAD_MAX + 1]; /* view % size */
	struct peer peers[PEERS_MAX];

	uint64_t height;            /* of the newest committed block, on the disk or ordered */
	struct hash block;          /* its hash */
	uint64_t time_ms;
	uint64_t stored_height;
	bool is_sealed;             /* that block is a seal: nothing more until INPUT_EPOCH */

	/* A final block to commit up to, that is not on the way to the final view's: from a
	 * range. */
	bool has_range;
	struct hash range_block;
	struct certificate range_certificate;
	uint8_t range_bytes[CERTIFICATE_SIZE_MAX]; /* the same, encoded */

	struct input_work work;
	uint64_t work_view;         /* the frontier when the waiting work was first seen */
	uint64_t work_height;       /* and what was committed then */
	uint64_t work_ignored_until_ms;
	uint64_t work_pause_ms;     /* doubles; 0: none so far */

	bool is_building;           /* EFFECT_BUILD has no answer yet */
	uint64_t building_view;     /* of it; 0: none, or one of an epoch that is over */
	uint64_t building_parent_view;
	bool work_came;             /* while a block is being built */
	uint64_t built_view;        /* in which our own built came to nothing */
	uint64_t entered_ms;        /* the frontier view */
	uint64_t entered_view;
	uint64_t armed_ms;          /* 0: idle */
	uint64_t lazy_due_ms;       /* certificates of the last view to who has not moved; 0: done */
	uint64_t retry_due_ms;
	uint64_t status_due_ms;
	uint64_t notarize_ms;       /* moving average: from a proposal to its quorum; 0: none */
	uint64_t last_final_ms;     /* monotonic */
	uint64_t lots;              /* state of the jitter */

	struct vote_mark mark;      /* as the disk had it at the start, but for the floor */
	enum recall recall;
	uint64_t nonce;             /* of our questions since the start */

	bool is_halted;             /* safety is broken or we cannot follow: nothing is signed */
	uint32_t alarms_raised;     /* bits, by enum alarm: each is raised once */
	uint64_t now_ms;
	uint64_t wall_ms;
	uint64_t wake_ms;           /* the earliest that anything wants in this step */
};

/* STATUS_MEMORY; STATUS_FOREIGN: the set is larger than the configuration allows. Everything
 * it will ever use is allocated here. Keeps no pointer. */
MUST_CHECK enum status consensus_init(struct consensus *core,
                                      const struct consensus_config *config,
                                      const struct consensus_start *start,
                                      struct why *why);
void consensus_close(struct consensus *core);

/* Between consensus_init and the first step: what the disk has of views above the final one.
 * Blocks follow as INPUT_BLOCK. */
void consensus_load_record(struct consensus *core, const struct vote_record *record);
void consensus_load_certificate(struct consensus *core,
                                const struct certificate *certificate);

/* One step. *out is overwritten. The order of the effects binds. */
void consensus_step(struct consensus *core, const struct input *in, struct effects *out);

/* For what a proposal carries: an encoded certificate that is held, or empty. Borrowed until
 * the next step. */
struct bytes_view consensus_certificate(const struct consensus *core, uint64_t view,
                                        enum vote_kind kind);

/* Does it ask others where they stand, because what it signed is forgotten? Their answers have
 * core->nonce as echo. */
bool consensus_is_forgetful(const struct consensus *core);

/* When a final block that did not come is overdue, monotonic; UINT64_MAX: none is missing. */
uint64_t consensus_overdue_ms(const struct consensus *core);

/* How long the frontier view may take, by now: for people, and for who asks beside consensus. */
struct view_times {
	uint64_t base_ms;     /* B: what the time-outs are multiples of */
	uint64_t proposal_ms; /* from the view's arming, without a proposal */
	uint64_t view_ms;     /* likewise, without a quorum that notarizes */
};
struct view_times consensus_view_times(const struct consensus *core);

/* Everything that must hold between steps. */
bool consensus_sound(const struct consensus *core);

#endif
