/* Votes for two blocks in one view: for both of a leader who proposed two, else for one that
 * does not exist; to finalize likewise. Counted once a signer and ballot (votes.c), it is one
 * vote for each of two blocks, and a quorum for both needs an honest one that does the same;
 * who sees both reports it (X1). */
#include "tests/sim/liars/liars.h"

/* Another block of this view. */
static struct hash other_block(struct sim *sim, uint16_t node, const struct ballot *ballot)
{
	const struct consensus *core = liar_mind(sim, node);
	const struct proposals_slot *slot =
		&core->proposals[ballot->view % (PROPOSALS_AHEAD_MAX + 1)];
	struct hash made_up = ballot->block;

	for (size_t i = 0; slot->view == ballot->view && i < slot->count; i++)
		if (!hash_equal(&slot->items[i].block, &ballot->block))
			return slot->items[i].block;
	made_up.bytes[0] ^= 1;
	return made_up;
}

static bool on_send(struct sim *sim, uint16_t node, uint16_t to, struct bytes_view bytes)
{
	const struct message *message = liar_reads(sim, bytes, MESSAGE_VOTE);
	struct ballot ballot;

	if (!message || message->vote.ballot.kind == VOTE_NULLIFY)
		return true;
	ballot = message->vote.ballot;
	ballot.block = other_block(sim, node, &ballot);
	if (to % 3 != 0)
		liar_votes(sim, node, to, &ballot);
	return to % 3 != 1;
}

const struct liar liar_equivocating_voter = {
	.name = "equivocating voter",
	.on_send = on_send,
};
