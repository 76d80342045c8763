/* Effects are carried out in the order they come; an answer that the world gives at once (a
 * signature) is used by the effects behind it. */
#include "node/drive/drive.h"

#include "chain/base/invariant.h"

/* How often the pool is searched for what expired. */
enum { EXPIRY_PERIOD_MS = 5000 };

enum status drive_init(struct drive *drive, const struct drive_config *config,
                       const struct moment *moment, struct why *why)
{
	enum status status;

	memset(drive, 0, sizeof *drive);
	drive->world = config->world;
	status = consensus_init(&drive->consensus, &config->consensus, why);
	if (status != STATUS_OK)
		return status;
	pool_init(&drive->pool, &config->pool);
	drive->offers_max = (size_t)config->consensus.block_txs_max;
	drive->picked = memory_new(drive->offers_max * sizeof(struct pool_tx *));
	drive->offers = memory_new(drive->offers_max * sizeof *drive->offers);
	if (!drive->picked || !drive->offers) {
		drive_close(drive);
		return why_set(why, STATUS_MEMORY, "start the node's mind");
	}
	drive->expiry_due_ms = moment->now_ms + EXPIRY_PERIOD_MS;
	drive->world.wake(drive->world.owner, drive->expiry_due_ms);
	return STATUS_OK;
}

void drive_close(struct drive *drive)
{
	for (size_t i = 0; i < drive->block_count; i++)
		memory_free(drive->blocks[i].txs);
	drive->block_count = 0;
	memory_free(drive->picked);
	memory_free(drive->offers);
	drive->picked = NULL;
	drive->offers = NULL;
	refused_close(&drive->refused);
	pool_close(&drive->pool);
}

static void fail(struct drive *drive, enum status status, const char *what)
{
	if (drive->status == STATUS_OK)
		drive->status = why_set(&drive->why, status, "%s", what);
}

/* -- Effects --------------------------------------------------------------------------------- */

static void wake(struct drive *drive)
{
	uint64_t at_ms = drive->expiry_due_ms;

	if (drive->consensus_wake_ms > 0 && drive->consensus_wake_ms < at_ms)
		at_ms = drive->consensus_wake_ms;
	drive->world.wake(drive->world.owner, at_ms);
}

static void carry_build(struct drive *drive, const struct effect_build *effect)
{
	size_t bytes_max = (size_t)drive->consensus.config.block_bytes_max;
	size_t count;

	INVARIANT(!drive->building);
	count = pool_pick(&drive->pool, drive->picked, drive->offers_max, bytes_max);
	for (size_t i = 0; i < count; i++)
		drive->offers[i] = (struct offer){
			.tx = &drive->picked[i]->tx,
			.checked_height = drive->picked[i]->checked_height,
		};
	drive->build = (struct build_job){
		.plan = {
			.epoch = effect->epoch,
			.view = effect->view,
			.proposer = effect->proposer,
			.time_ms = effect->time_ms,
		},
		.offers = drive->offers,
		.offer_count = count,
	};
	drive->building = true;
	drive->world.build(drive->world.owner, &drive->build);
}

static void carry_commit(struct drive *drive, const struct effect_commit *effect)
{
	struct certificate *certificate = &drive->commit.certificate;

	INVARIANT(hash_equal(&drive->build.block->hash, &effect->block));
	*certificate = (struct certificate){
		.ballot = effect->ballot,
		.validator_count = effect->validator_count,
	};
	certificate->signers[effect->signer] = true;
	certificate->signatures[effect->signer] = drive->signature;
	drive->commit.block = drive->build.block;
	drive->world.commit(drive->world.owner, &drive->commit);
}

static void carry_out(struct drive *drive, const struct effect *effect)
{
	enum status status;

	switch (effect->kind) {
	case EFFECT_WAKE:
		drive->consensus_wake_ms = effect->wake_ms;
		wake(drive);
		break;
	case EFFECT_BUILD:
		carry_build(drive, &effect->build);
		break;
	case EFFECT_SIGN:
		status = drive->world.sign(drive->world.owner, &effect->sign, &drive->signature);
		if (status != STATUS_OK)
			fail(drive, status, "sign a vote");
		break;
	case EFFECT_KEEP:
		drive->commit.vote = effect->keep;
		break;
	case EFFECT_COMMIT:
		carry_commit(drive, &effect->commit);
		break;
	}
}

