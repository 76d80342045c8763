/* Where a socket listens or connects: ADDR:PORT as people write it.
 *
 *     127.0.0.1:17471    [::1]:17471    node.example.org:17471 */
#ifndef NODE_SHELL_ENDPOINT_H
#define NODE_SHELL_ENDPOINT_H

#include "chain/base/bytes.h"
#include "chain/base/limits.h"
#include "chain/base/status.h"

enum endpoint_kind {
	ENDPOINT_IPV4,
	ENDPOINT_IPV6,
	ENDPOINT_NAME, /* to be looked up */
};

struct endpoint {
	enum endpoint_kind kind;
	char host[ADDRESS_SIZE_MAX + 1]; /* without brackets */
	uint16_t port;                   /* 0: a listener takes a free one */
};

/* Read an address with its port, nothing around it. IPv4 is four decimal numbers, IPv6
 * stands in brackets (RFC 3986 section 3.2.2), a name follows RFC 1123 section 2.1.
 * NULL when it is good; else what is wrong with it, a constant, and *endpoint is
 * undefined. */
MUST_CHECK const char *endpoint_parse(struct endpoint *endpoint, struct bytes_view text);

enum { ENDPOINT_TEXT_SIZE = ADDRESS_SIZE_MAX + sizeof "[]:65535" };

/* The text that endpoint_parse reads. */
void endpoint_text(char text[ENDPOINT_TEXT_SIZE], const struct endpoint *endpoint);

#endif
