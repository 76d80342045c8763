/* Makes certificates that are none: of a quorum less one, with a signature again under other
 * indexes, with bits beyond the set, of another epoch or set, of another kind than what was
 * signed. A certificate is q distinct signers of its epoch's set, each signature over this
 * ballot valid, and no bit more (B.1, D4). */
#include "tests/sim/liars/liars.h"

enum forgery {
	ONE_SHORT, ONE_AGAIN, MADE_UP, OTHER_EPOCH, OTHER_SET, OTHER_KIND, SPARE_BIT,
	FORGERIES,
};

static void draw_ballot(struct sim *sim, const struct consensus *core, struct ballot *ballot)
{
	uint64_t view = core->views.current;
	const struct proposals_slot *slot =
		&core->proposals[view % (PROPOSALS_AHEAD_MAX + 1)];
	bool is_proposed = slot->view == view && slot->count > 0;

	*ballot = (struct ballot){
		.kind = (uint8_t)lots_between(&sim->lots, VOTE_NOTARIZE, VOTE_FINALIZE),
		.epoch = core->epoch.number,
		.view = view,
		.parent_view = is_proposed ? slot->items[0].parent_view : view - 1,
		.block = is_proposed && liar_hits(sim, 500000) ? slot->items[0].block
	                                                   : liar_hash(sim),
	};
	if (ballot->kind == VOTE_NULLIFY)
		*ballot = ballot_nullify(ballot->epoch, ballot->view);
}

/* What it can: its own and its friends' signatures, those that it heard, and for the rest the
 * same again. */
static void sign(struct sim *sim, uint16_t node, struct certificate *forged,
                 enum forgery forgery)
{
	const struct consensus *core = liar_mind(sim, node);
	size_t wanted = epoch_quorum(&core->epoch) - (forgery == ONE_SHORT), count = 0;
	struct ballot heard = forged->ballot;
	struct signature *some = NULL;

	if (forgery == OTHER_KIND)
		heard.kind = heard.kind == VOTE_FINALIZE ? VOTE_NOTARIZE : VOTE_FINALIZE;
	for (uint16_t i = 0; i < core->epoch.validators.count && count < wanted; i++) {
		struct signature *signature = &forged->signatures[i];

		if (!liar_signs_for(sim, node, i, &heard, signature) &&
		    !votes_signature(&core->votes, &heard, i, signature))
			continue;
		forged->signers[i] = true;
		some = signature;
		count++;
	}
	for (uint16_t i = 0; i < core->epoch.validators.count && count < wanted; i++) {
		if (forged->signers[i] || forgery == ONE_SHORT)
			continue;
		forged->signers[i] = true;
		if (some && forgery != MADE_UP)
			forged->signatures[i] = *some;
		count++;
	}
}

static void say(struct sim *sim, uint16_t node, const struct certificate *forged,
                enum forgery forgery)
{
	static uint8_t bytes[CERTIFICATE_SIZE_MAX];
	struct writer out = writer_on(bytes, sizeof bytes);
	size_t bitmap = 1 + 3 * 8 + HASH_SIZE + 2 + (forged->validator_count - 1) / 8;
	struct buffer message;

	certificate_put(&out, forged);
	if (forgery == SPARE_BIT)
		bytes[bitmap] |= 0x80;
	buffer_init(&message, MESSAGE_SIZE_MAX);
	message_put_certificate(&message, bytes_view(bytes, sizeof bytes - out.left));
	liar_says(sim, node, liar_other(sim, node), &message);
}

static void on_turn(struct sim *sim, uint16_t node)
{
	const struct consensus *core = liar_mind(sim, node);
	enum forgery forgery = (enum forgery)lots_below(&sim->lots, FORGERIES);
	struct certificate forged = {.validator_count = core->epoch.validators.count};

	if (core->epoch.self == NOBODY)
		return;
	draw_ballot(sim, core, &forged.ballot);
	if (forgery == OTHER_EPOCH)
		forged.ballot.epoch = (uint64_t)lots_below(&sim->lots, forged.ballot.epoch + 2);
	sign(sim, node, &forged, forgery);
	if (forgery == OTHER_SET && forged.validator_count > 4)
		forged.validator_count = 4;
	say(sim, node, &forged, forgery);
}

const struct liar liar_certificate_forger = {
	.name = "certificate forger",
	.on_turn = on_turn,
};
