#include "rpc/server/connection.h"

#include "chain/base/invariant.h"
#include "chain/base/memory.h"
#include "rpc/server/events.h"
#include "rpc/server/outlet.h"
#include "rpc/server/pages.h"
#include "rpc/server/websocket.h"

enum {
	READ_SIZE = 64 << 10, /* room for one read: a usual request comes in one */
	COPY_SIZE = 4 << 10,  /* a body up to this is copied, a larger one is not */
	DROP_SIZE = 512,      /* room for what nobody wants */
};

/* -- The end ------------------------------------------------------------------------ */

static void on_closed(uv_handle_t *handle)
{
	struct connection *connection = handle->data;
	struct connections *all = connection->all;

	if (--connection->handles_open > 0)
		return;
	if (connection->next)
		connection->next->previous = connection->previous;
	if (connection->previous)
		connection->previous->next = connection->next;
	else
		all->newest = connection->next;
	connection_forget_input(connection);
	outlet_free(connection->outlet);
	memory_free(connection);
	all->count--;
	if (all->is_stopping && all->count == 0)
		all->on_empty(all->owner);
}

void connection_close(struct connection *connection)
{
	if (connection->state == CONNECTION_CLOSING)
		return;
	connection->state = CONNECTION_CLOSING;
	if (connection->exchange)
		exchange_abandon(connection->exchange);
	connection->exchange = NULL;
	if (connection->outlet)
		outlet_drop(connection->outlet);
	uv_close(&connection->socket.handle, on_closed);
	uv_close((uv_handle_t *)&connection->timer, on_closed);
}

static void on_deadline(uv_timer_t *timer)
{
	connection_close(timer->data);
}

void connection_deadline(struct connection *connection, uint64_t timeout_ms)
{
	int failed = uv_timer_start(&connection->timer, on_deadline, timeout_ms, 0);

	INVARIANT(failed == 0);
}

/* -- Reading ------------------------------------------------------------------------ */

static size_t input_left(const struct connection *connection)
{
	return connection->input.size - connection->taken;
}

static void compact_input(struct connection *connection)
{
	struct buffer *input = &connection->input;

	if (connection->taken == 0)
		return;
	memmove(input->at, input->at + connection->taken, input_left(connection));
	input->size -= connection->taken;
	connection->taken = 0;
}

void connection_forget_input(struct connection *connection)
{
	buffer_close(&connection->input);
	connection->taken = 0;
	budget_give(&connection->all->dispatcher.held, connection->input_held);
	connection->input_held = 0;
}

/* How much more may be read in this state. */
static size_t room_wanted(const struct connection *connection)
{
	size_t left = input_left(connection);

	switch (connection->state) {
	case CONNECTION_HEAD:
	case CONNECTION_LINGERING:
		break;
	case CONNECTION_BODY:
		if (!connection->is_chunked && connection->content_length - left > READ_SIZE)
			return connection->content_length - left < 4 * READ_SIZE
			           ? connection->content_length - left
			           : 4 * READ_SIZE;
		break;
	case CONNECTION_WAITING:
	case CONNECTION_WRITING:
		return left < RPC_READ_AHEAD_MAX ? RPC_READ_AHEAD_MAX - left : 0;
	case CONNECTION_STREAMING:
		return connection->outlet->websocket ? READ_SIZE : DROP_SIZE;
	case CONNECTION_CLOSING:
		return 0;
	}
	return READ_SIZE;
}

static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *room)
{
	struct connection *connection = handle->data;
	struct buffer *input = &connection->input;
	size_t wanted = room_wanted(connection);
	uint8_t *at;

	(void)suggested;
	*room = (uv_buf_t){0};
	compact_input(connection);
	at = wanted > 0 ? buffer_extend(input, wanted) : NULL;
	if (!at) {
		input->status = STATUS_OK; /* there may be memory another time */
		return;
	}
	input->size -= wanted; /* it counts when it is filled */
	if (!budget_take(&connection->all->dispatcher.held,
	                 input->capacity - connection->input_held))
		return;
	connection->input_held = input->capacity;
	*room = (uv_buf_t){.base = (char *)at, .len = wanted};
}

static void step(struct connection *connection);

