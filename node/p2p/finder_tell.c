/* What the finder says without being asked: our record, when a session begins and each day, and
 * in a permissioned network which records are here. */
#include "node/p2p/finder_inner.h"

#include "chain/base/invariant.h"

/* -- Our record --------------------------------------------------------------------------------- */

/* Without one nobody is told where we are. True: there is a new one. */
static bool sign_record(struct finder *finder)
{
	struct node_record record = {
		.node_id = finder->config.book.own,
		.seq = finder->now_s > finder->record_seq ? finder->now_s : finder->record_seq + 1,
		.roles = finder->config.roles,
		.expiry_s = finder->now_s + NODE_RECORD_EXPIRY_S_MAX,
		.address_count = finder->config.external_count,
	};
	struct writer out;
	uint8_t *bytes;

	if (record.address_count == 0 ||
	    (finder->record.size > 0 && finder->now_s < finder->record_s + FINDER_RECORD_S))
		return false;
	memcpy(record.addresses, finder->config.externals,
	       record.address_count * sizeof *record.addresses);
	if (!finder->world.sign(finder->world.owner, &record))
		return false;
	buffer_clear(&finder->record);
	bytes = buffer_extend(&finder->record, node_record_size(&record));
	if (!bytes)
		return false;
	out = writer_on(bytes, finder->record.size);
	node_record_put(&out, &record);
	INVARIANT(out.left == 0);
	finder->record_s = finder->now_s;
	finder->record_seq = record.seq;
	return true;
}

void finder_send_record(const struct finder *finder, uint16_t number, struct bytes_view record)
{
	struct buffer out;

	buffer_init(&out, ADDR_SIZE_MAX);
	addr_put(&out, &record, 1);
	if (out.status == STATUS_OK)
		finder->world.send(finder->world.owner, number, TYPE_ADDR, buffer_view(&out));
	buffer_close(&out);
}

/* Sessions may last for longer than a record holds. */
static void renew_record(struct finder *finder)
{
	if (finder->record.size == 0 || !sign_record(finder))
		return;
	for (uint16_t i = 0; i < PEERS_MAX; i++)
		if (finder->peers[i].is_here && finder->peers[i].visit != FINDER_FEELER)
			finder_send_record(finder, i, buffer_view(&finder->record));
}

void finder_introduce(struct finder *finder, uint16_t number, uint64_t now_ms)
{
	static const struct bucket_rate rate = KNOWN_RATE;
	struct finder_peer *peer = &finder->peers[number];

	bucket_init(&peer->known, &rate, now_ms);
	peer->known_due_ms = now_ms + FINDER_KNOWN_SOON_MS;
	(void)sign_record(finder);
	if (finder->record.size > 0)
		finder_send_record(finder, number, buffer_view(&finder->record));
}

/* -- Which records are here ------------------------------------------------------------------------ */

enum status finder_set_listed(struct finder *finder, const struct node_id *ids, size_t count,
                              uint64_t now_ms)
{
	struct hash list = known_list_hash(ids, count);
	enum status status;

	INVARIANT(finder->config.book.is_permissioned);
	if (hash_equal(&list, &finder->list))
		return STATUS_OK;
	status = book_set_listed(&finder->book, ids, count);
	if (status != STATUS_OK)
		return status;
	finder->list = list;
	for (uint16_t i = 0; i < PEERS_MAX; i++) {
		struct finder_peer *peer = &finder->peers[i];
		uint64_t soon_ms = now_ms + FINDER_KNOWN_SOON_MS;

		if (peer->known_sent_ms > 0 && soon_ms < peer->known_sent_ms + FINDER_KNOWN_LEAST_MS)
			soon_ms = peer->known_sent_ms + FINDER_KNOWN_LEAST_MS;
		if (soon_ms < peer->known_due_ms)
			peer->known_due_ms = soon_ms;
	}
	return STATUS_OK;
}

static bool is_known_due(const struct finder_peer *peer, uint64_t now_ms)
{
	return peer->is_here && peer->takes_known && peer->visit != FINDER_FEELER &&
	       now_ms >= peer->known_due_ms;
}

