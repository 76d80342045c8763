/* drive and blocks by short names, that others propose: with all transactions, or some, or none; and
 * what peers may do wrong. */
#include "tests/unit/drive/named_scene.h"

static void have(size_t first, size_t count)
{
	for (size_t i = first; i < first + count; i++)
		ck_assert_int_eq(inline_submit(&world, txs[i]), VERDICT_GOOD);
}

static void propose_names_of(const struct draft *draft, const struct compact_tx *named)
{
	uint64_t view = draft->header.view;
	uint16_t leader = epoch_leader(&world.epoch, view);
	struct message_proposal proposal = {
		.vote = vote_of(leader, VOTE_NOTARIZE, view, 0, &draft->hash),
		.has_names = true,
		.block = {.header = draft->header},
	};
	struct buffer names;

	buffer_init(&names, COMPACT_BODY_SIZE_MAX);
	compact_put_body(&names, &draft->hash, named, draft->header.tx_count);
	proposal.names.bytes = buffer_view(&names);
	message_put_proposal(&message, &proposal);
	buffer_close(&names);
	say(leader);
	inline_finish_check(&world);
}

static void propose_names(const struct draft *draft)
{
	struct message_block block = message_of(draft);
	struct compact_tx *named = named_txs(&block, NULL);

	ck_assert_ptr_nonnull(named);
	propose_names_of(draft, named);
	memory_free(named);
}

/* Answers the newest question for transactions, with `number` added to its number; with `count`
 * at most. */
static void answer(const struct draft *draft, uint32_t number, size_t count)
{
	static uint8_t indexes[2 * TXS];
	struct message_block block = message_of(draft);
	struct get_block_txs question;
	size_t asked = sent_count(1, MESSAGE_GET_BLOCK_TXS);

	ck_assert_uint_gt(asked, 0);
	ck_assert(sent(1, MESSAGE_GET_BLOCK_TXS, asked - 1));
	question = world.message.get_block_txs;
	memcpy(indexes, question.indexes.at, question.indexes.size);
	question.indexes.at = indexes;
	question.number += number;
	if (question.count > count)
		question.count = count;
	ck_assert(named_put_txs(&message, &question, &block));
	say(1);
}

/* It went the way of a block that came whole, and is voted for. */
static void must_be_taken(const struct draft *draft)
{
	ck_assert_uint_eq(world.check_count, 1);
	inline_finish_check(&world);
	ck_assert_ptr_nonnull(shelf_find(&world.drive->shelf, &draft->hash));
	inline_settle(&world);
	ck_assert(sent(2, MESSAGE_VOTE, 0));
	ck_assert_int_eq(world.message.vote.ballot.kind, VOTE_NOTARIZE);
	ck_assert(hash_equal(&world.message.vote.ballot.block, &draft->hash));
	ck_assert_uint_eq(world.blame_count, 0);
}

static void must_hold(size_t count)
{
	size_t used = 0;

	for (size_t i = 0; i < REBUILDS_MAX; i++)
		used += world.drive->rebuildings[i].is_used;
	ck_assert_uint_eq(used, count);
}

/* -- Put together ---------------------------------------------------------------------------- */

START_TEST(who_has_all_votes_without_a_question)
{
	struct draft *draft = block_of_all(1);

	have(0, TXS);
	propose_names(draft);
	ck_assert_uint_eq(sent_count(1, MESSAGE_GET_BLOCK_TXS), 0);
	must_be_taken(draft);
	must_hold(0);
	ck_assert_uint_eq(world.drive->counters.blocks_rebuilt, 1);
	ck_assert_uint_eq(world.drive->counters.txs_asked, 0);
}
END_TEST