void connection_stop_reading(struct connection *connection)
{
	uv_read_stop(&connection->socket.stream);
	connection->is_reading = false;
}

/* The client has ended its side. What it asked in full is still answered. */
static void on_end(struct connection *connection)
{
	connection->peer_has_ended = true;
	connection_stop_reading(connection);
	if (connection->state == CONNECTION_WAITING)
		connection_deadline(connection, connection->all->limits.idle_timeout_ms);
	else if (connection->state != CONNECTION_WRITING)
		connection_close(connection);
}

/* No room: what came ahead must wait; what a request needs is refused. */
static void on_no_room(struct connection *connection)
{
	connection_stop_reading(connection);
	if (connection->state <= CONNECTION_BODY)
		connection_refuse(connection, 503, RPC_LIMIT_EXCEEDED,
		                  "too much is being sent to this node at once: try again", "");
	else if (connection->state == CONNECTION_LINGERING)
		connection_close(connection);
	else if (connection->state == CONNECTION_STREAMING && connection->outlet->websocket)
		websocket_end(connection, FRAMES_TRY_LATER,
		              "too much is being sent to this node at once: try again");
}

static void on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *room)
{
	struct connection *connection = stream->data;

	(void)room;
	if (size == UV_EOF) {
		on_end(connection);
	} else if (size == UV_ENOBUFS) {
		on_no_room(connection);
	} else if (size < 0) {
		connection_close(connection);
	} else if (size > 0) {
		connection->input.size += (size_t)size;
		step(connection);
	}
}

void connection_read(struct connection *connection)
{
	if (connection->is_reading || connection->peer_has_ended)
		return;
	if (uv_read_start(&connection->socket.stream, on_room, on_read) != 0) {
		connection_close(connection);
		return;
	}
	connection->is_reading = true;
}

/* -- The body ----------------------------------------------------------------------- */

static void on_exchange_done(void *owner, struct exchange_answer answer)
{
	struct connection *connection = owner;

	connection->exchange = NULL;
	INVARIANT(connection->state == CONNECTION_WAITING);
	if (answer.status == 503)
		connection_refuse(connection, 503, RPC_INTERNAL_ERROR, "out of memory", "");
	else
		connection_answer(connection, answer.status, "application/json", "", answer.text,
		                  answer.size);
}

/* The next `size` bytes of input as an exchange. A small body is copied; a large one
 * takes the whole buffer, and what follows it, usually nothing, moves to a new one. */
static struct exchange *exchange_of(struct connection *connection, size_t size)
{
	struct dispatcher *dispatcher = &connection->all->dispatcher;
	const uint8_t *body = connection->input.at + connection->taken;
	size_t follows = input_left(connection) - size;
	bool is_copied = size <= COPY_SIZE;
	struct buffer rest;
	struct exchange *exchange;

	buffer_init(&rest, connection->input.size_max);
	buffer_append(&rest, is_copied ? body : body + size, is_copied ? size : follows);
	if (rest.status != STATUS_OK || !budget_take(&dispatcher->held, rest.capacity)) {
		buffer_close(&rest);
		return NULL;
	}
	if (is_copied) {
		exchange = exchange_new(dispatcher, rest.at, rest.capacity,
		                        bytes_view(rest.at, size), connection->is_trusted);
		if (exchange) {
			connection->taken += size;
			return exchange;
		}
	} else {
		exchange = exchange_new(dispatcher, connection->input.at, connection->input_held,
		                        bytes_view(body, size), connection->is_trusted);
		if (exchange) {
			connection->input = rest;
			connection->input_held = rest.capacity;
			connection->taken = 0;
			return exchange;
		}
	}
	budget_give(&dispatcher->held, rest.capacity);
	buffer_close(&rest);
	return NULL;
}

/* True: the body is there, of *size bytes. False: it is of *size bytes at least. */
static bool body_is_there(struct connection *connection, size_t *size)
{
	struct chunks *chunks = &connection->chunks;
	uint8_t *body = connection->input.at + connection->taken;
	size_t left = input_left(connection);
	size_t read;

	*size = connection->content_length;
	if (!connection->is_chunked)
		return left >= *size;
	read = chunks_decode(chunks, body, chunks->size, left);
	/* What follows moves up to the bytes that stay. */
	memmove(body + chunks->size, body + read, left - read);
	connection->input.size -= read - chunks->size;
	*size = chunks->size + (size_t)chunks->left;
	return chunks->state == CHUNKS_DONE;
}

