/* drive as who is asked for blocks by names and for transactions of them, and as who proposes. */
#include "tests/unit/drive/named_scene.h"

START_TEST(a_block_that_is_held_is_named_and_its_transactions_are_handed_out)
{
	struct draft *draft = block_of_all(1);
	static const uint16_t wanted[3] = {0, 4, TXS - 1};
	struct get_block_txs head = {.block = draft->hash, .number = 9, .count = 3};
	struct cursor in;

	propose(draft, 0);
	inline_forget_sent(&world);
	message_put_get_compact(&message, &draft->hash);
	say(3);
	ck_assert(sent(3, MESSAGE_COMPACT, 0));
	ck_assert_uint_eq(world.message.compact.body.tx_count, TXS);
	ck_assert_uint_eq(world.message.compact.body.prefilled_count, 0);
	message_put_kind(&message, MESSAGE_GET_BLOCK_TXS);
	get_block_txs_put_head(&message, &head);
	for (size_t i = 0; i < 3; i++)
		get_block_txs_put_index(&message, wanted[i]);
	say(3);
	ck_assert(sent(3, MESSAGE_BLOCK_TXS, 0));
	ck_assert_uint_eq(world.message.block_txs.number, 9);
	ck_assert_uint_eq(world.message.block_txs.count, 3);
	in = cursor_on(world.message.block_txs.body);
	for (size_t i = 0; i < 3; i++)
		ck_assert(bytes_equal(body_next(&in), txs[wanted[i]]->bytes));
}
END_TEST

START_TEST(a_question_beyond_the_block_is_blamed)
{
	struct draft *draft = block_of_all(1);
	struct get_block_txs head = {.block = draft->hash, .number = 9, .count = 1};

	propose(draft, 0);
	message_put_kind(&message, MESSAGE_GET_BLOCK_TXS);
	get_block_txs_put_head(&message, &head);
	get_block_txs_put_index(&message, TXS);
	say(3);
	ck_assert_uint_eq(world.blame_count, 1);
	ck_assert_uint_eq(sent_count(3, MESSAGE_BLOCK_TXS), 0);
}
END_TEST

START_TEST(what_is_not_held_is_read_in_the_form_that_is_wanted)
{
	struct hash stranger = {{7}};
	struct get_block_txs head = {.block = stranger, .number = 9, .count = 1};

	message_put_get_compact(&message, &stranger);
	say(3);
	message_put_kind(&message, MESSAGE_GET_BLOCK_TXS);
	get_block_txs_put_head(&message, &head);
	get_block_txs_put_index(&message, 5);
	say(3);
	ck_assert_uint_eq(world.read_count, 2);
	ck_assert(world.reads[0]->by_hash && world.reads[0]->form == READ_COMPACT);
	ck_assert(world.reads[1]->by_hash && world.reads[1]->form == READ_TXS);
	for (size_t i = 0; i < 2; i++)
		ck_assert(hash_equal(&world.reads[i]->hash, &stranger));
}
END_TEST

/* What the reading thread makes of the block. */
START_TEST(a_read_block_is_answered_in_the_form_that_is_wanted)
{
	struct draft *draft = block_of_all(1);
	struct message_block block = message_of(draft);
	struct get_block_txs head = {.block = draft->hash, .number = 9, .count = 2};

	message_put_get_compact(&message, &draft->hash);
	say(3);
	message_put_kind(&message, MESSAGE_GET_BLOCK_TXS);
	get_block_txs_put_head(&message, &head);
	get_block_txs_put_index(&message, 5);
	get_block_txs_put_index(&message, 6);
	say(3);
	for (size_t i = 0; i < 2; i++) {
		read_job_answer(world.reads[i], &block);
		drive_on_read(world.drive, world.reads[i], &world.moment);
	}
	world.read_count = 0;
	ck_assert(sent(3, MESSAGE_COMPACT, 0));
	ck_assert_uint_eq(world.message.compact.body.tx_count, TXS);
	ck_assert(sent(3, MESSAGE_BLOCK_TXS, 0));
	ck_assert_uint_eq(world.message.block_txs.count, 2);
}
END_TEST

