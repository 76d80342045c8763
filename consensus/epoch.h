/* What an epoch begins with and never changes: who may vote, how many are enough, whose turn
 * it is, and the block that the epoch stands on. docs/consensus.md, "Epochs". */
#ifndef CONSENSUS_EPOCH_H
#define CONSENSUS_EPOCH_H

#include "chain/ledger/header.h"
#include "chain/ledger/validators.h"

enum { NOBODY = UINT16_MAX }; /* an index that no validator has */

struct epoch {
	uint64_t number;
	struct validator_set validators;
	struct parameters parameters; /* those that consensus reads */
	struct hash root;        /* hash of the genesis or of the seal block before */
	uint64_t root_height;
	uint64_t root_time_ms;
	uint16_t self;           /* our index in the set; NOBODY: we follow and never vote */
};

size_t epoch_quorum(const struct epoch *epoch);
size_t epoch_fault_count(const struct epoch *epoch);

/* The index of the validator with this vote key; NOBODY: he is not in the set. */
uint16_t epoch_find(const struct epoch *epoch, const struct public_key *vote_key);

/* The epoch that begins on the block with this header: `set` and `parameters` are those of
 * its next block, `vote_key` is ours. */
void epoch_begin(struct epoch *epoch, const struct header *root, const struct hash *hash,
                 const struct validator_set *set, const struct parameters *parameters,
                 const struct public_key *vote_key);

/* Leaders take turns of term_length views; the first turn goes on from the root's height, so
 * that short epochs do not always begin with the same leader. `view` counts from 1. */
uint16_t epoch_leader(const struct epoch *epoch, uint64_t view);

#endif
