/* Receipts put together from the store: what goes into each, then the file around it. */
#include "node/shell/backend_receipt.h"

#include "chain/base/memory.h"
#include "chain/proof/tlog_proof.h"
#include "chain/receipt/extra.h"
#include "chain/receipt/mentions.h"
#include "rpc/api/ledger_json.h"

#include <stdlib.h>

enum {
	EXTRA_ROOM = RPC_ANSWER_MAX,
	FILE_ROOM = 2 * RPC_ANSWER_MAX,
	TXS_ROOM = 1 << 20, /* of transactions with records; those beyond stay out, and their
	                     * records are proved by their hashes alone */
};

/* -- The file -------------------------------------------------------------------------- */

static json_t *file_json(struct query *query, const struct checkpoint_cache *checkpoint,
                         uint64_t log_index, const struct buffer *extra)
{
	json_t *json = NULL;
	struct buffer file;

	buffer_init(&file, FILE_ROOM);
	if (query_check(query, extra->status, "a receipt"))
		query_put_proof_file(query, &file, checkpoint, log_index, buffer_view(extra));
	if (query_check(query, file.status, "a receipt"))
		json = json_of_text(buffer_view(&file));
	buffer_close(&file);
	return json;
}

/* -- Transactions ------------------------------------------------------------------------ */

struct receipt_names {
	struct query *query;
	struct buffer bytes; /* of the names, one behind another */
	size_t count;
	struct bytes_view items[RECEIPT_NAMES_MAX];
	struct hash ids[RECEIPT_NAMES_MAX]; /* whose they are */
};

/* What the state calls it; nobody has to have a name for what is not there. */
static void add_name(struct receipt_names *names, enum state_kind kind,
                     const struct hash *id)
{
	struct state_key key = state_key_of(kind, id);
	struct bytes_view value, name = {0};
	struct stream_info stream;
	struct asset_info asset;
	enum status status;
	uint8_t *at;

	for (size_t i = 0; i < names->count; i++)
		if (hash_equal(&names->ids[i], id))
			return;
	if (names->count == RECEIPT_NAMES_MAX || !query_state(names->query, &key, &value))
		return;
	status = kind == STATE_STREAM ? stream_info_decode(&stream, value)
	                              : asset_info_decode(&asset, value);
	if (!query_check(names->query, status, "the name of a stream or asset"))
		return;
	name = kind == STATE_STREAM ? stream.name : asset.name;
	at = buffer_extend(&names->bytes, name.size);
	if (!at)
		return;
	memcpy(at, name.at, name.size);
	names->ids[names->count] = *id;
	names->items[names->count++].size = name.size;
}

static void add_names_of(struct receipt_names *names, const struct operation *operation)
{
	struct mention mentions[MENTIONS_MAX];
	size_t count = operation_mentions(operation, mentions);

	for (size_t i = 0; i < count; i++)
		add_name(names, mentions[i].kind, mentions[i].id);
}

static int compare_names(const void *left, const void *right)
{
	const struct bytes_view *a = left, *b = right;
	size_t size = a->size < b->size ? a->size : b->size;
	int order = size > 0 ? memcmp(a->at, b->at, size) : 0;

	if (order == 0 && a->size != b->size)
		return a->size < b->size ? -1 : 1;
	return order;
}

/* Ascending, none twice: a stream and an asset may have the same. */
static void sort_names(struct receipt_names *names)
{
	const uint8_t *at = names->bytes.at;
	size_t count = 0;

	for (size_t i = 0; i < names->count; i++) {
		names->items[i].at = at;
		at += names->items[i].size;
	}
	qsort(names->items, names->count, sizeof names->items[0], compare_names);
	for (size_t i = 0; i < names->count; i++)
		if (i == 0 || !bytes_equal(names->items[count - 1], names->items[i]))
			names->items[count++] = names->items[i];
	names->count = count;
}

/* The transaction's own bytes: reading names moves the view's. */
static bool gather_names(struct receipt_names *names, struct bytes_view bytes)
{
	static const struct hash NOTHING;
	struct cursor in;
	struct tx tx;

	if (!query_check(names->query, tx_from_known(&tx, bytes, &NOTHING, &NOTHING),
	                 "a transaction of the log"))
		return false;
	in = tx_operations(&tx);
	for (uint16_t i = 0; i < tx.operation_count; i++) {
		struct operation operation;

		if (!query_check(names->query, operation_get(&in, &operation),
		                 "a transaction of the log"))
			return false;
		add_names_of(names, &operation);
	}
	if (!query_check(names->query, names->bytes.status, "the names in a transaction"))
		return false;
	sort_names(names);
	return query_is_good(names->query);
}

static bool read_tx_bytes(struct query *query, struct buffer *out, uint64_t log_index)
{
	struct store_entry entry;
	enum status status =
		store_read_entry(query->view, log_index, &entry, &query->why);

	if (!query_check(query, status, "a transaction of the log"))
		return false;
	buffer_append_view(out, entry.tx);
	return query_check(query, out->status, "a transaction of the log");
}

