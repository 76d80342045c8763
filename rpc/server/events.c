#include "rpc/server/events.h"

#include "chain/base/memory.h"
#include "rpc/server/connection.h"
#include "rpc/server/outlet.h"
#include "rpc/server/subscriptions.h"

#include <stdio.h>

/* -- The beginning ----------------------------------------------------------------- */

static void refuse(struct connection *connection, const struct rpc_fault *fault)
{
	unsigned status = 503;

	if (fault->code == RPC_INVALID_PARAMS || fault->code == RPC_LIMIT_EXCEEDED)
		status = 400;
	else if (fault->code == RPC_STREAM_NOT_FOUND)
		status = 404;
	connection_refuse(connection, status, fault->code, fault->message, "");
}

static bool send_head(struct outlet *outlet)
{
	char head[256];

	snprintf(head, sizeof head,
	         "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
	         "Cache-Control: no-store\r\nX-Accel-Buffering: no\r\n%s"
	         "Connection: close\r\n\r\n",
	         outlet->is_chunked ? "Transfer-Encoding: chunked\r\n" : "");
	return outlet_send_head(outlet, text_view(head));
}

static void stream(struct connection *connection, struct subscription *subscription)
{
	const struct rpc_backend *backend = connection->all->dispatcher.backend;
	struct outlet *outlet = connection->outlet;
	char from[RPC_EVENT_CURSOR_SIZE];

	connection->state = CONNECTION_STREAMING;
	connection->keep_alive = false;
	connection_forget_input(connection);
	outlet_start(outlet, connection->all->limits.quiet_ms);
	if (!send_head(outlet)) {
		connection_close(connection);
		return;
	}
	rpc_place_write(from, backend->feed_place(subscription->feed));
	buffer_printf(&outlet->ready, ": from %s\n\n", from);
	outlet_flush(outlet);
	connection_read(connection);
}

void events_begin(struct connection *connection, const struct http_head *head)
{
	struct subscriptions *all = &connection->all->subscriptions;
	struct rpc_feed_request request;
	struct subscription *subscription;
	struct rpc_fault fault;

	if (!all->backend->feed_open) {
		connection_refuse(connection, 404, RPC_INVALID_REQUEST,
		                  "there is nothing under this path", "");
		return;
	}
	if (!rpc_topics_query(&request, head->query, head->last_event_id, &fault)) {
		refuse(connection, &fault);
		return;
	}
	if (!outlet_open(connection, !head->is_old)) {
		connection_refuse(connection, 503, RPC_LIMIT_EXCEEDED, OUTLET_TOO_MANY, "");
		return;
	}
	subscription = subscription_new(all, connection->outlet, &request, &fault);
	if (subscription)
		stream(connection, subscription);
	else
		refuse(connection, &fault);
}

/* -- What goes out ----------------------------------------------------------------- */

void events_put(struct subscription *subscription, const struct rpc_event *event)
{
	struct buffer *out = &subscription->outlet->ready;
	char id[RPC_EVENT_CURSOR_SIZE];

	rpc_place_write(id, event->place);
	buffer_printf(out, "id: %s\nevent: %s\ndata: {", id, event->type);
	buffer_append_view(out, buffer_view(&event->members));
	buffer_append_text(out, "}\n\n");
}

void events_put_end(struct subscription *subscription, const struct rpc_fault *fault)
{
	struct outlet *outlet = subscription->outlet;

	buffer_append_text(&outlet->ready, "event: error\ndata: ");
	rpc_error_write(&outlet->ready, fault->code, fault->message, NULL);
	buffer_append_text(&outlet->ready, "\n\n");
	outlet_end(outlet);
}

void events_put_quiet(struct connection *connection)
{
	buffer_append_text(&connection->outlet->ready, ":\n\n");
	outlet_flush(connection->outlet);
}
