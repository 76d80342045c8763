/* account.*: an account keeps its id while its key changes. */
#include "chain/ledger/rules.h"

enum verdict rule_account_rotate(const struct rule *rule,
                                 const struct account_rotate *operation)
{
	struct state_key key = state_key_of(STATE_ACCOUNT, &rule->tx->sender);
	struct hash message = rotation_message(rule->draft->network, &rule->tx->sender,
	                                       &operation->new_key, rule->tx->salt);
	struct account_state account = {.key = operation->new_key};
	uint8_t bytes[PUBLIC_KEY_SIZE + 4];
	struct writer out = writer_on(bytes, sizeof bytes);
	struct bytes_view value;
	struct account_state before;

	if (memcmp(&operation->new_key, &rule->tx->key, sizeof rule->tx->key) == 0)
		return refuse(rule->refusal, VERDICT_CONFLICT,
		              "the new key is the one that signs already");
	if (!signature_is_valid(&operation->new_key_signature, &message, &operation->new_key))
		return refuse(rule->refusal, VERDICT_SIGNATURE,
		              "the new key's own signature is not valid for this account and salt");
	if (draft_get(rule->draft, &key, &value)) {
		if (account_state_decode(&before, value) != STATUS_OK) {
			draft_fail(rule->draft, STATUS_CORRUPT, "an account of the state");
			return VERDICT_CONFLICT;
		}
		if (before.rotation_count == UINT32_MAX)
			return refuse(rule->refusal, VERDICT_QUOTA,
			              "this account changed its key too often");
		account.rotation_count = before.rotation_count;
	}
	account.rotation_count++;
	account_state_put(&out, &account);
	draft_put(rule->draft, &key, bytes_view(bytes, sizeof bytes));
	return VERDICT_GOOD;
}

enum verdict rule_account_describe(const struct rule *rule,
                                   const struct account_describe *operation)
{
	struct state_key key = state_key_of(STATE_PROFILE, &rule->tx->sender);
	struct account_profile profile = {
		.display_name = operation->display_name,
		.contact = operation->contact,
		.encryption_key = operation->encryption_key,
		.inbox = operation->inbox,
	};
	uint8_t bytes[2 + DISPLAY_NAME_SIZE_MAX + 2 + CONTACT_SIZE_MAX + 2 * (1 + HASH_SIZE)];
	struct writer out = writer_on(bytes, sizeof bytes);

	if (operation->encryption_key.present) {
		struct public_key encryption_key;

		memcpy(&encryption_key, &operation->encryption_key.value, sizeof encryption_key);
		if (!public_key_is_valid(&encryption_key))
			return refuse(rule->refusal, VERDICT_SCHEMA,
			              "the encryption key is no point of the curve");
	}
	if (operation->inbox.present && !draft_stream(rule->draft, &operation->inbox.value)) {
		struct shown inbox = shown_hash(&operation->inbox.value);

		return refuse(rule->refusal, VERDICT_UNKNOWN_REFERENCE,
		              "the inbox: there is no stream %s", inbox.text);
	}
	account_profile_put(&out, &profile);
	draft_put(rule->draft, &key, bytes_view(bytes, sizeof bytes - out.left));
	return VERDICT_GOOD;
}
