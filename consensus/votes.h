/* The votes of the views around the present one: who voted for what, whether it is enough,
 * and who contradicts himself. Signatures were checked before.
 *
 *     view % VOTE_VIEWS -> slot -> voter -> two notarize votes, one nullify, two finalize
 *
 * Of a voter's votes of one kind the second that differs is kept too, as evidence; further
 * ones tell nothing new. So memory does not depend on what anybody sends, and neither does how
 * often it is told: who contradicts himself in a view is named once. */
#ifndef CONSENSUS_VOTES_H
#define CONSENSUS_VOTES_H

#include "consensus/epoch.h"

enum {
	VOTE_VIEWS = 2 * VIEWS_AHEAD_MAX,
	VOTES_OF_ONE_MAX = 5, /* of a validator in a view: see below */
};

/* One vote of a kind that names a block. */
struct cast {
	uint64_t parent_view;
	struct hash block;
	struct signature signature;
};

struct voter {
	uint8_t notarize_count; /* 0..2, as the next */
	uint8_t finalize_count;
	bool nullified;
	bool is_accused; /* VOTE_CONTRADICTS was said of him */
	struct cast notarize[2];
	struct cast finalize[2];
	struct signature nullify;
};

struct vote_slot {
	uint64_t view;        /* 0: empty */
	struct voter *voters; /* votes.voters_max of them */
};

struct votes {
	struct vote_slot slots[VOTE_VIEWS];
	struct voter *memory; /* owned */
	size_t voters_max;
	uint64_t least_view;  /* earlier ones are no longer counted */
};

MUST_CHECK enum status votes_init(struct votes *votes, size_t voters_max);
void votes_close(struct votes *votes);
/* Forgets every vote. */
void votes_clear(struct votes *votes);

/* Forgets the votes of earlier views. */
void votes_forget_below(struct votes *votes, uint64_t view);

enum vote_news {
	VOTE_NEWS,      /* counted */
	VOTE_KNOWN,     /* nothing new */
	VOTE_OUTSIDE,   /* of a view that is too early or too late */
	VOTE_CONTRADICTS, /* *other is a vote by the same validator that excludes this one: said
	                   * once of a voter in a view, then it is one of the above; counted
	                   * all the same, where there was room */
};

/* `last_view` is the latest view that is counted. */
enum vote_news votes_add(struct votes *votes, const struct vote *vote, uint64_t last_view,
                         struct vote *other);

/* Validators of the set who cast exactly this ballot. */
size_t votes_count(const struct votes *votes, const struct epoch *epoch,
                   const struct ballot *ballot);

/* Did this validator cast exactly this ballot? */
bool votes_has(const struct votes *votes, const struct ballot *ballot, uint16_t signer);

/* *signature is the validator's under this ballot; false: there is none. */
bool votes_signature(const struct votes *votes, const struct ballot *ballot,
                     uint16_t signer, struct signature *signature);

/* All that is held of this validator in this view. Returns how many. */
size_t votes_of(const struct votes *votes, uint64_t epoch, uint64_t view, uint16_t signer,
                struct vote found[VOTES_OF_ONE_MAX]);

/* The first quorum, in order of their indexes. There must be one: votes_count. */
void votes_certificate(const struct votes *votes, const struct epoch *epoch,
                       const struct ballot *ballot, struct certificate *certificate);

#endif
