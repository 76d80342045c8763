/* What a network tells its owner of itself and of its peers. */
#include "node/net/inner.h"

#include <utlist.h>

void net_set_validator(struct net *net, uint16_t number, bool is_validator)
{
	struct net_peer *peer = number < PEERS_MAX ? net->numbers[number] : NULL;

	if (peer)
		session_set_validator(&peer->session, is_validator);
}

size_t net_waiting(const struct net *net, uint16_t number)
{
	const struct net_peer *peer = number < PEERS_MAX ? net->numbers[number] : NULL;

	return peer ? session_waiting(&peer->session) : 0;
}

size_t net_peer_count(const struct net *net)
{
	return net ? net->open_count : 0;
}

struct net_address net_socket_address(const struct sockaddr *from)
{
	struct net_address address = {0};

	if (from->sa_family == AF_INET6) {
		const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)(const void *)from;

		address.kind = NET_IPV6;
		address.port = ntohs(six->sin6_port);
		memcpy(address.bytes, &six->sin6_addr, sizeof six->sin6_addr);
	} else if (from->sa_family == AF_INET) {
		const struct sockaddr_in *four = (const struct sockaddr_in *)(const void *)from;

		address.kind = NET_IPV4;
		address.port = ntohs(four->sin_port);
		memcpy(address.bytes, &four->sin_addr, sizeof four->sin_addr);
	}
	net_address_fold(&address);
	return address;
}

struct net_address peer_remote(const struct net_peer *peer)
{
	struct sockaddr_storage from = {0};
	int size = sizeof from;

	if (uv_tcp_getpeername(&peer->tcp, (struct sockaddr *)&from, &size) != 0)
		return (struct net_address){0};
	return net_socket_address((const struct sockaddr *)&from);
}

bool net_facts_of(const struct net *net, uint16_t number, struct net_facts *facts)
{
	const struct net_peer *peer = number < PEERS_MAX ? net->numbers[number] : NULL;
	const struct slot *slot;

	if (!peer)
		return false;
	slot = slots_view(&net->slots, peer->place);
	*facts = (struct net_facts){
		.number = number,
		.address = peer->address,
		.from = peer_remote(peer),
		.is_visit = peer->dial && peer->dial->is_visit,
		.tag = peer->dial ? peer->dial->tag : 0,
		.is_dialed = peer->session.is_initiator,
		.opened_ms = peer->opened_ms,
		.class = slot ? slot->class : SLOT_INBOUND,
		.tx_ms = slot ? slot->tx_ms : 0,
		.block_ms = slot ? slot->block_ms : 0,
		.session = &peer->session,
	};
	return true;
}

void net_list(const struct net *net,
              void (*visit)(void *owner, const struct net_facts *facts), void *owner)
{
	struct net_facts facts;

	for (uint16_t i = 0; net && i < PEERS_MAX; i++)
		if (net_facts_of(net, i, &facts))
			visit(owner, &facts);
}

bool net_is_connected(const struct net *net, const struct node_id *id)
{
	return peer_find(net, id, NULL) != NULL;
}

void net_count(const struct net *net, struct net_totals *totals)
{
	const struct net_peer *peer;

	*totals = (struct net_totals){0};
	if (!net)
		return;
	*totals = net->gone;
	totals->inbound = net->slots.counts[SLOT_INBOUND];
	totals->turned_away += net->acceptor.shed_count;
	totals->usage = net->usage;
	DL_FOREACH(net->peers, peer) {
		if (peer->is_closing)
			continue;
		peer_count(peer, totals);
		totals->dialed += peer->number != NET_NOBODY && peer->session.is_initiator;
		totals->waiting += session_waiting(&peer->session);
	}
}

const char *net_address(const struct net *net)
{
	return net->address;
}
