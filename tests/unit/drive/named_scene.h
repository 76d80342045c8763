/* drive as a voter, and blocks of the others that are worth their names. */
#ifndef TESTS_UNIT_DRIVE_NAMED_SCENE_H
#define TESTS_UNIT_DRIVE_NAMED_SCENE_H

#include "node/drive/named.h"
#include "tests/unit/drive/four.h"

enum { TXS = 12, VALUE_SIZE = 1000 };

static const struct tx *txs[TXS];

/* A voter; the leader of view 1 is number 1. TXS transactions of 1,000 bytes and more, which nobody
 * has so far. */
static inline void setup(void)
{
	char value[VALUE_SIZE + 1];

	four_begin(0);
	for (unsigned i = 0; i < TXS; i++) {
		memset(value, 'a' + (int)i, VALUE_SIZE);
		value[VALUE_SIZE] = '\0';
		txs[i] = inline_append(&world, 1 + i, value);
	}
}

static inline void teardown(void)
{
	ck_assert_int_eq(world.drive->status, STATUS_OK);
	four_end();
}

static inline struct draft *block_of_all(uint64_t view)
{
	struct draft *draft = ledger_fixture_draft(&world.ledger, NULL);
	struct block_plan plan = {
		.view = view,
		.proposer = epoch_leader(&world.epoch, view),
		.time_ms = draft->header.time_ms,
	};

	for (size_t i = 0; i < TXS; i++)
		ck_assert_int_eq(ledger_fixture_add(&world.ledger, draft, txs[i]), VERDICT_GOOD);
	ck_assert_int_eq(block_seal(draft, &plan, NULL), STATUS_OK);
	drafts[draft_count++] = draft;
	return draft;
}

static inline struct message_block message_of(const struct draft *draft)
{
	return (struct message_block){.header = draft->header,
	                              .body = buffer_view(&draft->body)};
}

#endif
