#include "node/p2p/relay.h"

#include "chain/base/invariant.h"
#include "chain/base/memory.h"
#include "chain/proof/log.h"

enum status relay_init(struct relay *relay, const struct relay_world *world,
                       const uint8_t seed[HASH_SIZE])
{
	struct lots keys;
	uint8_t key[SIPHASH_KEY_SIZE];
	enum status status;

	*relay = (struct relay){.world = *world, .is_doubtful_empty = true};
	lots_init(&relay->lots, seed);
	lots_init(&keys, seed + SIPHASH_KEY_SIZE);
	put_le64(relay->key, lots_next(&keys));
	put_le64(relay->key + 8, lots_next(&keys));
	put_le64(key, lots_next(&keys));
	put_le64(key + 8, lots_next(&keys));
	tracker_init(&relay->tracker, key);
	status = bloom_init(&relay->admitted, &BLOOM_RECENT, relay->key);
	if (status != STATUS_OK)
		return status;
	status = bloom_init(&relay->doubtful, &BLOOM_RECENT, key);
	if (status != STATUS_OK)
		bloom_close(&relay->admitted);
	return status;
}

void relay_close(struct relay *relay)
{
	if (!relay->admitted.words[0])
		return;
	for (uint16_t i = 0; i < PEERS_MAX; i++)
		if (relay->peers[i].is_here)
			relay_leave(relay, i, 0);
	tracker_close(&relay->tracker);
	bloom_close(&relay->admitted);
	bloom_close(&relay->doubtful);
	memory_free(relay->held);
	*relay = (struct relay){0};
}

/* -- Peers ---------------------------------------------------------------------------------- */

static struct relay_peer *peer_of(struct relay *relay, uint16_t number)
{
	return number < PEERS_MAX && relay->peers[number].is_here ? &relay->peers[number] : NULL;
}

static struct bucket_rate rate_of(const struct relay_peer *peer)
{
	return peer->is_validator ? INV_RATE_VALIDATOR : INV_RATE;
}

bool relay_join(struct relay *relay, uint16_t number, bool is_outbound, uint64_t now_ms)
{
	struct relay_peer *peer = &relay->peers[number];
	uint32_t mean_ms = is_outbound ? ANNOUNCER_OUTBOUND_MEAN_MS : ANNOUNCER_INBOUND_MEAN_MS;

	INVARIANT(number < PEERS_MAX && !peer->is_here);
	*peer = (struct relay_peer){.serial = ++relay->next_serial};
	if (announcer_init(&peer->announcer, relay->key, mean_ms, &INV_RATE, now_ms) != STATUS_OK)
		return false;
	peer->tracked = tracker_join(&relay->tracker, is_outbound, false);
	if (!peer->tracked) {
		announcer_close(&peer->announcer);
		return false;
	}
	if (relay->repair_ms == 0)
		relay->repair_ms = now_ms + lots_exponential(&relay->lots, RELAY_REPAIR_MS) + 1;
	bucket_init(&peer->names, &INV_RATE, now_ms);
	bucket_init(&peer->faults, &TX_FAULT_RATE, now_ms);
	peer->is_here = true;
	return true;
}

void relay_count(struct relay *relay, uint16_t number, struct usage *usage)
{
	struct relay_peer *peer = peer_of(relay, number);

	INVARIANT(peer);
	announcer_count(&peer->announcer, usage);
	tracker_count(peer->tracked, usage);
}

void relay_leave(struct relay *relay, uint16_t number, uint64_t now_ms)
{
	struct relay_peer *peer = peer_of(relay, number);
	const struct usage *usage;

	if (!peer)
		return;
	usage = peer->announcer.usage;
	tracker_leave(&relay->tracker, peer->tracked, now_ms);
	announcer_close(&peer->announcer);
	INVARIANT(!usage || usage->purposes[USAGE_RELAY] == 0);
	*peer = (struct relay_peer){0};
}

