/* Submissions: from a body of calls to a batch on its way in, and back with an answer each.
 *
 *     backend_submit ──batch──► (ingress) ──► on_batch_done, loop ──► answer_batch, server
 *
 * A call of submit_and_wait that became pending stays here as a waiter, until the loop says
 * how its transaction ended or its time is up. */
#include "node/shell/backend.h"

#include "chain/base/invariant.h"
#include "chain/base/text.h"
#include "node/shell/clock.h"
#include "rpc/api/ledger_json.h"
#include "rpc/api/params.h"

/* One body of submissions. */
struct submit_batch {
	struct backend *backend;
	struct ingress_batch *ingress;
	struct rpc_call **calls; /* of each submission */
	uint8_t *bytes;          /* of submit_and_wait: decoded; else NULL */
};

struct waiter {
	UT_hash_handle hh;     /* keyed by txid; several of one txid hang on the first */
	struct hash txid;
	struct rpc_call *call;
	uint64_t deadline_ms;  /* monotonic */
	struct waiter *same;   /* the next call that waits for the same */
};

/* -- Waiters ------------------------------------------------------------------------------------ */

static struct waiter *find_waiter(const struct backend *backend, const struct hash *txid)
{
	struct waiter *waiter;

	HASH_FIND(hh, backend->waiters, txid, sizeof *txid, waiter);
	return waiter;
}

static bool add_waiter(struct backend *backend, const struct hash *txid,
                       struct rpc_call *call, uint64_t deadline_ms)
{
	struct waiter *first = find_waiter(backend, txid);
	struct waiter *waiter = memory_new(sizeof *waiter);

	if (!waiter)
		return false;
	waiter->txid = *txid;
	waiter->call = call;
	waiter->deadline_ms = deadline_ms;
	if (first) {
		waiter->same = first->same;
		first->same = waiter;
	} else {
		HASH_ADD(hh, backend->waiters, txid, sizeof waiter->txid, waiter);
		if (!table_has(waiter)) {
			memory_free(waiter);
			return false;
		}
	}
	backend->waiter_count++;
	return true;
}

/* All waiters of a txid, linked by same, out of the table. */
static struct waiter *take_waiters(struct backend *backend, const struct hash *txid)
{
	struct waiter *first = find_waiter(backend, txid);

	if (first)
		HASH_DEL(backend->waiters, first);
	for (const struct waiter *waiter = first; waiter; waiter = waiter->same)
		backend->waiter_count--;
	return first;
}

static void fail_unknown(struct rpc_call *call, const struct hash *txid, const char *why)
{
	char text[HASH_HEX_SIZE];

	hex_encode(text, hash_view(txid));
	rpc_call_fail(call, RPC_TIMED_OUT_OUTCOME_UNKNOWN,
	              "txid %s is not final yet: %s; its outcome is unknown", text, why);
}

/* Those of one txid whose time is up leave; the others stay, the first of them in the table. */
static void expire_same(struct backend *backend, struct waiter *first, uint64_t now_ms)
{
	struct hash txid = first->txid;
	struct waiter *waiter = take_waiters(backend, &txid);

	while (waiter) {
		struct waiter *next = waiter->same;

		if (waiter->deadline_ms <= now_ms ||
		    !add_waiter(backend, &txid, waiter->call, waiter->deadline_ms))
			fail_unknown(waiter->call, &txid, "the time-out of the call has passed");
		memory_free(waiter);
		waiter = next;
	}
}

static bool is_any_due(const struct waiter *first, uint64_t now_ms)
{
	for (; first; first = first->same)
		if (first->deadline_ms <= now_ms)
			return true;
	return false;
}

void backend_expire_waiters(struct backend *backend)
{
	uint64_t now_ms = clock_monotonic_ms();
	struct waiter *waiter, *next;

	HASH_ITER(hh, backend->waiters, waiter, next)
		if (is_any_due(waiter, now_ms))
			expire_same(backend, waiter, now_ms);
}

void backend_release_waiters(struct backend *backend)
{
	while (backend->waiters) {
		struct waiter *waiter = take_waiters(backend, &backend->waiters->txid);

		while (waiter) {
			struct waiter *next = waiter->same;

			fail_unknown(waiter->call, &waiter->txid, "the node stops");
			memory_free(waiter);
			waiter = next;
		}
	}
}

/* -- Outcomes ------------------------------------------------------------------------------------- */

