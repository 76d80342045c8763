/* utlist asserts that what is deleted was in a list; a pure library has INVARIANT alone, and
 * every entry here is in the list that its state names. */
#define NDEBUG
#include "node/p2p/tracker.h"

#include "chain/base/invariant.h"

#include <utlist.h>

void tracker_init(struct tracker *tracker, const uint8_t key[SIPHASH_KEY_SIZE])
{
	*tracker = (struct tracker){.key = siphash_key(key)};
}

void tracker_close(struct tracker *tracker)
{
	while (tracker->peers)
		tracker_leave(tracker, tracker->peers, 0);
	while (tracker->txs) {
		struct tracker_tx *tx = tracker->txs;

		INVARIANT(!tx->entries);
		HASH_DEL(tracker->txs, tx);
		memory_free(tx);
	}
	INVARIANT(tracker->count == 0 && tracker->chosen_count == 0);
}

static struct tracker_tx *find_tx(const struct tracker *tracker, const struct hash *id)
{
	struct tracker_tx *tx;

	HASH_FIND(hh, tracker->txs, id, sizeof *id, tx);
	return tx;
}

static struct tracker_entry *find_entry(const struct tracker_tx *tx,
                                        const struct tracker_peer *peer)
{
	struct tracker_entry *entry = tx->entries;

	while (entry && entry->peer != peer)
		entry = entry->next_of_tx;
	return entry;
}

/* -- States ---------------------------------------------------------------------------------- */

static bool is_in_flight(enum tracker_state state)
{
	return state == TRACKER_CHOSEN || state == TRACKER_ASKED;
}

static bool is_ready(const struct tracker_entry *entry)
{
	return entry->state == TRACKER_READY || entry->state == TRACKER_WAITING;
}

/* Out of all lists that its state put it into. */
static void leave_state(struct tracker *tracker, struct tracker_entry *entry)
{
	struct tracker_peer *peer = entry->peer;

	DL_DELETE(peer->entries[entry->state], entry);
	if (entry->state == TRACKER_DELAYED)
		DL_DELETE2(tracker->delayed, entry, time_prev, time_next);
	if (entry->state == TRACKER_CHOSEN)
		tracker->chosen_count--;
	if (is_in_flight(entry->state)) {
		DL_DELETE2(tracker->in_flight, entry, time_prev, time_next);
		peer->asked_count--;
		peer->asked_bytes -= entry->size;
	}
}

/* All waits are equally long, so what begins last ends last and each list is in order. */
static void enter_state(struct tracker *tracker, struct tracker_entry *entry,
                        enum tracker_state state, uint64_t at_ms)
{
	struct tracker_peer *peer = entry->peer;

	entry->state = (uint8_t)state;
	entry->at_ms = at_ms;
	DL_APPEND(peer->entries[state], entry);
	if (state == TRACKER_DELAYED)
		DL_APPEND2(tracker->delayed, entry, time_prev, time_next);
	if (state == TRACKER_CHOSEN)
		tracker->chosen_count++;
	if (is_in_flight(state)) {
		DL_APPEND2(tracker->in_flight, entry, time_prev, time_next);
		peer->asked_count++;
		peer->asked_bytes += entry->size;
	}
}

static void set_state(struct tracker *tracker, struct tracker_entry *entry,
                      enum tracker_state state, uint64_t at_ms)
{
	leave_state(tracker, entry);
	enter_state(tracker, entry, state, at_ms);
}

/* -- Life of entries and transactions ----------------------------------------------------------- */

static void stop_lingering(struct tracker *tracker, struct tracker_tx *tx)
{
	if (tx->linger_ms == 0)
		return;
	DL_DELETE(tracker->lingering, tx);
	tx->linger_ms = 0;
}

static void remove_tx_if_empty(struct tracker *tracker, struct tracker_tx *tx)
{
	if (tx->entries)
		return;
	stop_lingering(tracker, tx);
	HASH_DEL(tracker->txs, tx);
	memory_free(tx);
}

/* The transaction stays, entries or not. */
static void remove_entry(struct tracker *tracker, struct tracker_entry *entry)
{
	struct tracker_tx *tx = entry->tx;
	struct tracker_entry **link = &tx->entries;

	while (*link != entry)
		link = &(*link)->next_of_tx;
	*link = entry->next_of_tx;
	if (tx->asked == entry)
		tx->asked = NULL;
	leave_state(tracker, entry);
	entry->peer->count--;
	if (entry->peer->usage)
		usage_release(entry->peer->usage, USAGE_RELAY, TRACKER_ENTRY_BYTES);
	tracker->count--;
	memory_free(entry);
}

