/* The rules of the leader: docs/consensus.md names them P1 to P5. */
#include "consensus/inner.h"

#include "chain/base/invariant.h"

enum choice {
	CHOICE_WAIT,    /* for a body, for work, for a certificate */
	CHOICE_BUILD,
	CHOICE_AGAIN,   /* the parent's block once more */
};

/* P2: the latest notarized view that is ready, unless a view in between was not given up. */
static bool find_parent(struct consensus *core, uint64_t *parent_view)
{
	const struct views *views = &core->views;
	uint64_t view = views->current - 1;

	for (; view > views->final_view; view--) {
		if (views_is_notarized(views, view) &&
		    is_ready(core, views_block(views, view))) {
			*parent_view = view;
			return true;
		}
		if (!views_is_nullified(views, view))
			return false;
	}
	*parent_view = view;
	return is_ready(core, views_block(views, view));
}

static bool is_full_block_waiting(const struct consensus *core)
{
	const uint64_t *values = core->epoch.parameters.values;

	return core->work.tx_count >= values[PARAMETER_max_block_txs] ||
	       core->work.byte_count >= values[PARAMETER_max_block_bytes];
}

/* The first transaction waits batch_ms for company; while a block is on its way to the disk
 * the next one waits for it, or until it is full. */
static bool is_time_to_build(struct consensus *core, uint64_t parent_view)
{
	uint64_t due_ms = core->work.oldest_ms + core->config.batch_ms;
	uint64_t unstored = core->height - core->stored_height;
	bool is_alone = core->epoch.validators.count == 1;

	if (!has_work(core) || unstored >= UNSTORED_BLOCKS_MAX)
		return false;
	/* Alone, the parent is final before anything else happens, and counts then. */
	if (is_alone && !views_block_is_final(&core->views, parent_view))
		return false;
	if (is_full_block_waiting(core))
		return true;
	/* Alone, there is nobody whose votes the time could be used to wait for. */
	if (unstored > 0 && is_alone)
		return false;
	if (core->now_ms >= due_ms)
		return true;
	want_wake(core, due_ms);
	return false;
}

static enum choice choose(struct consensus *core, uint64_t parent_view)
{
	const struct hash *parent = views_block(&core->views, parent_view);
	/* B alone, whatever the other time-outs have grown to: they have to outgrow it, as it is
	 * B of the leader, and others may have a smaller one. */
	uint64_t flush_ms = core->entered_ms + base_timeout(core);
	bool is_final = views_block_is_final(&core->views, parent_view);
	uint64_t height, time_ms;
	bool may_build;

	ready_facts(core, parent, &height, &time_ms);
	may_build = !is_open_seal(core, parent) && core->built_view != core->views.current &&
	            height <= core->height + FRESH_DEPTH_MAX;
	if (may_build && is_time_to_build(core, parent_view))
		return CHOICE_BUILD;
	/* On one that is not final yet it is not due once more. */
	if (may_build && is_final && is_heartbeat_due(core))
		return CHOICE_BUILD;
	if (is_final)
		return CHOICE_WAIT;
	/* Nothing new, but the last block is not final: L3. */
	if (core->now_ms >= flush_ms)
		return CHOICE_AGAIN;
	want_wake(core, flush_ms);
	return CHOICE_WAIT;
}

static void build(struct consensus *core, uint64_t parent_view, struct effects *out)
{
	struct effect_build *effect = &emit(out, EFFECT_BUILD)->build;
	uint64_t height, time_ms;

	effect->epoch = core->epoch.number;
	effect->view = core->views.current;
	effect->proposer = core->epoch.self;
	effect->parent = *views_block(&core->views, parent_view);
	ready_facts(core, &effect->parent, &height, &time_ms);
	effect->time_ms = core->wall_ms > time_ms ? core->wall_ms : time_ms + 1;
	effect->heartbeat = !has_work(core);
	core->is_building = true;
	core->building_view = core->views.current;
	core->work_came = false;
	core->building_parent_view = parent_view;
}

static void propose(struct consensus *core, uint64_t parent_view,
                    const struct hash *block, struct effects *out)
{
	struct ballot ballot = {
		.kind = VOTE_NOTARIZE,
		.epoch = core->epoch.number,
		.view = core->views.current,
		.parent_view = parent_view,
		.block = *block,
	};

	if (sign_ballot(core, &ballot, out))
		note_proposed(core, ballot.view);
}

/* A leader that is behind lets the others go on. */
static void decline(struct consensus *core, struct effects *out)
{
	struct ballot nullify = ballot_nullify(core->epoch.number, core->views.current);

	if (core->armed_ms > 0)
		(void)sign_ballot(core, &nullify, out);
}

void try_propose(struct consensus *core, struct effects *out)
{
	uint64_t view = core->views.current, parent_view;
	const struct vote_record *record = safety_record(&core->safety, view);

	if (!can_sign(core, view) || epoch_leader(&core->epoch, view) != core->epoch.self ||
	    (record && (record->notarized || record->nullified)) || core->is_building)
		return;
	if (!find_parent(core, &parent_view)) {
		decline(core, out);
		return;
	}
	switch (choose(core, parent_view)) {
	case CHOICE_BUILD:
		build(core, parent_view, out);
		break;
	case CHOICE_AGAIN:
		propose(core, parent_view, views_block(&core->views, parent_view), out);
		break;
	case CHOICE_WAIT:
		break;
	}
}

void on_built(struct consensus *core, const struct input_built *in, struct effects *out)
{
	uint64_t view = core->views.current, parent_view = core->building_parent_view;
	const struct hash *parent = views_block(&core->views, parent_view);
	struct block *block = NULL;
	bool is_ours = core->building_view == in->view; /* of this epoch */
	bool is_current = is_ours && in->view == view && !core->is_sealed &&
	                  parent_view >= core->views.final_view;

	core->is_building = false;
	core->building_view = 0;
	if (!in->header) {
		/* What came meanwhile was not tried. */
		if (is_ours && !core->work_came)
			core->built_view = in->view;
		return;
	}
	if (is_current && parent && hash_equal(parent, &in->header->parent))
		block = name_block(core, &in->hash, view, out);
	if (!block) {
		emit(out, EFFECT_DROP)->block = in->hash;
		return;
	}
	block->header = *in->header;
	block->state = BLOCK_VALID;
	block->from = core->epoch.self;
	propose(core, parent_view, &in->hash, out);
}
