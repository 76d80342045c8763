/* Where a node can be reached, and which addresses are near each other.
 *
 *     kind u8 | address: 4, 16 or 32 bytes | port u16
 *
 * Keys are free to mint, addresses are not: every limit that keeps one party from taking all
 * places counts prefixes of addresses. */
#ifndef NODE_P2P_NET_ADDRESS_H
#define NODE_P2P_NET_ADDRESS_H

#include "chain/codec/cursor.h"
#include "chain/codec/writer.h"

enum net_kind {
	NET_IPV4 = 1,
	NET_IPV6 = 2,
	NET_ONION = 3, /* version 3: the service's Ed25519 key, from which its name follows */
};

enum {
	NET_KINDS = 3,
	NET_ADDRESS_BYTES_MAX = 32,
	NET_ADDRESS_SIZE_MIN = 1 + 4 + 2,
	NET_ADDRESS_SIZE_MAX = 1 + NET_ADDRESS_BYTES_MAX + 2,
};

struct net_address {
	uint8_t kind;                         /* enum net_kind */
	uint8_t bytes[NET_ADDRESS_BYTES_MAX]; /* network byte order; unused ones zero */
	uint16_t port;
};

/* Bytes of an address of this kind; 0: there is no such kind. */
size_t net_kind_size(uint8_t kind);

/* STATUS_MALFORMED marks an unknown kind. A v4-mapped IPv6 address is decoded as it is: it
 * has scope NET_NEVER. */
size_t net_address_size(const struct net_address *address);
void net_address_put(struct writer *out, const struct net_address *address);
void net_address_get(struct cursor *in, struct net_address *address);

bool net_address_equal(const struct net_address *a, const struct net_address *b);
/* The same, whatever the ports. */
bool net_host_equal(const struct net_address *a, const struct net_address *b);

/* An IPv4 address that came as IPv6, ::ffff:a.b.c.d as a socket shows it, becomes IPv4. */
void net_address_fold(struct net_address *address);

/* From how far an address can be reached, by the registries of RFC 6890. */
enum net_scope {
	NET_NEVER,    /* nobody: multicast, documentation, mapped, translated; or port 0 */
	NET_LOOPBACK, /* this machine */
	NET_PRIVATE,  /* this site */
	NET_PUBLIC,
};

enum net_scope net_address_scope(const struct net_address *address);

/* -- Groups ------------------------------------------------------------------------------- */

enum { NET_GROUP_BYTES = 8 };

/* A prefix of an address. Comparable as memory. */
struct net_group {
	uint8_t kind;
	uint8_t bits;                   /* length of the prefix */
	uint8_t bytes[NET_GROUP_BYTES]; /* the prefix, zeros behind it */
};

/* The first `bits` of the address, at most 64. */
struct net_group net_prefix(const struct net_address *address, unsigned bits);

/* What one party is likely to hold as a whole: IPv4 /16, IPv6 /32, 4 bits of an onion. */
struct net_group net_group_of(const struct net_address *address);

static inline bool net_group_equal(const struct net_group *a, const struct net_group *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

#endif