void relay_set_validator(struct relay *relay, uint16_t number, bool is_validator)
{
	struct relay_peer *peer = peer_of(relay, number);

	if (!peer)
		return;
	peer->is_validator = is_validator;
	peer->tracked->is_validator = is_validator;
	announcer_set_validator(&peer->announcer, is_validator, peer->tracked->is_preferred);
}

void relay_set_voting(struct relay *relay, bool we_vote)
{
	relay->we_vote = we_vote;
}

uint64_t relay_serial(const struct relay *relay, uint16_t number)
{
	return number < PEERS_MAX ? relay->peers[number].serial : 0;
}

bool relay_is_paused(const struct relay *relay, uint16_t number, uint64_t now_ms)
{
	return number < PEERS_MAX && now_ms < relay->peers[number].paused_until_ms;
}

/* -- Messages in ------------------------------------------------------------------------------ */

/* So many names of the peer are within its rate. */
static size_t charge(struct relay *relay, struct relay_peer *peer, size_t count,
                     uint64_t now_ms)
{
	struct bucket_rate rate = rate_of(peer);
	uint32_t some = bucket_take_some(&peer->names, &rate, now_ms, (uint32_t)count);

	relay->counters.surplus += count - some;
	return some;
}

static bool is_known(const struct relay *relay, const struct hash *id)
{
	struct bytes_view tx;

	return bloom_has(&relay->admitted, id, sizeof *id) ||
	       bloom_has(&relay->doubtful, id, sizeof *id) ||
	       relay->world.find(relay->world.owner, id, &tx, NULL);
}

static void on_inv(struct relay *relay, struct relay_peer *peer, uint16_t number,
                   struct bytes_view bytes, uint64_t now_ms)
{
	struct inv_entry entries[INV_MAX];
	size_t count;

	if (inv_decode(entries, &count, bytes) != STATUS_OK) {
		relay->world.blame(relay->world.owner, number, "an INV that cannot be read");
		return;
	}
	count = charge(relay, peer, count, now_ms);
	relay->counters.heard += count;
	for (size_t i = 0; i < count; i++) {
		announcer_heard(&peer->announcer, &entries[i].id);
		if (!is_known(relay, &entries[i].id))
			tracker_announced(&relay->tracker, peer->tracked, &entries[i].id,
			                  entries[i].size, now_ms);
	}
}

static void send_ids(struct relay *relay, uint16_t number, enum message_type type,
                     const struct hash *ids, size_t count)
{
	struct buffer out;

	if (count == 0)
		return;
	buffer_init(&out, REQ_TX_SIZE_MAX);
	tx_ids_put(&out, ids, count);
	/* Out of memory: whoever waits for it asks another when its time is up. */
	if (out.status == STATUS_OK)
		relay->world.send(relay->world.owner, number, type, buffer_view(&out));
	buffer_close(&out);
}

/* A question orders REQ_TX_BYTES_MAX, or one transaction; what is beyond is denied. */
static void on_req_tx(struct relay *relay, struct relay_peer *peer, uint16_t number,
                      struct bytes_view bytes, uint64_t now_ms)
{
	const struct relay_world *world = &relay->world;
	struct hash ids[REQ_TX_MAX];
	size_t count, denied = 0, size = 0;

	if (tx_ids_decode(ids, &count, bytes) != STATUS_OK) {
		world->blame(world->owner, number, "a REQ_TX that cannot be read");
		return;
	}
	count = charge(relay, peer, count, now_ms);
	for (size_t i = 0; i < count; i++) {
		struct bytes_view tx;

		if (!world->has_room(world->owner, number) ||
		    !world->find(world->owner, &ids[i], &tx, NULL) ||
		    (size > 0 && size + tx.size > REQ_TX_BYTES_MAX)) {
			ids[denied++] = ids[i];
			continue;
		}
		size += tx.size;
		announcer_heard(&peer->announcer, &ids[i]);
		world->send(world->owner, number, TYPE_TX, tx);
		relay->counters.served++;
	}
	relay->counters.not_found += denied;
	send_ids(relay, number, TYPE_NOTFOUND, ids, denied);
}

