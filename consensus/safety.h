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
	struct vote_record record; /* of the newest view in which anything was signed */
};

/* Start from the newest record of the disk, or from zeros if there is none. */
void safety_init(struct safety *safety, const struct vote_record *newest);

/* May this vote be signed? If so it counts as signed from now on: safety->record has to be
 * kept before the vote is sent. Votes of earlier epochs and views are never allowed. */
MUST_CHECK bool safety_allow(struct safety *safety, const struct ballot *ballot);

#endif
