/* Blocks on their way through the executor and onto the disk, and what that means for the
 * transactions of the pool. */
#include "node/drive/inner.h"

#include "chain/base/invariant.h"

/* -- Building ------------------------------------------------------------------------------------- */

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

uint64_t failed_views(const struct drive *drive)
{
	const struct views *views = &drive->consensus.views;
	uint64_t given_up = views->current - 1 - views_parent(views);
	uint64_t explained = epoch_fault_count(&drive->consensus.epoch);

	return given_up > explained ? given_up - explained : 0;
}

size_t pick_txs(struct drive *drive, size_t txs_max, size_t bytes_max)
{
	return pool_pick(&drive->pool, drive->picked, smaller(txs_max, drive->offers_max),
	                 bytes_max);
}

/* As much as a block of this view may hold. */
static size_t pick_for_block(struct drive *drive)
{
	const uint64_t *values = drive->consensus.epoch.parameters.values;
	size_t txs_max = (size_t)values[PARAMETER_max_block_txs];
	size_t bytes_max = (size_t)values[PARAMETER_max_block_bytes];

	/* Alone there is nobody who waits for it. */
	if (drive->consensus.epoch.validators.count > 1) {
		uint64_t failed = failed_views(drive);

		txs_max = smaller(txs_max, fill_txs_max(&drive->fill, failed));
		bytes_max = smaller(bytes_max, fill_bytes_max(&drive->fill, failed));
	}
	return pick_txs(drive, txs_max, bytes_max);
}

void order_build(struct drive *drive, const struct effect_build *effect, size_t count)
{
	INVARIANT(!drive->building);
	for (size_t i = 0; i < count; i++)
		drive->offers[i] = (struct offer){
			.tx = &drive->picked[i]->tx,
			.checked_height = drive->picked[i]->checked_height,
		};
	drive->build = (struct build_job){
		.parent = effect->parent,
		.plan = {
			.epoch = effect->epoch,
			.view = effect->view,
			.proposer = effect->proposer,
			.time_ms = effect->time_ms,
			.flags = effect->heartbeat ? HEADER_FLAG_HEARTBEAT : 0,
		},
		.offers = drive->offers,
		.offer_count = count,
	};
	drive->building = true;
	drive->world.build(drive->world.owner, &drive->build);
}

void carry_build(struct drive *drive, const struct effect_build *effect)
{
	/* A validator since a moment ago: what it tried as a follower is given back first. */
	if (drive->building && build_is_trial(&drive->build)) {
		INVARIANT(!drive->trial.is_waited_for);
		drive->trial.is_waited_for = true;
		drive->trial.waiting = *effect;
		return;
	}
	/* What this step notarized is not offered once more. */
	update_placed(drive);
	order_build(drive, effect, effect->heartbeat ? 0 : pick_for_block(drive));
}

void tell_end(struct drive *drive, const struct pool_tx *tx, struct tx_outcome *outcome)
{
	if (!tx->is_awaited)
		return;
	outcome->txid = tx->tx.txid;
	drive->world.tell(drive->world.owner, outcome);
}

static void refuse_picked(struct drive *drive, struct pool_tx *tx,
                          const struct refusal *refusal)
{
	struct tx_outcome outcome = {.kind = TX_REFUSED, .refusal = *refusal};

	if (refusal->verdict == VERDICT_EXPIRED) {
		outcome.kind = TX_EXPIRED;
		drive->counters.expired++;
	} else {
		drive->counters.refused++;
	}
	refused_add(&drive->refused, &tx->tx.txid, refusal);
	tell_end(drive, tx, &outcome);
	pool_remove(&drive->pool, tx);
}

/* What became of each transaction that was picked. Those of the block wait on, in front, until
 * a quorum has voted for it. */
static void settle_offers(struct drive *drive)
{
	size_t count = drive->build.offer_count;

	/* Backwards, so that what goes back to the front of a queue keeps its order. */
	for (size_t i = count; i > 0; i--)
		pool_put_back(&drive->pool, drive->picked[i - 1]);
	for (size_t i = 0; i < count; i++) {
		struct pool_tx *tx = drive->picked[i];

		if (tx->has_ended)
			pool_remove(&drive->pool, tx);
		else if (drive->offers[i].placing == PLACING_REFUSED)
			refuse_picked(drive, tx, &drive->offers[i].refusal);
	}
}

