/* asset: units, who issues them, how many there are. */
#include "node/shell/backend_read.h"
#include "rpc/api/ledger_json.h"
#include "rpc/api/params.h"

static void put_info(const struct asset_info *info, const struct hash *id, json_t **json)
{
	object_put(json, "name", json_of_text(info->name));
	object_put(json, "id", json_of_hash(id));
	object_put(json, "issuer", json_of_account(&info->issuer));
	object_put(json, "decimals", json_integer(info->decimals));
	object_put(json, "description", json_of_text(info->description));
	object_put(json, "created_height", json_of_count(info->created_height));
	object_put(json, "created_ms", json_of_count(info->created_ms));
}

static void put_supply(struct query *query, const struct hash *id, json_t **json)
{
	struct state_key key = state_key_of(STATE_ASSET_SUPPLY, id);
	struct asset_supply supply = {0};
	struct bytes_view value;

	/* There is none before the first was minted. */
	if (query_state(query, &key, &value) &&
	    !query_check(query, asset_supply_decode(&supply, value), "an asset's supply"))
		return;
	object_put(json, "minted", json_of_amount(supply.minted));
	object_put(json, "burned", json_of_amount(supply.burned));
	object_put(json, "supply", json_of_amount(supply.minted - supply.burned));
}

/* NULL: there is no such asset, or the query failed, or memory is out: which has failed
 * the query then. */
static json_t *asset_json(struct query *query, const struct hash *id)
{
	struct state_key key = state_key_of(STATE_ASSET, id);
	struct asset_info info;
	struct bytes_view value;
	json_t *json;

	if (!query_state(query, &key, &value) ||
	    !query_check(query, asset_info_decode(&info, value), "an asset"))
		return NULL;
	json = json_object();
	put_info(&info, id, &json);
	put_supply(query, id, &json);
	if (!json)
		query_fail(query, STATUS_MEMORY);
	return json;
}

/* -- One --------------------------------------------------------------------------- */

static void get_asset(struct rpc_call *call, json_t *params, void *owner)
{
	struct hash id = rpc_param_named(params, "asset", asset_id_of);
	struct state_key info_key = state_key_of(STATE_ASSET, &id);
	struct state_key supply_key = state_key_of(STATE_ASSET_SUPPLY, &id);
	struct query query;
	json_t *json;

	if (!query_start_at(&query, call, params, owner))
		return;
	json = asset_json(&query, &id);
	if (!json)
		query_refuse(&query, RPC_ASSET_NOT_FOUND, "there is no asset \"%s\"%s",
		             json_string_value(json_object_get(params, "asset")),
		             query_when(&query).text);
	else if (query_wants_proof(&query)) {
		object_put(&json, "proof", query_proof(&query, &info_key));
		object_put(&json, "supply_proof", query_proof(&query, &supply_key));
	}
	query_answer_at(&query, json);
}

/* -- All --------------------------------------------------------------------------- */

static bool visit_asset(void *owner, struct bytes_view name, struct bytes_view value)
{
	struct page *page = owner;
	struct query *query = page->query;
	struct hash id;

	if (!page_takes_name(page, name) ||
	    !query_check(query, value.size == HASH_SIZE ? STATUS_OK : STATUS_MALFORMED,
	                 "the names of assets"))
		return false;
	memcpy(id.bytes, value.at, HASH_SIZE);
	page_add(page, asset_json(query, &id));
	return query_is_good(query);
}

static void list_assets(struct rpc_call *call, json_t *params, void *owner)
{
	struct query query;
	struct page page;
	enum status status;

	if (!query_start(&query, call, params, owner))
		return;
	page_start_names(&page, &query, name_is_valid);
	if (query_is_good(&query)) {
		status = store_list_names(query.view, STORE_ASSETS, NULL, (struct bytes_view){0},
		                          page_after(&page), page.limit + 1, visit_asset, &page,
		                          &query.why);
		page_listed(&page, status);
	}
	query_answer_page(&query, &page);
}

/* -- The table --------------------------------------------------------------------- */

const struct rpc_handler backend_asset_handlers[] = {
	{"asset.list", list_assets},
	{"asset.get", get_asset},
};
const size_t backend_asset_handler_count =
	sizeof backend_asset_handlers / sizeof *backend_asset_handlers;
