#include "rpc/server/call.h"

#include "chain/base/invariant.h"
#include "chain/base/limits.h"
#include "chain/base/memory.h"
#include "rpc/api/json_text.h"
#include "rpc/server/exchange.h"

#include <stdarg.h>
#include <stdio.h>

const struct rpc_method *rpc_call_method(const struct rpc_call *call)
{
	return call->method;
}

struct bytes_view rpc_call_tx(const struct rpc_call *call)
{
	return call->tx;
}

bool rpc_call_is_wanted(const struct rpc_call *call)
{
	return call->exchange->on_done != NULL;
}

static bool wants_text(const struct rpc_call *call)
{
	return call->id.size > 0 && rpc_call_is_wanted(call);
}

/* {"jsonrpc":"2.0","id":7,"result": or "error": */
static void begin_answer(const struct rpc_call *call, struct buffer *text,
                         const char *member)
{
	buffer_append_text(text, "{\"jsonrpc\":\"2.0\",\"id\":");
	buffer_append_view(text, call->id);
	buffer_printf(text, ",\"%s\":", member);
}

/* The finished text becomes the call's. Without memory for it the exchange has no whole
 * answer any more. */
static void take_answer(struct rpc_call *call, struct buffer *text)
{
	struct exchange *exchange = call->exchange;

	if (text->status != STATUS_OK) {
		exchange->is_broken = true;
		buffer_close(text);
		return;
	}
	call->answer_size = text->size;
	exchange->answer_size += text->size;
	call->answer = buffer_take(text);
}

static void close_call(struct rpc_call *call)
{
	INVARIANT(!call->is_answered);
	call->is_answered = true;
	call->exchange->dispatcher->call_count++;
	if (call->is_waiting)
		call->exchange->dispatcher->calls_waiting--;
	json_decref(call->params);
	call->params = NULL;
	exchange_call_closed(call);
}

/* An error is short, so it always finds room. */
static void write_error(struct rpc_call *call, enum rpc_code code, const char *message,
                        const char *hint)
{
	struct buffer text;

	if (!wants_text(call))
		return;
	buffer_init(&text, SIZE_MAX);
	begin_answer(call, &text, "error");
	rpc_error_write(&text, code, message, hint);
	buffer_append_text(&text, "}");
	take_answer(call, &text);
}

/* The rest of what all answers of this exchange may take. */
static size_t room_left(const struct rpc_call *call)
{
	size_t used = call->exchange->answer_size;
	size_t left = used < RPC_BATCH_ANSWER_MAX ? RPC_BATCH_ANSWER_MAX - used : 0;

	return left < RPC_ANSWER_MAX ? left : RPC_ANSWER_MAX;
}

static void end_result(struct rpc_call *call, struct buffer *text)
{
	buffer_append_text(text, "}");
	if (text->status == STATUS_TOO_LARGE) {
		buffer_close(text);
		write_error(
		    call, RPC_LIMIT_EXCEEDED,
		    "the answer is larger than an answer may be (4 MiB, 16 MiB for a batch)",
		    NULL);
		return;
	}
	take_answer(call, text);
}

void rpc_call_answer(struct rpc_call *call, json_t *result)
{
	if (!result) {
		rpc_call_fail(call, RPC_INTERNAL_ERROR, "out of memory");
		return;
	}
	if (wants_text(call)) {
		struct buffer text;

		buffer_init(&text, room_left(call));
		begin_answer(call, &text, "result");
		json_text_value(&text, result);
		end_result(call, &text);
	}
	json_decref(result);
	close_call(call);
}

void rpc_call_answer_text(struct rpc_call *call, struct bytes_view json)
{
	if (wants_text(call)) {
		struct buffer text;

		buffer_init(&text, room_left(call));
		begin_answer(call, &text, "result");
		buffer_append_view(&text, json);
		end_result(call, &text);
	}
	close_call(call);
}

void rpc_call_answer_submitted(struct rpc_call *call, const struct hash *txid)
{
	call->txid = *txid;
	call->is_submitted = true;
	close_call(call);
}

void rpc_call_fail(struct rpc_call *call, enum rpc_code code, const char *format, ...)
{
	char message[RPC_MESSAGE_SIZE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	call->exchange->dispatcher->failed_count++;
	write_error(call, code, message, NULL);
	close_call(call);
}

void rpc_call_fail_hint(struct rpc_call *call, enum rpc_code code, const char *hint,
                        const char *format, ...)
{
	char message[RPC_MESSAGE_SIZE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	call->exchange->dispatcher->failed_count++;
	write_error(call, code, message, hint);
	close_call(call);
}
