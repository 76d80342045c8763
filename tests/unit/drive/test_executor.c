/* The tree of blocks above the committed ledger. */
#include "node/drive/executor.h"
#include "tests/support/ledger_fixture.h"
#include "tests/support/support.h"

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

static const struct hash *tip(void)
{
	return &ledger.ledger.tip.hash;
}

static struct block_plan plan_on(const struct hash *parent)
{
	const struct draft *below = executor_find(&executor, parent);
	const struct header *header = below ? &below->header : &ledger.ledger.tip.header;

	return (struct block_plan){
		.view = header->view + 1,
		.time_ms = header->time_ms + 60000,
	};
}

static enum verdict try_tx(const struct tx *tx)
{
	enum verdict verdict;

	ck_assert_int_eq(executor_try(&executor, tx, now_ms(), &verdict, NULL, NULL),
	                 STATUS_OK);
	return verdict;
}

/* A block of one offered transaction; NULL: it was not taken. */
static const struct draft *build_on(const struct hash *parent, const struct tx *tx,
                                    struct offer *offer)
{
	struct block_plan plan = plan_on(parent);
	const struct draft *block;

	*offer = (struct offer){.tx = tx, .checked_height = executor_height(&executor)};
	ck_assert_int_eq(executor_build(&executor, parent, &plan, offer, 1, &block, NULL),
	                 STATUS_OK);
	return block;
}

/* On the block that transactions are tried on, which it is then. */
static const struct draft *build_one(const struct tx *tx, uint64_t checked_height,
                                     struct offer *offer)
{
	struct block_plan plan = plan_on(&executor.top);
	const struct draft *block;

	*offer = (struct offer){.tx = tx, .checked_height = checked_height};
	ck_assert_int_eq(
		executor_build(&executor, &executor.top, &plan, offer, 1, &block, NULL),
		STATUS_OK);
	if (block)
		executor_aim(&executor, &block->hash);
	return block;
}

static const struct tx *append(unsigned sender)
{
	return ledger_fixture_tx_of(&ledger, sender, make_append(&stream, "", "v"));
}

static void store(const struct draft *block)
{
	struct hash hash = block->hash;

	memory_ledger_commit(&ledger.ledger, block);
	executor_retire(&executor, &hash);
}

