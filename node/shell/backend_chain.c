/* chain: blocks, parameters, and the log over all of it. */
#include "node/shell/backend_checkpoint.h"
#include "node/shell/backend_nodes.h"
#include "node/shell/backend_read.h"
#include "rpc/api/genesis_json.h"
#include "rpc/api/ledger_json.h"
#include "rpc/api/params.h"

#include <inttypes.h>

/* -- One block --------------------------------------------------------------------- */

static void get_head(struct rpc_call *call, json_t *params, void *owner)
{
	const struct ledger_tip *tip;
	struct query query;
	json_t *json;

	if (!query_start(&query, call, params, owner))
		return;
	tip = store_view_tip(query.view);
	json = json_object();
	object_put(&json, "height", json_of_count(tip->header.height));
	object_put(&json, "hash", json_of_hash(&tip->hash));
	object_put(&json, "time_ms", json_of_count(tip->header.time_ms));
	object_put(&json, "log_size", json_of_count(tip->frontier.size));
	/* Every other leaf is a block's header. */
	object_put(&json, "tx_count",
	           json_of_count(tip->frontier.size - tip->header.height - 1));
	object_put(&json, "state_root", json_of_hash(&tip->header.state_root));
	query_answer(&query, json);
}

static bool find_by_hash(struct query *query, uint64_t *height)
{
	struct hash hash = rpc_param_hash(query->params, "hash");
	enum status status = store_find_block(query->view, &hash, height, &query->why);

	if (status != STATUS_NOT_FOUND)
		return query_check(query, status, "a block");
	query_refuse(query, RPC_BLOCK_NOT_FOUND, "there is no final block with hash %s",
	             json_string_value(json_object_get(query->params, "hash")));
	return false;
}

/* The block that "height" or "hash" name. The certificate borrows. */
static bool find_block(struct query *query, struct store_header *header)
{
	uint64_t height;
	enum status status;

	if (rpc_param_has(query->params, "hash")) {
		if (!find_by_hash(query, &height))
			return false;
	} else {
		height = (uint64_t)rpc_param_integer(query->params, "height");
	}
	if (height > query->height) {
		query_refuse(query, RPC_BLOCK_NOT_FOUND,
		             "there is no block %" PRIu64 " yet; the newest is %" PRIu64, height,
		             query->height);
		return false;
	}
	status = store_read_header(query->view, height, header, &query->why);
	return query_check(query, status, "a block's header");
}

static json_t *certificate_json(struct query *query, struct bytes_view bytes)
{
	struct certificate certificate;
	struct cursor in = cursor_on(bytes);

	if (bytes.size == 0)
		return json_null();
	certificate_get(&in, &certificate);
	if (!query_check(query, cursor_finish(&in), "a block's certificate"))
		return NULL;
	return json_of_certificate(&certificate);
}

struct txid_list {
	struct query *query;
	json_t *txids;
};

static bool add_txid(void *owner, const struct store_entry *entry)
{
	struct txid_list *list = owner;
	struct hash txid;

	if (entry->tx.size < TX_SIZE_MIN)
		return query_check(list->query, STATUS_SHORT, "a transaction of a block");
	txid = network_hash(&list->query->backend->network->tx,
	                    bytes_view(entry->tx.at, entry->tx.size - TX_AUTHORITY_SIZE));
	if (json_array_append_new(list->txids, json_of_hash(&txid)) != 0)
		query_fail(list->query, STATUS_MEMORY);
	return query_is_good(list->query);
}

static json_t *txids_json(struct query *query, const struct store_header *header)
{
	struct txid_list list = {query, json_array()};
	enum status status;

	status = store_list_entries(query->view, header->first_log_index,
	                            header->header.tx_count, add_txid, &list, &query->why);
	if (!query_check(query, status, "the transactions of a block")) {
		json_decref(list.txids);
		return NULL;
	}
	return list.txids;
}

static void get_block(struct rpc_call *call, json_t *params, void *owner)
{
	struct store_header header;
	json_t *json = NULL;
	struct query query;

	if (!query_start(&query, call, params, owner))
		return;
	if (find_block(&query, &header)) {
		json = json_of_header(&header.header, &header.hash);
		object_put(&json, "certificate", certificate_json(&query, header.certificate));
		object_put(&json, "txids", txids_json(&query, &header));
	}
	query_answer(&query, json);
}

static void get_block_header(struct rpc_call *call, json_t *params, void *owner)
{
	struct store_header header;
	json_t *json = NULL;
	struct query query;

	if (!query_start(&query, call, params, owner))
		return;
	if (find_block(&query, &header))
		json = json_of_header(&header.header, &header.hash);
	query_answer(&query, json);
}

/* -- Blocks ------------------------------------------------------------------------ */

static json_t *block_row_json(const struct store_header *header)
{
	json_t *json = json_object();

	object_put(&json, "height", json_of_count(header->header.height));
	object_put(&json, "hash", json_of_hash(&header->hash));
	object_put(&json, "time_ms", json_of_count(header->header.time_ms));
	object_put(&json, "tx_count", json_of_count(header->header.tx_count));
	object_put(&json, "body_size", json_of_count(header->header.body_size));
	return json;
}