/* Nobody is asked and nobody is left to be asked: it goes, unless an answer may still be on its
 * way. Those entries stay that excuse it. */
static void end_tx(struct tracker *tracker, struct tracker_tx *tx, uint64_t now_ms)
{
	struct tracker_entry *entry = tx->entries;

	while (entry) {
		struct tracker_entry *next = entry->next_of_tx;

		if (entry->at_ms <= now_ms)
			remove_entry(tracker, entry);
		entry = next;
	}
	stop_lingering(tracker, tx);
	if (tx->entries) {
		tx->linger_ms = now_ms + TRACKER_LATE_MS;
		DL_APPEND(tracker->lingering, tx);
	}
	remove_tx_if_empty(tracker, tx);
}

/* -- Choosing -------------------------------------------------------------------------------------- */

static bool has_room(const struct tracker_peer *peer, uint32_t size)
{
	if (!peer->is_validator && peer->asked_count >= TRACKER_ASKED_MAX)
		return false;
	return peer->asked_bytes + size <= TRACKER_ASKED_BYTES_MAX;
}

/* Higher is better; nobody but us can foresee it. */
static uint64_t rank_of(const struct tracker *tracker, const struct tracker_entry *entry)
{
	uint8_t bytes[HASH_SIZE + 8];

	memcpy(bytes, entry->tx->id.bytes, HASH_SIZE);
	put_le64(bytes + HASH_SIZE, entry->peer->serial);
	return (uint64_t)entry->peer->is_preferred << 63 |
	       siphash_2_4(&tracker->key, bytes, sizeof bytes) >> 1;
}

static void ask(struct tracker *tracker, struct tracker_entry *entry, uint64_t now_ms)
{
	struct tracker_entry *other = entry->tx->entries;

	entry->tx->asked = entry;
	set_state(tracker, entry, TRACKER_CHOSEN, now_ms + TRACKER_TIMEOUT_MS);
	for (; other; other = other->next_of_tx)
		if (other->state == TRACKER_WAITING)
			set_state(tracker, other, TRACKER_READY, 0);
}

/* Nobody is being asked: the best of those who are ready and have room, or all wait for room. */
static void choose(struct tracker *tracker, struct tracker_tx *tx, uint64_t now_ms)
{
	struct tracker_entry *best = NULL;
	uint64_t best_rank = 0;
	bool is_over = true;

	INVARIANT(!tx->asked);
	for (struct tracker_entry *entry = tx->entries; entry; entry = entry->next_of_tx) {
		uint64_t rank;

		is_over = is_over && entry->state == TRACKER_DONE;
		if (!is_ready(entry) || !has_room(entry->peer, entry->size))
			continue;
		rank = rank_of(tracker, entry);
		if (!best || rank > best_rank) {
			best = entry;
			best_rank = rank;
		}
	}
	if (is_over) {
		end_tx(tracker, tx, now_ms);
		return;
	}
	if (best) {
		ask(tracker, best, now_ms);
		return;
	}
	for (struct tracker_entry *entry = tx->entries; entry; entry = entry->next_of_tx)
		if (entry->state == TRACKER_READY)
			set_state(tracker, entry, TRACKER_WAITING, 0);
}

/* The peer has room again. */
static void use_room(struct tracker *tracker, struct tracker_peer *peer, uint64_t now_ms)
{
	struct tracker_entry *first;

	while ((first = peer->entries[TRACKER_WAITING]) && has_room(peer, first->size))
		ask(tracker, first, now_ms);
}

/* -- Peers -------------------------------------------------------------------------------------------- */

struct tracker_peer *tracker_join(struct tracker *tracker, bool is_preferred,
                                  bool is_validator)
{
	struct tracker_peer *peer = memory_new(sizeof *peer);

	if (!peer)
		return NULL;
	peer->serial = tracker->next_serial++;
	peer->is_preferred = is_preferred;
	peer->is_validator = is_validator;
	DL_APPEND(tracker->peers, peer);
	return peer;
}

void tracker_count(struct tracker_peer *peer, struct usage *usage)
{
	INVARIANT(!peer->usage);
	peer->usage = usage;
	usage_take(usage, USAGE_RELAY, peer->count * TRACKER_ENTRY_BYTES);
}

