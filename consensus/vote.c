/* The rules of voting: docs/consensus.md names them V1 to V5. */
#include "consensus/inner.h"

#include "chain/base/invariant.h"

enum {
	SKEW_MAX_MS = 2000,        /* how far ahead of ours a leader's clock may be */
	LATE_MAX_MS = 60000,       /* how old a new block may be */
	NULLIFY_LEAST_MS = 10,     /* a view lasts so long before it is given up: T6 */
	SLOTS = PROPOSALS_AHEAD_MAX + 1,
};

/* -- Proposals --------------------------------------------------------------------------------------- */

const struct proposals_slot *proposals_of(const struct consensus *core, uint64_t view)
{
	const struct proposals_slot *slot = &core->proposals[view % SLOTS];

	return slot->view == view && slot->count > 0 ? slot : NULL;
}

void note_proposed(struct consensus *core, uint64_t view)
{
	struct proposals_slot *slot = &core->proposals[view % SLOTS];

	if (slot->view != view)
		*slot = (struct proposals_slot){.view = view, .came_ms = core->now_ms};
}

bool when_proposed(const struct consensus *core, uint64_t view, uint64_t *at_ms)
{
	const struct proposals_slot *slot = &core->proposals[view % SLOTS];

	*at_ms = slot->came_ms;
	return slot->view == view;
}

static bool proposal_equal(const struct proposal *a, const struct proposal *b)
{
	return a->view == b->view && a->parent_view == b->parent_view &&
	       hash_equal(&a->block, &b->block);
}

void on_proposal(struct consensus *core, const struct input_proposal *in,
                 struct effects *out)
{
	const struct proposal *proposal = &in->proposal;
	uint64_t view = proposal->view;
	struct proposals_slot *slot = &core->proposals[view % SLOTS];
	struct block *block;

	if (core->is_sealed || view < core->views.current ||
	    view > core->views.current + PROPOSALS_AHEAD_MAX ||
	    proposal->parent_view >= view)
		return;
	note_proposed(core, view);
	for (size_t i = 0; i < slot->count; i++)
		if (proposal_equal(&slot->items[i], proposal))
			return;
	if (slot->count == 2)
		return;
	if (!hash_equal(&proposal->block, &core->block)) {
		block = name_block(core, &proposal->block, view, out);
		if (!block)
			return;
		if (block->from == NOBODY)
			block->from = in->from;
	}
	slot->items[slot->count++] = *proposal;
}

/* -- Notarize ---------------------------------------------------------------------------------------- */

enum judgement {
	JUDGED_GOOD,
	JUDGED_WAIT,  /* something is not here yet, or it is too early or too late */
	JUDGED_NEVER, /* nothing that comes can make it good */
};

/* B5: what compares with our clock delays a vote, and never makes a block wrong. One
 * millisecond after the parent is always allowed, or a leader whose clock ran ahead once
 * would stop all others. */
static enum judgement judge_time(struct consensus *core, const struct header *header,
                                 uint64_t parent_ms)
{
	if (header->time_ms > core->wall_ms + SKEW_MAX_MS &&
	    header->time_ms != parent_ms + 1) {
		want_wake(core, core->now_ms + header->time_ms - core->wall_ms - SKEW_MAX_MS);
		return JUDGED_WAIT;
	}
	return header->time_ms + LATE_MAX_MS < core->wall_ms ? JUDGED_WAIT : JUDGED_GOOD;
}

/* A block without transactions is made for two reasons only. */
static bool may_be_empty(const struct consensus *core, const struct header *header,
                         uint64_t parent_ms)
{
	uint64_t heartbeat_ms = core->epoch.parameters.values[PARAMETER_heartbeat_ms];
	bool is_heartbeat = (header->flags & HEADER_FLAG_HEARTBEAT) != 0;

	if (header->tx_count > 0)
		return !is_heartbeat;
	return is_heartbeat && heartbeat_ms > 0 &&
	       header->time_ms >= parent_ms + heartbeat_ms;
}

static enum judgement judge_fresh(struct consensus *core, const struct proposal *proposal,
                                  const struct hash *parent, const struct block *block)
{
	uint64_t height, time_ms;

	if (block->state == BLOCK_INVALID)
		return JUDGED_NEVER;
	if (block->state == BLOCK_NAMED)
		return JUDGED_WAIT;
	if (block->header.view != proposal->view ||
	    !hash_equal(&block->header.parent, parent))
		return JUDGED_NEVER;
	if (block->state != BLOCK_VALID || !is_ready(core, parent))
		return JUDGED_WAIT;
	/* From here on the parent is ready: E3 and P3a. */
	if (is_open_seal(core, parent))
		return JUDGED_NEVER;
	ready_facts(core, parent, &height, &time_ms);
	if (height > core->height + FRESH_DEPTH_MAX)
		return JUDGED_WAIT;
	if (!may_be_empty(core, &block->header, time_ms))
		return JUDGED_NEVER;
	return judge_time(core, &block->header, time_ms);
}