static void list_blocks(struct rpc_call *call, json_t *params, void *owner)
{
	struct store_header header;
	struct query query;
	struct page page;
	uint64_t height;

	if (!query_start(&query, call, params, owner))
		return;
	height = query.height;
	if (rpc_param_has(params, "from_height"))
		height = (uint64_t)rpc_param_integer(params, "from_height");
	page_start(&page, &query, height);
	height = page.from < query.height ? page.from : query.height;
	while (query_is_good(&query) && page_takes(&page, height)) {
		enum status status = store_read_header(query.view, height, &header, &query.why);

		if (query_check(&query, status, "a block's header"))
			page_add(&page, block_row_json(&header));
		if (height-- == 0)
			break;
	}
	query_answer_page(&query, &page);
}

/* -- What the network is ----------------------------------------------------------- */

static void get_genesis(struct rpc_call *call, json_t *params, void *owner)
{
	json_t *json = NULL;
	struct bytes_view file;
	struct query query;
	enum status status;

	if (!query_start(&query, call, params, owner))
		return;
	status = store_read_genesis(query.view, &file, &query.why);
	if (query_check(&query, status, "the genesis file")) {
		json = json_object();
		object_put(&json, "hash", json_of_hash(&query.backend->network->genesis));
		object_put(&json, "genesis", genesis_to_json(query.backend->genesis));
		object_put(&json, "genesis_b64", json_of_base64(file));
	}
	query_answer(&query, json);
}

static json_t *parameter_json(struct query *query, enum parameter parameter)
{
	struct state_key key = state_key_of_parameter(parameter);
	struct bytes_view value = {0};
	bool found = query_state(query, &key, &value);
	struct cursor in = cursor_on(value);
	uint64_t number = cursor_u64(&in);

	/* Every parameter stands in the state from the beginning. */
	if (!query_check(query, found ? cursor_finish(&in) : STATUS_NOT_FOUND, "a parameter"))
		return NULL;
	return json_of_count(number);
}

static json_t *parameter_proofs(struct query *query)
{
	json_t *proofs = json_object();

	for (size_t i = 0; i < PARAMETER_COUNT && query_is_good(query); i++) {
		struct state_key key = state_key_of_parameter((enum parameter)i);

		object_put(&proofs, parameter_facts((enum parameter)i)->name,
		           query_proof(query, &key));
	}
	return proofs;
}

static void get_params(struct rpc_call *call, json_t *params, void *owner)
{
	json_t *json, *values;
	struct query query;

	if (!query_start_at(&query, call, params, owner))
		return;
	json = json_object();
	values = json_object();
	for (size_t i = 0; i < PARAMETER_COUNT && query_is_good(&query); i++)
		object_put(&values, parameter_facts((enum parameter)i)->name,
		           parameter_json(&query, (enum parameter)i));
	object_put(&json, "params", values);
	if (query_is_good(&query) && query_wants_proof(&query))
		object_put(&json, "proofs", parameter_proofs(&query));
	query_answer_at(&query, json);
}

/* -- The log ----------------------------------------------------------------------- */

static json_t *consistency_json(struct query *query, uint64_t from_size, uint64_t to_size)
{
	struct store_log log;
	struct log_reader reader = store_log_open(&log, query->view, NULL);
	struct hash root_from, root_to;
	struct log_path path;
	json_t *json;
	enum status status;

	status = log_root_at(&root_from, &reader, from_size, &query->why);
	if (status == STATUS_OK)
		status = log_root_at(&root_to, &reader, to_size, &query->why);
	if (status == STATUS_OK)
		status = log_prove_consistency(&path, &reader, from_size, to_size, &query->why);
	if (!query_check(query, status, "the network's log"))
		return NULL;
	json = json_object();
	object_put(&json, "from_size", json_of_count(from_size));
	object_put(&json, "to_size", json_of_count(to_size));
	object_put(&json, "root_from", json_of_hash(&root_from));
	object_put(&json, "root_to", json_of_hash(&root_to));
	object_put(&json, "hashes", json_of_path(&path));
	return json;
}

static void get_consistency_proof(struct rpc_call *call, json_t *params, void *owner)
{
	uint64_t from_size = (uint64_t)rpc_param_integer(params, "from_size");
	uint64_t to_size = (uint64_t)rpc_param_integer(params, "to_size");
	json_t *json = NULL;
	struct query query;
	uint64_t size;

	if (!query_start(&query, call, params, owner))
		return;
	size = store_view_tip(query.view)->frontier.size;
	if (from_size > to_size || to_size > size)
		query_refuse(&query, RPC_INVALID_PARAMS,
		             "from %" PRIu64 " to %" PRIu64 " leaves: \"from_size\" must not be "
		             "above \"to_size\", nor that above the %" PRIu64
		             " leaves of the log",
		             from_size, to_size, size);
	else
		json = consistency_json(&query, from_size, to_size);
	query_answer(&query, json);
}

/* -- The table --------------------------------------------------------------------- */

const struct rpc_handler backend_chain_handlers[] = {
	{"chain.get_head", get_head},
	{"chain.get_block", get_block},
	{"chain.get_block_header", get_block_header},
	{"chain.list_blocks", list_blocks},
	{"chain.get_genesis", get_genesis},
	{"chain.get_params", get_params},
	{"chain.list_nodes", backend_list_nodes},
	{"chain.get_checkpoint", backend_get_checkpoint},
	{"chain.get_succession", backend_get_succession},
	{"chain.get_consistency_proof", get_consistency_proof},
};
const size_t backend_chain_handler_count =
	sizeof backend_chain_handlers / sizeof *backend_chain_handlers;
