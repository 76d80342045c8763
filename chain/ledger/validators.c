#include "chain/ledger/validators.h"

#include "chain/base/invariant.h"
#include "chain/crypto/keys.h"

// clang-format off
WIRE_DEFINE(validator, VALIDATOR_FIELDS)
WIRE_DEFINE(ballot, BALLOT_FIELDS)
WIRE_DEFINE(vote, VOTE_FIELDS)
WIRE_DEFINE(signed_ballot, SIGNED_BALLOT_FIELDS)
// clang-format on

/* -- Sets -------------------------------------------------------------------------------- */

size_t validators_fault_count(size_t count, enum fault_model model)
{
	if (count == 0)
		return 0;
	return model == FAULT_CRASH ? (count - 1) / 2 : (count - 1) / 3;
}

size_t validators_quorum(size_t count, enum fault_model model)
{
	return count - validators_fault_count(count, model);
}

bool validators_are_valid(const struct validator_set *set)
{
	if (set->count == 0 || set->count > VALIDATORS_MAX)
		return false;
	for (size_t i = 0; i < set->count; i++) {
		const struct validator *a = &set->items[i];

		if (!public_key_is_valid(&a->vote_key))
			return false;
		for (size_t j = 0; j < i; j++)
			if (hash_equal(&set->items[j].cosign_key, &a->cosign_key) ||
			    hash_equal(&set->items[j].account, &a->account))
				return false;
		if (i > 0 && memcmp(&set->items[i - 1].vote_key, &a->vote_key,
		                    sizeof a->vote_key) >= 0)
			return false;
	}
	return true;
}

bool validators_find(const struct validator_set *set, const struct hash *account,
                     size_t *index)
{
	for (size_t i = 0; i < set->count; i++) {
		if (!hash_equal(&set->items[i].account, account))
			continue;
		*index = i;
		return true;
	}
	return false;
}

void validators_add(struct validator_set *set, const struct validator *validator)
{
	size_t at = set->count;

	INVARIANT(set->count < VALIDATORS_MAX);
	for (; at > 0; at--) {
		if (memcmp(&set->items[at - 1].vote_key, &validator->vote_key,
		           sizeof validator->vote_key) < 0)
			break;
		set->items[at] = set->items[at - 1];
	}
	set->items[at] = *validator;
	set->count++;
}

void validators_take_out(struct validator_set *set, size_t index)
{
	INVARIANT(index < set->count);
	set->count--;
	memmove(&set->items[index], &set->items[index + 1],
	        (set->count - index) * sizeof set->items[0]);
}

void validator_set_put(struct writer *out, const struct validator_set *set)
{
	writer_u16(out, (uint16_t)set->count);
	for (size_t i = 0; i < set->count; i++)
		validator_put(out, &set->items[i]);
}

enum status validator_set_decode(struct validator_set *set, struct bytes_view bytes)
{
	struct cursor in = cursor_on(bytes);
	enum status status;

	set->count = cursor_count16(&in, VALIDATORS_MAX, VALIDATOR_SIZE);
	for (size_t i = 0; i < set->count; i++)
		validator_get(&in, &set->items[i]);
	status = cursor_finish(&in);
	return status == STATUS_OK && set->count == 0 ? STATUS_MALFORMED : status;
}

void consensus_parameters_put(struct writer *out, const struct parameters *parameters)
{
	const uint64_t *values = parameters->values;

	writer_u32(out, (uint32_t)values[PARAMETER_term_length]);
	writer_u8(out, (uint8_t)values[PARAMETER_fault_model]);
	writer_u32(out, (uint32_t)values[PARAMETER_max_block_bytes]);
	writer_u32(out, (uint32_t)values[PARAMETER_max_block_txs]);
	writer_u64(out, values[PARAMETER_heartbeat_ms]);
}

void consensus_parameters_get(struct cursor *in, struct parameters *parameters)
{
	uint64_t *values = parameters->values;

	values[PARAMETER_term_length] = cursor_u32(in);
	values[PARAMETER_fault_model] = cursor_u8(in);
	values[PARAMETER_max_block_bytes] = cursor_u32(in);
	values[PARAMETER_max_block_txs] = cursor_u32(in);
	values[PARAMETER_heartbeat_ms] = cursor_u64(in);
}

struct hash validators_hash(const struct validator_set *set,
                            const struct parameters *parameters,
                            const struct network *network)
{
	uint8_t bytes[CONSENSUS_PARAMETERS_SIZE + 2];
	struct writer out = writer_on(bytes, sizeof bytes);
	struct hasher hasher = network->validators;

	consensus_parameters_put(&out, parameters);
	writer_u16(&out, (uint16_t)set->count);
	hasher_update(&hasher, bytes, sizeof bytes);
	for (size_t i = 0; i < set->count; i++) {
		const struct validator *validator = &set->items[i];

		hasher_update(&hasher, validator->account.bytes, HASH_SIZE);
		hasher_update(&hasher, validator->vote_key.bytes, PUBLIC_KEY_SIZE);
		hasher_update(&hasher, validator->cosign_key.bytes, COSIGN_KEY_SIZE);
	}
	return hasher_finish(&hasher);
}

/* -- Votes ------------------------------------------------------------------------------- */

