#include "rpc/server/pages.h"

#include "chain/base/buffer.h"
#include "chain/base/invariant.h"
#include "chain/base/limits.h"
#include "rpc/server/connection.h"

/* Whether it lives, whether it may be asked. */
static void answer_state(struct connection *connection, enum gate_route route)
{
	const struct rpc_backend *backend = connection->all->dispatcher.backend;
	struct why reason = {.text = "alive"};
	bool good = route == GATE_LIVE || backend->ready(backend->owner, &reason);
	struct buffer text;
	size_t size;

	if (route == GATE_READY && good)
		why_say(&reason, STATUS_OK, "ready");
	buffer_init(&text, sizeof reason + 1);
	buffer_printf(&text, "%s\n", reason.text);
	if (text.status != STATUS_OK) {
		buffer_close(&text);
		connection_close(connection);
		return;
	}
	size = text.size;
	connection_answer(connection, good ? 200 : 503, "text/plain; charset=utf-8", "",
	                  buffer_take(&text), size);
}

static struct rpc_server_facts facts_of(const struct connections *all)
{
	return (struct rpc_server_facts){
	    .calls = all->dispatcher.call_count,
	    .failed_calls = all->dispatcher.failed_count,
	    .waiting_calls = all->dispatcher.calls_waiting,
	    .connections = all->count,
	    .held_size = all->dispatcher.held.taken,
	    .subscriptions = all->subscriptions.count,
	    .events = all->subscriptions.event_count,
	};
}

static void answer_metrics(struct connection *connection)
{
	const struct rpc_backend *backend = connection->all->dispatcher.backend;
	struct rpc_server_facts facts = facts_of(connection->all);
	struct buffer text;
	size_t size;

	if (!backend->metrics) {
		connection_refuse(connection, 404, RPC_INVALID_REQUEST,
		                  "there is nothing under this path", "");
		return;
	}
	buffer_init(&text, RPC_ANSWER_MAX);
	backend->metrics(backend->owner, &facts, &text);
	if (text.status != STATUS_OK) {
		buffer_close(&text);
		connection_refuse(connection, 503, RPC_INTERNAL_ERROR, "out of memory", "");
		return;
	}
	size = text.size;
	connection_answer(connection, 200, "text/plain; version=0.0.4; charset=utf-8", "",
	                  buffer_take(&text), size);
}

/* Signed by those whose it is: anybody may have it. */
static void answer_checkpoint(struct connection *connection)
{
	const struct rpc_backend *backend = connection->all->dispatcher.backend;
	struct buffer text;
	bool is_there;
	size_t size;

	buffer_init(&text, RPC_ANSWER_MAX);
	is_there = backend->checkpoint && backend->checkpoint(backend->owner, &text);
	if (!is_there)
		buffer_append_text(&text, "no checkpoint has been cosigned by a quorum yet\n");
	if (text.status != STATUS_OK) {
		buffer_close(&text);
		connection_close(connection);
		return;
	}
	size = text.size;
	connection_answer(connection, is_there ? 200 : 404, "text/plain; charset=utf-8", "",
	                  buffer_take(&text), size);
}

static void answer_html(struct connection *connection, const struct bytes_view *page)
{
	/* What else a page may do its own policy says, in its head. */
	static const char EXTRA[] =
		"X-Frame-Options: DENY\r\nX-Content-Type-Options: nosniff\r\n";
	struct buffer text;

	buffer_init(&text, RPC_ANSWER_MAX);
	buffer_append_view(&text, *page);
	if (text.status != STATUS_OK) {
		buffer_close(&text);
		connection_refuse(connection, 503, RPC_LIMIT_EXCEEDED, "out of memory: try again",
		                  "");
		return;
	}
	connection_answer(connection, 200, "text/html; charset=utf-8", EXTRA,
	                  buffer_take(&text), page->size);
}

void pages_answer(struct connection *connection, enum gate_route route)
{
	switch (route) {
	case GATE_EXPLORER:
		answer_html(connection, &page_explorer);
		return;
	case GATE_VERIFY:
		answer_html(connection, &page_verify);
		return;
	case GATE_METRICS:
		answer_metrics(connection);
		return;
	case GATE_CHECKPOINT:
		answer_checkpoint(connection);
		return;
	case GATE_LIVE:
	case GATE_READY:
		answer_state(connection, route);
		return;
	case GATE_RPC:
	case GATE_EVENTS:
	case GATE_WEBSOCKET:
		break;
	}
	INVARIANT(false);
}
