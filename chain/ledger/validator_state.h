/* What the state keeps of validators beside the set itself: who may join, how each is
 * reached, and every key that ever was one's, with the epochs in which it served.
 * Evidence against a key needs no old set, because the state knows when the key served.
 *
 * What cannot be read marks the draft, as in draft.h. */
#ifndef CHAIN_LEDGER_VALIDATOR_STATE_H
#define CHAIN_LEDGER_VALIDATOR_STATE_H

#include "chain/ledger/succession.h"

/* -- Admission: the account may join --------------------------------------------- */

bool validator_is_admitted(struct draft *draft, const struct hash *account);
void validator_put_admission(struct draft *draft, const struct hash *account);
void validator_end_admission(struct draft *draft, const struct hash *account);

/* -- How an account's node is reached, and when it last joined ------------------- */

/* False: it never joined. info->address is borrowed until the draft is freed. */
bool validator_get_info(struct draft *draft, const struct hash *account,
                        struct validator_info *info);
void validator_put_info(struct draft *draft, const struct hash *account,
                        const struct validator_info *info);

/* -- Keys ------------------------------------------------------------------------ */

/* `key` is of STATE_VOTE_KEY or STATE_COSIGN_KEY. False: nobody ever had this key. */
bool validator_get_key(struct draft *draft, const struct state_key *key,
                       struct key_service *service);

/* Was either key ever a validator's? */
bool validator_keys_are_new(struct draft *draft, const struct validator *validator);

/* Both keys, which are new, serve from this epoch on. */
void validator_start_keys(struct draft *draft, const struct validator *validator,
                          uint64_t first_epoch);
/* Both keys serve until the end of this block's epoch. */
void validator_end_keys(struct draft *draft, const struct validator *validator);

/* -- Leaving --------------------------------------------------------------------- */

/* Takes the account out of the next set, if it is in it, and ends its admission. False,
 * and nothing changed: it is the only one of the set. */
bool validator_expel(struct draft *draft, const struct hash *account);

#endif
