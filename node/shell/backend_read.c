#include "node/shell/backend_read.h"

#include "chain/base/memory.h"
#include "chain/base/text.h"
#include "chain/proof/state_hash.h"
#include "rpc/api/ledger_json.h"
#include "rpc/api/params.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

/* -- Life -------------------------------------------------------------------------- */

bool query_start(struct query *query, struct rpc_call *call, const json_t *params,
                 void *owner)
{
	struct backend *backend = owner;

	*query = (struct query){.backend = backend, .call = call, .params = params};
	query->view = backend_view(backend, call);
	if (!query->view)
		return false;
	query->height = store_view_tip(query->view)->header.height;
	return true;
}

static void choose_height(struct query *query, uint64_t height)
{
	if (height > query->height)
		query_refuse(query, RPC_BLOCK_NOT_FOUND,
		             "there is no block %" PRIu64 " yet; the newest is %" PRIu64, height,
		             query->height);
	query->height = height;
}

static void choose_time(struct query *query, uint64_t time_ms)
{
	enum status status =
		store_find_time(query->view, time_ms, &query->height, &query->why);

	if (status == STATUS_NOT_FOUND)
		query_refuse(query, RPC_BLOCK_NOT_FOUND,
		             "%" PRIu64 " ms is before the first block", time_ms);
	else if (status != STATUS_OK)
		query_fail(query, status);
}

bool query_start_at(struct query *query, struct rpc_call *call, const json_t *params,
                    void *owner)
{
	struct rpc_at at = rpc_param_at(params);

	if (!query_start(query, call, params, owner))
		return false;
	switch (at.kind) {
	case RPC_AT_FINAL:
		break;
	case RPC_AT_HEIGHT:
		choose_height(query, at.value);
		break;
	case RPC_AT_TIME:
		choose_time(query, at.value);
		break;
	}
	if (query_is_good(query))
		return true;
	query_answer(query, NULL);
	return false;
}

void query_fail(struct query *query, enum status status)
{
	if (query_is_good(query))
		query->status = status;
}

void query_refuse(struct query *query, enum rpc_code code, const char *format, ...)
{
	char message[RPC_MESSAGE_SIZE];
	va_list arguments;

	if (!query_is_good(query))
		return;
	va_start(arguments, format);
	vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	query->is_refused = !rpc_fault_set(&query->fault, code, "%s", message);
}

bool query_check(struct query *query, enum status status, const char *what)
{
	switch (status) {
	case STATUS_OK:
		return query_is_good(query);
	case STATUS_NOT_FOUND:
	case STATUS_SHORT:
	case STATUS_TRAILING:
	case STATUS_MALFORMED:
	case STATUS_TOO_LARGE:
	case STATUS_FOREIGN:
		if (query_is_good(query))
			query_fail(query, why_set(&query->why, STATUS_CORRUPT, "%s", what));
		return false;
	case STATUS_MEMORY:
	case STATUS_STORAGE:
	case STATUS_CORRUPT:
	case STATUS_PRUNED:
	case STATUS_CRYPTO:
	case STATUS_BUSY:
	case STATUS_NETWORK:
	case STATUS_LOCKED:
	case STATUS_EXISTS:
	case STATUS_PERMISSION:
		break;
	}
	query_fail(query, status);
	return false;
}

struct query_when query_when(const struct query *query)
{
	struct query_when when = {""};

	if (query->height < store_view_tip(query->view)->header.height)
		snprintf(when.text, sizeof when.text, " after block %" PRIu64, query->height);
	return when;
}

void query_answer(struct query *query, json_t *result)
{
	if (query_is_good(query)) {
		rpc_call_answer(query->call, result);
		return;
	}
	json_decref(result);
	if (query->is_refused)
		rpc_call_fail(query->call, query->fault.code, "%s", query->fault.message);
	else
		backend_fail(query->call, query->status, &query->why);
}

void query_answer_at(struct query *query, json_t *result)
{
	object_put(&result, "height", json_of_count(query->height));
	query_answer(query, result);
}

void object_put(json_t **object, const char *name, json_t *value)
{
	if (json_object_set_new_nocheck(*object, name, value) == 0)
		return;
	json_decref(*object);
	*object = NULL;
}

