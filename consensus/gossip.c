/* Telling others what they lack, and learning what we lack. Certificates are pushed once, to
 * who needs them next, and else pulled by a status: pull cannot become a storm, and a
 * certificate is never answered with a certificate. */
#include "consensus/inner.h"

#include "chain/base/draw.h"

enum {
	RETRY_MS = 1000,     /* between two times that votes are sent again */
	STATUS_MS = 1000,    /* between two statuses to validators */
	ANSWER_MS = 200,     /* between two statuses that answer one peer */
	OVERDUE_MS = 2000,   /* a final block that has not come by then is caught up with */
};

uint64_t draw(struct consensus *core, uint64_t limit)
{
	return draw_below(&core->lots, limit);
}

/* A period, a fifth more or less. */
static uint64_t jittered(struct consensus *core, uint64_t period_ms)
{
	return period_ms * 4 / 5 + draw(core, period_ms * 2 / 5 + 1);
}

void note_seen(struct consensus *core, uint16_t index, uint64_t view)
{
	struct peer *peer = &core->peers[index];

	if (view > peer->seen_view)
		peer->seen_view = view;
}

void note_heard(struct consensus *core, const struct vote *vote)
{
	const struct ballot *ballot = &vote->ballot;

	if (ballot->epoch != core->epoch.number ||
	    vote->signer >= core->epoch.validators.count)
		return;
	core->peers[vote->signer].voted_ms = core->now_ms;
	if (ballot->view + 1 >= core->views.current)
		core->peers[vote->signer].heard_ms = core->now_ms;
}

/* -- Certificates ------------------------------------------------------------------------------------ */

static void send_certificate(struct consensus *core, uint16_t to, uint64_t view,
                             enum vote_kind kind, struct effects *out)
{
	struct bytes_view bytes = views_certificate(&core->views, view, kind);

	if (bytes.size > 0)
		emit_send(out, to, MESSAGE_CERTIFICATE)->certificate = bytes;
}

void send_news(struct consensus *core, uint64_t view, enum vote_kind kind,
               bool is_ours, struct effects *out)
{
	uint16_t next = epoch_leader(&core->epoch, view + 1);

	if (core->epoch.self == NOBODY || !is_ours)
		return;
	if (kind == VOTE_FINALIZE)
		send_certificate(core, ALL_PEERS, view, kind, out);
	else if (next != core->epoch.self && view + 1 == core->views.current)
		send_certificate(core, next, view, kind, out);
}

/* G2: to who has not shown that he is past the last view. */
static void send_lazily(struct consensus *core, struct effects *out)
{
	uint64_t view = core->views.current - 1;
	enum vote_kind kind =
		views_is_notarized(&core->views, view) ? VOTE_NOTARIZE : VOTE_NULLIFY;

	if (core->lazy_due_ms == 0 || core->epoch.self == NOBODY)
		return;
	if (core->now_ms < core->lazy_due_ms) {
		want_wake(core, core->lazy_due_ms);
		return;
	}
	core->lazy_due_ms = 0;
	for (uint16_t i = 0; i < core->epoch.validators.count; i++)
		if (i != core->epoch.self && core->peers[i].seen_view <= view)
			send_certificate(core, i, view, kind, out);
}

/* -- Votes again ---------------------------------------------------------------------------------------- */

static void send_own_view(struct consensus *core, uint64_t view, uint16_t to,
                          struct effects *out)
{
	const struct vote_record *record = safety_record(&core->safety, view);
	bool is_leader = epoch_leader(&core->epoch, view) == core->epoch.self;
	struct ballot ballots[3];
	size_t count = record ? vote_record_ballots(record, ballots) : 0;

	for (size_t i = 0; i < count; i++) {
		const struct ballot *ballot = &ballots[i];
		struct vote vote = {
			.ballot = *ballot,
			.signer = core->epoch.self,
		};

		if (!votes_signature(&core->votes, ballot, core->epoch.self, &vote.signature))
			continue;
		if (is_leader && ballot->kind == VOTE_NOTARIZE &&
		    view == core->views.current && is_ready(core, &ballot->block))
			emit_send(out, to, MESSAGE_PROPOSAL)->proposal = (struct proposal){
				.view = view,
				.parent_view = ballot->parent_view,
				.block = ballot->block,
			};
		else
			emit_send(out, to, MESSAGE_VOTE)->vote = vote;
	}
}

static void send_own(struct consensus *core, uint16_t to, uint64_t from_view,
                     struct effects *out)
{
	uint64_t view = core->views.current;

	if (core->epoch.self == NOBODY)
		return;
	for (size_t i = 0; i < RESENT_VIEWS_MAX && view > core->views.final_view &&
	                   view >= from_view;
	     i++, view--)
		send_own_view(core, view, to, out);
}

/* Who only follows cannot give a leader up: he tells one validator after another, who can. */
void offer_work(struct consensus *core, struct effects *out)
{
	uint16_t to = epoch_leader(&core->epoch, core->views.current);

	if (core->epoch.self == NOBODY)
		to = (uint16_t)draw(core, core->epoch.validators.count);
	if (has_work(core) && to != core->epoch.self &&
	    !proposals_of(core, core->views.current))
		emit_send(out, to, MESSAGE_TXS);
}

