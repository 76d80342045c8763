#include "chain/ledger/execute.h"

#include "chain/base/buffer.h"
#include "chain/base/invariant.h"
#include "chain/ledger/rules.h"
#include "chain/proof/state_hash.h"

/* -- Transactions -------------------------------------------------------------------------------- */

bool block_has_room(const struct draft *draft, size_t tx_size)
{
	const uint64_t *values = draft->parameters.values;

	return draft_tx_count(draft) < values[PARAMETER_max_block_txs] &&
	       draft->body.size + body_entry_size(tx_size) <= values[PARAMETER_max_block_bytes];
}

/* A txid occurs once: not in the ledger, not in the blocks above it, not in this one. */
static enum verdict check_new(struct draft *draft, const struct tx *tx, bool is_new,
                              struct refusal *refusal)
{
	bool found = draft_has_tx(draft, &tx->txid);

	if (!found && !is_new) {
		enum status status =
			draft->source->find_tx(draft->source->owner, &tx->txid, &found);

		if (status != STATUS_OK)
			draft_fail(draft, status, "look up a transaction");
	}
	if (!found)
		return VERDICT_GOOD;
	return refuse(refusal, VERDICT_KNOWN, "txid %s is in the ledger",
	              shown_hash(&tx->txid).text);
}

static enum verdict apply(struct draft *draft, const struct tx *tx, bool is_new,
                          struct refusal *refusal)
{
	enum verdict verdict = check_new(draft, tx, is_new, refusal);

	return verdict == VERDICT_GOOD ? rules_apply(draft, tx, refusal) : verdict;
}

enum verdict block_add(struct draft *draft, const struct tx *tx, bool is_new,
                       struct refusal *refusal)
{
	enum verdict verdict = apply(draft, tx, is_new, refusal);

	INVARIANT(block_has_room(draft, tx->bytes.size));
	if (verdict == VERDICT_GOOD && draft->status == STATUS_OK)
		draft_add_tx(draft, tx);
	return verdict;
}

enum verdict block_try(struct draft *draft, const struct tx *tx, bool is_new,
                       struct refusal *refusal)
{
	enum verdict verdict = apply(draft, tx, is_new, refusal);

	if (verdict == VERDICT_GOOD)
		draft_roll_back(draft);
	return verdict;
}

/* -- Tiles and pages below this block ----------------------------------------------------------------- */

/* The tiles of one log as a draft's children see them: of its ancestors that are not
 * committed, then of the ledger. */
struct tiles_below {
	const struct draft *draft;
	const struct hash *stream; /* NULL: the network's log */
};

static const struct log_appender *log_of(const struct draft *draft,
                                         const struct hash *stream)
{
	struct draft_stream *found;

	if (!stream)
		return &draft->log;
	HASH_FIND(hh, draft->streams, stream, sizeof *stream, found);
	return found ? found->log : NULL;
}

static enum status read_tile(void *owner, unsigned level, uint64_t index,
                             struct hash hashes[LOG_TILE_WIDTH], size_t *count)
{
	const struct tiles_below *below = owner;
	const struct ledger_source *source = below->draft->source;

	for (const struct draft *draft = below->draft->parent; draft; draft = draft->parent) {
		const struct log_appender *log = log_of(draft, below->stream);

		for (const struct log_tile *tile = log ? log->tiles : NULL; tile;
		     tile = tile->next) {
			if (tile->level != level || tile->index != index)
				continue;
			memcpy(hashes, tile->hashes, tile->count * sizeof *hashes);
			*count = tile->count;
			return STATUS_OK;
		}
	}
	return source->read_tile(source->owner, below->stream, level, index, hashes, count);
}

static enum status read_page(void *owner, const struct state_page_key *key,
                             struct bytes_view *page)
{
	const struct draft *below = owner;
	const struct ledger_source *source = below->source;
	uint8_t bytes[STATE_PAGE_KEY_SIZE_MAX];
	size_t size = state_page_key_put(bytes, key);

