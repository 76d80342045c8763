/* Voting again after what was signed is forgotten: R7 of docs/consensus.md.
 *
 * Whoever voted in view u held a certificate of view u - 1 or a later one, of a quorum. Any
 * quorum of others that tells us now where it stands shares an honest one with it, who was
 * in view u - 1 when he signed and has not gone back. So where the farthest of them stands, and
 * one view more, is as far as we can ever have voted: beyond it we are free.
 *
 *     LOST ──a quorum of others answered──► ASKED ──next epoch──► DOUBTED ──again──► WHOLE
 *
 * It is asked a second time, in the next epoch, because those who answered may all have lacked
 * the final certificate of the seal beyond which we had voted. */
#include "consensus/inner.h"

static uint64_t floor_of_mark(const struct consensus *core)
{
	const struct vote_mark *mark = &core->mark;

	if (core->epoch.number < mark->floor_epoch)
		return UINT64_MAX;
	return core->epoch.number == mark->floor_epoch ? mark->floor_view : 0;
}

/* Nothing is signed up to this view of the present or a later epoch, however often we restart. */
static void keep_floor(struct consensus *core, uint64_t epoch, uint64_t view,
                       struct effects *out)
{
	struct vote_mark *mark = &core->mark;

	mark->floor_epoch = epoch;
	mark->floor_view = view;
	if (epoch > mark->epoch || (epoch == mark->epoch && view > mark->view)) {
		mark->epoch = epoch;
		mark->view = view;
	}
	mark->recall = (uint8_t)core->recall;
	emit(out, EFFECT_KEEP_MARK)->mark = *mark;
	safety_raise_floor(&core->safety, floor_of_mark(core));
}

bool consensus_is_forgetful(const struct consensus *core)
{
	return core->epoch.self != NOBODY &&
	       (core->recall == RECALL_LOST || core->recall == RECALL_DOUBTED);
}

/* May others rely on where we say we stand? Not before we are back where we have been. */
bool is_witness(const struct consensus *core)
{
	return !consensus_is_forgetful(core) && core->views.current >= core->safety.floor;
}

/* The record of the mark's view is there, and with it all since the floor; or it is of no use any
 * more; or it was lost. */
static bool has_lost_records(const struct consensus *core)
{
	const struct vote_mark *mark = &core->mark;

	if (mark->epoch != core->epoch.number)
		return mark->epoch > core->epoch.number;
	return mark->view > core->safety.floor && !safety_record(&core->safety, mark->view);
}

void apply_mark(struct consensus *core, struct effects *out)
{
	core->recall = (enum recall)core->mark.recall;
	if (core->recall == RECALL_ASKED && core->epoch.number > core->mark.floor_epoch)
		core->recall = RECALL_DOUBTED;
	safety_raise_floor(&core->safety, floor_of_mark(core));
	if (has_lost_records(core))
		keep_floor(core, core->mark.epoch, core->mark.view, out);
}

void recall_in_epoch(struct consensus *core)
{
	safety_raise_floor(&core->safety, floor_of_mark(core));
	if (core->recall == RECALL_ASKED)
		core->recall = RECALL_DOUBTED;
}

/* Who is in our place himself does not answer. What a liar says counts as far as its
 * certificate shows it, so he cannot keep us out for ever. */
void on_answer(struct consensus *core, const struct input_status *in)
{
	const struct peer_status *status = &in->status;
	struct peer *peer = &core->peers[in->from];

	if (!consensus_is_forgetful(core) || in->from >= core->epoch.validators.count ||
	    status->epoch != core->epoch.number || status->echo != core->nonce ||
	    in->proven_view < status->view)
		return;
	if (in->proven_view > peer->told_view)
		peer->told_view = in->proven_view;
}

void try_reenter(struct consensus *core, struct effects *out)
{
	const struct hash *parent;
	uint64_t farthest = 0;
	size_t count = 0;

	if (!consensus_is_forgetful(core) || core->is_halted)
		return;
	for (uint16_t i = 0; i < core->epoch.validators.count; i++) {
		uint64_t told = i == core->epoch.self ? 0 : core->peers[i].told_view;

		count += told > 0;
		farthest = told > farthest ? told : farthest;
	}
	/* Until we hold the newest block we are no help, and others may rely on our having it. */
	parent = views_block(&core->views, views_parent(&core->views));
	if (count < epoch_quorum(&core->epoch) || !is_ready(core, parent))
		return;
	keep_chain(core, parent, out);
	core->recall = core->recall == RECALL_LOST ? RECALL_ASKED : RECALL_WHOLE;
	keep_floor(core, core->epoch.number, farthest + 1, out);
}
