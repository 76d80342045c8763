#include "chain/ledger/rules_root.h"

/* What the state says of it, as far as this transaction is concerned. */
struct root_group {
	bool has_sender;
	uint16_t threshold;
};

/* False: it cannot be read, and the draft is marked. */
static bool read_group(const struct rule *rule, struct root_group *group)
{
	struct state_key key = state_key_of_kind(STATE_ROOT_GROUP);
	struct bytes_view value = {0};
	struct cursor in;
	size_t count;

	draft_get(rule->draft, &key, &value);
	in = cursor_on(value);
	count = cursor_count16(&in, GROUP_MEMBERS_MAX, HASH_SIZE);
	group->has_sender = false;
	for (size_t i = 0; i < count; i++) {
		struct hash member = cursor_hash(&in);

		group->has_sender |= hash_equal(&member, &rule->tx->sender);
	}
	group->threshold = cursor_u16(&in);
	if (cursor_finish(&in) == STATUS_OK)
		return true;
	draft_fail(rule->draft, STATUS_CORRUPT, "the root group of the state");
	return false;
}

enum verdict root_group_check(const struct rule *rule)
{
	struct root_group group;

	if (!read_group(rule, &group))
		return VERDICT_PERMISSION;
	if (group.threshold > 1)
		return refuse(rule->refusal, VERDICT_PERMISSION,
		              "the root group acts by %u members together: operations of groups "
		              "are of a later version of the protocol",
		              group.threshold);
	if (!group.has_sender)
		return refuse(rule->refusal, VERDICT_PERMISSION,
		              "account %s is not of the root group",
		              shown_hash(&rule->tx->sender).text);
	return VERDICT_GOOD;
}

bool root_group_acts(const struct rule *rule)
{
	struct root_group group;

	return read_group(rule, &group) && group.threshold == 1 && group.has_sender;
}

bool root_group_has_sender(const struct rule *rule)
{
	struct root_group group;

	return read_group(rule, &group) && group.has_sender;
}