bool ballot_is_well_formed(const struct ballot *ballot)
{
	if (ballot->kind == VOTE_NULLIFY)
		return ballot->parent_view == UINT64_MAX && hash_is_zero(&ballot->block);
	return ballot->kind == VOTE_NOTARIZE || ballot->kind == VOTE_FINALIZE;
}

bool ballots_contradict(const struct ballot *a, const struct ballot *b)
{
	if (a->epoch != b->epoch || a->view != b->view)
		return false;
	if (a->kind != b->kind)
		return a->kind != VOTE_NOTARIZE && b->kind != VOTE_NOTARIZE;
	return a->kind != VOTE_NULLIFY &&
	       (a->parent_view != b->parent_view || !hash_equal(&a->block, &b->block));
}

struct hash ballot_digest(const struct ballot *ballot, const struct network *network)
{
	uint8_t bytes[3 * 8 + HASH_SIZE];
	struct writer out = writer_on(bytes, sizeof bytes);
	const struct hasher *begun = ballot->kind == VOTE_NOTARIZE  ? &network->notarize
	                             : ballot->kind == VOTE_NULLIFY ? &network->nullify
	                                                            : &network->finalize;

	writer_u64(&out, ballot->epoch);
	writer_u64(&out, ballot->view);
	writer_u64(&out, ballot->parent_view);
	writer_hash(&out, &ballot->block);
	return network_hash(begun, bytes_view(bytes, sizeof bytes));
}

bool signed_ballot_is_valid(const struct signed_ballot *vote, const struct public_key *key,
                            const struct network *network)
{
	struct hash digest = ballot_digest(&vote->ballot, network);

	return ballot_is_well_formed(&vote->ballot) &&
	       signature_is_valid(&vote->signature, &digest, key);
}

bool vote_is_valid(const struct vote *vote, const struct validator_set *set,
                   const struct network *network)
{
	struct signed_ballot alone = {.ballot = vote->ballot, .signature = vote->signature};

	return vote->signer < set->count &&
	       signed_ballot_is_valid(&alone, &set->items[vote->signer].vote_key, network);
}

/* -- Certificates ------------------------------------------------------------------------ */

static size_t bitmap_size(const struct certificate *certificate)
{
	return (certificate->validator_count + 7) / 8;
}

static size_t signer_count(const struct certificate *certificate)
{
	size_t count = 0;

	for (size_t i = 0; i < certificate->validator_count; i++)
		count += certificate->signers[i];
	return count;
}

size_t certificate_size(const struct certificate *certificate)
{
	return ballot_size(&certificate->ballot) + 2 + bitmap_size(certificate) +
	       signer_count(certificate) * SIGNATURE_SIZE;
}

void certificate_put(struct writer *out, const struct certificate *certificate)
{
	uint8_t bitmap[CERTIFICATE_BITMAP_SIZE_MAX] = {0};

	for (size_t i = 0; i < certificate->validator_count; i++)
		if (certificate->signers[i])
			bitmap[i / 8] = (uint8_t)(bitmap[i / 8] | 1u << i % 8);
	ballot_put(out, &certificate->ballot);
	writer_u16(out, (uint16_t)certificate->validator_count);
	writer_bytes(out, bitmap, bitmap_size(certificate));
	for (size_t i = 0; i < certificate->validator_count; i++)
		if (certificate->signers[i])
			writer_bytes(out, certificate->signatures[i].bytes, SIGNATURE_SIZE);
}

static void get_bitmap(struct cursor *in, struct certificate *certificate)
{
	const uint8_t *bitmap = cursor_take(in, bitmap_size(certificate));

	if (!bitmap)
		return;
	for (size_t i = 0; i < bitmap_size(certificate) * 8; i++) {
		bool bit = bitmap[i / 8] >> i % 8 & 1;

		if (i < certificate->validator_count)
			certificate->signers[i] = bit;
		else if (bit)
			cursor_fail(in, STATUS_MALFORMED);
	}
}

void certificate_get(struct cursor *in, struct certificate *certificate)
{
	*certificate = (struct certificate){0};
	ballot_get(in, &certificate->ballot);
	certificate->validator_count = cursor_u16(in);
	if (certificate->ballot.kind < VOTE_NOTARIZE ||
	    certificate->ballot.kind > VOTE_FINALIZE)
		cursor_fail(in, STATUS_MALFORMED);
	if (certificate->validator_count == 0 ||
	    certificate->validator_count > VALIDATORS_MAX) {
		cursor_fail(in, STATUS_TOO_LARGE);
		certificate->validator_count = 0;
		return;
	}
	get_bitmap(in, certificate);
	for (size_t i = 0; i < certificate->validator_count; i++)
		if (certificate->signers[i])
			wire_get_signature(in, &certificate->signatures[i]);
}

bool certificate_is_valid(const struct certificate *certificate,
                          const struct validator_set *set,
                          const struct parameters *parameters,
                          const struct network *network)
{
	struct hash digest = ballot_digest(&certificate->ballot, network);
	enum fault_model model =
		(enum fault_model)parameters->values[PARAMETER_fault_model];

	if (certificate->validator_count != set->count ||
	    signer_count(certificate) < validators_quorum(set->count, model))
		return false;
	for (size_t i = 0; i < set->count; i++)
		if (certificate->signers[i] &&
		    !signature_is_valid(&certificate->signatures[i], &digest,
		                        &set->items[i].vote_key))
			return false;
	return true;
}
