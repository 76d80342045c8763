#include "node/drive/executor.h"

#include "chain/base/invariant.h"

/* A scratch draft remembers what it read: it is thrown away before that is much. */
enum { SCRATCH_TRIES_MAX = 4096, SCRATCH_BYTES_MAX = 8 << 20 };

void executor_init(struct executor *executor, const struct network *network,
                   const struct ledger_source *source, const struct ledger_tip *tip)
{
	*executor = (struct executor){
		.network = network, .source = source, .tip = *tip, .top = tip->hash};
	recent_init(&executor->recent, tip->header.height);
}

static void drop_scratch(struct executor *executor)
{
	draft_free(executor->scratch);
	executor->scratch = NULL;
	executor->try_count = 0;
}

void executor_close(struct executor *executor)
{
	drop_scratch(executor);
	while (executor->block_count > 0)
		draft_free(executor->blocks[--executor->block_count]);
	recent_close(&executor->recent);
}

static size_t index_of(const struct executor *executor, const struct hash *block)
{
	size_t i = executor->block_count;

	while (i > 0 && !hash_equal(&executor->blocks[i - 1]->hash, block))
		i--;
	return i > 0 ? i - 1 : SIZE_MAX;
}

const struct draft *executor_find(const struct executor *executor,
                                  const struct hash *block)
{
	size_t index = index_of(executor, block);

	return index == SIZE_MAX ? NULL : executor->blocks[index];
}

uint64_t executor_height(const struct executor *executor)
{
	return executor->tip.header.height;
}

void executor_aim(struct executor *executor, const struct hash *block)
{
	if (hash_equal(&executor->top, block))
		return;
	drop_scratch(executor);
	executor->top = *block;
}

/* -- Trying --------------------------------------------------------------------------------------- */

static enum status make_scratch(struct executor *executor, const struct draft *top,
                                uint64_t time_ms, struct why *why)
{
	if (executor->scratch && (executor->try_count >= SCRATCH_TRIES_MAX ||
	                          executor->scratch->arena.size >= SCRATCH_BYTES_MAX))
		drop_scratch(executor);
	if (!executor->scratch) {
		enum status status =
			draft_new(&executor->scratch, executor->network, executor->source,
		              &executor->tip, top, time_ms, why);

		if (status != STATUS_OK)
			return status;
	}
	executor->scratch->header.time_ms = time_ms;
	executor->try_count++;
	return STATUS_OK;
}

enum status executor_try(struct executor *executor, const struct tx *tx, uint64_t wall_ms,
                         enum verdict *verdict, struct refusal *refusal, struct why *why)
{
	const struct draft *top = executor_find(executor, &executor->top);
	uint64_t below_ms = top ? top->header.time_ms : executor->tip.header.time_ms;
	enum status status =
		make_scratch(executor, top, wall_ms > below_ms ? wall_ms : below_ms + 1, why);

	if (status != STATUS_OK)
		return status;
	*verdict = block_try(executor->scratch, tx, false, refusal);
	status = executor->scratch->status;
	if (status == STATUS_OK)
		return STATUS_OK;
	if (why)
		*why = executor->scratch->why;
	drop_scratch(executor);
	return status;
}

/* -- Building ------------------------------------------------------------------------------------- */

/* Others took what a block has room for of evidence: the next one has room again. One that is
 * too much for any block finds none before it and is refused all the same. */
static bool is_too_much_evidence(const struct draft *draft, const struct offer *offer)
{
	struct cursor in = tx_operations(offer->tx);
	struct operation operation = {0};

	if (offer->refusal.verdict != VERDICT_QUOTA || draft->evidence_count == 0)
		return false;
	for (size_t i = 0; i <= offer->refusal.operation; i++)
		if (operation_get(&in, &operation) != STATUS_OK)
			return false;
	return operation.kind == OPERATION_evidence_submit;
}

static void place(struct executor *executor, struct draft *draft, struct offer *offer)
{
	enum recent_answer recent =
		recent_has(&executor->recent, &offer->tx->txid, offer->checked_height);

	offer->refusal = (struct refusal){0};
	if (!block_has_room(draft, offer->tx->bytes.size)) {
		offer->placing = PLACING_NO_ROOM;
		return;
	}
	if (draft_has_tx(draft, &offer->tx->txid)) {
		offer->placing = PLACING_THERE;
		return;
	}
	if (recent == RECENT_YES) {
		offer->placing = PLACING_REFUSED;
		refuse(&offer->refusal, VERDICT_KNOWN, "txid %s is in the ledger",
		       shown_hash(&offer->tx->txid).text);
		return;
	}
	if (block_add(draft, offer->tx, recent == RECENT_NO, &offer->refusal) == VERDICT_GOOD)
		offer->placing = PLACING_TAKEN;
	else
		offer->placing = is_too_much_evidence(draft, offer) ? PLACING_NO_ROOM
		                                                    : PLACING_REFUSED;
}

static enum status fill(struct executor *executor, struct draft *draft,
                        struct offer *offers, size_t count, struct why *why)
{
	for (size_t i = 0; i < count; i++) {
		place(executor, draft, &offers[i]);
		if (draft->status == STATUS_OK)
			continue;
		if (why)
			*why = draft->why;
		return draft->status;
	}
	return STATUS_OK;
}

