/* Whom the finder visits, and when; whom it lets go. */
#include "node/p2p/finder_inner.h"

#include "chain/base/invariant.h"

static bool is_group_taken(const struct finder *finder, const struct net_address *address)
{
	struct net_group group = net_group_of(address);

	/* On a site or a machine addresses say nothing of who holds them. */
	if (net_address_scope(address) != NET_PUBLIC)
		return false;
	for (size_t i = 0; i < PEERS_MAX; i++) {
		const struct finder_peer *peer = &finder->peers[i];
		struct net_group other;

		if (!peer->is_here || peer->visit != FINDER_STAY || !finder_has_kind(&peer->address))
			continue;
		other = net_group_of(&peer->address);
		if (net_group_equal(&group, &other))
			return true;
	}
	return false;
}

/* As backoff_failed, without the lot: entries are chosen by lot already. */
static uint64_t wait_s(const struct book_entry *entry)
{
	uint64_t max_s = DIAL_BACKOFF_MAX_MS / 1000;
	uint64_t wait = entry->failures < 16 ? UINT64_C(1) << entry->failures : max_s;

	return wait < max_s ? wait : max_s;
}

/* Its outcome is not known: nobody is dialed twice at once. */
static bool is_visiting(const struct finder *finder, const struct node_id *id)
{
	for (size_t i = 0; i < finder->visiting_count; i++)
		if (memcmp(&finder->visiting[i], id, sizeof *id) == 0)
			return true;
	return false;
}

static bool is_unfit_for_anything(const struct finder *finder, const struct book_entry *entry)
{
	const struct finder_world *world = &finder->world;

	return finder->now_s < entry->tried_s + wait_s(entry) ||
	       is_visiting(finder, &entry->node->id) ||
	       world->is_connected(world->owner, &entry->node->id) ||
	       !world->admits(world->owner, &entry->node->id);
}

static bool is_unfit_to_stay(void *owner, const struct book_entry *entry)
{
	const struct finder *finder = owner;
	struct net_address address = book_address(entry);

	return is_unfit_for_anything(finder, entry) || is_group_taken(finder, &address);
}

static bool is_unfit_for_feeler(void *owner, const struct book_entry *entry)
{
	return is_unfit_for_anything(owner, entry);
}

static void visit(struct finder *finder, const struct node_id *id,
                  const struct net_address *address, enum finder_visit what)
{
	if (!finder->world.visit(finder->world.owner, id, address, what)) {
		dialer_ended(&finder->dialer);
		return;
	}
	INVARIANT(finder->visiting_count < DIAL_AT_ONCE_MAX);
	finder->visiting[finder->visiting_count++] = *id;
	finder->counters.visits++;
	finder->counters.feelers += what == FINDER_FEELER;
	finder->outbound_count += what == FINDER_STAY;
}

static void visit_anchor(struct finder *finder, uint64_t now_ms)
{
	const struct anchor *anchor = &finder->anchors[finder->anchor_count - 1];

	if (!dialer_begin(&finder->dialer, now_ms, true))
		return;
	finder->anchor_count--;
	if (finder->world.is_connected(finder->world.owner, &anchor->node) ||
	    !finder->world.admits(finder->world.owner, &anchor->node))
		dialer_ended(&finder->dialer);
	else
		visit(finder, &anchor->node, &anchor->address, FINDER_STAY);
}

static size_t outbound_max(const struct finder *finder)
{
	return FINDER_OUTBOUND_MAX + (finder->is_tip_stale ? SLOTS_OUTBOUND_EXTRA : 0);
}

static void seek_to_stay(struct finder *finder, uint64_t now_ms)
{
	const struct book_wish wish = {
		.kinds = 1 << NET_IPV4 | 1 << NET_IPV6,
		.is_unfit = is_unfit_to_stay,
		.owner = finder,
	};
	/* Who has nobody does not wait for the spread of the start. */
	bool is_first = finder->outbound_count == 0;
	const struct book_entry *entry;
	struct net_address address;

	if (finder->outbound_count >= outbound_max(finder) || now_ms < finder->seek_ms)
		return;
	entry = book_choose(&finder->book, &wish, &finder->lots, finder->now_s);
	if (!entry)
		finder->seek_ms = now_ms + FINDER_SEEK_PAUSE_MS;
	if (!entry || !dialer_begin(&finder->dialer, now_ms, is_first))
		return;
	address = book_address(entry);
	visit(finder, &entry->node->id, &address, FINDER_STAY);
}

static void seek_by_feeler(struct finder *finder, uint64_t now_ms)
{
	const struct book_wish wish = {
		.not_tried = true,
		.kinds = 1 << NET_IPV4 | 1 << NET_IPV6,
		.is_unfit = is_unfit_for_feeler,
		.owner = finder,
	};
	const struct book_entry *entry;
	struct net_address address;

	if (!dialer_feeler_is_due(&finder->dialer, &finder->lots, now_ms))
		return;
	entry = book_to_test(&finder->book, finder->now_s);
	if (entry && (is_visiting(finder, &entry->node->id) ||
	              finder->world.is_connected(finder->world.owner, &entry->node->id)))
		entry = NULL;
	if (!entry)
		entry = book_choose(&finder->book, &wish, &finder->lots, finder->now_s);
	if (!entry || !dialer_begin(&finder->dialer, now_ms, false))
		return;
	address = book_address(entry);
	visit(finder, &entry->node->id, &address, FINDER_FEELER);
}