void tracker_leave(struct tracker *tracker, struct tracker_peer *peer, uint64_t now_ms)
{
	for (int state = 0; state < TRACKER_STATES; state++)
		while (peer->entries[state]) {
			struct tracker_tx *tx = peer->entries[state]->tx;

			remove_entry(tracker, peer->entries[state]);
			if (!tx->asked && tx->linger_ms == 0)
				choose(tracker, tx, now_ms);
			else
				remove_tx_if_empty(tracker, tx);
		}
	DL_DELETE(tracker->peers, peer);
	memory_free(peer);
}

/* -- Announced ------------------------------------------------------------------------------------------ */

/* All are full: the peer with the most entries loses one, unless it is this one. */
static bool make_room(struct tracker *tracker, const struct tracker_peer *announcer,
                      uint64_t now_ms)
{
	static const enum tracker_state order[] = {TRACKER_DONE, TRACKER_DELAYED,
	                                           TRACKER_READY, TRACKER_WAITING};
	struct tracker_peer *largest = tracker->peers;
	struct tracker_peer *peer;

	DL_FOREACH (tracker->peers, peer)
		if (peer->count > largest->count)
			largest = peer;
	if (largest->count <= announcer->count + 1)
		return false;
	for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
		struct tracker_entry *head = largest->entries[order[i]];
		struct tracker_tx *tx;

		if (!head)
			continue;
		tx = head->prev->tx; /* the newest: the head's prev is the tail */
		remove_entry(tracker, head->prev);
		if (!tx->asked && tx->linger_ms == 0)
			choose(tracker, tx, now_ms);
		else
			remove_tx_if_empty(tracker, tx);
		return true;
	}
	return false;
}

static struct tracker_tx *tx_of(struct tracker *tracker, const struct hash *id)
{
	struct tracker_tx *tx = find_tx(tracker, id);

	if (tx)
		return tx;
	tx = memory_new(sizeof *tx);
	if (!tx)
		return NULL;
	tx->id = *id;
	HASH_ADD(hh, tracker->txs, id, sizeof tx->id, tx);
	if (table_has(tx))
		return tx;
	memory_free(tx);
	return NULL;
}

enum tracker_answer tracker_announced(struct tracker *tracker, struct tracker_peer *peer,
                                      const struct hash *id, uint32_t size,
                                      uint64_t now_ms)
{
	size_t count_max = peer->is_validator ? TRACKER_VALIDATOR_MAX : TRACKER_PEER_MAX;
	struct tracker_tx *tx = find_tx(tracker, id);
	struct tracker_entry *entry;

	if (tx && find_entry(tx, peer))
		return TRACKER_AGAIN;
	if (peer->count >= count_max)
		return TRACKER_FULL;
	if (tracker->count >= TRACKER_TOTAL_MAX && !make_room(tracker, peer, now_ms))
		return TRACKER_FULL;
	tx = tx_of(tracker, id); /* making room may have taken it */
	entry = tx ? memory_new(sizeof *entry) : NULL;
	if (!entry) {
		if (tx)
			remove_tx_if_empty(tracker, tx);
		return TRACKER_FULL;
	}
	stop_lingering(tracker, tx);
	*entry = (struct tracker_entry){
		.tx = tx,
		.peer = peer,
		.next_of_tx = tx->entries,
		.size = size,
	};
	tx->entries = entry;
	peer->count++;
	if (peer->usage)
		usage_take(peer->usage, USAGE_RELAY, TRACKER_ENTRY_BYTES);
	tracker->count++;
	if (peer->is_preferred)
		enter_state(tracker, entry, TRACKER_READY, 0);
	else
		enter_state(tracker, entry, TRACKER_DELAYED, now_ms + TRACKER_DELAY_MS);
	if (!tx->asked)
		choose(tracker, tx, now_ms);
	return TRACKER_GOOD;
}

/* -- Answers ----------------------------------------------------------------------------------------------- */

/* It is here: nobody is asked any more. Who was asked may still answer. */
static void settle(struct tracker *tracker, struct tracker_tx *tx, uint64_t now_ms)
{
	struct tracker_peer *peer = tx->asked ? tx->asked->peer : NULL;

	if (tx->asked)
		set_state(tracker, tx->asked, TRACKER_DONE, now_ms + TRACKER_LATE_MS);
	tx->asked = NULL;
	for (struct tracker_entry *entry = tx->entries; entry; entry = entry->next_of_tx)
		if (entry->state != TRACKER_DONE)
			set_state(tracker, entry, TRACKER_DONE, 0);
	end_tx(tracker, tx, now_ms);
	if (peer)
		use_room(tracker, peer, now_ms);
}

