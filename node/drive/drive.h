/* The mind of a node: the pool, the consensus machine, and its effects carried out in order
 * through world.h. Pure: time and everything else comes in from outside.
 *
 * A turn is one call from outside. Within it the machine is fed until nothing is left to feed;
 * what has to be on the disk is gathered into one job, and what may leave the node only after
 * that waits with the job, in order. So a turn costs one sync at most. */
#ifndef NODE_DRIVE_DRIVE_H
#define NODE_DRIVE_DRIVE_H

#include "node/drive/accused.h"
#include "node/drive/cosigning.h"
#include "node/drive/fill.h"
#include "node/drive/late.h"
#include "node/drive/outbox.h"
#include "node/drive/pool.h"
#include "node/drive/rebuild.h"
#include "node/drive/refused.h"
#include "node/drive/shelf.h"
#include "node/drive/sync.h"
#include "node/drive/world.h"

/* Now, on both clocks. */
struct moment {
	uint64_t now_ms;  /* monotonic */
	uint64_t wall_ms; /* Unix time */
};

/* Where cosigning begins. */
struct drive_cosign_start {
	struct bytes_view origin;    /* of the network's log; empty: no checkpoint is cosigned */
	struct hash cosign_key;      /* ours; zeros: we only collect */
	struct cosign_point tip;     /* the newest block's, of the epoch of the next block */
	const struct cosigned *kept; /* the newest quorum on the disk; NULL: none */
};

struct drive_config {
	struct consensus_config consensus;
	struct consensus_start start;
	struct pool_limits pool;
	const struct network *network; /* must outlive it */
	struct public_key vote_key;    /* ours; zeros: we only follow */
	struct public_key evidence_key; /* of the account that sends evidence; zeros: we send none */
	size_t headers_max;            /* in an answer of ours; 0: SYNC_HEADERS_MAX */
	size_t portion_blocks_max;     /* that are asked for at once; 0: PORTION_BLOCKS_MAX */
	size_t compact_body_least;     /* a smaller one is proposed whole; 0: COMPACT_BODY_LEAST */
	struct drive_cosign_start cosign;
	struct world world;
};

struct drive_counters {
	uint64_t submitted, admitted, refused, expired, final;
	uint64_t blocks;
	uint64_t blamed, checks_dropped;
	uint64_t blocks_named;   /* that came by short names */
	uint64_t blocks_rebuilt; /* of these, put together here */
	uint64_t txs_asked;      /* that were missing */
	uint64_t bodies_asked;   /* times that a block was asked for whole */
};

/* A peer, as consensus numbers them. */
struct drive_peer {
	bool is_connected;
	uint32_t connection;        /* its number: who comes later in this place is somebody else */
	struct public_key vote_key; /* that he proved to have; zeros: none */
	uint16_t index;             /* for consensus */
	/* Views of the newest FINAL of this epoch that he sent, as he says, and that he was sent. */
	uint64_t final_view_from, final_view_to;
	size_t read_count;          /* of what he asked for and is being read */
	struct hash asked_block;    /* that he was asked for last, and when; zeros: none */
	uint64_t asked_ms;
};

/* A block that comes by short names. */
struct drive_rebuilding {
	bool is_used;
	uint16_t peer;           /* who named it */
	struct hash block;
	uint64_t since_ms;       /* monotonic: when the last step was made */
	uint64_t asked_ms;       /* likewise: when the open question was sent last */
	uint32_t number;         /* of the question that is open */
	struct rebuild *rebuild; /* owned; NULL: it was asked for whole, or is complete */
	bool is_checked;         /* complete, and the world checks it */
};

/* Inputs that come up while one is being carried out. */
struct drive_later {
	struct input in;
	struct drive_later *next;
};

/* What waits, tried again by who makes no blocks. */
struct trial {
	bool is_wanted;              /* the ledger has grown since the last one */
	bool is_waited_for;          /* by a block that consensus asked for meanwhile, */
	struct effect_build waiting; /* this one */
	struct hash tip;             /* the newest stored block, and its time */
	uint64_t tip_time_ms;
	uint64_t due_ms;             /* monotonic: not before */
};

struct drive_cosign;

struct drive {
	struct world world;
	const struct network *network;
	struct public_key vote_key; /* ours */
	struct public_key evidence_key; /* likewise */
	struct consensus consensus;
	struct pool pool;
	struct refused refused;
	struct shelf shelf;
	struct accused accused;
	struct drive_cosign *cosign; /* NULL: no checkpoint is cosigned */
	struct sync sync;            /* peers are numbered as the next */
	struct drive_peer peers[PEERS_MAX];
	uint32_t connection_count;  /* so far */

