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
