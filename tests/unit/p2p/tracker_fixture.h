/* A tracker, peers, and what must hold of it between two calls. */
#ifndef TESTS_UNIT_P2P_TRACKER_FIXTURE_H
#define TESTS_UNIT_P2P_TRACKER_FIXTURE_H

#include "node/p2p/tracker.h"
#include "tests/support/support.h"

#include <utlist.h>

static struct tracker tracker;

static inline void tracker_setup(void)
{
	static const uint8_t key[SIPHASH_KEY_SIZE] = {8};

	tracker_init(&tracker, key);
}

static inline void tracker_teardown(void)
{
	tracker_close(&tracker);
}

static inline struct hash tx_numbered(uint32_t number)
{
	struct hash id = {{0}};

	put_le32(id.bytes, number);
	return id;
}

static inline bool has_room_first(const struct tracker_entry *entry)
{
	const struct tracker_peer *peer = entry->peer;

	return (peer->is_validator || peer->asked_count < TRACKER_ASKED_MAX) &&
	       peer->asked_bytes + entry->size <= TRACKER_ASKED_BYTES_MAX &&
	       peer->entries[TRACKER_WAITING] == entry;
}

/* How many rules are broken; one assertion for all, as each writes to a file. */
static inline size_t broken_of_tx(const struct tracker_tx *tx, size_t *entries)
{
	size_t in_flight = 0, alive = 0, broken = tx->entries == NULL;

	for (const struct tracker_entry *entry = tx->entries; entry;
	     entry = entry->next_of_tx) {
		bool is_asked = entry->state == TRACKER_CHOSEN || entry->state == TRACKER_ASKED;

		in_flight += is_asked;
		alive += entry->state != TRACKER_DONE;
		broken += is_asked && tx->asked != entry;
		broken += entry->state == TRACKER_READY && !tx->asked;
		broken += entry->state == TRACKER_WAITING && tx->asked;
		/* who waits first and has room is asked */
		broken += entry->state == TRACKER_WAITING && has_room_first(entry);
		(*entries)++;
	}
	broken += in_flight != (tx->asked != NULL);
	broken += (alive == 0) != (tx->linger_ms > 0);
	return broken;
}

static inline size_t broken_of_peer(const struct tracker_peer *peer, size_t *chosen)
{
	size_t count = 0, asked = 0, bytes = 0, broken = 0;

	for (int state = 0; state < TRACKER_STATES; state++) {
		const struct tracker_entry *entry;

		DL_FOREACH (peer->entries[state], entry) {
			bool is_asked = state == TRACKER_CHOSEN || state == TRACKER_ASKED;

			broken += entry->state != state;
			count++;
			asked += is_asked;
			bytes += is_asked ? entry->size : 0;
			*chosen += state == TRACKER_CHOSEN;
		}
	}
	broken += peer->count != count;
	broken += peer->asked_count != asked;
	broken += peer->asked_bytes != bytes;
	broken += peer->asked_bytes > TRACKER_ASKED_BYTES_MAX;
	broken += !peer->is_validator && peer->asked_count > TRACKER_ASKED_MAX;
	return broken;
}

static inline void tracker_check(void)
{
	const struct tracker_peer *peer;
	size_t entries = 0, of_peers = 0, chosen = 0, broken = 0;

	for (const struct tracker_tx *tx = tracker.txs; tx; tx = tx->hh.next)
		broken += broken_of_tx(tx, &entries);
	DL_FOREACH (tracker.peers, peer) {
		broken += broken_of_peer(peer, &chosen);
		of_peers += peer->count;
	}
	ck_assert_uint_eq(broken, 0);
	ck_assert_uint_eq(entries, tracker.count);
	ck_assert_uint_eq(of_peers, tracker.count);
	ck_assert_uint_eq(chosen, tracker.chosen_count);
	ck_assert_uint_le(tracker.count, TRACKER_TOTAL_MAX);
}

#endif