	for (const struct draft *draft = below->parent; draft; draft = draft->parent) {
		struct draft_page *found;

		HASH_FIND(hh, draft->pages, bytes, size, found);
		if (!found)
			continue;
		*page = found->bytes;
		return STATUS_OK;
	}
	return source->read_page(source->owner, key, page);
}

/* What failed with us while the draft was used, or STATUS_OK. */
static enum status failure_of(const struct draft *draft, struct why *why)
{
	if (draft->status != STATUS_OK && why)
		*why = draft->why;
	return draft->status;
}

/* -- Sealing ------------------------------------------------------------------------------------------- */

static void put_stream_head(struct draft *draft, const struct draft_stream *stream)
{
	struct state_key key = state_key_of(STATE_STREAM_HEAD, &stream->id);
	struct stream_head head = {
		.count = draft_stream_count(stream),
		.root = log_appender_root(stream->log),
	};
	uint8_t bytes[8 + HASH_SIZE];
	struct writer out = writer_on(bytes, sizeof bytes);

	stream_head_put(&out, &head);
	draft_put(draft, &key, bytes_view(bytes, sizeof bytes));
}

static enum status seal_stream(struct draft *draft, struct draft_stream *stream,
                               struct why *why)
{
	struct tiles_below *below = arena_take(&draft->arena, sizeof *below);
	struct log_reader *reader = arena_take(&draft->arena, sizeof *reader);
	enum status status;
	struct hash root;

	stream->log = arena_take(&draft->arena, sizeof *stream->log);
	if (!below || !reader || !stream->log)
		return why_set(why, STATUS_MEMORY, "seal a stream");
	*below = (struct tiles_below){.draft = draft, .stream = &stream->id};
	*reader = (struct log_reader){.owner = below, .read_tile = read_tile};
	status = log_appender_start(stream->log, &draft->arena, reader, stream->base_count, why);
	if (status != STATUS_OK)
		return status;
	root = log_appender_root(stream->log);
	if (!hash_equal(&root, &stream->base_root))
		return why_set(why, STATUS_CORRUPT,
		               "the tiles of stream '%s' against its root in the state",
		               shown_text(stream->info.name).text);
	for (size_t i = 0; i < stream->leaf_count && status == STATUS_OK; i++)
		status = log_appender_append(stream->log, &stream->leaf_hashes[i], why);
	if (status == STATUS_OK)
		put_stream_head(draft, stream);
	return status;
}

static enum status seal_streams(struct draft *draft, struct why *why)
{
	struct draft_stream *stream;

	draft_begin(draft);
	for (stream = draft->streams; stream; stream = stream->hh.next) {
		enum status status;

		if (stream->leaf_count == 0)
			continue;
		status = seal_stream(draft, stream, why);
		if (status != STATUS_OK)
			return status;
	}
	/* The heads were put as a rule puts: without a word when memory is out. */
	return failure_of(draft, why);
}

static enum status index_pages(struct draft *draft, struct why *why)
{
	for (const struct state_new_page *page = draft->update.pages; page; page = page->next) {
		struct draft_page *added = arena_take(&draft->arena, sizeof *added);
		size_t size;

		if (!added)
			return why_set(why, STATUS_MEMORY, "seal the state");
		added->bytes = page->bytes;
		size = state_page_key_put(added->key, &page->key);
		HASH_ADD(hh, draft->pages, key[0], size, added);
		if (!table_has(added))
			return why_set(why, STATUS_MEMORY, "seal the state");
	}
	return STATUS_OK;
}

/* The changes of the state as the tree wants them: what is as it was before is left out. */
static enum status seal_state(struct draft *draft, struct why *why)
{
	size_t count = HASH_COUNT(draft->entries);
	struct state_change *changes = arena_take(&draft->arena, count * sizeof *changes);
	struct state_reader reader = {
		.owner = draft,
		.read_page = read_page,
		.inner = draft->source->inner,
	};
	struct draft_entry *entry;
	enum status status;
	size_t changed = 0;

