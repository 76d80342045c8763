#include "rpc/server/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

union address {
	struct sockaddr any;
	struct sockaddr_in ip4;
	struct sockaddr_in6 ip6;
};

int listener_take(struct listener *listener)
{
	int taken = listener->socket;

	listener->socket = -1;
	return taken;
}

/* -- TCP ---------------------------------------------------------------------------- */

static bool read_address(union address *address, socklen_t *size, const char *text,
                         uint16_t port)
{
	memset(address, 0, sizeof *address);
	if (inet_pton(AF_INET, text, &address->ip4.sin_addr) == 1) {
		address->ip4.sin_family = AF_INET;
		address->ip4.sin_port = htons(port);
		*size = sizeof address->ip4;
		return true;
	}
	if (inet_pton(AF_INET6, text, &address->ip6.sin6_addr) == 1) {
		address->ip6.sin6_family = AF_INET6;
		address->ip6.sin6_port = htons(port);
		*size = sizeof address->ip6;
		return true;
	}
	return false;
}

static uint16_t port_of(int socket_number)
{
	union address address;
	socklen_t size = sizeof address;

	if (getsockname(socket_number, &address.any, &size) != 0)
		return 0;
	return ntohs(address.any.sa_family == AF_INET6 ? address.ip6.sin6_port
	                                               : address.ip4.sin_port);
}

enum status listener_open_tcp(struct listener *listener, const char *address,
                              uint16_t port, struct why *why)
{
	union address bound;
	socklen_t size;
	int yes = 1;
	enum status status;

	*listener = (struct listener){.socket = -1};
	if (!read_address(&bound, &size, address, port))
		return why_say(
		    why, STATUS_MALFORMED,
		    "\"%s\" is no address to listen on: give digits, as 127.0.0.1 or ::1",
		    address);
	listener->socket = socket(bound.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listener->socket >= 0 &&
	    setsockopt(listener->socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
	    (bound.any.sa_family != AF_INET6 ||
	     setsockopt(listener->socket, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes) ==
	         0) &&
	    bind(listener->socket, &bound.any, size) == 0 &&
	    listen(listener->socket, SOMAXCONN) == 0) {
		listener->port = port_of(listener->socket);
		return STATUS_OK;
	}
	status =
	    errno == EADDRINUSE
	        ? why_say(why, STATUS_BUSY,
	                  "port %u of %s is taken: another node runs, or another program has "
	                  "it",
	                  port, address)
	        : why_say(why, STATUS_NETWORK, "cannot listen on %s port %u: %s", address,
	                  port, strerror(errno));
	listener_close(listener);
	return status;
}

/* -- Unix --------------------------------------------------------------------------- */

static bool unix_address(struct sockaddr_un *address, const char *path)
{
	memset(address, 0, sizeof *address);
	address->sun_family = AF_UNIX;
	if (strlen(path) >= sizeof address->sun_path)
		return false;
	strcpy(address->sun_path, path);
	return true;
}

/* Only a refused connection proves that nobody listens any more: a full queue, or no
 * right to connect, is a sign of life. */
static bool is_stale(const struct sockaddr_un *address)
{
	int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool refused;

	if (probe < 0)
		return false;
	refused = connect(probe, (const struct sockaddr *)(const void *)address,
	                  sizeof *address) != 0 &&
	          errno == ECONNREFUSED;
	close(probe);
	return refused;
}

/* Whatever stands at the path makes room, or the reason why not. */
static enum status clear_path(const struct sockaddr_un *address, const char *path,
                              struct why *why)
{
	struct stat facts;

	if (lstat(path, &facts) != 0)
		return STATUS_OK;
	if (!S_ISSOCK(facts.st_mode))
		return why_say(why, STATUS_NETWORK, "%s is in the way: it is no socket", path);
	if (!is_stale(address))
		return why_say(why, STATUS_BUSY, "another process listens on %s", path);
	if (unlink(path) != 0)
		return why_say(why, STATUS_NETWORK, "cannot remove the old %s: %s", path,
		               strerror(errno));
	return STATUS_OK;
}

/* The mode is set on the socket before it has a name, so that the file never has another.
 */
static bool bind_unix(int socket_number, const struct sockaddr_un *address)
{
	return fchmod(socket_number, 0600) == 0 &&
	       bind(socket_number, (const struct sockaddr *)(const void *)address,
	            sizeof *address) == 0 &&
	       listen(socket_number, SOMAXCONN) == 0;
}

enum status listener_open_unix(struct listener *listener, const char *path,
                               struct why *why)
{
	struct sockaddr_un address;
	struct stat facts;
	enum status status;

	*listener = (struct listener){.socket = -1};
	if (!unix_address(&address, path))
		return why_say(why, STATUS_TOO_LARGE,
		               "the path of a socket has at most 107 characters: %s", path);
	status = clear_path(&address, path, why);
	if (status != STATUS_OK)
		return status;
	listener->socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listener->socket < 0 || !bind_unix(listener->socket, &address) ||
	    lstat(path, &facts) != 0) {
		status = why_say(why, STATUS_NETWORK, "cannot listen on %s: %s", path,
		                 strerror(errno));
		listener_close(listener);
		return status;
	}
	listener->path = path;
	listener->file_device = facts.st_dev;
	listener->file_number = facts.st_ino;
	return STATUS_OK;
}

void listener_close(struct listener *listener)
{
	struct stat facts;

	if (listener->path && lstat(listener->path, &facts) == 0 &&
	    facts.st_dev == listener->file_device && facts.st_ino == listener->file_number)
		unlink(listener->path);
	if (listener->socket >= 0)
		close(listener->socket);
	*listener = (struct listener){.socket = -1};
}
