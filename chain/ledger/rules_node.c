/* node.*: the list of nodes that may connect. The root group lists any node under any
 * account; who is admitted as a validator, or is of the root group, lists its own, a few.
 * Whether the list counts is for each network's genesis to say: the rules keep it. */
#include "chain/ledger/node_state.h"
#include "chain/ledger/rules_root.h"
#include "chain/ledger/validator_state.h"

#include <inttypes.h>

/* For the %s of a refusal: the id's first 16 digits. */
static struct shown shown_node(const struct node_id *id)
{
	struct hash start;

	memcpy(start.bytes, id->bytes, sizeof start.bytes);
	return shown_hash(&start);
}

static enum verdict remove_node(const struct rule *rule, const struct node_set *operation,
                                bool is_root)
{
	struct node_listing listing;

	if (!nodes_find(rule->draft, &operation->node_id, &listing))
		return refuse(rule->refusal, VERDICT_CONFLICT, "node %s is not on the list",
		              shown_node(&operation->node_id).text);
	if (!is_root && !hash_equal(&listing.account, &rule->tx->sender))
		return refuse(rule->refusal, VERDICT_PERMISSION,
		              "node %s is not this account's, nor is it of the root group",
		              shown_node(&operation->node_id).text);
	nodes_remove(rule->draft, &operation->node_id);
	draft_add_concern(rule->draft, &listing.account);
	return VERDICT_GOOD;
}

/* May it list nodes of its own? */
static bool belongs(const struct rule *rule)
{
	return validator_is_admitted(rule->draft, &rule->tx->sender) ||
	       root_group_has_sender(rule);
}

/* What is asked of who lists a node of its own, and is not the root group. */
static enum verdict check_own(const struct rule *rule, const struct node_set *operation,
                              const struct node_listing *listed)
{
	const struct hash *sender = &rule->tx->sender;

	if (!hash_equal(&operation->account.value, sender) || !belongs(rule))
		return refuse(rule->refusal, VERDICT_PERMISSION,
		              "account %s is not of the root group, and lists only nodes of its "
		              "own, once it is admitted as a validator",
		              shown_hash(sender).text);
	if (listed && !hash_equal(&listed->account, sender))
		return refuse(rule->refusal, VERDICT_PERMISSION,
		              "node %s is listed as that of account %s",
		              shown_node(&operation->node_id).text,
		              shown_hash(&listed->account).text);
	if (!listed && nodes_count_of(rule->draft, sender) >= ACCOUNT_NODES_MAX)
		return refuse(rule->refusal, VERDICT_QUOTA,
		              "this account has its %d nodes on the list", ACCOUNT_NODES_MAX);
	return VERDICT_GOOD;
}

static enum verdict list_node(const struct rule *rule, const struct node_set *operation,
                              bool is_root)
{
	const struct hash *account = &operation->account.value;
	struct node_listing listing;
	bool is_listed = nodes_find(rule->draft, &operation->node_id, &listing);
	enum verdict verdict =
		is_root ? VERDICT_GOOD : check_own(rule, operation, is_listed ? &listing : NULL);

	if (verdict != VERDICT_GOOD)
		return verdict;
	if (is_listed && hash_equal(&listing.account, account) &&
	    listing.from_height == operation->from_height)
		return refuse(rule->refusal, VERDICT_CONFLICT, "node %s is listed so already",
		              shown_node(&operation->node_id).text);
	if (!is_listed && nodes_count(rule->draft) >= NODES_LISTED_MAX)
		return refuse(rule->refusal, VERDICT_QUOTA, "the list has its %d nodes",
		              NODES_LISTED_MAX);
	nodes_put(rule->draft, &operation->node_id, account, operation->from_height);
	draft_add_concern(rule->draft, account);
	return VERDICT_GOOD;
}

enum verdict rule_node_set(const struct rule *rule, const struct node_set *operation)
{
	bool is_root = root_group_acts(rule);

	if (!node_id_is_valid(&operation->node_id))
		return refuse(rule->refusal, VERDICT_SCHEMA,
		              "the node id is no point of the curve");
	return operation->account.present ? list_node(rule, operation, is_root)
	                                  : remove_node(rule, operation, is_root);
}