START_TEST(what_is_missing_is_asked_for_once_and_of_who_named_it)
{
	struct draft *draft = block_of_all(1);

	have(0, 3);
	have(5, TXS - 5);
	propose_names(draft);
	ck_assert_uint_eq(sent_count(1, MESSAGE_GET_BLOCK_TXS), 1);
	ck_assert_uint_eq(sent_count(2, MESSAGE_GET_BLOCK_TXS), 0);
	ck_assert(sent(1, MESSAGE_GET_BLOCK_TXS, 0));
	ck_assert_uint_eq(world.message.get_block_txs.count, 2);
	ck_assert_uint_eq(get_block_txs_index(&world.message.get_block_txs, 0), 3);
	ck_assert_uint_eq(get_block_txs_index(&world.message.get_block_txs, 1), 4);
	/* The same once more changes nothing. */
	propose_names(draft);
	ck_assert_uint_eq(sent_count(1, MESSAGE_GET_BLOCK_TXS), 1);
	must_hold(1);
	answer(draft, 0, TXS);
	must_be_taken(draft);
	must_hold(0);
	ck_assert_uint_eq(world.drive->counters.txs_asked, 2);
}
END_TEST

START_TEST(who_lacks_most_asks_for_the_block_whole)
{
	struct draft *draft = block_of_all(1);
	struct message_block block = message_of(draft);

	have(0, 2);
	propose_names(draft);
	ck_assert_uint_eq(sent_count(1, MESSAGE_GET_BLOCK_TXS), 0);
	ck_assert(sent(1, MESSAGE_GET_BLOCK, 0));
	message_put_block(&message, &block);
	say(1);
	must_be_taken(draft);
	must_hold(0);
}
END_TEST

/* As the next leader offers what the one before offered in vain. */
START_TEST(what_came_in_a_block_on_the_same_parent_is_here)
{
	struct draft *first = block_of_all(1), *second = block_of_all(2);

	propose(first, 0);
	give_up(1, 1);
	give_up(2, 1);
	give_up(3, 1);
	ck_assert_uint_eq(world.drive->consensus.views.current, 2);
	propose_names(second);
	ck_assert_uint_eq(world.drive->counters.blocks_rebuilt, 1);
	ck_assert_uint_eq(world.check_count, 1);
	inline_finish_check(&world);
	ck_assert_ptr_nonnull(shelf_find(&world.drive->shelf, &second->hash));
}
END_TEST

/* They wait to be checked, or were refused: sent by a validator, they are here. */
START_TEST(what_a_validator_sent_need_not_be_in_the_pool)
{
	struct draft *draft = block_of_all(1);
	struct bytes_view views[TXS];

	for (size_t i = 0; i < TXS; i++)
		views[i] = txs[i]->bytes;
	message_put_txs(&message, views, TXS);
	say(3);
	ck_assert_uint_eq(world.ingest_count, TXS);
	propose_names(draft);
	ck_assert_uint_eq(sent_count(1, MESSAGE_GET_BLOCK_TXS), 0);
	must_be_taken(draft);
}
END_TEST

/* -- Names that lie --------------------------------------------------------------------------- */

/* Every name is of a transaction that is here, and another one's. */
START_TEST(names_that_change_places_cost_the_whole_block_and_nobody_is_blamed)
{
	struct draft *draft = block_of_all(1);
	struct message_block block = message_of(draft);
	struct compact_tx *named = named_txs(&block, NULL);
	struct hash first = named[0].leaf_hash;

	have(0, TXS);
	named[0].leaf_hash = named[1].leaf_hash;
	named[1].leaf_hash = first;
	propose_names_of(draft, named);
	memory_free(named);
	ck_assert_uint_eq(world.check_count, 0);
	ck_assert(sent(1, MESSAGE_GET_BLOCK, 0));
	message_put_block(&message, &block);
	say(1);
	must_be_taken(draft);
}
END_TEST

