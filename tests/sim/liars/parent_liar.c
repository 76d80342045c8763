/* Proposes on the wrong parent: a view that is not before its own, one below the last final
 * view, the right block with another view's number; or a block that passes over a notarized
 * view as if that had been given up. A voter wants pv < v, pv >= vf, the certificate of pv and
 * a nullification of every view between (V1, V2): a final view has none. */
#include "tests/sim/liars/liars.h"

/* What follows a seal is of another epoch, and no block that a leader of this one can make. */
static bool can_build_on(const struct executor *executor, const struct hash *block)
{
	const struct draft *draft = block ? executor_find(executor, block) : NULL;

	if (!draft)
		return block && hash_equal(block, &executor->tip.hash);
	return (draft->header.flags & HEADER_FLAG_SEAL) == 0;
}

/* The latest block below the true parent that it can still build on. */
static void on_built(struct sim *sim, uint16_t node, const struct build_job *job)
{
	const struct consensus *core = liar_mind(sim, node);
	const struct executor *executor = &sim->nodes[node].executor;
	uint64_t view = core->building_parent_view;

	while (view > core->views.final_view) {
		const struct hash *block = views_block(&core->views, --view);

		if (!can_build_on(executor, block))
			continue;
		/* It says so, or names the true parent's view. */
		liar_builds(sim, node, job, block,
		            liar_hits(sim, 500000) ? view : core->building_parent_view,
		            job->plan.time_ms);
		return;
	}
}

static uint64_t draw_parent_view(struct sim *sim, uint64_t view, uint64_t parent_view)
{
	switch (lots_below(&sim->lots, 4)) {
	case 0:
		return view + lots_below(&sim->lots, 3);
	case 1:
		return 0;
	case 2:
		return parent_view > 0 ? parent_view - 1 : view - 1;
	default:
		return lots_below(&sim->lots, view);
	}
}

static bool on_send(struct sim *sim, uint16_t node, uint16_t to, struct bytes_view bytes)
{
	struct message *message;
	struct ballot *ballot;
	struct buffer out;

	if (liar_swaps(sim, node, to, bytes))
		return false;
	message = liar_reads(sim, bytes, MESSAGE_PROPOSAL);
	if (!message || liar_hits(sim, 500000))
		return true;
	ballot = &message->proposal.vote.ballot;
	ballot->parent_view = draw_parent_view(sim, ballot->view, ballot->parent_view);
	message->proposal.vote = liar_vote(sim, node, ballot);
	if (message->proposal.vote.signer == NOBODY)
		return true;
	buffer_init(&out, MESSAGE_SIZE_MAX);
	message_put_proposal(&out, &message->proposal);
	liar_says(sim, node, to, &out);
	return false;
}

static bool on_receive(struct sim *sim, uint16_t node, uint16_t from, struct bytes_view bytes)
{
	return !liar_answers(sim, node, from, bytes);
}

const struct liar liar_parent_liar = {
	.name = "parent liar",
	.on_built = on_built,
	.on_send = on_send,
	.on_receive = on_receive,
};
