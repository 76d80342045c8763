/* As little of an HTTP/1.1 client as measures the node and not itself. */
#include "tests/live/live.h"

#include "chain/base/memory.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { ANSWER_MAX = 16 << 20 };

static int open_socket(const struct live_node *node)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int opened = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof address.sun_path, "%s", node->socket);
	if (opened < 0 || connect(opened, (struct sockaddr *)&address, sizeof address) != 0)
		live_fail("cannot connect to %s: %s", node->socket, strerror(errno));
	return opened;
}

void live_connect(struct live_connection *connection, const struct live_node *node)
{
	*connection = (struct live_connection){.node = node, .socket = open_socket(node)};
	buffer_init(&connection->answer, ANSWER_MAX);
	buffer_init(&connection->input, ANSWER_MAX);
}

void live_disconnect(struct live_connection *connection)
{
	close(connection->socket);
	buffer_close(&connection->answer);
	buffer_close(&connection->input);
}

static bool write_all(struct live_connection *connection, struct bytes_view bytes)
{
	while (bytes.size > 0) {
		ssize_t size = send(connection->socket, bytes.at, bytes.size, MSG_NOSIGNAL);

		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			return false;
		bytes.at += size;
		bytes.size -= (size_t)size;
	}
	return true;
}

/* What a lost connection means: the end, or something that the caller reckons with. */
static bool lose(struct live_connection *connection)
{
	if (!connection->may_break)
		live_fail("the node closed the connection: %s", strerror(errno));
	connection->is_lost = true;
	return false;
}

/* The node closes what is idle for RPC_IDLE_TIMEOUT_S, and on a busy machine a test may be away for
 * as long. As other clients do (RFC 9112, 9.3.1): seen before anything is sent, it is opened again. */
static void reopen_if_closed(struct live_connection *connection)
{
	char byte;

	if (connection->may_break || connection->input.size > 0 ||
	    recv(connection->socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) != 0)
		return;
	close(connection->socket);
	connection->socket = open_socket(connection->node);
}

bool live_send(struct live_connection *connection, struct bytes_view body)
{
	char head[256];
	int size = snprintf(head, sizeof head,
	                    "POST / HTTP/1.1\r\nHost: localhost\r\n"
	                    "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
	                    body.size);

	connection->sent_s = live_now_s();
	if (write_all(connection, bytes_view(head, (size_t)size)) &&
	    write_all(connection, body))
		return true;
	return lose(connection);
}

/* Takes one whole answer out of the input. */
static bool take_answer(struct live_connection *connection)
{
	struct buffer *input = &connection->input;
	const char *head, *end, *length;
	size_t head_size, body_size, left;

	buffer_append(input, "", 1);
	input->size--;
	head = (const char *)input->at;
	end = strstr(head, "\r\n\r\n");
	if (!end)
		return false;
	head_size = (size_t)(end - head) + 4;
	length = strcasestr(head, "\r\ncontent-length:");
	if (strncmp(head, "HTTP/1.1 200", 12) != 0 || !length || length > end)
		live_fail("not the answer that was expected: %.200s", head);
	body_size = (size_t)strtoull(length + 17, NULL, 10);
	if (input->size < head_size + body_size)
		return false;
	buffer_clear(&connection->answer);
	buffer_append(&connection->answer, input->at + head_size, body_size);
	buffer_append(&connection->answer, "", 1);
	left = input->size - head_size - body_size;
	memmove(input->at, input->at + head_size + body_size, left);
	input->size = left;
	return true;
}

bool live_receive(struct live_connection *connection, bool wait)
{
	for (;;) {
		uint8_t piece[64 << 10];
		ssize_t size;

		if (connection->input.size > 0 && take_answer(connection))
			return true;
		size = recv(connection->socket, piece, sizeof piece, wait ? 0 : MSG_DONTWAIT);
		if (size > 0)
			buffer_append(&connection->input, piece, (size_t)size);
		else if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return false;
		else if (size == 0 || errno != EINTR)
			return lose(connection);
	}
}

const char *live_call(struct live_connection *connection, const char *method,
                       const char *params)
{
	struct buffer body;
	const char *text;

	reopen_if_closed(connection);
	buffer_init(&body, ANSWER_MAX);
	buffer_printf(&body, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":%s}",
	              method, params);
	if (!live_send(connection, buffer_view(&body)) || !live_receive(connection, true)) {
		buffer_close(&body);
		return NULL;
	}
	buffer_close(&body);
	text = (const char *)connection->answer.at;
	if (strstr(text, "\"error\":") && !connection->may_break)
		live_fail("%s: %.400s", method, text);
	return text;
}

uint64_t live_answer_u64(const struct live_connection *connection, const char *name)
{
	const char *text = (const char *)connection->answer.at;
	char wanted[64];
	const char *at;

	snprintf(wanted, sizeof wanted, "\"%s\":", name);
	at = strstr(text, wanted);
	if (!at)
		live_fail("no %s in %.200s", name, text);
	return strtoull(at + strlen(wanted), NULL, 10);
}

uint64_t live_metric(const struct live_node *node, const char *name)
{
	static const char request[] = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n"
								  "Connection: close\r\n\r\n";
	static char answer[1 << 20];
	struct live_connection connection;
	char wanted[128];
	size_t size = 0;
	const char *at;
	ssize_t got;

	live_connect(&connection, node);
	if (!write_all(&connection, bytes_view(request, strlen(request))))
		live_fail("the metrics cannot be asked for");
	while ((got = recv(connection.socket, answer + size, sizeof answer - size - 1, 0)) > 0)
		size += (size_t)got;
	answer[size] = '\0';
	live_disconnect(&connection);
	snprintf(wanted, sizeof wanted, "\ncairn_%s ", name);
	at = strstr(answer, wanted);
	if (!at)
		live_fail("no %s in the metrics", name);
	return strtoull(at + strlen(wanted), NULL, 10);
}