START_TEST(a_name_that_stands_twice_is_asked_for_twice_and_nobody_is_blamed)
{
	struct draft *draft = block_of_all(1);
	struct message_block block = message_of(draft);
	struct compact_tx *named = named_txs(&block, NULL);

	have(0, TXS);
	named[7].leaf_hash = named[2].leaf_hash;
	propose_names_of(draft, named);
	memory_free(named);
	ck_assert(sent(1, MESSAGE_GET_BLOCK_TXS, 0));
	ck_assert_uint_eq(world.message.get_block_txs.count, 2);
	answer(draft, 0, TXS);
	must_be_taken(draft);
}
END_TEST

/* -- Answers ----------------------------------------------------------------------------------- */

START_TEST(one_too_few_is_a_breach)
{
	struct draft *draft = block_of_all(1);

	have(0, 8);
	propose_names(draft);
	answer(draft, 0, TXS - 8 - 1);
	ck_assert_uint_eq(world.blame_count, 1);
	ck_assert_uint_eq(world.check_count, 0);
	must_hold(0);
}
END_TEST

START_TEST(an_answer_to_another_question_is_passed_over_and_so_is_a_second_one)
{
	struct draft *draft = block_of_all(1);

	have(0, 8);
	propose_names(draft);
	answer(draft, 1, TXS - 8 - 1);
	ck_assert_uint_eq(world.check_count, 0);
	answer(draft, 0, TXS);
	ck_assert_uint_eq(world.check_count, 1);
	answer(draft, 0, TXS);
	must_be_taken(draft);
	answer(draft, 0, TXS);
	ck_assert_uint_eq(world.check_count, 0);
	ck_assert_uint_eq(world.blame_count, 0);
}
END_TEST

START_TEST(an_answer_of_another_peer_is_passed_over)
{
	struct draft *draft = block_of_all(1);
	struct message_block block = message_of(draft);
	struct get_block_txs question;

	have(0, 8);
	propose_names(draft);
	ck_assert(sent(1, MESSAGE_GET_BLOCK_TXS, 0));
	question = world.message.get_block_txs;
	ck_assert(named_put_txs(&message, &question, &block));
	say(2);
	ck_assert_uint_eq(world.check_count, 0);
	ck_assert_uint_eq(world.blame_count, 0);
}
END_TEST

/* -- Silence ------------------------------------------------------------------------------------ */

START_TEST(who_says_nothing_costs_half_of_b_and_then_the_others_are_asked)
{
	struct draft *draft = block_of_all(1);
	uint64_t base_ms = consensus_view_times(&world.drive->consensus).base_ms;
	struct message_block block = message_of(draft);

	have(0, 8);
	propose_names(draft);
	cast(3, VOTE_NOTARIZE, 1, 0, &draft->hash); /* so he has it */
	inline_pass(&world, base_ms / 2 - 1);
	for (uint16_t to = 1; to < 4; to++)
		ck_assert_uint_eq(sent_count(to, MESSAGE_GET_BLOCK) +
		                      sent_count(to, MESSAGE_GET_COMPACT), 0);
	inline_pass(&world, base_ms / 4 + 1);
	ck_assert_uint_gt(sent_count(3, MESSAGE_GET_BLOCK), 0);
	message_put_block(&message, &block);
	say(3);
	must_be_taken(draft);
	must_hold(0);
}
END_TEST

/* A slow link: the leader repeats its proposal before the answer is here. */
START_TEST(a_question_is_asked_again_as_the_same_and_its_answer_counts_whenever_it_comes)
{
	struct draft *draft = block_of_all(1);
	uint64_t base_ms = consensus_view_times(&world.drive->consensus).base_ms;
	uint32_t number;

	have(0, 8);
	propose_names(draft);
	ck_assert(sent(1, MESSAGE_GET_BLOCK_TXS, 0));
	number = world.message.get_block_txs.number;
	inline_pass(&world, base_ms);
	propose_names(draft);
	ck_assert_uint_eq(sent_count(1, MESSAGE_GET_BLOCK_TXS), 1);
	inline_pass(&world, 2000 - base_ms);
	propose_names(draft);
	ck_assert_uint_eq(sent_count(1, MESSAGE_GET_BLOCK_TXS), 2);
	ck_assert(sent(1, MESSAGE_GET_BLOCK_TXS, 1));
	ck_assert_uint_eq(world.message.get_block_txs.number, number);
	must_hold(1);
	answer(draft, 0, TXS);
	ck_assert_uint_eq(world.drive->counters.blocks_rebuilt, 1);
	inline_finish_check(&world);
	ck_assert_ptr_nonnull(shelf_find(&world.drive->shelf, &draft->hash));
	ck_assert_uint_eq(world.blame_count, 0);
}
END_TEST

