/* The naive ledger's validators and parameters. A validator's key is a small number, for
 * its vote key and its cosign key together. */
#ifndef TESTS_PROPERTY_RULES_MODEL_VALIDATORS_H
#define TESTS_PROPERTY_RULES_MODEL_VALIDATORS_H

#include "tests/support/ledger_fixture.h"

enum {
	MODEL_ACCOUNTS = 6,
	MODEL_ROOT = 0, /* the account that is the root group and the validator of genesis */
	MODEL_VALIDATOR_KEYS = 400, /* 0 is that of genesis */
	MODEL_EVIDENCE_MAX = 16,
	MODEL_JOIN_AGE_MAX = 1000,
	MODEL_HOUR_MS = 3600000,
};

struct model_validator {
	bool is_admitted;
	bool is_in_set;
	unsigned key; /* in the set */
	bool has_joined;
	uint64_t joined_ms;
};

struct model_validator_key {
	bool is_known;
	unsigned account;
	uint64_t first_epoch;
	bool has_left;
	uint64_t last_epoch;
	bool is_accused;
};

struct model_validators {
	struct model_validator accounts[MODEL_ACCOUNTS];
	struct model_validator_key keys[MODEL_VALIDATOR_KEYS];
	uint64_t parameters[PARAMETER_COUNT];
	/* of the block being made */
	uint64_t height, time_ms, epoch;
	size_t evidence_count;
};

/* What these operations say: the members of struct model_operation that they read. */
struct model_change {
	unsigned account;
	unsigned key;
	uint64_t height;     /* of the block that a join names */
	bool is_right_block; /* it has the hash that the join says */
	bool is_spoiled;     /* a signature is not good */
	enum parameter parameter;
	bool is_known_parameter;
	uint64_t value;
	uint64_t epoch; /* of the votes */
};

static inline size_t model_set_count(const struct model_validators *model)
{
	size_t count = 0;

	for (size_t i = 0; i < MODEL_ACCOUNTS; i++)
		count += model->accounts[i].is_in_set;
	return count;
}

/* False: it is the only one. */
static inline bool model_expel(struct model_validators *model, unsigned account)
{
	struct model_validator *validator = &model->accounts[account];

	if (validator->is_in_set && model_set_count(model) == 1)
		return false;
	if (validator->is_in_set) {
		model->keys[validator->key].has_left = true;
		model->keys[validator->key].last_epoch = model->epoch;
	}
	validator->is_in_set = false;
	validator->is_admitted = false;
	return true;
}

static inline enum verdict model_admission(struct model_validators *model,
                                           unsigned sender, bool admit,
                                           const struct model_change *change)
{
	struct model_validator *validator = &model->accounts[change->account];

	if (sender != MODEL_ROOT)
		return VERDICT_PERMISSION;
	if (validator->is_admitted == admit)
		return VERDICT_CONFLICT;
	if (admit)
		validator->is_admitted = true;
	else if (!model_expel(model, change->account))
		return VERDICT_CONFLICT;
	return VERDICT_GOOD;
}

static inline enum verdict model_join(struct model_validators *model, unsigned sender,
                                      const struct model_change *change)
{
	struct model_validator *validator = &model->accounts[sender];

	if (!validator->is_admitted)
		return VERDICT_PERMISSION;
	if (change->height >= model->height)
		return VERDICT_UNKNOWN_REFERENCE;
	if (model->height - change->height > MODEL_JOIN_AGE_MAX)
		return VERDICT_EXPIRED;
	if (!change->is_right_block)
		return VERDICT_UNKNOWN_REFERENCE;
	if (validator->has_joined && model->time_ms < validator->joined_ms + MODEL_HOUR_MS)
		return VERDICT_QUOTA;
	if (model->keys[change->key].is_known)
		return VERDICT_CONFLICT;
	if (change->is_spoiled)
		return VERDICT_SIGNATURE;
	if (validator->is_in_set) {
		model->keys[validator->key].has_left = true;
		model->keys[validator->key].last_epoch = model->epoch;
	}
	*validator = (struct model_validator){
		.is_admitted = true,
		.is_in_set = true,
		.key = change->key,
		.has_joined = true,
		.joined_ms = model->time_ms,
	};
	model->keys[change->key] = (struct model_validator_key){
		.is_known = true, .account = sender, .first_epoch = model->epoch + 1};
	return VERDICT_GOOD;
}

static inline enum verdict model_set_parameter(struct model_validators *model,
                                               unsigned sender,
                                               const struct model_change *change)
{
	const struct parameter_facts *facts = parameter_facts(change->parameter);

	if (sender != MODEL_ROOT)
		return VERDICT_PERMISSION;
	if (!change->is_known_parameter)
		return VERDICT_UNKNOWN_REFERENCE;
	if (change->value < facts->least || change->value > facts->most)
		return VERDICT_SCHEMA;
	if (model->parameters[change->parameter] == change->value)
		return VERDICT_CONFLICT;
	model->parameters[change->parameter] = change->value;
	return VERDICT_GOOD;
}

static inline enum verdict model_evidence(struct model_validators *model,
                                          const struct model_change *change)
{
	struct model_validator_key *key = &model->keys[change->key];

	if (!key->is_known || change->epoch < key->first_epoch ||
	    change->epoch > model->epoch ||
	    (key->has_left && change->epoch > key->last_epoch))
		return VERDICT_UNKNOWN_REFERENCE;
	if (key->is_accused)
		return VERDICT_CONFLICT;
	if (model->evidence_count == MODEL_EVIDENCE_MAX)
		return VERDICT_QUOTA;
	if (change->is_spoiled)
		return VERDICT_SIGNATURE;
	key->is_accused = true;
	model->evidence_count++;
	model_expel(model, key->account);
	return VERDICT_GOOD;
}

/* Is a block a seal that began as `before` and ended as `after`? */
static inline bool model_seals(const struct model_validators *before,
                               const struct model_validators *after)
{
	for (size_t i = 0; i < MODEL_ACCOUNTS; i++) {
		const struct model_validator *a = &before->accounts[i];
		const struct model_validator *b = &after->accounts[i];

		if (a->is_in_set != b->is_in_set || (a->is_in_set && a->key != b->key))
			return true;
	}
	for (size_t i = 0; i < PARAMETER_COUNT; i++)
		if (parameter_facts((enum parameter)i)->is_consensus &&
		    before->parameters[i] != after->parameters[i])
			return true;
	return false;
}

#endif
