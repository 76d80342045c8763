#include "node/shell/execution.h"

#include "chain/base/invariant.h"
#include "node/shell/clock.h"
#include "node/shell/logger.h"

struct block_letter {
	struct letter letter;
	struct hash block;
};

struct execute_letter {
	struct letter letter;
	struct execute_job job;
};

enum status execution_start(struct execution *execution, struct store *store,
                            struct why *why)
{
	enum status status = store_view_open(&execution->view, store, why);

	if (status != STATUS_OK)
		return status;
	execution->source = store_view_source(execution->view);
	/* Without this cache the tree is slower and just as right. */
	execution->source.inner = state_inner_cache_new();
	executor_init(&execution->executor, store_network(store), &execution->source,
	              store_view_tip(execution->view));
	status = post_thread_start(&execution->thread, "execution", execution, why);
	if (status == STATUS_OK)
		return STATUS_OK;
	execution_stop(execution);
	return status;
}

void execution_stop(struct execution *execution)
{
	post_thread_stop(&execution->thread);
	executor_close(&execution->executor);
	state_inner_cache_free(execution->source.inner);
	store_view_close(execution->view);
	execution->source.inner = NULL;
	execution->view = NULL;
}

/* -- Trying ------------------------------------------------------------------------------------ */

static enum status try_one(struct execution *execution, struct submission *submission,
                           uint64_t wall_ms, struct why *why)
{
	submission->checked_height = executor_height(&execution->executor);
	return executor_try(&execution->executor, &submission->tx, wall_ms,
	                    &submission->verdict, &submission->refusal, why);
}

static void open_try(void *owner, struct letter *letter)
{
	struct execution *execution = owner;
	struct ingress_batch *batch = (struct ingress_batch *)(void *)letter;
	uint64_t wall_ms = clock_wall_ms();

	for (size_t i = 0; i < batch->count; i++) {
		struct why why = {{0}};
		enum status status;

		if (batch->submissions[i].verdict != VERDICT_GOOD)
			continue;
		status = try_one(execution, &batch->submissions[i], wall_ms, &why);
		if (status == STATUS_OK)
			continue;
		execution->on_failed(execution->owner, status, &why);
		return;
	}
	execution->on_tried(execution->owner, batch);
}

void execution_try(struct execution *execution, struct ingress_batch *batch)
{
	batch->letter.open = open_try;
	mailbox_send(&execution->thread.box, &batch->letter);
}

/* -- Building ------------------------------------------------------------------------------------ */

static void open_build(void *owner, struct letter *letter)
{
	struct execution *execution = owner;
	struct build_job *job = execution->build;
	struct why why = {{0}};
	enum status status;

	(void)letter;
	execution->build = NULL;
	status = executor_build(&execution->executor, &job->parent, &job->plan, job->offers,
	                        job->offer_count, &job->block, &why);
	if (status == STATUS_OK)
		execution->on_built(execution->owner);
	else
		execution->on_failed(execution->owner, status, &why);
}

void execution_build(struct execution *execution, struct build_job *job)
{
	INVARIANT(!execution->build);
	execution->build = job;
	execution->build_letter.open = open_build;
	mailbox_send_urgent(&execution->thread.box, &execution->build_letter);
}

/* -- Blocks of others --------------------------------------------------------------------------------- */

static void fail_memory(struct execution *execution, const char *what)
{
	struct why why = {{0}};

	why_set(&why, STATUS_MEMORY, "%s", what);
	execution->on_failed(execution->owner, STATUS_MEMORY, &why);
}

static void open_execute(void *owner, struct letter *letter)
{
	struct execution *execution = owner;
	struct execute_letter *execute = (struct execute_letter *)(void *)letter;
	const struct execute_job *job = &execute->job;
	struct refusal refusal = {0};
	struct why why = {{0}};
	const struct draft *draft;
	enum status status = executor_execute(&execution->executor, &job->header, job->body,
	                                      &draft, &refusal, &why);

	if (status != STATUS_OK) {
		execution->on_failed(execution->owner, status, &why);
		return;
	}
	if (!draft)
		logger_warn(LOG_CONSENSUS, "block_refused", log_u64("height", job->header.height),
		            log_hash("block", &job->hash),
		            log_text("why", text_view(refusal.text)));
	execution->on_executed(execution->owner, &job->hash, draft);
	memory_free(execute);
}

void execution_execute(struct execution *execution, const struct execute_job *job)
{
	struct execute_letter *letter = memory_new(sizeof *letter);

	if (!letter) {
		fail_memory(execution, "check a block");
		return;
	}
	letter->letter.open = open_execute;
	letter->job = *job;
	mailbox_send_urgent(&execution->thread.box, &letter->letter);
}

/* -- Leaving ------------------------------------------------------------------------------------------ */

static void send_block(struct execution *execution, const struct hash *block,
                       void (*open)(void *owner, struct letter *letter))
{
	struct block_letter *letter = memory_new(sizeof *letter);

	if (!letter) {
		fail_memory(execution, "remember a block");
		return;
	}
	letter->letter.open = open;
	letter->block = *block;
	mailbox_send_urgent(&execution->thread.box, &letter->letter);
}

static void open_drop(void *owner, struct letter *letter)
{
	struct execution *execution = owner;

	executor_drop(&execution->executor, &((struct block_letter *)(void *)letter)->block);
	memory_free(letter);
}

void execution_drop(struct execution *execution, const struct hash *block)
{
	send_block(execution, block, open_drop);
}

static void open_aim(void *owner, struct letter *letter)
{
	struct execution *execution = owner;

	executor_aim(&execution->executor, &((struct block_letter *)(void *)letter)->block);
	memory_free(letter);
}

void execution_aim(struct execution *execution, const struct hash *block)
{
	send_block(execution, block, open_aim);
}

/* First the view moves on to the ledger with the block, then the block may go. */
static void open_retire(void *owner, struct letter *letter)
{
	struct execution *execution = owner;
	struct hash block = ((struct block_letter *)(void *)letter)->block;
	struct why why = {{0}};
	enum status status = store_view_refresh(execution->view, &why);

	memory_free(letter);
	if (status == STATUS_OK)
		executor_retire(&execution->executor, &block);
	else
		execution->on_failed(execution->owner, status, &why);
}

void execution_retire(struct execution *execution, const struct hash *block)
{
	send_block(execution, block, open_retire);
}
