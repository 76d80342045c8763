#include "consensus/safety.h"

// clang-format off
WIRE_DEFINE(vote_record, VOTE_RECORD_FIELDS)
// clang-format on

void safety_init(struct safety *safety, const struct vote_record *newest)
{
	safety->record = *newest;
}

static bool allow_notarize(struct vote_record *record, const struct ballot *ballot)
{
	if (record->notarized)
		return false;
	record->notarized = 1;
	record->notarized_parent = ballot->parent_view;
	record->notarized_block = ballot->block;
	return true;
}

static bool allow_nullify(struct vote_record *record)
{
	if (record->finalized)
		return false;
	record->nullified = 1;
	return true;
}

static bool allow_finalize(struct vote_record *record, const struct ballot *ballot)
{
	if (record->nullified || record->finalized)
		return false;
	record->finalized = 1;
	record->finalized_parent = ballot->parent_view;
	record->finalized_block = ballot->block;
	return true;
}

bool safety_allow(struct safety *safety, const struct ballot *ballot)
{
	struct vote_record record = safety->record;
	bool allowed = false;

	if (ballot->epoch < record.epoch ||
	    (ballot->epoch == record.epoch && ballot->view < record.view))
		return false;
	if (ballot->epoch > record.epoch || ballot->view > record.view)
		record = (struct vote_record){.epoch = ballot->epoch, .view = ballot->view};
	switch ((enum vote_kind)ballot->kind) {
	case VOTE_NOTARIZE:
		allowed = allow_notarize(&record, ballot);
		break;
	case VOTE_NULLIFY:
		allowed = allow_nullify(&record);
		break;
	case VOTE_FINALIZE:
		allowed = allow_finalize(&record, ballot);
		break;
	}
	if (allowed)
		safety->record = record;
	return allowed;
}
