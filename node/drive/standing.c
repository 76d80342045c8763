/* The snapshot: read off the machine, nothing is changed. */
#include "node/drive/standing.h"

static uint64_t ago(uint64_t now_ms, uint64_t then_ms)
{
	return now_ms > then_ms ? now_ms - then_ms : 0;
}

/* -- Validators -------------------------------------------------------------------------- */

static void note_vote(struct standing_validator *validator, enum vote_kind kind)
{
	validator->has_notarized |= kind == VOTE_NOTARIZE;
	validator->has_nullified |= kind == VOTE_NULLIFY;
}

static void take_votes(struct standing_validator *validator, const struct standing *standing,
                       const struct consensus *core, uint16_t index)
{
	struct vote votes[VOTES_OF_ONE_MAX];
	size_t count =
		votes_of(&core->votes, core->epoch.number, standing->view, index, votes);

	for (size_t i = 0; i < count; i++)
		note_vote(validator, (enum vote_kind)votes[i].ballot.kind);
	if (standing->open_view == 0)
		return;
	count = votes_of(&core->votes, core->epoch.number, standing->open_view, index, votes);
	for (size_t i = 0; i < count; i++)
		validator->has_finalized |= votes[i].ballot.kind == VOTE_FINALIZE;
}

static bool is_connected(const struct drive *drive, uint16_t index)
{
	for (size_t i = 0; i < PEERS_MAX; i++)
		if (drive->peers[i].is_connected && drive->peers[i].index == index)
			return true;
	return false;
}

static void take_validator(struct standing *standing, const struct drive *drive,
                           uint16_t index, uint64_t now_ms)
{
	const struct consensus *core = &drive->consensus;
	const struct peer *peer = &core->peers[index];
	struct standing_validator *validator = &standing->validators[index];

	validator->account = core->epoch.validators.items[index].account;
	validator->is_self = index == standing->self;
	validator->is_connected = !validator->is_self && is_connected(drive, index);
	validator->has_height = validator->is_self || peer->known;
	validator->height = validator->is_self ? standing->height : peer->height;
	/* On connecting, and when an epoch begins, the machine gives him the time that he could
	 * not have spoken in; he is not heard of before he has spoken. */
	validator->heard_ms = peer->known || peer->voted_ms > 0 ? ago(now_ms, peer->heard_ms)
	                                                        : STANDING_NEVER;
	validator->voted_ms =
		peer->voted_ms > 0 ? ago(now_ms, peer->voted_ms) : STANDING_NEVER;
	validator->is_heard =
		validator->is_self ||
		(validator->is_connected && ago(now_ms, peer->heard_ms) < STANDING_SILENT_MS);
	take_votes(validator, standing, core, index);
}

/* -- The rest ---------------------------------------------------------------------------- */

/* Heights that peers say they have, the highest first. */
struct claims {
	size_t count;
	uint64_t heights[PEERS_MAX];
};

static void add_claim(struct claims *claims, uint64_t height)
{
	size_t at = claims->count++;

	while (at > 0 && claims->heights[at - 1] < height) {
		claims->heights[at] = claims->heights[at - 1];
		at--;
	}
	claims->heights[at] = height;
}

/* One who lies shall not make a node look as if it were behind: so many validators have to say it
 * that one of them is honest. Where too few of them are connected, half of all peers. */
static uint64_t believed_height(const struct claims *validators, const struct claims *all,
                                size_t fault_count)
{
	if (validators->count > fault_count)
		return validators->heights[fault_count];
	return all->count > 0 ? all->heights[all->count / 2] : 0;
}

/* What those who are gone said does not count. */
static void take_heights(struct standing *standing, const struct drive *drive)
{
	const struct consensus *core = &drive->consensus;
	size_t set_count = core->epoch.validators.count;
	struct claims validators = {.count = 0}, all = {.count = 0};
	uint64_t believed;

	for (size_t i = 0; i < PEERS_MAX; i++) {
		uint16_t index = drive->peers[i].index;

		if (!drive->peers[i].is_connected || index >= PEERS_MAX ||
		    !core->peers[index].known)
			continue;
		add_claim(&all, core->peers[index].height);
		if (index < set_count)
			add_claim(&validators, core->peers[index].height);
		standing->ahead_count +=
			core->peers[index].height >= standing->height + STANDING_BEHIND;
	}
	believed = believed_height(&validators, &all,
	                           set_count > 0 ? epoch_fault_count(&core->epoch) : 0);
	standing->best_height = believed > standing->height ? believed : standing->height;
}

static bool has_proposal(const struct consensus *core, uint64_t view)
{
	const struct proposals_slot *slot =
		&core->proposals[view % (PROPOSALS_AHEAD_MAX + 1)];

	return view > 0 && slot->view == view;
}

static void take_views(struct standing *standing, const struct consensus *core,
                       uint64_t now_ms)
{
	uint64_t parent = core->epoch.validators.count > 0 ? views_parent(&core->views) : 0;

	standing->epoch = core->epoch.number;
	standing->view = core->views.current;
	standing->final_view = core->views.final_view;
	standing->open_view = parent > core->views.final_view ? parent : 0;
	standing->armed_ms =
		core->armed_ms > 0 ? ago(now_ms, core->armed_ms) : STANDING_NEVER;
	standing->final_ms =
		core->last_final_ms > 0 ? ago(now_ms, core->last_final_ms) : STANDING_NEVER;
	standing->has_proposal = has_proposal(core, core->views.current);
	standing->times = consensus_view_times(core);
}

void standing_take(struct standing *standing, const struct drive *drive, uint64_t now_ms)
{
	const struct consensus *core = &drive->consensus;

	*standing = (struct standing){.leader = NOBODY, .self = NOBODY};
	standing->height = core->stored_height;
	standing->tx_count = core->work.tx_count;
	standing->is_halted = core->is_halted;
	standing->alarms = core->alarms_raised;
	standing->is_forgetful = consensus_is_forgetful(core);
	standing->is_sealed = core->is_sealed;
	take_views(standing, core, now_ms);
	take_heights(standing, drive);
	standing->count = core->epoch.validators.count;
	if (standing->count == 0)
		return;
	standing->quorum = epoch_quorum(&core->epoch);
	standing->leader = epoch_leader(&core->epoch, core->views.current);
	standing->self = core->epoch.self;
	for (uint16_t i = 0; i < standing->count; i++) {
		take_validator(standing, drive, i, now_ms);
		standing->told_count += i != standing->self && core->peers[i].told_view > 0;
	}
}
