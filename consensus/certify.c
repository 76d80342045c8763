/* Votes become certificates, certificates move the frontier. */
#include "consensus/inner.h"

#include "chain/base/invariant.h"

static uint64_t last_counted_view(const struct consensus *core)
{
	return core->views.current + VIEWS_AHEAD_MAX - 1;
}

void forget_votes(struct consensus *core)
{
	uint64_t last = last_counted_view(core);

	votes_forget_below(&core->votes, core->views.final_view + 1);
	if (last >= VOTE_VIEWS)
		votes_forget_below(&core->votes, last - VOTE_VIEWS + 1);
}

/* How long two message delays take, with what the disk and the rules take beside them: the
 * leader counts from his proposal, who votes for it sees half of that. What a leader waits for
 * before he proposes is not counted: he waits by B himself, and the two would drive each other
 * up. One view counts as B at most, so that an hour without a quorum does not make each wait
 * for a dead leader as long; and a bad time is forgotten sooner than it was learnt. */
static void measure(struct consensus *core, uint64_t view)
{
	bool is_leader = epoch_leader(&core->epoch, view) == core->epoch.self;
	uint64_t since_ms, took_ms;

	/* Where the leader's vote and our own are a quorum there is nothing to see but for him,
	 * and alone he waits for nobody. */
	if (!when_proposed(core, view, &since_ms) ||
	    epoch_quorum(&core->epoch) <= (is_leader ? 1 : 2))
		return;
	/* One that was given up for it counts as well: that was too soon. */
	if (view == core->entered_view && since_ms < core->entered_ms)
		since_ms = core->entered_ms;
	took_ms = (core->now_ms - since_ms + 1) * (is_leader ? 1 : 2);
	if (took_ms > base_timeout(core))
		took_ms = base_timeout(core);
	if (core->notarize_ms == 0)
		core->notarize_ms = took_ms;
	else if (took_ms > core->notarize_ms)
		core->notarize_ms = (7 * core->notarize_ms + took_ms) / 8;
	else
		core->notarize_ms = (3 * core->notarize_ms + took_ms) / 4;
}

static void on_certified(struct consensus *core, const struct certificate *certificate,
                         bool is_ours, struct effects *out)
{
	const struct ballot *ballot = &certificate->ballot;
	enum vote_kind kind = (enum vote_kind)ballot->kind;
	struct effect_certificate *keep;

	switch (views_add(&core->views, certificate)) {
	case VIEWS_KNOWN:
	case VIEWS_FAR:
		return;
	case VIEWS_BROKEN:
		raise_alarm(core, ALARM_SAFETY_BROKEN, out);
		return;
	case VIEWS_NEWS:
		break;
	}
	keep = &emit(out, EFFECT_KEEP_CERTIFICATE)->certificate;
	keep->epoch = ballot->epoch;
	keep->view = ballot->view;
	keep->kind = kind;
	keep->bytes = views_certificate(&core->views, ballot->view, kind);
	if (kind == VOTE_NOTARIZE)
		measure(core, ballot->view);
	if (kind != VOTE_NULLIFY && !hash_equal(&ballot->block, &core->block) &&
	    name_block(core, &ballot->block, ballot->view, out))
		certify_block(core, &ballot->block, out);
	if (kind == VOTE_FINALIZE) {
		safety_raise_floor(&core->safety, core->views.final_view);
		core->last_final_ms = core->now_ms;
		core->work_pause_ms = 0;
	}
	forget_votes(core);
	send_news(core, ballot->view, kind, is_ours, out);
}

static void count(struct consensus *core, const struct vote *vote, struct effects *out)
{
	struct certificate certificate;

	if (votes_count(&core->votes, &core->epoch, &vote->ballot) <
	    epoch_quorum(&core->epoch))
		return;
	votes_certificate(&core->votes, &core->epoch, &vote->ballot, &certificate);
	on_certified(core, &certificate, true, out);
}

/* A vote by our key that our records do not know: the key is used elsewhere, or the disk is an
 * old copy. Whatever we sign now could be the second of two. */
static bool is_foreign_use(const struct consensus *core, const struct vote *vote)
{
	const struct vote_record *record = safety_record(&core->safety, vote->ballot.view);
	struct ballot ballots[3];
	size_t known;

	if (vote->signer != core->epoch.self || vote->ballot.view <= core->safety.floor ||
	    consensus_is_forgetful(core))
		return false;
	known = record ? vote_record_ballots(record, ballots) : 0;
	for (size_t i = 0; i < known; i++)
		if (ballot_equal(&ballots[i], &vote->ballot))
			return false;
	return true;
}

