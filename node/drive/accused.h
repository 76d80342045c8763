/* Who lied: of each vote key that did, the first two votes that exclude each other, until the
 * chain has them. A key is accused once, whatever else it signs: the chain takes no second
 * piece of evidence against it. */
#ifndef NODE_DRIVE_ACCUSED_H
#define NODE_DRIVE_ACCUSED_H

#include "chain/base/limits.h"
#include "chain/ledger/operations.h"

struct accusation {
	struct public_key vote_key;
	struct signed_ballot votes[2];
	bool is_on_chain;   /* nothing is left to do */
	struct hash txid;   /* of the evidence.submit that was sent last; zeros: none was */
	uint32_t attempts;  /* how many were */
	uint64_t due_ms;    /* monotonic: none before */
};

struct accused {
	size_t count;
	struct accusation items[ACCUSED_MAX]; /* the oldest first */
};

/* NULL: this key is not accused. */
struct accusation *accused_find(struct accused *accused, const struct public_key *vote_key);

/* A key that is not accused. When all places are taken, one leaves that is on chain, or else
 * the oldest. */
struct accusation *accused_add(struct accused *accused, const struct public_key *vote_key);

#endif
