#include "consensus/epoch.h"

#include "chain/base/invariant.h"

static enum fault_model fault_model(const struct epoch *epoch)
{
	return (enum fault_model)epoch->parameters.values[PARAMETER_fault_model];
}

size_t epoch_quorum(const struct epoch *epoch)
{
	return validators_quorum(epoch->validators.count, fault_model(epoch));
}

size_t epoch_fault_count(const struct epoch *epoch)
{
	return epoch->validators.count - epoch_quorum(epoch);
}

uint16_t epoch_find(const struct epoch *epoch, const struct public_key *vote_key)
{
	for (size_t i = 0; i < epoch->validators.count; i++)
		if (memcmp(&epoch->validators.items[i].vote_key, vote_key, sizeof *vote_key) == 0)
			return (uint16_t)i;
	return NOBODY;
}

void epoch_begin(struct epoch *epoch, const struct header *root, const struct hash *hash,
                 const struct validator_set *set, const struct parameters *parameters,
                 const struct public_key *vote_key)
{
	*epoch = (struct epoch){
		/* Genesis is the root of epoch 0, every other root is a seal. */
		.number = root->height == 0 ? 0 : root->epoch + 1,
		.validators = *set,
		.parameters = *parameters,
		.root = *hash,
		.root_height = root->height,
		.root_time_ms = root->time_ms,
	};
	epoch->self = epoch_find(epoch, vote_key);
}

uint16_t epoch_leader(const struct epoch *epoch, uint64_t view)
{
	uint64_t turn = (view - 1) / epoch->parameters.values[PARAMETER_term_length];

	INVARIANT(view > 0);
	return (uint16_t)((epoch->root_height + turn) % epoch->validators.count);
}
