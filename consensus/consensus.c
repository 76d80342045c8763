#include "consensus/consensus.h"

#include "chain/base/invariant.h"

static struct effect *emit(struct effects *out, enum effect_kind kind)
{
	struct effect *effect = &out->items[out->count];

	INVARIANT(out->count < EFFECTS_MAX);
	out->count++;
	*effect = (struct effect){.kind = kind};
	return effect;
}

enum status consensus_init(struct consensus *core, const struct consensus_config *config,
                           struct why *why)
{
	if (config->validators.count != 1)
		return why_set(why, STATUS_FOREIGN,
		               "%zu validators: this version serves networks of one",
		               config->validators.count);
	INVARIANT(config->self == 0);
	*core = (struct consensus){
		.config = *config,
		.view = config->view + 1,
		.height = config->height,
		.stored_height = config->height,
		.tip_view = config->view,
		.tip_time_ms = config->time_ms,
		.tip = config->block,
	};
	safety_init(&core->safety, &config->last_vote);
	/* A vote of a view whose block did not reach the disk: that view is used up, and as a
	 * quorum alone we may call it skipped. */
	if (config->last_vote.epoch == config->epoch && config->last_vote.view >= core->view)
		core->view = config->last_vote.view + 1;
	INVARIANT(consensus_sound(core));
	return STATUS_OK;
}

bool consensus_sound(const struct consensus *core)
{
	if (core->view <= core->tip_view)
		return false;
	if (core->stored_height > core->height)
		return false;
	if (core->height - core->stored_height > UNSTORED_BLOCKS_MAX)
		return false;
	return core->phase != PHASE_FILLING || core->work.tx_count > 0;
}

static bool is_full_block_waiting(const struct consensus *core)
{
	return core->work.tx_count >= core->config.block_txs_max ||
	       core->work.byte_count >= core->config.block_bytes_max;
}

static void build(struct consensus *core, struct effects *out)
{
	struct effect_build *effect = &emit(out, EFFECT_BUILD)->build;

	core->phase = PHASE_BUILDING;
	effect->epoch = core->config.epoch;
	effect->view = core->view;
	effect->proposer = core->config.self;
	effect->parent = core->tip;
	effect->validators_hash = core->config.validators_hash;
	effect->time_ms = core->wall_ms > core->tip_time_ms ? core->wall_ms
	                                                    : core->tip_time_ms + 1;
}

/* Build, or say when: the first transaction waits batch_ms for company; while a block is on
 * its way to the disk the next one waits for it, or until it is full. */
static void advance(struct consensus *core, struct effects *out)
{
	uint64_t unstored = core->height - core->stored_height;
	uint64_t due_ms = core->work.oldest_ms + core->config.batch_ms;

	if (core->phase != PHASE_FILLING || unstored >= UNSTORED_BLOCKS_MAX)
		return;
	if (is_full_block_waiting(core) || (unstored == 0 && core->now_ms >= due_ms))
		build(core, out);
	else if (unstored == 0)
		emit(out, EFFECT_WAKE)->wake_ms = due_ms;
}

static void on_work(struct consensus *core, const struct input_work *work)
{
	core->work = *work;
	if (core->phase == PHASE_IDLE && work->tx_count > 0)
		core->phase = PHASE_FILLING;
	else if (core->phase == PHASE_FILLING && work->tx_count == 0)
		core->phase = PHASE_IDLE;
}

static void enter_view(struct consensus *core, uint64_t view)
{
	INVARIANT(view > core->view);
	core->view = view;
	core->phase = PHASE_IDLE;
}

static void sign(struct consensus *core, struct ballot *ballot, enum vote_kind kind,
                 struct effects *out)
{
	bool allowed;

	ballot->kind = (uint8_t)kind;
	allowed = safety_allow(&core->safety, ballot);
	/* The view is new since consensus_init, and each view is voted in once. */
	INVARIANT(allowed);
	emit(out, EFFECT_SIGN)->sign = *ballot;
}

/* With a set of one our notarize vote notarizes and our finalize vote finalizes. */
static void on_built(struct consensus *core, const struct input_built *built,
                     struct effects *out)
{
	struct ballot ballot = {
		.epoch = core->config.epoch,
		.view = core->view,
		.parent_view = core->tip_view,
		.block = built->block,
	};
	struct effect_commit *commit;

	if (core->phase != PHASE_BUILDING || built->view != core->view)
		return;
	if (built->tx_count == 0) {
		core->phase = PHASE_IDLE;
		return;
	}
	INVARIANT(built->height == core->height + 1);
	INVARIANT(built->time_ms > core->tip_time_ms);
	sign(core, &ballot, VOTE_NOTARIZE, out);
	sign(core, &ballot, VOTE_FINALIZE, out);
	emit(out, EFFECT_KEEP)->keep = core->safety.record;
	commit = &emit(out, EFFECT_COMMIT)->commit;
	commit->block = built->block;
	commit->height = built->height;
	commit->ballot = ballot;
	commit->signer = core->config.self;
	commit->validator_count = (uint16_t)core->config.validators.count;
	core->height = built->height;
	core->tip = built->block;
	core->tip_view = built->view;
	core->tip_time_ms = built->time_ms;
	enter_view(core, core->view + 1);
}

void consensus_step(struct consensus *core, const struct input *in, struct effects *out)
{
	INVARIANT(consensus_sound(core));
	INVARIANT(in->now_ms >= core->now_ms);
	out->count = 0;
	core->now_ms = in->now_ms;
	core->wall_ms = in->wall_ms;
	switch (in->kind) {
	case INPUT_TICK:
		break;
	case INPUT_WORK:
		on_work(core, &in->work);
		break;
	case INPUT_BUILT:
		on_built(core, &in->built, out);
		break;
	case INPUT_STORED:
		INVARIANT(in->stored_height == core->stored_height + 1);
		core->stored_height = in->stored_height;
		break;
	}
	advance(core, out);
	INVARIANT(consensus_sound(core));
}
