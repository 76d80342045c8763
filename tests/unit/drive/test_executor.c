#include "tests/unit/drive/inline_world.h"

static struct ledger_fixture ledger;
static struct executor executor;
static struct hash stream;

static void setup(void)
{
	ledger_fixture_init(&ledger, NULL);
	ledger_fixture_do(&ledger, 0, make_stream("notes", STREAM_WRITE_OPEN));
	stream = stream_id_of(text_view("notes"));
	executor_init(&executor, &ledger.network, &ledger.ledger.source, &ledger.ledger.tip);
}

static void teardown(void)
{
	executor_close(&executor);
	ledger_fixture_close(&ledger);
}

static uint64_t now_ms(void)
{
	return ledger.ledger.tip.header.time_ms + 60000;
}

static struct block_plan plan(void)
{
	return (struct block_plan){
		.view = executor_height(&executor) + 1,
		.time_ms = now_ms() + executor_height(&executor),
	};
}

static enum verdict try_tx(const struct tx *tx)
{
	enum verdict verdict;

	ck_assert_int_eq(executor_try(&executor, tx, now_ms(), &verdict, NULL, NULL),
	                 STATUS_OK);
	return verdict;
}

/* A block of one offered transaction; NULL: it was refused. */
static const struct draft *build_one(const struct tx *tx, uint64_t checked_height,
                                     struct offer *offer)
{
	struct block_plan here = plan();
	const struct draft *block;

	*offer = (struct offer){.tx = tx, .checked_height = checked_height};
	ck_assert_int_eq(executor_build(&executor, &here, offer, 1, &block, NULL), STATUS_OK);
	return block;
}

static const struct tx *append(unsigned sender)
{
	return ledger_fixture_tx_of(&ledger, sender, make_append(&stream, "", "v"));
}

static void store(const struct draft *block)
{
	uint64_t height = block->header.height;

	memory_ledger_commit(&ledger.ledger, block);
	executor_retire(&executor, height);
}

START_TEST(a_transaction_is_tried_on_top_of_blocks_that_are_not_stored)
{
	struct operation create = make_stream("new", STREAM_WRITE_OPEN);
	struct hash id = stream_id_of(text_view("new"));
	const struct tx *late = ledger_fixture_tx_of(&ledger, 1, make_append(&id, "", "v"));
	struct offer offer;

	ck_assert_int_eq(try_tx(late), VERDICT_UNKNOWN_REFERENCE);
	ck_assert_ptr_nonnull(
		build_one(ledger_fixture_tx_of(&ledger, 1, create), 1, &offer));
	ck_assert_int_eq(try_tx(late), VERDICT_GOOD);
}
END_TEST

START_TEST(trying_changes_nothing)
{
	const struct tx *tx = append(1);

	for (int i = 0; i < 10; i++)
		ck_assert_int_eq(try_tx(tx), VERDICT_GOOD);
	ck_assert_uint_eq(executor_height(&executor), ledger.ledger.tip.header.height);
}
END_TEST

/* It was looked up in the ledger before it got there, came back a second time after its block
 * was stored and forgotten by the pool, and must not get in again. */
START_TEST(an_old_look_up_does_not_let_a_transaction_in_twice)
{
	uint64_t checked_height = executor_height(&executor);
	const struct tx *tx = append(1);
	struct offer offer;

	store(build_one(tx, checked_height, &offer));
	ck_assert_ptr_null(build_one(tx, checked_height, &offer));
	ck_assert_int_eq(offer.placing, PLACING_REFUSED);
	ck_assert_int_eq(offer.refusal.verdict, VERDICT_KNOWN);
}
END_TEST

START_TEST(a_look_up_older_than_what_is_remembered_is_made_again)
{
	uint64_t checked_height = executor_height(&executor);
	const struct tx *tx = append(1);
	struct offer offer;

	store(build_one(tx, checked_height, &offer));
	for (int i = 0; i < 2 * RECENT_BLOCKS; i++)
		store(build_one(append(2), executor_height(&executor), &offer));
	ck_assert_ptr_null(build_one(tx, checked_height, &offer));
	ck_assert_int_eq(offer.refusal.verdict, VERDICT_KNOWN);
}
END_TEST

START_TEST(in_an_unstored_block_a_transaction_is_known)
{
	const struct tx *tx = append(1);
	struct offer offer;

	build_one(tx, executor_height(&executor), &offer);
	ck_assert_int_eq(try_tx(tx), VERDICT_KNOWN);
}
END_TEST

START_TEST(blocks_on_unstored_ones_are_the_same_as_on_stored_ones)
{
	const struct draft *first, *second;
	struct ledger_tip tip;
	struct offer offer;

	first = build_one(append(1), 1, &offer);
	second = build_one(append(1), 1, &offer);
	ck_assert(hash_equal(&second->header.parent, &first->hash));
	store(first);
	/* The second goes on without its parent. */
	ck_assert_int_eq(try_tx(append(2)), VERDICT_GOOD);
	draft_tip(&tip, second);
	store(second);
	ck_assert(hash_equal(&ledger.ledger.tip.hash, &tip.hash));
	ck_assert_int_eq(try_tx(append(2)), VERDICT_GOOD);
}
END_TEST

/* Consensus that has not noticed the end of its epoch must not go on in it. */
START_TEST(on_a_seal_no_block_of_its_epoch_is_built)
{
	const struct tx *change = ledger_fixture_root_tx(&ledger, make_param("term_length", 2));
	struct offer offer;
	const struct draft *seal = build_one(change, 0, &offer), *block;
	struct block_plan here = plan();
	struct why why = {{0}};

	ck_assert_ptr_nonnull(seal);
	ck_assert(draft_is_seal(seal));
	offer = (struct offer){.tx = append(1)};
	for (int stored = 0; stored < 2; stored++) {
		ck_assert_int_eq(executor_build(&executor, &here, &offer, 1, &block, &why),
		                 STATUS_FOREIGN);
		ck_assert_ptr_null(block);
		ck_assert_ptr_nonnull(strstr(why.text, "start the node again"));
		if (stored == 0)
			store(seal);
	}
	here.epoch = 1;
	ck_assert_int_eq(executor_build(&executor, &here, &offer, 1, &block, &why), STATUS_OK);
	ck_assert_uint_eq(block->header.epoch, 1);
}
END_TEST

START_TEST(a_failing_source_is_our_failure_and_not_the_transactions)
{
	enum verdict verdict;
	struct why why = {{0}};

	ledger.ledger.fail_countdown = 1;
	ck_assert_int_eq(executor_try(&executor, append(1), now_ms(), &verdict, NULL, &why),
	                 STATUS_STORAGE);
	ck_assert_uint_gt(strlen(why.text), 0);
	ck_assert_int_eq(try_tx(append(1)), VERDICT_GOOD);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("executor");
	TCase *tests = tcase_create("executor");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, a_transaction_is_tried_on_top_of_blocks_that_are_not_stored);
	tcase_add_test(tests, trying_changes_nothing);
	tcase_add_test(tests, an_old_look_up_does_not_let_a_transaction_in_twice);
	tcase_add_test(tests, a_look_up_older_than_what_is_remembered_is_made_again);
	tcase_add_test(tests, in_an_unstored_block_a_transaction_is_known);
	tcase_add_test(tests, blocks_on_unstored_ones_are_the_same_as_on_stored_ones);
	tcase_add_test(tests, on_a_seal_no_block_of_its_epoch_is_built);
	tcase_add_test(tests, a_failing_source_is_our_failure_and_not_the_transactions);
	suite_add_tcase(suite, tests);
	return suite;
}
