/* stream: records, by position, by key and by author. */
#include "chain/base/memory.h"
#include "node/shell/backend_receipt.h"
#include "node/shell/backend_record.h"
#include "rpc/api/ledger_json.h"
#include "rpc/api/params.h"

#include <inttypes.h>

/* -- Streams ----------------------------------------------------------------------- */

static void put_info(const struct stream_info *info, const struct hash *id, json_t **json)
{
	object_put(json, "name", json_of_text(info->name));
	object_put(json, "id", json_of_hash(id));
	object_put(json, "owner", json_of_account(&info->owner));
	object_put(json, "write",
	           json_string(info->write == STREAM_WRITE_OPEN ? "open" : "listed"));
	object_put(json, "read",
	           json_string(info->read == STREAM_READ_PUBLIC ? "public" : "private"));
	object_put(json, "created_height", json_of_count(info->created_height));
	object_put(json, "created_ms", json_of_count(info->created_ms));
}

static void get_stream(struct rpc_call *call, json_t *params, void *owner)
{
	struct stream_head head;
	struct stream_info info;
	json_t *json = NULL;
	struct query query;
	struct hash id;

	if (!query_start_at(&query, call, params, owner))
		return;
	if (query_stream(&query, &id, &info)) {
		json = json_object();
		put_info(&info, &id, &json);
		object_put(&json, "description", json_of_text(info.description));
		object_put(&json, "schema", json_of_text(info.schema));
		if (query_stream_head(&query, &id, &head)) {
			object_put(&json, "records", json_of_count(head.count));
			object_put(&json, "log_root", json_of_hash(&head.root));
		}
		if (query_wants_proof(&query)) {
			struct state_key info_key = state_key_of(STATE_STREAM, &id);
			struct state_key head_key = state_key_of(STATE_STREAM_HEAD, &id);

			object_put(&json, "proof", query_proof(&query, &info_key));
			object_put(&json, "head_proof", query_proof(&query, &head_key));
		}
	}
	query_answer_at(&query, json);
}

static json_t *stream_row_json(struct query *query, const struct hash *id)
{
	struct state_key key = state_key_of(STATE_STREAM, id);
	struct bytes_view value = {0};
	struct stream_info info = {0};
	struct stream_head head;
	bool found = query_state(query, &key, &value);
	json_t *json;

	if (!query_check(query, found ? stream_info_decode(&info, value) : STATUS_NOT_FOUND,
	                 "a stream's settings"))
		return NULL;
	json = json_object();
	put_info(&info, id, &json);
	if (query_stream_head(query, id, &head))
		object_put(&json, "records", json_of_count(head.count));
	return json;
}

static bool visit_stream(void *owner, struct bytes_view name, struct bytes_view value)
{
	struct page *page = owner;
	struct query *query = page->query;
	struct hash id;

	if (!page_takes_name(page, name) ||
	    !query_check(query, value.size == HASH_SIZE ? STATUS_OK : STATUS_MALFORMED,
	                 "the names of streams"))
		return false;
	memcpy(id.bytes, value.at, HASH_SIZE);
	page_add(page, stream_row_json(query, &id));
	return query_is_good(query);
}

static void list_streams(struct rpc_call *call, json_t *params, void *owner)
{
	struct query query;
	struct page page;
	enum status status;

	if (!query_start(&query, call, params, owner))
		return;
	page_start_names(&page, &query, name_is_valid);
	if (query_is_good(&query)) {
		status = store_list_names(query.view, STORE_STREAMS, NULL, (struct bytes_view){0},
		                          page_after(&page), page.limit + 1, visit_stream, &page,
		                          &query.why);
		page_listed(&page, status);
	}
	query_answer_page(&query, &page);
}

/* -- Keys -------------------------------------------------------------------------- */

struct key_list {
	struct hash stream;
	struct page page;
};

static json_t *key_json(struct query *query, const struct hash *stream,
                        struct bytes_view name)
{
	struct state_key key = state_key_of_record(stream, name);
	struct record_latest latest = {0};
	struct bytes_view value = {0};
	bool found = query_state(query, &key, &value);
	json_t *json;

	if (!query_check(query,
	                 found ? record_latest_decode(&latest, value) : STATUS_NOT_FOUND,
	                 "the latest record of a key"))
		return NULL;
	json = json_object();
	object_put(&json, "key", json_of_text(name));
	object_put(&json, "key_b64", json_of_base64(name));
	object_put(&json, "versions", json_of_count(latest.version_count));
	object_put(&json, "position", json_of_count(latest.position));
	return json;
}

static bool visit_key(void *owner, struct bytes_view name, struct bytes_view unused)
{
	struct key_list *list = owner;
	struct query *query = list->page.query;

	(void)unused;
	if (!page_takes_name(&list->page, name))
		return false;
	page_add(&list->page, key_json(query, &list->stream, name));
	return query_is_good(query);
}