/* The block that was made, as if it had come from somebody. */
static bool take_built(struct drive *drive, const struct draft *draft)
{
	size_t count = draft->header.tx_count;
	struct tx_names *names = memory_new((count + 1) * sizeof *names);
	struct shelf_block *block;

	for (size_t i = 0; names && i < count; i++)
		names[i] = (struct tx_names){.txid = draft->txs[i]->txid,
		                             .leaf_hash = draft->txs[i]->leaf_hash};
	block = names ? shelf_add(&drive->shelf, &draft->hash, &draft->header,
	                          buffer_view(&draft->body), names)
	              : NULL;
	if (block)
		block->draft = draft;
	return block != NULL;
}

void drive_on_built(struct drive *drive, const struct moment *moment)
{
	const struct draft *draft = drive->build.block;
	struct input in = {.kind = INPUT_BUILT};

	INVARIANT(drive->building);
	begin_turn(drive, moment);
	drive->building = false;
	settle_offers(drive);
	/* What was placed while it was picked. */
	drive->placed_is_stale = true;
	if (build_is_trial(&drive->build)) {
		trial_end(drive);
		end_turn(drive);
		return;
	}
	in.built.view = drive->build.plan.view;
	if (draft) {
		if (!take_built(drive, draft))
			drive_fail(drive, STATUS_MEMORY, "take in a block");
		in.built.header = &draft->header;
		in.built.hash = draft->hash;
	}
	feed(drive, &in);
	end_turn(drive);
}

/* -- Executing ------------------------------------------------------------------------------------- */

void carry_execute(struct drive *drive, const struct hash *hash)
{
	struct shelf_block *block = shelf_find(&drive->shelf, hash);
	struct execute_job job;

	INVARIANT(block && !block->is_executing);
	if (block->is_bad) {
		struct input in = {.kind = INPUT_EXECUTED, .executed = {.hash = *hash}};

		feed_later(drive, &in);
		return;
	}
	block->is_executing = true;
	job = (struct execute_job){
		.hash = *hash,
		.header = block->header,
		.body = shelf_body(block),
	};
	drive->world.execute(drive->world.owner, &job);
}

/* A job may be about to write the body: it goes when that is done. Jobs are done in order, so
 * the last one there is stands for all. */
static void leave_body(struct drive *drive, struct shelf_block *block)
{
	struct store_job *job = drive->job ? drive->job : outbox_last_job(&drive->outbox);

	if (!block->is_kept || !job)
		return;
	/* If that fails, it is left lying: better than that it is gone. */
	if (store_job_adopt(job, block->body) != STATUS_OK)
		drive_fail(drive, STATUS_MEMORY, "let a block go");
	block->body = NULL;
}

static void remove_block(struct drive *drive, struct shelf_block *block)
{
	INVARIANT(!block->is_committed);
	leave_body(drive, block);
	shelf_remove(&drive->shelf, block);
}

void drive_on_executed(struct drive *drive, const struct hash *hash,
                       const struct draft *draft, const struct moment *moment)
{
	struct shelf_block *block = shelf_find(&drive->shelf, hash);
	struct input in = {
		.kind = INPUT_EXECUTED,
		.executed = {.hash = *hash, .valid = draft != NULL},
	};

	INVARIANT(block && block->is_executing);
	begin_turn(drive, moment);
	block->is_executing = false;
	/* Of one that was dropped meanwhile the draft is gone. */
	block->draft = block->is_dropped ? NULL : draft;
	if (block->is_dropped)
		remove_block(drive, block);
	else
		feed(drive, &in);
	end_turn(drive);
}

void carry_drop(struct drive *drive, const struct hash *hash)
{
	struct shelf_block *block = shelf_find(&drive->shelf, hash);

	/* Behind its execution, if that is under way; the body is needed until then. */
	drive->world.drop(drive->world.owner, hash);
	if (block && block->is_executing)
		block->is_dropped = true;
	if (!block || block->is_executing)
		return;
	remove_block(drive, block);
}