static void take_body(struct connection *connection)
{
	size_t size;
	bool is_there = body_is_there(connection, &size);
	struct exchange *exchange;

	if (connection->chunks.state == CHUNKS_WRONG) {
		connection_refuse(connection, 400, RPC_INVALID_REQUEST, connection->chunks.reason,
		                  "");
		return;
	}
	if (size > RPC_BODY_MAX) {
		connection_refuse(connection, 413, RPC_LIMIT_EXCEEDED,
		                  "the body is larger than 8 MiB", "");
		return;
	}
	if (!is_there)
		return;
	exchange = exchange_of(connection, size);
	if (!exchange) {
		connection_refuse(connection, 503, RPC_LIMIT_EXCEEDED, "out of memory: try again",
		                  "");
		return;
	}
	connection->state = CONNECTION_WAITING;
	connection->exchange = exchange;
	uv_timer_stop(&connection->timer);
	exchange_start(exchange, on_exchange_done, connection);
}

/* -- The head ----------------------------------------------------------------------- */

/* "100 Continue" is a few bytes into an empty socket; if they do not fit, the client
 * sends its body a second later all the same. */
static void say_continue(struct connection *connection)
{
	static char leave[] = "HTTP/1.1 100 Continue\r\n\r\n";
	uv_buf_t piece = {.base = leave, .len = sizeof leave - 1};

	(void)uv_try_write(&connection->socket.stream, &piece, 1);
}

static void admit(struct connection *connection, const struct http_head *head,
                  const struct gate_verdict *verdict)
{
	connection->keep_alive = head->keep_alive;
	connection->is_trusted = verdict->is_trusted;
	connection->is_chunked = head->is_chunked;
	connection->content_length = (size_t)head->content_length;
	connection->chunks = (struct chunks){0};
	if (verdict->route == GATE_EVENTS) {
		events_begin(connection, head);
		return;
	}
	if (verdict->route == GATE_WEBSOCKET) {
		websocket_begin(connection, head, verdict->is_trusted);
		return;
	}
	if (verdict->route != GATE_RPC) {
		pages_answer(connection, verdict->route);
		return;
	}
	connection->state = CONNECTION_BODY;
	connection_deadline(connection, connection->all->limits.body_timeout_ms);
	if (head->expects_continue && input_left(connection) == 0)
		say_continue(connection);
}

/* The cookie is a secret, and this buffer lives on. */
static void forget_secret(struct connection *connection, struct bytes_view secret)
{
	if (secret.at)
		memory_wipe(connection->input.at + (secret.at - connection->input.at),
		            secret.size);
}

static void take_head(struct connection *connection, size_t size)
{
	struct bytes_view bytes = bytes_view(connection->input.at + connection->taken, size);
	struct gate_verdict verdict;
	struct http_head head;
	const char *reason;
	bool is_head = http_head_read(&head, bytes, &reason);

	connection->taken += size;
	connection->looked = 0;
	connection->is_post = head.method == HTTP_POST;
	connection->head_only = head.method == HTTP_HEAD;
	if (!is_head) {
		connection_refuse(connection, 400, RPC_INVALID_REQUEST, reason, "");
		return;
	}
	verdict = gate_judge(&connection->all->gate, &head, connection->is_local);
	forget_secret(connection, head.authorization);
	if (verdict.status != 0)
		connection_refuse(connection, verdict.status, verdict.code, verdict.reason,
		                  verdict.extra);
	else
		admit(connection, &head, &verdict);
}

/* RFC 9112 section 2.2: some clients end a body with an empty line too many. */
static void skip_empty_lines(struct connection *connection)
{
	while (connection->looked < 2 && input_left(connection) >= 2 &&
	       memcmp(connection->input.at + connection->taken, "\r\n", 2) == 0) {
		connection->taken += 2;
		connection->looked = 0;
	}
}

