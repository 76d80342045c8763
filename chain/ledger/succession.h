/* The succession: which validators, under which parameters, certify the next block.
 *
 * Both stand in the state, and operations change them as they change anything else. A
 * block after which they are not those that certify it is a seal, the last one of its
 * epoch: the next block has the next epoch and is theirs. A seal itself is judged by the
 * set and the limits that its parent left. */
#ifndef CHAIN_LEDGER_SUCCESSION_H
#define CHAIN_LEDGER_SUCCESSION_H

#include "chain/ledger/draft.h"

/* The set and the parameters of the block after this one, as the draft says now. Not
 * STATUS_OK: what draft->status says. Of a sealed draft, whoever may only read takes
 * draft->next_validators and draft->next_parameters, which are the same. */
MUST_CHECK enum status draft_next_validators(struct draft *draft,
                                             struct validator_set *set,
                                             struct parameters *parameters);

/* The same of a committed ledger: what a node that starts is to go by. */
MUST_CHECK enum status
ledger_next_validators(struct validator_set *set, struct parameters *parameters,
                       const struct network *network, const struct ledger_source *source,
                       const struct ledger_tip *tip, struct why *why);

/* The epoch of the block on top of one with this header. */
uint64_t epoch_after(const struct header *header);

/* -- For rules ------------------------------------------------------------------- */

/* Parameters that the state does not have are at their defaults: so before genesis. */
void draft_get_parameters(struct draft *draft, struct parameters *parameters);
void draft_put_parameter(struct draft *draft, enum parameter parameter, uint64_t value);

/* An empty set, and a failed draft, when the state has none. */
void draft_get_validators(struct draft *draft, struct validator_set *set);
void draft_put_validators(struct draft *draft, const struct validator_set *set);

#endif