static void ask_seed(struct finder *finder, uint64_t now_ms)
{
	if (finder->config.seed_count == 0 || finder->seed_visits > 0 ||
	    now_ms < finder->seed_ms ||
	    (!finder->is_tip_stale &&
	     book_usable(&finder->book, finder->now_s, FINDER_ENOUGH) >= FINDER_ENOUGH) ||
	    !dialer_begin(&finder->dialer, now_ms, true))
		return;
	finder->seed_ms = now_ms + FINDER_SEED_PAUSE_MS / finder->config.seed_count;
	if (finder->world.visit_seed(finder->world.owner))
		finder->seed_visits++;
	else
		dialer_ended(&finder->dialer);
}

static bool may_be_asked(const struct finder_peer *peer, bool is_dialed, uint64_t now_ms)
{
	return peer->is_here && peer->is_dialed == is_dialed &&
	       (peer->asked_ms == 0 ||
	        now_ms >= peer->asked_ms + FINDER_ANSWER_PAUSE_MS + FINDER_ASK_PAUSE_MS);
}

/* By lot; PEERS_MAX: nobody. */
static uint16_t choose_to_ask(struct finder *finder, bool is_dialed, uint64_t now_ms)
{
	uint16_t chosen = PEERS_MAX;
	uint64_t count = 0;

	for (uint16_t i = 0; i < PEERS_MAX; i++)
		if (may_be_asked(&finder->peers[i], is_dialed, now_ms) &&
		    lots_below(&finder->lots, ++count) == 0)
			chosen = i;
	return chosen;
}

/* Whoever came in the meantime may have told others, and not us. Those that we chose first. */
static void ask_again(struct finder *finder, uint64_t now_ms)
{
	uint16_t chosen;

	if (now_ms < finder->ask_ms || finder->book.counts[BOOK_TRIED] >= FINDER_ENOUGH)
		return;
	finder->ask_ms = now_ms + FINDER_ASK_PAUSE_MS;
	chosen = choose_to_ask(finder, true, now_ms);
	if (chosen == PEERS_MAX)
		chosen = choose_to_ask(finder, false, now_ms);
	if (chosen < PEERS_MAX)
		finder_ask(finder, chosen, now_ms);
}

static void let_seeds_go(struct finder *finder, uint64_t now_ms)
{
	for (uint16_t i = 0; i < PEERS_MAX; i++) {
		const struct finder_peer *peer = &finder->peers[i];

		if (peer->is_here && peer->visit == FINDER_SEED &&
		    now_ms >= peer->since_ms + FINDER_SEED_STAY_MS)
			finder->world.close(finder->world.owner, i, "it has told what it knows");
	}
}

/* -- Beyond the ten ------------------------------------------------------------------------------- */

/* Of those who are here to stay, so many that came last. */
static void let_last_go(struct finder *finder, size_t count, const char *what)
{
	bool is_told[PEERS_MAX] = {false};

	for (; count > 0; count--) {
		size_t last = PEERS_MAX;

		for (size_t i = 0; i < PEERS_MAX; i++) {
			const struct finder_peer *peer = &finder->peers[i];

			if (peer->is_here && peer->visit == FINDER_STAY && !is_told[i] &&
			    (last == PEERS_MAX || peer->since_ms > finder->peers[last].since_ms))
				last = i;
		}
		if (last == PEERS_MAX)
			return;
		is_told[last] = true;
		finder->world.close(finder->world.owner, (uint16_t)last, what);
	}
}

void finder_set_stale(struct finder *finder, bool is_stale, uint64_t now_ms)
{
	if (finder->is_tip_stale == is_stale)
		return;
	finder->is_tip_stale = is_stale;
	finder->turn_ms = now_ms + FINDER_STALE_TURN_MS;
	if (is_stale) {
		finder->seek_ms = now_ms;
		finder->seed_ms = now_ms;
	} else if (finder->outbound_count > FINDER_OUTBOUND_MAX) {
		let_last_go(finder, finder->outbound_count - FINDER_OUTBOUND_MAX,
		            "it is not needed any more");
	}
}

static void turn_extra(struct finder *finder, uint64_t now_ms)
{
	if (!finder->is_tip_stale || now_ms < finder->turn_ms)
		return;
	finder->turn_ms = now_ms + FINDER_STALE_TURN_MS;
	if (finder->outbound_count >= outbound_max(finder))
		let_last_go(finder, SLOTS_OUTBOUND_EXTRA, "others may know more");
}

void finder_step(struct finder *finder, uint64_t now_ms, uint64_t now_s)
{
	finder_tell(finder, now_ms, now_s);
	let_seeds_go(finder, now_ms);
	turn_extra(finder, now_ms);
	if (finder->anchor_count > 0)
		visit_anchor(finder, now_ms);
	ask_seed(finder, now_ms);
	ask_again(finder, now_ms);
	seek_to_stay(finder, now_ms);
	seek_by_feeler(finder, now_ms);
}
