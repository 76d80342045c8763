/* The agreement, as a machine: one input with its time in, what must happen out, in order.
 * It calls nobody: no clock, socket, file, lots, heap. The same inputs give the same effects.
 *
 * The protocol is Simplex (Chan and Pass 2023). A view has one leader, who proposes one
 * block; a quorum of notarize votes lets the next view build on it, a quorum of finalize
 * votes makes it final.
 *
 *   IDLE ──work──► FILLING ──batch_ms, or a full block──► BUILDING ──BUILT──► FINAL ─┐
 *    ▲                                                       │                       │
 *    └───────────────────── next view ◄──────── nothing fit ─┴───────── next view ◄──┘
 *
 *   IDLE     -> FILLING    on_work
 *   FILLING  -> BUILDING   build
 *   BUILDING -> IDLE       on_built, when every transaction was refused
 *   BUILDING -> FINAL      on_built: this machine's own vote is the quorum
 *   FINAL    -> IDLE       enter_view
 *
 * This is the chart of a set of one validator, whose own vote is a quorum: it notarizes and
 * finalizes its block in the step that it is built in. A set that is larger is refused by
 * consensus_init. FILLING waits while UNSTORED_BLOCKS_MAX blocks are not yet on the disk,
 * and, while one is, for a full block: so blocks grow with the load. */
#ifndef CONSENSUS_CONSENSUS_H
#define CONSENSUS_CONSENSUS_H

#include "chain/ledger/validators.h"
#include "consensus/safety.h"

/* -- Inputs -------------------------------------------------------------------------------- */

enum input_kind {
	INPUT_TICK,   /* time has passed */
	INPUT_WORK,   /* the pool changed: how much waits in it now */
	INPUT_BUILT,  /* the block that EFFECT_BUILD asked for */
	INPUT_STORED, /* the block of EFFECT_COMMIT is on the disk */
};

struct input_work {
	uint64_t tx_count;   /* transactions that wait and are in no block */
	uint64_t byte_count; /* their bytes in a body */
	uint64_t oldest_ms;  /* when the first of them came, monotonic; 0 when there is none */
};

struct input_built {
	uint64_t view;       /* of the EFFECT_BUILD; another view's is ignored */
	uint32_t tx_count;   /* 0: nothing was fit to be in a block, there is none */
	uint64_t height;
	uint64_t time_ms;
	struct hash block;   /* hash of the header */
};

struct input {
	enum input_kind kind;
	uint64_t now_ms;     /* monotonic: for timers; never goes back */
	uint64_t wall_ms;    /* Unix time: for the time of a block, nothing else */
	union {
		struct input_work work;
		struct input_built built;
		uint64_t stored_height;
	};
};

/* -- Effects --------------------------------------------------------------------------------- */

enum effect_kind {
	EFFECT_WAKE,   /* an INPUT_TICK is wanted at wake_ms; replaces the one before */
	EFFECT_BUILD,  /* make a block and answer with INPUT_BUILT */
	EFFECT_SIGN,   /* make the signature of a vote, then carry on with the next effect */
	EFFECT_KEEP,   /* this record of what was signed must be on the disk before any of the
	                * signatures is let out */
	EFFECT_COMMIT, /* the block is final: store it with its certificate, in one batch with
	                * what was to be kept before, and answer with INPUT_STORED */
};

struct effect_build {
	uint64_t epoch;
	uint64_t view;
	uint16_t proposer;
	struct hash parent;
	uint64_t time_ms;
	struct hash validators_hash;
};

struct effect_commit {
	struct hash block;
	uint64_t height;
	struct ballot ballot;     /* whose signatures certify it */
	uint16_t signer;          /* of the one signature, from the EFFECT_SIGN of this ballot */
	uint16_t validator_count;
};

struct effect {
	enum effect_kind kind;
	union {
		uint64_t wake_ms;
		struct effect_build build;
		struct ballot sign;
		struct vote_record keep;
		struct effect_commit commit;
	};
};

/* A step has at most: two signatures, one record, one commit, then a build or a wake. */
enum { EFFECTS_MAX = 8 };

struct effects {
	size_t count;
	struct effect items[EFFECTS_MAX];
};

/* -- The machine ------------------------------------------------------------------------------- */

enum consensus_phase { PHASE_IDLE, PHASE_FILLING, PHASE_BUILDING };

struct consensus_config {
	uint64_t epoch;
	struct validator_set validators; /* of this epoch */
	struct hash validators_hash;
	uint16_t self;             /* our index in the set */
	uint64_t height;           /* of the last final block, which is on the disk */
	uint64_t view;             /* of it */
	uint64_t time_ms;          /* of it */
	struct hash block;         /* its hash */
	uint64_t batch_ms;         /* how long the first waiting transaction waits for company */
	uint64_t block_txs_max;    /* what a full block is */
	uint64_t block_bytes_max;
	struct vote_record last_vote; /* newest record on the disk; zero if there is none */
};

struct consensus {
	struct consensus_config config;
	struct safety safety;
	enum consensus_phase phase;
	uint64_t view;           /* the frontier: no certificate is known for it yet */
	uint64_t height;         /* of the newest final block, stored or not */
	uint64_t stored_height;
	uint64_t tip_view;       /* of that block */
	uint64_t tip_time_ms;
	struct hash tip;         /* its hash */
	struct input_work work;
	uint64_t now_ms;
	uint64_t wall_ms;
};

/* STATUS_FOREIGN: a set of several validators, which this machine cannot serve yet. Keeps no
 * pointer. */
MUST_CHECK enum status consensus_init(struct consensus *core,
                                      const struct consensus_config *config,
                                      struct why *why);

/* One step. *out is overwritten. The order of the effects binds. */
void consensus_step(struct consensus *core, const struct input *in, struct effects *out);

/* Everything that must hold between steps. */
bool consensus_sound(const struct consensus *core);

#endif
