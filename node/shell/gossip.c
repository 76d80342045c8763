#include "node/shell/gossip.h"

#include "chain/base/memory.h"
#include "node/shell/clock.h"
#include "node/shell/logger.h"
#include "node/shell/node.h"
#include "node/shell/relay_pool.h"

/* -- Time ------------------------------------------------------------------------------------- */

static void arm(struct gossip *gossip);

static void on_timer(uv_timer_t *timer)
{
	struct gossip *gossip = timer->data;

	gossip->due_ms = UINT64_MAX;
	relay_step(gossip->relay, clock_monotonic_ms());
	arm(gossip);
}

/* What one turn of the loop brings up leaves together, in the next. */
static void arm(struct gossip *gossip)
{
	uint64_t at_ms = relay_wake_ms(gossip->relay), now_ms;

	if (at_ms >= gossip->due_ms || gossip->node->is_stopping)
		return;
	gossip->due_ms = at_ms;
	now_ms = clock_monotonic_ms();
	/* A timer of libuv counts from its loop's own idea of now. */
	if (at_ms > now_ms)
		uv_update_time(&gossip->node->loop);
	uv_timer_start(&gossip->timer, on_timer, at_ms > now_ms ? at_ms - now_ms : 0, 0);
}

/* -- What the relay asks for -------------------------------------------------------------------- */

static bool find(void *owner, const struct hash *id, struct bytes_view *bytes,
                 bool *is_waiting)
{
	const struct gossip *gossip = owner;

	return relay_pool_find(&gossip->node->drive.pool, id, bytes, is_waiting);
}

static size_t list_old(void *owner, uint64_t now_ms, struct inv_entry *entries)
{
	const struct gossip *gossip = owner;

	return relay_pool_list_old(&gossip->node->drive.pool, now_ms, entries);
}

static void send_to(void *owner, uint16_t peer, enum message_type type,
                    struct bytes_view bytes)
{
	const struct gossip *gossip = owner;

	net_send_type(gossip->node->peers.net, peer, (uint16_t)type, bytes);
}

static bool has_room(void *owner, uint16_t peer)
{
	const struct gossip *gossip = owner;

	return net_waiting(gossip->node->peers.net, peer) <= LANES_SOFT_MAX;
}

static struct ingest_source source_of(const struct gossip *gossip, uint16_t peer)
{
	return (struct ingest_source){.peer = peer, .serial = relay_serial(gossip->relay, peer)};
}

static void take(void *owner, uint16_t peer, struct bytes_view tx)
{
	struct gossip *gossip = owner;
	struct ingest_source from = source_of(gossip, peer);

	ingest_tx(&gossip->node->ingest, &from, tx);
}

static void blame(void *owner, uint16_t peer, const char *what)
{
	const struct gossip *gossip = owner;

	peers_blame(gossip->node, peer, what);
}

/* -- Start and end -------------------------------------------------------------------------------- */

enum status gossip_start(struct gossip *gossip, struct node *node, struct why *why)
{
	struct relay_world world = {
		.owner = gossip,
		.find = find,
		.list_old = list_old,
		.send = send_to,
		.has_room = has_room,
		.take = take,
		.blame = blame,
	};
	struct hash seed;
	enum status status = random_hash_get(&seed, why);

	gossip->node = node;
	gossip->due_ms = UINT64_MAX;
	if (status != STATUS_OK)
		return status;
	gossip->relay = memory_new(sizeof *gossip->relay);
	if (!gossip->relay || relay_init(gossip->relay, &world, seed.bytes) != STATUS_OK)
		return why_set(why, STATUS_MEMORY, "begin to relay transactions");
	status = random_hash_get(&seed, why);
	if (status != STATUS_OK)
		return status;
	discourage_init(&gossip->discouraged, seed.bytes);
	gossip->timer.data = gossip;
	if (uv_timer_init(&node->loop, &gossip->timer) != 0)
		return why_set(why, STATUS_MEMORY, "begin to relay transactions");
	return finding_start(&gossip->finding, node, why);
}

bool gossip_is_idle(const struct gossip *gossip)
{
	return gossip->finding.working == 0;
}

