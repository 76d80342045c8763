/* Where clients come in: who is taken, and who is one too many. */
#include "chain/base/invariant.h"
#include "rpc/server/connection.h"

#include <netinet/in.h>
#include <unistd.h>

static struct client_address address_of(const struct connection *connection)
{
	struct client_address address = {0};
	struct sockaddr_storage peer;
	int size = sizeof peer;

	if (connection->is_local ||
	    uv_tcp_getpeername(&connection->socket.tcp, (struct sockaddr *)&peer, &size) != 0)
		return address;
	if (peer.ss_family == AF_INET) {
		memset(address.bytes + 10, 0xff, 2);
		memcpy(address.bytes + 12, &((struct sockaddr_in *)&peer)->sin_addr, 4);
	} else {
		/* Whoever has one IPv6 address has the 2^64 beside it. */
		memcpy(address.bytes, &((struct sockaddr_in6 *)&peer)->sin6_addr, 8);
	}
	return address;
}

static bool is_one_too_many(const struct connection *connection)
{
	const struct connections *all = connection->all;
	size_t count = 0;

	if (all->count > all->limits.connections || all->is_stopping)
		return true;
	if (connection->is_local)
		return false;
	for (const struct connection *other = all->newest; other; other = other->next)
		count += !other->is_local && memcmp(&other->address, &connection->address,
		                                    sizeof other->address) == 0;
	return count > all->limits.connections_per_address;
}

/* Too many: a word into the empty socket, and no more of our time. */
static void send_away(struct connection *connection)
{
	static char word[] = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n"
	                     "Connection: close\r\n\r\n";
	uv_buf_t piece = {.base = word, .len = sizeof word - 1};

	(void)uv_try_write(&connection->socket.stream, &piece, 1);
	connection_close(connection);
}

/* -- Without memory ----------------------------------------------------------------- */

static void accept_next(struct door *door);

static void on_turned_away(uv_handle_t *handle)
{
	struct door *door = handle->data;

	door->is_turning_away = false;
	if (door->has_waiting && !uv_is_closing(&door->listener.handle))
		accept_next(door);
}

static void socket_init(struct door *door, union socket *socket)
{
	int failed = door->is_local ? uv_pipe_init(door->all->loop, &socket->pipe, 0)
	                            : uv_tcp_init(door->all->loop, &socket->tcp);

	INVARIANT(failed == 0);
	socket->handle.data = door;
}

static void turn_away(struct door *door)
{
	if (door->is_turning_away) {
		door->has_waiting = true;
		return;
	}
	socket_init(door, &door->turned_away);
	door->is_turning_away = true;
	(void)uv_accept(&door->listener.stream, &door->turned_away.stream);
	uv_close(&door->turned_away.handle, on_turned_away);
}

/* -- The next client ---------------------------------------------------------------- */

static void accept_next(struct door *door)
{
	struct connection *connection = connection_new(door->all, door->is_local);

	door->has_waiting = false;
	if (!connection) {
		turn_away(door);
		return;
	}
	if (uv_accept(&door->listener.stream, &connection->socket.stream) != 0) {
		connection_close(connection);
		return;
	}
	connection->address = address_of(connection);
	if (is_one_too_many(connection)) {
		send_away(connection);
		return;
	}
	if (!door->is_local)
		uv_tcp_nodelay(&connection->socket.tcp, 1);
	connection_open(connection);
}

/* A status below 0 is a client that went before it was taken, or no descriptor left;
 * libuv deals with both. */
static void on_client(uv_stream_t *listener, int status)
{
	if (status == 0)
		accept_next(listener->data);
}

enum status door_open(struct door *door, struct connections *all, int socket_number,
                      bool is_local, struct why *why)
{
	int failed;

	*door = (struct door){.all = all, .is_local = is_local};
	socket_init(door, &door->listener);
	failed = is_local ? uv_pipe_open(&door->listener.pipe, socket_number)
	                  : uv_tcp_open(&door->listener.tcp, (uv_os_sock_t)socket_number);
	if (failed)
		close(socket_number);
	else
		failed = uv_listen(&door->listener.stream, SOMAXCONN, on_client);
	if (!failed)
		return STATUS_OK;
	door_close(door);
	return why_say(why, STATUS_NETWORK, "cannot listen: %s", uv_strerror(failed));
}

void door_close(struct door *door)
{
	if (door->all && !uv_is_closing(&door->listener.handle))
		uv_close(&door->listener.handle, NULL);
}