static void on_tx(struct relay *relay, struct relay_peer *peer, uint16_t number,
                  struct bytes_view bytes, uint64_t now_ms)
{
	const struct relay_world *world = &relay->world;
	struct hash id;
	enum tracker_answer answer;

	if (bytes.size == 0 || bytes.size > TX_SIZE_MAX) {
		world->blame(world->owner, number, "a TX without a transaction");
		return;
	}
	id = log_leaf_hash(bytes);
	answer = tracker_came(&relay->tracker, peer->tracked, &id, (uint32_t)bytes.size, now_ms);
	relay->counters.delivered += answer != TRACKER_UNASKED;
	if (answer == TRACKER_UNASKED && charge(relay, peer, 1, now_ms) == 0) {
		world->blame(world->owner, number, "more transactions than anybody asked for");
		return;
	}
	announcer_heard(&peer->announcer, &id);
	if (is_known(relay, &id) || relay_is_paused(relay, number, now_ms))
		return;
	/* Until its end is told nobody is asked for it again. */
	bloom_add(&relay->doubtful, &id, sizeof id);
	relay->is_doubtful_empty = false;
	tracker_forget(&relay->tracker, &id, now_ms);
	world->take(world->owner, number, bytes);
}

static void on_not_found(struct relay *relay, struct relay_peer *peer, uint16_t number,
                         struct bytes_view bytes, uint64_t now_ms)
{
	struct hash ids[REQ_TX_MAX];
	size_t count;

	if (tx_ids_decode(ids, &count, bytes) != STATUS_OK) {
		relay->world.blame(relay->world.owner, number, "a NOTFOUND that cannot be read");
		return;
	}
	for (size_t i = 0; i < count; i++)
		tracker_not_found(&relay->tracker, peer->tracked, &ids[i], now_ms);
}

static void on_filter(struct relay *relay, struct relay_peer *peer, uint16_t number,
                      struct bytes_view bytes, uint64_t now_ms)
{
	uint32_t pause_ms;

	if (txfilter_decode(&pause_ms, bytes) == STATUS_OK)
		announcer_pause(&peer->announcer, pause_ms, now_ms);
	else
		relay->world.blame(relay->world.owner, number, "a TXFILTER that cannot be read");
}

void relay_on_message(struct relay *relay, uint16_t number, enum message_type type,
                      struct bytes_view bytes, uint64_t now_ms)
{
	struct relay_peer *peer = peer_of(relay, number);

	if (!peer)
		return;
	if (type == TYPE_INV)
		on_inv(relay, peer, number, bytes, now_ms);
	else if (type == TYPE_REQ_TX)
		on_req_tx(relay, peer, number, bytes, now_ms);
	else if (type == TYPE_TX)
		on_tx(relay, peer, number, bytes, now_ms);
	else if (type == TYPE_NOTFOUND)
		on_not_found(relay, peer, number, bytes, now_ms);
	else if (type == TYPE_TXFILTER)
		on_filter(relay, peer, number, bytes, now_ms);
}

/* -- The pool ---------------------------------------------------------------------------------- */

/* No room, no memory: other validators do not hear of it from us. */
static void hold(struct relay *relay, const struct hash *id, size_t size, uint16_t from,
                 uint64_t now_ms)
{
	if (relay->held_count == RELAY_HELD_MAX)
		return;
	if (!relay->held)
		relay->held = memory_new(RELAY_HELD_MAX * sizeof *relay->held);
	if (!relay->held)
		return;
	relay->held[(relay->held_first + relay->held_count++) % RELAY_HELD_MAX] =
		(struct relay_held){
			.id = *id,
			.size = (uint32_t)size,
			.from = from,
			.due_ms = now_ms + RELAY_HOLD_MS,
		};
}

