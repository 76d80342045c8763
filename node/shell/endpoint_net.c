#include "node/shell/endpoint_net.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

bool endpoint_to_net(struct net_address *address, const struct endpoint *endpoint)
{
	*address = (struct net_address){.port = endpoint->port};
	if (endpoint->kind == ENDPOINT_NAME)
		return false;
	address->kind = endpoint->kind == ENDPOINT_IPV4 ? NET_IPV4 : NET_IPV6;
	if (inet_pton(endpoint->kind == ENDPOINT_IPV4 ? AF_INET : AF_INET6, endpoint->host,
	              address->bytes) != 1) {
		*address = (struct net_address){0};
		return false;
	}
	net_address_fold(address);
	return true;
}

void endpoint_from_net(struct endpoint *endpoint, const struct net_address *address)
{
	bool is_four = address->kind == NET_IPV4;

	*endpoint = (struct endpoint){.kind = is_four ? ENDPOINT_IPV4 : ENDPOINT_IPV6,
	                              .port = address->port};
	inet_ntop(is_four ? AF_INET : AF_INET6, address->bytes, endpoint->host,
	          sizeof endpoint->host);
}

/* localhost, and every name below it. */
static bool is_localhost(const char *name)
{
	static const char localhost[] = "localhost";
	size_t size = strlen(name), end = sizeof localhost - 1;

	return size >= end && strncasecmp(name + size - end, localhost, end) == 0 &&
	       (size == end || name[size - end - 1] == '.');
}

enum net_scope endpoint_scope(const struct endpoint *endpoint)
{
	struct net_address address;

	if (endpoint_to_net(&address, endpoint))
		return net_address_scope(&address);
	if (endpoint->port == 0)
		return NET_NEVER;
	return is_localhost(endpoint->host) ? NET_LOOPBACK : NET_PUBLIC;
}
