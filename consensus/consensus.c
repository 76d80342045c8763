#include "consensus/inner.h"

#include "chain/base/invariant.h"

// clang-format off
WIRE_DEFINE(peer_status, STATUS_FIELDS)
// clang-format on

/* -- What the other files use ------------------------------------------------------------------ */

struct effect *emit(struct effects *out, enum effect_kind kind)
{
	struct effect *effect = &out->items[out->count];

	INVARIANT(out->count < EFFECTS_MAX);
	out->count++;
	*effect = (struct effect){.kind = kind};
	return effect;
}

struct effect_send *emit_send(struct effects *out, uint16_t to, enum message_kind message)
{
	struct effect_send *send = &emit(out, EFFECT_SEND)->send;

	send->to = to;
	send->message = message;
	return send;
}

void want_wake(struct consensus *core, uint64_t at_ms)
{
	if (at_ms < core->wake_ms)
		core->wake_ms = at_ms;
}

void raise_alarm(struct consensus *core, enum alarm alarm, struct effects *out)
{
	core->is_halted = true;
	/* What brings it up may come again with every message. */
	if ((core->alarms_raised & 1U << alarm) == 0)
		emit(out, EFFECT_ALARM)->alarm = alarm;
	core->alarms_raised |= 1U << alarm;
}

bool can_sign(const struct consensus *core, uint64_t view)
{
	return view > core->safety.floor && core->epoch.self != NOBODY && !core->is_halted && !core->is_sealed &&
	       !consensus_is_forgetful(core);
}

bool sign_ballot(struct consensus *core, const struct ballot *ballot, struct effects *out)
{
	if (!can_sign(core, ballot->view) || safety_allow(&core->safety, ballot) == SAFETY_NO)
		return false;
	emit(out, EFFECT_SIGN)->sign = *ballot;
	return true;
}

struct bytes_view consensus_certificate(const struct consensus *core, uint64_t view,
                                        enum vote_kind kind)
{
	return views_certificate(&core->views, view, kind);
}

/* -- Start --------------------------------------------------------------------------------------- */

/* Everything that belongs to one epoch begins anew. */
static void start_epoch(struct consensus *core, const struct epoch *epoch,
                        uint64_t final_view, const struct hash *final_block,
                        const struct certificate *certificate)
{
	core->epoch = *epoch;
	safety_start(&core->safety, epoch->number, final_view);
	votes_clear(&core->votes);
	votes_forget_below(&core->votes, final_view + 1);
	views_start(&core->views, final_view, final_block, certificate);
	memset(core->proposals, 0, sizeof core->proposals);
	memset(core->peers, 0, sizeof core->peers);
	for (size_t i = 0; i < PEERS_MAX; i++)
		core->peers[i].heard_ms = core->now_ms;
	core->is_sealed = false;
	core->has_range = false;
	core->building_view = 0;
	core->built_view = 0;
	core->entered_view = 0;
	core->armed_ms = 0;
	core->lazy_due_ms = 0;
	core->work_view = core->views.current;
}

enum status consensus_init(struct consensus *core, const struct consensus_config *config,
                           const struct consensus_start *start, struct why *why)
{
	uint64_t final_view = start->certificate ? start->certificate->ballot.view : 0;
	enum status status;

	memset(core, 0, sizeof *core);
	core->config = *config;
	if (start->epoch.validators.count > config->validators_max)
		return why_set(why, STATUS_FOREIGN,
		               "%zu validators, this node is set up for %zu at most",
		               start->epoch.validators.count, config->validators_max);
	status = votes_init(&core->votes, config->validators_max);
	if (status == STATUS_OK)
		status = views_init(&core->views, config->validators_max);
	if (status != STATUS_OK) {
		consensus_close(core);
		return why_set(why, status, "start consensus");
	}
	core->height = start->height;
	core->stored_height = start->height;
	core->block = start->block;
	core->time_ms = start->time_ms;
	core->lots = config->seed | 1;
	core->nonce = draw(core, UINT64_MAX) + 1;
	core->mark = start->mark;
	/* The certificate may be a descendant's, whose way to the disk was cut short. */
	start_epoch(core, &start->epoch, final_view,
	            start->certificate ? &start->certificate->ballot.block : &start->block,
	            start->certificate);
	INVARIANT(consensus_sound(core));
	return STATUS_OK;
}

void consensus_close(struct consensus *core)
{
	votes_close(&core->votes);
	views_close(&core->views);
}

void consensus_load_record(struct consensus *core, const struct vote_record *record)
{
	safety_load(&core->safety, record);
}

void consensus_load_certificate(struct consensus *core,
                                const struct certificate *certificate)
{
	if (certificate->ballot.epoch != core->epoch.number)
		return;
	(void)views_add(&core->views, certificate);
	safety_raise_floor(&core->safety, core->views.final_view);
	forget_votes(core);
}

