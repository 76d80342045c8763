/* drive as one of four: what becomes of two votes by one validator that exclude each other. */
#include "tests/unit/drive/four.h"

static const struct hash ONE = {{1}}, OTHER = {{2}};

/* The leader of view 1, so that what waits gets into a block of ours. */
static void setup(void)
{
	four_begin(1);
}

static void lie(uint16_t signer, uint64_t view)
{
	cast(signer, VOTE_NOTARIZE, view, 0, &ONE);
	cast(signer, VOTE_NOTARIZE, view, 0, &OTHER);
}

static void put_evidence(uint16_t signer, uint64_t view)
{
	struct vote votes[2];

	votes[0] = vote_of(signer, VOTE_NOTARIZE, view, 0, &ONE);
	votes[1] = vote_of(signer, VOTE_NOTARIZE, view, 0, &OTHER);
	message_put_evidence(&message, votes);
}

static const struct accusation *accusation_of(uint16_t signer)
{
	return accused_find(&world.drive->accused, &world.keys[signer].public_key);
}

/* What we sent to be on the chain, decoded. */
static struct tx ingested(void)
{
	struct tx tx;

	ck_assert_int_eq(tx_decode(&tx, &world.ledger.network,
	                           bytes_view(world.ingested, world.ingested_size), NULL),
	                 VERDICT_GOOD);
	return tx;
}

/* Through the rules and into the pool, as the world does with it. */
static enum verdict admit(void)
{
	struct tx tx = ingested();

	return inline_submit(&world, &tx);
}

static void pass_seconds(unsigned count)
{
	while (count-- > 0) {
		inline_pass(&world, 1000);
		inline_forget_sent(&world);
		inline_settle(&world);
	}
}

/* A block of one transaction, made final by the others. */
static void make_final(const struct draft *draft)
{
	struct hash hash = draft->hash;
	uint64_t view = draft->header.view;

	for (enum vote_kind kind = VOTE_NOTARIZE; kind <= VOTE_FINALIZE; kind += 2) {
		cast(0, kind, view, 0, &hash);
		cast(2, kind, view, 0, &hash);
		cast(3, kind, view, 0, &hash);
	}
	inline_settle(&world);
}

/* -- Told ------------------------------------------------------------------------------ */

START_TEST(who_lies_is_named_once_to_every_peer_and_to_the_operator)
{
	for (uint64_t view = 1; view <= 5; view++)
		lie(2, view);
	ck_assert_uint_eq(world.evidence_count, 1);
	for (uint16_t to = 0; to < 4; to++)
		ck_assert_uint_eq(sent_count(to, MESSAGE_EVIDENCE), to == 1 ? 0 : 1);
	ck_assert(sent(0, MESSAGE_EVIDENCE, 0));
	ck_assert_uint_eq(world.message.evidence[0].signer, 2);
	ck_assert_uint_eq(world.message.evidence[1].signer, 2);
	ck_assert(ballots_contradict(&world.message.evidence[0].ballot,
	                             &world.message.evidence[1].ballot));
	lie(3, 1);
	ck_assert_uint_eq(world.evidence_count, 2);
	ck_assert_uint_eq(sent_count(0, MESSAGE_EVIDENCE), 2);
}
END_TEST

START_TEST(evidence_of_a_peer_is_checked_and_then_goes_the_same_way)
{
	put_evidence(2, 1);
	say(3);
	ck_assert_uint_eq(world.evidence_count, 0);
	ck_assert_uint_eq(sent_count(0, MESSAGE_EVIDENCE), 0);
	inline_finish_check(&world);
	ck_assert_uint_eq(world.evidence_count, 1);
	ck_assert_uint_eq(sent_count(0, MESSAGE_EVIDENCE), 1);
	ck_assert_uint_eq(world.ingest_count, 1);
	/* Known by now: not even its signatures are looked at. */
	put_evidence(2, 7);
	say(0);
	ck_assert_uint_eq(world.check_count, 0);
	ck_assert_uint_eq(world.blame_count, 0);
}
END_TEST

START_TEST(evidence_of_a_view_that_is_over_is_taken_too)
{
	struct draft *draft = block_of(2, inline_append(&world, 1, "a"));

	give_up(0, 1);
	give_up(2, 1);
	give_up(3, 1);
	propose(draft, 0);
	make_final(draft);
	ck_assert_uint_eq(world.drive->consensus.views.final_view, 2);
	put_evidence(2, 1);
	say(3);
	inline_finish_check(&world);
	ck_assert_uint_eq(world.evidence_count, 1);
	ck_assert_ptr_nonnull(accusation_of(2));
}
END_TEST

