/* From the text of a call to whom it concerns: is it framed rightly, is there such a
 * method, may this client call it, do the parameters fit. Each no is an answer. */
#include "chain/base/invariant.h"
#include "chain/base/limits.h"
#include "chain/base/memory.h"
#include "chain/base/text.h"
#include "rpc/api/check.h"
#include "rpc/api/discover.h"
#include "rpc/api/json_text.h"
#include "rpc/api/nearest.h"
#include "rpc/api/params.h"
#include "rpc/api/request.h"
#include "rpc/api/submission.h"
#include "rpc/server/exchange.h"
#include "rpc/server/subscribe.h"

/* -- What the server answers itself ------------------------------------------------- */

static void answer_ping(struct rpc_call *call, json_t *params, void *owner)
{
	(void)params;
	(void)owner;
	rpc_call_answer(call, json_string("pong"));
}

static void answer_discover(struct rpc_call *call, json_t *params, void *owner)
{
	(void)params;
	(void)owner;
	rpc_call_answer(call, rpc_discover(call->exchange->dispatcher->offered));
}

static void note_submission(struct rpc_call *call)
{
	struct exchange *exchange = call->exchange;

	exchange->submitted[exchange->submitted_count++] = call;
}

/* Room for `size` bytes more of transactions. All of them together are shorter than the
 * body that brought them, so one block is enough; NULL: memory is out. */
static uint8_t *tx_room(struct exchange *exchange)
{
	if (!exchange->tx_bytes)
		exchange->tx_bytes = memory_new(exchange->body.size);
	return exchange->tx_bytes ? exchange->tx_bytes + exchange->tx_size : NULL;
}

static void take_tx(struct rpc_call *call, const uint8_t *bytes, size_t size)
{
	call->tx = bytes_view(bytes, size);
	call->exchange->tx_size += size;
	note_submission(call);
}

/* tx.submit that came the ordinary way. That it is base64 was checked. */
static void answer_submit(struct rpc_call *call, json_t *params, void *owner)
{
	uint8_t *bytes = tx_room(call->exchange);
	size_t size;
	bool is_base64;

	(void)owner;
	if (!bytes) {
		rpc_call_fail(call, RPC_INTERNAL_ERROR, "out of memory");
		return;
	}
	is_base64 = base64_decode(bytes, &size, rpc_param_text(params, "tx_b64"));
	INVARIANT(is_base64);
	take_tx(call, bytes, size);
}

static const struct rpc_handler OWN_HANDLERS[] = {
	{"rpc.ping", answer_ping},
	{"rpc.discover", answer_discover},
	{"tx.submit", answer_submit},
};

/* The same, where the node has subscriptions. */
static const struct rpc_handler FEED_HANDLERS[] = {
	{"sub.subscribe", subscribe_answer},
	{"sub.unsubscribe", subscribe_answer_end},
	{"sub.list", subscribe_answer_list},
};

enum {
	OWN_COUNT = sizeof OWN_HANDLERS / sizeof *OWN_HANDLERS,
	FEED_COUNT = sizeof FEED_HANDLERS / sizeof *FEED_HANDLERS,
};

/* -- The table ---------------------------------------------------------------------- */

static void add_handler(struct dispatcher *dispatcher, const struct rpc_handler *handler)
{
	const struct rpc_method *method = rpc_method_find(handler->method);
	size_t index;

	INVARIANT(method != NULL);
	index = rpc_method_index(method);
	INVARIANT(!dispatcher->offered[index]);
	dispatcher->handlers[index] = handler;
	dispatcher->offered[index] = true;
}

enum status dispatcher_init(struct dispatcher *dispatcher,
                            const struct rpc_backend *backend)
{
	size_t count = rpc_method_count();

	*dispatcher = (struct dispatcher){
	    .backend = backend,
	    .calls_waiting_max = RPC_CALLS_WAITING_MAX,
	    .held.most = RPC_HELD_MAX,
	};
	dispatcher->handlers = memory_new(count * sizeof *dispatcher->handlers);
	dispatcher->offered = memory_new(count * sizeof *dispatcher->offered);
	if (!dispatcher->handlers || !dispatcher->offered) {
		dispatcher_close(dispatcher);
		return STATUS_MEMORY;
	}
	for (size_t i = 0; i < OWN_COUNT; i++)
		add_handler(dispatcher, &OWN_HANDLERS[i]);
	for (size_t i = 0; i < FEED_COUNT && backend->feed_open; i++)
		add_handler(dispatcher, &FEED_HANDLERS[i]);
	for (size_t i = 0; i < backend->handler_count; i++)
		add_handler(dispatcher, &backend->handlers[i]);
	return STATUS_OK;
}

void dispatcher_close(struct dispatcher *dispatcher)
{
	while (dispatcher->exchanges)
		exchange_free(dispatcher->exchanges);
	memory_free(dispatcher->handlers);
	memory_free(dispatcher->offered);
	dispatcher->handlers = NULL;
	dispatcher->offered = NULL;
}