/* Finds the draft to build on; *parent is NULL for the tip. False: it is gone. */
static bool find_parent(const struct executor *executor, const struct hash *hash,
                        const struct draft **parent)
{
	*parent = executor_find(executor, hash);
	return *parent || hash_equal(hash, &executor->tip.hash);
}

static void add(struct executor *executor, struct draft *draft)
{
	INVARIANT(executor->block_count < EXECUTOR_BLOCKS_MAX);
	/* The scratch may have been made while this one was not here yet. */
	if (hash_equal(&executor->top, &draft->hash))
		drop_scratch(executor);
	executor->is_dropped[executor->block_count] = false;
	executor->blocks[executor->block_count++] = draft;
}

enum status executor_build(struct executor *executor, const struct hash *parent,
                           const struct block_plan *plan, struct offer *offers,
                           size_t count, const struct draft **block, struct why *why)
{
	bool may_be_empty = (plan->flags & HEADER_FLAG_HEARTBEAT) != 0;
	const struct draft *below;
	struct draft *draft;
	enum status status;

	*block = NULL;
	if (!find_parent(executor, parent, &below)) {
		for (size_t i = 0; i < count; i++)
			offers[i].placing = PLACING_NO_ROOM;
		return STATUS_OK;
	}
	status = draft_new(&draft, executor->network, executor->source, &executor->tip, below,
	                   plan->time_ms, why);
	if (status != STATUS_OK)
		return status;
	status = fill(executor, draft, offers, count, why);
	if (status == STATUS_OK && (draft_tx_count(draft) > 0 || may_be_empty))
		status = block_seal(draft, plan, why);
	if (status != STATUS_OK || (draft_tx_count(draft) == 0 && !may_be_empty)) {
		draft_free(draft);
		return status;
	}
	add(executor, draft);
	*block = draft;
	return STATUS_OK;
}

enum status executor_execute(struct executor *executor, const struct header *header,
                             struct bytes_view body, const struct draft **block,
                             struct refusal *refusal, struct why *why)
{
	struct hash hash = header_hash(header, executor->network);
	const struct draft *below;
	enum verdict verdict;
	struct draft *draft;
	enum status status;

	*block = executor_find(executor, &hash);
	if (*block || !find_parent(executor, &header->parent, &below))
		return STATUS_OK;
	status = block_execute(&draft, executor->network, executor->source, &executor->tip,
	                       below, header, body, &verdict, refusal, why);
	if (status != STATUS_OK || verdict != VERDICT_GOOD)
		return status;
	add(executor, draft);
	*block = draft;
	return STATUS_OK;
}

/* -- Leaving ----------------------------------------------------------------------------------------- */

static struct draft *take_out(struct executor *executor, size_t index)
{
	struct draft *draft = executor->blocks[index];

	executor->block_count--;
	memmove(executor->blocks + index, executor->blocks + index + 1,
	        (executor->block_count - index) * sizeof executor->blocks[0]);
	memmove(executor->is_dropped + index, executor->is_dropped + index + 1,
	        (executor->block_count - index) * sizeof executor->is_dropped[0]);
	return draft;
}

static bool has_child(const struct executor *executor, const struct draft *draft)
{
	for (size_t i = 0; i < executor->block_count; i++)
		if (executor->blocks[i]->parent == draft)
			return true;
	return false;
}

void executor_drop(struct executor *executor, const struct hash *block)
{
	struct hash hash = *block;
	size_t index = index_of(executor, &hash);

	while (index != SIZE_MAX) {
		executor->is_dropped[index] = true;
		if (has_child(executor, executor->blocks[index]))
			return;
		if (hash_equal(&executor->top, &hash)) {
			drop_scratch(executor);
			executor->top = executor->blocks[index]->header.parent;
		}
		hash = executor->blocks[index]->header.parent;
		draft_free(take_out(executor, index));
		/* Its parent may have waited for this. */
		index = index_of(executor, &hash);
		if (index != SIZE_MAX && !executor->is_dropped[index])
			return;
	}
}

void executor_retire(struct executor *executor, const struct hash *block)
{
	size_t index = index_of(executor, block);
	struct draft *draft;

	INVARIANT(index != SIZE_MAX);
	draft = take_out(executor, index);
	INVARIANT(draft->header.height == executor->tip.header.height + 1);
	draft_tip(&executor->tip, draft);
	recent_add(&executor->recent, draft);
	/* What reads through it reads the committed ledger from now on. */
	for (size_t i = 0; i < executor->block_count; i++)
		if (executor->blocks[i]->parent == draft)
			executor->blocks[i]->parent = NULL;
	/* A scratch on the ledger as it was has read what is no longer so. */
	if (executor->scratch && !executor->scratch->parent)
		drop_scratch(executor);
	if (executor->scratch && executor->scratch->parent == draft)
		executor->scratch->parent = NULL;
	draft_free(draft);
	if (!executor_find(executor, &executor->top))
		executor->top = executor->tip.hash;
}
