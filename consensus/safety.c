#include "consensus/safety.h"

// clang-format off
WIRE_DEFINE(vote_record, VOTE_RECORD_FIELDS)
// clang-format on

void safety_start(struct safety *safety, uint64_t epoch, uint64_t floor)
{
	memset(safety->records, 0, sizeof safety->records);
	safety->epoch = epoch;
	safety->floor = floor;
}

static bool is_in_reach(const struct safety *safety, uint64_t epoch, uint64_t view)
{
	return epoch == safety->epoch && view > safety->floor &&
	       view - safety->floor <= VIEWS_HELD_MAX;
}

void safety_load(struct safety *safety, const struct vote_record *record)
{
	uint64_t view = record->view;

	if (record->epoch == safety->epoch && view > safety->floor &&
	    view - safety->floor > VIEWS_HELD_MAX)
		safety_raise_floor(safety, view - VIEWS_HELD_MAX);
	if (is_in_reach(safety, record->epoch, record->view))
		safety->records[record->view % VIEWS_HELD_MAX] = *record;
}

void safety_raise_floor(struct safety *safety, uint64_t view)
{
	if (view > safety->floor)
		safety->floor = view;
}

const struct vote_record *safety_record(const struct safety *safety, uint64_t view)
{
	const struct vote_record *record = &safety->records[view % VIEWS_HELD_MAX];

	return is_in_reach(safety, safety->epoch, view) && record->view == view &&
	               record->epoch == safety->epoch
	           ? record
	           : NULL;
}

static enum safety_answer allow_notarize(struct vote_record *record,
                                         const struct ballot *ballot)
{
	if (record->notarized)
		return record->notarized_parent == ballot->parent_view &&
		               hash_equal(&record->notarized_block, &ballot->block)
		           ? SAFETY_AGAIN
		           : SAFETY_NO;
	record->notarized = 1;
	record->notarized_parent = ballot->parent_view;
	record->notarized_block = ballot->block;
	return SAFETY_NEW;
}

static enum safety_answer allow_nullify(struct vote_record *record)
{
	if (record->nullified)
		return SAFETY_AGAIN;
	if (record->finalized)
		return SAFETY_NO;
	record->nullified = 1;
	return SAFETY_NEW;
}

static enum safety_answer allow_finalize(struct vote_record *record,
                                         const struct ballot *ballot)
{
	if (record->finalized)
		return record->finalized_parent == ballot->parent_view &&
		               hash_equal(&record->finalized_block, &ballot->block)
		           ? SAFETY_AGAIN
		           : SAFETY_NO;
	if (record->nullified)
		return SAFETY_NO;
	record->finalized = 1;
	record->finalized_parent = ballot->parent_view;
	record->finalized_block = ballot->block;
	return SAFETY_NEW;
}

enum safety_answer safety_allow(struct safety *safety, const struct ballot *ballot)
{
	const struct vote_record *known = safety_record(safety, ballot->view);
	struct vote_record record = {.epoch = ballot->epoch, .view = ballot->view};
	enum safety_answer answer = SAFETY_NO;

	if (!is_in_reach(safety, ballot->epoch, ballot->view))
		return SAFETY_NO;
	if (known)
		record = *known;
	switch ((enum vote_kind)ballot->kind) {
	case VOTE_NOTARIZE:
		answer = allow_notarize(&record, ballot);
		break;
	case VOTE_NULLIFY:
		answer = allow_nullify(&record);
		break;
	case VOTE_FINALIZE:
		answer = allow_finalize(&record, ballot);
		break;
	}
	if (answer == SAFETY_NEW)
		safety->records[ballot->view % VIEWS_HELD_MAX] = record;
	return answer;
}

struct ballot ballot_nullify(uint64_t epoch, uint64_t view)
{
	return (struct ballot){
		.kind = VOTE_NULLIFY,
		.epoch = epoch,
		.view = view,
		.parent_view = UINT64_MAX,
	};
}

bool ballot_equal(const struct ballot *a, const struct ballot *b)
{
	return a->kind == b->kind && a->epoch == b->epoch && a->view == b->view &&
	       a->parent_view == b->parent_view && hash_equal(&a->block, &b->block);
}

size_t vote_record_ballots(const struct vote_record *record, struct ballot ballots[3])
{
	struct ballot ballot = {.epoch = record->epoch, .view = record->view};
	size_t count = 0;

	if (record->notarized) {
		ballot.kind = VOTE_NOTARIZE;
		ballot.parent_view = record->notarized_parent;
		ballot.block = record->notarized_block;
		ballots[count++] = ballot;
	}
	if (record->nullified)
		ballots[count++] = ballot_nullify(record->epoch, record->view);
	if (record->finalized) {
		ballot.kind = VOTE_FINALIZE;
		ballot.parent_view = record->finalized_parent;
		ballot.block = record->finalized_block;
		ballots[count++] = ballot;
	}
	return count;
}