static enum judgement judge(struct consensus *core, const struct proposal *proposal)
{
	const struct views *views = &core->views;
	const struct hash *parent = views_block(views, proposal->parent_view);
	const struct block *block;

	if (proposal->parent_view < views->final_view)
		return JUDGED_NEVER;
	if (!parent)
		return JUDGED_WAIT;
	for (uint64_t view = proposal->parent_view + 1; view < proposal->view; view++)
		if (!views_is_nullified(views, view))
			return JUDGED_WAIT;
	/* The parent's block once more, to make it final; the epoch's root is. */
	if (hash_equal(&proposal->block, parent))
		return proposal->parent_view == 0   ? JUDGED_NEVER
		       : is_ready(core, parent) ? JUDGED_GOOD
		                                : JUDGED_WAIT;
	block = blocks_find(&core->blocks, &proposal->block);
	return block ? judge_fresh(core, proposal, parent, block) : JUDGED_WAIT;
}

void try_notarize(struct consensus *core, struct effects *out)
{
	uint64_t view = core->views.current;
	struct proposals_slot *slot = &core->proposals[view % SLOTS];
	const struct vote_record *record = safety_record(&core->safety, view);

	if (slot->view != view || !can_sign(core, view) || (record && record->notarized))
		return;
	for (size_t i = 0; i < slot->count; i++) {
		struct ballot ballot = {
			.kind = VOTE_NOTARIZE,
			.epoch = core->epoch.number,
			.view = view,
			.parent_view = slot->items[i].parent_view,
			.block = slot->items[i].block,
		};

		switch (judge(core, &slot->items[i])) {
		case JUDGED_GOOD:
			(void)sign_ballot(core, &ballot, out);
			return;
		case JUDGED_NEVER:
			slot->refused = true;
			break;
		case JUDGED_WAIT:
			break;
		}
	}
}

/* -- Nullify ------------------------------------------------------------------------------------------ */

static bool is_given_up(struct consensus *core)
{
	uint64_t view = core->views.current;
	struct ballot nullify = ballot_nullify(core->epoch.number, view);
	const struct proposals_slot *slot = proposals_of(core, view);
	const struct vote_record *record = safety_record(&core->safety, view);
	bool has_voted = record && record->notarized;

	if (votes_has(&core->votes, &nullify, epoch_leader(&core->epoch, view)))
		return true;
	if (slot && slot->refused && !has_voted)
		return true;
	return votes_count(&core->votes, &core->epoch, &nullify) >
	       epoch_fault_count(&core->epoch);
}

void try_nullify(struct consensus *core, struct effects *out)
{
	uint64_t view = core->views.current;
	const struct vote_record *record = safety_record(&core->safety, view);
	uint64_t least_ms = core->entered_ms + NULLIFY_LEAST_MS;
	struct ballot nullify = ballot_nullify(core->epoch.number, view);

	if (!can_sign(core, view) || (record && record->nullified))
		return;
	if (!is_given_up(core) && !is_overdue(core))
		return;
	if (core->now_ms < least_ms) {
		want_wake(core, least_ms);
		return;
	}
	(void)sign_ballot(core, &nullify, out);
}

/* -- Finalize ------------------------------------------------------------------------------------------- */

static void finalize(struct consensus *core, uint64_t view, struct effects *out)
{
	const struct view_facts *facts = views_facts(&core->views, view);
	const struct vote_record *record = safety_record(&core->safety, view);
	struct ballot ballot = {
		.kind = VOTE_FINALIZE,
		.epoch = core->epoch.number,
		.view = view,
	};

	if (!facts || !facts->notarized || facts->nullified)
		return;
	if (record && (record->nullified || record->finalized))
		return;
	if (!is_ready(core, &facts->block))
		return;
	ballot.parent_view = facts->parent_view;
	ballot.block = facts->block;
	(void)sign_ballot(core, &ballot, out);
}

/* Also of views that are over: the body may have come late. */
void try_finalize(struct consensus *core, struct effects *out)
{
	uint64_t current = core->views.current;
	uint64_t first = core->views.final_view + 1;

	if (!can_sign(core, current))
		return;
	if (current > FINALIZE_STEP_MAX && first < current - FINALIZE_STEP_MAX)
		first = current - FINALIZE_STEP_MAX;
	for (uint64_t view = first; view < current; view++)
		finalize(core, view, out);
}