static void look_for_head(struct connection *connection)
{
	size_t size = 0;
	enum http_found found;

	skip_empty_lines(connection);
	found = http_head_find(
	    &connection->looked, &size,
	    bytes_view(connection->input.at + connection->taken, input_left(connection)));
	if (found == HTTP_FOUND_ALL && size <= RPC_HEADERS_MAX) {
		take_head(connection, size);
		return;
	}
	connection->is_post = false;
	connection->head_only = false;
	if (found == HTTP_FOUND_WRONG)
		connection_refuse(connection, 400, RPC_INVALID_REQUEST,
		                  "a header line does not end in CR LF", "");
	else if (input_left(connection) > RPC_HEADERS_MAX)
		connection_refuse(connection, 400, RPC_LIMIT_EXCEEDED,
		                  "the header is larger than 16 KiB", "");
	else if (!connection->has_begun && input_left(connection) > 0) {
		connection->has_begun = true;
		connection_deadline(connection, connection->all->limits.header_timeout_ms);
	}
}

/* -- From state to state ------------------------------------------------------------ */

/* Who reads events has nothing more to say. */
static void take_streaming(struct connection *connection)
{
	if (connection->outlet->websocket)
		websocket_take(connection);
	else
		connection->input.size = connection->taken;
}

static void step(struct connection *connection)
{
	enum connection_state before;

	do {
		before = connection->state;
		switch (before) {
		case CONNECTION_HEAD:
			look_for_head(connection);
			break;
		case CONNECTION_BODY:
			take_body(connection);
			break;
		case CONNECTION_WAITING:
		case CONNECTION_WRITING:
			if (input_left(connection) >= RPC_READ_AHEAD_MAX)
				connection_stop_reading(connection);
			break;
		case CONNECTION_STREAMING:
			take_streaming(connection);
			break;
		case CONNECTION_LINGERING:
			connection->input.size = connection->taken;
			break;
		case CONNECTION_CLOSING:
			break;
		}
	} while (connection->state != before && connection->state == CONNECTION_BODY);
}

void connection_next(struct connection *connection)
{
	connection->state = CONNECTION_HEAD;
	connection->looked = 0;
	connection->has_begun = false;
	connection_deadline(connection, connection->all->limits.idle_timeout_ms);
	connection_read(connection);
	if (input_left(connection) > 0)
		step(connection);
	/* What it asked before it ended its side is answered; half a request never will be.
	 */
	if (connection->peer_has_ended && connection->state <= CONNECTION_BODY)
		connection_close(connection);
}

/* -- The beginning ------------------------------------------------------------------ */

struct connection *connection_new(struct connections *all, bool is_local)
{
	struct connection *connection = memory_new(sizeof *connection);
	int failed;

	if (!connection)
		return NULL;
	failed = is_local ? uv_pipe_init(all->loop, &connection->socket.pipe, 0)
	                  : uv_tcp_init(all->loop, &connection->socket.tcp);
	if (failed) {
		memory_free(connection);
		return NULL;
	}
	uv_timer_init(all->loop, &connection->timer);
	connection->socket.handle.data = connection;
	connection->timer.data = connection;
	connection->handles_open = 2;
	connection->all = all;
	connection->is_local = is_local;
	buffer_init(&connection->input,
	            RPC_HEADERS_MAX + RPC_BODY_MAX + 4 * READ_SIZE + RPC_READ_AHEAD_MAX);
	connection->next = all->newest;
	if (connection->next)
		connection->next->previous = connection;
	all->newest = connection;
	all->count++;
	return connection;
}

void connection_open(struct connection *connection)
{
	connection->has_begun = true;
	connection_deadline(connection, connection->all->limits.header_timeout_ms);
	connection_read(connection);
}

void connections_stop(struct connections *all)
{
	struct connection *next;

	all->is_stopping = true;
	for (struct connection *one = all->newest; one; one = next) {
		next = one->next;
		if (one->state <= CONNECTION_BODY)
			connection_close(one);
		else if (one->state == CONNECTION_STREAMING)
			outlet_stop(one->outlet);
	}
}

void connections_close(struct connections *all)
{
	for (struct connection *one = all->newest; one; one = one->next)
		connection_close(one);
}
