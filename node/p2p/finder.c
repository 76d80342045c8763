#include "node/p2p/finder_inner.h"

#include "chain/base/invariant.h"

enum status finder_init(struct finder *finder, const struct finder_world *world,
                        const struct finder_config *config, struct bytes_view saved,
                        const uint8_t *seed, uint64_t now_ms, uint64_t now_s)
{
	enum status status;

	*finder = (struct finder){
		.world = *world,
		.config = *config,
		.list = known_list_hash(config->book.listed, config->book.listed_count),
	};
	if (saved.size > 0)
		status = book_load(&finder->book, &config->book, saved, now_s);
	else
		status = book_init(&finder->book, &config->book);
	if (status != STATUS_OK)
		return status;
	lots_init(&finder->lots, seed);
	dialer_init(&finder->dialer, &finder->lots, now_ms);
	buffer_init(&finder->record, NODE_RECORD_SIZE_MAX);
	finder->seed_ms = now_ms;
	finder->ask_ms = now_ms + FINDER_ASK_PAUSE_MS;
	return STATUS_OK;
}

void finder_close(struct finder *finder)
{
	buffer_close(&finder->record);
	book_close(&finder->book);
}

static struct finder_peer *peer_of(struct finder *finder, uint16_t number)
{
	return number < PEERS_MAX && finder->peers[number].is_here ? &finder->peers[number] : NULL;
}

/* -- Sessions ------------------------------------------------------------------------------------- */

/* However it went. */
static void end_dialing(struct finder *finder, const struct node_id *id)
{
	size_t i = 0;

	dialer_ended(&finder->dialer);
	while (i < finder->visiting_count &&
	       memcmp(&finder->visiting[i], id, sizeof *id) != 0)
		i++;
	if (i < finder->visiting_count)
		finder->visiting[i] = finder->visiting[--finder->visiting_count];
}

static void end_visit(struct finder *finder, enum finder_visit visit)
{
	if (visit == FINDER_STAY)
		finder->outbound_count--;
	else if (visit == FINDER_SEED)
		finder->seed_visits--;
}

void finder_ask(struct finder *finder, uint16_t number, uint64_t now_ms)
{
	struct finder_peer *peer = &finder->peers[number];

	peer->asked_ms = now_ms > 0 ? now_ms : 1;
	peer->answer_until_ms = now_ms + FINDER_ADDR_LATE_MS;
	bucket_grant(&peer->records, ADDR_RECORDS_MAX);
	finder->world.send(finder->world.owner, number, TYPE_GETADDR, bytes_view(NULL, 0));
}

void finder_on_open(struct finder *finder, uint16_t number,
                    const struct finder_session *session, uint64_t now_ms, uint64_t now_s)
{
	static const struct bucket_rate rate = ADDR_RATE;
	struct finder_peer *peer = &finder->peers[number];

	INVARIANT(number < PEERS_MAX && !peer->is_here);
	*peer = (struct finder_peer){
		.is_here = true,
		.is_dialed = session->is_dialed,
		.visit = (uint8_t)session->visit,
		.serial = ++finder->next_serial,
		.since_ms = now_ms,
		.takes_known = session->takes_known,
		.id = session->id,
		.address = session->address,
	};
	finder->now_s = now_s;
	bucket_init(&peer->records, &rate, now_ms);
	if (session->visit != FINDER_NO_VISIT)
		end_dialing(finder, &peer->id);
	if (session->is_dialed && finder_has_kind(&peer->address)) {
		book_met(&finder->book, &peer->id, &peer->address, now_s);
		finder->counters.met++;
	}
	if (session->visit == FINDER_FEELER) {
		finder->world.close(finder->world.owner, number, "it was to be seen that it is there");
		return;
	}
	finder_introduce(finder, number, now_ms);
	if (session->is_dialed)
		finder_ask(finder, number, now_ms);
}

void finder_on_close(struct finder *finder, uint16_t number)
{
	struct finder_peer *peer = peer_of(finder, number);

	if (!peer)
		return;
	end_visit(finder, peer->visit);
	*peer = (struct finder_peer){0};
}