/* No validator is near: it goes to a few others whole. */
static void push(struct relay *relay, const struct hash *id, struct bytes_view tx)
{
	uint16_t others[PEERS_MAX];
	size_t count = 0;

	for (uint16_t i = 0; i < PEERS_MAX; i++)
		if (relay->peers[i].is_here)
			others[count++] = i;
	lots_shuffle(&relay->lots, others, count, sizeof *others);
	for (size_t i = 0; i < count && i < RELAY_PUSH_MAX; i++) {
		if (!relay->world.has_room(relay->world.owner, others[i]))
			continue;
		announcer_heard(&relay->peers[others[i]].announcer, id);
		relay->world.send(relay->world.owner, others[i], TYPE_TX, tx);
		relay->counters.pushed++;
	}
}

void relay_admitted(struct relay *relay, const struct hash *id, struct bytes_view tx,
                    uint16_t from, uint64_t now_ms)
{
	struct relay_peer *source = from == RELAY_OWN ? NULL : peer_of(relay, from);
	bool is_held = relay->we_vote || (source && source->is_validator);
	size_t validators = 0;

	bloom_add(&relay->admitted, id, sizeof *id);
	tracker_forget(&relay->tracker, id, now_ms);
	if (source)
		announcer_heard(&source->announcer, id);
	for (size_t i = 0; i < PEERS_MAX; i++)
		validators += relay->peers[i].is_here && relay->peers[i].is_validator;
	if (from == RELAY_OWN && validators == 0)
		push(relay, id, tx);
	for (size_t i = 0; i < PEERS_MAX; i++) {
		struct relay_peer *peer = &relay->peers[i];

		if (!peer->is_here || peer == source)
			continue;
		if (peer->is_validator && from == RELAY_OWN)
			announcer_heard(&peer->announcer, id);
		else if (!peer->is_validator || !is_held)
			announcer_add(&peer->announcer, id, (uint32_t)tx.size);
	}
	if (validators > 0 && is_held && from != RELAY_OWN)
		hold(relay, id, tx.size, from, now_ms);
}

void relay_judged(struct relay *relay, uint16_t number, uint64_t serial,
                  enum relay_verdict verdict, uint64_t now_ms)
{
	static const struct bucket_rate rate = TX_FAULT_RATE;
	struct relay_peer *peer = peer_of(relay, number);
	struct buffer out;

	if (!peer || peer->serial != serial)
		return;
	relay->counters.faulty += verdict == RELAY_FAULTY;
	if (verdict == RELAY_FAULTY && !bucket_take(&peer->faults, &rate, now_ms, 1))
		peer->paused_until_ms = now_ms + TX_PAUSE_MS;
	if (verdict != RELAY_FULL ||
	    (peer->filtered_ms > 0 && now_ms < peer->filtered_ms + TXFILTER_INTERVAL_MS))
		return;
	peer->filtered_ms = now_ms > 0 ? now_ms : 1;
	buffer_init(&out, TXFILTER_SIZE);
	txfilter_put(&out, TXFILTER_INTERVAL_MS);
	if (out.status == STATUS_OK)
		relay->world.send(relay->world.owner, number, TYPE_TXFILTER, buffer_view(&out));
	buffer_close(&out);
}

void relay_on_block(struct relay *relay)
{
	if (!relay->is_doubtful_empty)
		bloom_clear(&relay->doubtful);
	relay->is_doubtful_empty = true;
}

/* -- Time ----------------------------------------------------------------------------------------- */

static bool is_waiting(void *owner, const struct hash *id)
{
	const struct relay *relay = owner;
	struct bytes_view tx;
	bool waits = false;

	return relay->world.find(relay->world.owner, id, &tx, &waits) && waits;
}

/* To other validators, of what is in no block yet. */
static void tell_held(struct relay *relay, uint64_t now_ms)
{
	while (relay->held_count > 0 && relay->held[relay->held_first].due_ms <= now_ms) {
		const struct relay_held *held = &relay->held[relay->held_first];

		relay->held_first = (relay->held_first + 1) % RELAY_HELD_MAX;
		relay->held_count--;
		if (!is_waiting(relay, &held->id))
			continue;
		for (uint16_t i = 0; i < PEERS_MAX; i++)
			if (relay->peers[i].is_here && relay->peers[i].is_validator && i != held->from)
				announcer_add(&relay->peers[i].announcer, &held->id, held->size);
	}
}

