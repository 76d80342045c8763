#include "chain/ledger/succession.h"

uint64_t epoch_after(const struct header *header)
{
	return header->epoch + (header->flags & HEADER_FLAG_SEAL ? 1 : 0);
}

/* -- In the state ---------------------------------------------------------------- */

void draft_get_parameters(struct draft *draft, struct parameters *parameters)
{
	for (size_t i = 0; i < PARAMETER_COUNT; i++) {
		struct state_key key = state_key_of_parameter((enum parameter)i);
		struct bytes_view value;

		parameters->values[i] = parameter_facts((enum parameter)i)->value;
		if (!draft_get(draft, &key, &value))
			continue;
		if (value.size == 8)
			parameters->values[i] = get_le64(value.at);
		else
			draft_fail(draft, STATUS_CORRUPT, "a parameter of the state");
	}
}

void draft_put_parameter(struct draft *draft, enum parameter parameter, uint64_t value)
{
	struct state_key key = state_key_of_parameter(parameter);
	uint8_t bytes[8];

	put_le64(bytes, value);
	draft_put(draft, &key, bytes_view(bytes, sizeof bytes));
}

void draft_get_validators(struct draft *draft, struct validator_set *set)
{
	struct state_key key = state_key_of_kind(STATE_VALIDATORS);
	struct bytes_view value;

	set->count = 0;
	if (draft_get(draft, &key, &value) && validator_set_decode(set, value) == STATUS_OK)
		return;
	set->count = 0;
	draft_fail(draft, STATUS_CORRUPT, "the validators of the state");
}

void draft_put_validators(struct draft *draft, const struct validator_set *set)
{
	struct state_key key = state_key_of_kind(STATE_VALIDATORS);
	uint8_t bytes[VALIDATOR_SET_SIZE_MAX];
	struct writer out = writer_on(bytes, sizeof bytes);

	validator_set_put(&out, set);
	draft_put(draft, &key, bytes_view(bytes, sizeof bytes - out.left));
}

/* -- Of the next block ----------------------------------------------------------- */

enum status draft_next_validators(struct draft *draft, struct validator_set *set,
                                  struct parameters *parameters)
{
	if (draft->next_validators) {
		*set = *draft->next_validators;
		*parameters = draft->next_parameters;
		return draft->status;
	}
	draft_get_validators(draft, set);
	draft_get_parameters(draft, parameters);
	return draft->status;
}

/* Through a draft of a block that nobody makes: it reads as the rules will. */
enum status ledger_next_validators(struct validator_set *set,
                                   struct parameters *parameters,
                                   const struct network *network,
                                   const struct ledger_source *source,
                                   const struct ledger_tip *tip, struct why *why)
{
	struct draft *draft;
	enum status status =
		draft_new(&draft, network, source, tip, NULL, tip->header.time_ms + 1, why);

	if (status != STATUS_OK)
		return status;
	status = draft_next_validators(draft, set, parameters);
	if (status != STATUS_OK && why)
		*why = draft->why;
	draft_free(draft);
	return status;
}