static json_t *json_of_place(const struct hash *txid, uint64_t height, uint64_t index,
                             uint64_t log_index)
{
	return json_pack("{so so so so}", "txid", json_of_hash(txid), "height",
	                 json_of_count(height), "index", json_of_count(index), "log_index",
	                 json_of_count(log_index));
}

static void answer_outcome(struct rpc_call *call, const struct tx_outcome *outcome)
{
	switch (outcome->kind) {
	case TX_FINAL:
		rpc_call_answer(call, json_of_place(&outcome->txid, outcome->height,
		                                    outcome->index, outcome->log_index));
		break;
	case TX_REFUSED:
	case TX_EXPIRED:
		backend_refuse(call, outcome->refusal.verdict, &outcome->refusal);
		break;
	}
}

struct outcome_message {
	struct backend *backend;
	struct tx_outcome outcome;
};

static void deliver_outcome(void *argument)
{
	struct outcome_message *message = argument;
	struct waiter *waiter = take_waiters(message->backend, &message->outcome.txid);

	while (waiter) {
		struct waiter *next = waiter->same;

		answer_outcome(waiter->call, &message->outcome);
		memory_free(waiter);
		waiter = next;
	}
	memory_free(message);
}

void backend_on_outcome(struct backend *backend, const struct tx_outcome *outcome)
{
	struct outcome_message *message = memory_new(sizeof *message);

	/* Without memory the caller waits until its time-out, which says "unknown". */
	if (!message)
		return;
	message->backend = backend;
	message->outcome = *outcome;
	if (!rpc_server_post(backend->server, deliver_outcome, message))
		memory_free(message);
}

/* -- Answers of a batch ----------------------------------------------------------------------------- */

static void free_batch(struct submit_batch *batch)
{
	ingress_batch_free(batch->ingress);
	memory_free(batch->calls);
	memory_free(batch->bytes);
	memory_free(batch);
}

/* In the ledger already: who wants to wait for it has nothing to wait for. */
static void answer_known(struct backend *backend, struct rpc_call *call,
                         const struct submission *submission)
{
	struct store_view *view = backend_view(backend, call);
	struct store_header header;
	struct store_entry entry;
	struct why why = {{0}};
	enum status status;
	uint64_t log_index;

	if (!view)
		return;
	status = store_find_tx(view, &submission->tx.txid, &log_index, &why);
	if (status == STATUS_OK)
		status = store_read_entry(view, log_index, &entry, &why);
	if (status == STATUS_OK)
		status = store_read_header(view, entry.height, &header, &why);
	if (status == STATUS_OK)
		rpc_call_answer(call, json_of_place(&submission->tx.txid, entry.height,
		                                    log_index - header.first_log_index, log_index));
	else if (status == STATUS_NOT_FOUND)
		backend_refuse(call, submission->verdict, &submission->refusal);
	else
		backend_fail(call, status, &why);
}

static void answer_submission(struct rpc_call *call, const struct submission *submission)
{
	if (submission->verdict == VERDICT_GOOD)
		rpc_call_answer_submitted(call, &submission->tx.txid);
	else
		backend_refuse(call, submission->verdict, &submission->refusal);
}

/* Of submit_and_wait what is good goes on waiting. */
static void answer_awaited(struct backend *backend, const struct submission *submission)
{
	struct waiter *waiter;

	if (submission->verdict == VERDICT_GOOD)
		return;
	/* Every call that waits for it hears it: they all asked for the same. */
	waiter = take_waiters(backend, &submission->tx.txid);
	while (waiter) {
		struct waiter *next = waiter->same;

		if (submission->verdict == VERDICT_KNOWN)
			answer_known(backend, waiter->call, submission);
		else
			backend_refuse(waiter->call, submission->verdict, &submission->refusal);
		memory_free(waiter);
		waiter = next;
	}
}

static void answer_batch(void *argument)
{
	struct submit_batch *batch = argument;
	struct ingress_batch *ingress = batch->ingress;
	struct backend *backend = batch->backend;

	for (size_t i = 0; i < ingress->count; i++) {
		const struct submission *submission = &ingress->submissions[i];

		if (submission->is_awaited)
			answer_awaited(backend, submission);
		else
			answer_submission(batch->calls[i], submission);
	}
	free_batch(batch);
}

/* On the loop. */
static void on_batch_done(struct ingress_batch *ingress)
{
	struct submit_batch *batch = ingress->owner;
	struct backend *backend = batch->backend;
	size_t count = ingress->count;

	if (!rpc_server_post(backend->server, answer_batch, batch))
		free_batch(batch);
	atomic_fetch_sub(&backend->ingress_count, count);
}

