/* Votes for everything in a view: gives it up, and makes its block final. With q - f honest
 * votes it helps either certificate along, but never both, as no honest validator casts both
 * (V4, V5); who sees both reports it (X1). */
#include "tests/sim/liars/liars.h"

/* Everything that can be said of this view. */
static void vote_for_all(struct sim *sim, uint16_t node, uint16_t to, uint64_t view)
{
	const struct consensus *core = liar_mind(sim, node);
	const struct proposals_slot *slot =
		&core->proposals[view % (PROPOSALS_AHEAD_MAX + 1)];
	struct ballot ballot = ballot_nullify(core->epoch.number, view);

	liar_votes(sim, node, to, &ballot);
	for (size_t i = 0; slot->view == view && i < slot->count; i++) {
		ballot = (struct ballot){
			.kind = VOTE_NOTARIZE,
			.epoch = core->epoch.number,
			.view = view,
			.parent_view = slot->items[i].parent_view,
			.block = slot->items[i].block,
		};
		liar_votes(sim, node, to, &ballot);
		ballot.kind = VOTE_FINALIZE;
		liar_votes(sim, node, to, &ballot);
	}
}

static bool on_send(struct sim *sim, uint16_t node, uint16_t to, struct bytes_view bytes)
{
	const struct message *message = liar_reads(sim, bytes, MESSAGE_VOTE);

	if (message && message->vote.ballot.epoch == liar_mind(sim, node)->epoch.number)
		vote_for_all(sim, node, to, message->vote.ballot.view);
	return true;
}

const struct liar liar_nullify_and_finalize_voter = {
	.name = "nullify and finalize voter",
	.on_send = on_send,
};
