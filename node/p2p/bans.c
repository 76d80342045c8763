#include "node/p2p/bans.h"

static bool is_same(const struct ban *a, const struct ban *b)
{
	if (a->is_node != b->is_node)
		return false;
	return a->is_node ? memcmp(&a->node, &b->node, sizeof a->node) == 0
	                  : net_host_equal(&a->address, &b->address);
}

/* bans->count: there is none. */
static size_t find(const struct bans *bans, const struct ban *ban)
{
	size_t at = 0;

	while (at < bans->count && !is_same(&bans->items[at], ban))
		at++;
	return at;
}

static bool holds(const struct ban *ban, uint64_t now_ms)
{
	return ban->until_ms == BAN_FOR_GOOD || now_ms < ban->until_ms;
}

bool bans_add(struct bans *bans, const struct ban *ban)
{
	size_t at = find(bans, ban);

	if (at == BANS_MAX)
		return false;
	bans->items[at] = *ban;
	bans->count += at == bans->count;
	return true;
}

bool bans_remove(struct bans *bans, const struct ban *ban)
{
	size_t at = find(bans, ban);

	if (at == bans->count)
		return false;
	bans->count--;
	memmove(&bans->items[at], &bans->items[at + 1],
	        (bans->count - at) * sizeof bans->items[0]);
	return true;
}

void bans_expire(struct bans *bans, uint64_t now_ms)
{
	size_t kept = 0;

	for (size_t i = 0; i < bans->count; i++)
		if (holds(&bans->items[i], now_ms))
			bans->items[kept++] = bans->items[i];
	bans->count = kept;
}

bool bans_has_node(const struct bans *bans, const struct node_id *id, uint64_t now_ms)
{
	struct ban wanted = {.is_node = true, .node = *id};
	size_t at = find(bans, &wanted);

	return at < bans->count && holds(&bans->items[at], now_ms);
}

bool bans_has_address(const struct bans *bans, const struct net_address *address,
                      uint64_t now_ms)
{
	struct ban wanted = {.address = *address};
	size_t at = find(bans, &wanted);

	return at < bans->count && holds(&bans->items[at], now_ms);
}
