/* Who gets a place. Those who are listed always do, as long as there is any. Of the strangers'
 * places one party may hold a few, as far as addresses show who is one; and whom the owner would
 * rather avoid gets one while most of them are free. */
#include "node/net/inner.h"

#include "node/p2p/slots.h"

static size_t count_near(const struct net_address *others, size_t count,
                         const struct net_address *newcomer, unsigned bits)
{
	struct net_group group = net_prefix(newcomer, bits);
	size_t near = 0;

	for (size_t i = 0; i < count; i++) {
		struct net_group other;

		if (others[i].kind != newcomer->kind)
			continue;
		other = net_prefix(&others[i], bits);
		near += net_group_equal(&group, &other);
	}
	return near;
}

bool places_are_crowded(const struct net_address *others, size_t count,
                        const struct net_address *newcomer)
{
	/* On a machine or a site they say nothing of who holds them. */
	if (net_kind_size(newcomer->kind) == 0 ||
	    net_address_scope(newcomer) != NET_PUBLIC)
		return false;
	if (newcomer->kind == NET_IPV4)
		return count_near(others, count, newcomer, 24) >= SLOTS_PER_IPV4_24_MAX;
	return count_near(others, count, newcomer, 64) >= SLOTS_PER_IPV6_64_MAX ||
	       count_near(others, count, newcomer, 48) >= SLOTS_PER_IPV6_48_MAX;
}

/* Where the strangers are who called us. */
static size_t list_callers(const struct net *net, struct net_address *addresses)
{
	size_t count = 0;

	for (size_t i = 0; i < PEERS_MAX; i++) {
		const struct net_peer *peer = net->numbers[i];

		if (peer && !peer->session.is_initiator &&
		    !net->config.is_listed(net->config.owner, &peer->session.remote_id))
			addresses[count++] = peer_remote(peer);
	}
	return count;
}

bool places_allow(const struct net *net, const struct net_peer *newcomer)
{
	const struct net_config *config = &net->config;
	const struct node_id *id = &newcomer->session.remote_id;
	struct net_address addresses[PEERS_MAX], from;

	if (config->is_listed(config->owner, id))
		return net->open_count < PEERS_MAX;
	if (net->open_count >= NET_STRANGERS_MAX)
		return false;
	/* Whom we dialed we chose. */
	if (newcomer->session.is_initiator)
		return true;
	from = peer_remote(newcomer);
	if (config->is_avoided && net->open_count >= NET_STRANGERS_MAX * SLOTS_REFUSE_PERCENT / 100 &&
	    config->is_avoided(config->owner, id, &from))
		return false;
	return !places_are_crowded(addresses, list_callers(net, addresses), &from);
}
