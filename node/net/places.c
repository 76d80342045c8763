/* Who gets a place. What decides is node/p2p/slots; here it is told who the sessions are, what
 * they are worth, and what time it is, and those who have to go are sent away. */
#include "node/net/inner.h"

#include "chain/base/invariant.h"
#include "node/shell/clock.h"
#include "node/shell/keys.h"
#include "node/shell/logger.h"

#include <utlist.h>

enum status places_init(struct net *net, struct why *why)
{
	struct hash random;
	enum status status = random_hash_get(&random, why);

	if (status != STATUS_OK)
		return status;
	slots_init(&net->slots, random.bytes);
	net->slots.inbound_max = net->config.inbound_max;
	return STATUS_OK;
}

/* -- Who it is ------------------------------------------------------------------------------ */

static enum slot_class class_of(const struct net_peer *peer)
{
	const struct net_config *config = &peer->net->config;

	switch (config->standing(config->owner, &peer->session.remote_id)) {
	case NET_VALIDATOR:
		return SLOT_VALIDATOR;
	case NET_CONFIGURED:
		return SLOT_KEPT;
	case NET_LISTED:
	case NET_STRANGER:
		break;
	}
	if (!peer->dial)
		return SLOT_INBOUND;
	if (!peer->dial->is_visit)
		return SLOT_KEPT;
	return peer->dial->stays ? SLOT_OUTBOUND : SLOT_VISIT;
}

static bool is_avoided(const struct net_peer *peer, const struct net_address *from)
{
	const struct net_config *config = &peer->net->config;

	return config->is_avoided &&
	       config->is_avoided(config->owner, &peer->session.remote_id, from);
}

static struct slot slot_of(const struct net_peer *peer)
{
	struct slot slot = {
		.class = class_of(peer),
		.way = SLOT_WAY_LOCAL,
		.address = peer_remote(peer),
		.since_ms = clock_monotonic_ms(),
		.round_trip_ms = UINT64_MAX,
	};

	/* On a machine or a site addresses say nothing of who holds them. */
	if (net_kind_size(slot.address.kind) > 0 &&
	    net_address_scope(&slot.address) == NET_PUBLIC)
		slot.way = SLOT_WAY_NET;
	slot.is_discouraged = slot.class == SLOT_INBOUND && is_avoided(peer, &slot.address);
	return slot;
}

static struct net_peer *find_peer(const struct net *net, uint32_t place)
{
	struct net_peer *peer;

	DL_FOREACH(net->peers, peer)
		if (peer->place == place)
			return peer;
	return NULL;
}

/* -- In and out ----------------------------------------------------------------------------- */

static void take_round_trips(struct net *net)
{
	for (size_t i = 0; i < net->slots.count; i++) {
		const struct net_peer *peer = find_peer(net, net->slots.items[i].peer);

		INVARIANT(peer);
		net->slots.items[i].round_trip_ms = peer->session.round_trip_ms;
	}
}

void places_leave(struct net *net, struct net_peer *peer)
{
	if (peer->place != 0)
		slots_leave(&net->slots, peer->place);
	peer->place = 0;
}

static void send_away(struct net *net, uint32_t place, enum disconnect_code code,
                      const char *what)
{
	struct net_peer *peer = find_peer(net, place);

	INVARIANT(peer);
	places_leave(net, peer);
	peer_doom(peer, code, what);
}

/* Whoever is kept and finds the places of the kept taken is like any other. */
static enum slot_answer ask(const struct net *net, struct slot *slot, bool is_dialed,
                            uint32_t *victim)
{
	enum slot_answer answer = slots_ask(&net->slots, slot, victim);

	if (answer != SLOT_FULL || slot->class != SLOT_KEPT)
		return answer;
	slot->class = is_dialed ? SLOT_OUTBOUND : SLOT_INBOUND;
	return slots_ask(&net->slots, slot, victim);
}

/* NULL: it has this place. */
static const char *take_place(struct net *net, struct net_peer *peer, struct slot *slot)
{
	uint32_t victim = 0;

	if (net->slots.count > 0)
		take_round_trips(net);
	switch (ask(net, slot, peer->dial != NULL, &victim)) {
	case SLOT_GRANTED:
		break;
	case SLOT_GRANTED_FOR_VICTIM:
		net->gone.displaced++;
		send_away(net, victim, DISCONNECT_FULL, "its place is wanted for another");
		break;
	case SLOT_FULL:
		return "all places are taken";
	case SLOT_CROWDED:
		return "its addresses have as many places as they may";
	case SLOT_UNWELCOME:
		return "it broke the protocol, and places are rare";
	}
	slots_enter(&net->slots, slot);
	peer->place = slot->peer;
	return NULL;
}

