/* receipt.*: what outsiders get in the hand. A call whose transaction no checkpoint covers
 * yet, or whose seal is not cosigned, waits here: the next quorum of cosignatures is a round
 * trip away, as a rule. */
#include "node/shell/backend_receipt.h"

#include "chain/base/memory.h"
#include "chain/base/text.h"
#include "chain/receipt/extra.h"
#include "node/shell/clock.h"
#include "rpc/api/ledger_json.h"
#include "rpc/api/params.h"

#include <inttypes.h>

/* As many as calls may wait at once: rpc/server. */
struct receipt_waiter {
	struct receipt_waiter *next; /* came later */
	struct rpc_call *call;
	uint64_t log_index;   /* of the transaction; not of a succession */
	json_t *succession;   /* what chain.get_succession was asked, owned; NULL: receipt.get */
	uint64_t seal_size;   /* of the checkpoint that it waits for */
	uint64_t deadline_ms; /* monotonic */
};

/* -- Of transactions ---------------------------------------------------------------------- */

static void answer_receipt(struct query *query, const struct checkpoint_cache *checkpoint,
                           uint64_t log_index)
{
	json_t *json = NULL;
	json_t *receipt = receipt_of_tx(query, checkpoint, log_index);

	if (query_is_good(query)) {
		json = json_object();
		object_put(&json, "receipt", receipt);
	} else {
		json_decref(receipt);
	}
	query_answer(query, json);
}

static bool covers(const struct checkpoint_cache *checkpoint, uint64_t log_index)
{
	return checkpoint && checkpoint->point.size > log_index;
}

static void refuse_uncovered(struct rpc_call *call, const char *why)
{
	rpc_call_fail(call, RPC_NO_QUORUM,
	              "the transaction is final, but no checkpoint that covers it has been "
	              "cosigned by a quorum of the validators yet: %s",
	              why);
}

/* Takes a copy. */
static bool add_waiter(struct backend *backend, const struct receipt_waiter *wanted)
{
	struct receipt_waiter *waiter = memory_new(sizeof *waiter);
	struct receipt_waiter **place = &backend->receipt_waiters;

	if (!waiter)
		return false;
	*waiter = *wanted;
	while (*place)
		place = &(*place)->next;
	*place = waiter;
	backend->receipt_waiter_count++;
	return true;
}

static void wait_for_checkpoint(struct query *query, uint64_t log_index)
{
	uint64_t wait_ms = (uint64_t)rpc_param_integer(query->params, "wait_ms");

	if (wait_ms == 0)
		refuse_uncovered(query->call, "ask again, or wait longer");
	else if (!add_waiter(query->backend,
	                     &(struct receipt_waiter){
							 .call = query->call,
							 .log_index = log_index,
							 .deadline_ms = clock_monotonic_ms() + wait_ms,
						 }))
		rpc_call_fail(query->call, RPC_INTERNAL_ERROR, "out of memory");
}

static void get(struct rpc_call *call, json_t *params, void *owner)
{
	struct hash txid = rpc_param_hash(params, "txid");
	const struct checkpoint_cache *checkpoint;
	uint64_t log_index = 0;
	struct query query;
	enum status status;

	if (!query_start(&query, call, params, owner))
		return;
	status = store_find_tx(query.view, &txid, &log_index, &query.why);
	if (status == STATUS_NOT_FOUND)
		query_refuse(&query, RPC_TX_NOT_FOUND, "no final transaction has txid %s",
		             json_string_value(json_object_get(params, "txid")));
	else if (status != STATUS_OK)
		query_fail(&query, status);
	checkpoint = query_checkpoint(&query);
	if (!query_is_good(&query))
		query_answer(&query, NULL);
	else if (covers(checkpoint, log_index))
		answer_receipt(&query, checkpoint, log_index);
	else
		wait_for_checkpoint(&query, log_index);
}

/* -- Of successions ----------------------------------------------------------------------- */

