/* What waits in the pool of a node that only follows. The validators refuse what a block before has
 * made impossible, and tell nobody but their own clients. So it is tried again when the ledger has
 * grown, as if for a block: what the rules take no more goes, and who waits for it is told. */
#include "node/drive/inner.h"

#include "chain/base/invariant.h"

enum {
	TRIAL_PERIOD_MS = 250, /* a busy ledger grows many times in it */
	TRIAL_TXS_MAX = 256,   /* some milliseconds of the executor's time */
};

void trial_want(struct drive *drive, const struct commit_block *tip)
{
	drive->trial.is_wanted = true;
	drive->trial.tip = tip->hash;
	drive->trial.tip_time_ms = tip->time_ms;
}

/* A validator finds out when it makes a block. */
static bool is_possible(const struct drive *drive)
{
	return drive->trial.is_wanted && drive->consensus.epoch.self == NOBODY &&
	       drive->pool.waiting_count > 0 && !drive->building && !drive->is_stopping;
}

uint64_t trial_wake_ms(const struct drive *drive)
{
	return is_possible(drive) ? drive->trial.due_ms : UINT64_MAX;
}

void trial_go_on(struct drive *drive)
{
	const struct trial *trial = &drive->trial;
	uint64_t least_ms = trial->tip_time_ms + 1;

	if (!is_possible(drive) || drive->moment.now_ms < trial->due_ms)
		return;
	drive->trial.is_wanted = false;
	drive->trial.due_ms = drive->moment.now_ms + TRIAL_PERIOD_MS;
	order_build(drive,
	            &(struct effect_build){
					.epoch = drive->consensus.epoch.number,
					.view = drive->consensus.views.current,
					.proposer = NOBODY,
					.parent = trial->tip,
					.time_ms = drive->moment.wall_ms > least_ms ? drive->moment.wall_ms
	                                                            : least_ms,
				},
	            pick_txs(drive, TRIAL_TXS_MAX, BLOCK_BODY_MAX));
}

void trial_end(struct drive *drive)
{
	struct effect_build waiting = drive->trial.waiting;

	INVARIANT(build_is_trial(&drive->build));
	if (drive->build.block)
		drive->world.drop(drive->world.owner, &drive->build.block->hash);
	if (!drive->trial.is_waited_for)
		return;
	drive->trial.is_waited_for = false;
	carry_build(drive, &waiting);
}
