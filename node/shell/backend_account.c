/* account: who signs, how they describe themselves, what they hold and did. */
#include "node/shell/backend_read.h"
#include "rpc/api/ledger_json.h"
#include "rpc/api/params.h"

/* -- One account ------------------------------------------------------------------- */

static bool take_log_index(void *owner, uint64_t log_index)
{
	*(uint64_t *)owner = log_index;
	return false;
}

/* Did a transaction up to the query's height concern the account? */
static bool has_transactions(struct query *query, const struct hash *account)
{
	struct store_range oldest = {0, STORE_UP, 1};
	uint64_t log_index = UINT64_MAX;
	struct store_header header;
	enum status status;

	if (!query_is_good(query))
		return false;
	status = store_list_account(query->view, account, &oldest, take_log_index, &log_index,
	                            &query->why);
	if (!query_check(query, status, "an account's transactions") ||
	    log_index == UINT64_MAX)
		return false;
	status = store_read_header(query->view, query->height, &header, &query->why);
	return query_check(query, status, "the block that is asked about") &&
	       log_index < header.header.log_size;
}

/* The key is in the state only once it was changed: the first one's hash is the id. */
static bool put_key(struct query *query, const struct state_key *key, json_t **json)
{
	struct account_state account = {0};
	struct bytes_view value;
	bool found = query_state(query, key, &value);

	if (found && !query_check(query, account_state_decode(&account, value), "an account"))
		return false;
	object_put(json, "key",
	           found ? json_of_hex(account.key.bytes, PUBLIC_KEY_SIZE) : json_null());
	object_put(json, "rotations", json_of_count(account.rotation_count));
	return found;
}

static json_t *optional_hash_json(const struct optional_hash *hash)
{
	return hash->present ? json_of_hash(&hash->value) : json_null();
}

static bool put_profile(struct query *query, const struct state_key *key, json_t **json)
{
	struct account_profile profile = {0};
	struct bytes_view value;
	bool found = query_state(query, key, &value);

	if (found &&
	    !query_check(query, account_profile_decode(&profile, value), "a description"))
		return false;
	object_put(json, "display_name",
	           found ? json_of_text(profile.display_name) : json_null());
	object_put(json, "contact", found ? json_of_text(profile.contact) : json_null());
	object_put(json, "encryption_key", optional_hash_json(&profile.encryption_key));
	object_put(json, "inbox", optional_hash_json(&profile.inbox));
	return found;
}

static void get_account(struct rpc_call *call, json_t *params, void *owner)
{
	struct hash account = rpc_param_account(params, "account");
	struct state_key account_key = state_key_of(STATE_ACCOUNT, &account);
	struct state_key profile_key = state_key_of(STATE_PROFILE, &account);
	struct query query;
	bool is_known;
	json_t *json;

	if (!query_start_at(&query, call, params, owner))
		return;
	json = json_object();
	object_put(&json, "account", json_of_account(&account));
	object_put(&json, "id", json_of_hash(&account));
	is_known = put_key(&query, &account_key, &json);
	is_known |= put_profile(&query, &profile_key, &json);
	if (!is_known && !has_transactions(&query, &account))
		query_refuse(&query, RPC_ACCOUNT_NOT_FOUND,
		             "the ledger has nothing of account %s%s",
		             json_string_value(json_object_get(params, "account")),
		             query_when(&query).text);
	if (query_wants_proof(&query)) {
		object_put(&json, "proof", query_proof(&query, &account_key));
		object_put(&json, "profile_proof", query_proof(&query, &profile_key));
	}
	query_answer_at(&query, json);
}

/* -- What it holds ----------------------------------------------------------------- */

struct holdings {
	struct hash account;
	struct page page;
};

