/* validator.*: the root group says who may validate; who may, joins with keys of its own.
 * All of it ends in the set of the next block. */
#include "chain/crypto/cosign_key.h"
#include "chain/ledger/rules_root.h"
#include "chain/ledger/validator_state.h"

#include <inttypes.h>

enum verdict rule_validator_admit(const struct rule *rule,
                                  const struct validator_admit *operation)
{
	enum verdict verdict = root_group_check(rule);

	if (verdict != VERDICT_GOOD)
		return verdict;
	if (validator_is_admitted(rule->draft, &operation->account))
		return refuse(rule->refusal, VERDICT_CONFLICT, "account %s is admitted already",
		              shown_hash(&operation->account).text);
	validator_put_admission(rule->draft, &operation->account);
	draft_add_concern(rule->draft, &operation->account);
	return VERDICT_GOOD;
}

enum verdict rule_validator_remove(const struct rule *rule,
                                   const struct validator_remove *operation)
{
	enum verdict verdict = root_group_check(rule);

	if (verdict != VERDICT_GOOD)
		return verdict;
	/* Who is in the set is admitted: both end together. */
	if (!validator_is_admitted(rule->draft, &operation->account))
		return refuse(rule->refusal, VERDICT_CONFLICT,
		              "account %s is neither admitted nor a validator",
		              shown_hash(&operation->account).text);
	if (!validator_expel(rule->draft, &operation->account))
		return refuse(rule->refusal, VERDICT_CONFLICT,
		              "account %s is the only validator: nobody would be left",
		              shown_hash(&operation->account).text);
	draft_add_concern(rule->draft, &operation->account);
	return VERDICT_GOOD;
}

/* -- validator.join -------------------------------------------------------------- */

/* Whose node knows a late block of this chain follows it. */
static enum verdict check_block(const struct rule *rule,
                                const struct validator_join *operation)
{
	uint64_t height = rule->draft->header.height;
	struct hash block;

	if (operation->height >= height)
		return refuse(rule->refusal, VERDICT_UNKNOWN_REFERENCE,
		              "block %" PRIu64 " is not below this one, of height %" PRIu64,
		              operation->height, height);
	if (height - operation->height > JOIN_AGE_MAX)
		return refuse(rule->refusal, VERDICT_EXPIRED,
		              "block %" PRIu64
		              " is more than %d below this one, of height %" PRIu64,
		              operation->height, JOIN_AGE_MAX, height);
	block = draft_block_hash(rule->draft, operation->height);
	if (hash_equal(&block, &operation->block))
		return VERDICT_GOOD;
	return refuse(rule->refusal, VERDICT_UNKNOWN_REFERENCE,
	              "block %" PRIu64 " of this chain has another hash", operation->height);
}

/* Each change of the set ends an epoch, so one account may not make many. */
static enum verdict check_interval(const struct rule *rule)
{
	uint64_t now = rule->draft->header.time_ms;
	struct validator_info info;

	if (!validator_get_info(rule->draft, &rule->tx->sender, &info) ||
	    now - info.joined_ms >= JOIN_INTERVAL_MS)
		return VERDICT_GOOD;
	return refuse(rule->refusal, VERDICT_QUOTA,
	              "this account joined %" PRIu64 " ms ago, it may again after %d ms",
	              now - info.joined_ms, JOIN_INTERVAL_MS);
}

static enum verdict check_signatures(const struct rule *rule,
                                     const struct validator_join *operation)
{
	struct hash message =
		join_message(rule->draft->network, &rule->tx->sender, operation);

	if (!signature_is_valid(&operation->vote_signature, &message, &operation->vote_key))
		return refuse(rule->refusal, VERDICT_SIGNATURE,
		              "the vote key's own signature is not valid for this account");
	if (!cosign_signature_is_valid(operation->cosign_signature.bytes,
	                               &operation->cosign_key, hash_view(&message)))
		return refuse(rule->refusal, VERDICT_SIGNATURE,
		              "the cosign key's own signature is not valid for this account");
	return VERDICT_GOOD;
}

/* Puts the validator into the set, for its former keys. False: there is no room. */
static bool enter(struct draft *draft, const struct validator *validator)
{
	struct validator_set set;
	size_t index;

	draft_get_validators(draft, &set);
	if (validators_find(&set, &validator->account, &index)) {
		validator_end_keys(draft, &set.items[index]);
		validators_take_out(&set, index);
	}
	if (set.count == VALIDATORS_MAX)
		return false;
	validators_add(&set, validator);
	draft_put_validators(draft, &set);
	validator_start_keys(draft, validator, draft->header.epoch + 1);
	return true;
}

enum verdict rule_validator_join(const struct rule *rule,
                                 const struct validator_join *operation)
{
	struct validator validator = {
		.account = rule->tx->sender,
		.vote_key = operation->vote_key,
		.cosign_key = operation->cosign_key,
	};
	enum verdict verdict;

	if (!validator_is_admitted(rule->draft, &validator.account))
		return refuse(rule->refusal, VERDICT_PERMISSION,
		              "account %s is not admitted as a validator",
		              shown_hash(&validator.account).text);
	if (!node_id_is_valid(&operation->node_id))
		return refuse(rule->refusal, VERDICT_SCHEMA,
		              "the node id is no point of the curve");
	verdict = check_block(rule, operation);
	if (verdict == VERDICT_GOOD)
		verdict = check_interval(rule);
	if (verdict != VERDICT_GOOD)
		return verdict;
	if (!validator_keys_are_new(rule->draft, &validator))
		return refuse(rule->refusal, VERDICT_CONFLICT,
		              "a key was a validator's before: each serves once");
	verdict = check_signatures(rule, operation);
	if (verdict != VERDICT_GOOD)
		return verdict;
	if (!enter(rule->draft, &validator))
		return refuse(rule->refusal, VERDICT_QUOTA, "the set has its %d validators",
		              VALIDATORS_MAX);
	validator_put_info(rule->draft, &validator.account,
	                   &(struct validator_info){
						   .node_id = operation->node_id,
						   .address = operation->address,
						   .joined_ms = rule->draft->header.time_ms,
					   });
	return VERDICT_GOOD;
}
