/* What a policy says of a checkpoint. */
#include "chain/base/invariant.h"
#include "chain/proof/policy.h"

/* Is the node the quorum, or in it at any depth? */
static bool is_voter(const struct policy *policy, size_t index)
{
	while (index != policy->quorum && policy->nodes[index].parent != POLICY_NO_NODE)
		index = policy->nodes[index].parent;
	return index == policy->quorum;
}

static bool has_voter(const struct policy *policy, const struct hash *public_key)
{
	for (size_t i = 0; i < policy->node_count; i++)
		if (!policy->nodes[i].is_group && is_voter(policy, i) &&
		    hash_equal(&policy->nodes[i].key.public_key, public_key))
			return true;
	return false;
}

static bool has_log(const struct policy *policy, const struct note_key *log)
{
	for (size_t i = 0; i < policy->log_count; i++)
		if (policy->logs[i].id == log->id &&
		    hash_equal(&policy->logs[i].public_key, &log->public_key))
			return true;
	return false;
}

bool policy_equal(const struct policy *a, const struct policy *b)
{
	if (a->log_count != b->log_count || a->voters != b->voters || a->needed != b->needed)
		return false;
	for (size_t i = 0; i < a->log_count; i++)
		if (!has_log(b, &a->logs[i]))
			return false;
	for (size_t i = 0; i < a->node_count; i++)
		if (!a->nodes[i].is_group && is_voter(a, i) &&
		    !has_voter(b, &a->nodes[i].key.public_key))
			return false;
	return true;
}

/* -- One note ------------------------------------------------------------------------ */

struct tally {
	bool log_signed;
	bool cosigned[POLICY_WITNESSES_MAX + POLICY_GROUPS_MAX]; /* by node */
	uint64_t time_s[POLICY_WITNESSES_MAX + POLICY_GROUPS_MAX];
};

static bool is_key(const struct note_key *key, const struct note_signature *signature)
{
	return key->id == signature->key_id && bytes_equal(key->name, signature->name);
}

/* False: a key of the policy did not sign what stands in its line. */
static bool count_line(struct tally *tally, const struct policy *policy,
                       const struct note_signature *signature, const struct note *note,
                       const struct checkpoint *checkpoint)
{
	for (size_t i = 0; i < policy->log_count; i++) {
		if (!is_key(&policy->logs[i], signature))
			continue;
		if (!note_signature_is_valid(signature, &policy->logs[i], note->text))
			return false;
		if (bytes_equal(policy->logs[i].name, checkpoint->origin))
			tally->log_signed = true;
	}
	for (size_t i = 0; i < policy->node_count; i++) {
		uint64_t time_s;

		if (policy->nodes[i].is_group || !is_key(&policy->nodes[i].key, signature))
			continue;
		if (!cosignature_line_is_valid(&time_s, signature, &policy->nodes[i].key,
		                               note->text))
			return false;
		if (!tally->cosigned[i])
			tally->time_s[i] = time_s;
		tally->cosigned[i] = true;
	}
	return true;
}

/* Members stand before their groups. */
static bool has_quorum(const struct tally *tally, const struct policy *policy)
{
	size_t counts[POLICY_WITNESSES_MAX + POLICY_GROUPS_MAX] = {0};

	if (policy->quorum == POLICY_NO_NODE)
		return true;
	for (size_t i = 0; i < policy->node_count; i++) {
		const struct policy_node *node = &policy->nodes[i];
		bool holds = node->is_group ? counts[i] >= node->threshold : tally->cosigned[i];

		if (holds && i == policy->quorum)
			return true;
		if (holds && node->parent != POLICY_NO_NODE)
			counts[node->parent]++;
	}
	return false;
}

/* Sorts the voters' times and takes the one that an honest voter cannot be later than. */
static void count_voters(struct policy_result *result, const struct tally *tally,
                         const struct policy *policy)
{
	uint64_t times[POLICY_WITNESSES_MAX];
	size_t faulty = policy->voters - policy->needed;
	size_t count = 0;

	for (size_t i = 0; i < policy->node_count; i++) {
		size_t k = count;

		if (!tally->cosigned[i] || !is_voter(policy, i))
			continue;
		for (; k > 0 && times[k - 1] > tally->time_s[i]; k--)
			times[k] = times[k - 1];
		times[k] = tally->time_s[i];
		count++;
	}
	result->cosigned = count;
	if (count > 0)
		result->not_later_than_s = times[faulty < count ? faulty : count - 1];
}

static bool knows_origin(const struct policy *policy, const struct checkpoint *checkpoint)
{
	for (size_t i = 0; i < policy->log_count; i++)
		if (bytes_equal(policy->logs[i].name, checkpoint->origin))
			return true;
	return false;
}

/* Names of keys come from anybody: only what the policy knows is shown. */
static enum policy_finding say(struct why *why, enum policy_finding finding,
                               const struct policy_result *result,
                               const struct note_signature *signature)
{
	switch (finding) {
	case POLICY_GOOD:
		break;
	case POLICY_OTHER_LOG:
		why_say(why, STATUS_MALFORMED,
		        "the checkpoint is of a log that the policy does "
		        "not list");
		break;
	case POLICY_BAD_SIGNATURE:
		why_say(why, STATUS_MALFORMED, "the signature of %.*s is not valid",
		        (int)signature->name.size, (const char *)signature->name.at);
		break;
	case POLICY_NO_LOG:
		why_say(why, STATUS_MALFORMED,
		        "no log that the policy lists signed the checkpoint");
		break;
	case POLICY_NO_QUORUM:
		why_say(why, STATUS_MALFORMED,
		        "cosigned by %zu of %zu, and the policy asks for %zu", result->cosigned,
		        result->voters, result->needed);
		break;
	}
	return finding;
}

struct policy_result policy_check(const struct policy *policy, const struct note *note,
                                  const struct checkpoint *checkpoint, struct why *why)
{
	struct policy_result result = {.voters = policy->voters, .needed = policy->needed};
	struct bytes_view left = note->signatures;
	struct note_signature signature;
	struct tally tally = {0};

	if (!knows_origin(policy, checkpoint)) {
		result.finding = say(why, POLICY_OTHER_LOG, &result, NULL);
		return result;
	}
	while (note_next_signature(&signature, &left))
		if (!count_line(&tally, policy, &signature, note, checkpoint)) {
			result.finding = say(why, POLICY_BAD_SIGNATURE, &result, &signature);
			return result;
		}
	count_voters(&result, &tally, policy);
	if (!has_quorum(&tally, policy))
		result.finding = say(why, POLICY_NO_QUORUM, &result, NULL);
	else if (!tally.log_signed)
		result.finding = say(why, POLICY_NO_LOG, &result, NULL);
	return result;
}
