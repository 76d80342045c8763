/* What this validator signed, and the only place that allows a signature.
 *
 * In one view: notarize one block and no other; finalize only what was notarized by a quorum
 * and never after nullify; nullify never after finalize. A record is kept on the disk before
 * any vote it allows is sent, and is loaded before any other is allowed. */
#ifndef CONSENSUS_SAFETY_H
#define CONSENSUS_SAFETY_H

#include "chain/ledger/validators.h"

/* What we signed in one view. */
#define VOTE_RECORD_FIELDS(X)                                                            \
	X(u64, epoch)                                                                        \
	X(u64, view)                                                                         \
	X(u8, notarized)         /* 0 or 1 */                                                \
	X(u64, notarized_parent) /* view */                                                  \
	X(hash, notarized_block)                                                             \
	X(u8, nullified)                                                                     \
	X(u8, finalized)                                                                     \
	X(u64, finalized_parent)                                                             \
	X(hash, finalized_block)

// clang-format off
WIRE_DECLARE(vote_record, VOTE_RECORD_FIELDS)
// clang-format on

/* Kept outside the database, and written after each record, so that a database that was lost or
 * turned back binds its owner all the same. */
struct vote_mark {
	uint64_t epoch; /* the last in which anything was signed, */
	uint64_t view;  /* and the last view in it */
	uint64_t floor_epoch; /* up to here records may be missing: nothing is signed there any more, */
	uint64_t floor_view;  /* nor in an earlier epoch */
	uint8_t recall; /* enum recall */
};

/* What a validator knows of its own votes. */
enum recall {
	RECALL_WHOLE,   /* all: records, or the mark in place of them */
	RECALL_LOST,    /* nothing: even the mark is gone. It asks the others where they stand, and
	                 * signs nothing until a quorum of them has answered */
	RECALL_ASKED,   /* enough for this epoch: they answered. In the next it asks again */
	RECALL_DOUBTED, /* it asks again */
};

struct safety {
	struct vote_record records[VIEWS_HELD_MAX]; /* view % VIEWS_HELD_MAX */
	uint64_t epoch;
	uint64_t floor; /* nothing is signed in this view of the epoch, or an earlier one */
};

/* Nothing was signed in this epoch so far. */
void safety_start(struct safety *safety, uint64_t epoch, uint64_t floor);

/* A record of the disk. Those of other epochs, and at or below the floor, are passed over; one
 * beyond what is remembered raises the floor, so that it binds whatever else is loaded. */
void safety_load(struct safety *safety, const struct vote_record *record);

/* Views up to here are final: nothing is signed in them any more. Never goes down. */
void safety_raise_floor(struct safety *safety, uint64_t view);

/* What was signed in a view above the floor; NULL: nothing. */
const struct vote_record *safety_record(const struct safety *safety, uint64_t view);

enum safety_answer {
	SAFETY_NO,    /* it may not be signed */
	SAFETY_NEW,   /* it may, and counts as signed from now on: the record has to be kept
	               * before the vote is sent */
	SAFETY_AGAIN, /* it was signed before, and kept */
};

MUST_CHECK enum safety_answer safety_allow(struct safety *safety,
                                           const struct ballot *ballot);

/* The ballot that gives a view up. */
struct ballot ballot_nullify(uint64_t epoch, uint64_t view);

bool ballot_equal(const struct ballot *a, const struct ballot *b);

/* The ballots of a record, as they were signed: at most three. Returns how many. */
size_t vote_record_ballots(const struct vote_record *record, struct ballot ballots[3]);

#endif