/* Of who contradicts himself the two votes go out. */
static enum vote_news take_vote(struct consensus *core, const struct vote *vote,
                                struct effects *out)
{
	struct vote other;
	enum vote_news news =
		votes_add(&core->votes, vote, last_counted_view(core), &other);

	if (news == VOTE_CONTRADICTS) {
		struct effect *evidence = emit(out, EFFECT_EVIDENCE);

		evidence->evidence[0] = other;
		evidence->evidence[1] = *vote;
	}
	return news;
}

void on_vote(struct consensus *core, const struct vote *vote, struct effects *out)
{
	if (vote->ballot.epoch != core->epoch.number || core->is_sealed ||
	    vote->signer >= core->epoch.validators.count)
		return;
	if (is_foreign_use(core, vote)) {
		if (!core->is_halted)
			raise_alarm(core, ALARM_SAME_KEY, out);
		return;
	}
	note_seen(core, vote->signer, vote->ballot.view);
	switch (take_vote(core, vote, out)) {
	case VOTE_OUTSIDE:
	case VOTE_KNOWN:
		return;
	case VOTE_CONTRADICTS:
		break;
	case VOTE_NEWS:
		break;
	}
	count(core, vote, out);
}

static struct vote vote_inside(const struct certificate *certificate, uint16_t signer)
{
	return (struct vote){
		.ballot = certificate->ballot,
		.signer = signer,
		.signature = certificate->signatures[signer],
	};
}

/* The votes inside it count too: one of them may contradict what its signer told us. That is
 * looked at first, as the certificate may bring about that the votes of its view are forgotten,
 * those with which he contradicts himself among them. Nothing is counted by that: one that
 * they are enough for is this certificate. Our own vote waits: whether it is foreign use is
 * asked above the floor, which a FINAL raises. */
void on_certificate(struct consensus *core, const struct certificate *certificate,
                    struct effects *out)
{
	const struct ballot *ballot = &certificate->ballot;

	if (ballot->epoch != core->epoch.number || core->is_sealed)
		return;
	for (uint16_t i = 0; i < core->epoch.validators.count; i++) {
		struct vote vote = vote_inside(certificate, i);

		if (certificate->signers[i] && i != core->epoch.self)
			(void)take_vote(core, &vote, out);
	}
	on_certified(core, certificate, false, out);
	for (uint16_t i = 0; i < core->epoch.validators.count; i++) {
		struct vote vote = vote_inside(certificate, i);

		if (certificate->signers[i])
			on_vote(core, &vote, out);
	}
}

/* -- Our own --------------------------------------------------------------------------------------- */

static void tell_own(struct consensus *core, const struct vote *vote, struct effects *out)
{
	if (vote->ballot.kind == VOTE_NOTARIZE &&
	    epoch_leader(&core->epoch, vote->ballot.view) == core->epoch.self)
		emit_send(out, ALL_VALIDATORS, MESSAGE_PROPOSAL)->proposal = (struct proposal){
			.view = vote->ballot.view,
			.parent_view = vote->ballot.parent_view,
			.block = vote->ballot.block,
		};
	else
		emit_send(out, ALL_VALIDATORS, MESSAGE_VOTE)->vote = *vote;
}

/* The vote goes to disk before it goes to anyone. Were it the other way round, a crash between
 * the two would let us vote again, differently: that is equivocation, and it is we who would
 * be the liar. Counting it at once is safe: whatever follows from that leaves later still. */
void on_signed(struct consensus *core, const struct vote *vote, struct effects *out)
{
	const struct vote_record *record;
	struct vote other;

	if (vote->ballot.epoch != core->epoch.number || vote->ballot.view <= core->safety.floor)
		return;
	record = safety_record(&core->safety, vote->ballot.view);
	INVARIANT(record);
	if (vote->ballot.kind != VOTE_NULLIFY)
		keep_chain(core, &vote->ballot.block, out);
	emit(out, EFFECT_KEEP_RECORD)->keep = *record;
	tell_own(core, vote, out);
	if (votes_add(&core->votes, vote, last_counted_view(core), &other) == VOTE_NEWS)
		count(core, vote, out);
}
