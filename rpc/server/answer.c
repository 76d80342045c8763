/* The second half of a connection: how answers go out, and what follows them. */
#include "chain/base/invariant.h"
#include "chain/base/limits.h"
#include "chain/base/memory.h"
#include "rpc/server/connection.h"

/* -- What follows ------------------------------------------------------------------- */

static void on_shutdown(uv_shutdown_t *request, int status)
{
	struct connection *connection = request->data;

	if (status < 0 && connection->state != CONNECTION_CLOSING)
		connection_close(connection);
}

/* Our side is shut and the rest of what the client sends is read and dropped for a
 * moment: closed with bytes unread, the kernel would reset the connection and the client
 * might never see the answer. */
void connection_linger(struct connection *connection)
{
	connection->state = CONNECTION_LINGERING;
	connection->input.size = connection->taken;
	connection->shutdown.data = connection;
	if (connection->peer_has_ended ||
	    uv_shutdown(&connection->shutdown, &connection->socket.stream, on_shutdown) !=
	        0) {
		connection_close(connection);
		return;
	}
	connection_deadline(connection, RPC_LINGER_TIMEOUT_MS);
	connection_read(connection);
}

static void drop_answer(struct connection *connection)
{
	memory_free(connection->answer);
	connection->answer = NULL;
	budget_give(&connection->all->dispatcher.held, connection->answer_held);
	connection->answer_held = 0;
}

static void on_written(uv_write_t *request, int status)
{
	struct connection *connection = request->data;

	drop_answer(connection);
	if (connection->state == CONNECTION_CLOSING)
		return;
	INVARIANT(connection->state == CONNECTION_WRITING);
	if (status < 0)
		connection_close(connection);
	else if (connection->keep_alive && !connection->all->is_stopping)
		connection_next(connection);
	else
		connection_linger(connection);
}

/* -- Writing ------------------------------------------------------------------------ */

static void write_out(struct connection *connection, size_t head_size, size_t text_size)
{
	uv_buf_t pieces[2] = {
	    {.base = connection->answer_head, .len = head_size},
	    {.base = (char *)connection->answer, .len = text_size},
	};
	const struct rpc_server_limits *limits = &connection->all->limits;
	uint64_t rate_ms = (uint64_t)text_size * 1000 / limits->answer_rate;

	connection->state = CONNECTION_WRITING;
	connection->write.data = connection;
	/* Who reads slower than this would make us keep the answer as long as he likes. */
	connection_deadline(connection, limits->idle_timeout_ms + rate_ms);
	if (uv_write(&connection->write, &connection->socket.stream, pieces,
	             text_size > 0 ? 2 : 1, on_written) != 0) {
		drop_answer(connection);
		connection_close(connection);
	}
}

void connection_answer(struct connection *connection, unsigned status,
                       const char *content_type, const char *extra, uint8_t *text,
                       size_t size)
{
	size_t head_size;

	if (!budget_take(&connection->all->dispatcher.held, size)) {
		memory_free(text);
		connection_refuse(connection, 503, RPC_LIMIT_EXCEEDED,
		                  "too much is being answered at once: try again", "");
		return;
	}
	if (connection->all->is_stopping)
		connection->keep_alive = false;
	connection->answer = text;
	connection->answer_held = size;
	head_size = http_answer_head(connection->answer_head, status, content_type, size,
	                             extra, connection->keep_alive);
	write_out(connection, head_size, connection->head_only ? 0 : size);
}

/* A program that posts reads JSON whatever the status is. */
static void write_refusal(struct buffer *text, bool is_post, enum rpc_code code,
                          const char *reason)
{
	if (is_post) {
		buffer_append_text(text, "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":");
		rpc_error_write(text, code, reason, NULL);
		buffer_append_text(text, "}");
	} else {
		buffer_printf(text, "%s\n", reason);
	}
}

void connection_refuse(struct connection *connection, unsigned status, enum rpc_code code,
                       const char *reason, const char *extra)
{
	struct buffer text;
	size_t size;

	connection->keep_alive = false;
	buffer_init(&text, RPC_ANSWER_MAX);
	write_refusal(&text, connection->is_post, code, reason);
	if (text.status != STATUS_OK)
		buffer_close(&text); /* then the status alone must do */
	size = text.size;
	connection->answer = buffer_take(&text);
	write_out(connection,
	          http_answer_head(connection->answer_head, status,
	                           connection->is_post ? "application/json"
	                                               : "text/plain; charset=utf-8",
	                           size, extra, false),
	          connection->head_only ? 0 : size);
}
