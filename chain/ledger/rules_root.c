#include "chain/ledger/rules_root.h"

enum verdict root_group_check(const struct rule *rule)
{
	struct state_key key = state_key_of_kind(STATE_ROOT_GROUP);
	struct bytes_view value = {0};
	bool is_member = false;
	uint16_t threshold;
	struct cursor in;
	size_t count;

	draft_get(rule->draft, &key, &value);
	in = cursor_on(value);
	count = cursor_count16(&in, GROUP_MEMBERS_MAX, HASH_SIZE);
	for (size_t i = 0; i < count; i++) {
		struct hash member = cursor_hash(&in);

		is_member |= hash_equal(&member, &rule->tx->sender);
	}
	threshold = cursor_u16(&in);
	if (cursor_finish(&in) != STATUS_OK) {
		draft_fail(rule->draft, STATUS_CORRUPT, "the root group of the state");
		return VERDICT_PERMISSION;
	}
	if (threshold > 1)
		return refuse(rule->refusal, VERDICT_PERMISSION,
		              "the root group acts by %u members together: operations of groups "
		              "are of a later version of the protocol",
		              threshold);
	if (!is_member)
		return refuse(rule->refusal, VERDICT_PERMISSION,
		              "account %s is not of the root group",
		              shown_hash(&rule->tx->sender).text);
	return VERDICT_GOOD;
}
