/* The accounts and vote keys of every simulation: points of small numbers, made once. */
#ifndef TESTS_SIM_KEYS_H
#define TESTS_SIM_KEYS_H

#include "chain/crypto/keys.h"
#include "chain/ledger/network.h"

struct sim_key {
	struct public_key key;
	struct hash id; /* of the account whose first key it is */
};

/* Accounts from 0 on: clients. */
const struct sim_key *sim_account(unsigned number);
/* Of node `number`: its vote key, and the account that it belongs to. */
const struct sim_key *sim_voter(unsigned number);

/* What a rule wants to see signed in earnest: by the vote key, and the node id of it. */
void sim_voter_sign(struct signature *signature, unsigned number, const struct hash *message);
void sim_voter_point(uint8_t point[COMPRESSED_KEY_SIZE], unsigned number);

#endif
