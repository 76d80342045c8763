/* Our own vote record from a damaged disk: one encoding; and whatever it says, two blocks
 * of one view are never voted for, and finalize and nullify exclude each other. */
#include "chain/base/invariant.h"
#include "consensus/safety.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static bool allow(struct safety *safety, enum vote_kind kind, uint8_t block)
{
	struct ballot ballot = {
		.kind = (uint8_t)kind,
		.epoch = safety->record.epoch,
		.view = safety->record.view,
		.block = {{block}},
	};

	return safety_allow(safety, &ballot);
}

static void check_safety(const struct vote_record *record)
{
	static const enum vote_kind ORDERS[6][3] = {
		{VOTE_NOTARIZE, VOTE_NULLIFY, VOTE_FINALIZE},
		{VOTE_NOTARIZE, VOTE_FINALIZE, VOTE_NULLIFY},
		{VOTE_NULLIFY, VOTE_NOTARIZE, VOTE_FINALIZE},
		{VOTE_NULLIFY, VOTE_FINALIZE, VOTE_NOTARIZE},
		{VOTE_FINALIZE, VOTE_NOTARIZE, VOTE_NULLIFY},
		{VOTE_FINALIZE, VOTE_NULLIFY, VOTE_NOTARIZE},
	};

	for (size_t i = 0; i < 6; i++) {
		bool done[VOTE_FINALIZE + 1] = {
			[VOTE_NOTARIZE] = record->notarized,
			[VOTE_NULLIFY] = record->nullified,
			[VOTE_FINALIZE] = record->finalized,
		};
		struct safety safety;

		safety_init(&safety, record);
		for (size_t j = 0; j < 3; j++) {
			enum vote_kind kind = ORDERS[i][j];
			bool allowed = allow(&safety, kind, 1);

			INVARIANT(!allowed || kind == VOTE_NULLIFY || !done[kind]);
			INVARIANT(!allowed || kind != VOTE_NULLIFY || !done[VOTE_FINALIZE]);
			INVARIANT(!allowed || kind != VOTE_FINALIZE || !done[VOTE_NULLIFY]);
			done[kind] = done[kind] || allowed;
		}
		INVARIANT(!allow(&safety, VOTE_NOTARIZE, 2));
		INVARIANT(!allow(&safety, VOTE_FINALIZE, 2));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct vote_record record;
	uint8_t again[256];
	struct writer out = writer_on(again, sizeof again);

	if (vote_record_decode(&record, bytes_view(bytes, size)) != STATUS_OK)
		return 0;
	INVARIANT(vote_record_size(&record) == size);
	vote_record_put(&out, &record);
	INVARIANT(sizeof again - out.left == size && memcmp(again, bytes, size) == 0);
	check_safety(&record);
	return 0;
}
