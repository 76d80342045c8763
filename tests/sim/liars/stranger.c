/* Brings votes from another network in which the same validators vote with the same keys, and
 * certificates made of them. The genesis hash is part of all that is signed (B.1), so a vote
 * of one network is none in another. */
#include "tests/sim/liars/liars.h"

/* What this validator says there: it need not be what he says here. */
static struct vote vote_there(const struct sim *sim, uint16_t node, uint16_t signer,
                              const struct ballot *ballot)
{
	const struct validator_set *set = &liar_mind(sim, node)->epoch.validators;
	struct vote vote = {.ballot = *ballot, .signer = signer};
	struct hash digest = ballot_digest(ballot, &sim->elsewhere);

	sim_sign(&vote.signature, &digest, &set->items[signer].vote_key);
	return vote;
}

static void say_vote(struct sim *sim, uint16_t node, uint16_t to,
                     const struct ballot *ballot)
{
	size_t count = liar_mind(sim, node)->epoch.validators.count;
	struct vote vote = vote_there(sim, node, (uint16_t)lots_below(&sim->lots, count), ballot);
	struct buffer bytes;

	buffer_init(&bytes, MESSAGE_SIZE_MAX);
	message_put_vote(&bytes, &vote);
	liar_says(sim, node, to, &bytes);
}

static void say_certificate(struct sim *sim, uint16_t node, uint16_t to,
                            const struct ballot *ballot)
{
	static uint8_t bytes[CERTIFICATE_SIZE_MAX];
	struct writer out = writer_on(bytes, sizeof bytes);
	struct certificate certificate = {.ballot = *ballot};
	struct buffer message;

	certificate.validator_count = liar_mind(sim, node)->epoch.validators.count;
	for (uint16_t i = 0; i < certificate.validator_count; i++) {
		certificate.signers[i] = true;
		certificate.signatures[i] = vote_there(sim, node, i, ballot).signature;
	}
	certificate_put(&out, &certificate);
	buffer_init(&message, MESSAGE_SIZE_MAX);
	message_put_certificate(&message, bytes_view(bytes, sizeof bytes - out.left));
	liar_says(sim, node, to, &message);
}

static void on_turn(struct sim *sim, uint16_t node)
{
	const struct consensus *core = liar_mind(sim, node);
	uint64_t view = core->views.current + lots_below(&sim->lots, 3);
	struct ballot ballot = ballot_nullify(core->epoch.number, view);

	if (liar_hits(sim, 600000)) {
		ballot.kind = liar_hits(sim, 500000) ? VOTE_NOTARIZE : VOTE_FINALIZE;
		ballot.parent_view = view - 1;
		ballot.block = liar_hash(sim);
	}
	if (liar_hits(sim, 500000))
		say_vote(sim, node, liar_other(sim, node), &ballot);
	else
		say_certificate(sim, node, liar_other(sim, node), &ballot);
}

const struct liar liar_stranger = {
	.name = "stranger",
	.on_turn = on_turn,
};
