/* A whole body through scan, dispatch, parameters and answers, with every method of the
 * table behind it. The first byte says whether the client is trusted, whether it goes
 * away, and whether calls are answered at once or later, backwards. What comes back must
 * be JSON: one answer with an id and either result or error for each call that wants one.
 */
#include "chain/base/invariant.h"
#include "chain/base/memory.h"
#include "chain/crypto/hash.h"
#include "rpc/api/request.h"
#include "rpc/server/exchange.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum {
	IS_TRUSTED = 1,
	IS_LATER = 2,
	IS_GONE = 4,
};

enum { HELD_MAX = RPC_BATCH_MAX };

static struct rpc_call *held[HELD_MAX];
static size_t held_count;
static uint8_t choice;
static size_t done_count;

static void answer_now(struct rpc_call *call)
{
	struct bytes_view tx = rpc_call_tx(call);
	struct hash txid = hash_of(tx);

	if (tx.at && tx.size % 2 == 0)
		rpc_call_answer_submitted(call, &txid);
	else if (tx.at)
		rpc_call_fail(call, RPC_TX_SCHEMA, "%.*s", (int)tx.size, (const char *)tx.at);
	else
		rpc_call_answer_text(call, text_view("{}"));
}

static void answer(struct rpc_call *call)
{
	if (choice & IS_LATER)
		held[held_count++] = call;
	else
		answer_now(call);
}

static void on_call(struct rpc_call *call, json_t *params, void *owner)
{
	(void)owner;
	if (json_object_size(params) > 2 && !(choice & IS_LATER))
		rpc_call_answer(call, json_incref(params));
	else
		answer(call);
}

static void on_submit(void *owner, struct rpc_call *const *calls, size_t count)
{
	(void)owner;
	for (size_t i = 0; i < count; i++)
		answer(calls[i]);
}

static void check_answer(const json_t *one)
{
	const json_t *id = json_object_get(one, "id");
	const json_t *error = json_object_get(one, "error");

	INVARIANT(json_object_size(one) == 3);
	INVARIANT(id && (json_is_string(id) || json_is_integer(id) || json_is_null(id)));
	INVARIANT((error != NULL) != (json_object_get(one, "result") != NULL));
	INVARIANT(!error || json_is_string(json_object_get(error, "message")));
}

static void on_done(void *owner, struct exchange_answer got)
{
	json_t *json, *one;
	size_t i;

	(void)owner;
	done_count++;
	INVARIANT(got.status == 200 || got.status == 204);
	INVARIANT((got.status == 204) == (got.size == 0));
	if (got.status == 200) {
		json = json_loadb((const char *)got.text, got.size, 0, NULL);
		INVARIANT(json != NULL);
		if (json_is_array(json)) {
			json_array_foreach (json, i, one)
				check_answer(one);
		} else {
			check_answer(json);
		}
		json_decref(json);
	}
	memory_free(got.text);
}

/* Every method that the server does not bring itself. */
static struct rpc_backend backend_of_all(void)
{
	struct rpc_handler *handlers = calloc(rpc_method_count(), sizeof *handlers);
	size_t count = 0;

	INVARIANT(handlers != NULL);
	for (size_t i = 0; i < rpc_method_count(); i++) {
		const char *name = rpc_method_at(i)->name;

		if (strcmp(name, "rpc.ping") != 0 && strcmp(name, "rpc.discover") != 0 &&
		    strcmp(name, "tx.submit") != 0)
			handlers[count++] = (struct rpc_handler){name, on_call};
	}
	return (struct rpc_backend){
	    .handlers = handlers, .handler_count = count, .submit = on_submit};
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct rpc_backend backend;
	static struct dispatcher dispatcher;
	struct exchange *exchange;
	uint8_t *block;

	if (size == 0)
		return 0;
	if (!backend.handlers) {
		enum status status;

		backend = backend_of_all();
		INVARIANT(!rpc_backend_lacks(&backend));
		status = dispatcher_init(&dispatcher, &backend);
		INVARIANT(status == STATUS_OK);
	}
	choice = bytes[0];
	held_count = 0;
	done_count = 0;
	block = memory_new(size - 1);
	INVARIANT(block && budget_take(&dispatcher.held, size));
	memcpy(block, bytes + 1, size - 1);
	exchange = exchange_new(&dispatcher, block, size, bytes_view(block, size - 1),
	                        choice & IS_TRUSTED);
	INVARIANT(exchange != NULL);
	exchange_start(exchange, on_done, NULL);
	if (held_count > 0 && (choice & IS_GONE))
		exchange_abandon(exchange);
	while (held_count > 0)
		answer_now(held[--held_count]);
	INVARIANT(done_count == 1 || (choice & IS_GONE));
	INVARIANT(!dispatcher.exchanges && dispatcher.calls_waiting == 0 &&
	          dispatcher.held.taken == 0);
	return 0;
}