json_t *receipt_of_tx(struct query *query, const struct checkpoint_cache *checkpoint,
                      uint64_t log_index)
{
	struct receipt_names *names = memory_new(sizeof *names);
	json_t *json = NULL;
	struct buffer tx, extra;

	buffer_init(&tx, TX_SIZE_MAX);
	buffer_init(&extra, EXTRA_ROOM);
	if (!names) {
		query_fail(query, STATUS_MEMORY);
		return NULL;
	}
	names->query = query;
	buffer_init(&names->bytes, RECEIPT_NAMES_MAX * NAME_SIZE_MAX);
	if (read_tx_bytes(query, &tx, log_index) && gather_names(names, buffer_view(&tx))) {
		receipt_extra_put_tx(&extra, &query->backend->network->genesis, buffer_view(&tx),
		                     names->items, names->count);
		json = file_json(query, checkpoint, log_index, &extra);
	}
	buffer_close(&names->bytes);
	buffer_close(&extra);
	buffer_close(&tx);
	memory_free(names);
	return json;
}

/* -- The state --------------------------------------------------------------------------- */

/* The block of the checkpoint and the one before it, which shows that the header is of
 * this network. */
static bool read_headers(struct query *query, const struct checkpoint_cache *checkpoint,
                         struct header *header, struct header *parent)
{
	struct store_header block;
	enum status status;

	if (checkpoint->height == 0) {
		query_refuse(query, RPC_NO_QUORUM,
		             "only the genesis is cosigned yet, and its state needs no receipt");
		return false;
	}
	status = store_read_header(query->view, checkpoint->height, &block, &query->why);
	*header = block.header;
	if (status == STATUS_OK)
		status =
			store_read_header(query->view, checkpoint->height - 1, &block, &query->why);
	*parent = block.header;
	return query_check(query, status, "the block of the newest checkpoint");
}

static bool prove_key(struct query *query, const struct checkpoint_cache *checkpoint,
                      const struct state_key *key, struct state_proof *proof)
{
	struct hash key_hash =
		network_state_key(query->backend->network, state_key_view(key));
	struct state_reader reader;
	struct store_state state;
	enum status status = store_state_open(&state, &reader, query->view,
	                                      checkpoint->height, &query->why);

	if (status == STATUS_OK)
		status = state_tree_prove(proof, &reader, &state.root, &key_hash, &query->why);
	return query_check(query, status, "the state tree");
}

json_t *receipt_of_state(struct query *query, const struct checkpoint_cache *checkpoint,
                         const struct state_key *key, struct bytes_view name,
                         bool *present)
{
	struct header header, parent;
	struct state_proof proof;
	struct bytes_view value;
	struct buffer extra;
	json_t *json;

	query->height = checkpoint->height;
	if (!read_headers(query, checkpoint, &header, &parent) ||
	    !prove_key(query, checkpoint, key, &proof))
		return NULL;
	*present = query_state(query, key, &value);
	buffer_init(&extra, EXTRA_ROOM);
	receipt_extra_put_state(&extra, &query->backend->network->genesis, &header, &parent,
	                        state_key_view(key), *present ? &value : NULL, name, &proof);
	json = file_json(query, checkpoint, header.log_size, &extra);
	buffer_close(&extra);
	return json;
}

/* -- Records ------------------------------------------------------------------------------ */

struct record_gathering {
	struct query *query;
	size_t leaf_count, tx_count;
	struct buffer leaf_bytes, tx_bytes;
	struct bytes_view leaves[RECEIPT_RECORDS_MAX]; /* their sizes, at first */
	struct bytes_view txs[RECEIPT_RECORDS_MAX];
	bool has_tx;
	uint64_t log_index; /* of the transaction that was read last, as the next two */
	struct tx tx;       /* its views point into the view of the store */
	uint64_t time_ms;
	uint8_t bytes[TX_SIZE_MAX]; /* of it */
};

static bool read_record_tx(struct record_gathering *gathering, uint64_t log_index)
{
	struct query *query = gathering->query;
	struct tx_place place;
	uint64_t height;
	struct tx tx;

	if (gathering->has_tx && gathering->log_index == log_index)
		return true;
	if (!query_tx(query, log_index, &tx, &height))
		return false;
	if (gathering->tx_bytes.size + tx.bytes.size <= TXS_ROOM) {
		buffer_append_view(&gathering->tx_bytes, tx.bytes);
		gathering->txs[gathering->tx_count++].size = tx.bytes.size;
	}
	memcpy(gathering->bytes, tx.bytes.at, tx.bytes.size);
	gathering->has_tx = true;
	gathering->log_index = log_index;
	if (!query_check(query, gathering->tx_bytes.status, "the transaction of a record") ||
	    !query_check(query,
	                 tx_from_known(&gathering->tx,
	                               bytes_view(gathering->bytes, tx.bytes.size), &tx.txid,
	                               &tx.leaf_hash),
	                 "the transaction of a record") ||
	    !query_place(query, log_index, height, &place))
		return false;
	gathering->time_ms = place.time_ms;
	return true;
}

