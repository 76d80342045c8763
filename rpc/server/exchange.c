#include "rpc/server/exchange.h"

#include "chain/base/memory.h"
#include "chain/base/text.h"

/* -- Begin and end ------------------------------------------------------------------ */

struct exchange *exchange_new(struct dispatcher *dispatcher, uint8_t *block,
                              size_t block_size, struct bytes_view body, bool is_trusted)
{
	struct exchange *exchange = memory_new(sizeof *exchange);

	if (!exchange)
		return NULL;
	exchange->dispatcher = dispatcher;
	exchange->block = block;
	exchange->block_size = block_size;
	exchange->body = body;
	exchange->is_trusted = is_trusted;
	exchange->next = dispatcher->exchanges;
	if (exchange->next)
		exchange->next->previous = exchange;
	dispatcher->exchanges = exchange;
	return exchange;
}

void exchange_free(struct exchange *exchange)
{
	struct dispatcher *dispatcher = exchange->dispatcher;

	if (exchange->next)
		exchange->next->previous = exchange->previous;
	if (exchange->previous)
		exchange->previous->next = exchange->next;
	else
		dispatcher->exchanges = exchange->next;
	for (size_t i = 0; i < exchange->call_count; i++) {
		memory_free(exchange->calls[i].id_text);
		memory_free(exchange->calls[i].answer);
		json_decref(exchange->calls[i].params);
	}
	memory_free(exchange->calls);
	memory_free(exchange->submitted);
	memory_free(exchange->tx_bytes);
	memory_free(exchange->block);
	budget_give(&dispatcher->held, exchange->block_size);
	memory_free(exchange);
}

void exchange_abandon(struct exchange *exchange)
{
	exchange->on_done = NULL;
	exchange->outlet = NULL;
}

/* -- The answer --------------------------------------------------------------------- */

static void write_submitted(struct buffer *out, const struct rpc_call *call)
{
	char hex[HASH_HEX_SIZE];

	hex_encode(hex, hash_view(&call->txid));
	buffer_append_text(out, "{\"jsonrpc\":\"2.0\",\"id\":");
	buffer_append_view(out, call->id);
	buffer_append_text(out, ",\"result\":{\"txid\":\"");
	buffer_append(out, hex, sizeof hex - 1);
	buffer_append_text(out, "\",\"status\":\"pending\"}}");
}

/* In the order of the calls; notifications leave no trace. */
static void join_answers(struct exchange *exchange, struct buffer *out)
{
	bool is_first = true;

	for (size_t i = 0; i < exchange->call_count; i++) {
		struct rpc_call *call = &exchange->calls[i];

		if (call->id.size == 0)
			continue;
		if (exchange->is_batch)
			buffer_append(out, is_first ? "[" : ",", 1);
		is_first = false;
		if (call->is_submitted)
			write_submitted(out, call);
		else
			buffer_append(out, call->answer, call->answer_size);
	}
	if (exchange->is_batch && !is_first)
		buffer_append(out, "]", 1);
}

static void write_fault(const struct exchange *exchange, struct buffer *out)
{
	buffer_append_text(out, "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":");
	rpc_error_write(out, exchange->fault.code, exchange->fault.message, NULL);
	buffer_append_text(out, "}");
}

static struct exchange_answer write_answer(struct exchange *exchange)
{
	struct exchange_answer answer = {.status = 503};
	struct buffer out;

	if (exchange->is_broken)
		return answer;
	buffer_init(&out, SIZE_MAX);
	if (exchange->call_count == 0) {
		write_fault(exchange, &out);
	} else if (exchange->call_count == 1 && !exchange->is_batch &&
	           exchange->calls[0].answer) {
		/* The usual case needs no copy. */
		out.at = exchange->calls[0].answer;
		out.size = exchange->calls[0].answer_size;
		exchange->calls[0].answer = NULL;
	} else {
		join_answers(exchange, &out);
	}
	if (out.status != STATUS_OK) {
		buffer_close(&out);
		return answer;
	}
	answer.status = out.size > 0 ? 200 : 204;
	answer.size = out.size;
	answer.text = buffer_take(&out);
	return answer;
}

static void finish(struct exchange *exchange)
{
	if (exchange->on_done) {
		struct exchange_answer answer = write_answer(exchange);

		exchange->on_done(exchange->owner, answer);
	}
	exchange_free(exchange);
}

void exchange_call_closed(struct rpc_call *call)
{
	struct exchange *exchange = call->exchange;

	if (--exchange->open_count == 0)
		finish(exchange);
}

/* -- The calls ---------------------------------------------------------------------- */

static void hand_out(struct exchange *exchange)
{
	const struct rpc_scan *scan = &exchange->dispatcher->scan;
	const struct rpc_backend *backend = exchange->dispatcher->backend;

	for (size_t i = 0; i < exchange->call_count; i++)
		exchange->calls[i].exchange = exchange;
	for (size_t i = 0; i < exchange->call_count; i++)
		dispatch_call(&exchange->calls[i], scan->calls[i]);
	if (exchange->submitted_count > 0)
		backend->submit(backend->owner, exchange->submitted, exchange->submitted_count);
}

void exchange_start(struct exchange *exchange,
                    void (*on_done)(void *owner, struct exchange_answer answer),
                    void *owner)
{
	struct rpc_scan *scan = &exchange->dispatcher->scan;

	exchange->on_done = on_done;
	exchange->owner = owner;
	if (!rpc_scan(scan, exchange->body, &exchange->fault)) {
		finish(exchange);
		return;
	}
	exchange->is_batch = scan->is_batch;
	exchange->calls = memory_new(scan->call_count * sizeof *exchange->calls);
	exchange->submitted = memory_new(scan->call_count * sizeof *exchange->submitted);
	if (!exchange->calls || !exchange->submitted) {
		exchange->is_broken = true;
		finish(exchange);
		return;
	}
	exchange->call_count = scan->call_count;
	/* One more, so that calls answered on the spot do not end it under our hands. */
	exchange->open_count = exchange->call_count + 1;
	hand_out(exchange);
	if (--exchange->open_count == 0)
		finish(exchange);
}
