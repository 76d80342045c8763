#include "node/drive/executor.h"

#include "chain/base/invariant.h"

/* A scratch draft remembers what it read: it is thrown away before that is much. */
enum { SCRATCH_TRIES_MAX = 4096, SCRATCH_BYTES_MAX = 8 << 20 };

void executor_init(struct executor *executor, const struct network *network,
                   const struct ledger_source *source, const struct ledger_tip *tip)
{
	*executor = (struct executor){.network = network, .source = source, .tip = *tip};
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

static const struct draft *newest(const struct executor *executor)
{
	return executor->block_count > 0 ? executor->blocks[executor->block_count - 1] : NULL;
}

static const struct header *newest_header(const struct executor *executor)
{
	const struct draft *block = newest(executor);

	return block ? &block->header : &executor->tip.header;
}

uint64_t executor_height(const struct executor *executor)
{
	return newest_header(executor)->height;
}

static enum status make_scratch(struct executor *executor, uint64_t time_ms,
                                struct why *why)
{
	if (executor->scratch && (executor->try_count >= SCRATCH_TRIES_MAX ||
	                          executor->scratch->arena.size >= SCRATCH_BYTES_MAX))
		drop_scratch(executor);
	if (!executor->scratch) {
		enum status status =
			draft_new(&executor->scratch, executor->network, executor->source,
		              &executor->tip, newest(executor), time_ms, why);

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
	uint64_t below_ms = newest_header(executor)->time_ms;
	enum status status =
		make_scratch(executor, wall_ms > below_ms ? wall_ms : below_ms + 1, why);

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

/* -- Building ---------------------------------------------------------------------------------- */

static void place(struct executor *executor, struct draft *draft, struct offer *offer)
{
	enum recent_answer recent =
		recent_has(&executor->recent, &offer->tx->txid, offer->checked_height);

	offer->refusal = (struct refusal){0};
	if (!block_has_room(draft, offer->tx->bytes.size)) {
		offer->placing = PLACING_NO_ROOM;
		return;
	}
	/* What is in a block that is not stored block_add finds by itself. */
	if (recent == RECENT_YES) {
		offer->placing = PLACING_REFUSED;
		refuse(&offer->refusal, VERDICT_KNOWN, "txid %s is in the ledger",
		       shown_hash(&offer->tx->txid).text);
		return;
	}
	offer->placing =
		block_add(draft, offer->tx, recent == RECENT_NO, &offer->refusal) == VERDICT_GOOD
			? PLACING_TAKEN
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

static uint64_t next_epoch(const struct executor *executor)
{
	const struct draft *parent = newest(executor);

	return epoch_after(parent ? &parent->header : &executor->tip.header);
}

enum status executor_build(struct executor *executor, const struct block_plan *plan,
                           struct offer *offers, size_t count, const struct draft **block,
                           struct why *why)
{
	struct draft *draft;
	enum status status;

	*block = NULL;
	INVARIANT(executor->block_count < EXECUTOR_BLOCKS_MAX);
	if (plan->epoch != next_epoch(executor))
		return why_set(why, STATUS_FOREIGN,
		               "the validators or parameters changed with the newest block: start "
		               "the node again to go on in the next epoch");
	status = draft_new(&draft, executor->network, executor->source, &executor->tip,
	                   newest(executor), plan->time_ms, why);
	if (status != STATUS_OK)
		return status;
	status = fill(executor, draft, offers, count, why);
	if (status == STATUS_OK && draft_tx_count(draft) > 0)
		status = block_seal(draft, plan, why);
	if (status != STATUS_OK || draft_tx_count(draft) == 0) {
		draft_free(draft);
		return status;
	}
	/* The scratch was made on what is no longer the newest. */
	drop_scratch(executor);
	executor->blocks[executor->block_count++] = draft;
	recent_add(&executor->recent, draft);
	*block = draft;
	return STATUS_OK;
}

void executor_retire(struct executor *executor, uint64_t height)
{
	struct draft *oldest = executor->blocks[0];

	INVARIANT(executor->block_count > 0 && oldest->header.height == height);
	draft_tip(&executor->tip, oldest);
	executor->block_count--;
	memmove(executor->blocks, executor->blocks + 1,
	        executor->block_count * sizeof executor->blocks[0]);
	/* What reads through it reads the committed ledger from now on. */
	if (executor->block_count > 0)
		executor->blocks[0]->parent = NULL;
	if (executor->scratch && executor->scratch->parent == oldest)
		executor->scratch->parent = NULL;
	draft_free(oldest);
}
