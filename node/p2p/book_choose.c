/* Whom to dial next, and whether the book is fit to be asked. */
#include "node/p2p/book_inner.h"

enum {
	DRAWS_MAX = 1000, /* then there is nobody, for now */
	CHANCE_ONE = 1 << 16,
	RECENT_TRY_S = 600,
	FAILURES_WEIGHED = 8,
};

/* How likely an entry is taken when it is drawn, in 1/65536: two thirds for each failure, and a
 * hundredth soon after a try. */
static uint64_t chance_of(const struct book_entry *entry, uint64_t now_s)
{
	uint64_t chance = CHANCE_ONE;

	for (uint32_t i = 0; i < entry->failures && i < FAILURES_WEIGHED; i++)
		chance = chance * 2 / 3;
	if (entry->tried_s > 0 && now_s < entry->tried_s + RECENT_TRY_S)
		chance /= 100;
	return chance;
}

/* From a random place on, the first bucket in use, and in it the first slot: a bucket with few
 * entries gives each of them more weight, and who fills buckets gains nothing by it. */
static const struct book_entry *draw(const struct book *book, enum book_table table,
                                     struct lots *lots)
{
	size_t buckets = book_buckets(table);
	size_t bucket = lots_below(lots, buckets);
	size_t slot = lots_below(lots, BOOK_BUCKET_SLOTS);

	for (size_t i = 0; i < buckets && book->filled[table][bucket] == 0; i++)
		bucket = (bucket + 1) % buckets;
	for (size_t i = 0; i < BOOK_BUCKET_SLOTS; i++) {
		const struct book_entry *entry =
			*book_slot(book, table, bucket, (slot + i) % BOOK_BUCKET_SLOTS);

		if (entry)
			return entry;
	}
	return NULL;
}

static bool is_fit(const struct book_wish *wish, const struct book_entry *entry)
{
	if ((wish->kinds >> entry->host->place.kind & 1) == 0)
		return false;
	return !wish->is_unfit || !wish->is_unfit(wish->owner, entry);
}

const struct book_entry *book_choose(const struct book *book,
                                     const struct book_wish *wish, struct lots *lots,
                                     uint64_t now_s)
{
	bool has_new = !wish->not_new && book->counts[BOOK_NEW] > 0;
	bool has_tried = !wish->not_tried && book->counts[BOOK_TRIED] > 0;
	uint64_t patience = CHANCE_ONE;

	if (!has_new && !has_tried)
		return NULL;
	for (int i = 0; i < DRAWS_MAX; i++) {
		bool coin = lots_next(lots) >> 63;
		enum book_table table = has_new && (coin || !has_tried) ? BOOK_NEW : BOOK_TRIED;
		const struct book_entry *entry = draw(book, table, lots);

		if (!entry || !is_fit(wish, entry))
			continue;
		/* The longer nobody is taken the less it matters why. */
		if (lots_below(lots, CHANCE_ONE) <
		    chance_of(entry, now_s) * patience / CHANCE_ONE)
			return entry;
		if (patience < (uint64_t)CHANCE_ONE << 16)
			patience += patience / 5;
	}
	return NULL;
}

size_t book_usable(const struct book *book, uint64_t now_s, size_t enough)
{
	size_t count = 0;

	for (unsigned table = BOOK_NEW; table <= BOOK_TRIED; table++) {
		size_t slots = book_buckets(table) * BOOK_BUCKET_SLOTS;

		for (size_t i = 0; i < slots && count < enough; i++)
			count +=
				book->slots[table][i] && !book_is_stale(book->slots[table][i], now_s);
	}
	return count;
}

/* The one source that a majority would have (Boyer and Moore): each other one cancels one of
 * it, so a majority is left over. */
static const struct net_group *candidate_source(const struct book *book)
{
	const struct net_group *candidate = NULL;
	size_t lead = 0;

	for (size_t i = 0; i < (size_t)BOOK_NEW_BUCKETS * BOOK_BUCKET_SLOTS; i++) {
		const struct book_entry *entry = book->slots[BOOK_NEW][i];

		if (!entry)
			continue;
		if (lead == 0)
			candidate = &entry->source;
		if (net_group_equal(candidate, &entry->source))
			lead++;
		else
			lead--;
	}
	return candidate;
}

bool book_is_poisoned(const struct book *book, size_t count_min)
{
	const struct net_group *source = candidate_source(book);
	size_t count = 0;

	if (!source || book->counts[BOOK_NEW] <= count_min)
		return false;
	for (size_t i = 0; i < (size_t)BOOK_NEW_BUCKETS * BOOK_BUCKET_SLOTS; i++) {
		const struct book_entry *entry = book->slots[BOOK_NEW][i];

		count += entry && net_group_equal(source, &entry->source);
	}
	return count > book->counts[BOOK_NEW] / 2;
}