void gossip_free(struct gossip *gossip)
{
	finding_free(&gossip->finding);
	discourage_close(&gossip->discouraged);
	if (gossip->relay)
		relay_close(gossip->relay);
	memory_free(gossip->relay);
	gossip->relay = NULL;
}

/* -- Peers ------------------------------------------------------------------------------------------- */

bool gossip_on_open(struct gossip *gossip, uint16_t peer)
{
	struct net_facts facts;

	if (!net_facts_of(gossip->node->peers.net, peer, &facts) ||
	    !relay_join(gossip->relay, peer, facts.is_dialed, clock_monotonic_ms()))
		return false;
	relay_count(gossip->relay, peer, net_usage(gossip->node->peers.net, peer));
	finding_on_open(&gossip->finding, peer, &facts);
	return true;
}

void gossip_on_close(struct gossip *gossip, uint16_t peer)
{
	finding_on_close(&gossip->finding, peer);
	relay_leave(gossip->relay, peer, clock_monotonic_ms());
	arm(gossip);
}

void gossip_set_validator(struct gossip *gossip, uint16_t peer, bool is_validator)
{
	relay_set_validator(gossip->relay, peer, is_validator);
}

void gossip_set_voting(struct gossip *gossip, bool we_vote)
{
	relay_set_voting(gossip->relay, we_vote);
}

void gossip_on_message(struct gossip *gossip, uint16_t peer, uint16_t type,
                       struct bytes_view bytes)
{
	if (type == TYPE_GETADDR || type == TYPE_ADDR || type == TYPE_KNOWN) {
		finding_on_message(&gossip->finding, peer, type, bytes);
		return;
	}
	relay_on_message(gossip->relay, peer, (enum message_type)type, bytes,
	                 clock_monotonic_ms());
	arm(gossip);
}

/* -- Who is avoided ---------------------------------------------------------------------------------- */

bool gossip_is_avoided(void *owner, const struct node_id *id, const struct net_address *from)
{
	const struct node *node = owner;
	const struct discourage *list = &node->gossip.discouraged;
	uint64_t now_ms = clock_monotonic_ms();

	return discourage_has_node(list, id, now_ms) ||
	       (net_kind_size(from->kind) > 0 && discourage_has_address(list, from, now_ms));
}

/* Where it listens we do not know, and who else calls from its machine or its site neither. */
void gossip_on_violation(void *owner, const struct node_id *id,
                         const struct net_address *from, bool is_dialed)
{
	struct node *node = owner;
	bool is_public = net_kind_size(from->kind) > 0 && net_address_scope(from) == NET_PUBLIC;
	const struct slot slot = {
		.class = is_dialed ? SLOT_OUTBOUND : SLOT_INBOUND,
		.way = is_public ? SLOT_WAY_NET : SLOT_WAY_LOCAL,
		.address = *from,
	};

	logger_info(LOG_P2P, "discouraged", log_hex("node_id", bytes_view(id, sizeof *id)));
	discourage_peer(&node->gossip.discouraged, id, &slot, false, clock_monotonic_ms());
}

/* -- The pool ------------------------------------------------------------------------------------------ */

void gossip_ingest(void *owner, uint16_t peer, struct cursor txs)
{
	struct node *node = owner;
	struct ingest_source from = {.peer = peer};

	if (peer != WORLD_SELF) {
		if (relay_is_paused(node->gossip.relay, peer, clock_monotonic_ms()))
			return;
		from = source_of(&node->gossip, peer);
	}
	ingest_txs(&node->ingest, &from, txs);
}

void gossip_on_submitted(struct gossip *gossip, const struct ingress_batch *batch)
{
	bool has_new = relay_pool_submitted(gossip->relay, batch->submissions, batch->count,
	                                    batch->from, batch->from_serial, clock_monotonic_ms());

	if (has_new && batch->from != WORLD_SELF && !gossip->node->peers.is_stopping &&
	    relay_serial(gossip->relay, batch->from) == batch->from_serial)
		net_credit(gossip->node->peers.net, batch->from, NET_MERIT_TX);
	arm(gossip);
}

void gossip_on_block(struct gossip *gossip)
{
	relay_on_block(gossip->relay);
}
