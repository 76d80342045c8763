/* tx: transactions, from the pool on. What the ledger has is read from the view; what
 * waits, and what was refused, the loop knows. */
#include "chain/base/memory.h"
#include "chain/base/text.h"
#include "node/shell/backend_read.h"
#include "node/shell/clock.h"
#include "rpc/api/ledger_json.h"
#include "rpc/api/params.h"

/* -- Final ones -------------------------------------------------------------------- */

/* False: the ledger does not have it, or the query failed. */
static bool find_final(struct query *query, const struct hash *txid, uint64_t *log_index)
{
	enum status status;

	if (!query_is_good(query))
		return false;
	status = store_find_tx(query->view, txid, log_index, &query->why);
	return status != STATUS_NOT_FOUND && query_check(query, status, "a transaction");
}

static json_t *inclusion_json(struct query *query, uint64_t log_index)
{
	const struct ledger_tip *tip = store_view_tip(query->view);
	struct hash root = log_frontier_root(&tip->frontier);
	json_t *json = json_object();
	struct log_reader reader;
	struct store_log log;
	struct log_path path;
	enum status status;

	if (!query_is_good(query))
		return json;
	reader = store_log_open(&log, query->view, NULL);
	status =
		log_prove_inclusion(&path, &reader, log_index, tip->frontier.size, &query->why);
	if (!query_check(query, status, "the network's log"))
		return json;
	object_put(&json, "log_index", json_of_count(log_index));
	object_put(&json, "log_size", json_of_count(tip->frontier.size));
	object_put(&json, "root", json_of_hash(&root));
	object_put(&json, "hashes", json_of_path(&path));
	return json;
}

json_t *query_final_tx(struct query *query, uint64_t log_index)
{
	json_t *json = NULL;
	struct tx_place place;
	uint64_t height;
	struct tx tx;

	if (!query_tx(query, log_index, &tx, &height))
		return NULL;
	json = json_of_tx(&tx);
	if (query_place(query, log_index, height, &place))
		object_put_place(&json, &place);
	return json;
}

static json_t *final_json(struct query *query, uint64_t log_index)
{
	json_t *json = query_final_tx(query, log_index);

	if (json && query_wants_proof(query))
		object_put(&json, "inclusion", inclusion_json(query, log_index));
	return json;
}

static void get(struct rpc_call *call, json_t *params, void *owner)
{
	struct hash txid = rpc_param_hash(params, "txid");
	json_t *json = NULL;
	struct query query;
	uint64_t log_index;

	if (!query_start(&query, call, params, owner))
		return;
	if (find_final(&query, &txid, &log_index))
		json = final_json(&query, log_index);
	else
		query_refuse(&query, RPC_TX_NOT_FOUND, "no final transaction has txid %s",
		             json_string_value(json_object_get(params, "txid")));
	query_answer(&query, json);
}

/* -- The status of any ------------------------------------------------------------- */

static json_t *status_json(const struct hash *txid, const char *status)
{
	json_t *json = json_object();

	object_put(&json, "txid", json_of_hash(txid));
	object_put(&json, "status", json_string(status));
	return json;
}

static json_t *final_status_json(struct query *query, const struct hash *txid,
                                 uint64_t log_index)
{
	json_t *json = status_json(txid, "final");
	struct tx_place place;
	uint64_t height;
	struct tx tx;

	if (query_tx(query, log_index, &tx, &height) &&
	    query_place(query, log_index, height, &place))
		object_put_place(&json, &place);
	return json;
}

static json_t *refused_status_json(const struct hash *txid, const struct refusal *refusal)
{
	json_t *json = status_json(txid, "refused");
	json_t *error = json_object();

	object_put(&error, "code", json_integer(refusal->verdict));
	object_put(&error, "name", json_string(verdict_name(refusal->verdict)));
	object_put(&error, "message", json_of_text(text_view(refusal->text)));
	object_put(&json, "error", error);
	return json;
}

/* What the loop knows of a transaction. */
struct tx_standing {
	bool is_pending;
	struct refusal refusal; /* VERDICT_GOOD: it was not refused */
};

/* On the loop. */
static void look_up(struct loop_question *question, struct node *node)
{
	struct tx_standing *standing = memory_new(sizeof *standing);
	const struct refusal *refusal = refused_find(&node->drive.refused, &question->txid);

	if (!standing)
		return;
	standing->is_pending = pool_find(&node->drive.pool, &question->txid) != NULL;
	if (refusal)
		standing->refusal = *refusal;
	question->found = standing;
}

/* A transaction that was in the pool when the ledger was asked may have become final
 * before the loop was; it left the pool after its block was stored, so the ledger now has
 * it. And one that was refused once may have been sent again since. */
static void finish_status(struct loop_question *question)
{
	const struct tx_standing *standing = question->found;
	const struct hash *txid = &question->txid;
	struct query query;
	uint64_t log_index;
	json_t *json = NULL;

	if (!query_start(&query, question->call, NULL, question->backend))
		return;
	if (!standing)
		query_fail(&query, STATUS_MEMORY);
	else if (standing->is_pending)
		json = status_json(txid, "pending");
	else if (find_final(&query, txid, &log_index))
		json = final_status_json(&query, txid, log_index);
	else if (standing->refusal.verdict != VERDICT_GOOD)
		json = refused_status_json(txid, &standing->refusal);
	else
		json = status_json(txid, "unknown");
	query_answer(&query, json);
}