static bool has_handler(const struct rpc_handler *handlers, size_t count,
                        const char *method)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(handlers[i].method, method) == 0)
			return true;
	return false;
}

const char *rpc_backend_lacks(const struct rpc_backend *backend)
{
	for (size_t i = 0; i < rpc_method_count(); i++) {
		const char *name = rpc_method_at(i)->name;

		if (!has_handler(OWN_HANDLERS, OWN_COUNT, name) &&
		    !(backend->feed_open && has_handler(FEED_HANDLERS, FEED_COUNT, name)) &&
		    !has_handler(backend->handlers, backend->handler_count, name))
			return name;
	}
	return NULL;
}

/* -- One call ----------------------------------------------------------------------- */

/* The usual text of a submission, straight from the body. False: the ordinary way, also
 * for what is no base64, since that is where the sentence about it is written. */
static bool open_submission(struct rpc_call *call, struct bytes_view text)
{
	struct rpc_submission submission;
	uint8_t *bytes;
	size_t size;

	if (!call->exchange->is_trusted || !rpc_submission_read(&submission, text))
		return false;
	bytes = tx_room(call->exchange);
	if (!bytes || !base64_decode(bytes, &size, submission.tx_b64))
		return false;
	call->id = submission.id;
	call->method = rpc_method_find("tx.submit");
	take_tx(call, bytes, size);
	return true;
}

/* The id as it goes back. A call that could not be read gets null, as JSON-RPC says. */
static bool keep_id(struct rpc_call *call, const struct rpc_request *request,
                    bool is_read)
{
	struct buffer text;

	if (is_read && request->is_notification)
		return true;
	if (!request->id || json_is_null(request->id)) {
		call->id = text_view("null");
		return true;
	}
	buffer_init(&text, RPC_BODY_MAX);
	json_text_value(&text, request->id);
	if (text.status != STATUS_OK) {
		buffer_close(&text);
		return false;
	}
	call->id = buffer_view(&text);
	call->id_text = buffer_take(&text);
	return true;
}

static void fail_unknown(struct rpc_call *call, const char *name)
{
	const struct dispatcher *dispatcher = call->exchange->dispatcher;
	struct nearest nearest = nearest_to(name);
	const char *word;

	for (size_t i = 0; i < rpc_method_count(); i++)
		if (dispatcher->offered[i])
			nearest_offer(&nearest, rpc_method_at(i)->name);
	word = nearest_word(&nearest);
	rpc_call_fail(call, RPC_METHOD_NOT_FOUND, "there is no method \"%.64s\"%s%s%s", name,
	              word ? "; the nearest is \"" : "", word ? word : "", word ? "\"" : "");
}

static void call_handler(struct rpc_call *call)
{
	struct dispatcher *dispatcher = call->exchange->dispatcher;
	const struct rpc_handler *handler =
	    dispatcher->handlers[rpc_method_index(call->method)];

	if (dispatcher->calls_waiting >= dispatcher->calls_waiting_max) {
		rpc_call_fail_hint(call, RPC_LIMIT_EXCEEDED, "try again when some were answered",
		                   "%zu calls are waiting for their answers",
		                   dispatcher->calls_waiting);
		return;
	}
	if (handler->function != answer_submit) {
		dispatcher->calls_waiting++;
		call->is_waiting = true;
	}
	handler->function(call, call->params, dispatcher->backend->owner);
}

static void open_request(struct rpc_call *call, const struct rpc_request *request)
{
	const struct rpc_method *method = rpc_method_find(request->method);
	struct rpc_fault fault;

	if (!method || !call->exchange->dispatcher->offered[rpc_method_index(method)]) {
		fail_unknown(call, request->method);
		return;
	}
	call->method = method;
	if (!call->exchange->is_trusted && method->access != RPC_READ) {
		rpc_call_fail(call, RPC_UNAUTHENTICATED,
		              "%s needs the cookie: only reads are public", method->name);
		return;
	}
	call->params = rpc_params_check(method, request->params, &fault);
	if (call->params)
		call_handler(call);
	else
		rpc_call_fail(call, fault.code, "%s", fault.message);
}

void dispatch_call(struct rpc_call *call, struct bytes_view text)
{
	struct rpc_request request;
	struct rpc_fault fault;
	bool is_read;

	if (open_submission(call, text))
		return;
	is_read = rpc_request_read(&request, text, &fault);
	if (!keep_id(call, &request, is_read)) {
		call->exchange->is_broken = true;
		call->id = text_view("null");
		rpc_call_fail(call, RPC_INTERNAL_ERROR, "out of memory");
	} else if (is_read) {
		open_request(call, &request);
	} else {
		rpc_call_fail(call, fault.code, "%s", fault.message);
	}
	rpc_request_close(&request);
}
