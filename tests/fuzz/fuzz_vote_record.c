/* Our own vote record from a damaged disk: one encoding; and whatever it says, two blocks
 * of one view are never voted for, and finalize and nullify exclude each other. */
#include "chain/base/invariant.h"
#include "consensus/safety.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static struct safety safety;

static enum safety_answer ask(const struct vote_record *record, enum vote_kind kind,
                              uint8_t block)
{
	struct ballot ballot = {
		.kind = (uint8_t)kind,
		.epoch = record->epoch,
		.view = record->view,
		.block = {{block}},
	};

	return safety_allow(&safety, &ballot);
}

static void check_order(const struct vote_record *record, const enum vote_kind order[3])
{
	bool done[VOTE_FINALIZE + 1] = {
		[VOTE_NOTARIZE] = record->notarized,
		[VOTE_NULLIFY] = record->nullified,
		[VOTE_FINALIZE] = record->finalized,
	};

	safety_start(&safety, record->epoch, 0);
	safety_load(&safety, record);
	for (size_t i = 0; i < 3; i++) {
		bool is_new = ask(record, order[i], 1) == SAFETY_NEW;

		INVARIANT(!is_new || !done[order[i]]);
		INVARIANT(!is_new || order[i] != VOTE_NULLIFY || !done[VOTE_FINALIZE]);
		INVARIANT(!is_new || order[i] != VOTE_FINALIZE || !done[VOTE_NULLIFY]);
		done[order[i]] = done[order[i]] || is_new;
	}
	INVARIANT(!done[VOTE_NOTARIZE] || ask(record, VOTE_NOTARIZE, 2) != SAFETY_NEW);
	INVARIANT(!done[VOTE_FINALIZE] || ask(record, VOTE_FINALIZE, 2) != SAFETY_NEW);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const enum vote_kind ORDERS[6][3] = {
		{VOTE_NOTARIZE, VOTE_NULLIFY, VOTE_FINALIZE},
		{VOTE_NOTARIZE, VOTE_FINALIZE, VOTE_NULLIFY},
		{VOTE_NULLIFY, VOTE_NOTARIZE, VOTE_FINALIZE},
		{VOTE_NULLIFY, VOTE_FINALIZE, VOTE_NOTARIZE},
		{VOTE_FINALIZE, VOTE_NOTARIZE, VOTE_NULLIFY},
		{VOTE_FINALIZE, VOTE_NULLIFY, VOTE_NOTARIZE},
	};
	struct vote_record record;
	uint8_t again[256];
	struct writer out = writer_on(again, sizeof again);

	if (vote_record_decode(&record, bytes_view(bytes, size)) != STATUS_OK)
		return 0;
	INVARIANT(vote_record_size(&record) == size);
	vote_record_put(&out, &record);
	INVARIANT(sizeof again - out.left == size && memcmp(again, bytes, size) == 0);
	for (size_t i = 0; i < 6; i++)
		check_order(&record, ORDERS[i]);
	return 0;
}