enum tracker_answer tracker_came(struct tracker *tracker, struct tracker_peer *peer,
                                 const struct hash *id, uint32_t size, uint64_t now_ms)
{
	struct tracker_tx *tx = find_tx(tracker, id);
	struct tracker_entry *entry = tx ? find_entry(tx, peer) : NULL;
	enum tracker_answer answer;

	if (!entry)
		return TRACKER_UNASKED;
	if (is_in_flight(entry->state))
		answer = entry->size == size ? TRACKER_GOOD : TRACKER_WRONG_SIZE;
	else if (entry->state == TRACKER_DONE && now_ms < entry->at_ms)
		answer = TRACKER_LATE;
	else
		return TRACKER_UNASKED;
	/* Its entry goes first: a second answer has no excuse. */
	remove_entry(tracker, entry);
	settle(tracker, tx, now_ms);
	use_room(tracker, peer, now_ms);
	return answer;
}

enum tracker_answer tracker_not_found(struct tracker *tracker, struct tracker_peer *peer,
                                      const struct hash *id, uint64_t now_ms)
{
	struct tracker_tx *tx = find_tx(tracker, id);

	if (!tx || !tx->asked || tx->asked->peer != peer)
		return TRACKER_UNASKED;
	set_state(tracker, tx->asked, TRACKER_DONE, 0);
	tx->asked = NULL;
	choose(tracker, tx, now_ms);
	use_room(tracker, peer, now_ms);
	return TRACKER_GOOD;
}

void tracker_forget(struct tracker *tracker, const struct hash *id, uint64_t now_ms)
{
	struct tracker_tx *tx = find_tx(tracker, id);

	if (tx && tx->linger_ms == 0)
		settle(tracker, tx, now_ms);
}

/* -- Time ----------------------------------------------------------------------------------------------------- */

static void time_out(struct tracker *tracker, struct tracker_entry *entry,
                     uint64_t now_ms)
{
	struct tracker_peer *peer = entry->peer;

	peer->timeouts++;
	entry->tx->asked = NULL;
	set_state(tracker, entry, TRACKER_DONE, now_ms + TRACKER_LATE_MS);
	choose(tracker, entry->tx, now_ms);
	use_room(tracker, peer, now_ms);
}

void tracker_step(struct tracker *tracker, uint64_t now_ms)
{
	struct tracker_entry *entry;
	struct tracker_tx *tx;

	while ((entry = tracker->delayed) && entry->at_ms <= now_ms) {
		set_state(tracker, entry, TRACKER_READY, 0);
		if (!entry->tx->asked)
			choose(tracker, entry->tx, now_ms);
	}
	while ((entry = tracker->in_flight) && entry->at_ms <= now_ms)
		time_out(tracker, entry, now_ms);
	while ((tx = tracker->lingering) && tx->linger_ms <= now_ms) {
		while (tx->entries)
			remove_entry(tracker, tx->entries);
		remove_tx_if_empty(tracker, tx);
	}
}

uint64_t tracker_wake_ms(const struct tracker *tracker)
{
	uint64_t at_ms = UINT64_MAX;

	if (tracker->delayed)
		at_ms = tracker->delayed->at_ms;
	if (tracker->in_flight && tracker->in_flight->at_ms < at_ms)
		at_ms = tracker->in_flight->at_ms;
	if (tracker->lingering && tracker->lingering->linger_ms < at_ms)
		at_ms = tracker->lingering->linger_ms;
	return at_ms;
}

size_t tracker_take(struct tracker *tracker, struct tracker_peer *peer, struct hash *ids,
                    size_t count_max, size_t bytes_max)
{
	struct tracker_entry *entry;
	size_t count = 0, bytes = 0;

	while (count < count_max && (entry = peer->entries[TRACKER_CHOSEN])) {
		if (count > 0 && bytes + entry->size > bytes_max)
			break;
		bytes += entry->size;
		ids[count++] = entry->tx->id;
		/* The time-out is as it was, and so is the order. */
		DL_DELETE(peer->entries[TRACKER_CHOSEN], entry);
		entry->state = TRACKER_ASKED;
		DL_APPEND(peer->entries[TRACKER_ASKED], entry);
		tracker->chosen_count--;
	}
	return count;
}