static uint32_t new_place(struct net *net)
{
	do {
		net->last_place++;
	} while (net->last_place == 0 || find_peer(net, net->last_place));
	return net->last_place;
}

static void note_start(struct net *net, const struct net_peer *caller)
{
	net->starts[net->next_start] = (struct net_start){
		.id = caller->session.remote_id, .at_ms = clock_monotonic_ms()};
	net->next_start = (net->next_start + 1) % NET_STARTS_MAX;
}

const char *places_enter(struct net *net, struct net_peer *newcomer, struct net_peer *before)
{
	struct slot slot = slot_of(newcomer), old;
	bool had_place = before && before->place != 0;
	const char *why;

	slot.peer = new_place(net);
	if (had_place)
		old = *slots_find(&net->slots, before->place);
	if (before)
		places_leave(net, before);
	why = take_place(net, newcomer, &slot);
	if (!why) {
		if (!newcomer->dial)
			note_start(net, newcomer);
		return NULL;
	}
	net->gone.refused++;
	if (had_place) {
		slots_enter(&net->slots, &old);
		before->place = old.peer;
	}
	return why;
}

bool places_is_too_soon(const struct net *net, const struct net_peer *caller, uint64_t now_ms)
{
	for (size_t i = 0; i < NET_STARTS_MAX; i++) {
		const struct net_start *start = &net->starts[i];

		if (start->at_ms > 0 && now_ms < start->at_ms + NET_START_PAUSE_MS &&
		    memcmp(&start->id, &caller->session.remote_id, sizeof start->id) == 0)
			return true;
	}
	return false;
}

/* -- While it is there ------------------------------------------------------------------------ */

void net_set_stale(struct net *net, bool is_stale)
{
	net->slots.is_tip_stale = is_stale;
}

void net_credit(struct net *net, uint16_t number, enum net_merit merit)
{
	const struct net_peer *peer = number < PEERS_MAX ? net->numbers[number] : NULL;
	struct slot *slot = peer ? slots_find(&net->slots, peer->place) : NULL;

	if (slot && merit == NET_MERIT_TX)
		slot->tx_ms = clock_monotonic_ms();
	else if (slot)
		slot->block_ms = clock_monotonic_ms();
}

void places_tick(struct net *net, uint64_t now_ms)
{
	uint32_t victim;

	if (now_ms < net->idle_check_ms)
		return;
	net->idle_check_ms = now_ms + NET_IDLE_CHECK_MS;
	while (slots_idle_victim(&net->slots, now_ms, &victim)) {
		net->gone.idle++;
		send_away(net, victim, DISCONNECT_IDLE,
		          "it gave nothing for long, and its place is wanted");
	}
}

/* All leave first: the place of one may be another's. Of those who come in again the ones whose
 * places are better begin. */
void places_review(struct net *net)
{
	struct net_peer *movers[SLOTS_MAX], *peer;
	struct slot slots[SLOTS_MAX];
	size_t count = 0;

	DL_FOREACH(net->peers, peer) {
		const struct slot *slot =
			peer->place != 0 ? slots_view(&net->slots, peer->place) : NULL;
		enum slot_class class = slot ? class_of(peer) : SLOT_INBOUND;

		if (!slot || slot->class == class)
			continue;
		movers[count] = peer;
		slots[count] = *slot;
		slots[count].class = class;
		slots[count].is_discouraged =
			class == SLOT_INBOUND && is_avoided(peer, &slot->address);
		count++;
	}
	for (size_t i = 0; i < count; i++)
		places_leave(net, movers[i]);
	for (enum slot_class class = SLOT_VALIDATOR; class < SLOT_CLASSES; class++)
		for (size_t i = 0; i < count; i++) {
			const char *why = NULL;

			if (slots[i].class == class && !movers[i]->is_doomed && movers[i]->place == 0)
				why = take_place(net, movers[i], &slots[i]);
			if (why)
				peer_doom(movers[i], DISCONNECT_FULL, why);
		}
}
