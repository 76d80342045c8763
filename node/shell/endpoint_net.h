/* Endpoints, as people write them, and addresses, as peers tell them. */
#ifndef NODE_SHELL_ENDPOINT_NET_H
#define NODE_SHELL_ENDPOINT_NET_H

#include "node/p2p/net_address.h"
#include "node/shell/endpoint.h"

/* False: a name, which has to be looked up; *address is zero but for its port. */
MUST_CHECK bool endpoint_to_net(struct net_address *address, const struct endpoint *endpoint);

/* Of an IPv4 or IPv6 address. */
void endpoint_from_net(struct endpoint *endpoint, const struct net_address *address);

/* From how far it can be reached, as far as it says so itself: a name is looked up by nobody here,
 * and is NET_PUBLIC unless it is one of those that mean this machine (RFC 6761 section 6.3). */
enum net_scope endpoint_scope(const struct endpoint *endpoint);

#endif
