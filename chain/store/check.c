#include "chain/store/check.h"

#include "chain/store/view.h"

#include <inttypes.h>

struct checking {
	struct store *store;
	struct store_view *view;
	const struct ledger_tip *tip;
	struct store_check_result *result;
	struct store_log log;
	struct log_reader reader;
	struct hash root; /* of the log of the frontier's size */
};

/* STATUS_NOT_FOUND and what does not decode are damage here. */
static enum status damaged_unless_failed(enum status status, struct why *why,
                                         const char *what, uint64_t number)
{
	if (status == STATUS_STORAGE || status == STATUS_MEMORY)
		return status;
	if (status == STATUS_NOT_FOUND)
		return why_say(why, STATUS_CORRUPT, "%s %" PRIu64 " is missing", what, number);
	return why_add(why, STATUS_CORRUPT, "%s %" PRIu64, what, number);
}

static enum status wrong(struct why *why, const char *what, uint64_t height)
{
	return why_say(why, STATUS_CORRUPT, "block %" PRIu64 ": %s", height, what);
}

/* -- Blocks near the tip ----------------------------------------------------------- */

struct tx_hashing {
	struct log_frontier txs;
	uint64_t height;
};

static bool hash_tx(void *owner, const struct store_entry *entry)
{
	struct tx_hashing *hashing = owner;
	struct hash leaf_hash;

	if (entry->is_header || entry->height != hashing->height)
		return false;
	leaf_hash = log_leaf_hash(entry->tx);
	log_frontier_append(&hashing->txs, &leaf_hash);
	return true;
}

static enum status check_transactions(struct checking *checking,
                                      const struct store_header *block, struct why *why)
{
	const struct header *header = &block->header;
	struct tx_hashing hashing = {.height = header->height};
	struct store_entry entry;
	struct hash root;
	enum status status = store_list_entries(checking->view, block->first_log_index,
	                                        header->tx_count, hash_tx, &hashing, why);

	if (status != STATUS_OK)
		return damaged_unless_failed(status, why, "block", header->height);
	root = log_frontier_root(&hashing.txs);
	if (hashing.txs.size != header->tx_count || !hash_equal(&root, &header->tx_root))
		return wrong(why, "its transactions do not hash to its header's tx_root",
		             header->height);
	status = store_read_entry(checking->view, header->log_size, &entry, why);
	if (status != STATUS_OK)
		return damaged_unless_failed(status, why, "block", header->height);
	if (!entry.is_header || entry.height != header->height)
		return wrong(why, "the log has something else where its header belongs",
		             header->height);
	checking->result->txs_checked += header->tx_count;
	return STATUS_OK;
}

static enum status check_links(const struct store_header *block,
                               const struct store_header *before, struct why *why)
{
	const struct header *header = &block->header;

	if (!hash_equal(&header->parent, &before->hash))
		return wrong(why, "its parent is not the block below it", header->height);
	if (header->time_ms <= before->header.time_ms)
		return wrong(why, "its time is not after that of the block below it",
		             header->height);
	if (header->log_size != before->header.log_size + 1 + header->tx_count)
		return wrong(why, "its log does not continue that of the block below it",
		             header->height);
	return STATUS_OK;
}

static enum status check_root_page(struct checking *checking,
                                   const struct store_header *block, struct why *why)
{
	static const struct hash ZERO;
	uint64_t height = block->header.height;
	struct state_page_key key = state_page_key_of(block->state_root.version, 0, &ZERO);
	struct bytes_view bytes;
	struct state_reader reader;
	struct store_state state;
	struct state_page page;
	struct hash hash;
	enum status status;

	if (height < store_view_kept_from(checking->view))
		return STATUS_OK;
	status = store_state_open(&state, &reader, checking->view, height, why);
	if (status == STATUS_OK)
		status = reader.read_page(reader.owner, &key, &bytes);
	if (status == STATUS_OK)
		status = state_page_decode(&page, &key, bytes);
	if (status == STATUS_STORAGE)
		return why_set(why, status, "read the root page of block %" PRIu64, height);
	if (status != STATUS_OK)
		return wrong(why, "the root page of its state is missing or cannot be read",
		             height);
	hash = state_page_hash(&page);
	if (!hash_equal(&hash, &block->header.state_root))
		return wrong(why, "the root page of its state has not the header's state_root",
		             height);
	return STATUS_OK;
}

