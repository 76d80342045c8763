#include "chain/store/replay_inner.h"

#include "chain/base/invariant.h"
#include "chain/ledger/execute.h"
#include "chain/store/commit.h"

#include <inttypes.h>
#include <stdlib.h>

enum { PRUNED_KEYS_MAX = 1 << 20 }; /* a block of BLOCK_BODY_MAX changes fewer */

void replay_fail(struct store_replay *replay, enum status status, const struct why *why)
{
	if (replay->status != STATUS_OK)
		return;
	replay->status = status;
	if (why)
		replay->why = *why;
	else
		why_set(&replay->why, status, "make the rows of a block again");
}

/* -- What was pruned in the store -------------------------------------------------- */

static int compare_hashes(const void *left, const void *right)
{
	return hash_compare(left, right);
}

static bool is_pruned_history(const struct store_replay *replay, struct bytes_view key)
{
	if (replay->height != replay->prune.next)
		return replay->height < replay->prune.next;
	return replay->pruned_key_count > 0 && key.size >= HASH_SIZE &&
	       bsearch(key.at, replay->pruned_keys, replay->pruned_key_count,
	               sizeof *replay->pruned_keys, compare_hashes);
}

static bool is_pruned_page(const struct store_replay *replay, uint64_t index)
{
	return replay->height < replay->prune.next ||
	       (replay->height == replay->prune.next && index < replay->prune.done);
}

/* The order of the keys in a stale row is that in which whoever made the block came upon
 * them. So which of them were worked off already only the store's own row says. */
static enum status load_pruned_keys(struct store_replay *replay, struct why *why)
{
	struct row_key key = row_key_of_number(replay->prune.next);
	struct bytes_view value;
	struct stale_row row;
	enum status status = view_get(replay->stored, FAMILY_STALE, &key, &value, why);
	uint64_t count;

	if (status == STATUS_NOT_FOUND || (status == STATUS_OK &&
	                                   stale_row_decode(&row, value) != STATUS_OK))
		return STATUS_OK; /* found when the rows are compared */
	if (status != STATUS_OK || replay->prune.done <= row.page_count)
		return status == STATUS_CORRUPT ? STATUS_OK : status;
	count = replay->prune.done - row.page_count;
	if (count > row.key_count || count > PRUNED_KEYS_MAX)
		count = row.key_count < PRUNED_KEYS_MAX ? row.key_count : PRUNED_KEYS_MAX;
	replay->pruned_keys = memory_new((size_t)count * HASH_SIZE + 1);
	if (!replay->pruned_keys)
		return why_set(why, STATUS_MEMORY, "read what was pruned");
	memcpy(replay->pruned_keys, row.keys.at, (size_t)count * HASH_SIZE);
	replay->pruned_key_count = (size_t)count;
	qsort(replay->pruned_keys, replay->pruned_key_count, HASH_SIZE, compare_hashes);
	return STATUS_OK;
}

/* -- Rows of a block --------------------------------------------------------------- */

static void expect(struct store_replay *replay, enum family family, struct bytes_view key,
                   struct bytes_view value)
{
	if (replay_looks_up(replay, family))
		replay_look_up(replay, family, key, value, replay->height);
	else
		replay_sum_add(replay, &replay->expected[family], family, key, value);
}

/* A page that this block replaced: out of the scratch store, and, if the store has pruned
 * it, out of what is expected there. Looked up it is only now, since earlier nobody knew
 * whether it had been pruned. */
static void end_page(struct store_replay *replay, const struct state_page_key *page,
                     uint64_t index)
{
	struct row_key key = row_key_of_page(page);
	struct bytes_view value;
	struct why why = {{0}};
	enum status status = view_get(replay->built, FAMILY_NODE, &key, &value, &why);

	if (status != STATUS_OK) {
		replay_fail(replay, status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status, &why);
		return;
	}
	if (replay_looks_up(replay, FAMILY_NODE)) {
		if (!is_pruned_page(replay, index))
			replay_look_up(replay, FAMILY_NODE, row_key_view(&key), value, page->version);
	} else if (is_pruned_page(replay, index)) {
		replay_sum_take(replay, &replay->expected[FAMILY_NODE], FAMILY_NODE,
		                row_key_view(&key), value);
	}
	batch_delete_once(replay->scratch, FAMILY_NODE, &key);
}