	if (!changes)
		return why_set(why, STATUS_MEMORY, "seal the state");
	for (entry = draft->entries; entry; entry = entry->hh.next) {
		if (!entry->touched)
			continue;
		if (entry->present == entry->base_present &&
		    (!entry->present || bytes_equal(entry->value, entry->base)))
			continue;
		changes[changed] = (struct state_change){
			.key_hash = entry->key_hash,
			.present = entry->present,
		};
		if (entry->present)
			changes[changed].value_hash = state_value_hash(entry->value);
		changed++;
	}
	status = state_tree_update(&draft->update, &draft->arena, &reader,
	                           &draft->state_root_before, changes, changed,
	                           draft->header.height, why);
	return status == STATUS_OK ? index_pages(draft, why) : status;
}

static enum status seal_log(struct draft *draft, struct why *why)
{
	struct tiles_below *below = arena_take(&draft->arena, sizeof *below);
	struct log_reader *reader = arena_take(&draft->arena, sizeof *reader);
	struct log_frontier txs = {0};
	size_t count = draft_tx_count(draft);
	enum status status;

	if (!below || !reader)
		return why_set(why, STATUS_MEMORY, "seal the log");
	*below = (struct tiles_below){.draft = draft};
	*reader = (struct log_reader){.owner = below, .read_tile = read_tile};
	status = log_appender_resume(&draft->log, &draft->arena, reader, &draft->frontier, why);
	for (size_t i = 0; i < count && status == STATUS_OK; i++) {
		log_frontier_append(&txs, &draft->txs[i]->leaf_hash);
		status = log_appender_append(&draft->log, &draft->txs[i]->leaf_hash, why);
	}
	draft->header.tx_root = log_frontier_root(&txs);
	draft->header.log_size = draft->log.size;
	draft->header.log_root = log_appender_root(&draft->log);
	return status;
}

/* The body stopped growing: the transactions' bytes lie where they will stay. */
static void point_into_body(struct draft *draft)
{
	struct cursor body = cursor_on(buffer_view(&draft->body));
	size_t count = draft_tx_count(draft);

	for (size_t i = 0; i < count; i++)
		draft->txs[i]->bytes = body_next(&body);
	INVARIANT(cursor_finish(&body) == STATUS_OK);
}

/* A block is a seal exactly when who certifies the next one differs: changes that cancel out
 * seal nothing. */
static enum status seal_succession(struct draft *draft, struct why *why)
{
	struct validator_set *set = arena_take(&draft->arena, sizeof *set);
	struct header *header = &draft->header;

	if (!set)
		return why_set(why, STATUS_MEMORY, "seal the validators");
	if (draft_next_validators(draft, set, &draft->next_parameters) != STATUS_OK)
		return failure_of(draft, why);
	header->next_validators_hash =
		validators_hash(set, &draft->next_parameters, draft->network);
	if (!hash_equal(&header->next_validators_hash, &header->validators_hash))
		header->flags |= HEADER_FLAG_SEAL;
	draft->next_validators = set;
	return STATUS_OK;
}

enum status block_seal(struct draft *draft, const struct block_plan *plan, struct why *why)
{
	struct header *header = &draft->header;
	struct hash leaf_hash;
	enum status status = draft->status;

	INVARIANT(plan->time_ms == header->time_ms);
	INVARIANT(plan->epoch == header->epoch);
	INVARIANT((plan->flags & HEADER_FLAG_SEAL) == 0);
	header->flags = plan->flags;
	header->view = plan->view;
	header->proposer = plan->proposer;
	header->tx_count = (uint32_t)draft_tx_count(draft);
	header->body_size = (uint32_t)draft->body.size;
	if (status != STATUS_OK)
		return failure_of(draft, why);
	point_into_body(draft);
	status = seal_succession(draft, why);
	if (status == STATUS_OK)
		status = seal_streams(draft, why);
	if (status == STATUS_OK)
		status = seal_state(draft, why);
	if (status == STATUS_OK)
		status = seal_log(draft, why);
	if (status != STATUS_OK)
		return why_add(why, status, "seal block %llu",
		               (unsigned long long)header->height);
	draft->state_root = draft->update.root;
	header->state_root = draft->state_root.hash;
	draft->hash = header_hash(header, draft->network);
	leaf_hash = header_leaf_hash(header);
	status = log_appender_append(&draft->log, &leaf_hash, why);
	log_appender_frontier(&draft->frontier, &draft->log);
	return status;
}