static bool is_record_key(struct bytes_view text)
{
	return text.size > 0;
}

static void list_keys(struct rpc_call *call, json_t *params, void *owner)
{
	struct stream_info info;
	struct key_list list;
	struct query query;
	enum status status;

	if (!query_start(&query, call, params, owner))
		return;
	page_start_names(&list.page, &query, is_record_key);
	if (query_stream(&query, &list.stream, &info)) {
		status = store_list_names(query.view, STORE_STREAM_KEYS, &list.stream,
		                          (struct bytes_view){0}, page_after(&list.page),
		                          list.page.limit + 1, visit_key, &list, &query.why);
		page_listed(&list.page, status);
	}
	query_answer_page(&query, &list.page);
}

/* -- One record -------------------------------------------------------------------- */

static void put_at_height(struct query *query, json_t **json)
{
	object_put(json, "at_height", json_of_count(query->height));
}

static void get_record(struct rpc_call *call, json_t *params, void *owner)
{
	uint64_t position = (uint64_t)rpc_param_integer(params, "position");
	struct record_reader reader;
	struct stream_head head;
	struct stream_info info;
	json_t *json = NULL;
	struct query query;
	struct hash id;

	if (!query_start(&query, call, params, owner))
		return;
	if (query_stream(&query, &id, &info) && query_stream_head(&query, &id, &head)) {
		record_reader_init(&reader, &query, &id);
		if (position < head.count)
			json = record_read_at(&reader, position, NULL);
		else
			query_refuse(&query, RPC_RECORD_NOT_FOUND,
			             "stream \"%s\" has %" PRIu64
			             " records; there is none at position "
			             "%" PRIu64,
			             json_string_value(json_object_get(params, "stream")), head.count,
			             position);
	}
	put_at_height(&query, &json);
	query_answer(&query, json);
}

/* The bytes of "key" or "key_b64", for the caller to free; NULL: memory is out. */
static uint8_t *copy_key(const json_t *params, size_t *size)
{
	struct bytes_view text;
	uint8_t *key;

	if (rpc_param_has(params, "key_b64"))
		return rpc_param_base64(params, "key_b64", size);
	text = rpc_param_text(params, "key");
	key = memory_new(text.size + 1);
	*size = text.size;
	if (key && text.size > 0)
		memcpy(key, text.at, text.size);
	return key;
}

static json_t *latest_json(struct query *query, const struct hash *stream,
                           struct bytes_view record_key)
{
	struct state_key key = state_key_of_record(stream, record_key);
	struct record_latest latest = {0};
	struct record_reader reader;
	struct bytes_view value;
	uint64_t version;
	json_t *json;

	if (!query_state(query, &key, &value)) {
		query_refuse(query, RPC_RECORD_NOT_FOUND,
		             "stream \"%s\" has no record under key '%s'%s",
		             json_string_value(json_object_get(query->params, "stream")),
		             shown_text(record_key).text, query_when(query).text);
		return NULL;
	}
	if (!query_check(query, record_latest_decode(&latest, value),
	                 "the latest record of a key"))
		return NULL;
	record_reader_init(&reader, query, stream);
	version = latest.version_count - 1;
	json = record_read_at(&reader, latest.position, &version);
	if (query_wants_proof(query))
		object_put(&json, "proof", query_proof(query, &key));
	return json;
}

static void get_latest(struct rpc_call *call, json_t *params, void *owner)
{
	struct stream_info info;
	json_t *json = NULL;
	struct query query;
	struct hash id;
	size_t key_size;
	uint8_t *key = copy_key(params, &key_size);

	if (!key) {
		backend_fail(call, STATUS_MEMORY, NULL);
		return;
	}
	if (query_start_at(&query, call, params, owner)) {
		if (query_stream(&query, &id, &info))
			json = latest_json(&query, &id, bytes_view(key, key_size));
		put_at_height(&query, &json);
		query_answer(&query, json);
	}
	memory_free(key);
}

/* -- Lists of records -------------------------------------------------------------- */

struct record_list {
	struct page page;
	struct record_reader reader;
	size_t name_size;
	uint8_t name[NAME_SIZE_MAX]; /* of the stream */
	uint64_t end; /* records from this position on are later than what is asked about */
};

/* Begins a list; false: the query failed. */
static bool start_list(struct record_list *list, struct query *query, uint64_t first)
{
	struct stream_info info;
	struct stream_head head;
	struct hash id;

	page_start(&list->page, query, first);
	if (!query_stream(query, &id, &info))
		return false;
	list->name_size = info.name.size;
	memcpy(list->name, info.name.at, info.name.size);
	if (!query_stream_head(query, &id, &head))
		return false;
	list->end = head.count;
	record_reader_init(&list->reader, query, &id);
	return true;
}

static bool visit_record(void *owner, const struct store_record *record)
{
	struct record_list *list = owner;

	if (record->position >= list->end || !page_takes(&list->page, record->position))
		return false;
	page_add(&list->page, record_read(&list->reader, record, NULL));
	return query_is_good(list->page.query);
}