START_TEST(a_transaction_is_tried_on_top_of_blocks_that_are_not_stored)
{
	struct operation create = make_stream("new", STREAM_WRITE_OPEN);
	struct hash id = stream_id_of(text_view("new"));
	const struct tx *late = ledger_fixture_tx_of(&ledger, 1, make_append(&id, "", "v"));
	struct offer offer;

	ck_assert_int_eq(try_tx(late), VERDICT_UNKNOWN_REFERENCE);
	ck_assert_ptr_nonnull(build_one(ledger_fixture_tx_of(&ledger, 1, create), 1, &offer));
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

/* It was looked up in the ledger before it got there, came back a second time after its
 * block was stored and forgotten by the pool, and must not get in again. */
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

/* -- The tree ------------------------------------------------------------------------ */

START_TEST(two_blocks_on_one_parent_know_nothing_of_each_other)
{
	const struct draft *first, *second, *child;
	struct block_plan plan = plan_on(tip());
	struct offer offer;
	const struct tx *tx = append(1);

	first = build_on(tip(), tx, &offer);
	plan.view++;
	ck_assert_int_eq(executor_build(&executor, tip(), &plan, &offer, 1, &second, NULL),
	                 STATUS_OK);
	ck_assert_int_eq(offer.placing, PLACING_TAKEN);
	ck_assert(!hash_equal(&first->hash, &second->hash));
	child = build_on(&first->hash, append(2), &offer);
	ck_assert_uint_eq(child->header.height, first->header.height + 1);
	ck_assert_ptr_eq(executor_find(&executor, &first->hash), first);
	ck_assert_ptr_eq(executor_find(&executor, &child->hash), child);
}
END_TEST

START_TEST(what_is_in_a_block_below_is_there_already)
{
	const struct tx *tx = append(1);
	struct offer offer;
	const struct draft *first = build_on(tip(), tx, &offer);
	struct hash below = first->hash;

	ck_assert_ptr_null(build_on(&below, tx, &offer));
	ck_assert_int_eq(offer.placing, PLACING_THERE);
}
END_TEST

START_TEST(on_a_parent_that_is_gone_no_block_is_made_and_nothing_is_refused)
{
	static const struct hash GONE = {{1}};
	struct offer offer;
	const struct draft *block;
	struct header header = {.parent = GONE};
	struct refusal refusal = {0};

	ck_assert_ptr_null(build_on(&GONE, append(1), &offer));
	ck_assert_int_eq(offer.placing, PLACING_NO_ROOM);
	ck_assert_int_eq(executor_execute(&executor, &header, (struct bytes_view){0}, &block,
	                                  &refusal, NULL),
	                 STATUS_OK);
	ck_assert_ptr_null(block);
}
END_TEST

START_TEST(the_same_offers_make_the_same_block_when_it_is_checked)
{
	struct offer offer;
	const struct draft *built = build_on(tip(), append(1), &offer);
	struct header header = built->header;
	uint8_t body[1024];
	struct bytes_view view = buffer_view(&built->body);
	const struct draft *checked;
	struct hash hash = built->hash;
	struct refusal refusal = {0};

	ck_assert_uint_le(view.size, sizeof body);
	memcpy(body, view.at, view.size);
	view.at = body;
	/* Here already: the very draft. */
	ck_assert_int_eq(executor_execute(&executor, &header, view, &checked, &refusal, NULL),
	                 STATUS_OK);
	ck_assert_ptr_eq(checked, built);
	executor_drop(&executor, &hash);
	ck_assert_int_eq(executor_execute(&executor, &header, view, &checked, &refusal, NULL),
	                 STATUS_OK);
	ck_assert_ptr_nonnull(checked);
	ck_assert(hash_equal(&checked->hash, &hash));
	/* And another root is another block. */
	executor_drop(&executor, &hash);
	header.state_root.bytes[0] ^= 1;
	ck_assert_int_eq(executor_execute(&executor, &header, view, &checked, &refusal, NULL),
	                 STATUS_OK);
	ck_assert_ptr_null(checked);
	ck_assert_int_ne(refusal.verdict, VERDICT_GOOD);
}
END_TEST

/* One that made the only stream was proposed, and its view given up: nobody could have made
 * the stream any more. */
START_TEST(a_block_that_was_only_proposed_does_not_judge_what_is_submitted)
{
	struct offer offer;
	const struct tx *tx = append(1);
	const struct draft *block = build_on(tip(), tx, &offer);

	ck_assert_int_eq(try_tx(tx), VERDICT_GOOD);
	executor_aim(&executor, &block->hash);
	ck_assert_int_eq(try_tx(tx), VERDICT_KNOWN);
	executor_aim(&executor, tip());
	ck_assert_int_eq(try_tx(tx), VERDICT_GOOD);
}
END_TEST

/* What was tried on the ledger before was read before. */
START_TEST(what_is_stored_counts_for_the_next_try)
{
	struct offer offer;
	const struct tx *tx = append(1);
	const struct draft *block = build_on(tip(), tx, &offer);

	ck_assert_int_eq(try_tx(tx), VERDICT_GOOD);
	store(block);
	ck_assert_int_eq(try_tx(tx), VERDICT_KNOWN);
}
END_TEST

/* The one that builds may not know yet that there is something on it. */
START_TEST(a_dropped_block_stays_until_the_last_that_builds_on_it_goes)
{
	struct offer offer;
	struct hash first = build_on(tip(), append(1), &offer)->hash;
	const struct draft *child = build_on(&first, append(2), &offer);
	struct hash hash = child->hash;

	executor_drop(&executor, &first);
	ck_assert_ptr_eq(executor_find(&executor, &hash), child);
	ck_assert_ptr_eq(child->parent, executor_find(&executor, &first));
	executor_drop(&executor, &hash);
	ck_assert_uint_eq(executor.block_count, 0);
}
END_TEST

START_TEST(a_dropped_block_is_as_if_it_never_was)
{
	struct offer offer;
	const struct tx *tx = append(1);
	struct hash hash = build_on(tip(), tx, &offer)->hash;

	executor_aim(&executor, &hash);
	ck_assert_int_eq(try_tx(tx), VERDICT_KNOWN);
	executor_drop(&executor, &hash);
	ck_assert_ptr_null(executor_find(&executor, &hash));
	ck_assert_int_eq(try_tx(tx), VERDICT_GOOD);
	/* Once more is fine. */
	executor_drop(&executor, &hash);
	ck_assert_ptr_nonnull(build_on(tip(), tx, &offer));
}
END_TEST

START_TEST(a_dropped_block_takes_none_but_itself)
{
	struct offer offer;
	struct hash first = build_on(tip(), append(1), &offer)->hash;
	struct hash second = build_on(tip(), append(2), &offer)->hash;
	struct hash child = build_on(&second, append(3), &offer)->hash;

	executor_drop(&executor, &first);
	ck_assert_ptr_nonnull(executor_find(&executor, &second));
	ck_assert_ptr_nonnull(executor_find(&executor, &child));
	executor_drop(&executor, &child);
	executor_drop(&executor, &second);
	ck_assert_uint_eq(executor.block_count, 0);
}
END_TEST

START_TEST(when_one_is_stored_its_children_stand_on_the_ledger_and_its_rival_is_dropped)
{
	struct offer offer;
	const struct draft *first = build_on(tip(), append(1), &offer);
	struct hash rival = build_on(tip(), append(2), &offer)->hash;
	struct hash child = build_on(&first->hash, append(3), &offer)->hash;
	struct hash sibling = build_on(&first->hash, append(4), &offer)->hash;

	store(first);
	executor_drop(&executor, &rival);
	ck_assert_int_eq(try_tx(append(5)), VERDICT_GOOD);
	executor_drop(&executor, &sibling);
	ck_assert_int_eq(try_tx(append(5)), VERDICT_GOOD);
	store(executor_find(&executor, &child));
	ck_assert_uint_eq(executor.block_count, 0);
	ck_assert(hash_equal(tip(), &child));
}
END_TEST

START_TEST(a_try_survives_the_end_of_the_block_below_it)
{
	struct offer offer;
	const struct draft *first = build_on(tip(), append(1), &offer);
	struct hash hash = first->hash;

	ck_assert_int_eq(try_tx(append(2)), VERDICT_GOOD);
	store(first);
	ck_assert_int_eq(try_tx(append(2)), VERDICT_GOOD);
	hash = build_on(tip(), append(1), &offer)->hash;
	ck_assert_int_eq(try_tx(append(2)), VERDICT_GOOD);
	executor_drop(&executor, &hash);
	ck_assert_int_eq(try_tx(append(2)), VERDICT_GOOD);
}
END_TEST

START_TEST(an_empty_block_is_made_as_a_heartbeat_alone)
{
	struct block_plan plan = plan_on(tip());
	const struct draft *block;

	ck_assert_int_eq(executor_build(&executor, tip(), &plan, NULL, 0, &block, NULL),
	                 STATUS_OK);
	ck_assert_ptr_null(block);
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

START_TEST(a_build_on_a_failing_source_leaves_the_tree_as_it_was)
{
	struct block_plan plan = plan_on(tip());
	const struct tx *tx = append(1);
	size_t failures = 0;

	for (unsigned long nth = 1; nth < 1000; nth++) {
		struct offer offer = {.tx = tx, .checked_height = executor_height(&executor)};
		const struct draft *block;
		struct why why = {{0}};
		enum status status;

		ledger.ledger.fail_countdown = nth;
		status = executor_build(&executor, tip(), &plan, &offer, 1, &block, &why);
		ledger.ledger.fail_countdown = 0;
		if (status == STATUS_OK)
			break;
		failures++;
		ck_assert_int_eq(status, STATUS_STORAGE);
		ck_assert_ptr_null(block);
		ck_assert_uint_gt(strlen(why.text), 0);
		ck_assert_uint_eq(executor.block_count, 0);
	}
	ck_assert_uint_gt(failures, 0);
	ck_assert_uint_eq(executor.block_count, 1);
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
	tcase_add_test(tests, two_blocks_on_one_parent_know_nothing_of_each_other);
	tcase_add_test(tests, what_is_in_a_block_below_is_there_already);
	tcase_add_test(tests,
	               on_a_parent_that_is_gone_no_block_is_made_and_nothing_is_refused);
	tcase_add_test(tests, the_same_offers_make_the_same_block_when_it_is_checked);
	tcase_add_test(tests, a_block_that_was_only_proposed_does_not_judge_what_is_submitted);
	tcase_add_test(tests, what_is_stored_counts_for_the_next_try);
	tcase_add_test(tests, a_dropped_block_stays_until_the_last_that_builds_on_it_goes);
	tcase_add_test(tests, a_dropped_block_is_as_if_it_never_was);
	tcase_add_test(tests, a_dropped_block_takes_none_but_itself);
	tcase_add_test(
		tests,
		when_one_is_stored_its_children_stand_on_the_ledger_and_its_rival_is_dropped);
	tcase_add_test(tests, a_try_survives_the_end_of_the_block_below_it);
	tcase_add_test(tests, an_empty_block_is_made_as_a_heartbeat_alone);
	tcase_add_test(tests, a_failing_source_is_our_failure_and_not_the_transactions);
	tcase_add_test(tests, a_build_on_a_failing_source_leaves_the_tree_as_it_was);
	suite_add_tcase(suite, tests);
	return suite;
}