static enum status check_block(struct checking *checking,
                               const struct store_header *block, struct why *why)
{
	uint64_t height;
	enum status status = store_find_block(checking->view, &block->hash, &height, why);

	if (status != STATUS_OK)
		return damaged_unless_failed(status, why, "the index entry of block",
		                             block->header.height);
	if (height != block->header.height)
		return wrong(why, "its hash leads to another height", block->header.height);
	status = check_transactions(checking, block, why);
	if (status == STATUS_OK)
		status = check_root_page(checking, block, why);
	checking->result->blocks_checked++;
	return status;
}

static enum status check_tip(const struct checking *checking,
                             const struct store_header *block, struct why *why)
{
	const struct ledger_tip *tip = checking->tip;
	uint64_t height = tip->header.height;

	if (!hash_equal(&block->hash, &tip->hash))
		return wrong(why, "its header is not that of the newest block", height);
	if (!hash_equal(&block->state_root.hash, &tip->state_root.hash) ||
	    block->state_root.version != tip->state_root.version)
		return wrong(why, "its state is not that of the newest block", height);
	return STATUS_OK;
}

static enum status check_blocks(struct checking *checking, struct why *why)
{
	uint64_t top = checking->tip->header.height;
	uint64_t first = top >= STORE_CHECK_BLOCKS ? top - STORE_CHECK_BLOCKS + 1 : 0;
	struct store_header before = {0}, block;
	enum status status = STATUS_OK;

	if (first > 0)
		status = store_read_header(checking->view, first - 1, &before, why);
	if (status != STATUS_OK)
		return damaged_unless_failed(status, why, "block", first - 1);
	for (uint64_t height = first; height <= top; height++) {
		status = store_read_header(checking->view, height, &block, why);
		if (status != STATUS_OK)
			return damaged_unless_failed(status, why, "block", height);
		if (height > 0)
			status = check_links(&block, &before, why);
		if (status == STATUS_OK)
			status = check_block(checking, &block, why);
		if (status != STATUS_OK)
			return status;
		before = block;
	}
	return check_tip(checking, &block, why);
}

/* -- The log ----------------------------------------------------------------------- */

static enum status check_root(struct checking *checking, uint64_t size,
                              const struct hash *expected, struct why *why)
{
	struct hash root;
	enum status status = log_root_at(&root, &checking->reader, size, why);

	if (status != STATUS_OK)
		return damaged_unless_failed(status, why, "the log of size", size);
	if (!hash_equal(&root, expected))
		return why_say(why, STATUS_CORRUPT,
		               "the tiles of the log of size %" PRIu64 " do not give its root",
		               size);
	return STATUS_OK;
}

static enum status check_log(struct checking *checking, struct why *why)
{
	const struct ledger_tip *tip = checking->tip;
	uint64_t size = tip->header.log_size;
	enum status status = STATUS_OK;

	if (tip->frontier.size != size + 1)
		return wrong(why, "the frontier of the log has another size", tip->header.height);
	if (size > 0)
		status = check_root(checking, size, &tip->header.log_root, why);
	if (status == STATUS_OK)
		status = check_root(checking, size + 1, &checking->root, why);
	return status;
}

/* -- Entries ----------------------------------------------------------------------- */

static enum status entry_wrong(struct why *why, uint64_t log_index, uint64_t height,
                               const char *what)
{
	return why_say(why, STATUS_CORRUPT,
	               "entry %" PRIu64 " of the log, of block %" PRIu64 ": %s", log_index,
	               height, what);
}