static void get_status(struct rpc_call *call, json_t *params, void *owner)
{
	struct loop_question question = {
		.function = look_up,
		.finish = finish_status,
		.txid = rpc_param_hash(params, "txid"),
	};
	struct query query;
	uint64_t log_index;

	if (!query_start(&query, call, params, owner))
		return;
	if (find_final(&query, &question.txid, &log_index))
		query_answer(&query, final_status_json(&query, &question.txid, log_index));
	else if (!query_is_good(&query))
		query_answer(&query, NULL);
	else
		backend_ask_loop(query.backend, call, &question);
}

/* -- Bytes ------------------------------------------------------------------------- */

static void decode(struct rpc_call *call, json_t *params, void *owner)
{
	struct backend *backend = owner;
	struct refusal refusal = {0};
	enum verdict verdict;
	json_t *json;
	struct tx tx;
	size_t size;
	uint8_t *bytes = rpc_param_base64(params, "tx_b64", &size);

	if (!bytes) {
		backend_fail(call, STATUS_MEMORY, NULL);
		return;
	}
	verdict = tx_decode(&tx, backend->network, bytes_view(bytes, size), &refusal);
	if (verdict != VERDICT_GOOD) {
		backend_refuse(call, verdict, &refusal);
		goto out_bytes;
	}
	json = json_of_tx(&tx);
	object_put(&json, "signature_valid",
	           json_boolean(tx_check_signature(&tx, NULL) == VERDICT_GOOD));
	rpc_call_answer(call, json);
out_bytes:
	memory_free(bytes);
}

/* -- The pool ---------------------------------------------------------------------- */

struct waiting_tx {
	struct hash txid;
	struct hash sender;
	size_t size;
	uint64_t arrived_ms_ago;
	uint64_t valid_until_ms;
};

/* A page of the pool in the order of arrival: copied on the loop, written out as JSON on
 * the server's thread. */
struct waiting_page {
	bool is_lost; /* the transaction of the cursor has left */
	bool is_cut;
	size_t count;
	struct waiting_tx txs[];
};

static const struct pool_tx *first_waiting(const struct pool *pool,
                                           const struct loop_question *question,
                                           struct waiting_page *page)
{
	const struct pool_tx *after;

	if (hash_is_zero(&question->txid))
		return pool->txs;
	after = pool_find(pool, &question->txid);
	page->is_lost = !after;
	return after ? after->hh.next : NULL;
}

/* On the loop. */
static void copy_pool(struct loop_question *question, struct node *node)
{
	const struct pool *pool = &node->drive.pool;
	size_t limit = question->limit < HASH_COUNT(pool->txs) ? (size_t)question->limit
	                                                       : HASH_COUNT(pool->txs);
	struct waiting_page *page =
		memory_new(sizeof *page + limit * sizeof(struct waiting_tx));
	uint64_t now_ms = clock_monotonic_ms();
	const struct pool_tx *at;

	question->found = page;
	if (!page)
		return;
	for (at = first_waiting(pool, question, page); at && page->count < limit;
	     at = at->hh.next)
		page->txs[page->count++] = (struct waiting_tx){
			.txid = at->tx.txid,
			.sender = at->tx.sender,
			.size = at->tx.bytes.size,
			.arrived_ms_ago = now_ms - at->arrived_ms,
			.valid_until_ms = at->tx.valid_until_ms,
		};
	page->is_cut = at != NULL;
}

static json_t *waiting_json(const struct waiting_tx *tx)
{
	json_t *json = json_object();

	object_put(&json, "txid", json_of_hash(&tx->txid));
	object_put(&json, "sender", json_of_account(&tx->sender));
	object_put(&json, "size", json_of_count(tx->size));
	object_put(&json, "arrived_ms_ago", json_of_count(tx->arrived_ms_ago));
	object_put(&json, "valid_until_ms", json_of_count(tx->valid_until_ms));
	return json;
}

static json_t *waiting_page_json(const struct waiting_page *page)
{
	json_t *items = json_array();
	json_t *json = json_object();

	for (size_t i = 0; i < page->count; i++)
		if (json_array_append_new(items, waiting_json(&page->txs[i])) != 0) {
			json_decref(items);
			items = NULL;
		}
	object_put(&json, "items", items);
	object_put(&json, "next",
	           page->is_cut ? json_of_hash(&page->txs[page->count - 1].txid)
	                        : json_null());
	return json;
}

static void finish_pool(struct loop_question *question)
{
	const struct waiting_page *page = question->found;

	if (!page)
		backend_fail(question->call, STATUS_MEMORY, NULL);
	else if (page->is_lost)
		rpc_call_fail_hint(
			question->call, RPC_INVALID_PARAMS, "list it from the beginning",
			"tx.list_pool: the transaction of \"cursor\" is no longer in the "
			"pool");
	else
		rpc_call_answer(question->call, waiting_page_json(page));
}

static void list_pool(struct rpc_call *call, json_t *params, void *owner)
{
	struct loop_question question = {
		.function = copy_pool,
		.finish = finish_pool,
		.limit = (uint64_t)rpc_param_integer(params, "limit"),
	};

	if (rpc_param_has(params, "cursor") &&
	    !hex_decode(question.txid.bytes, HASH_SIZE, rpc_param_text(params, "cursor"))) {
		rpc_call_fail(
			call, RPC_INVALID_PARAMS,
			"tx.list_pool: \"cursor\" is not one that this list gave as \"next\"");
		return;
	}
	backend_ask_loop(owner, call, &question);
}

/* -- The table --------------------------------------------------------------------- */

const struct rpc_handler backend_tx_handlers[] = {
	{"tx.submit_and_wait", backend_submit_and_wait},
	{"tx.get", get},
	{"tx.get_status", get_status},
	{"tx.decode", decode},
	{"tx.list_pool", list_pool},
};
const size_t backend_tx_handler_count =
	sizeof backend_tx_handlers / sizeof *backend_tx_handlers;