START_TEST(while_it_is_checked_nobody_is_asked)
{
	struct draft *draft = block_of_all(1);
	uint64_t base_ms = consensus_view_times(&world.drive->consensus).base_ms;

	have(0, TXS);
	propose_names(draft);
	inline_pass(&world, base_ms);
	for (uint16_t to = 1; to < 4; to++)
		ck_assert_uint_eq(sent_count(to, MESSAGE_GET_BLOCK) +
		                      sent_count(to, MESSAGE_GET_COMPACT), 0);
	must_hold(1);
	must_be_taken(draft);
}
END_TEST

START_TEST(with_the_peer_goes_what_was_awaited_of_him)
{
	struct draft *draft = block_of_all(1);

	have(0, 8);
	propose_names(draft);
	must_hold(1);
	cast(2, VOTE_NOTARIZE, 1, 0, &draft->hash);
	drive_on_disconnected(world.drive, 1);
	must_hold(0);
	inline_pass(&world, 200);
	ck_assert_uint_eq(sent_count(2, MESSAGE_GET_COMPACT), 1);
}
END_TEST

START_TEST(with_the_view_goes_a_block_that_nobody_wants_any_more)
{
	struct draft *draft = block_of_all(1), *second = block_of_all(2);

	have(0, 8);
	propose_names(draft);
	must_hold(1);
	/* View 2 is final; what was named in view 1 only is of no use. */
	give_up(1, 1);
	give_up(2, 1);
	give_up(3, 1);
	propose(second, 0);
	for (uint16_t i = 1; i < 4; i++)
		cast(i, VOTE_NOTARIZE, 2, 0, &second->hash);
	for (uint16_t i = 1; i < 4; i++)
		cast(i, VOTE_FINALIZE, 2, 0, &second->hash);
	inline_settle(&world);
	must_hold(0);
}
END_TEST

/* -- Bounds -------------------------------------------------------------------------------------- */

static struct draft *small_block(unsigned salt, uint64_t view)
{
	char value[8];

	snprintf(value, sizeof value, "%u", salt);
	return block_of(view, inline_append(&world, 13 + salt, value));
}

/* Two of one leader, and no third: the evidence of two is what counts. */
START_TEST(a_peer_has_as_many_as_he_may)
{
	for (unsigned i = 0; i < 3; i++) {
		have(i, 1);
		propose_names(small_block(i, 1 + 4 * (i / 2)));
	}
	must_hold(REBUILDS_OF_PEER_MAX);
}
END_TEST

/* -- Asked ------------------------------------------------------------------------------------------ */

/* A FINAL tells of the block; its names come, of two peers, and the first ones are used. */
START_TEST(a_certified_block_is_asked_for_by_names)
{
	struct draft *draft = block_of_all(1);
	struct message_block block = message_of(draft);

	have(0, TXS);
	for (uint16_t i = 1; i < 4; i++)
		cast(i, VOTE_NOTARIZE, 1, 0, &draft->hash);
	inline_pass(&world, 2);
	ck_assert_uint_eq(sent_count(1, MESSAGE_GET_COMPACT) +
	                      sent_count(2, MESSAGE_GET_COMPACT) +
	                      sent_count(3, MESSAGE_GET_COMPACT), 2);
	named_put_compact(&message, &draft->hash, &block, NULL);
	say(2);
	ck_assert_uint_eq(world.check_count, 1);
	named_put_compact(&message, &draft->hash, &block, NULL);
	say(1);
	ck_assert_uint_eq(world.check_count, 1);
	inline_finish_check(&world);
	ck_assert_ptr_nonnull(shelf_find(&world.drive->shelf, &draft->hash));
}
END_TEST

