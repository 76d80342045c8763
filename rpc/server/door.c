/* Where clients come in: who is taken, and who is one too many. */
#include "rpc/server/connection.h"

#include <netinet/in.h>
#include <unistd.h>

static struct client_address address_of(const struct sockaddr_storage *from)
{
	struct client_address address = {0};

	if (from->ss_family == AF_INET) {
		memset(address.bytes + 10, 0xff, 2);
		memcpy(address.bytes + 12, &((const struct sockaddr_in *)from)->sin_addr, 4);
	} else {
		/* Whoever has one IPv6 address has the 2^64 beside it. */
		memcpy(address.bytes, &((const struct sockaddr_in6 *)from)->sin6_addr, 8);
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

/* -- The next client ---------------------------------------------------------------- */

static void on_client(void *owner, int socket_number, const struct sockaddr_storage *from)
{
	const struct door *door = owner;
	struct connection *connection = connection_new(door->all, door->is_local);
	int failed;

	if (!connection) {
		close(socket_number);
		return;
	}
	failed = door->is_local ? uv_pipe_open(&connection->socket.pipe, socket_number)
	                        : uv_tcp_open(&connection->socket.tcp, socket_number);
	if (failed) {
		close(socket_number);
		connection_close(connection);
		return;
	}
	if (!door->is_local)
		connection->address = address_of(from);
	if (is_one_too_many(connection)) {
		send_away(connection);
		return;
	}
	if (!door->is_local)
		uv_tcp_nodelay(&connection->socket.tcp, 1);
	connection_open(connection);
}

enum status door_open(struct door *door, struct connections *all, int socket_number,
                      bool is_local, struct why *why)
{
	int failed;

	*door = (struct door){
	    .all = all,
	    .is_local = is_local,
	    .acceptor = {.owner = door, .on_client = on_client},
	};
	failed = acceptor_open(&door->acceptor, all->loop, socket_number);
	if (!failed)
		return STATUS_OK;
	door_close(door);
	return why_say(why, STATUS_NETWORK, "cannot listen: %s", uv_strerror(failed));
}

void door_close(struct door *door)
{
	acceptor_close(&door->acceptor);
}
