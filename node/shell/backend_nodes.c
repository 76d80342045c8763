/* chain.list_nodes: the list of node.set, as the state has it. */
#include "node/shell/backend_nodes.h"

#include "node/shell/backend_read.h"
#include "rpc/api/ledger_json.h"

/* NULL: the query has failed, or memory is out, which page_add finds. */
static json_t *node_json(struct query *query, uint16_t slot)
{
	static const struct hash nobody;
	struct state_key key = state_key_of_node_slot(slot);
	struct node_listing listing = {0};
	struct node_slot node = {0};
	struct bytes_view value = {0};
	bool found = query_state(query, &key, &value);
	json_t *json;

	if (!query_check(query, found ? node_slot_decode(&node, value) : STATUS_NOT_FOUND,
	                 "a slot of the nodes"))
		return NULL;
	key = state_key_of_node(&node.node_id);
	found = query_state(query, &key, &value);
	if (!query_check(query,
	                 found ? node_listing_decode(&listing, value) : STATUS_NOT_FOUND,
	                 "a listed node"))
		return NULL;
	json = json_object();
	object_put(&json, "node_id", json_of_hex(node.node_id.bytes, COMPRESSED_KEY_SIZE));
	object_put(&json, "account",
	           hash_equal(&listing.account, &nobody) ? json_null()
	                                                 : json_of_account(&listing.account));
	object_put(&json, "from_height", json_of_count(listing.from_height));
	return json;
}

void backend_list_nodes(struct rpc_call *call, json_t *params, void *owner)
{
	struct state_key key = state_key_of_kind(STATE_NODE_LIST);
	struct node_list list = {0};
	struct bytes_view value;
	struct query query;
	struct page page;

	if (!query_start_at(&query, call, params, owner))
		return;
	page_start(&page, &query, 0);
	/* There is no value before the first node is listed. */
	if (query_state(&query, &key, &value) &&
	    !query_check(&query, node_list_decode(&list, value), "the list of nodes"))
		list.count = 0;
	for (uint64_t i = page.from;
	     i < list.count && query_is_good(&query) && page_takes(&page, i); i++)
		page_add(&page, node_json(&query, (uint16_t)i));
	query_answer_page(&query, &page);
}
