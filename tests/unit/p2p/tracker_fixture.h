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

static inline void check_tx(const struct tracker_tx *tx, size_t *entries)
{
	size_t in_flight = 0, alive = 0, room = 0;

	for (const struct tracker_entry *entry = tx->entries; entry;
	     entry = entry->next_of_tx) {
		bool is_asked = entry->state == TRACKER_CHOSEN || entry->state == TRACKER_ASKED;

		in_flight += is_asked;
		alive += entry->state != TRACKER_DONE;
		if (is_asked)
			ck_assert_ptr_eq(tx->asked, entry);
		if (entry->state == TRACKER_READY)
			ck_assert_ptr_nonnull(tx->asked);
		if (entry->state == TRACKER_WAITING) {
			ck_assert_ptr_null(tx->asked);
			room += (entry->peer->is_validator ||
			         entry->peer->asked_count < TRACKER_ASKED_MAX) &&
			        entry->peer->asked_bytes + entry->size <= TRACKER_ASKED_BYTES_MAX &&
			        entry->peer->entries[TRACKER_WAITING] == entry;
		}
		(*entries)++;
	}
	ck_assert_uint_eq(in_flight, tx->asked != NULL);
	ck_assert_uint_eq(room, 0); /* who waits first and has room is asked */
	ck_assert_int_eq(alive == 0, tx->linger_ms > 0);
}

static inline void tracker_check(void)
{
	const struct tracker_peer *peer;
	size_t entries = 0, of_peers = 0, chosen = 0;

	for (const struct tracker_tx *tx = tracker.txs; tx; tx = tx->hh.next) {
		ck_assert_ptr_nonnull(tx->entries);
		check_tx(tx, &entries);
	}
	ck_assert_uint_eq(entries, tracker.count);
	ck_assert_uint_le(tracker.count, TRACKER_TOTAL_MAX);
	DL_FOREACH (tracker.peers, peer) {
		size_t count = 0, asked = 0, bytes = 0;

		for (int state = 0; state < TRACKER_STATES; state++) {
			const struct tracker_entry *entry;

			DL_FOREACH (peer->entries[state], entry) {
				ck_assert_int_eq(entry->state, state);
				count++;
				if (state == TRACKER_CHOSEN || state == TRACKER_ASKED) {
					asked++;
					bytes += entry->size;
				}
				chosen += state == TRACKER_CHOSEN;
			}
		}
		ck_assert_uint_eq(peer->count, count);
		ck_assert_uint_eq(peer->asked_count, asked);
		ck_assert_uint_eq(peer->asked_bytes, bytes);
		ck_assert_uint_le(peer->asked_bytes, TRACKER_ASKED_BYTES_MAX);
		if (!peer->is_validator)
			ck_assert_uint_le(peer->asked_count, TRACKER_ASKED_MAX);
		of_peers += count;
	}
	ck_assert_uint_eq(of_peers, tracker.count);
	ck_assert_uint_eq(chosen, tracker.chosen_count);
}

#endif