/* While nobody else is reached either, it may be we who are cut off. Whoever is called by all others
 * dials few, and is online as well. */
static bool are_online(const struct finder *finder)
{
	size_t count = 0;

	for (size_t i = 0; i < PEERS_MAX; i++)
		count += finder->peers[i].is_here;
	return count >= DIAL_ONLINE_SESSIONS;
}

void finder_on_unmet(struct finder *finder, const struct node_id *id,
                     const struct net_address *address, enum finder_visit visit,
                     uint64_t now_s)
{
	finder->counters.unmet++;
	end_dialing(finder, id);
	end_visit(finder, visit);
	if (finder_has_kind(address))
		book_failed(&finder->book, id, address, now_s, are_online(finder));
}

/* -- Messages ----------------------------------------------------------------------------------------- */

static bool may_share(void *owner, const struct node_id *id)
{
	const struct finder *finder = owner;

	return finder->world.admits(finder->world.owner, id);
}

static void on_getaddr(struct finder *finder, struct finder_peer *peer, uint16_t number,
                       struct bytes_view bytes, uint64_t now_ms)
{
	uint8_t kind = finder_has_kind(&peer->address) ? peer->address.kind : NET_IPV4;
	struct bytes_view answer;

	if (bytes.size > 0) {
		finder->world.blame(finder->world.owner, number, "a GETADDR with a body");
		return;
	}
	/* A question that comes too soon has no answer, and is no breach. */
	if (peer->answered_ms > 0 && now_ms < peer->answered_ms + FINDER_ANSWER_PAUSE_MS)
		return;
	/* When it first heard of us it may have had no place for it. */
	if (peer->answered_ms > 0 && finder->record.size > 0)
		finder_send_record(finder, number, buffer_view(&finder->record));
	peer->answered_ms = now_ms > 0 ? now_ms : 1;
	if (book_share(&finder->book, 0, kind, &finder->lots, finder->now_s, may_share, finder,
	               &answer) == STATUS_OK)
		finder->world.send(finder->world.owner, number, TYPE_ADDR, answer);
}

static void on_addr(struct finder *finder, struct finder_peer *peer, uint16_t number,
                    struct bytes_view bytes, uint64_t now_ms)
{
	static const struct bucket_rate rate = ADDR_RATE;
	struct bytes_view records[ADDR_RECORDS_MAX];
	size_t count;
	uint32_t some;

	if (addr_decode(records, &count, bytes) != STATUS_OK) {
		finder->world.blame(finder->world.owner, number, "an ADDR that cannot be read");
		return;
	}
	if (count > ADDR_UNASKED_MAX) {
		if (!finder_expects(peer, count, now_ms)) {
			finder->world.blame(finder->world.owner, number,
			                    "more addresses than anybody asked for");
			return;
		}
	}
	/* Which of them are dropped is not for him to decide. */
	lots_shuffle(&finder->lots, records, count, sizeof *records);
	some = bucket_take_some(&peer->records, &rate, now_ms, (uint32_t)count);
	finder->counters.records_surplus += count - some;
	if (some > 0)
		finder->world.check(finder->world.owner, number, peer->serial, records, some);
}

void finder_on_message(struct finder *finder, uint16_t number, enum message_type type,
                       struct bytes_view bytes, uint64_t now_ms, uint64_t now_s)
{
	struct finder_peer *peer = peer_of(finder, number);

	finder->now_s = now_s;
	if (peer && type == TYPE_GETADDR)
		on_getaddr(finder, peer, number, bytes, now_ms);
	else if (peer && type == TYPE_ADDR)
		on_addr(finder, peer, number, bytes, now_ms);
	else if (peer && type == TYPE_KNOWN)
		finder_on_known(finder, number, bytes, now_ms);
}

/* To the two peers with the highest ranks, the same all day long: nobody gets further by telling it
 * again. */