bool backend_await_seal(struct backend *backend, struct rpc_call *call, json_t *params,
                        uint64_t seal_size, uint64_t deadline_ms)
{
	struct receipt_waiter waiter = {
		.call = call,
		.succession = json_incref(params),
		.seal_size = seal_size,
		.deadline_ms = deadline_ms,
	};
	bool waits = add_waiter(backend, &waiter);

	if (!waits)
		json_decref(params);
	return waits;
}

/* A cheap look before all of it is read again. */
static bool serve_succession(struct backend *backend, const struct receipt_waiter *waiter,
                             uint64_t now_ms)
{
	bool is_over = waiter->deadline_ms <= now_ms || !rpc_call_is_wanted(waiter->call);
	enum status status;
	struct query query;

	if (!query_start(&query, waiter->call, NULL, backend))
		return true;
	status = query_find_seal_quorum(&query, waiter->seal_size);
	if (status == STATUS_NOT_FOUND && !is_over)
		return false;
	backend_answer_succession(backend, waiter->call, waiter->succession,
	                          is_over ? 0 : waiter->deadline_ms);
	return true;
}

/* -- Who waits ---------------------------------------------------------------------------- */

/* True: the call was answered, or waits anew. */
static bool serve_waiter(struct backend *backend, const struct receipt_waiter *waiter,
                         uint64_t now_ms)
{
	const struct checkpoint_cache *checkpoint;
	struct query query;

	if (waiter->succession)
		return serve_succession(backend, waiter, now_ms);
	if (!query_start(&query, waiter->call, NULL, backend))
		return true;
	checkpoint = query_checkpoint(&query);
	if (!query_is_good(&query))
		query_answer(&query, NULL);
	else if (covers(checkpoint, waiter->log_index))
		answer_receipt(&query, checkpoint, waiter->log_index);
	else if (waiter->deadline_ms <= now_ms || !rpc_call_is_wanted(waiter->call))
		refuse_uncovered(waiter->call, "the time that the call waits has passed");
	else
		return false;
	return true;
}

void backend_serve_receipts(struct backend *backend)
{
	struct receipt_waiter **place = &backend->receipt_waiters;
	uint64_t now_ms = clock_monotonic_ms();

	while (*place) {
		struct receipt_waiter *waiter = *place;

		if (!serve_waiter(backend, waiter, now_ms)) {
			place = &waiter->next;
			continue;
		}
		*place = waiter->next;
		json_decref(waiter->succession);
		memory_free(waiter);
		backend->receipt_waiter_count--;
	}
}

void backend_release_receipts(struct backend *backend)
{
	while (backend->receipt_waiters) {
		struct receipt_waiter *waiter = backend->receipt_waiters;

		backend->receipt_waiters = waiter->next;
		backend->receipt_waiter_count--;
		if (waiter->succession)
			backend_answer_succession(backend, waiter->call, waiter->succession, 0);
		else
			refuse_uncovered(waiter->call, "the node stops");
		json_decref(waiter->succession);
		memory_free(waiter);
	}
}

/* -- Of the state --------------------------------------------------------------------------- */

/* What a call names in the state. */
struct asked_key {
	struct state_key key;
	struct bytes_view name; /* of the stream or asset; empty where it was named by its id */
};

static struct bytes_view name_of(const json_t *params, const char *parameter)
{
	struct bytes_view text = rpc_param_text(params, parameter);
	uint8_t id[HASH_SIZE];

	if (text.size == 2 * HASH_SIZE && hex_decode(id, HASH_SIZE, text))
		return (struct bytes_view){0};
	return text;
}

/* Bytes of a parameter in base64 that has at most `size_max`. */
static bool take_base64(const json_t *params, const char *parameter, uint8_t *bytes,
                        size_t *size, size_t size_max)
{
	uint8_t *decoded = rpc_param_base64(params, parameter, size);
	bool done = decoded && *size <= size_max;

	if (done && *size > 0)
		memcpy(bytes, decoded, *size);
	memory_free(decoded);
	return done;
}

