#include "node/shell/backend_record.h"

#include "rpc/api/ledger_json.h"

void record_reader_init(struct record_reader *reader, struct query *query,
                        const struct hash *stream)
{
	reader->query = query;
	reader->stream = *stream;
	reader->has_tx = false;
}

/* -- The version of a record under its key ----------------------------------------- */

static bool take_version(void *owner, const struct store_version *version)
{
	*(struct store_version *)owner = *version;
	return false;
}

/* The newest version of what is asked about; it must be there. */
static bool read_newest(const struct record_reader *reader, struct bytes_view record_key,
                        struct store_version *version)
{
	struct state_key key = state_key_of_record(&reader->stream, record_key);
	struct query *query = reader->query;
	enum status status = STATUS_NOT_FOUND;
	struct record_latest latest = {0};
	struct bytes_view value;

	if (query_state(query, &key, &value))
		status = record_latest_decode(&latest, value);
	*version = (struct store_version){latest.version_count - 1, latest.position};
	return query_check(query, status, "the latest record of a key");
}

/* The version of this number; it must be there. */
static bool read_version(const struct record_reader *reader, struct bytes_view key,
                         uint64_t number, struct store_version *version)
{
	struct store_range range = {number, STORE_UP, 1};
	struct query *query = reader->query;
	enum status status;

	*version = (struct store_version){.version = UINT64_MAX};
	status = store_list_versions(query->view, &reader->stream, key, &range, take_version,
	                             version, &query->why);
	if (status == STATUS_OK && version->version != number)
		status = STATUS_NOT_FOUND;
	return query_check(query, status, "the versions of a key");
}

/* Where a version must be: from `first` on and below `end`, at positions from
 * first_position on and below end_position. */
struct version_range {
	uint64_t first, end;
	uint64_t first_position, end_position;
};

/* As if the versions lay evenly, which those of a busy key nearly do. */
static uint64_t guess(const struct version_range *range, uint64_t position)
{
	double part = (double)(position - range->first_position) /
	              (double)(range->end_position - range->first_position);
	uint64_t offset = (uint64_t)(part * (double)(range->end - range->first));

	return offset < range->end - range->first ? range->first + offset : range->end - 1;
}

/* Positions ascend with versions. Most records are the only one under their key, or the
 * newest; for the others a guess and halving take turns: the first is right after a few
 * steps, the second soon enough whatever the positions are. */
static bool find_version(const struct record_reader *reader, struct bytes_view key,
                         uint64_t position, uint64_t *found)
{
	struct version_range range = {0};
	struct store_version version;

	if (!read_newest(reader, key, &version))
		return false;
	range.end = version.version;
	range.end_position = version.position;
	for (unsigned turn = 0; version.position != position; turn++) {
		uint64_t middle = range.first + (range.end - range.first) / 2;

		if (range.first >= range.end || position >= range.end_position)
			return query_check(reader->query, STATUS_NOT_FOUND, "the versions of a key");
		if (turn % 2 == 0)
			middle = guess(&range, position);
		if (!read_version(reader, key, middle, &version))
			return false;
		if (version.position < position) {
			range.first = middle + 1;
			range.first_position = version.position + 1;
		} else {
			range.end = middle;
			range.end_position = version.position;
		}
	}
	*found = version.version;
	return true;
}

/* -- Its transaction --------------------------------------------------------------- */

static bool copy_tx(struct record_reader *reader, const struct tx *tx)
{
	enum status status = STATUS_TOO_LARGE;

	if (tx->bytes.size <= sizeof reader->bytes) {
		memcpy(reader->bytes, tx->bytes.at, tx->bytes.size);
		status = tx_from_known(&reader->tx, bytes_view(reader->bytes, tx->bytes.size),
		                       &tx->txid, &tx->leaf_hash);
	}
	reader->operations = tx_operations(&reader->tx);
	reader->operation_count = 0;
	return query_check(reader->query, status, "the transaction of a record");
}

/* Makes the reader's transaction that of the record. */
static bool find_tx(struct record_reader *reader, uint64_t log_index)
{
	bool knows_height = reader->has_tx;
	struct query *query = reader->query;
	struct tx_place place;
	uint64_t height;
	struct tx tx;

	if (reader->has_tx && reader->log_index == log_index)
		return true;
	reader->has_tx = false;
	if (!query_tx(query, log_index, &tx, &height) || !copy_tx(reader, &tx))
		return false;
	if (!knows_height || reader->height != height) {
		if (!query_place(query, log_index, height, &place))
			return false;
		reader->height = height;
		reader->time_ms = place.time_ms;
	}
	reader->log_index = log_index;
	reader->has_tx = true;
	return true;
}

/* Makes the reader's operation that of the record. */
static bool find_operation(struct record_reader *reader, uint16_t index)
{
	enum status status = STATUS_OK;

	if (index + 1U < reader->operation_count) {
		reader->operations = tx_operations(&reader->tx);
		reader->operation_count = 0;
	}
	while (status == STATUS_OK && reader->operation_count <= index) {
		status = operation_get(&reader->operations, &reader->operation);
		reader->operation_count++;
	}
	if (status == STATUS_OK && reader->operation.kind != OPERATION_record_append)
		status = STATUS_MALFORMED;
	return query_check(reader->query, status, "the operation of a record");
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

/* Null where it has no key. */
static json_t *version_json(const struct record_reader *reader, uint64_t position,
                            const uint64_t *known)
{
	struct bytes_view key = reader->operation.record_append.key;
	uint64_t version = 0;

	if (key.size == 0)
		return json_null();
	if (known)
		version = *known;
	else if (!find_version(reader, key, position, &version))
		return NULL;
	return json_of_count(version);
}

json_t *record_read(struct record_reader *reader, const struct store_record *record,
                    const uint64_t *version)
{
	json_t *json;

	if (!find_tx(reader, record->log_index) || !find_operation(reader, record->operation))
		return NULL;
	json = json_object();
	object_put(&json, "position", json_of_count(record->position));
	object_put(&json, "author", json_of_account(&reader->tx.sender));
	object_put(&json, "txid", json_of_hash(&reader->tx.txid));
	object_put(&json, "operation", json_of_count(record->operation));
	object_put(&json, "height", json_of_count(reader->height));
	object_put(&json, "time_ms", json_of_count(reader->time_ms));
	object_put(&json, "log_index", json_of_count(record->log_index));
	put_content(&json, &reader->operation.record_append);
	object_put(&json, "version", version_json(reader, record->position, version));
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
