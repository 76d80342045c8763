/* Signatures: in most runs they cost nothing, in some they are made and checked in earnest. */
#include "tests/sim/sim.h"

#include <stdlib.h>

enum {
	REAL_EVERY = 10, /* seeds */
	/* Each cosignature is two of Ed25519, and each node checks that of each other. */
	REAL_COSIGNS_EVERY = 200,
	REAL_COSIGNS_FIRST = 20, /* a seed of those that cosign */
};

static bool is_real, is_real_cosigning;

void signing_begin(uint64_t seed, enum sim_signing signing)
{
	is_real = signing == SIGNING_REAL ||
	          (signing == SIGNING_BY_SEED && seed % REAL_EVERY == 0);
	is_real_cosigning =
		signing == SIGNING_REAL || (signing == SIGNING_BY_SEED &&
	                                seed % REAL_COSIGNS_EVERY == REAL_COSIGNS_FIRST);
}

/* Only who has the key makes them, in this program. Some are real all the same: the rules look
 * at them. */
static void stub_sign(struct signature *signature, const struct hash *digest,
                      const struct public_key *key)
{
	struct hasher hasher;
	struct hash half;

	if (sim_real_sign(signature, digest, key))
		return;
	hasher_start(&hasher);
	hasher_update(&hasher, key->bytes, sizeof key->bytes);
	hasher_update(&hasher, digest->bytes, sizeof digest->bytes);
	half = hasher_finish(&hasher);
	memcpy(signature->bytes, half.bytes, sizeof half.bytes);
	memcpy(signature->bytes + sizeof half.bytes, half.bytes, sizeof half.bytes);
}

void sim_sign(struct signature *signature, const struct hash *digest,
              const struct public_key *key)
{
	if (is_real)
		sim_key_sign(signature, key, digest);
	else
		stub_sign(signature, digest, key);
}

bool sim_is_valid(const struct signature *signature, const struct hash *digest,
                  const struct public_key *key)
{
	struct signature right;

	if (is_real)
		return signature_is_valid(signature, digest, key);
	stub_sign(&right, digest, key);
	return memcmp(&right, signature, sizeof right) == 0;
}

/* -- Of checkpoints ---------------------------------------------------------------------------- */

static void stub_cosign(struct cosign *cosign, struct bytes_view text)
{
	struct hasher hasher;
	struct hash half;
	uint8_t time[8];

	put_be64(time, cosign->time_s);
	hasher_start(&hasher);
	hasher_update(&hasher, cosign->cosign_key.bytes, HASH_SIZE);
	hasher_update(&hasher, text.at, text.size);
	half = hasher_finish(&hasher);
	memset(cosign->note_signature, 0, sizeof cosign->note_signature);
	memcpy(cosign->note_signature, half.bytes, HASH_SIZE);
	hasher_start(&hasher);
	hasher_update(&hasher, time, sizeof time);
	hasher_update(&hasher, half.bytes, HASH_SIZE);
	half = hasher_finish(&hasher);
	memset(cosign->cosignature, 1, sizeof cosign->cosignature);
	memcpy(cosign->cosignature, half.bytes, HASH_SIZE);
}

void sim_cosign(struct cosign *cosign, unsigned number, uint64_t time_s,
                struct bytes_view text)
{
	uint8_t seed[COSIGN_SEED_SIZE];

	if (!is_real_cosigning) {
		cosign->cosign_key = *sim_cosign_key(number);
		cosign->time_s = time_s;
		stub_cosign(cosign, text);
		return;
	}
	sim_cosign_seed(seed, number);
	if (cosign_make(cosign, seed, time_s, text) != STATUS_OK)
		abort();
}

bool sim_cosign_is_valid(const struct cosign *cosign, struct bytes_view text)
{
	struct cosign right = {.cosign_key = cosign->cosign_key, .time_s = cosign->time_s};

	if (is_real_cosigning)
		return cosign_is_valid(cosign, text);
	stub_cosign(&right, text);
	return memcmp(right.cosignature, cosign->cosignature, sizeof right.cosignature) == 0 &&
	       memcmp(right.note_signature, cosign->note_signature,
	              sizeof right.note_signature) == 0;
}