	struct drive_later *later_first, *later_last;
	bool is_feeding;
	struct effects effects;

	struct outbox outbox;       /* messages, and the jobs that they wait for */
	struct store_job *job;      /* being gathered in this turn; NULL: nothing to store */
	size_t stored_count;        /* jobs that the world has */
	struct vote_mark mark;      /* of the newest job, or of the disk */

	bool building;
	struct build_job build;
	struct trial trial;
	struct pool_tx **picked;    /* of the block being built, as its offers */
	struct offer *offers;
	size_t offers_max;
	struct fill fill;           /* how much a block of ours may hold */
	struct hash placed[BLOCKS_HELD_MAX]; /* blocks whose transactions are POOL_PLACED */
	size_t placed_count;
	struct hash aim;            /* what the executor tries transactions on */
	bool placed_is_stale;       /* some of them could not be placed when it was time */
	struct epoch next_epoch;    /* when seal_height is stored */
	uint64_t seal_height;       /* of a committed seal block that is not stored; 0: none */
	struct message message;     /* the one being opened */
	bool has_started;           /* consensus has heard of what was loaded */

	struct input_work told;     /* what consensus knows of the pool */
	size_t check_count;         /* jobs out there */
	size_t read_count;
	size_t headers_max;
	size_t compact_body_least;
	struct drive_rebuilding rebuildings[REBUILDS_MAX];
	struct late late;
	uint32_t question_number;   /* of the last question for transactions of a block */
	uint64_t expiry_due_ms;     /* monotonic */
	uint64_t wanted_ms;         /* by consensus; UINT64_MAX: none */
	uint64_t waking_ms;         /* what the world was told last */
	struct moment moment;       /* of this turn */
	struct drive_counters counters;
	bool is_stopping;           /* no new block is begun */
	enum status status;         /* STATUS_OK, or what makes it impossible to go on */
	struct why why;
};

/* Large: on the heap. Not STATUS_OK: out of memory, or a set that consensus cannot serve. */
MUST_CHECK enum status drive_init(struct drive *drive, const struct drive_config *config,
                                  const struct moment *moment, struct why *why);
void drive_close(struct drive *drive);

/* Between drive_init and the first other call: what was kept beside the ledger. The block's
 * transactions were checked before it was kept. */
void drive_load_record(struct drive *drive, const struct vote_record *record);
void drive_load_certificate(struct drive *drive, const struct certificate *certificate);
void drive_load_block(struct drive *drive, const struct header *header,
                      struct bytes_view body);

/* A transaction that was checked (form, signature, executor_try) on its way in. */
struct submission {
	struct tx tx;            /* its views point into bytes */
	uint8_t *bytes;          /* memory_new's; NULL once the pool has them */
	uint64_t checked_height;
	bool is_awaited;         /* world.tell of the end of a transaction that is pending */
	bool is_relayed;         /* it came from a peer: it is not sent on */
	enum verdict verdict;    /* in: of the checks so far; out: VERDICT_GOOD if it is pending */
	struct refusal refusal;
};

/* Takes in those that are VERDICT_GOOD and gives each its verdict: VERDICT_GOOD for what is
 * pending, also when it was so before. `bytes` is NULL afterwards where the pool took them. */
void drive_submit(struct drive *drive, struct submission *submissions, size_t count,
                  const struct moment *moment);

/* -- Peers: numbers below PEERS_MAX, the world's choice ------------------------------------- */

/* `vote_key` that the peer proved to have, or NULL. */
void drive_on_connected(struct drive *drive, uint16_t peer,
                        const struct public_key *vote_key, const struct moment *moment);
void drive_on_disconnected(struct drive *drive, uint16_t peer);

/* Bytes from a connected peer; copied where they are needed longer. */
void drive_on_message(struct drive *drive, uint16_t peer, struct bytes_view bytes,
                      const struct moment *moment);

/* -- Answers of the world ---------------------------------------------------------------------- */

void drive_on_built(struct drive *drive, const struct moment *moment);
/* `block` is NULL if it is not good. */
void drive_on_executed(struct drive *drive, const struct hash *hash,
                       const struct draft *block, const struct moment *moment);
void drive_on_stored(struct drive *drive, struct store_job *job,
                     const struct moment *moment);
void drive_on_checked(struct drive *drive, struct check_job *job,
                      const struct moment *moment);
void drive_on_read(struct drive *drive, struct read_job *job, const struct moment *moment);
void drive_on_tick(struct drive *drive, const struct moment *moment);

/* No new block is begun from now on; drive_is_idle tells when the last one is executed and
 * stored. */
void drive_stop(struct drive *drive);
bool drive_is_idle(const struct drive *drive);

#endif
