#include "tests/sim/keys.h"

#include "chain/base/table.h"

#include <stdlib.h>

enum { KEYS = 300, FIRST_VOTER = 100, FIRST_REPORTER = 200 };

static struct sim_key keys[KEYS];
static struct key_pair pairs[KEYS];
static struct signer *signer;
static unsigned real_numbers[KEYS]; /* whose signatures are looked at by a rule */
static size_t real_count;

/* What was signed in earnest: whoever checks it asks for the same again. */
struct real_signature {
	UT_hash_handle hh; /* keyed by of */
	struct {
		struct public_key key;
		struct hash digest;
	} of;
	struct signature signature;
};

static struct real_signature *real_signatures;

static struct secret_key secret_of(unsigned number)
{
	struct secret_key secret = {{0}};

	put_be32(secret.bytes + SECRET_KEY_SIZE - 4, number + 1);
	return secret;
}

static void free_signer(void)
{
	signer_free(signer);
}

static void make_keys(void)
{
	static const struct hash seed;
	struct network network;
	struct hash genesis = {{0}};

	signer = signer_new(&seed);
	if (!signer)
		abort();
	/* Account ids are the same in every network. */
	network_init(&network, &genesis);
	for (unsigned i = 0; i < KEYS; i++) {
		struct secret_key secret = secret_of(i);

		if (key_pair_init(&pairs[i], signer, &secret) != STATUS_OK)
			abort();
		keys[i].key = pairs[i].public_key;
		keys[i].id = network_account_id(&network, &keys[i].key);
	}
	atexit(free_signer);
}

static const struct sim_key *key_at(unsigned number)
{
	if (hash_is_zero(&keys[0].id))
		make_keys();
	if (number >= KEYS)
		abort();
	return &keys[number];
}

const struct sim_key *sim_account(unsigned number)
{
	return key_at(number);
}

const struct sim_key *sim_voter(unsigned number)
{
	return key_at(FIRST_VOTER + number);
}

const struct sim_key *sim_reporter(unsigned number)
{
	return key_at(FIRST_REPORTER + number);
}

/* Node by node, and then all of them again for the keys that follow. */
void sim_cosign_seed(uint8_t seed[COSIGN_SEED_SIZE], unsigned number)
{
	memset(seed, 0, COSIGN_SEED_SIZE);
	seed[0] = 1;
	put_be16(seed + 1, (uint16_t)number);
}

const struct hash *sim_cosign_key(unsigned number)
{
	static struct hash cosign_keys[FIRST_REPORTER - FIRST_VOTER];
	uint8_t seed[COSIGN_SEED_SIZE];

	if (number >= sizeof cosign_keys / sizeof *cosign_keys)
		abort();
	sim_cosign_seed(seed, number);
	if (hash_is_zero(&cosign_keys[number]) &&
	    cosign_key_public(&cosign_keys[number], seed) != STATUS_OK)
		abort();
	return &cosign_keys[number];
}

static void sign(struct signature *signature, const struct key_pair *pair,
                 const struct hash *message)
{
	static const struct hash auxiliary;

	if (key_pair_sign(signature, signer, pair, message, &auxiliary) != STATUS_OK)
		abort();
}

void sim_voter_sign(struct signature *signature, unsigned number, const struct hash *message)
{
	key_at(FIRST_VOTER + number);
	sign(signature, &pairs[FIRST_VOTER + number], message);
}

void sim_key_sign(struct signature *signature, const struct public_key *key,
                  const struct hash *message)
{
	for (unsigned i = 0; i < KEYS; i++) {
		if (memcmp(&key_at(i)->key, key, sizeof *key) != 0)
			continue;
		sign(signature, &pairs[i], message);
		return;
	}
	abort();
}

void sim_voter_point(uint8_t point[COMPRESSED_KEY_SIZE], unsigned number)
{
	struct secret_key secret = secret_of(FIRST_VOTER + number);

	key_at(FIRST_VOTER + number);
	if (secret_key_point(point, signer, &secret) != STATUS_OK)
		abort();
}

void sim_voter_is_real(unsigned number)
{
	key_at(FIRST_VOTER + number);
	real_numbers[real_count++] = number;
}

void sim_keys_reset(void)
{
	struct real_signature *signature, *next;

	real_count = 0;
	HASH_ITER(hh, real_signatures, signature, next) {
		HASH_DEL(real_signatures, signature);
		free(signature);
	}
}

bool sim_real_sign(struct signature *signature, const struct hash *digest,
                   const struct public_key *key)
{
	struct real_signature *known, like = {.of = {.key = *key, .digest = *digest}};
	size_t i = 0;

	while (i < real_count && memcmp(&sim_voter(real_numbers[i])->key, key, sizeof *key) != 0)
		i++;
	if (i == real_count)
		return false;
	HASH_FIND(hh, real_signatures, &like.of, sizeof like.of, known);
	if (!known) {
		known = malloc(sizeof *known);
		if (!known)
			abort();
		*known = like;
		sim_voter_sign(&known->signature, real_numbers[i], digest);
		HASH_ADD(hh, real_signatures, of, sizeof known->of, known);
	}
	*signature = known->signature;
	return true;
}