static void name_certified(struct consensus *core, const struct hash *hash, uint64_t view,
                           struct effects *out)
{
	if (!hash_equal(hash, &core->block) && name_block(core, hash, view, out))
		certify_block(core, hash, out);
}

/* What was signed before the restart is signed again and so comes to others once more: the
 * signatures themselves were not kept. A block that a quorum certified is asked for. */
static void take_up(struct consensus *core, struct effects *out)
{
	uint64_t final_view = core->views.final_view;

	for (size_t i = 0; i < PEERS_MAX; i++)
		core->peers[i].heard_ms = core->now_ms;
	apply_mark(core, out);
	name_certified(core, &core->views.final_block, final_view, out);
	for (uint64_t view = final_view + 1; view <= final_view + VIEWS_HELD_MAX; view++) {
		const struct vote_record *record = safety_record(&core->safety, view);
		const struct hash *block = views_block(&core->views, view);
		struct ballot ballots[3];
		size_t count = record ? vote_record_ballots(record, ballots) : 0;

		if (block)
			name_certified(core, block, view, out);
		if (record && view + RESENT_VIEWS_MAX > core->views.current)
			for (size_t i = 0; i < count; i++)
				(void)sign_ballot(core, &ballots[i], out);
	}
}

static void on_epoch(struct consensus *core, const struct epoch *epoch, struct effects *out)
{
	INVARIANT(core->is_sealed);
	INVARIANT(epoch->number == core->epoch.number + 1);
	INVARIANT(hash_equal(&epoch->root, &core->block));
	/* There is no room for its votes: this is where our way ends. */
	if (epoch->validators.count > core->config.validators_max) {
		raise_alarm(core, ALARM_WINDOW_FULL, out);
		return;
	}
	for (size_t i = 0; i < core->blocks.count; i++)
		if (core->blocks.items[i].state != BLOCK_NAMED)
			emit(out, EFFECT_DROP)->block = core->blocks.items[i].hash;
	core->blocks.count = 0;
	start_epoch(core, epoch, 0, &core->block, NULL);
	recall_in_epoch(core);
}

/* -- The step ---------------------------------------------------------------------------------------- */

static void take_in(struct consensus *core, const struct input *in, struct effects *out)
{
	switch (in->kind) {
	case INPUT_TICK:
		break;
	case INPUT_WORK:
		on_work(core, &in->work);
		break;
	case INPUT_SIGNED:
		on_signed(core, &in->vote, out);
		break;
	case INPUT_VOTE:
		note_heard(core, &in->vote);
		on_vote(core, &in->vote, out);
		break;
	case INPUT_CERTIFICATE:
		on_certificate(core, in->certificate, out);
		break;
	case INPUT_PROPOSAL:
		on_proposal(core, &in->proposal, out);
		break;
	case INPUT_BLOCK:
		on_block(core, &in->block, out);
		break;
	case INPUT_BUILT:
		on_built(core, &in->built, out);
		break;
	case INPUT_EXECUTED:
		on_executed(core, &in->executed, out);
		break;
	case INPUT_STORED:
		INVARIANT(in->stored_height > core->stored_height);
		INVARIANT(in->stored_height <= core->height);
		core->stored_height = in->stored_height;
		break;
	case INPUT_RANGE:
		on_range(core, &in->range, out);
		break;
	case INPUT_STATUS:
		on_status(core, &in->status, out);
		break;
	case INPUT_CONNECTED:
		on_connected(core, in->connected, out);
		break;
	case INPUT_EPOCH:
		on_epoch(core, in->epoch, out);
		break;
	}
}

void consensus_step(struct consensus *core, const struct input *in, struct effects *out)
{
	bool is_first = core->now_ms == 0;

	INVARIANT(consensus_sound(core));
	INVARIANT(in->now_ms >= core->now_ms);
	out->count = 0;
	core->now_ms = in->now_ms;
	core->wall_ms = in->wall_ms;
	core->wake_ms = UINT64_MAX;
	if (is_first)
		take_up(core, out);
	take_in(core, in, out);
	advance_chain(core, out);
	if (!core->is_sealed) {
		try_reenter(core, out);
		enter_view(core, out);
		try_finalize(core, out);
		try_notarize(core, out);
		try_propose(core, out);
		update_timer(core, out);
		try_nullify(core, out);
		try_gossip(core, out);
	}
	if (core->wake_ms != UINT64_MAX)
		emit(out, EFFECT_WAKE)->wake_ms = core->wake_ms;
	INVARIANT(consensus_sound(core));
}

bool consensus_sound(const struct consensus *core)
{
	if (!views_sound(&core->views))
		return false;
	if (core->stored_height > core->height)
		return false;
	if (core->safety.epoch != core->epoch.number)
		return false;
	if (core->safety.floor < core->views.final_view)
		return false;
	if (core->building_view > core->views.current && !core->is_sealed)
		return false;
	return core->blocks.count <= BLOCKS_HELD_MAX;
}