static void feed(struct drive *drive, const struct input *in)
{
	struct effects effects;

	consensus_step(&drive->consensus, in, &effects);
	for (size_t i = 0; i < effects.count && drive->status == STATUS_OK; i++)
		carry_out(drive, &effects.items[i]);
}

static struct input input_at(enum input_kind kind, const struct moment *moment)
{
	return (struct input){
		.kind = kind,
		.now_ms = moment->now_ms,
		.wall_ms = moment->wall_ms,
	};
}

/* Consensus hears of the pool when what waits has changed, and of nothing while the node
 * stops. */
static void tell_work(struct drive *drive, const struct moment *moment)
{
	struct input in = input_at(INPUT_WORK, moment);

	in.work = (struct input_work){
		.tx_count = drive->pool.waiting_count,
		.byte_count = drive->pool.waiting_bytes,
		.oldest_ms = pool_oldest_ms(&drive->pool),
	};
	if (drive->is_stopping)
		in.work = (struct input_work){0};
	if (drive->status != STATUS_OK ||
	    (memcmp(&in.work, &drive->told, sizeof in.work) == 0 &&
	     drive->consensus.phase != PHASE_IDLE))
		return;
	drive->told = in.work;
	feed(drive, &in);
}

/* -- Transactions in ---------------------------------------------------------------------------- */

static void admit(struct drive *drive, struct submission *submission,
                  const struct moment *moment)
{
	struct pool_tx *known = pool_find(&drive->pool, &submission->tx.txid);
	struct pool_tx *added;

	if (known) {
		/* The same request once more is answered alike, also when it is in a block that
		 * is on its way to the disk. */
		known->is_awaited |= submission->is_awaited;
		submission->verdict = VERDICT_GOOD;
		return;
	}
	if (submission->verdict != VERDICT_GOOD)
		return;
	submission->verdict = pool_admits(&drive->pool, &submission->tx, &submission->refusal);
	if (submission->verdict != VERDICT_GOOD)
		return;
	added = pool_add_take(&drive->pool, &submission->tx, submission->bytes, moment->now_ms);
	submission->bytes = NULL;
	if (!added) {
		submission->verdict =
			refuse(&submission->refusal, VERDICT_QUOTA, "out of memory; send it again later");
		return;
	}
	added->checked_height = submission->checked_height;
	added->is_awaited = submission->is_awaited;
	refused_forget(&drive->refused, &submission->tx.txid);
	drive->counters.admitted++;
}

void drive_submit(struct drive *drive, struct submission *submissions, size_t count,
                  const struct moment *moment)
{
	for (size_t i = 0; i < count; i++) {
		drive->counters.submitted++;
		if (submissions[i].verdict == VERDICT_GOOD ||
		    submissions[i].verdict == VERDICT_KNOWN)
			admit(drive, &submissions[i], moment);
		if (submissions[i].verdict != VERDICT_GOOD)
			drive->counters.refused++;
	}
	tell_work(drive, moment);
}

static void tell_end(struct drive *drive, const struct pool_tx *tx,
                     struct tx_outcome *outcome)
{
	if (!tx->is_awaited)
		return;
	outcome->txid = tx->tx.txid;
	drive->world.tell(drive->world.owner, outcome);
}

/* -- Blocks ---------------------------------------------------------------------------------------- */

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
	tx->place = POOL_PLACED;
	pool_remove(&drive->pool, tx);
}

/* What became of each transaction that was picked. Returns how many are in the block: their
 * places are in drive->picked, in the block's order. */
static size_t settle_offers(struct drive *drive)
{
	size_t count = drive->build.offer_count;
	size_t taken = 0;

	/* Backwards, so that what goes back to the front of a queue keeps its order. */
	for (size_t i = count; i > 0; i--)
		if (drive->offers[i - 1].placing == PLACING_NO_ROOM)
			pool_put_back(&drive->pool, drive->picked[i - 1]);
	for (size_t i = 0; i < count; i++) {
		struct pool_tx *tx = drive->picked[i];

		if (drive->offers[i].placing == PLACING_REFUSED)
			refuse_picked(drive, tx, &drive->offers[i].refusal);
		if (drive->offers[i].placing != PLACING_TAKEN)
			continue;
		tx->place = POOL_PLACED;
		drive->picked[taken++] = tx;
	}
	return taken;
}