static void on_stale_row(struct store_replay *replay, struct bytes_view key,
                         struct bytes_view value)
{
	struct stale_row row;
	struct cursor pages;

	INVARIANT(stale_row_decode(&row, value) == STATUS_OK);
	pages = cursor_on(row.pages);
	for (uint32_t i = 0; i < row.page_count && replay->status == STATUS_OK; i++) {
		struct state_page_key page;

		state_page_key_get(&pages, &page);
		end_page(replay, &page, i);
	}
	if (replay->height >= replay->prune.next)
		expect(replay, FAMILY_STALE, key, value);
}

/* False: the scratch store does without it. */
static bool on_put(void *owner, enum family family, struct bytes_view key,
                   struct bytes_view value)
{
	struct store_replay *replay = owner;

	switch (family) {
	case FAMILY_META:
	case FAMILY_BLOCK:
	case FAMILY_STATE:
	case FAMILY_LOG:
	case FAMILY_STREAM_LOG:
		return true;
	case FAMILY_NODE:
		if (!replay_looks_up(replay, family))
			expect(replay, family, key, value);
		return true;
	case FAMILY_STATE_HISTORY:
		if (!is_pruned_history(replay, key))
			expect(replay, family, key, value);
		return false;
	case FAMILY_STALE:
		on_stale_row(replay, key, value);
		return false;
	case FAMILY_INDEX:
		if (!replay_is_summed(family, key))
			return true;
		expect(replay, family, key, value);
		return false;
	case FAMILY_TXID:
	case FAMILY_STREAM:
	case FAMILY_ACCOUNT:
	case FAMILY_CONSENSUS:
		expect(replay, family, key, value);
		return false;
	case FAMILY_ENTRY:
	case FAMILY_VOTE:
	case FAMILY_PENDING:
	case FAMILY_COUNT:
		return false;
	}
	INVARIANT(false);
}

/* -- Life -------------------------------------------------------------------------- */

static enum status find_no_tx(void *owner, const struct hash *txid, bool *found)
{
	(void)owner;
	(void)txid;
	*found = false;
	return STATUS_OK;
}

static enum status load_prune(struct store_replay *replay, struct why *why)
{
	struct row_key key = row_key_of_text(META_PRUNE);
	struct bytes_view value;
	enum status status = view_get(replay->stored, FAMILY_META, &key, &value, why);

	replay->prune = (struct prune_row){.next = 1};
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status != STATUS_OK)
		return status;
	if (prune_row_decode(&replay->prune, value) != STATUS_OK ||
	    replay->prune.next > replay->stored->tip.header.height + 1 ||
	    replay->prune.kept_from > replay->prune.next) {
		replay_tell(replay, FAMILY_META, NULL, "the row that says how far the state was "
		                                       "pruned is damaged");
		replay->prune = (struct prune_row){.next = 1};
		return STATUS_OK;
	}
	return load_pruned_keys(replay, why);
}

/* The rows of block 0 go through the tap, but not into the scratch store: it has them
 * since it was made, and a page put twice could not be deleted once. */
static enum status add_genesis(struct store_replay *replay, const struct draft *genesis,
                               struct why *why)
{
	struct store_block block = {.draft = genesis};
	enum status status;

	replay->height = 0;
	replay->scratch->tap = &replay->tap;
	status = commit_add_block(replay->scratch, &block);
	rocksdb_writebatch_clear(replay->scratch->batch);
	if (status == STATUS_OK && replay->status != STATUS_OK) {
		*why = replay->why;
		status = replay->status;
	}
	return status;
}