/* As of the newest checkpoint, which is what the receipt is of. */
static const struct checkpoint_cache *start_proving(struct query *query)
{
	const struct checkpoint_cache *checkpoint = query_need_checkpoint(query);

	if (checkpoint && (rpc_param_has(query->params, "at_time_ms") ||
	                   rpc_param_has(query->params, "at")))
		query_refuse(query, RPC_INVALID_PARAMS,
		             "with \"prove\" a list is of the newest cosigned checkpoint, and of "
		             "no other time");
	if (checkpoint)
		query->height = checkpoint->height;
	return checkpoint;
}

static json_t *list_receipt(struct query *query, const struct record_list *list,
                            const struct checkpoint_cache *checkpoint)
{
	size_t count = json_array_size(list->page.items);

	if (count == 0 && list->end > 0)
		query_refuse(query, RPC_RECORD_NOT_FOUND,
		             "the stream has %" PRIu64 " records; there is none from position "
		             "%" PRIu64 " on",
		             list->end, list->page.from);
	if (!checkpoint || !query_is_good(query))
		return NULL;
	return receipt_of_records(query, checkpoint, &list->reader.stream,
	                          bytes_view(list->name, list->name_size),
	                          count > 0 ? list->page.from : 0, count);
}

static void list_records(struct rpc_call *call, json_t *params, void *owner)
{
	uint64_t from = (uint64_t)rpc_param_integer(params, "from");
	struct record_list list;
	struct store_range range;
	struct query query;
	enum status status;

	const struct checkpoint_cache *checkpoint = NULL;
	json_t *receipt = NULL;

	if (!query_start_at(&query, call, params, owner))
		return;
	if (query_wants_proof(&query))
		checkpoint = start_proving(&query);
	if (start_list(&list, &query, from)) {
		if (checkpoint)
			list.page.size_max = RPC_PAGE_SIZE_MAX / 3;
		range = page_range(&list.page, STORE_UP);
		status = store_list_records(query.view, &list.reader.stream, &range, visit_record,
		                            &list, &query.why);
		page_listed(&list.page, status);
		if (query_wants_proof(&query))
			receipt = list_receipt(&query, &list, checkpoint);
	}
	query_answer_page_with(&query, &list.page, "receipt", receipt);
}

static bool visit_position(void *owner, uint64_t position)
{
	struct record_list *list = owner;

	if (!page_takes(&list->page, position))
		return false;
	page_add(&list->page, record_read_at(&list->reader, position, NULL));
	return query_is_good(list->page.query);
}

static void list_by_author(struct rpc_call *call, json_t *params, void *owner)
{
	struct hash author = rpc_param_account(params, "account");
	struct record_list list;
	struct store_range range;
	struct query query;
	enum status status;

	if (!query_start(&query, call, params, owner))
		return;
	if (start_list(&list, &query, 0)) {
		range = page_range(&list.page, STORE_UP);
		status = store_list_author(query.view, &list.reader.stream, &author, &range,
		                           visit_position, &list, &query.why);
		page_listed(&list.page, status);
	}
	query_answer_page(&query, &list.page);
}

static bool visit_version(void *owner, const struct store_version *version)
{
	struct record_list *list = owner;

	if (!page_takes(&list->page, version->version))
		return false;
	page_add(&list->page,
	         record_read_at(&list->reader, version->position, &version->version));
	return query_is_good(list->page.query);
}

static void list_versions(struct query *query, struct bytes_view key)
{
	struct record_list list;
	struct store_range range;
	enum status status;

	if (start_list(&list, query, 0)) {
		range = page_range(&list.page, STORE_UP);
		status = store_list_versions(query->view, &list.reader.stream, key, &range,
		                             visit_version, &list, &query->why);
		page_listed(&list.page, status);
	}
	query_answer_page(query, &list.page);
}

static void get_history(struct rpc_call *call, json_t *params, void *owner)
{
	struct query query;
	size_t key_size;
	uint8_t *key = copy_key(params, &key_size);

	if (!key) {
		backend_fail(call, STATUS_MEMORY, NULL);
		return;
	}
	if (query_start(&query, call, params, owner))
		list_versions(&query, bytes_view(key, key_size));
	memory_free(key);
}

/* -- The table --------------------------------------------------------------------- */

const struct rpc_handler backend_stream_handlers[] = {
	{"stream.list", list_streams},
	{"stream.get", get_stream},
	{"stream.list_records", list_records},
	{"stream.list_keys", list_keys},
	{"stream.get_latest", get_latest},
	{"stream.get_history", get_history},
	{"stream.list_by_author", list_by_author},
	{"stream.get_record", get_record},
};
const size_t backend_stream_handler_count =
	sizeof backend_stream_handlers / sizeof *backend_stream_handlers;