/* G4: lost messages are sent again while nothing moves. */
static void retry(struct consensus *core, struct effects *out)
{
	if (core->armed_ms == 0) {
		core->retry_due_ms = 0;
		return;
	}
	if (core->retry_due_ms == 0)
		core->retry_due_ms = core->now_ms + jittered(core, RETRY_MS);
	if (core->now_ms >= core->retry_due_ms) {
		send_own(core, ALL_VALIDATORS, 0, out);
		offer_work(core, out);
		core->retry_due_ms = core->now_ms + jittered(core, RETRY_MS);
	}
	want_wake(core, core->retry_due_ms);
}

/* -- Status ---------------------------------------------------------------------------------------------- */

struct bytes_view frontier_proof(const struct consensus *core)
{
	const struct views *views = &core->views;
	uint64_t view = views->current - 1;

	if (view == views->final_view)
		return views_certificate(views, view, VOTE_FINALIZE);
	return views_certificate(views, view,
	                         views_is_notarized(views, view) ? VOTE_NOTARIZE : VOTE_NULLIFY);
}

/* `nonce`: an answer is asked for. `echo`: this is one, and shows its frontier. */
static void send_status(struct consensus *core, uint16_t to, uint64_t nonce, uint64_t echo,
                        struct effects *out)
{
	struct effect_send *send = emit_send(out, to, MESSAGE_STATUS);

	if (echo != 0)
		send->proof = frontier_proof(core);
	send->status = (struct peer_status){
		.epoch = core->epoch.number,
		.view = core->views.current,
		.final_view = core->views.final_view,
		.height = core->stored_height,
		.block = core->block,
		.nonce = nonce,
		.echo = echo,
	};
}

static void report(struct consensus *core, struct effects *out)
{
	if (core->now_ms >= core->status_due_ms) {
		send_status(core, ALL_PEERS, consensus_is_forgetful(core) ? core->nonce : 0, 0, out);
		core->status_due_ms = core->now_ms + jittered(core, STATUS_MS);
	}
	want_wake(core, core->status_due_ms);
}

/* G3: what a peer of our epoch lacks. */
static void help(struct consensus *core, const struct input_status *in,
                 struct effects *out)
{
	const struct views *views = &core->views;
	uint64_t view = in->status.view;

	if (in->status.final_view < views->final_view)
		send_certificate(core, in->from, views->final_view, VOTE_FINALIZE, out);
	if (view <= views->final_view)
		view = views->final_view + 1;
	for (size_t i = 0; i < STATUS_VIEWS_MAX && view < views->current; i++, view++) {
		send_certificate(core, in->from, view, VOTE_NOTARIZE, out);
		send_certificate(core, in->from, view, VOTE_NULLIFY, out);
	}
}

/* Who starts is shown what he signed, as far as we hold it: if he does not know it, he has an
 * old disk, or his key is used elsewhere (R8). */
static void show_own_votes(struct consensus *core, uint16_t to, struct effects *out)
{
	uint64_t view = core->views.current;

	if (to >= core->epoch.validators.count)
		return;
	for (size_t i = 0; i < RESENT_VIEWS_MAX && view > core->views.final_view; i++, view--) {
		struct vote votes[VOTES_OF_ONE_MAX];
		size_t count = votes_of(&core->votes, core->epoch.number, view, to, votes);

		for (size_t j = 0; j < count; j++)
			emit_send(out, to, MESSAGE_VOTE)->vote = votes[j];
	}
}

static void answer(struct consensus *core, const struct input_status *in,
                   struct effects *out)
{
	struct peer *peer = &core->peers[in->from];
	bool is_behind = in->status.epoch < core->epoch.number;

	if ((!is_behind && in->status.nonce == 0) || core->now_ms < peer->status_due_ms)
		return;
	peer->status_due_ms = core->now_ms + ANSWER_MS;
	send_status(core, in->from, 0, is_witness(core) ? in->status.nonce : 0, out);
	if (in->status.nonce != 0 && !is_behind && !core->is_sealed)
		show_own_votes(core, in->from, out);
}

void on_status(struct consensus *core, const struct input_status *in, struct effects *out)
{
	const struct peer_status *status = &in->status;
	struct peer *peer;

	if (in->from >= PEERS_MAX || in->from == core->epoch.self)
		return;
	peer = &core->peers[in->from];
	peer->known = true;
	peer->heard_ms = core->now_ms;
	peer->height = status->height;
	if (status->epoch == core->epoch.number) {
		note_seen(core, in->from, status->view);
		on_answer(core, in);
		if (!core->is_sealed)
			help(core, in, out);
	}
	answer(core, in, out);
}

void on_connected(struct consensus *core, uint16_t index, struct effects *out)
{
	if (index >= PEERS_MAX || index == core->epoch.self)
		return;
	core->peers[index].heard_ms = core->now_ms;
	send_status(core, index, core->nonce, 0, out);
	if (index < core->epoch.validators.count)
		send_own(core, index, core->peers[index].seen_view, out);
}

uint64_t consensus_overdue_ms(const struct consensus *core)
{
	return hash_equal(&core->block, &core->views.final_block) ? UINT64_MAX
	                                                          : core->last_final_ms + OVERDUE_MS;
}

void try_gossip(struct consensus *core, struct effects *out)
{
	send_lazily(core, out);
	retry(core, out);
	report(core, out);
}
