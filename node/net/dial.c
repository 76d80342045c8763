/* Whom to dial, when, and how long to wait after it failed. */
#include "node/net/inner.h"

#include "chain/base/invariant.h"
#include "chain/base/memory.h"
#include "chain/base/text.h"
#include "node/shell/clock.h"
#include "node/shell/logger.h"

#include <stdio.h>
#include <utlist.h>

const char *net_target_parse(struct net_target *target, struct bytes_view text)
{
	const uint8_t *at = text.size > 0 ? memchr(text.at, '@', text.size) : NULL;
	size_t id_size = at ? (size_t)(at - text.at) : 0;

	if (!at)
		return "a peer is written node_id@host:port";
	if (id_size != 2 * COMPRESSED_KEY_SIZE ||
	    !hex_decode(target->id.bytes, COMPRESSED_KEY_SIZE, bytes_view(text.at, id_size)) ||
	    !compressed_key_is_valid(target->id.bytes))
		return "a node id is 66 hex digits, as `cairnd id` prints them";
	return endpoint_parse(&target->endpoint,
	                      bytes_view(at + 1, text.size - id_size - 1));
}

/* NULL: it is not dialed for ever. */
static struct net_dial *find_dial(const struct net *net, const struct node_id *id)
{
	for (size_t i = 0; i < net->dial_count; i++)
		if (!net->dials[i].is_removed && !net->dials[i].is_visit &&
		    memcmp(&net->dials[i].target.id, id, sizeof *id) == 0)
			return &net->dials[i];
	return NULL;
}

/* So many are dialed for ever, or once. */
static size_t count_dials(const struct net *net, bool are_visits)
{
	size_t count = 0;

	for (size_t i = 0; i < net->dial_count; i++)
		count += !net->dials[i].is_removed && net->dials[i].is_visit == are_visits;
	return count;
}

/* A place that nothing points at, for this target; NULL: there is none. */
static struct net_dial *take_dial(struct net *net, const struct net_target *target,
                                  bool is_visit)
{
	struct net_dial *dial = NULL;

	if (count_dials(net, is_visit) >=
	    (is_visit ? (size_t)NET_VISITS_MAX : net->dials_max - NET_VISITS_MAX))
		return NULL;
	for (size_t i = 0; i < net->dial_count && !dial; i++) {
		struct net_dial *place = &net->dials[i];

		if (place->is_removed && !place->peer && !place->is_looking_up)
			dial = place;
	}
	if (!dial && net->dial_count < net->dials_max)
		dial = &net->dials[net->dial_count++];
	if (!dial)
		return NULL;
	*dial = (struct net_dial){.net = net, .target = *target, .is_visit = is_visit};
	dial->lookup.data = dial;
	return dial;
}

bool net_dials(const struct net *net, const struct node_id *id)
{
	return net && find_dial(net, id);
}

/* Double ones, and our own node, count as taken. */
bool net_add_target(struct net *net, const struct net_target *target)
{
	return find_dial(net, &target->id) ||
	       memcmp(&net->self.node_id, &target->id, sizeof target->id) == 0 ||
	       take_dial(net, target, false);
}

bool net_visit(struct net *net, const struct net_target *target, uint32_t tag, bool stays)
{
	/* Kept ones may have taken the places: nobody is called to be sent away. */
	bool has_place = slots_have_free(&net->slots, stays ? SLOT_OUTBOUND : SLOT_VISIT);
	struct net_dial *dial =
		net->is_stopping || !has_place ? NULL : take_dial(net, target, true);

	if (!dial)
		return false;
	dial->tag = tag;
	dial->stays = stays;
	return true;
}

bool dial_is_at(const struct net *net, const struct net_address *address)
{
	for (size_t i = 0; i < net->dial_count; i++) {
		const struct net_dial *dial = &net->dials[i];

		if (!dial->is_removed && !dial->is_visit &&
		    net_kind_size(dial->at.kind) > 0 && net_host_equal(&dial->at, address))
			return true;
	}
	return false;
}

void net_remove_target(struct net *net, const struct node_id *id)
{
	struct net_dial *dial = find_dial(net, id);

	if (!dial)
		return;
	dial->is_removed = true;
	if (dial->peer && dial->peer->number == NET_NOBODY)
		peer_end(dial->peer, false);
}

enum status dial_init(struct net *net)
{
	const struct net_config *config = &net->config;

	net->dials_max = config->target_count + NET_ADDED_MAX + NET_VISITS_MAX;
	net->dials = memory_new(net->dials_max * sizeof *net->dials);
	if (!net->dials)
		return STATUS_MEMORY;
	for (size_t i = 0; i < config->target_count; i++) {
		bool is_taken = net_add_target(net, &config->targets[i]);

		INVARIANT(is_taken);
	}
	return STATUS_OK;
}

/* -- When ------------------------------------------------------------------------------------- */

static void end_visit(struct net_dial *dial, bool was_open)
{
	const struct net_config *config = &dial->net->config;

	dial->is_removed = true;
	if (!was_open && config->on_unmet)
		config->on_unmet(config->owner, &dial->target, dial->tag);
}

/* It came to nothing: a kept one is dialed again. */
static void give_up(struct net_dial *dial)
{
	if (dial->is_visit)
		end_visit(dial, false);
	else
		backoff_failed(&dial->backoff, &dial->net->lots, clock_monotonic_ms(), true);
}

void dial_on_open(struct net_dial *dial)
{
	backoff_connected(&dial->backoff, clock_monotonic_ms());
}

/* Where all places are taken those who come again and again would displace each other all the
 * time: they wait as long as for any address. */
