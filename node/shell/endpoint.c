#include "node/shell/endpoint.h"

#include "chain/base/text.h"

#include <arpa/inet.h>
#include <stdio.h>

static bool is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Labels of 1..63 letters, digits and inner hyphens, with dots between. */
static bool is_name(const char *host)
{
	size_t label_size = 0;

	for (size_t i = 0; host[i]; i++) {
		if (host[i] == '.') {
			if (label_size == 0 || host[i - 1] == '-')
				return false;
			label_size = 0;
			continue;
		}
		if (!is_letter_or_digit(host[i]) && !(host[i] == '-' && label_size > 0))
			return false;
		if (++label_size > 63)
			return false;
	}
	return label_size > 0 && host[strlen(host) - 1] != '-';
}

static const char *judge_host(struct endpoint *endpoint, bool brackets)
{
	unsigned char bytes[sizeof(struct in6_addr)];

	if (brackets) {
		endpoint->kind = ENDPOINT_IPV6;
		return inet_pton(AF_INET6, endpoint->host, bytes) == 1
		           ? NULL
		           : "what stands in brackets is no IPv6 address";
	}
	if (strchr(endpoint->host, ':'))
		return "an IPv6 address stands in brackets: [::1]:17471";
	if (strspn(endpoint->host, "0123456789.") == strlen(endpoint->host)) {
		endpoint->kind = ENDPOINT_IPV4;
		return inet_pton(AF_INET, endpoint->host, bytes) == 1
		           ? NULL
		           : "an IPv4 address is four numbers of 0..255 with dots between";
	}
	endpoint->kind = ENDPOINT_NAME;
	return is_name(endpoint->host)
	           ? NULL
	           : "a host name is made of letters, digits, hyphens and dots";
}

const char *endpoint_parse(struct endpoint *endpoint, struct bytes_view text)
{
	bool brackets = text.size > 0 && text.at[0] == '[';
	size_t start = brackets;
	size_t colon = text.size; /* of the last one */
	size_t end;
	struct bytes_view port_text;
	uint64_t port;

	while (colon > 0 && text.at[colon - 1] != ':')
		colon--;
	if (colon == 0)
		return "a port is missing: write ADDRESS:PORT";
	end = --colon;
	if (brackets && (end < 2 || text.at[--end] != ']'))
		return "']' and a port are missing behind the IPv6 address";
	if (end == start)
		return "a host is missing before the port: 127.0.0.1 is this machine alone, "
		       "0.0.0.0 all its networks";
	if (end - start > ADDRESS_SIZE_MAX || memchr(text.at, 0, end))
		return "no host has such a name";
	port_text = bytes_view(text.at + colon + 1, text.size - colon - 1);
	if (!decimal_decode(&port, port_text) || port > UINT16_MAX)
		return "a port is a number of 0..65535 behind the last colon";

	memcpy(endpoint->host, text.at + start, end - start);
	endpoint->host[end - start] = '\0';
	endpoint->port = (uint16_t)port;
	return judge_host(endpoint, brackets);
}

void endpoint_text(char text[ENDPOINT_TEXT_SIZE], const struct endpoint *endpoint)
{
	const char *format = endpoint->kind == ENDPOINT_IPV6 ? "[%s]:%u" : "%s:%u";

	snprintf(text, ENDPOINT_TEXT_SIZE, format, endpoint->host, (unsigned)endpoint->port);
}
