/* Signatures: in most runs they cost nothing, in some they are made and checked in earnest. */
#include "tests/sim/sim.h"

enum { REAL_EVERY = 10 }; /* seeds */

static bool is_real;

void signing_begin(uint64_t seed, enum sim_signing signing)
{
	is_real = signing == SIGNING_REAL ||
	          (signing == SIGNING_BY_SEED && seed % REAL_EVERY == 0);
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
