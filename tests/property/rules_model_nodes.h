/* The naive ledger's list of nodes: each knows whose it is. */
#ifndef TESTS_PROPERTY_RULES_MODEL_NODES_H
#define TESTS_PROPERTY_RULES_MODEL_NODES_H

#include "tests/property/rules_model_validators.h"

enum {
	MODEL_NODES = 24,
	MODEL_NODES_OF_ONE = 4, /* that an account lists by itself */
};

struct model_node {
	bool is_listed;
	unsigned account;
	uint64_t from_height;
};

struct model_nodes {
	struct model_node nodes[MODEL_NODES];
	uint64_t change_count;
};

/* What a node.set says. */
struct model_node_change {
	unsigned node;
	bool is_removal;
	unsigned account;
	uint64_t from_height;
	bool is_spoiled; /* the id is no point */
};

static inline size_t model_nodes_of(const struct model_nodes *model, unsigned account)
{
	size_t count = 0;

	for (size_t i = 0; i < MODEL_NODES; i++)
		count += model->nodes[i].is_listed && model->nodes[i].account == account;
	return count;
}

static inline size_t model_node_count(const struct model_nodes *model)
{
	size_t count = 0;

	for (size_t i = 0; i < MODEL_NODES; i++)
		count += model->nodes[i].is_listed;
	return count;
}

/* `belongs`: the sender is admitted as a validator, or the root group. */
static inline enum verdict model_set_node(struct model_nodes *model, unsigned sender,
                                          bool belongs,
                                          const struct model_node_change *change)
{
	struct model_node *node = &model->nodes[change->node];
	bool is_root = sender == MODEL_ROOT;
	bool is_own = node->is_listed && node->account == sender;

	if (change->is_spoiled)
		return VERDICT_SCHEMA;
	if (change->is_removal && !node->is_listed)
		return VERDICT_CONFLICT;
	if (change->is_removal) {
		if (!is_root && !is_own)
			return VERDICT_PERMISSION;
		*node = (struct model_node){0};
		model->change_count++;
		return VERDICT_GOOD;
	}
	if (!is_root && (change->account != sender || !belongs))
		return VERDICT_PERMISSION;
	if (!is_root && node->is_listed && !is_own)
		return VERDICT_PERMISSION;
	if (!is_root && !node->is_listed &&
	    model_nodes_of(model, sender) >= MODEL_NODES_OF_ONE)
		return VERDICT_QUOTA;
	if (node->is_listed && node->account == change->account &&
	    node->from_height == change->from_height)
		return VERDICT_CONFLICT;
	*node = (struct model_node){true, change->account, change->from_height};
	model->change_count++;
	return VERDICT_GOOD;
}

#endif