static void add_block(struct drive *drive, const struct draft *draft, size_t taken)
{
	struct drive_block *block = &drive->blocks[drive->block_count];
	size_t size = taken * sizeof(struct pool_tx *);

	INVARIANT(drive->block_count < UNSTORED_BLOCKS_MAX);
	INVARIANT(taken == draft->header.tx_count);
	block->header = draft->header;
	block->txs = memory_new(size);
	if (!block->txs) {
		fail(drive, STATUS_MEMORY, "take in a block");
		return;
	}
	memcpy(block->txs, drive->picked, size);
	drive->block_count++;
}

void drive_on_built(struct drive *drive, const struct moment *moment)
{
	struct input in = input_at(INPUT_BUILT, moment);
	const struct draft *draft = drive->build.block;
	size_t taken;

	INVARIANT(drive->building);
	drive->building = false;
	taken = settle_offers(drive);
	in.built = (struct input_built){.view = drive->build.plan.view};
	if (draft) {
		in.built.tx_count = draft->header.tx_count;
		in.built.height = draft->header.height;
		in.built.time_ms = draft->header.time_ms;
		in.built.block = draft->hash;
		add_block(drive, draft, taken);
	}
	if (drive->status == STATUS_OK)
		feed(drive, &in);
	tell_work(drive, moment);
}

/* A stored block's transactions leave the pool, and who waits for them is told. */
static void finish_block(struct drive *drive, struct drive_block *block)
{
	uint32_t count = block->header.tx_count;

	for (uint32_t i = 0; i < count; i++) {
		struct tx_outcome outcome = {
			.kind = TX_FINAL,
			.height = block->header.height,
			.index = i,
			.log_index = block->header.log_size - count + i,
		};

		tell_end(drive, block->txs[i], &outcome);
		pool_remove(&drive->pool, block->txs[i]);
	}
	memory_free(block->txs);
	drive->counters.final += count;
	drive->counters.blocks++;
}

void drive_on_stored(struct drive *drive, uint64_t height, const struct moment *moment)
{
	struct input in = input_at(INPUT_STORED, moment);

	INVARIANT(drive->block_count > 0 && drive->blocks[0].header.height == height);
	finish_block(drive, &drive->blocks[0]);
	drive->block_count--;
	memmove(drive->blocks, drive->blocks + 1,
	        drive->block_count * sizeof drive->blocks[0]);
	in.stored_height = height;
	feed(drive, &in);
	tell_work(drive, moment);
}

/* -- Time --------------------------------------------------------------------------------------------- */

/* By our own clock; what is in a block already may still become final. */
static void expire(struct drive *drive, const struct moment *moment)
{
	struct pool_tx *tx, *next;

	HASH_ITER(hh, drive->pool.txs, tx, next) {
		struct tx_outcome outcome = {.kind = TX_EXPIRED};

		if (tx->place != POOL_WAITING || tx->tx.valid_until_ms >= moment->wall_ms)
			continue;
		refuse(&outcome.refusal, VERDICT_EXPIRED,
		       "valid until %llu ms, this node's clock shows %llu ms",
		       (unsigned long long)tx->tx.valid_until_ms,
		       (unsigned long long)moment->wall_ms);
		refused_add(&drive->refused, &tx->tx.txid, &outcome.refusal);
		tell_end(drive, tx, &outcome);
		pool_remove(&drive->pool, tx);
		drive->counters.expired++;
	}
}

void drive_on_tick(struct drive *drive, const struct moment *moment)
{
	struct input in = input_at(INPUT_TICK, moment);

	if (moment->now_ms >= drive->expiry_due_ms) {
		expire(drive, moment);
		drive->expiry_due_ms = moment->now_ms + EXPIRY_PERIOD_MS;
	}
	if (drive->consensus_wake_ms > 0 && moment->now_ms >= drive->consensus_wake_ms)
		drive->consensus_wake_ms = 0;
	tell_work(drive, moment);
	if (drive->status == STATUS_OK)
		feed(drive, &in);
	wake(drive);
}

void drive_stop(struct drive *drive)
{
	drive->is_stopping = true;
}

bool drive_is_idle(const struct drive *drive)
{
	return !drive->building && drive->block_count == 0;
}
