#include "chain/receipt/make.h"

#include "chain/base/invariant.h"

enum status cosign_make(struct cosign *cosign, const uint8_t seed[COSIGN_SEED_SIZE],
                        uint64_t time_s, struct bytes_view text)
{
	uint8_t bytes[COSIGNATURE_SIZE];
	enum status status = cosign_key_public(&cosign->cosign_key, seed);

	if (status == STATUS_OK)
		status = cosignature_sign(bytes, seed, time_s, text);
	if (status == STATUS_OK)
		status = checkpoint_sign(cosign->note_signature, seed, text);
	if (status != STATUS_OK)
		return status;
	cosign->time_s = time_s;
	memcpy(cosign->cosignature, bytes + 8, COSIGN_SIGNATURE_SIZE);
	return STATUS_OK;
}

/* As it stands behind the key id. */
static void put_cosignature(uint8_t bytes[COSIGNATURE_SIZE], const struct cosign *cosign)
{
	put_be64(bytes, cosign->time_s);
	memcpy(bytes + 8, cosign->cosignature, COSIGN_SIGNATURE_SIZE);
}

bool cosign_is_valid(const struct cosign *cosign, struct bytes_view text)
{
	uint8_t bytes[COSIGNATURE_SIZE];
	uint64_t time_s;

	put_cosignature(bytes, cosign);
	return cosignature_is_valid(&time_s, bytes, &cosign->cosign_key, text) &&
	       cosign_signature_is_valid(cosign->note_signature, &cosign->cosign_key, text);
}

void cosigned_note_put(struct buffer *out, struct bytes_view origin,
                       struct bytes_view text, const struct cosign *cosigns, size_t count)
{
	char name[WITNESS_NAME_SIZE_MAX + 1];
	uint8_t bytes[COSIGNATURE_SIZE];

	INVARIANT(count >= 1);
	buffer_append_view(out, text);
	buffer_append_text(out, "\n");
	note_signature_put(out, origin,
	                   note_key_id(origin, NOTE_ED25519, &cosigns[0].cosign_key),
	                   bytes_view(cosigns[0].note_signature, COSIGN_SIGNATURE_SIZE));
	for (size_t i = 0; i < count; i++) {
		const struct hash *key = &cosigns[i].cosign_key;

		put_cosignature(bytes, &cosigns[i]);
		witness_name_of(name, origin, key);
		note_signature_put(out, text_view(name),
		                   note_key_id(text_view(name), NOTE_COSIGNATURE, key),
		                   bytes_view(bytes, sizeof bytes));
	}
}

void validator_policy_put(struct buffer *out, struct bytes_view network_name,
                          const struct hash *genesis, const struct validator_set *set,
                          const struct parameters *parameters)
{
	enum fault_model model = (enum fault_model)parameters->values[PARAMETER_fault_model];
	struct hash keys[VALIDATORS_MAX];
	char origin[ORIGIN_SIZE_MAX + 1];

	for (size_t i = 0; i < set->count; i++)
		keys[i] = set->items[i].cosign_key;
	origin_of(origin, network_name, genesis);
	policy_put(out, text_view(origin), keys, set->count,
	           validators_quorum(set->count, model));
}