/* -- Proposed ---------------------------------------------------------------------------------------- */

static void submit_some(size_t count)
{
	for (unsigned i = 0; i < count; i++) {
		char value[VALUE_SIZE + 1];

		memset(value, 'a' + (int)i, VALUE_SIZE);
		value[VALUE_SIZE] = '\0';
		inline_submit(&world, inline_append(&world, 1 + i, value));
	}
	inline_pass(&world, 2);
	inline_settle(&world);
}

/* Ours, as the leader of the view behind as many that were given up. */
static void lead(size_t count, uint16_t given_up)
{
	four_end();
	four_begin((uint16_t)(1 + given_up));
	for (uint64_t view = 1; view <= given_up; view++) {
		inline_pass(&world, 10);
		give_up(0, view);
		give_up(given_up == 1 ? 3 : 2, view);
	}
	submit_some(count);
	ck_assert_int_eq(sent(0, MESSAGE_PROPOSAL, 0), count > 0);
}

START_TEST(a_large_block_is_proposed_by_names_and_a_small_one_whole)
{
	const struct message_proposal *proposal = &world.message.proposal;
	const struct shelf_block *block;
	struct siphash_key key;

	lead(3, 0);
	ck_assert(proposal->has_block && !proposal->has_names);
	lead(8, 0);
	ck_assert(proposal->has_names && !proposal->has_block);
	ck_assert_uint_eq(proposal->names.tx_count, 8);
	ck_assert_uint_eq(proposal->names.prefilled_count, 0);
	block = shelf_find(&world.drive->shelf, &proposal->vote.ballot.block);
	key = short_id_key(&block->hash);
	for (size_t i = 0; i < 8; i++)
		ck_assert_uint_eq(get_le64(proposal->names.short_ids.at + 8 * i),
		                  short_id(&key, &block->names[i].leaf_hash));
}
END_TEST

/* One view that failed is what one faulty leader explains; of two, one is not explained. */
START_TEST(where_views_fail_a_block_is_proposed_whole)
{
	lead(8, 1);
	ck_assert(world.message.proposal.has_names);
	lead(8, 2);
	ck_assert(world.message.proposal.has_block);
}
END_TEST

/* Every validator puts its own evidence into its own pool and sends it to nobody. */
START_TEST(evidence_of_our_own_goes_with_the_names)
{
	const struct message_proposal *proposal = &world.message.proposal;
	struct hash one = {{1}}, other = {{2}};
	struct cursor in;
	struct tx tx;
	uint16_t index;

	lead(0, 0);
	cast(3, VOTE_NOTARIZE, 1, 0, &one);
	cast(3, VOTE_NOTARIZE, 1, 0, &other);
	ck_assert_int_eq(tx_decode(&tx, &world.ledger.network,
	                           bytes_view(world.ingested, world.ingested_size), NULL),
	                 VERDICT_GOOD);
	ck_assert_int_eq(inline_submit(&world, &tx), VERDICT_GOOD);
	submit_some(8);
	ck_assert(sent(0, MESSAGE_PROPOSAL, 0));
	ck_assert_uint_eq(proposal->names.tx_count, 9);
	ck_assert_uint_eq(proposal->names.prefilled_count, 1);
	in = cursor_on(proposal->names.prefilled);
	ck_assert(bytes_equal(compact_next_prefilled(&in, &index), tx.bytes));
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("drive_give");
	TCase *tests = tcase_create("drive_give");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, a_block_that_is_held_is_named_and_its_transactions_are_handed_out);
	tcase_add_test(tests, a_question_beyond_the_block_is_blamed);
	tcase_add_test(tests, what_is_not_held_is_read_in_the_form_that_is_wanted);
	tcase_add_test(tests, a_read_block_is_answered_in_the_form_that_is_wanted);
	tcase_add_test(tests, a_large_block_is_proposed_by_names_and_a_small_one_whole);
	tcase_add_test(tests, where_views_fail_a_block_is_proposed_whole);
	tcase_add_test(tests, evidence_of_our_own_goes_with_the_names);
	suite_add_tcase(suite, tests);
	return suite;
}
