/* Votes and proposes in views that are far from their turn, as fast as it may. Of each signer
 * and view a few votes are kept, for 64 views, and proposals for 8 (D2, D3); a view that it
 * alone speaks of is not entered: the frontier moves by certificates. */
#include "tests/sim/liars/liars.h"

static uint64_t draw_view(struct sim *sim, const struct consensus *core)
{
	switch (lots_below(&sim->lots, 4)) {
	case 0:
		return core->views.current + 1 + lots_below(&sim->lots, PROPOSALS_AHEAD_MAX);
	case 1:
		return core->views.current + 1 + lots_below(&sim->lots, VIEWS_AHEAD_MAX);
	case 2:
		return core->views.current + lots_below(&sim->lots, 100000);
	default:
		return UINT64_MAX - lots_below(&sim->lots, 2);
	}
}

static void propose(struct sim *sim, uint16_t node, const struct ballot *ballot)
{
	struct message_proposal proposal = {.vote = liar_vote(sim, node, ballot)};
	struct buffer bytes;

	if (epoch_leader(&liar_mind(sim, node)->epoch, ballot->view) != proposal.vote.signer)
		return;
	buffer_init(&bytes, MESSAGE_SIZE_MAX);
	message_put_proposal(&bytes, &proposal);
	liar_says(sim, node, liar_other(sim, node), &bytes);
}

static void on_turn(struct sim *sim, uint16_t node)
{
	const struct consensus *core = liar_mind(sim, node);

	for (size_t i = 0; i < 4; i++) {
		struct ballot ballot = {
			.kind = (uint8_t)lots_between(&sim->lots, VOTE_NOTARIZE, VOTE_FINALIZE),
			.epoch = core->epoch.number,
			.view = draw_view(sim, core),
			.block = liar_hash(sim),
		};

		ballot.parent_view = ballot.view - 1;
		if (ballot.kind == VOTE_NOTARIZE)
			propose(sim, node, &ballot);
		if (ballot.kind == VOTE_NULLIFY)
			ballot = ballot_nullify(ballot.epoch, ballot.view);
		liar_votes(sim, node, liar_other(sim, node), &ballot);
	}
}

const struct liar liar_future_flooder = {
	.name = "future flooder",
	.on_turn = on_turn,
};