static bool stream_key(struct asked_key *asked, const json_t *params)
{
	struct hash id = rpc_param_named(params, "stream", stream_id_of);
	uint8_t bytes[RECORD_KEY_SIZE_MAX];
	size_t size = 0;

	asked->name = name_of(params, "stream");
	asked->key = state_key_of(STATE_STREAM, &id);
	if (rpc_param_has(params, "key"))
		asked->key = state_key_of_record(&id, rpc_param_text(params, "key"));
	if (!rpc_param_has(params, "key_b64"))
		return true;
	if (!take_base64(params, "key_b64", bytes, &size, sizeof bytes))
		return false;
	asked->key = state_key_of_record(&id, bytes_view(bytes, size));
	return true;
}

static void asset_key(struct asked_key *asked, const json_t *params)
{
	struct hash id = rpc_param_named(params, "asset", asset_id_of);

	asked->name = name_of(params, "asset");
	asked->key = state_key_of(STATE_ASSET, &id);
	if (rpc_param_has(params, "account")) {
		struct hash account = rpc_param_account(params, "account");

		asked->key = state_key_of_pair(STATE_BALANCE, &id, &account);
	}
}

static bool find_key(struct query *query, struct asked_key *asked)
{
	const json_t *params = query->params;
	bool has_record_key = rpc_param_has(params, "key") || rpc_param_has(params, "key_b64");

	*asked = (struct asked_key){0};
	if (has_record_key && !rpc_param_has(params, "stream"))
		query_refuse(query, RPC_INVALID_PARAMS, "a record's key goes with \"stream\"");
	else if (rpc_param_has(params, "account") && !rpc_param_has(params, "asset"))
		query_refuse(query, RPC_INVALID_PARAMS, "\"account\" goes with \"asset\"");
	else if (rpc_param_has(params, "asset"))
		asset_key(asked, params);
	else if (rpc_param_has(params, "stream")
	             ? !stream_key(asked, params)
	             : !take_base64(params, "state_key_b64", asked->key.bytes,
	                            &asked->key.size, sizeof asked->key.bytes))
		query_fail(query, STATUS_MEMORY);
	return query_is_good(query);
}

static void answer_state(struct rpc_call *call, json_t *params, void *owner,
                         bool wants_absence)
{
	const struct checkpoint_cache *checkpoint;
	json_t *receipt = NULL, *json = NULL;
	struct asked_key asked;
	bool present = false;
	struct query query;

	if (!query_start(&query, call, params, owner))
		return;
	checkpoint = query_need_checkpoint(&query);
	if (checkpoint && find_key(&query, &asked))
		receipt = receipt_of_state(&query, checkpoint, &asked.key, asked.name, &present);
	if (wants_absence && present)
		query_refuse(&query, RPC_PROOF_FAILED,
		             "the state has something there after block %" PRIu64
		             ": receipt.get_state_proof proves what",
		             query.height);
	if (query_is_good(&query)) {
		json = json_object();
		object_put(&json, "receipt", receipt);
		if (!wants_absence)
			object_put(&json, "present", json_boolean(present));
		query_answer_at(&query, json);
		return;
	}
	json_decref(receipt);
	query_answer(&query, NULL);
}

static void get_absence(struct rpc_call *call, json_t *params, void *owner)
{
	answer_state(call, params, owner, true);
}

static void get_state_proof(struct rpc_call *call, json_t *params, void *owner)
{
	answer_state(call, params, owner, false);
}

/* -- The table -------------------------------------------------------------------------------- */

const struct rpc_handler backend_receipt_handlers[] = {
	{"receipt.get", get},
	{"receipt.get_absence", get_absence},
	{"receipt.get_state_proof", get_state_proof},
};
const size_t backend_receipt_handler_count =
	sizeof backend_receipt_handlers / sizeof *backend_receipt_handlers;