static void pass_on(struct finder *finder, const struct node_record *record, uint16_t from)
{
	uint64_t ranks[ADDR_RELAY_PEERS] = {0};
	uint16_t best[ADDR_RELAY_PEERS];
	size_t count = 0;
	uint8_t bytes[NODE_RECORD_SIZE_MAX];
	struct writer out = writer_on(bytes, sizeof bytes);

	for (uint16_t i = 0; i < PEERS_MAX; i++) {
		const struct finder_peer *peer = &finder->peers[i];
		uint64_t rank;

		if (!peer->is_here || i == from || peer->visit == FINDER_FEELER ||
		    memcmp(&peer->id, &record->node_id, sizeof peer->id) == 0)
			continue;
		rank = book_relay_rank(&finder->book, &record->node_id, finder->now_s / 86400, &peer->id);
		for (size_t place = 0; place < ADDR_RELAY_PEERS; place++) {
			if (place < count && rank <= ranks[place])
				continue;
			for (size_t k = ADDR_RELAY_PEERS - 1; k > place; k--) {
				ranks[k] = ranks[k - 1];
				best[k] = best[k - 1];
			}
			ranks[place] = rank;
			best[place] = i;
			count += count < ADDR_RELAY_PEERS;
			break;
		}
	}
	node_record_put(&out, record);
	for (size_t i = 0; i < count; i++) {
		finder_send_record(finder, best[i], bytes_view(bytes, node_record_size(record)));
		finder->counters.records_relayed++;
	}
}

static enum book_finding add_record(struct finder *finder, const struct finder_peer *peer,
                                    const struct node_record *record, bool is_own)
{
	struct net_group source = net_group_of(&peer->address);

	if (is_own && finder_has_kind(&peer->address))
		return book_add_own_record(&finder->book, record, &peer->address, finder->now_s);
	return book_add_record(&finder->book, record, &source, finder->now_s);
}

void finder_on_checked(struct finder *finder, uint16_t number, uint64_t serial,
                       const struct node_record *records, const bool *is_valid, size_t count,
                       uint64_t now_ms, uint64_t now_s)
{
	const struct finder_peer *peer = peer_of(finder, number);
	bool is_answer;

	/* Who is gone is not blamed, and not believed. */
	if (!peer || peer->serial != serial)
		return;
	finder->now_s = now_s;
	is_answer = count > ADDR_UNASKED_MAX || now_ms < peer->answer_until_ms;
	for (size_t i = 0; i < count; i++) {
		bool is_own = memcmp(&records[i].node_id, &peer->id, sizeof peer->id) == 0;

		if (!is_valid[i]) {
			finder->world.blame(finder->world.owner, number,
			                    "a node record that its node did not sign");
			return;
		}
		if (!node_record_is_fresh(&records[i], now_s) ||
		    !finder->world.admits(finder->world.owner, &records[i].node_id) ||
		    add_record(finder, peer, &records[i], is_own) != BOOK_TAKEN)
			continue;
		finder->counters.records_taken++;
		finder->seek_ms = 0;
		/* Its own is worth passing on whatever it answers. */
		if (!is_answer || is_own)
			pass_on(finder, &records[i], number);
	}
}

/* -- Anchors ------------------------------------------------------------------------------------ */

size_t finder_anchors(const struct finder *finder, struct anchor anchors[ANCHORS_MAX])
{
	uint64_t since_ms[ANCHORS_MAX];
	size_t count = 0;

	for (size_t i = 0; i < PEERS_MAX; i++) {
		const struct finder_peer *peer = &finder->peers[i];
		size_t place = count < ANCHORS_MAX ? count : ANCHORS_MAX - 1;

		if (!peer->is_here || peer->visit != FINDER_STAY || !finder_has_kind(&peer->address) ||
		    (count == ANCHORS_MAX && peer->since_ms >= since_ms[place]))
			continue;
		count += count < ANCHORS_MAX;
		for (; place > 0 && peer->since_ms < since_ms[place - 1]; place--) {
			anchors[place] = anchors[place - 1];
			since_ms[place] = since_ms[place - 1];
		}
		anchors[place] = (struct anchor){.node = peer->id, .address = peer->address};
		since_ms[place] = peer->since_ms;
	}
	return count;
}