static enum status make_scratch(struct store_replay *replay, const struct draft *genesis,
                                struct why *why)
{
	struct store_options options = {
		.cache_mib = replay->options.cache_mib ? replay->options.cache_mib
		                                       : (unsigned)REPLAY_CACHE_MIB,
	};
	struct bytes_view file;
	enum status status = store_read_genesis(replay->stored, &file, why);

	if (status == STATUS_OK)
		status = store_create(&replay->scratch, replay->options.scratch_path, &options,
		                      &replay->store->network, file, genesis, why);
	if (status != STATUS_OK)
		return why_add(why, status, "the scratch ledger of the audit");
	/* What a crash takes is made again by the next audit. */
	rocksdb_writeoptions_disable_WAL(replay->scratch->unsynced, 1);
	status = store_view_open(&replay->built, replay->scratch, why);
	if (status != STATUS_OK)
		return status;
	replay->source = store_view_source(replay->built);
	replay->source.find_tx = find_no_tx;
	replay->source.inner = state_inner_cache_new();
	return replay->source.inner ? STATUS_OK : why_set(why, STATUS_MEMORY, "start to replay");
}

enum status store_replay_open(struct store_replay **opened, struct store *store,
                              struct store_view *view, const struct draft *genesis,
                              const struct replay_options *options, struct why *why)
{
	struct store_replay *replay = memory_new(sizeof *replay);
	enum status status;

	*opened = NULL;
	if (!replay)
		return why_set(why, STATUS_MEMORY, "start to replay");
	*replay = (struct store_replay){
		.options = *options,
		.store = store,
		.stored = view,
		.tap = {.owner = replay, .on_put = on_put},
		.keys = {siphash_key(options->key), siphash_key(options->key + SIPHASH_KEY_SIZE)},
	};
	buffer_init(&replay->row, SIZE_MAX);
	status = load_prune(replay, why);
	if (status == STATUS_OK)
		status = make_scratch(replay, genesis, why);
	if (status == STATUS_OK)
		status = add_genesis(replay, genesis, why);
	if (status == STATUS_OK)
		*opened = replay;
	else
		store_replay_close(replay);
	return status;
}

void store_replay_close(struct store_replay *replay)
{
	if (!replay)
		return;
	state_inner_cache_free(replay->source.inner);
	store_view_close(replay->built);
	if (replay->scratch) {
		struct store_options options = replay->scratch->settings;
		struct store leftover = {.settings = options};
		char *error = NULL;

		store_close(replay->scratch);
		/* Left behind if this fails, and in nobody's way. */
		if (database_make_options(&leftover, NULL) == STATUS_OK)
			rocksdb_destroy_db(leftover.options[FAMILY_META], replay->options.scratch_path,
			                   &error);
		rocksdb_free(error);
		database_free_options(&leftover);
	}
	buffer_close(&replay->row);
	memory_free(replay->pruned_keys);
	memory_free(replay);
}

struct ledger_source *store_replay_source(struct store_replay *replay)
{
	return &replay->source;
}

const struct ledger_tip *store_replay_tip(const struct store_replay *replay)
{
	return &replay->built->tip;
}

uint64_t store_replay_row_count(const struct store_replay *replay)
{
	return replay->row_count;
}

/* -- Going on ---------------------------------------------------------------------- */

enum status store_replay_add(struct store_replay *replay, const struct draft *draft,
                             struct why *why)
{
	struct store_block block = {.draft = draft};
	enum status status;

	INVARIANT(draft->header.height == replay->scratch->tip.header.height + 1);
	replay->height = draft->header.height;
	status = commit_add_block(replay->scratch, &block);
	if (status == STATUS_OK && replay->status != STATUS_OK) {
		*why = replay->why;
		status = replay->status;
	}
	if (status == STATUS_OK)
		status = batch_write(replay->scratch, false, why);
	else
		rocksdb_writebatch_clear(replay->scratch->batch);
	if (status != STATUS_OK)
		return why_add(why, status, "replay block %" PRIu64, draft->header.height);
	draft_tip(&replay->scratch->tip, draft);
	return store_view_refresh(replay->built, why);
}
