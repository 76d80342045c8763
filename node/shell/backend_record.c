#include "node/shell/backend_record.h"

#include "chain/base/invariant.h"
#include "rpc/api/ledger_json.h"

void record_reader_init(struct record_reader *reader, struct query *query,
                        const struct hash *stream)
{
	*reader = (struct record_reader){.query = query, .stream = *stream};
}

/* -- The version of a record under its key ----------------------------------------- */

static bool take_version(void *owner, const struct store_version *version)
{
	*(struct store_version *)owner = *version;
	return false;
}

/* The version at `from`, or the newest for UINT64_MAX; it must be there. */
static bool read_version(const struct record_reader *reader, struct bytes_view key,
                         uint64_t from, struct store_version *version)
{
	struct store_range range = {from, STORE_DOWN, 1};
	struct query *query = reader->query;
	enum status status;

	*version = (struct store_version){.version = UINT64_MAX};
	status = store_list_versions(query->view, &reader->stream, key, &range, take_version,
	                             version, &query->why);
	if (status == STATUS_OK && version->version == UINT64_MAX)
		status = STATUS_NOT_FOUND;
	return query_check(query, status, "the versions of a key");
}

/* Positions ascend with versions. Most records are the only one under their key, or the
 * newest; for the others halving is enough. */
static bool find_version(const struct record_reader *reader, struct bytes_view key,
                         uint64_t position, uint64_t *found)
{
	struct store_version version;
	uint64_t below = 0, above;

	if (!read_version(reader, key, UINT64_MAX, &version))
		return false;
	above = version.version;
	while (version.position != position && below < above) {
		uint64_t middle = below + (above - below) / 2;

		if (!read_version(reader, key, middle, &version))
			return false;
		if (version.position < position)
			below = middle + 1;
		else
			above = middle;
	}
	*found = version.position == position ? version.version : below;
	return true;
}

/* -- Its transaction --------------------------------------------------------------- */

/* Makes the reader's transaction that of the record. */
static bool find_tx(struct record_reader *reader, uint64_t log_index)
{
	struct query *query = reader->query;
	struct tx_place place;
	uint64_t height;
	struct tx tx;

	if (reader->has_tx && reader->log_index == log_index)
		return true;
	if (!query_tx(query, log_index, &tx, &height))
		return false;
	reader->txid = tx.txid;
	reader->log_index = log_index;
	if (!reader->has_tx || reader->height != height) {
		if (!query_place(query, log_index, height, &place))
			return false;
		reader->height = height;
		reader->time_ms = place.time_ms;
	}
	reader->has_tx = true;
	return true;
}

/* The operation that appended the record; *author and *operation borrow. */
static bool read_operation(struct record_reader *reader,
                           const struct store_record *record, struct hash *author,
                           struct operation *operation)
{
	struct query *query = reader->query;
	enum status status = STATUS_OK;
	struct store_entry entry;
	struct cursor in;
	struct tx tx;

	status = store_read_entry(query->view, record->log_index, &entry, &query->why);
	/* The leaf hash is not asked for. */
	if (status == STATUS_OK)
		status = tx_from_known(&tx, entry.tx, &reader->txid, &reader->txid);
	if (!query_check(query, status, "the transaction of a record"))
		return false;
	*author = tx.sender;
	in = tx_operations(&tx);
	for (uint32_t i = 0; i <= record->operation && status == STATUS_OK; i++)
		status = operation_get(&in, operation);
	if (status == STATUS_OK && operation->kind != OPERATION_record_append)
		status = STATUS_CORRUPT;
	return query_check(query, status, "the operation of a record");
}

/* -- JSON -------------------------------------------------------------------------- */

static void put_content(json_t **json, const struct record_append *append)
{
	bool has_key = append->key.size > 0;

	object_put(json, "key", has_key ? json_of_text(append->key) : json_null());
	object_put(json, "key_b64", has_key ? json_of_base64(append->key) : json_null());
	object_put(json, "content_type", json_of_text(append->content_type));
	if (append->value_kind == VALUE_FILE)
		object_put(json, "file", json_of_hex(append->value.at, append->value.size));
	else
		object_put(json, "value_b64", json_of_base64(append->value));
}

json_t *record_read(struct record_reader *reader, const struct store_record *record,
                    const uint64_t *known_version)
{
	uint8_t key[RECORD_KEY_SIZE_MAX];
	struct operation operation = {0};
	uint64_t version = 0;
	json_t *json = NULL;
	struct hash author;
	size_t key_size;

	if (!find_tx(reader, record->log_index) ||
	    !read_operation(reader, record, &author, &operation))
		return NULL;
	json = json_object();
	object_put(&json, "position", json_of_count(record->position));
	object_put(&json, "author", json_of_account(&author));
	object_put(&json, "txid", json_of_hash(&reader->txid));
	object_put(&json, "operation", json_of_count(record->operation));
	object_put(&json, "height", json_of_count(reader->height));
	object_put(&json, "time_ms", json_of_count(reader->time_ms));
	object_put(&json, "log_index", json_of_count(record->log_index));
	put_content(&json, &operation.record_append);
	key_size = operation.record_append.key.size;
	INVARIANT(key_size <= sizeof key);
	if (key_size > 0)
		memcpy(key, operation.record_append.key.at, key_size);
	if (known_version)
		version = *known_version;
	else if (key_size > 0 && !find_version(reader, bytes_view(key, key_size),
	                                       record->position, &version)) {
		json_decref(json);
		return NULL;
	}
	object_put(&json, "version", key_size > 0 ? json_of_count(version) : json_null());
	return json;
}

json_t *record_read_at(struct record_reader *reader, uint64_t position,
                       const uint64_t *version)
{
	struct query *query = reader->query;
	struct store_record record;
	enum status status;

	if (!query_is_good(query))
		return NULL;
	status =
		store_find_record(query->view, &reader->stream, position, &record, &query->why);
	if (!query_check(query, status, "a record of a stream"))
		return NULL;
	return record_read(reader, &record, version);
}
