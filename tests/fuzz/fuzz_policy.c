/* Policies from anybody: what decodes is sound, and can be asked. */
#include "chain/base/invariant.h"
#include "chain/proof/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Members stand before the group that they are in, and no witness is in two. */
static void check_nodes(const struct policy *policy)
{
	INVARIANT(policy->log_count <= POLICY_LOGS_MAX);
	INVARIANT(policy->quorum == POLICY_NO_NODE || policy->quorum < policy->node_count);
	for (size_t i = 0; i < policy->node_count; i++) {
		const struct policy_node *node = &policy->nodes[i];
		size_t members = 0;

		INVARIANT(node->parent == POLICY_NO_NODE ||
		          (node->parent > i && node->parent < policy->node_count));
		for (size_t k = 0; k < policy->node_count; k++)
			members += policy->nodes[k].parent == i;
		if (node->is_group)
			INVARIANT(members == node->member_count && node->threshold >= 1 &&
			          node->threshold <= members);
		else
			INVARIANT(members == 0);
	}
	INVARIANT(policy->needed <= policy->voters);
	INVARIANT((policy->needed > 0) == (policy->quorum != POLICY_NO_NODE));
}

static void ask(const struct policy *policy)
{
	static const char text[] =
		"example.com/log\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n"
		"\xe2\x80\x94 w AAAAAAA=\n";
	struct checkpoint checkpoint;
	struct policy_result result;
	struct note note;
	struct why why;

	INVARIANT(note_decode(&note, text_view(text), &why) == STATUS_OK);
	INVARIANT(checkpoint_decode(&checkpoint, note.text, &why) == STATUS_OK);
	result = policy_check(policy, &note, &checkpoint, &why);
	INVARIANT(result.finding != POLICY_GOOD && result.cosigned == 0);
	INVARIANT(policy_equal(policy, policy));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena arena = {0};
	struct policy policy;
	struct why why;

	if (policy_decode(&policy, &arena, bytes_view(bytes, size), &why) == STATUS_OK) {
		check_nodes(&policy);
		ask(&policy);
	}
	arena_close(&arena);
	return 0;
}
