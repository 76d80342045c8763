/* The rows that a replay made against those of the store. */
#include "chain/store/replay_inner.h"

#include "chain/base/invariant.h"
#include "chain/store/votes.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { TELL_SIZE = 256 };

/* What each family is to a person. */
static const char *const MEANINGS[FAMILY_COUNT] = {
	[FAMILY_META] = "the rows about the whole ledger",
	[FAMILY_BLOCK] = "the headers",
	[FAMILY_ENTRY] = "the entries of the log",
	[FAMILY_TXID] = "the index of txids and block hashes",
	[FAMILY_STREAM] = "the index of streams' records",
	[FAMILY_ACCOUNT] = "the index of accounts' transactions",
	[FAMILY_STREAM_LOG] = "the tiles of streams' logs",
	[FAMILY_STATE] = "the state",
	[FAMILY_STATE_HISTORY] = "the history of the state",
	[FAMILY_NODE] = "the pages of the state tree",
	[FAMILY_STALE] = "the lists for pruning",
	[FAMILY_LOG] = "the tiles of the log",
	[FAMILY_CONSENSUS] = "the validator lists of the seals",
	[FAMILY_VOTE] = "the own votes",
	[FAMILY_PENDING] = "the blocks that are not final",
	[FAMILY_INDEX] = "the index of names, keys and authors",
};