/* -- On the disk ------------------------------------------------------------------------------------- */

void finish_block(struct drive *drive, const struct hash *hash)
{
	struct shelf_block *block = shelf_find(&drive->shelf, hash);
	uint32_t count;

	INVARIANT(block && block->is_committed);
	count = block->header.tx_count;
	for (uint32_t i = 0; i < count; i++) {
		struct pool_tx *tx = pool_find(&drive->pool, &block->names[i].txid);
		struct tx_outcome outcome = {
			.kind = TX_FINAL,
			.height = block->header.height,
			.index = i,
			.log_index = block->header.log_size - count + i,
		};

		if (!tx || tx->has_ended)
			continue;
		tell_end(drive, tx, &outcome);
		if (tx->place == POOL_PICKED)
			tx->has_ended = true;
		else
			pool_remove(&drive->pool, tx);
	}
	fill_note(&drive->fill, count, block->header.body_size);
	drive->counters.final += count;
	drive->counters.blocks++;
	shelf_remove(&drive->shelf, block);
}

/* -- Waiting or placed -------------------------------------------------------------------------------- */

static void place_block(struct drive *drive, const struct shelf_block *block)
{
	for (uint32_t i = 0; block->names && i < block->header.tx_count; i++) {
		struct pool_tx *tx = pool_find(&drive->pool, &block->names[i].txid);

		if (tx && tx->place == POOL_WAITING)
			pool_place(&drive->pool, tx);
	}
}

static void release_block(struct drive *drive, const struct shelf_block *block)
{
	/* Backwards, as each goes to the front. */
	for (uint32_t i = block->names ? block->header.tx_count : 0; i > 0; i--) {
		struct pool_tx *tx = pool_find(&drive->pool, &block->names[i - 1].txid);

		if (tx && tx->place == POOL_PLACED)
			pool_release(&drive->pool, tx);
	}
}

/* The blocks from the one that the next builds on down to the ledger. */
static size_t find_way(const struct drive *drive, struct hash way[BLOCKS_HELD_MAX])
{
	const struct views *views = &drive->consensus.views;
	const struct hash *parent = views_block(views, views_parent(views));
	const struct shelf_block *block = shelf_find(&drive->shelf, parent);
	size_t count = 0;

	for (; block && count < BLOCKS_HELD_MAX; count++) {
		way[count] = block->hash;
		block = shelf_find(&drive->shelf, &block->header.parent);
	}
	return count;
}

static bool has(const struct hash *hashes, size_t count, const struct hash *hash)
{
	for (size_t i = 0; i < count; i++)
		if (hash_equal(&hashes[i], hash))
			return true;
	return false;
}

/* What is submitted is tried on what the next block builds on. */
static void aim(struct drive *drive)
{
	const struct views *views = &drive->consensus.views;
	const struct hash *parent = views_block(views, views_parent(views));

	if (hash_equal(&drive->aim, parent))
		return;
	drive->aim = *parent;
	drive->world.aim(drive->world.owner, parent);
}

void update_placed(struct drive *drive)
{
	struct hash way[BLOCKS_HELD_MAX];
	size_t count = find_way(drive, way);

	aim(drive);
	if (!drive->placed_is_stale && count == drive->placed_count &&
	    (count == 0 || hash_equal(&way[0], &drive->placed[0])))
		return;
	for (size_t i = 0; i < drive->placed_count; i++) {
		const struct shelf_block *block = shelf_find(&drive->shelf, &drive->placed[i]);

		if (block && !has(way, count, &drive->placed[i]))
			release_block(drive, block);
	}
	for (size_t i = 0; i < count; i++)
		if (drive->placed_is_stale || !has(drive->placed, drive->placed_count, &way[i]))
			place_block(drive, shelf_find(&drive->shelf, &way[i]));
	memcpy(drive->placed, way, count * sizeof way[0]);
	drive->placed_count = count;
	drive->placed_is_stale = false;
}