void array_put(json_t **array, json_t *item)
{
	if (json_array_append_new(*array, item) == 0)
		return;
	json_decref(*array);
	*array = NULL;
}

/* -- The state --------------------------------------------------------------------- */

bool query_state(struct query *query, const struct state_key *key,
                 struct bytes_view *value)
{
	bool found = false;
	enum status status;

	if (!query_is_good(query))
		return false;
	status = store_read_state(query->view, query->height, state_key_view(key), value,
	                          &found, &query->why);
	return query_check(query, status, "the block that is asked about") && found;
}

bool query_wants_proof(const struct query *query)
{
	return rpc_param_boolean(query->params, "prove");
}

static json_t *json_of_proof(const struct state_proof *proof)
{
	uint8_t bytes[STATE_PROOF_SIZE_MAX];
	struct writer out = writer_on(bytes, sizeof bytes);

	state_proof_put(&out, proof);
	return json_of_base64(bytes_view(bytes, sizeof bytes - out.left));
}

json_t *query_proof(struct query *query, const struct state_key *key)
{
	struct hash key_hash =
		network_state_key(query->backend->network, state_key_view(key));
	struct state_reader reader;
	struct state_proof proof;
	struct store_state state;
	struct bytes_view value;
	enum status status;
	json_t *json = json_object();
	bool found;

	if (query_is_good(query)) {
		status =
			store_state_open(&state, &reader, query->view, query->height, &query->why);
		if (status == STATUS_OK)
			status =
				state_tree_prove(&proof, &reader, &state.root, &key_hash, &query->why);
		if (query_check(query, status, "the state tree")) {
			object_put(&json, "state_root", json_of_hash(&state.root.hash));
			object_put(&json, "height", json_of_count(query->height));
			object_put(&json, "key_hash", json_of_hash(&key_hash));
			found = query_state(query, key, &value);
			object_put(&json, "value_b64", found ? json_of_base64(value) : json_null());
			object_put(&json, "proof_b64", json_of_proof(&proof));
		}
	}
	return json;
}

bool query_stream(struct query *query, struct hash *id, struct stream_info *info)
{
	struct bytes_view given = rpc_param_text(query->params, "stream");
	struct bytes_view value;
	struct state_key key;

	*id = rpc_param_named(query->params, "stream", stream_id_of);
	key = state_key_of(STATE_STREAM, id);
	if (query_state(query, &key, &value))
		return query_check(query, stream_info_decode(info, value), "a stream's settings");
	query_refuse(query, RPC_STREAM_NOT_FOUND, "there is no stream \"%.*s\"%s",
	             (int)given.size, (const char *)given.at, query_when(query).text);
	return false;
}

bool query_stream_head(struct query *query, const struct hash *stream,
                       struct stream_head *head)
{
	struct state_key key = state_key_of(STATE_STREAM_HEAD, stream);
	struct bytes_view value;

	*head = (struct stream_head){.root = log_empty_root()};
	if (!query_state(query, &key, &value))
		return query_is_good(query);
	return query_check(query, stream_head_decode(head, value), "a stream's head");
}

/* -- Transactions of the log ------------------------------------------------------- */

bool query_tx(struct query *query, uint64_t log_index, struct tx *tx, uint64_t *height)
{
	static const struct hash NO_LEAF_HASH;
	struct store_entry entry;
	struct hash txid;
	enum status status;

	if (!query_is_good(query))
		return false;
	status = store_read_entry(query->view, log_index, &entry, &query->why);
	if (status == STATUS_OK && entry.tx.size < TX_SIZE_MIN)
		status = STATUS_SHORT;
	if (!query_check(query, status, "a transaction of the log"))
		return false;
	txid = network_hash(&query->backend->network->tx,
	                    bytes_view(entry.tx.at, entry.tx.size - TX_AUTHORITY_SIZE));
	*height = entry.height;
	return query_check(query, tx_from_known(tx, entry.tx, &txid, &NO_LEAF_HASH),
	                   "a transaction of the log");
}

bool query_place(struct query *query, uint64_t log_index, uint64_t height,
                 struct tx_place *place)
{
	struct store_header header;
	enum status status;