void replay_tell(struct store_replay *replay, enum family family, const uint64_t *height,
                 const char *format, ...)
{
	char text[TELL_SIZE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	replay->is_told[family] = true;
	replay->options.tell(replay->options.owner, height, text);
}

/* -- Sums -------------------------------------------------------------------------- */

bool replay_is_summed(enum family family, struct bytes_view key)
{
	switch (family) {
	case FAMILY_TXID:
	case FAMILY_STREAM:
	case FAMILY_ACCOUNT:
	case FAMILY_STATE_HISTORY:
	case FAMILY_NODE:
	case FAMILY_STALE:
		return true;
	case FAMILY_CONSENSUS:
		/* Other notes are not made by blocks. */
		return key.size > 0 && key.at[0] == STORE_NOTE_VALIDATORS;
	case FAMILY_INDEX:
		/* A balance that comes back is put again. */
		return key.size == 0 || key.at[0] != INDEX_ACCOUNT_ASSET;
	case FAMILY_META:
	case FAMILY_BLOCK:
	case FAMILY_ENTRY:
	case FAMILY_STATE:
	case FAMILY_LOG:
	case FAMILY_STREAM_LOG:
	case FAMILY_VOTE:
	case FAMILY_PENDING:
	case FAMILY_COUNT:
		return false;
	}
	INVARIANT(false);
}

static int compare_hashes(const void *left, const void *right)
{
	return hash_compare(left, right);
}

struct bytes_view replay_ordered(struct store_replay *replay, enum family family,
                                 struct bytes_view value)
{
	struct stale_row row;
	size_t before;

	if (family != FAMILY_STALE || stale_row_decode(&row, value) != STATUS_OK)
		return value;
	before = (size_t)(row.keys.at - value.at);
	buffer_clear(&replay->row);
	buffer_append_view(&replay->row, value);
	if (replay->row.status != STATUS_OK)
		return value;
	qsort(replay->row.at + before, row.key_count, HASH_SIZE, compare_hashes);
	return buffer_view(&replay->row);
}

/* family u8 | key size u16 | key | value, under two keys. */
static void digest(struct store_replay *replay, uint64_t words[2], enum family family,
                   struct bytes_view key, struct bytes_view value)
{
	uint8_t small[512];
	size_t size = 3 + key.size + value.size;
	uint8_t *bytes = size <= sizeof small ? small : memory_new(size);

	if (!bytes) {
		replay_fail(replay, STATUS_MEMORY, NULL);
		return;
	}
	bytes[0] = (uint8_t)family;
	put_le16(bytes + 1, (uint16_t)key.size);
	memcpy(bytes + 3, key.at, key.size);
	if (value.size > 0)
		memcpy(bytes + 3 + key.size, value.at, value.size);
	for (int i = 0; i < 2; i++)
		words[i] = siphash_2_4(&replay->keys[i], bytes, size);
	if (bytes != small)
		memory_free(bytes);
}

void replay_sum_add(struct store_replay *replay, struct row_sum *sum, enum family family,
                    struct bytes_view key, struct bytes_view value)
{
	uint64_t words[2] = {0};

	digest(replay, words, family, key, replay_ordered(replay, family, value));
	sum->count++;
	sum->words[0] += words[0];
	sum->words[1] += words[1];
}

void replay_sum_take(struct store_replay *replay, struct row_sum *sum, enum family family,
                     struct bytes_view key, struct bytes_view value)
{
	uint64_t words[2] = {0};

	digest(replay, words, family, key, replay_ordered(replay, family, value));
	sum->count--;
	sum->words[0] -= words[0];
	sum->words[1] -= words[1];
}

/* A family that cannot be read through counts as one that differs: looked up one by one,
 * its rows say which of them cannot be read. */
static enum status compare_sum(struct store_replay *replay, enum family family,
                               uint32_t *differing)
{
	const struct row_sum *expected = &replay->expected[family];
	struct row_sum found = {0};
	struct bytes_view key, value;
	struct why why = {{0}};
	enum status status;
	struct scan scan;

	scan_up(&scan, replay->store, replay->stored->snapshot, family, NULL, NULL);
	for (; scan_has(&scan, &key, &value); scan_next(&scan))
		if (replay_is_summed(family, key))
			replay_sum_add(replay, &found, family, key, value);
	status = scan_close(&scan, &why);
	replay->row_count += found.count;
	if (status == STATUS_MEMORY)
		return status;
	if (status != STATUS_OK || found.count != expected->count ||
	    found.words[0] != expected->words[0] || found.words[1] != expected->words[1])
		*differing |= UINT32_C(1) << family;
	return STATUS_OK;
}

/* -- One by one -------------------------------------------------------------------- */

/* The number that a row of the index of txids has for another entry: is it one of the same
 * txid? The rules take each once, and the index has room for one. */
static bool tell_of_twin(struct store_replay *replay, struct bytes_view key,
                         struct bytes_view found, struct bytes_view expected,
                         uint64_t height)
{
	uint64_t other, own;
	struct store_entry entry;
	struct tx tx;

	if (number_row_decode(&other, found) != STATUS_OK ||
	    number_row_decode(&own, expected) != STATUS_OK || other == own ||
	    store_read_entry(replay->stored, other, &entry, NULL) != STATUS_OK ||
	    entry.is_header ||
	    tx_decode(&tx, &replay->store->network, entry.tx, NULL) != VERDICT_GOOD ||
	    !bytes_equal(hash_view(&tx.txid), key))
		return false;
	replay_tell(replay, FAMILY_TXID, &height,
	            "one transaction stands in the log twice, as entry %" PRIu64
	            " and as entry %" PRIu64,
	            own < other ? own : other, own < other ? other : own);
	return true;
}

void replay_look_up(struct store_replay *replay, enum family family, struct bytes_view key,
                    struct bytes_view value, uint64_t height)
{
	struct row_key row_key;
	struct bytes_view found;
	struct why why = {{0}};
	enum status status;
	bool is_equal;

	row_key.size = 0;
	row_key_add(&row_key, key);
	status = view_get(replay->stored, family, &row_key, &found, &why);
	replay->row_count++;
	if (status == STATUS_NOT_FOUND) {
		replay_tell(replay, family, &height, "a row of %s is missing", MEANINGS[family]);
		return;
	}
	if (status != STATUS_OK) {
		replay_tell(replay, family, &height, "a row of %s cannot be read: %s",
		            MEANINGS[family], why.text);
		return;
	}
	if (family == FAMILY_STALE) {
		struct buffer expected;

		buffer_init(&expected, SIZE_MAX);
		buffer_append_view(&expected, replay_ordered(replay, family, value));
		is_equal = bytes_equal(buffer_view(&expected),
		                       replay_ordered(replay, family, found));
		buffer_close(&expected);
	} else {
		is_equal = bytes_equal(value, found);
	}
	if (!is_equal &&
	    (family != FAMILY_TXID || !tell_of_twin(replay, key, found, value, height)))
		replay_tell(replay, family, &height, "a row of %s is not what the block makes it",
		            MEANINGS[family]);
}

/* Pages that are part of the newest state. The others were looked up when a block
 * replaced them. */
static enum status look_up_pages(struct store_replay *replay, struct why *why)
{
	struct bytes_view key, value;
	struct scan scan;

	scan_up(&scan, replay->scratch, replay->built->snapshot, FAMILY_NODE, NULL, NULL);
	for (; scan_has(&scan, &key, &value); scan_next(&scan))
		replay_look_up(replay, FAMILY_NODE, key, value, get_be64(key.at));
	return scan_close(&scan, why);
}

/* -- Rows that are rewritten ------------------------------------------------------- */

static bool height_of_leaf(struct store_replay *replay, uint64_t log_index,
                           uint64_t *height)
{
	struct store_entry entry;

	if (store_read_entry(replay->stored, log_index, &entry, NULL) != STATUS_OK)
		return false;
	*height = entry.height;
	return true;
}

/* Of the first leaf below the first hash in which two tiles differ. */
static bool height_of_tile(struct store_replay *replay, bool is_stream,
                           struct bytes_view key, struct bytes_view left,
                           struct bytes_view right, uint64_t *height)
{
	size_t prefix = is_stream ? HASH_SIZE : 0;
	size_t common = left.size < right.size ? left.size : right.size;
	struct store_record record;
	struct hash stream;
	uint64_t index = 0, leaf;
	size_t slot = 0;

	if (key.size != prefix + LOG_TILE_KEY_SIZE || key.at[prefix] >= 8)
		return false;
	for (size_t i = prefix + 1; i < key.size; i++)
		index = index << 8 | key.at[i];
	while ((slot + 1) * HASH_SIZE <= common &&
	       memcmp(left.at + slot * HASH_SIZE, right.at + slot * HASH_SIZE, HASH_SIZE) == 0)
		slot++;
	leaf = (index * LOG_TILE_WIDTH + slot) << (8 * key.at[prefix]);
	if (!is_stream)
		return height_of_leaf(replay, leaf, height);
	memcpy(stream.bytes, key.at, HASH_SIZE);
	return store_find_record(replay->stored, &stream, leaf, &record, NULL) == STATUS_OK &&
	       height_of_leaf(replay, record.log_index, height);
}

/* `right` is the row as it should be, if there should be one. */
static bool height_of_row(struct store_replay *replay, enum family family,
                          struct bytes_view key, struct bytes_view left,
                          struct bytes_view right, uint64_t *height)
{
	struct state_row row;

	if (family == FAMILY_STATE) {
		if (state_row_decode(&row, right.size > 0 ? right : left) != STATUS_OK)
			return false;
		*height = row.height;
		return true;
	}
	if (family == FAMILY_LOG || family == FAMILY_STREAM_LOG)
		return height_of_tile(replay, family == FAMILY_STREAM_LOG, key, left, right,
		                      height);
	return false;
}

static void tell_of_row(struct store_replay *replay, enum family family,
                        struct bytes_view key, struct bytes_view left,
                        struct bytes_view right, const char *what)
{
	uint64_t height;
	bool has_height = height_of_row(replay, family, key, left, right, &height);

	replay_tell(replay, family, has_height ? &height : NULL, "a row of %s %s",
	            MEANINGS[family], what);
}

/* In the order of the rows. */
static int compare_keys(struct bytes_view left, struct bytes_view right)
{
	size_t size = left.size < right.size ? left.size : right.size;
	int order = memcmp(left.at, right.at, size);

	return order != 0 ? order : (left.size > right.size) - (left.size < right.size);
}

/* The rows of both stores from one key on, in step. */
static enum status compare_rows(struct store_replay *replay, enum family family,
                                const struct row_key *least, const struct row_key *limit,
                                struct why *why)
{
	struct bytes_view key, value, made_key, made;
	struct why read_why = {{0}};
	struct scan stored, built;
	enum status status;

	scan_up(&stored, replay->store, replay->stored->snapshot, family, least, limit);
	scan_up(&built, replay->scratch, replay->built->snapshot, family, least, limit);
	for (;;) {
		bool has = scan_has(&stored, &key, &value);
		bool has_made = scan_has(&built, &made_key, &made);
		int order;

		if (!has && !has_made)
			break;
		order = !has ? 1 : !has_made ? -1 : compare_keys(key, made_key);
		if (order < 0)
			tell_of_row(replay, family, key, value, (struct bytes_view){0},
			            "was made by no block");
		else if (order > 0)
			tell_of_row(replay, family, made_key, (struct bytes_view){0}, made,
			            "is missing");
		else if (!bytes_equal(value, made))
			tell_of_row(replay, family, key, value, made,
			            "is not what the blocks make it");
		replay->row_count += order <= 0;
		if (order <= 0)
			scan_next(&stored);
		if (order >= 0)
			scan_next(&built);
	}
	status = scan_close(&stored, &read_why);
	if (status != STATUS_OK)
		replay_tell(replay, family, NULL, "%s cannot be read: %s", MEANINGS[family],
		            read_why.text);
	return scan_close(&built, why);
}

static enum status compare_holdings(struct store_replay *replay, struct why *why)
{
	struct row_key least = row_key_of_index(INDEX_ACCOUNT_ASSET);
	struct row_key limit = row_key_of_index(INDEX_ACCOUNT_ASSET + 1);

	return compare_rows(replay, FAMILY_INDEX, &least, &limit, why);
}

/* Rows that stand behind the newest block. */
static enum status find_beyond(struct store_replay *replay, enum family family,
                               uint64_t first)
{
	struct row_key least = row_key_of_number(first);
	struct bytes_view key, value;
	struct why why = {{0}};
	enum status status;
	struct scan scan;

	scan_up(&scan, replay->store, replay->stored->snapshot, family, &least, NULL);
	if (scan_has(&scan, &key, &value))
		replay_tell(replay, family, NULL, "%s go on behind the newest block",
		            MEANINGS[family]);
	status = scan_close(&scan, &why);
	if (status != STATUS_OK)
		replay_tell(replay, family, NULL, "%s cannot be read: %s", MEANINGS[family],
		            why.text);
	return STATUS_OK;
}

static void compare_tips(struct store_replay *replay)
{
	const struct ledger_tip *stored = &replay->stored->tip;
	uint64_t height = stored->header.height;
	struct buffer left, right;

	buffer_init(&left, SIZE_MAX);
	buffer_init(&right, SIZE_MAX);
	tip_row_append(&left, stored);
	tip_row_append(&right, &replay->built->tip);
	if (left.status != STATUS_OK || right.status != STATUS_OK)
		replay_fail(replay, STATUS_MEMORY, NULL);
	else if (!bytes_equal(buffer_view(&left), buffer_view(&right)))
		replay_tell(replay, FAMILY_META, &height,
		            "the row of the newest block is not what the blocks make it");
	buffer_close(&left);
	buffer_close(&right);
}

static enum status finish_first(struct store_replay *replay, uint32_t *differing,
                                struct why *why)
{
	static const enum family REWRITTEN[] = {FAMILY_STATE, FAMILY_LOG, FAMILY_STREAM_LOG};
	enum status status = STATUS_OK;

	for (int i = 0; i < FAMILY_COUNT && status == STATUS_OK; i++)
		if (replay_is_summed((enum family)i, (struct bytes_view){0}) ||
		    i == FAMILY_CONSENSUS)
			status = compare_sum(replay, (enum family)i, differing);
	for (size_t i = 0; i < sizeof REWRITTEN / sizeof *REWRITTEN && status == STATUS_OK; i++)
		status = compare_rows(replay, REWRITTEN[i], NULL, NULL, why);
	if (status == STATUS_OK)
		status = compare_holdings(replay, why);
	if (status == STATUS_OK)
		status = find_beyond(replay, FAMILY_BLOCK, replay->built->tip.header.height + 1);
	if (status == STATUS_OK)
		status = find_beyond(replay, FAMILY_ENTRY, replay->built->tip.frontier.size);
	compare_tips(replay);
	return status;
}

/* All rows that blocks made are there and right: then there are others besides. */
static void tell_of_strangers(struct store_replay *replay)
{
	for (int i = 0; i < FAMILY_COUNT; i++)
		if (replay_looks_up(replay, (enum family)i) && !replay->is_told[i])
			replay_tell(replay, (enum family)i, NULL, "%s have rows that no block made, or "
			                                          "that cannot be read",
			            MEANINGS[i]);
}

enum status store_replay_finish(struct store_replay *replay, uint32_t *differing,
                                struct why *why)
{
	enum status status = STATUS_OK;

	*differing = 0;
	if (replay->options.look_up == 0)
		status = finish_first(replay, differing, why);
	else if (replay_looks_up(replay, FAMILY_NODE))
		status = look_up_pages(replay, why);
	if (status == STATUS_OK && replay->status != STATUS_OK) {
		*why = replay->why;
		return replay->status;
	}
	if (status == STATUS_OK && replay->options.look_up != 0)
		tell_of_strangers(replay);
	return status;
}