void dial_on_end(struct net_dial *dial, bool was_open)
{
	bool is_full = dial->peer->session.disconnect_code == DISCONNECT_FULL;

	dial->peer = NULL;
	/* That he was not there before says nothing of how full he is. */
	if (is_full && !dial->was_full)
		dial->backoff = (struct backoff){0};
	dial->was_full = is_full;
	if (dial->is_visit)
		end_visit(dial, was_open);
	else
		backoff_lost(&dial->backoff, &dial->net->lots, clock_monotonic_ms(), !is_full);
}

void dial_soon(struct net *net, const struct node_id *id)
{
	for (size_t i = 0; i < net->dial_count; i++) {
		struct net_dial *dial = &net->dials[i];

		if (dial->is_visit || dial->peer ||
		    memcmp(&dial->target.id, id, sizeof *id) != 0)
			continue;
		dial->backoff = (struct backoff){0};
		backoff_failed(&dial->backoff, &net->lots, clock_monotonic_ms(), true);
	}
}

/* -- Not let in ------------------------------------------------------------------------------- */

/* In a permissioned network a node that is not listed is heard out and gets no word. Others that
 * close so are broken. It is said when it begins, and then ever more rarely. */
void dial_on_shut_out(struct net_dial *dial)
{
	char address[ENDPOINT_TEXT_SIZE], self[2 * COMPRESSED_KEY_SIZE + 1];
	uint32_t count = ++dial->shut_out_count;

	if ((count & (count - 1)) != 0)
		return;
	endpoint_text(address, &dial->target.endpoint);
	hex_encode(self, bytes_view(dial->net->self.node_id.bytes, COMPRESSED_KEY_SIZE));
	logger_warn(LOG_P2P, "not_let_in", log_string("address", address),
	            log_u64("tries", count), log_string("node_id", self),
	            log_string("hint", "a member of the network admits this node: cairn node "
	                               "admit NODE_ID; it goes on trying"));
}

size_t net_shut_out_count(const struct net *net)
{
	size_t count = 0;

	for (size_t i = 0; net && i < net->dial_count; i++)
		count += !net->dials[i].is_removed && net->dials[i].shut_out_count > 0;
	return count;
}

/* -- How ---------------------------------------------------------------------------------------- */

static void on_connected(uv_connect_t *connect, int error)
{
	struct net_peer *peer = connect->data;

	if (error == UV_ECANCELED || peer->is_closing)
		return;
	if (error != 0) {
		logger_debug(LOG_P2P, "not_reached", log_string("address", peer->address),
		             log_string("why", uv_strerror(error)));
		peer_end(peer, false);
		return;
	}
	peer_begin(peer);
}

static void connect_to(struct net_dial *dial, const struct sockaddr *address)
{
	struct net_peer *peer = peer_new(dial->net, dial);

	if (!peer) {
		give_up(dial);
		return;
	}
	dial->peer = peer;
	dial->at = net_socket_address(address);
	endpoint_text(peer->address, &dial->target.endpoint);
	peer->is_connecting = true;
	if (uv_tcp_connect(&peer->connect, &peer->tcp, address, on_connected) != 0)
		peer_end(peer, false);
}

static void on_looked_up(uv_getaddrinfo_t *lookup, int error, struct addrinfo *found)
{
	struct net_dial *dial = lookup->data;

	dial->is_looking_up = false;
	if (dial->net->is_stopping) {
		uv_freeaddrinfo(found);
		net_check_stopped(dial->net);
		return;
	}
	if (error == 0 && found && !dial->is_removed)
		connect_to(dial, found->ai_addr);
	else
		give_up(dial);
	uv_freeaddrinfo(found);
}

static void look_up(struct net_dial *dial)
{
	static const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	char port[8];

	snprintf(port, sizeof port, "%u", dial->target.endpoint.port);
	dial->is_looking_up =
		uv_getaddrinfo(dial->net->config.loop, &dial->lookup, on_looked_up,
	                   dial->target.endpoint.host, port, &hints) == 0;
	if (!dial->is_looking_up)
		give_up(dial);
}

static void start(struct net_dial *dial)
{
	const struct endpoint *endpoint = &dial->target.endpoint;
	struct sockaddr_in6 six;
	struct sockaddr_in four;

	switch (endpoint->kind) {
	case ENDPOINT_IPV4:
		if (uv_ip4_addr(endpoint->host, endpoint->port, &four) == 0)
			connect_to(dial, (const struct sockaddr *)&four);
		break;
	case ENDPOINT_IPV6:
		if (uv_ip6_addr(endpoint->host, endpoint->port, &six) == 0)
			connect_to(dial, (const struct sockaddr *)&six);
		break;
	case ENDPOINT_NAME:
		look_up(dial);
		break;
	}
}

void dial_tick(struct net *net, uint64_t now_ms)
{
	size_t under_way = 0;

	for (size_t i = 0; i < net->dial_count; i++)
		under_way += net->dials[i].is_looking_up ||
		             (net->dials[i].peer && net->dials[i].peer->number == NET_NOBODY);
	for (size_t i = 0; i < net->dial_count && under_way < NET_DIALING_MAX; i++) {
		struct net_dial *dial = &net->dials[i];

		if (dial->is_removed || dial->peer || dial->is_looking_up ||
		    !backoff_is_over(&dial->backoff, now_ms))
			continue;
		if (!peer_find(net, &dial->target.id, NULL) &&
		    net->config.admits(net->config.owner, &dial->target.id)) {
			start(dial);
			under_way++;
		} else if (dial->is_visit) {
			give_up(dial);
		}
	}
}
