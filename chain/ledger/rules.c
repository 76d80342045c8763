#include "chain/ledger/rules.h"

#include <inttypes.h>

/* In a block whose time is past it, a transaction is dead; and it may not ask to be
 * remembered for longer than nodes keep txids. */
static enum verdict check_time(const struct draft *draft, const struct tx *tx,
                               struct refusal *refusal)
{
	uint64_t now = draft->header.time_ms;
	uint64_t lifetime = draft->parameters.values[PARAMETER_tx_lifetime_ms];

	if (tx->valid_until_ms < now)
		return refuse(refusal, VERDICT_EXPIRED,
		              "valid until %" PRIu64 " ms, the block's time is %" PRIu64 " ms",
		              tx->valid_until_ms, now);
	if (tx->valid_until_ms - now > lifetime)
		return refuse(refusal, VERDICT_EXPIRED,
		              "valid for %" PRIu64 " ms more, at most %" PRIu64 " ms are allowed",
		              tx->valid_until_ms - now, lifetime);
	return VERDICT_GOOD;
}

/* The key was checked against the signature already; here it is only compared. */
static enum verdict check_authority(struct draft *draft, const struct tx *tx,
                                    struct refusal *refusal)
{
	struct state_key key = state_key_of(STATE_ACCOUNT, &tx->sender);
	struct account_state account;
	struct bytes_view value;
	struct hash first;

	if (draft_get(draft, &key, &value)) {
		if (account_state_decode(&account, value) != STATUS_OK) {
			draft_fail(draft, STATUS_CORRUPT, "an account of the state");
			return VERDICT_PERMISSION;
		}
		if (memcmp(&account.key, &tx->key, sizeof tx->key) == 0)
			return VERDICT_GOOD;
		return refuse(refusal, VERDICT_PERMISSION,
		              "account %s changed its key: the one that signed is not the current",
		              shown_hash(&tx->sender).text);
	}
	first = network_account_id(draft->network, &tx->key);
	if (hash_equal(&first, &tx->sender))
		return VERDICT_GOOD;
	return refuse(refusal, VERDICT_PERMISSION,
	              "account %s is not that of the key that signed",
	              shown_hash(&tx->sender).text);
}

static enum verdict apply_operation(const struct rule *rule,
                                    const struct operation *operation)
{
	switch (operation->kind) {
#define RULE_CALL(name, number, text)                                                    \
	case OPERATION_##name:                                                               \
		return rule_##name(rule, &operation->name);
		OPERATION_LIST(RULE_CALL)
#undef RULE_CALL
	}
	return refuse(rule->refusal, VERDICT_SCHEMA, "unknown operation");
}

static enum verdict apply_operations(struct draft *draft, const struct tx *tx,
                                     struct refusal *refusal)
{
	struct rule rule = {.draft = draft, .tx = tx, .refusal = refusal};
	struct cursor in = tx_operations(tx);

	draft_add_concern(draft, &tx->sender);
	for (; rule.operation < tx->operation_count; rule.operation++) {
		struct operation operation;
		enum verdict verdict;

		if (operation_get(&in, &operation) != STATUS_OK)
			return refuse(refusal, VERDICT_SCHEMA, "operation %u cannot be read",
			              rule.operation);
		verdict = apply_operation(&rule, &operation);
		if (verdict == VERDICT_GOOD)
			continue;
		if (refusal)
			refusal->operation = rule.operation;
		return verdict;
	}
	return VERDICT_GOOD;
}

enum verdict rules_apply(struct draft *draft, const struct tx *tx, struct refusal *refusal)
{
	enum verdict verdict;

	draft_begin(draft);
	verdict = check_time(draft, tx, refusal);
	if (verdict == VERDICT_GOOD)
		verdict = check_authority(draft, tx, refusal);
	if (verdict == VERDICT_GOOD)
		verdict = apply_operations(draft, tx, refusal);
	if (verdict != VERDICT_GOOD || draft->status != STATUS_OK)
		draft_roll_back(draft);
	return verdict;
}
