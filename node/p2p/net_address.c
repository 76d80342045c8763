#include "node/p2p/net_address.h"

#include "chain/base/invariant.h"

size_t net_kind_size(uint8_t kind)
{
	switch (kind) {
	case NET_IPV4:
		return 4;
	case NET_IPV6:
		return 16;
	case NET_ONION:
		return 32;
	default: /* a byte of a peer */
		return 0;
	}
}

size_t net_address_size(const struct net_address *address)
{
	return 1 + net_kind_size(address->kind) + 2;
}

void net_address_put(struct writer *out, const struct net_address *address)
{
	writer_u8(out, address->kind);
	writer_bytes(out, address->bytes, net_kind_size(address->kind));
	writer_u16(out, address->port);
}

void net_address_get(struct cursor *in, struct net_address *address)
{
	uint8_t kind = cursor_u8(in);
	size_t size = net_kind_size(kind);
	const uint8_t *at;

	*address = (struct net_address){0};
	if (size == 0)
		cursor_fail(in, STATUS_MALFORMED);
	at = cursor_take(in, size);
	address->kind = kind;
	if (at)
		memcpy(address->bytes, at, size);
	address->port = cursor_u16(in);
}

bool net_host_equal(const struct net_address *a, const struct net_address *b)
{
	return a->kind == b->kind && memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

bool net_address_equal(const struct net_address *a, const struct net_address *b)
{
	return a->port == b->port && net_host_equal(a, b);
}

static const uint8_t MAPPED[12] = {[10] = 0xff, [11] = 0xff};

void net_address_fold(struct net_address *address)
{
	struct net_address folded = {.kind = NET_IPV4, .port = address->port};

	if (address->kind != NET_IPV6 || memcmp(address->bytes, MAPPED, sizeof MAPPED) != 0)
		return;
	memcpy(folded.bytes, address->bytes + sizeof MAPPED, 4);
	*address = folded;
}

/* -- Scope -------------------------------------------------------------------------------- */

struct net_range {
	uint8_t prefix[4];
	uint8_t bits;
	enum net_scope scope;
};

/* IANA's special-purpose address registries, RFC 6890 and what it was updated with; the first
 * that fits. */
static const struct net_range IPV4_RANGES[] = {
	{{0}, 8, NET_NEVER},          /* this network */
	{{10}, 8, NET_PRIVATE},       /* RFC 1918 */
	{{100, 64}, 10, NET_PRIVATE}, /* carriers' own, RFC 6598 */
	{{127}, 8, NET_LOOPBACK},
	{{169, 254}, 16, NET_NEVER},     /* link-local */
	{{172, 16}, 12, NET_PRIVATE},    /* RFC 1918 */
	{{192, 0, 0}, 24, NET_NEVER},    /* protocol assignments */
	{{192, 0, 2}, 24, NET_NEVER},    /* documentation, RFC 5737 */
	{{192, 88, 99}, 24, NET_NEVER},  /* 6to4 relays, RFC 7526 */
	{{192, 168}, 16, NET_PRIVATE},   /* RFC 1918 */
	{{198, 18}, 15, NET_NEVER},      /* benchmarks, RFC 2544 */
	{{198, 51, 100}, 24, NET_NEVER}, /* documentation */
	{{203, 0, 113}, 24, NET_NEVER},  /* documentation */
	{{224}, 3, NET_NEVER},           /* multicast, reserved, broadcast */
	{{0}, 0, NET_PUBLIC},
};

/* Of what is not global unicast only the sites' own range is of use. 2001::/23 has Teredo and
 * benchmarks, 2002::/16 is 6to4: who has one IPv4 address has 2^80 of those. */
static const struct net_range IPV6_RANGES[] = {
	{{0x20, 0x01, 0x0d, 0xb8}, 32, NET_NEVER}, /* documentation, RFC 3849 */
	{{0x20, 0x01, 0x00, 0x00}, 23, NET_NEVER},
	{{0x20, 0x02}, 16, NET_NEVER},
	{{0x3f, 0xff}, 20, NET_NEVER}, /* documentation, RFC 9637 */
	{{0x20}, 3, NET_PUBLIC},       /* global unicast, RFC 4291 */
	{{0xfc}, 7, NET_PRIVATE},      /* unique local, RFC 4193 */
	{{0}, 0, NET_NEVER},
};

static bool begins_with(const uint8_t *bytes, const uint8_t *prefix, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (memcmp(bytes, prefix, whole) != 0)
		return false;
	return rest == 0 || (bytes[whole] ^ prefix[whole]) >> (8 - rest) == 0;
}

/* The last range fits everything. */
static enum net_scope scope_in(const struct net_range *ranges, const uint8_t *bytes)
{
	while (!begins_with(bytes, ranges->prefix, ranges->bits))
		ranges++;
	return ranges->scope;
}

enum net_scope net_address_scope(const struct net_address *address)
{
	static const uint8_t loopback[16] = {[15] = 1};

	if (address->port == 0)
		return NET_NEVER;
	switch (address->kind) {
	case NET_IPV4:
		return scope_in(IPV4_RANGES, address->bytes);
	case NET_IPV6:
		if (memcmp(address->bytes, loopback, sizeof loopback) == 0)
			return NET_LOOPBACK;
		return scope_in(IPV6_RANGES, address->bytes);
	case NET_ONION:
		return NET_PUBLIC;
	default: /* none of ours */
		return NET_NEVER;
	}
}

/* -- Groups ------------------------------------------------------------------------------- */

struct net_group net_prefix(const struct net_address *address, unsigned bits)
{
	struct net_group group = {.kind = address->kind, .bits = (uint8_t)bits};

	INVARIANT(bits <= 8 * sizeof group.bytes);
	memcpy(group.bytes, address->bytes, (bits + 7) / 8);
	if (bits % 8 > 0)
		group.bytes[bits / 8] &= (uint8_t)(0xff00 >> bits % 8);
	return group;
}

struct net_group net_group_of(const struct net_address *address)
{
	switch (address->kind) {
	case NET_IPV4:
		return net_prefix(address, 16);
	case NET_IPV6:
		return net_prefix(address, 32);
	default:
		return net_prefix(address, 4);
	}
}