START_TEST(evidence_that_does_not_hold_is_blamed_on_who_brings_it)
{
	struct vote votes[2];

	/* A signature is not his. */
	votes[0] = vote_of(2, VOTE_NOTARIZE, 1, 0, &ONE);
	votes[1] = vote_of(2, VOTE_NOTARIZE, 1, 0, &OTHER);
	votes[1].signature.bytes[5] ^= 1;
	message_put_evidence(&message, votes);
	say(3);
	inline_finish_check(&world);
	ck_assert_uint_eq(world.blame_count, 1);
	/* They may both be cast. */
	votes[1] = vote_of(2, VOTE_NULLIFY, 1, 0, NULL);
	message_put_evidence(&message, votes);
	say(3);
	ck_assert_uint_eq(world.blame_count, 2);
	/* They are of two validators. */
	votes[1] = vote_of(0, VOTE_NOTARIZE, 1, 0, &OTHER);
	message_put_evidence(&message, votes);
	say(3);
	ck_assert_uint_eq(world.blame_count, 3);
	ck_assert_uint_eq(world.check_count, 0);
	ck_assert_uint_eq(world.evidence_count, 0);
	ck_assert_uint_eq(world.ingest_count, 0);
}
END_TEST

START_TEST(against_ourselves_is_a_matter_of_our_key)
{
	put_evidence(1, 1);
	say(3);
	inline_finish_check(&world);
	ck_assert_uint_eq(world.alarm_count, 1);
	ck_assert_uint_eq(world.evidence_count, 0);
	ck_assert_uint_eq(world.ingest_count, 0);
}
END_TEST

/* -- On the chain ----------------------------------------------------------------------- */

START_TEST(the_transaction_is_signed_by_the_key_for_it_and_good_by_the_rules)
{
	struct key_pair keys = ledger_fixture_keys(&world.ledger, INLINE_EVIDENCE_KEY);
	struct hash account = network_account_id(&world.ledger.network, &keys.public_key);
	struct operation operation;
	struct cursor in;
	struct tx tx;

	lie(2, 1);
	ck_assert_uint_eq(world.ingest_count, 1);
	tx = ingested();
	ck_assert(hash_equal(&tx.sender, &account));
	ck_assert_int_eq(tx_check_signature(&tx, NULL), VERDICT_GOOD);
	ck_assert_uint_eq(tx.operation_count, 1);
	in = tx_operations(&tx);
	ck_assert_int_eq(operation_get(&in, &operation), STATUS_OK);
	ck_assert_int_eq(operation.kind, OPERATION_evidence_submit);
	ck_assert_mem_eq(&operation.evidence_submit.vote_key, &world.keys[2].public_key,
	                 sizeof world.keys[2].public_key);
	ck_assert_int_eq(admit(), VERDICT_GOOD);
}
END_TEST

START_TEST(it_gets_into_a_block_and_then_nothing_more_is_sent)
{
	lie(2, 5);
	ck_assert_int_eq(admit(), VERDICT_GOOD);
	inline_pass(&world, 10);
	inline_finish_build(&world);
	ck_assert_uint_eq(world.drive->shelf.blocks->header.tx_count, 1);
	make_final(world.drive->shelf.blocks->draft);
	ck_assert_uint_eq(world.drive->counters.final, 1);
	ck_assert(accusation_of(2)->is_on_chain);
	pass_seconds(3600);
	ck_assert_uint_eq(world.ingest_count, 1);
	lie(2, world.drive->consensus.views.current);
	ck_assert_uint_eq(world.ingest_count, 1);
}
END_TEST