static bool read_asset_name(struct query *query, const struct hash *asset, json_t **json)
{
	struct state_key key = state_key_of(STATE_ASSET, asset);
	struct asset_info info = {0};
	struct bytes_view value;
	enum status status = STATUS_NOT_FOUND;

	if (query_state(query, &key, &value))
		status = asset_info_decode(&info, value);
	if (!query_check(query, status, "the asset of a balance"))
		return false;
	object_put(json, "asset", json_of_text(info.name));
	object_put(json, "id", json_of_hash(asset));
	object_put(json, "decimals", json_integer(info.decimals));
	return true;
}

static json_t *balance_json(struct query *query, const struct hash *asset,
                            const struct balance *balance)
{
	json_t *json = json_object();

	if (read_asset_name(query, asset, &json))
		object_put(&json, "amount", json_of_amount(balance->grains));
	return json;
}

static bool visit_holding(void *owner, struct bytes_view name, struct bytes_view unused)
{
	struct holdings *holdings = owner;
	struct query *query = holdings->page.query;
	struct bytes_view value;
	struct balance balance;
	struct state_key key;
	struct hash asset;

	(void)unused;
	if (!page_takes_name(&holdings->page, name) ||
	    !query_check(query, name.size == HASH_SIZE ? STATUS_OK : STATUS_MALFORMED,
	                 "the assets of an account"))
		return false;
	memcpy(asset.bytes, name.at, HASH_SIZE);
	key = state_key_of_pair(STATE_BALANCE, &asset, &holdings->account);
	/* What was given away, or came later, is passed over. */
	if (query_state(query, &key, &value) &&
	    query_check(query, balance_decode(&balance, value), "a balance"))
		page_add(&holdings->page, balance_json(query, &asset, &balance));
	return query_is_good(query);
}

static bool is_asset_id(struct bytes_view text)
{
	return text.size == HASH_SIZE;
}

static void list_balances(struct rpc_call *call, json_t *params, void *owner)
{
	struct holdings holdings = {.account = rpc_param_account(params, "account")};
	struct query query;
	enum status status;

	if (!query_start_at(&query, call, params, owner))
		return;
	page_start_names(&holdings.page, &query, is_asset_id);
	if (query_is_good(&query)) {
		status = store_list_names(query.view, STORE_ACCOUNT_ASSETS, &holdings.account,
		                          (struct bytes_view){0}, page_after(&holdings.page),
		                          SIZE_MAX, visit_holding, &holdings, &query.why);
		page_listed(&holdings.page, status);
	}
	query_answer_page(&query, &holdings.page);
}

/* -- What it did ------------------------------------------------------------------- */

static bool visit_deed(void *owner, uint64_t log_index)
{
	struct page *page = owner;
	struct query *query = page->query;
	struct tx_place place;
	uint64_t height;
	json_t *json;
	struct tx tx;

	if (!page_takes(page, log_index) || !query_tx(query, log_index, &tx, &height) ||
	    !query_place(query, log_index, height, &place))
		return false;
	json = json_object();
	object_put(&json, "txid", json_of_hash(&tx.txid));
	object_put_place(&json, &place);
	page_add(page, json);
	return query_is_good(query);
}

static void list_transactions(struct rpc_call *call, json_t *params, void *owner)
{
	struct hash account = rpc_param_account(params, "account");
	struct store_range range;
	struct query query;
	struct page page;
	enum status status;

	if (!query_start(&query, call, params, owner))
		return;
	page_start(&page, &query, UINT64_MAX);
	range = page_range(&page, STORE_DOWN);
	if (query_is_good(&query)) {
		status = store_list_account(query.view, &account, &range, visit_deed, &page,
		                            &query.why);
		page_listed(&page, status);
	}
	query_answer_page(&query, &page);
}

/* -- The table --------------------------------------------------------------------- */

const struct rpc_handler backend_account_handlers[] = {
	{"account.get", get_account},
	{"account.list_balances", list_balances},
	{"account.list_transactions", list_transactions},
};
const size_t backend_account_handler_count =
	sizeof backend_account_handlers / sizeof *backend_account_handlers;