/* -- On their way ------------------------------------------------------------------------------------- */

static struct submit_batch *new_batch(struct backend *backend, size_t count)
{
	struct submit_batch *batch = memory_new(sizeof *batch);

	if (!batch)
		return NULL;
	batch->backend = backend;
	batch->ingress = ingress_batch_new(count);
	batch->calls = memory_new(count * sizeof(struct rpc_call *));
	if (!batch->ingress || !batch->calls) {
		free_batch(batch);
		return NULL;
	}
	batch->ingress->done = on_batch_done;
	batch->ingress->owner = batch;
	return batch;
}

/* May so many more be on their way? If not, each call was answered. */
static bool admit(struct backend *backend, struct rpc_call *const *calls, size_t count)
{
	bool refusing = atomic_load(&backend->is_refusing);

	if (!refusing &&
	    atomic_fetch_add(&backend->ingress_count, count) + count <= INGRESS_TXS_MAX)
		return true;
	if (!refusing)
		atomic_fetch_sub(&backend->ingress_count, count);
	for (size_t i = 0; i < count; i++) {
		if (refusing)
			rpc_call_fail(calls[i], RPC_NOT_READY, "the node stops");
		else
			rpc_call_fail(calls[i], RPC_TX_QUOTA,
			              "%d transactions are on their way into the pool; send it again "
			              "later",
			              INGRESS_TXS_MAX);
	}
	return false;
}

void backend_submit(void *owner, struct rpc_call *const *calls, size_t count)
{
	struct backend *backend = owner;
	struct submit_batch *batch;

	if (count == 0 || !admit(backend, calls, count))
		return;
	batch = new_batch(backend, count);
	if (!batch) {
		atomic_fetch_sub(&backend->ingress_count, count);
		for (size_t i = 0; i < count; i++)
			rpc_call_fail(calls[i], RPC_TX_QUOTA, "out of memory; send it again later");
		return;
	}
	for (size_t i = 0; i < count; i++) {
		batch->calls[i] = calls[i];
		batch->ingress->given[i] = rpc_call_tx(calls[i]);
	}
	verify_pool_submit(&backend->node->verify, batch->ingress);
}

/* The form is looked at here already, for its txid: the waiter has to be there before the
 * transaction can end. */
static bool prepare_waiter(struct backend *backend, struct rpc_call *call,
                           struct submit_batch *batch, uint64_t timeout_ms)
{
	uint64_t deadline_ms = clock_monotonic_ms() + timeout_ms;
	struct refusal refusal = {0};
	enum verdict verdict;
	struct tx tx;

	verdict = tx_decode(&tx, backend->network, batch->ingress->given[0], &refusal);
	if (verdict != VERDICT_GOOD) {
		backend_refuse(call, verdict, &refusal);
		return false;
	}
	if (add_waiter(backend, &tx.txid, call, deadline_ms))
		return true;
	rpc_call_fail(call, RPC_TX_QUOTA, "out of memory; send it again later");
	return false;
}

void backend_submit_and_wait(struct rpc_call *call, json_t *params, void *owner)
{
	struct bytes_view text = rpc_param_text(params, "tx_b64");
	struct backend *backend = owner;
	struct submit_batch *batch;
	bool is_base64;
	size_t size;

	if (!admit(backend, &call, 1))
		return;
	batch = new_batch(backend, 1);
	if (batch)
		batch->bytes = memory_new(base64_decoded_size_max(text.size));
	if (!batch || !batch->bytes) {
		if (batch)
			free_batch(batch);
		atomic_fetch_sub(&backend->ingress_count, 1);
		rpc_call_fail(call, RPC_TX_QUOTA, "out of memory; send it again later");
		return;
	}
	/* Checked with the parameters. */
	is_base64 = base64_decode(batch->bytes, &size, text);
	INVARIANT(is_base64);
	batch->calls[0] = call;
	batch->ingress->given[0] = bytes_view(batch->bytes, size);
	batch->ingress->submissions[0].is_awaited = true;
	if (!prepare_waiter(backend, call, batch,
	                    (uint64_t)rpc_param_integer(params, "timeout_ms"))) {
		free_batch(batch);
		atomic_fetch_sub(&backend->ingress_count, 1);
		return;
	}
	verify_pool_submit(&backend->node->verify, batch->ingress);
}