void draft_tip(struct ledger_tip *tip, const struct draft *draft)
{
	tip->header = draft->header;
	tip->hash = draft->hash;
	tip->state_root = draft->state_root;
	tip->frontier = draft->frontier;
}

/* -- A block of somebody else ------------------------------------------------------------------------------ */

static enum verdict execute_body(struct draft *draft, struct bytes_view bytes,
                                 struct refusal *refusal)
{
	struct cursor body = cursor_on(bytes);

	while (body.left > 0) {
		struct bytes_view entry = body_next(&body);
		enum verdict verdict;
		struct tx tx;

		if (body.status != STATUS_OK)
			return refuse(refusal, VERDICT_SCHEMA, "the body is cut");
		verdict = tx_decode(&tx, draft->network, entry, refusal);
		if (verdict != VERDICT_GOOD)
			return verdict;
		if (!block_has_room(draft, entry.size))
			return refuse(refusal, VERDICT_TOO_LARGE,
			              "the body is over the network's limits");
		verdict = block_add(draft, &tx, false, refusal);
		if (verdict != VERDICT_GOOD || draft->status != STATUS_OK)
			return verdict;
	}
	return VERDICT_GOOD;
}

static enum verdict compare_headers(const struct header *made, const struct header *given,
                                    struct refusal *refusal)
{
	uint8_t made_bytes[HEADER_SIZE], given_bytes[HEADER_SIZE];

	header_encode(made_bytes, made);
	header_encode(given_bytes, given);
	if (memcmp(made_bytes, given_bytes, HEADER_SIZE) == 0)
		return VERDICT_GOOD;
#define COMPARE(type, name)                                                              \
	if (memcmp(&made->name, &given->name, sizeof made->name) != 0)                       \
		return refuse(refusal, VERDICT_CONFLICT, "the header's " #name " is wrong");
	HEADER_FIELDS(COMPARE)
#undef COMPARE
	return VERDICT_CONFLICT;
}

enum status block_execute(struct draft **made, const struct network *network,
                          const struct ledger_source *source,
                          const struct ledger_tip *tip, const struct draft *parent,
                          const struct header *header, struct bytes_view body,
                          enum verdict *verdict, struct refusal *refusal, struct why *why)
{
	const struct header *below = parent ? &parent->header : &tip->header;
	/* What consensus says is taken over, all else follows from the parent and the body. */
	struct block_plan plan = {
		.epoch = header->epoch,
		.view = header->view,
		.proposer = header->proposer,
		.flags = header->flags & HEADER_FLAG_HEARTBEAT,
		.time_ms = header->time_ms,
	};
	struct draft *draft;
	enum status status;

	*made = NULL;
	*verdict = VERDICT_GOOD;
	if (header->time_ms <= below->time_ms) {
		*verdict = refuse(refusal, VERDICT_CONFLICT,
		                  "the block's time is not later than its parent's");
		return STATUS_OK;
	}
	if (header->epoch != epoch_after(below)) {
		*verdict = refuse(refusal, VERDICT_CONFLICT,
		                  "the block's epoch is %llu, on its parent it must be %llu",
		                  (unsigned long long)header->epoch,
		                  (unsigned long long)epoch_after(below));
		return STATUS_OK;
	}
	status = draft_new(&draft, network, source, tip, parent, header->time_ms, why);
	if (status != STATUS_OK)
		return status;
	*verdict = execute_body(draft, body, refusal);
	status = failure_of(draft, why);
	if (status == STATUS_OK && *verdict == VERDICT_GOOD)
		status = block_seal(draft, &plan, why);
	if (status == STATUS_OK && *verdict == VERDICT_GOOD)
		*verdict = compare_headers(&draft->header, header, refusal);
	if (status == STATUS_OK && *verdict == VERDICT_GOOD)
		*made = draft;
	else
		draft_free(draft);
	return status;
}