/* Who lost names first; else anybody. NULL: nobody is here. */
static struct relay_peer *choose_for_repair(struct relay *relay)
{
	struct relay_peer *chosen = NULL;
	uint64_t count = 0;

	for (size_t i = 0; i < PEERS_MAX; i++) {
		struct relay_peer *peer = &relay->peers[i];

		if (peer->is_here && peer->announcer.needs_resync)
			return peer;
		if (peer->is_here && lots_below(&relay->lots, ++count) == 0)
			chosen = peer;
	}
	return chosen;
}

static void repair(struct relay *relay, uint64_t now_ms)
{
	struct relay_peer *peer = choose_for_repair(relay);
	struct inv_entry *entries = peer ? memory_new(RELAY_REPAIR_MAX * sizeof *entries) : NULL;
	size_t count;

	relay->repair_ms = now_ms + lots_exponential(&relay->lots, RELAY_REPAIR_MS) + 1;
	if (!entries)
		return;
	count = relay->world.list_old(relay->world.owner, now_ms, entries);
	if (count > 0)
		announcer_forget(&peer->announcer);
	for (size_t i = 0; i < count; i++)
		announcer_add(&peer->announcer, &entries[i].id, entries[i].size);
	relay->counters.repaired += count;
	memory_free(entries);
}

static void tell(struct relay *relay, uint16_t number, uint64_t now_ms)
{
	struct inv_entry entries[INV_MAX];
	size_t count = announcer_flush(&relay->peers[number].announcer, &relay->lots, now_ms,
	                               is_waiting, relay, entries);
	struct buffer out;

	if (count == 0)
		return;
	relay->counters.announced += count;
	buffer_init(&out, INV_SIZE_MAX);
	inv_put(&out, entries, count);
	if (out.status == STATUS_OK)
		relay->world.send(relay->world.owner, number, TYPE_INV, buffer_view(&out));
	buffer_close(&out);
}

static void ask(struct relay *relay, uint16_t number)
{
	struct hash ids[REQ_TX_MAX];
	size_t count;

	do {
		count = tracker_take(&relay->tracker, relay->peers[number].tracked, ids, REQ_TX_MAX,
		                     REQ_TX_BYTES_MAX);
		relay->counters.asked += count;
		send_ids(relay, number, TYPE_REQ_TX, ids, count);
	} while (count > 0);
}

void relay_step(struct relay *relay, uint64_t now_ms)
{
	tracker_step(&relay->tracker, now_ms);
	tell_held(relay, now_ms);
	if (relay->repair_ms > 0 && relay->repair_ms <= now_ms)
		repair(relay, now_ms);
	for (uint16_t i = 0; i < PEERS_MAX; i++) {
		const struct relay_peer *peer = &relay->peers[i];

		if (!peer->is_here)
			continue;
		if (announcer_wake_ms(&peer->announcer) <= now_ms)
			tell(relay, i, now_ms);
		if (peer->tracked->entries[TRACKER_CHOSEN])
			ask(relay, i);
	}
}

uint64_t relay_wake_ms(const struct relay *relay)
{
	uint64_t at_ms = tracker_wake_ms(&relay->tracker);

	if (relay->tracker.chosen_count > 0)
		return 0;
	if (relay->held_count > 0 && relay->held[relay->held_first].due_ms < at_ms)
		at_ms = relay->held[relay->held_first].due_ms;
	if (relay->repair_ms > 0 && relay->repair_ms < at_ms)
		at_ms = relay->repair_ms;
	for (size_t i = 0; i < PEERS_MAX; i++) {
		const struct relay_peer *peer = &relay->peers[i];
		uint64_t wake_ms = peer->is_here ? announcer_wake_ms(&peer->announcer) : UINT64_MAX;

		if (wake_ms < at_ms)
			at_ms = wake_ms;
	}
	return at_ms;
}
