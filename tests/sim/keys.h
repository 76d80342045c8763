/* The accounts and vote keys of every simulation: points of small numbers, made once. */
#ifndef TESTS_SIM_KEYS_H
#define TESTS_SIM_KEYS_H

#include "chain/crypto/cosign_key.h"
#include "chain/crypto/keys.h"
#include "chain/ledger/network.h"

struct sim_key {
	struct public_key key;
	struct hash id; /* of the account whose first key it is */
};

/* Accounts from 0 on: clients. */
const struct sim_key *sim_account(unsigned number);
/* Of node `number`: its first vote key, and the account that it belongs to. Later keys of
 * nodes have the numbers behind those of all nodes. */
const struct sim_key *sim_voter(unsigned number);
/* The account that node `number` sends evidence from. */
const struct sim_key *sim_reporter(unsigned number);

/* From now on, until sim_keys_reset, this vote key signs in earnest: the rules of evidence look
 * at what it signed. */
void sim_voter_is_real(unsigned number);
void sim_keys_reset(void);
/* A signature by such a key, the same for the same digest; false: it is not one. */
bool sim_real_sign(struct signature *signature, const struct hash *digest,
                   const struct public_key *key);

/* The Ed25519 key that a node cosigns with, beside its vote key of this number. */
const struct hash *sim_cosign_key(unsigned number);
void sim_cosign_seed(uint8_t seed[COSIGN_SEED_SIZE], unsigned number);

/* What a rule wants to see signed in earnest: by the vote key, and the node id of it. */
void sim_voter_sign(struct signature *signature, unsigned number, const struct hash *message);
/* By whichever of all these keys it is. */
void sim_key_sign(struct signature *signature, const struct public_key *key,
                  const struct hash *message);
void sim_voter_point(uint8_t point[COMPRESSED_KEY_SIZE], unsigned number);

#endif
