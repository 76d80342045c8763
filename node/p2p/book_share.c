/* What others are told out of the book. */
#include "node/p2p/addr_message.h"
#include "node/p2p/book_inner.h"

#include "chain/base/invariant.h"

const struct book_record *book_fresh_record(const struct book_node *node, uint64_t now_s)
{
	return node->record && node->record->expiry_s > now_s ? node->record : NULL;
}

/* Worth somebody's time: met, or told of not long ago. */
static bool has_good_entry(const struct book_node *node, uint64_t now_s)
{
	for (const struct book_entry *entry = node->entries; entry;
	     entry = entry->next_of_node)
		if (!book_is_stale(entry, now_s) &&
		    (entry->met_s > 0 || now_s < entry->seen_s + BOOK_SHARE_UNMET_S))
			return true;
	return false;
}

/* A random choice of those that come by, of whose number nothing is known beforehand (Vitter's
 * algorithm R). */
struct choice {
	struct bytes_view items[BOOK_SHARED_MAX];
	size_t count;
	size_t count_max;
	size_t seen;
};

static void offer(struct choice *choice, struct bytes_view record, struct lots *lots)
{
	size_t place = choice->count;

	choice->seen++;
	if (choice->count == choice->count_max) {
		place = lots_below(lots, choice->seen);
		if (place >= choice->count_max)
			return;
	} else {
		choice->count++;
	}
	choice->items[place] = record;
}

static void fill_answer(const struct book *book, struct buffer *bytes, struct lots *lots,
                        uint64_t now_s,
                        bool (*may_share)(void *owner, const struct node_id *id),
                        void *owner)
{
	size_t entries = book->counts[BOOK_NEW] + book->counts[BOOK_TRIED];
	struct choice choice = {.count_max = entries * BOOK_SHARED_PERCENT / 100};
	const struct book_node *node;

	if (choice.count_max < BOOK_SHARED_MIN)
		choice.count_max = BOOK_SHARED_MIN;
	if (choice.count_max > BOOK_SHARED_MAX)
		choice.count_max = BOOK_SHARED_MAX;
	for (node = book->nodes; node; node = node->hh.next) {
		const struct book_record *record = book_fresh_record(node, now_s);

		if (record && has_good_entry(node, now_s) &&
		    (!may_share || may_share(owner, &node->id)))
			offer(&choice, bytes_view(record->bytes, record->size), lots);
	}
	lots_shuffle(lots, choice.items, choice.count, sizeof choice.items[0]);
	addr_put(bytes, choice.items, choice.count);
}

/* The first who asked a new node would pin down for a day that it knows nobody. */
static uint64_t share_period_s(const struct book *book)
{
	size_t entries = book->counts[BOOK_NEW] + book->counts[BOOK_TRIED];

	return entries * BOOK_SHARED_PERCENT / 100 < BOOK_SHARED_MIN ? BOOK_SHARED_SMALL_S
	                                                              : BOOK_SHARED_S;
}

enum status book_share(struct book *book, unsigned listener, uint8_t kind,
                       struct lots *lots, uint64_t now_s,
                       bool (*may_share)(void *owner, const struct node_id *id),
                       void *owner, struct bytes_view *message)
{
	struct book_answer *answer;

	INVARIANT(listener < BOOK_LISTENERS_MAX && net_kind_size(kind) > 0);
	answer = &book->answers[listener][kind - NET_IPV4];
	if (answer->made_s == 0 || now_s >= answer->made_s + share_period_s(book) ||
	    now_s < answer->made_s) {
		buffer_clear(&answer->bytes);
		answer->made_s = 0;
		fill_answer(book, &answer->bytes, lots, now_s, may_share, owner);
		if (answer->bytes.status != STATUS_OK)
			return answer->bytes.status;
		answer->made_s = now_s;
	}
	*message = buffer_view(&answer->bytes);
	return STATUS_OK;
}

/* -- Permissioned --------------------------------------------------------------------------- */

static const struct book_record *listed_record(const struct book *book, size_t index,
                                               uint64_t now_s)
{
	const struct book_node *node = book_find_node(book, &book->listed[index]);

	return node ? book_fresh_record(node, now_s) : NULL;
}

static bool is_own(const struct book *book, size_t index)
{
	return memcmp(&book->listed[index], &book->config.own, sizeof book->config.own) == 0;
}

size_t book_known_bits(const struct book *book, uint8_t *bits, uint64_t now_s)
{
	size_t lacking = 0;

	memset(bits, 0, (book->listed_count + 7) / 8);
	for (size_t i = 0; i < book->listed_count; i++) {
		if (is_own(book, i) || listed_record(book, i, now_s))
			bits[i / 8] |= (uint8_t)(1 << i % 8);
		else
			lacking++;
	}
	return lacking;
}

size_t book_share_missing(const struct book *book, const uint8_t *bits, struct bytes_view own,
                          struct lots *lots, uint64_t now_s, struct buffer *message)
{
	struct choice choice = {.count_max = BOOK_MISSING_MAX};

	for (size_t i = 0; i < book->listed_count; i++) {
		const struct book_record *record;

		if (bits[i / 8] >> i % 8 & 1)
			continue;
		record = listed_record(book, i, now_s);
		if (record)
			offer(&choice, bytes_view(record->bytes, record->size), lots);
		else if (own.size > 0 && is_own(book, i))
			offer(&choice, own, lots);
	}
	addr_put(message, choice.items, choice.count);
	return choice.count;
}