START_TEST(who_has_no_pool_asks_for_the_whole)
{
	struct draft *draft = block_of_all(1);

	for (uint16_t i = 1; i < 4; i++)
		cast(i, VOTE_NOTARIZE, 1, 0, &draft->hash);
	inline_pass(&world, 2);
	ck_assert_uint_eq(sent_count(1, MESSAGE_GET_COMPACT) +
	                      sent_count(2, MESSAGE_GET_COMPACT) +
	                      sent_count(3, MESSAGE_GET_COMPACT), 0);
	ck_assert_uint_eq(sent_count(1, MESSAGE_GET_BLOCK) + sent_count(2, MESSAGE_GET_BLOCK) +
	                      sent_count(3, MESSAGE_GET_BLOCK), 2);
}
END_TEST

/* -- Memory ---------------------------------------------------------------------------------------------- */

START_TEST(without_memory_the_names_are_lost_and_no_more)
{
	struct draft *draft = block_of_all(1);
	struct message_block block = message_of(draft);

	have(0, 8);
	for (uint16_t i = 1; i < 4; i++)
		cast(i, VOTE_NOTARIZE, 1, 0, &draft->hash);
	for (unsigned long nth = 1; sent_count(2, MESSAGE_GET_BLOCK_TXS) == 0; nth++) {
		ck_assert_uint_lt(nth, 100);
		must_hold(0);
		named_put_compact(&message, &draft->hash, &block, NULL);
		memory_fail_at(nth, 0);
		say(2);
		memory_fail_at(0, 0);
		ck_assert_int_eq(world.drive->status, STATUS_OK);
	}
	must_hold(1);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("drive_names");
	TCase *tests = tcase_create("drive_names");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, who_has_all_votes_without_a_question);
	tcase_add_test(tests, what_is_missing_is_asked_for_once_and_of_who_named_it);
	tcase_add_test(tests, who_lacks_most_asks_for_the_block_whole);
	tcase_add_test(tests, what_came_in_a_block_on_the_same_parent_is_here);
	tcase_add_test(tests, what_a_validator_sent_need_not_be_in_the_pool);
	tcase_add_test(tests, names_that_change_places_cost_the_whole_block_and_nobody_is_blamed);
	tcase_add_test(tests, a_name_that_stands_twice_is_asked_for_twice_and_nobody_is_blamed);
	tcase_add_test(tests, one_too_few_is_a_breach);
	tcase_add_test(tests, an_answer_to_another_question_is_passed_over_and_so_is_a_second_one);
	tcase_add_test(tests, an_answer_of_another_peer_is_passed_over);
	tcase_add_test(tests, who_says_nothing_costs_half_of_b_and_then_the_others_are_asked);
	tcase_add_test(tests,
	               a_question_is_asked_again_as_the_same_and_its_answer_counts_whenever_it_comes);
	tcase_add_test(tests, while_it_is_checked_nobody_is_asked);
	tcase_add_test(tests, with_the_peer_goes_what_was_awaited_of_him);
	tcase_add_test(tests, with_the_view_goes_a_block_that_nobody_wants_any_more);
	tcase_add_test(tests, a_peer_has_as_many_as_he_may);
	tcase_add_test(tests, a_certified_block_is_asked_for_by_names);
	tcase_add_test(tests, who_has_no_pool_asks_for_the_whole);
	tcase_add_test(tests, without_memory_the_names_are_lost_and_no_more);
	suite_add_tcase(suite, tests);
	return suite;
}