/* The leaf hash of a transaction, which its id must lead back to. */
static enum status check_tx(struct checking *checking, const struct store_entry *entry,
                            struct hash *leaf_hash, struct why *why)
{
	uint64_t log_index = entry->log_index;
	uint64_t height = entry->height;
	uint64_t found = 0;
	enum status status;
	struct tx tx;

	if (tx_decode(&tx, store_network(checking->store), entry->tx, NULL) != VERDICT_GOOD)
		return entry_wrong(why, log_index, height, "it is no transaction");
	*leaf_hash = tx.leaf_hash;
	status = store_find_tx(checking->view, &tx.txid, &found, why);
	if (status == STATUS_STORAGE)
		return status;
	if (status != STATUS_OK || found != log_index)
		return entry_wrong(why, log_index, height, "its txid does not lead to it");
	return STATUS_OK;
}

static enum status check_entry(struct checking *checking, uint64_t log_index,
                               struct why *why)
{
	uint64_t size = checking->tip->frontier.size;
	struct store_header block;
	struct store_entry entry;
	struct log_path path;
	struct hash leaf_hash;
	uint64_t height;
	enum status status = store_read_entry(checking->view, log_index, &entry, why);

	if (status != STATUS_OK)
		return damaged_unless_failed(status, why, "entry", log_index);
	height = entry.height;
	if (entry.is_header) {
		status = store_read_header(checking->view, height, &block, why);
		if (status != STATUS_OK)
			return damaged_unless_failed(status, why, "block", height);
		if (block.header.log_size != log_index)
			return entry_wrong(why, log_index, height, "the header belongs elsewhere");
		leaf_hash = header_leaf_hash(&block.header);
	} else {
		status = check_tx(checking, &entry, &leaf_hash, why);
	}
	if (status != STATUS_OK)
		return status;
	status = log_prove_inclusion(&path, &checking->reader, log_index, size, why);
	if (status != STATUS_OK)
		return damaged_unless_failed(status, why, "the proof of entry", log_index);
	if (!log_inclusion_is_valid(&checking->root, size, &leaf_hash, log_index, path.hashes,
	                            path.count))
		return entry_wrong(why, log_index, height,
		                   "it is not what the log's root covers");
	checking->result->entries_checked++;
	return STATUS_OK;
}

/* SplitMix64 (Steele, Lea and Flood 2014): a sample needs no better. */
static uint64_t draw(uint64_t *state)
{
	uint64_t mixed = *state += UINT64_C(0x9e3779b97f4a7c15);

	mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
	return mixed ^ mixed >> 31;
}

/* One entry out of each of as many equal parts of the log; all of a short log. */
static enum status check_sample(struct checking *checking,
                                const struct store_check *check, struct why *why)
{
	uint64_t count = check->sample_count > 0 ? check->sample_count : STORE_CHECK_SAMPLE;
	uint64_t size = checking->tip->frontier.size;
	uint64_t state = check->seed;
	enum status status;

	if (count > size)
		count = size;
	for (uint64_t i = 0; i < count; i++) {
		uint64_t first = size / count * i;
		uint64_t width = i + 1 < count ? size / count : size - first;

		status = check_entry(checking, first + draw(&state) % width, why);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

enum status store_check(struct store *store, const struct store_check *check,
                        struct store_check_result *result, struct why *why)
{
	struct checking checking = {.store = store, .result = result};
	enum status status = store_view_open(&checking.view, store, why);

	*result = (struct store_check_result){0};
	if (status != STATUS_OK)
		return status;
	checking.tip = store_view_tip(checking.view);
	checking.reader = store_log_open(&checking.log, checking.view, NULL);
	checking.root = log_frontier_root(&checking.tip->frontier);
	result->tip_height = checking.tip->header.height;
	result->lost_tail = result->tip_height < check->committed_height;
	status = check_blocks(&checking, why);
	if (status == STATUS_OK)
		status = check_log(&checking, why);
	if (status == STATUS_OK)
		status = check_sample(&checking, check, why);
	store_view_close(checking.view);
	return status;
}
