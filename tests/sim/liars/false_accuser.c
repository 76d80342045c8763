/* Accuses honest validators: with two votes that may both be cast, with votes of two views, of
 * two validators, or with a second one that it made up. Two votes that exclude each other and
 * are both signed by the accused are the proof, and nobody has those (X1, X2). */
#include "tests/sim/liars/liars.h"

static bool on_receive(struct sim *sim, uint16_t node, uint16_t from, struct bytes_view bytes)
{
	(void)from;
	if (bytes.size > 0 && bytes.at[0] == MESSAGE_VOTE)
		liar_hears(sim, node, bytes);
	return true;
}

/* Something that an honest validator said. */
static bool some_vote(struct sim *sim, uint16_t node, struct vote *vote)
{
	struct bytes_view bytes = liar_recalls(sim, node);
	const struct message *message = liar_reads(sim, bytes, MESSAGE_VOTE);

	if (message)
		*vote = message->vote;
	return message != NULL;
}

/* The second of the two, as it would have to be; its signature is that of the first. */
static void make_up(struct sim *sim, struct vote *vote)
{
	if (vote->ballot.kind == VOTE_NULLIFY) {
		vote->ballot.kind = VOTE_FINALIZE;
		vote->ballot.parent_view = vote->ballot.view - 1;
	}
	vote->ballot.block = liar_hash(sim);
}

/* For the chain, in an account of its own. */
static void submit(struct sim *sim, uint16_t node, const struct vote votes[2])
{
	const struct validator_set *set = &liar_mind(sim, node)->epoch.validators;
	struct operation operation = {.kind = OPERATION_evidence_submit};

	if (votes[0].signer >= set->count)
		return;
	operation.evidence_submit.vote_key = set->items[votes[0].signer].vote_key;
	operation.evidence_submit.first.ballot = votes[0].ballot;
	operation.evidence_submit.first.signature = votes[0].signature;
	operation.evidence_submit.second.ballot = votes[1].ballot;
	operation.evidence_submit.second.signature = votes[1].signature;
	clients_send(sim, sim_reporter(node), &operation, liar_other(sim, node));
}

static void on_turn(struct sim *sim, uint16_t node)
{
	struct vote votes[2];
	struct buffer bytes;

	if (!some_vote(sim, node, &votes[0]) || !some_vote(sim, node, &votes[1]))
		return;
	if (liar_hits(sim, 600000)) {
		votes[1] = votes[0];
		make_up(sim, &votes[1]);
	}
	if (liar_hits(sim, 100000))
		submit(sim, node, votes);
	buffer_init(&bytes, MESSAGE_SIZE_MAX);
	message_put_evidence(&bytes, votes);
	liar_says(sim, node, liar_other(sim, node), &bytes);
}

const struct liar liar_false_accuser = {
	.name = "false accuser",
	.on_receive = on_receive,
	.on_turn = on_turn,
};
