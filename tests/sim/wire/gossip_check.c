/* What must hold of relay and finder. */
#include "tests/sim/wire/gossip_inner.h"

#include <stdio.h>

/* One may be larger than all that may be in flight; who is a validator no longer was asked for as
 * much as one, and has as many entries. */
static bool has_too_much_in_flight(const struct tracker_peer *peer, bool was_validator)
{
	return (peer->asked_bytes > TRACKER_ASKED_BYTES_MAX && peer->asked_count > 1) ||
	       (peer->asked_count > TRACKER_ASKED_MAX && !was_validator);
}

static const char *check_peer(const struct relay_peer *peer, bool was_validator)
{
	if (peer->tracked->count > (was_validator ? TRACKER_VALIDATOR_MAX : TRACKER_PEER_MAX))
		return "a tracker has more entries of a peer than it may";
	if (has_too_much_in_flight(peer->tracked, was_validator))
		return "more is asked of a peer at once than may be";
	if (peer->announcer.count > ANNOUNCER_MAX)
		return "an announcer has more names than it may";
	return NULL;
}

static const char *check_honest(const struct gossip *gossip, uint16_t seat, uint64_t now_ms)
{
	static const struct bucket_rate rate = TX_FAULT_RATE;
	struct bucket faults = gossip->relay->peers[seat].faults;

	if (!bucket_take(&faults, &rate, now_ms, rate.burst))
		return "an honest peer is held to have sent what is faulty";
	if (discourage_has_node(&gossip->discouraged, town_id(gossip->seats[seat]), now_ms))
		return "an honest peer is discouraged";
	return NULL;
}

const char *gossip_check(const struct gossip *gossip, const bool is_honest[TOWN_MAX],
                         uint64_t now_ms)
{
	const char *what = NULL;

	for (uint16_t seat = 0; seat < TOWN_MAX && !what; seat++) {
		const struct relay_peer *peer = &gossip->relay->peers[seat];

		if (!peer->is_here)
			continue;
		what = check_peer(peer, gossip->was_validator[seat]);
		if (!what && is_honest[gossip->seats[seat]])
			what = check_honest(gossip, seat, now_ms);
	}
	if (gossip->relay->tracker.count > TRACKER_TOTAL_MAX)
		what = "a tracker has more entries than it may";
	if (gossip->relay->held_count > RELAY_HELD_MAX)
		what = "a relay has more names on hold than it may";
	if (gossip->finder->outbound_count > FINDER_OUTBOUND_MAX + SLOTS_OUTBOUND_EXTRA)
		what = "a finder has more sessions to stay than it may";
	if (gossip->finder->dialer.in_flight > DIAL_AT_ONCE_MAX)
		what = "a finder dials more at once than it may";
	return what;
}

const char *gossip_waits(const struct gossip *gossip)
{
	const struct relay *relay = gossip->relay;

	if (relay->tracker.in_flight)
		return "a transaction is asked for";
	if (relay->tracker.count > 0)
		return "a transaction that was announced is not settled";
	if (relay->held_count > 0)
		return "names are on hold";
	for (uint16_t seat = 0; seat < TOWN_MAX; seat++)
		if (relay->peers[seat].is_here && relay->peers[seat].announcer.count > 0)
			return "names wait to be told";
	return NULL;
}

void gossip_tell_known(const struct gossip *gossip, uint16_t other, char *text, size_t size)
{
	const struct finder *finder = gossip->finder;
	struct net_address address = town_address(other);
	const struct book_entry *entry = book_find(&finder->book, town_id(other), &address);

	snprintf(text, size,
	         "%s%zu to stay, %zu dialed now, %zu new and %zu tried; it %s, tried %lld s ago, "
	         "%u failures%s%s",
	         gossip->config.is_hidden ? "hidden, " : "", finder->outbound_count, finder->dialer.in_flight, finder->book.counts[BOOK_NEW],
	         finder->book.counts[BOOK_TRIED], entry ? "is known" : "is not known",
	         entry ? (long long)(gossip->time.now_s - entry->tried_s) : 0,
	         entry ? entry->failures : 0,
	         entry && entry->node->record ? ", has its record" : ", without its record",
	         discourage_has_node(&gossip->discouraged, town_id(other), gossip->time.now_ms)
	             ? ", discouraged"
	             : "");
}
