#include "rpc/server/websocket.h"

#include "chain/base/memory.h"
#include "chain/base/text.h"
#include "chain/crypto/sha1.h"
#include "rpc/server/connection.h"
#include "rpc/server/outlet.h"

#include <inttypes.h>
#include <stdio.h>

/* A body under way. */
struct socket_call {
	struct socket_call *next;
	struct outlet *outlet;
	struct exchange *exchange;
};

struct websocket {
	struct frames frames;
	struct socket_call *calls;
	size_t call_count;
	size_t message_held;    /* bytes taken from the budget for what is coming */
	uint64_t message_count; /* that came whole */
	bool is_trusted;
	bool is_taking; /* websocket_take is at work further up */
	bool awaits_pong;
	unsigned silent_ticks; /* since the ping */
	bool was_amid;         /* at the last tick a message was coming: this one */
	uint64_t amid_count;
	bool had_answers; /* at the last tick answers were being read: so many bytes */
	size_t unread_size;
};

/* -- The handshake ----------------------------------------------------------------- */

void websocket_accept(char accept[WEBSOCKET_ACCEPT_SIZE], struct bytes_view key)
{
	static const char GUID[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	uint8_t text[HTTP_SOCKET_KEY_SIZE + sizeof GUID];
	uint8_t digest[SHA1_SIZE];

	INVARIANT(key.size == HTTP_SOCKET_KEY_SIZE);
	memcpy(text, key.at, key.size);
	memcpy(text + key.size, GUID, sizeof GUID);
	sha1_of(digest, bytes_view(text, sizeof text - 1));
	base64_encode(accept, bytes_view(digest, sizeof digest));
	accept[WEBSOCKET_ACCEPT_SIZE - 1] = '\0';
}

static bool add_websocket(struct outlet *outlet, bool is_trusted)
{
	struct websocket *websocket = memory_new(sizeof *websocket);

	if (!websocket)
		return false;
	if (!frames_init(&websocket->frames)) {
		memory_free(websocket);
		return false;
	}
	websocket->is_trusted = is_trusted;
	outlet->websocket = websocket;
	return true;
}

void websocket_begin(struct connection *connection, const struct http_head *head,
                     bool is_trusted)
{
	char accept[WEBSOCKET_ACCEPT_SIZE];
	char text[192];

	websocket_accept(accept, head->socket_key); /* before the buffer moves */
	if (!outlet_open(connection, false)) {
		connection_refuse(connection, 503, RPC_LIMIT_EXCEEDED, OUTLET_TOO_MANY, "");
		return;
	}
	if (!add_websocket(connection->outlet, is_trusted)) {
		connection_refuse(connection, 503, RPC_LIMIT_EXCEEDED, "out of memory: try again",
		                  "");
		return;
	}
	snprintf(text, sizeof text,
	         "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
	         "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
	         accept);
	connection->state = CONNECTION_STREAMING;
	outlet_start(connection->outlet, connection->all->limits.ping_ms);
	if (!outlet_send_head(connection->outlet, text_view(text))) {
		connection_close(connection);
		return;
	}
	websocket_take(connection);
}

/* -- The end ----------------------------------------------------------------------- */

static void drop_calls(struct websocket *websocket)
{
	while (websocket->calls) {
		struct socket_call *call = websocket->calls;

		websocket->calls = call->next;
		exchange_abandon(call->exchange);
		memory_free(call);
	}
	websocket->call_count = 0;
}

void websocket_drop(struct outlet *outlet)
{
	if (outlet->websocket)
		drop_calls(outlet->websocket);
}

void websocket_free(struct outlet *outlet)
{
	struct websocket *websocket = outlet->websocket;

	if (!websocket)
		return;
	INVARIANT(!websocket->calls);
	frames_close(&websocket->frames);
	budget_give(outlet_budget(outlet), websocket->message_held);
	memory_free(websocket);
}

void websocket_end(struct connection *connection, unsigned code, const char *reason)
{
	struct outlet *outlet = connection->outlet;

	if (connection->state != CONNECTION_STREAMING || outlet->is_ending)
		return;
	frames_put_close(&outlet->websocket->frames, &outlet->ready, code, reason);
	websocket_drop(outlet);
	outlet_end(outlet);
}

/* -- Answers ----------------------------------------------------------------------- */

static void put_text(struct outlet *outlet, const struct bytes_view *parts, size_t count)
{
	frames_put(&outlet->websocket->frames, &outlet->ready, FRAMES_KIND_TEXT, parts,
	           count);
}

static void forget_call(struct socket_call *call)
{
	struct websocket *websocket = call->outlet->websocket;
	struct socket_call **link = &websocket->calls;

	while (*link != call)
		link = &(*link)->next;
	*link = call->next;
	websocket->call_count--;
	memory_free(call);
}

static void on_answer(void *owner, struct exchange_answer answer)
{
	struct outlet *outlet = ((struct socket_call *)owner)->outlet;
	struct connection *connection = outlet->connection;
	struct bytes_view text = bytes_view(answer.text, answer.size);

	forget_call(owner);
	if (answer.status == 503) {
		websocket_end(connection, FRAMES_INTERNAL, "out of memory");
	} else if (!outlet_hold(outlet, answer.size)) {
		websocket_end(connection, FRAMES_TRY_LATER,
		              "too much is being answered at once: try again");
	} else if (answer.size > 0) {
		put_text(outlet, &text, 1);
		outlet_flush(outlet);
	}
	memory_free(answer.text);
	if (!outlet->websocket->is_taking)
		websocket_go_on(outlet);
}

/* -- What comes -------------------------------------------------------------------- */

/* The text that came, as an exchange, with what was taken from the budget for it. */
static struct exchange *exchange_of(struct outlet *outlet)
{
	struct websocket *websocket = outlet->websocket;
	struct dispatcher *dispatcher = &outlet->connection->all->dispatcher;
	size_t size = websocket->frames.message.size;
	uint8_t *block = buffer_take(&websocket->frames.message);
	struct exchange *exchange =
		exchange_new(dispatcher, block, websocket->message_held, bytes_view(block, size),
	                 websocket->is_trusted);

	if (!exchange) {
		memory_free(block);
		budget_give(&dispatcher->held, websocket->message_held);
	}
	websocket->message_held = 0;
	return exchange;
}

static void begin_call(struct connection *connection)
{
	struct outlet *outlet = connection->outlet;
	struct websocket *websocket = outlet->websocket;
	struct socket_call *call = memory_new(sizeof *call);
	struct exchange *exchange = exchange_of(outlet);

	websocket->message_count++;
	if (!call || !exchange) {
		memory_free(call);
		if (exchange)
			exchange_free(exchange);
		websocket_end(connection, FRAMES_TRY_LATER, "out of memory: try again");
		return;
	}
	*call = (struct socket_call){websocket->calls, outlet, exchange};
	websocket->calls = call;
	websocket->call_count++;
	exchange->outlet = outlet;
	exchange_start(exchange, on_answer, call);
}

static void answer_ping(struct connection *connection)
{
	struct frames *frames = &connection->outlet->websocket->frames;
	struct bytes_view control = bytes_view(frames->control, frames->control_size);

	frames_put(frames, &connection->outlet->ready, FRAMES_KIND_PONG, &control, 1);
	outlet_flush(connection->outlet);
}

static void deal_with(struct connection *connection, enum frames_found found)
{
	struct websocket *websocket = connection->outlet->websocket;

	switch (found) {
	case FRAMES_MORE:
		break;
	case FRAMES_MESSAGE:
		begin_call(connection);
		break;
	case FRAMES_PING:
		answer_ping(connection);
		break;
	case FRAMES_PONG:
		websocket->awaits_pong = false;
		break;
	case FRAMES_CLOSE:
		websocket_end(connection, websocket->frames.code, "");
		break;
	case FRAMES_WRONG:
		websocket_end(connection, websocket->frames.code, websocket->frames.reason);
		break;
	}
}

/* Memory of the message that is coming, from the budget of all. */
static bool hold_message(struct outlet *outlet)
{
	struct websocket *websocket = outlet->websocket;
	size_t capacity = websocket->frames.message.capacity;

	if (capacity <= websocket->message_held)
		return true;
	if (!budget_take(outlet_budget(outlet), capacity - websocket->message_held))
		return false;
	websocket->message_held = capacity;
	return true;
}

static bool may_take(const struct connection *connection)
{
	const struct outlet *outlet = connection->outlet;

	return connection->state == CONNECTION_STREAMING && !outlet->is_ending &&
	       outlet_has_room(outlet) &&
	       outlet->websocket->call_count < RPC_SOCKET_CALLS_MAX;
}

void websocket_take(struct connection *connection)
{
	struct websocket *websocket = connection->outlet->websocket;
	enum frames_found found = FRAMES_PING; /* something may lie ready */

	websocket->is_taking = true;
	while (found != FRAMES_MORE && may_take(connection)) {
		struct buffer *input = &connection->input;
		struct bytes_view left =
			bytes_view(input->at + connection->taken, input->size - connection->taken);

		found = frames_read(&websocket->frames, &left);
		connection->taken = input->size - left.size;
		if (hold_message(connection->outlet))
			deal_with(connection, found);
		else
			websocket_end(connection, FRAMES_TRY_LATER,
			              "too much is being sent to this node at once: try again");
	}
	websocket->is_taking = false;
	if (connection->state != CONNECTION_STREAMING)
		return;
	if (may_take(connection))
		connection_read(connection);
	else
		connection_stop_reading(connection);
}

void websocket_go_on(struct outlet *outlet)
{
	if (outlet->websocket && may_take(outlet->connection) &&
	    !outlet->connection->is_reading)
		websocket_take(outlet->connection);
}

/* -- Events ------------------------------------------------------------------------ */

void websocket_put_event(struct subscription *subscription, const struct rpc_event *event)
{
	char head[128];
	struct bytes_view parts[] = {
		bytes_view(head, 0),
		buffer_view(&event->members),
		text_view("}}"),
	};

	parts[0].size = (size_t)snprintf(head, sizeof head,
	                                 "{\"jsonrpc\":\"2.0\",\"method\":\"sub.event\","
	                                 "\"params\":{\"subscription\":%" PRIu64 ",",
	                                 subscription->number);
	put_text(subscription->outlet, parts, 3);
}

void websocket_put_end(struct subscription *subscription, const struct rpc_fault *fault)
{
	const struct rpc_backend *backend = subscription->all->backend;
	struct outlet *outlet = subscription->outlet;
	char cursor[RPC_EVENT_CURSOR_SIZE];
	struct bytes_view part;
	struct buffer text;

	rpc_place_write(cursor, backend->feed_place(subscription->feed));
	buffer_init(&text, RPC_ANSWER_MAX);
	buffer_printf(&text,
	              "{\"jsonrpc\":\"2.0\",\"method\":\"sub.ended\",\"params\":{"
	              "\"subscription\":%" PRIu64 ",\"cursor\":\"%s\",\"error\":",
	              subscription->number, cursor);
	rpc_error_write(&text, fault->code, fault->message, NULL);
	buffer_append_text(&text, "}}");
	part = buffer_view(&text);
	if (text.status == STATUS_OK)
		put_text(outlet, &part, 1);
	else
		outlet->ready.status = text.status;
	buffer_close(&text);
	subscription_free(subscription);
}

/* -- Life signs -------------------------------------------------------------------- */

/* A message that has been coming for a whole tick. */
static bool is_stuck(struct websocket *websocket)
{
	bool is_amid = frames_is_amid(&websocket->frames);
	bool is_same =
		websocket->was_amid && websocket->amid_count == websocket->message_count;

	websocket->was_amid = is_amid;
	websocket->amid_count = websocket->message_count;
	return is_amid && is_same;
}

/* Answers are memory of ours until they are read: of who reads them more slowly than
 * answers over HTTP must be read. Events are not meant, there are only a few of them. */
static bool is_hoarding(struct outlet *outlet)
{
	struct websocket *websocket = outlet->websocket;
	const struct rpc_server_limits *limits = &outlet->connection->all->limits;
	size_t least = (size_t)((uint64_t)limits->answer_rate * limits->ping_ms / 1000);
	size_t unread = outlet_unread_size(outlet);
	bool is_slow = websocket->had_answers && outlet_holds(outlet) &&
	               unread + least > websocket->unread_size;

	websocket->had_answers = outlet_holds(outlet);
	websocket->unread_size = unread;
	return is_slow;
}

void websocket_tick(struct connection *connection)
{
	struct outlet *outlet = connection->outlet;
	struct websocket *websocket = outlet->websocket;

	if (is_hoarding(outlet)) {
		connection_close(connection);
	} else if (connection->is_reading && is_stuck(websocket)) {
		websocket_end(connection, FRAMES_POLICY, "a message took too long to come");
	} else if (websocket->awaits_pong) {
		/* While nothing is read from it, it cannot be heard. */
		if (connection->is_reading && ++websocket->silent_ticks >= 2)
			connection_close(connection);
	} else if (!outlet->is_writing) {
		websocket->awaits_pong = true;
		websocket->silent_ticks = 0;
		frames_put(&websocket->frames, &outlet->ready, FRAMES_KIND_PING, NULL, 0);
		outlet_flush(outlet);
	}
}