	if (!query_is_good(query))
		return false;
	status = store_read_header(query->view, height, &header, &query->why);
	if (!query_check(query, status, "the block of a transaction"))
		return false;
	*place = (struct tx_place){
		.log_index = log_index,
		.height = height,
		.index = log_index - header.first_log_index,
		.time_ms = header.header.time_ms,
	};
	return true;
}

void object_put_place(json_t **object, const struct tx_place *place)
{
	object_put(object, "log_index", json_of_count(place->log_index));
	object_put(object, "height", json_of_count(place->height));
	object_put(object, "index", json_of_count(place->index));
	object_put(object, "time_ms", json_of_count(place->time_ms));
}

json_t *json_of_path(const struct log_path *path)
{
	json_t *hashes = json_array();

	for (size_t i = 0; i < path->count; i++) {
		if (json_array_append_new(hashes, json_of_hash(&path->hashes[i])) == 0)
			continue;
		json_decref(hashes);
		return NULL;
	}
	return hashes;
}

/* -- Pages of lists ---------------------------------------------------------------- */

static void init_page(struct page *page, struct query *query)
{
	*page = (struct page){
		.query = query,
		.items = json_array(),
		.limit = (size_t)rpc_param_integer(query->params, "limit"),
		.size_max = RPC_PAGE_SIZE_MAX,
	};
}

static void refuse_cursor(struct query *query)
{
	query_refuse(query, RPC_INVALID_PARAMS,
	             "%s: \"cursor\" is not one that this list gave as \"next\"",
	             rpc_call_method(query->call)->name);
}

void page_start(struct page *page, struct query *query, uint64_t first)
{
	init_page(page, query);
	page->from = first;
	if (rpc_param_has(query->params, "cursor") &&
	    !decimal_decode(&page->from, rpc_param_text(query->params, "cursor")))
		refuse_cursor(query);
}

void page_start_names(struct page *page, struct query *query,
                      bool (*is_name)(struct bytes_view text))
{
	struct bytes_view text;
	size_t size;

	init_page(page, query);
	if (!rpc_param_has(query->params, "cursor"))
		return;
	text = rpc_param_text(query->params, "cursor");
	size = text.size / 2;
	if (text.size % 2 == 0 && size <= sizeof page->last &&
	    hex_decode(page->last, size, text) && is_name(bytes_view(page->last, size)))
		page->last_size = size;
	else
		refuse_cursor(query);
}

static bool has_room(struct page *page)
{
	return json_array_size(page->items) < page->limit &&
	       page->size <= page->size_max && page->row_count++ < RPC_PAGE_ROWS_MAX;
}

bool page_takes(struct page *page, uint64_t number)
{
	if (has_room(page))
		return true;
	page->is_cut = true;
	snprintf(page->next, sizeof page->next, "%" PRIu64, number);
	return false;
}

bool page_takes_name(struct page *page, struct bytes_view name)
{
	_Static_assert(2 * RECORD_KEY_SIZE_MAX <= RPC_CURSOR_SIZE_MAX, "the longest in hex");

	if (has_room(page)) {
		page->last_size = name.size < sizeof page->last ? name.size : sizeof page->last;
		memcpy(page->last, name.at, page->last_size);
		return true;
	}
	page->is_cut = true;
	hex_encode(page->next, page_after(page));
	return false;
}

void page_add(struct page *page, json_t *item)
{
	size_t size = json_dumpb(item, NULL, 0, JSON_COMPACT);

	if (!item || json_array_append_new(page->items, item) != 0)
		query_fail(page->query, STATUS_MEMORY);
	page->size += size;
}

void page_listed(struct page *page, enum status status)
{
	if (status != STATUS_OK)
		query_fail(page->query, status);
}

void query_answer_page(struct query *query, struct page *page)
{
	query_answer_page_with(query, page, NULL, NULL);
}

void query_answer_page_with(struct query *query, struct page *page, const char *name,
                            json_t *value)
{
	json_t *json = json_object();

	object_put(&json, "items", page->items);
	object_put(&json, "next", page->is_cut ? json_string(page->next) : json_null());
	if (value)
		object_put(&json, name, value);
	query_answer_at(query, json);
}
