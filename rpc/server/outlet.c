#include "rpc/server/outlet.h"

#include "chain/base/invariant.h"
#include "chain/base/memory.h"
#include "rpc/server/connection.h"
#include "rpc/server/events.h"
#include "rpc/server/subscriptions.h"
#include "rpc/server/websocket.h"

#include <stdio.h>

/* -- Life -------------------------------------------------------------------------- */

bool outlet_open(struct connection *connection, bool is_chunked)
{
	struct subscriptions *all = &connection->all->subscriptions;
	const struct rpc_server_limits *limits = &connection->all->limits;
	struct outlet *outlet;

	if (all->outlet_count >= limits->streaming)
		return false;
	outlet = memory_new(sizeof *outlet);
	if (!outlet)
		return false;
	outlet->connection = connection;
	outlet->is_chunked = is_chunked;
	buffer_init(&outlet->ready, SIZE_MAX);
	buffer_init(&outlet->writing, SIZE_MAX);
	connection->outlet = outlet;
	all->outlet_count++;
	return true;
}

static void on_tick(uv_timer_t *timer)
{
	struct connection *connection = timer->data;

	if (connection->outlet->websocket)
		websocket_tick(connection);
	else if (!connection->outlet->is_writing)
		events_put_quiet(connection);
}

void outlet_start(struct outlet *outlet, unsigned tick_ms)
{
	int failed = uv_timer_start(&outlet->connection->timer, on_tick, tick_ms, tick_ms);

	INVARIANT(failed == 0);
}

bool outlet_send_head(struct outlet *outlet, struct bytes_view head)
{
	uv_buf_t piece = {(char *)(uintptr_t)head.at, head.size};

	/* A socket that has carried nothing but a request has room for this. */
	return uv_try_write(&outlet->connection->socket.stream, &piece, 1) == (int)head.size;
}

void outlet_free(struct outlet *outlet)
{
	if (!outlet)
		return;
	INVARIANT(!outlet->subscriptions && !outlet->is_writing);
	outlet->connection->all->subscriptions.outlet_count--;
	budget_give(outlet_budget(outlet), outlet->ready_held + outlet->writing_held);
	websocket_free(outlet);
	buffer_close(&outlet->ready);
	buffer_close(&outlet->writing);
	memory_free(outlet);
}

bool outlet_has_room(const struct outlet *outlet)
{
	return outlet->ready.size < RPC_QUEUED_MAX;
}

struct budget *outlet_budget(const struct outlet *outlet)
{
	return &outlet->connection->all->dispatcher.held;
}

bool outlet_hold(struct outlet *outlet, size_t size)
{
	if (!budget_take(outlet_budget(outlet), size))
		return false;
	outlet->ready_held += size;
	return true;
}

bool outlet_holds(const struct outlet *outlet)
{
	return outlet->ready_held + outlet->writing_held > 0;
}

size_t outlet_unread_size(const struct outlet *outlet)
{
	return outlet->ready.size +
	       uv_stream_get_write_queue_size(&outlet->connection->socket.stream);
}

/* -- Writing ----------------------------------------------------------------------- */

static void on_written(uv_write_t *request, int status)
{
	struct outlet *outlet = request->data;
	struct connection *connection = outlet->connection;

	outlet->is_writing = false;
	budget_give(outlet_budget(outlet), outlet->writing_held);
	outlet->writing_held = 0;
	if (outlet->writing.capacity > 2 * RPC_QUEUED_MAX)
		buffer_close(&outlet->writing); /* one large event, perhaps for days */
	else
		buffer_clear(&outlet->writing);
	if (connection->state == CONNECTION_CLOSING)
		return;
	if (status < 0) {
		connection_close(connection);
		return;
	}
	outlet_flush(outlet);
	if (connection->state != CONNECTION_STREAMING || outlet->is_ending)
		return;
	subscriptions_go_on(outlet);
	websocket_go_on(outlet);
}

static void write_ready(struct outlet *outlet)
{
	static char crlf[] = "\r\n";
	struct buffer written = outlet->writing;
	uv_buf_t pieces[3];
	unsigned count = 0;

	outlet->writing = outlet->ready;
	outlet->ready = written;
	outlet->writing_held = outlet->ready_held;
	outlet->ready_held = 0;
	if (outlet->is_chunked) {
		snprintf(outlet->chunk_head, sizeof outlet->chunk_head, "%zx\r\n",
		         outlet->writing.size);
		pieces[count++] = (uv_buf_t){outlet->chunk_head, strlen(outlet->chunk_head)};
	}
	pieces[count++] = (uv_buf_t){(char *)outlet->writing.at, outlet->writing.size};
	if (outlet->is_chunked)
		pieces[count++] = (uv_buf_t){crlf, sizeof crlf - 1};
	outlet->write.data = outlet;
	outlet->is_writing = true;
	if (!outlet->websocket)
		uv_timer_again(&outlet->connection->timer); /* it is not silent */
	if (uv_write(&outlet->write, &outlet->connection->socket.stream, pieces, count,
	             on_written) != 0) {
		outlet->is_writing = false;
		connection_close(outlet->connection);
	}
}

/* The last chunk: a few bytes into a socket that has taken all before them. */
static void end_body(struct outlet *outlet)
{
	static char last[] = "0\r\n\r\n";
	uv_buf_t piece = {.base = last, .len = sizeof last - 1};

	if (outlet->is_chunked)
		(void)uv_try_write(&outlet->connection->socket.stream, &piece, 1);
	connection_linger(outlet->connection);
}

void outlet_flush(struct outlet *outlet)
{
	struct connection *connection = outlet->connection;

	if (connection->state != CONNECTION_STREAMING || outlet->is_writing)
		return;
	if (outlet->ready.status != STATUS_OK)
		connection_close(connection); /* memory was out: a part of it is missing */
	else if (outlet->ready.size > 0)
		write_ready(outlet);
	else if (outlet->is_ending)
		end_body(outlet);
}

void outlet_end(struct outlet *outlet)
{
	outlet->is_ending = true;
	subscriptions_drop(outlet);
	/* Who does not read the end need not be waited for. */
	connection_deadline(outlet->connection,
	                    outlet->connection->all->limits.idle_timeout_ms);
	outlet_flush(outlet);
}

void outlet_stop(struct outlet *outlet)
{
	struct connection *connection = outlet->connection;

	if (uv_stream_get_write_queue_size(&connection->socket.stream) > 0) {
		connection_close(connection);
		return;
	}
	/* Events that were not written the client asks for when it comes back; answers it
	 * would miss. */
	if (!outlet_holds(outlet))
		buffer_clear(&outlet->ready);
	if (outlet->websocket)
		websocket_end(connection, FRAMES_GOING_AWAY, "the node stops");
	else
		outlet_end(outlet);
}

void outlet_drop(struct outlet *outlet)
{
	subscriptions_drop(outlet);
	websocket_drop(outlet);
}
