/* Who has cosigned what: collects the validators' cosignatures over the checkpoints of
 * blocks that are final, until a quorum of one set has signed the same. Pure: it signs,
 * checks and sends nothing itself; time comes in.
 *
 *     our disk has a block ──► a point of ours ──┐
 *     cosignatures, checked ──► slots ───────────┴─ q of one size and root ──► reached
 *
 * Cosignatures often come before our own disk has the block: they wait in the slots of
 * who signed them. What a quorum signed is reached only when our disk has it too, so what
 * is told of it can be proved here.
 *
 * A seal is signed by two sets: the one that it ends, whose signatures lead from old
 * policies to new ones, and the one that it starts, so that a policy of the new set works
 * at once. The ended set waits beside the present one until its seal is reached. */
#ifndef NODE_DRIVE_COSIGNING_H
#define NODE_DRIVE_COSIGNING_H

#include "chain/receipt/cosigned.h"
#include "consensus/epoch.h"

enum {
	COSIGN_PERIOD_MS = 100,  /* of block time: its first block is signed at once; any other
	                          * when it stayed the newest for so long */
	COSIGN_TURN_MAX = 4,     /* points signed at once; older ones are superseded */
	COSIGN_ASK_MS = 300,     /* without a quorum: then somebody is asked; twice as long each */
	COSIGN_ASK_MS_MAX = 10000, /* time, up to this */
	COSIGN_AHEAD_MAX = 8,    /* checkpoints of one signer that our disk has not reached: the
	                          * next ones, and his newest. 0.8 s, and a question finds more */
	COSIGN_OWN_MAX = 256,    /* of our disk that no quorum has signed yet: 5 s at 50 blocks/s */
	COSIGN_CHECKS_MAX = 64,  /* messages being checked at once, of 22 KiB; what comes beyond
	                          * is asked for */
	COSIGN_SEALS_MAX = 8,    /* ended sets that we still want a quorum of. Sets end with a
	                          * vote of the root group; what is beyond is asked for later */
};

/* The keys of one set. */
struct cosigners {
	uint64_t epoch;
	size_t count;
	size_t quorum;
	uint16_t self;                     /* whose key is ours; NOBODY */
	struct hash keys[VALIDATORS_MAX]; /* ascending */
};

struct cosigning_own {
	uint64_t size;
	struct hash root;
	uint64_t stored_ms; /* monotonic */
	bool is_first;      /* of its period: to be signed at once */
};

struct cosigning_slot {
	uint64_t size; /* 0: free */
	struct hash root;
	struct cosign cosign;
};

/* A set that ended. */
struct cosigning_seal {
	struct cosigners who;
	struct cosign_point point;
	bool is_signed; /* by us */
	size_t count;
	bool has[VALIDATORS_MAX];
	struct cosign cosigns[VALIDATORS_MAX];
	uint64_t ask_due_ms, ask_wait_ms;
};

struct cosigning {
	struct hash own_key; /* zeros: we sign nothing */
	struct cosigners who;
	struct cosigning_slot (*slots)[COSIGN_AHEAD_MAX]; /* of each of who.keys */
	struct cosigning_own own[COSIGN_OWN_MAX];         /* ascending by size */
	size_t own_count;
	uint64_t period;      /* of the newest block */
	uint64_t signed_size; /* by us, of the present set */
	uint64_t done_size;   /* of the present set's newest quorum */
	uint64_t ask_due_ms, ask_wait_ms; /* UINT64_MAX: nothing is missed */
	struct cosigned *newest;          /* quorum of any set; count 0: none */
	struct cosigned *reached;         /* room for what is being put together */
	bool has_reached;                 /* newest was not taken yet */
	struct cosigning_seal *seals[COSIGN_SEALS_MAX]; /* oldest first */
	size_t seal_count;
	bool has_lost_seals; /* there may be others on the disk that nobody has signed enough */
};

/* `own_key` is ours; zeros: we follow. STATUS_MEMORY. */
MUST_CHECK enum status cosigning_init(struct cosigning *cosigning,
                                      const struct hash *own_key);
void cosigning_close(struct cosigning *cosigning);

/* Where a start finds the ledger: the set of the next block, the newest block's
 * checkpoint, and the newest quorum that was kept (NULL: none). */
void cosigning_start(struct cosigning *cosigning, const struct epoch *epoch,
                     const struct cosign_point *tip, uint64_t tip_time_ms,
                     const struct cosigned *kept, uint64_t now_ms);

/* Is there room for seals without a quorum that are on the disk and not known here? Once:
 * they are to be searched for. So at a start, and when more came than there is room for. */
bool cosigning_seeks_seals(struct cosigning *cosigning);

/* One of them. Nothing happens when it is known here. STATUS_MEMORY. */
MUST_CHECK enum status cosigning_add_seal(struct cosigning *cosigning,
                                          const struct validator_set *set, size_t quorum,
                                          const struct cosign_point *seal, uint64_t now_ms);

/* Our disk has a block of the present epoch that is no seal. `is_late`: its time is long
 * over, as when a node catches up. */
void cosigning_on_block(struct cosigning *cosigning, const struct cosign_point *point,
                        uint64_t time_ms, bool is_late, uint64_t now_ms);

/* Our disk has a seal: `seal` is its checkpoint with the epoch that it ends, `next` the
 * set that it starts. STATUS_MEMORY. */
MUST_CHECK enum status cosigning_on_seal(struct cosigning *cosigning,
                                         const struct cosign_point *seal,
                                         const struct epoch *next, uint64_t time_ms,
                                         uint64_t now_ms);

/* What we are to sign now, one after another: each goes to cosigning_add next. */
bool cosigning_due(struct cosigning *cosigning, struct cosign_point *point,
                   uint64_t now_ms);

enum cosign_use {
	COSIGN_USEFUL,  /* worth checking */
	COSIGN_USELESS, /* known, or of no use any more */
	COSIGN_FOREIGN, /* not a key of that set, which we know: no honest node says so */
};

enum cosign_use cosigning_weigh(const struct cosigning *cosigning,
                                const struct cosign_point *point, const struct hash *key);

/* A cosignature that was checked, or our own. */
void cosigning_add(struct cosigning *cosigning, const struct cosign_point *point,
                   const struct cosign *cosign);

/* What was reached since, one after another: to be kept. `is_seal`: by the set that the
 * seal ended; `is_newest`: it covers more than any before. */
bool cosigning_take(struct cosigning *cosigning, struct cosigned *reached, bool *is_seal,
                    bool *is_newest);

/* Is it time to ask somebody? What for. */
bool cosigning_asks(struct cosigning *cosigning, struct cosign_question *question,
                    uint64_t now_ms);

/* What we can say to a question: a quorum, or what there is of one. False: nothing. */
bool cosigning_answer(const struct cosigning *cosigning, struct cosigned *answer,
                      const struct cosign_question *question);

/* When cosigning_due or cosigning_asks next has something to say; UINT64_MAX: never. */
uint64_t cosigning_wake_ms(const struct cosigning *cosigning);

#endif
