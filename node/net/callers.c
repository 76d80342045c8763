/* Those who call: where they come in, and whom the node begins a handshake with. What decides is
 * cheaper than the first act, and nothing is kept of who is turned away. */
#include "node/net/inner.h"

#include "node/shell/clock.h"
#include "node/shell/logger.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <unistd.h>
#include <utlist.h>

static void name_address(char text[ENDPOINT_TEXT_SIZE], const struct sockaddr_storage *from)
{
	struct endpoint endpoint = {.kind = ENDPOINT_IPV4};

	if (from->ss_family == AF_INET6) {
		const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)(const void *)from;

		endpoint.kind = ENDPOINT_IPV6;
		endpoint.port = ntohs(six->sin6_port);
		uv_ip6_name(six, endpoint.host, sizeof endpoint.host);
	} else {
		const struct sockaddr_in *four = (const struct sockaddr_in *)(const void *)from;

		endpoint.port = ntohs(four->sin_port);
		uv_ip4_name(four, endpoint.host, sizeof endpoint.host);
	}
	endpoint_text(text, &endpoint);
}

static size_t host_size(const char *address)
{
	return (size_t)(strrchr(address, ':') - address);
}

/* -- Whom ------------------------------------------------------------------------------------ */

/* Handshakes under way that others began, in all and from this address. A flood of them leaves
 * some for where those are whom we keep dialing. */
static bool has_room(const struct net *net, const char *address, bool is_kept)
{
	size_t size = host_size(address), all = 0, same = 0;
	const struct net_peer *peer;

	DL_FOREACH(net->peers, peer) {
		if (peer->dial || peer->is_closing || peer->session.state >= SESSION_ACTIVE)
			continue;
		all++;
		same += host_size(peer->address) == size && memcmp(peer->address, address, size) == 0;
	}
	return all < NET_PENDING_MAX + (is_kept ? NET_PENDING_KEPT : 0) &&
	       same < NET_PENDING_PER_ADDRESS_MAX;
}

bool net_admits_address(const struct net *net, const char *address)
{
	const struct net_config *config = &net->config;

	return !config->admits_address || config->admits_address(config->owner, address);
}

/* NULL: a handshake may begin; else why not. */
static const char *why_not(struct net *net, const char *address,
                           const struct sockaddr_storage *storage)
{
	struct net_address from = net_socket_address((const struct sockaddr *)storage);
	bool is_kept = dial_is_at(net, &from);

	switch (callers_rate_ask(&net->callers_rate, &from, is_kept, clock_monotonic_ms())) {
	case CALLERS_MAY:
		break;
	case CALLERS_TOO_MANY:
		return "too many call";
	case CALLERS_TOO_FAST:
		return "its group calls too often";
	}
	if (!has_room(net, address, is_kept))
		return "too many handshakes are under way";
	return net_admits_address(net, address) ? NULL : "its address is banned";
}

static void on_client(void *owner, int socket, const struct sockaddr_storage *from)
{
	struct net *net = owner;
	char address[ENDPOINT_TEXT_SIZE];
	const char *why;
	struct net_peer *peer;

	name_address(address, from);
	why = why_not(net, address, from);
	peer = why ? NULL : peer_new(net, NULL);
	if (!peer) {
		close(socket);
		net->gone.turned_away++;
		logger_debug(LOG_P2P, "not_taken", log_string("address", address),
		             log_string("why", why ? why : "out of memory"));
		return;
	}
	memcpy(peer->address, address, sizeof address);
	if (uv_tcp_open(&peer->tcp, socket) == 0) {
		peer_begin_called(peer);
		return;
	}
	close(socket);
	peer_end(peer, false);
}

/* Said when it begins, and then ever more rarely. */
static void on_shed(void *owner)
{
	const struct net *net = owner;
	uint64_t count = net->acceptor.shed_count;

	if ((count & (count - 1)) == 0)
		logger_warn(LOG_P2P, "no_descriptors", log_u64("closed", count),
		            log_string("hint", "raise the limit of open files (LimitNOFILE, "
		                               "ulimit -n)"));
}

/* -- Where ----------------------------------------------------------------------------------- */

/* The first address that the text means. */
static int find_address(const struct net *net, struct sockaddr_storage *address, socklen_t *size,
                        const struct endpoint *endpoint)
{
	static const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
	                                      .ai_flags = AI_PASSIVE};
	uv_getaddrinfo_t lookup;
	char port[8];
	int error;

	snprintf(port, sizeof port, "%u", endpoint->port);
	error = uv_getaddrinfo(net->config.loop, &lookup, NULL, endpoint->host, port, &hints);
	if (error != 0)
		return error;
	*size = lookup.addrinfo->ai_addrlen;
	memcpy(address, lookup.addrinfo->ai_addr, *size);
	uv_freeaddrinfo(lookup.addrinfo);
	return 0;
}

/* A socket that listens there, or an error of libuv. */
static int listen_at(const struct sockaddr_storage *address, socklen_t size)
{
	int yes = 1, error;
	int listening = socket(address->ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (listening < 0)
		return uv_translate_sys_error(errno);
	if (setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
	    bind(listening, (const struct sockaddr *)address, size) == 0 &&
	    listen(listening, NET_BACKLOG) == 0)
		return listening;
	error = uv_translate_sys_error(errno);
	close(listening);
	return error;
}

static void on_closed(void *owner)
{
	struct net *net = owner;

	net->handle_count--;
	net_check_stopped(net);
}

static int open_at(struct net *net, struct sockaddr_storage *address, socklen_t size)
{
	int listening = listen_at(address, size), error;

	if (listening < 0)
		return listening;
	size = sizeof *address;
	if (getsockname(listening, (struct sockaddr *)address, &size) == 0)
		name_address(net->address, address);
	net->acceptor = (struct acceptor){
		.owner = net,
		.on_client = on_client,
		.on_shed = on_shed,
		.on_closed = on_closed,
	};
	error = acceptor_open(&net->acceptor, net->config.loop, listening);
	net->handle_count += net->acceptor.handles_open > 0;
	return error;
}

enum status callers_listen(struct net *net, struct why *why)
{
	const char *text = net->config.listen;
	struct sockaddr_storage address = {0};
	struct endpoint endpoint;
	socklen_t size = 0;
	int error;

	callers_rate_init(&net->callers_rate, clock_monotonic_ms());
	if (!*text)
		return STATUS_OK;
	if (endpoint_parse(&endpoint, text_view(text)))
		return why_set(why, STATUS_NETWORK, "listen for peers at %s", text);
	error = find_address(net, &address, &size, &endpoint);
	if (error == 0)
		error = open_at(net, &address, size);
	if (error == UV_EADDRINUSE)
		return why_say(why, STATUS_NETWORK,
		               "listen for peers at %s: it is taken: another node runs, or another "
		               "program has it (p2p.listen says where this one listens)",
		               text);
	return error == 0 ? STATUS_OK
	                  : why_say(why, STATUS_NETWORK, "listen for peers at %s: %s", text,
	                            uv_strerror(error));
}