START_TEST(when_anothers_is_final_ours_waits_no_longer)
{
	struct draft *draft;

	lie(2, 5);
	ck_assert_int_eq(admit(), VERDICT_GOOD);
	ck_assert_uint_eq(world.drive->pool.waiting_count, 1);
	draft = block_of(2, ledger_fixture_tx_of(&world.ledger, 3,
	                                         (struct operation){
												 .kind = OPERATION_evidence_submit,
												 .evidence_submit = {
													 .vote_key = world.keys[2].public_key,
													 .first = accusation_of(2)->votes[0],
													 .second = accusation_of(2)->votes[1],
												 },
											 }));
	give_up(0, 1);
	give_up(2, 1);
	give_up(3, 1);
	propose(draft, 0);
	make_final(draft);
	ck_assert_uint_eq(world.drive->consensus.height, draft->header.height);
	ck_assert(accusation_of(2)->is_on_chain);
	ck_assert_uint_eq(HASH_COUNT(world.drive->pool.txs), 0);
	pass_seconds(3600);
	ck_assert_uint_eq(world.ingest_count, 1);
}
END_TEST

START_TEST(one_that_is_pending_is_not_sent_again)
{
	lie(2, 5);
	ck_assert_int_eq(admit(), VERDICT_GOOD);
	pass_seconds(600);
	ck_assert_uint_eq(world.ingest_count, 1);
}
END_TEST

START_TEST(one_that_was_lost_is_sent_again_ever_more_rarely)
{
	struct tx first, second;

	lie(2, 5);
	first = ingested();
	pass_seconds(12);
	ck_assert_uint_eq(world.ingest_count, 2);
	second = ingested();
	ck_assert(!hash_equal(&first.txid, &second.txid));
	pass_seconds(3600);
	ck_assert_uint_ge(world.ingest_count, 8);
	ck_assert_uint_le(world.ingest_count, 12);
	ck_assert_int_eq(admit(), VERDICT_GOOD);
}
END_TEST

START_TEST(who_only_follows_tells_others_and_sends_no_transaction)
{
	world.drive->consensus.epoch.self = NOBODY;
	lie(2, 5);
	ck_assert_uint_eq(world.evidence_count, 1);
	ck_assert_uint_eq(sent_count(0, MESSAGE_EVIDENCE), 1);
	pass_seconds(60);
	ck_assert_uint_eq(world.ingest_count, 0);
}
END_TEST

/* -- Bounds ------------------------------------------------------------------------------ */

START_TEST(of_many_keys_those_on_chain_are_forgotten_first_and_then_the_oldest)
{
	struct accused *accused = memory_new(sizeof *accused);
	struct public_key key = {{0}};

	for (unsigned i = 0; i < ACCUSED_MAX; i++) {
		put_be16(key.bytes, (uint16_t)i);
		accused_add(accused, &key)->is_on_chain = i == 7;
	}
	put_be16(key.bytes, 1000);
	accused_add(accused, &key);
	ck_assert_uint_eq(accused->count, ACCUSED_MAX);
	ck_assert_ptr_nonnull(accused_find(accused, &key));
	put_be16(key.bytes, 7);
	ck_assert_ptr_null(accused_find(accused, &key));
	accused_add(accused, &key);
	ck_assert_uint_eq(accused->count, ACCUSED_MAX);
	put_be16(key.bytes, 0);
	ck_assert_ptr_null(accused_find(accused, &key));
	put_be16(key.bytes, 1);
	ck_assert_ptr_nonnull(accused_find(accused, &key));
	memory_free(accused);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("drive_evidence");
	TCase *tests = tcase_create("evidence");

	tcase_add_checked_fixture(tests, setup, four_end);
	tcase_add_test(tests, who_lies_is_named_once_to_every_peer_and_to_the_operator);
	tcase_add_test(tests, evidence_of_a_peer_is_checked_and_then_goes_the_same_way);
	tcase_add_test(tests, evidence_of_a_view_that_is_over_is_taken_too);
	tcase_add_test(tests, evidence_that_does_not_hold_is_blamed_on_who_brings_it);
	tcase_add_test(tests, against_ourselves_is_a_matter_of_our_key);
	tcase_add_test(tests, the_transaction_is_signed_by_the_key_for_it_and_good_by_the_rules);
	tcase_add_test(tests, it_gets_into_a_block_and_then_nothing_more_is_sent);
	tcase_add_test(tests, when_anothers_is_final_ours_waits_no_longer);
	tcase_add_test(tests, one_that_is_pending_is_not_sent_again);
	tcase_add_test(tests, one_that_was_lost_is_sent_again_ever_more_rarely);
	tcase_add_test(tests, who_only_follows_tells_others_and_sends_no_transaction);
	tcase_add_test(tests, of_many_keys_those_on_chain_are_forgotten_first_and_then_the_oldest);
	suite_add_tcase(suite, tests);
	return suite;
}