static bool find_operation(struct record_gathering *gathering, uint16_t index,
                           struct operation *operation)
{
	struct cursor in = tx_operations(&gathering->tx);
	enum status status = STATUS_OK;

	for (uint32_t i = 0; i <= index && status == STATUS_OK; i++)
		status = operation_get(&in, operation);
	if (status == STATUS_OK && operation->kind != OPERATION_record_append)
		status = STATUS_MALFORMED;
	return query_check(gathering->query, status, "the transaction of a record");
}

static bool visit_record(void *owner, const struct store_record *record)
{
	struct record_gathering *gathering = owner;
	const struct record_append *append;
	struct operation operation;
	struct record_leaf leaf;
	struct writer out;
	size_t size;
	uint8_t *at;

	if (!read_record_tx(gathering, record->log_index) ||
	    !find_operation(gathering, record->operation, &operation))
		return false;
	append = &operation.record_append;
	leaf = (struct record_leaf){
		.position = record->position,
		.author = gathering->tx.sender,
		.txid = gathering->tx.txid,
		.operation = record->operation,
		.time_ms = gathering->time_ms,
		.key = append->key,
		.content_type = append->content_type,
		.value_kind = append->value_kind,
		.value_hash = hash_of(append->value),
	};
	if (append->value_kind == VALUE_FILE)
		memcpy(leaf.value_hash.bytes, append->value.at, HASH_SIZE);
	size = record_leaf_size(&leaf);
	at = buffer_extend(&gathering->leaf_bytes, size);
	if (!at)
		return query_check(gathering->query, gathering->leaf_bytes.status, "a record");
	out = writer_on(at, size);
	record_leaf_put(&out, &leaf);
	gathering->leaves[gathering->leaf_count++].size = size;
	return true;
}

static void set_views(struct bytes_view *views, size_t count, const struct buffer *bytes)
{
	const uint8_t *at = bytes->at;

	for (size_t i = 0; i < count; i++) {
		views[i].at = at;
		at += views[i].size;
	}
}

/* The stream's leaves, their transactions, and what proves that they are all. */
static bool gather_records(struct record_gathering *gathering, struct log_range *range,
                           const struct hash *stream, const struct receipt_records *records,
                           size_t count)
{
	struct store_range wanted = {records->from, STORE_UP, count};
	struct query *query = gathering->query;
	struct log_reader reader;
	struct store_log log;
	enum status status = store_list_records(query->view, stream, &wanted, visit_record,
	                                        gathering, &query->why);

	if (status == STATUS_OK && query_is_good(query) && gathering->leaf_count != count)
		status = STATUS_NOT_FOUND;
	if (!query_check(query, status, "the records of a stream"))
		return false;
	set_views(gathering->leaves, gathering->leaf_count, &gathering->leaf_bytes);
	set_views(gathering->txs, gathering->tx_count, &gathering->tx_bytes);
	if (count == 0)
		return true;
	reader = store_log_open(&log, query->view, stream);
	status = log_prove_range(range, &reader, records->from, count, records->head.count,
	                         &query->why);
	return query_check(query, status, "a stream's log");
}

static json_t *records_json(struct record_gathering *gathering,
                            const struct checkpoint_cache *checkpoint,
                            const struct hash *stream, struct receipt_records *records,
                            size_t count)
{
	struct state_key key = state_key_of(STATE_STREAM_HEAD, stream);
	struct query *query = gathering->query;
	struct header header, parent;
	struct state_proof proof;
	struct log_range range;
	struct buffer extra;
	json_t *json;

	if (!read_headers(query, checkpoint, &header, &parent) ||
	    !query_stream_head(query, stream, &records->head) ||
	    !prove_key(query, checkpoint, &key, &proof) ||
	    !gather_records(gathering, &range, stream, records, count))
		return NULL;
	records->proof = &proof;
	records->leaf_count = gathering->leaf_count;
	records->leaves = gathering->leaves;
	records->range = count > 0 ? &range : NULL;
	records->tx_count = gathering->tx_count;
	records->txs = gathering->txs;
	buffer_init(&extra, EXTRA_ROOM);
	receipt_extra_put_records(&extra, &query->backend->network->genesis, &header, &parent,
	                          records);
	json = file_json(query, checkpoint, header.log_size, &extra);
	buffer_close(&extra);
	return json;
}

json_t *receipt_of_records(struct query *query, const struct checkpoint_cache *checkpoint,
                           const struct hash *stream, struct bytes_view name,
                           uint64_t from, size_t count)
{
	struct record_gathering *gathering = memory_new(sizeof *gathering);
	struct receipt_records records = {.stream_name = name, .from = from};
	json_t *json;

	if (!gathering) {
		query_fail(query, STATUS_MEMORY);
		return NULL;
	}
	gathering->query = query;
	buffer_init(&gathering->leaf_bytes, EXTRA_ROOM);
	buffer_init(&gathering->tx_bytes, EXTRA_ROOM);
	json = records_json(gathering, checkpoint, stream, &records, count);
	buffer_close(&gathering->leaf_bytes);
	buffer_close(&gathering->tx_bytes);
	memory_free(gathering);
	return json;
}
