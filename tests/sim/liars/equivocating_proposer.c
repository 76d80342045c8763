/* Proposes two valid blocks in one view: one to each half of the others, now and then both to
 * all. No quorum forms for more than one of them, as an honest validator notarizes once a
 * view (V1, safety.c), and two quorums share an honest one; who sees both reports it (X1). */
#include "tests/sim/liars/liars.h"

static void on_built(struct sim *sim, uint16_t node, const struct build_job *job)
{
	liar_builds(sim, node, job, &job->parent, liar_mind(sim, node)->building_parent_view,
	            job->plan.time_ms + 1);
}

static bool on_send(struct sim *sim, uint16_t node, uint16_t to, struct bytes_view bytes)
{
	uint64_t view = sim->nodes[node].memory.view;

	/* Other halves in other views. */
	if (view % 4 != 0 && ((to >> (view % 3)) & 1) == 0)
		return true;
	return !liar_swaps(sim, node, to, bytes) || view % 4 == 0;
}

static bool on_receive(struct sim *sim, uint16_t node, uint16_t from, struct bytes_view bytes)
{
	return !liar_answers(sim, node, from, bytes);
}

const struct liar liar_equivocating_proposer = {
	.name = "equivocating proposer",
	.on_built = on_built,
	.on_send = on_send,
	.on_receive = on_receive,
};