static void send_known(struct finder *finder, uint16_t number, struct bytes_view message,
                       uint64_t now_ms)
{
	static const struct bucket_rate rate = ADDR_RATE;
	struct finder_peer *peer = &finder->peers[number];

	peer->known_sent_ms = now_ms;
	peer->known_until_ms = now_ms + FINDER_ADDR_LATE_MS;
	bucket_raise(&peer->records, rate.burst + BOOK_MISSING_MAX);
	finder->counters.known_told++;
	finder->world.send(finder->world.owner, number, TYPE_KNOWN, message);
}

/* One message for all whose turn it is. Who lacks nothing is silent. */
static void tell_known(struct finder *finder, uint64_t now_ms)
{
	uint8_t bits[(BOOK_LISTED_MAX + 7) / 8];
	const struct known known = {
		.list = finder->list,
		.count = finder->book.listed_count,
		.bits = bytes_view(bits, (finder->book.listed_count + 7) / 8),
	};
	bool lacks = book_known_bits(&finder->book, bits, finder->now_s) > 0;
	struct buffer message;

	buffer_init(&message, KNOWN_SIZE_MAX);
	known_put(&message, &known);
	for (uint16_t i = 0; i < PEERS_MAX; i++) {
		if (!is_known_due(&finder->peers[i], now_ms))
			continue;
		finder->peers[i].known_due_ms = now_ms + FINDER_KNOWN_PAUSE_MS;
		if (lacks && message.status == STATUS_OK)
			send_known(finder, i, buffer_view(&message), now_ms);
	}
	buffer_close(&message);
}

/* Nothing is told to who lacks nothing that is here. */
static void answer_known(struct finder *finder, uint16_t number, const uint8_t *bits)
{
	struct buffer message;

	buffer_init(&message, ADDR_SIZE_MAX);
	if (book_share_missing(&finder->book, bits, buffer_view(&finder->record), &finder->lots,
	                       finder->now_s, &message) > 0 &&
	    message.status == STATUS_OK) {
		finder->counters.known_answered++;
		finder->world.send(finder->world.owner, number, TYPE_ADDR, buffer_view(&message));
	}
	buffer_close(&message);
}

void finder_on_known(struct finder *finder, uint16_t number, struct bytes_view bytes,
                     uint64_t now_ms)
{
	static const struct bucket_rate rate = KNOWN_RATE;
	struct known known;

	if (!finder->config.book.is_permissioned) {
		finder->world.blame(finder->world.owner, number,
		                    "a KNOWN in a network that lists nobody");
		return;
	}
	if (known_decode(&known, bytes) != STATUS_OK) {
		finder->world.blame(finder->world.owner, number, "a KNOWN that cannot be read");
		return;
	}
	if (!bucket_take(&finder->peers[number].known, &rate, now_ms, 1)) {
		finder->counters.known_surplus++;
		return;
	}
	/* One of us is behind; it is said again. */
	if (!hash_equal(&known.list, &finder->list))
		return;
	if (known.count != finder->book.listed_count) {
		finder->world.blame(finder->world.owner, number,
		                    "a KNOWN of another length than its list");
		return;
	}
	answer_known(finder, number, known.bits.at);
}

bool finder_expects(struct finder_peer *peer, size_t count, uint64_t now_ms)
{
	if (count <= BOOK_MISSING_MAX && now_ms < peer->known_until_ms) {
		peer->known_until_ms = 0;
		return true;
	}
	if (now_ms >= peer->answer_until_ms)
		return false;
	peer->answer_until_ms = 0;
	return true;
}

/* -- Time ----------------------------------------------------------------------------------------- */

/* The wall clock was put back: what was noted by it would bind for as long, and nobody would believe
 * a record from the future. */
static void see_clock(struct finder *finder, uint64_t now_s)
{
	bool is_put_back = now_s + FINDER_CLOCK_BACK_S < finder->newest_s;

	finder->now_s = now_s;
	if (is_put_back || now_s > finder->newest_s)
		finder->newest_s = now_s;
	if (!is_put_back)
		return;
	book_put_back(&finder->book, now_s);
	finder->record_s = 0;
}

void finder_tell(struct finder *finder, uint64_t now_ms, uint64_t now_s)
{
	see_clock(finder, now_s);
	renew_record(finder);
	if (!finder->config.book.is_permissioned)
		return;
	for (uint16_t i = 0; i < PEERS_MAX; i++)
		if (is_known_due(&finder->peers[i], now_ms)) {
			tell_known(finder, now_ms);
			return;
		}
}
