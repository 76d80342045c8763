/* drive as one of four: what it says, when, and what it believes. */
#include "tests/unit/drive/four.h"

static struct certificate certificate;

/* A voter, whose turn comes in view 4. */
static void setup(void)
{
	four_begin(0);
}

/* -- Votes and the disk -------------------------------------------------------------- */

START_TEST(a_vote_leaves_when_its_record_and_block_are_stored_and_not_before)
{
	struct draft *draft = block_of(1, inline_append(&world, 1, "a"));

	propose(draft, 0);
	ck_assert_uint_eq(world.sign_count, 1);
	ck_assert_uint_eq(world.store_count, 1);
	ck_assert_uint_eq(world.stores[0]->record_count, 1);
	ck_assert_uint_eq(world.stores[0]->block_count, 1);
	ck_assert(hash_equal(&world.stores[0]->blocks[0].hash, &draft->hash));
	ck_assert_uint_eq(sent_count(1, MESSAGE_VOTE), 0);
	inline_pass(&world, 300);
	ck_assert_uint_eq(sent_count(1, MESSAGE_VOTE), 0);
	inline_finish_store(&world);
	for (uint16_t to = 1; to < 4; to++) {
		ck_assert(sent(to, MESSAGE_VOTE, 0));
		ck_assert_uint_eq(world.message.vote.signer, 0);
		ck_assert(hash_equal(&world.message.vote.ballot.block, &draft->hash));
		ck_assert(vote_is_valid(&world.message.vote, &world.epoch.validators,
		                        &world.ledger.network));
	}
}
END_TEST

/* Each view gives a record, and each record needs the disk. */
static void give_up_views(uint64_t first, uint64_t last)
{
	for (uint64_t view = first; view <= last; view++) {
		inline_pass(&world, 10);
		give_up(1, view);
		give_up(2, view);
		ck_assert_uint_eq(world.drive->consensus.views.current, view + 1);
	}
}

START_TEST(a_slow_disk_makes_the_jobs_larger_and_not_more)
{
	give_up_views(1, 6);
	ck_assert_uint_eq(world.sign_count, 6);
	ck_assert_uint_eq(world.store_count, STORE_JOBS_MAX);
	ck_assert_uint_eq(world.stores[0]->record_count, 1);
	inline_finish_store(&world);
	ck_assert_uint_eq(world.store_count, STORE_JOBS_MAX);
	ck_assert_uint_eq(world.stores[1]->record_count, 4);
	ck_assert_uint_eq(world.stores[1]->mark.view, 6);
	ck_assert_uint_eq(sent_count(1, MESSAGE_VOTE), 1);
	inline_finish_store(&world);
	ck_assert_uint_eq(sent_count(1, MESSAGE_VOTE), 2);
	inline_finish_store(&world);
	ck_assert_uint_eq(sent_count(1, MESSAGE_VOTE), 6);
	ck_assert(drive_is_idle(world.drive));
}
END_TEST

START_TEST(certificates_ride_along_and_cost_no_sync_of_their_own)
{
	give_up(1, 1);
	inline_pass(&world, 10);
	give_up(2, 1);
	ck_assert_uint_eq(world.store_count, 1);
	inline_finish_store(&world);
	/* Of a view that we never voted in. */
	for (uint16_t signer = 1; signer < 4; signer++)
		give_up(signer, 3);
	ck_assert(views_is_nullified(&world.drive->consensus.views, 3));
	ck_assert_uint_eq(world.store_count, 0);
	ck_assert(drive_is_idle(world.drive));
}
END_TEST

/* -- Transactions -------------------------------------------------------------------- */

START_TEST(
	what_is_in_a_notarized_block_waits_no_longer_and_waits_again_if_that_is_skipped)
{
	const struct tx *tx = inline_append(&world, 1, "a");
	struct draft *first = block_of(1, tx);
	struct draft *second = block_of(2, inline_append(&world, 2, "b"));

	inline_submit(&world, tx);
	ck_assert_uint_eq(world.drive->pool.waiting_count, 1);
	propose(first, 0);
	ck_assert_uint_eq(world.drive->pool.waiting_count, 1);
	cast(2, VOTE_NOTARIZE, 1, 0, &first->hash);
	ck_assert_uint_eq(world.drive->pool.waiting_count, 0);
	ck_assert_int_eq(pool_find(&world.drive->pool, &tx->txid)->place, POOL_PLACED);
	for (uint16_t signer = 1; signer < 4; signer++)
		give_up(signer, 1);
	propose(second, 0);
	cast(3, VOTE_NOTARIZE, 2, 0, &second->hash);
	ck_assert_uint_eq(world.drive->consensus.views.current, 3);
	ck_assert_int_eq(pool_find(&world.drive->pool, &tx->txid)->place, POOL_WAITING);
	ck_assert_uint_eq(world.drive->told.tx_count, 1);
}
END_TEST

START_TEST(a_clients_transaction_goes_to_every_validator_and_a_peers_does_not)
{
	const struct tx *tx = inline_append(&world, 1, "a");

	inline_submit(&world, tx);
	for (uint16_t to = 1; to < 4; to++) {
		ck_assert(sent(to, MESSAGE_TXS, 0));
		ck_assert_uint_eq(world.message.txs.left, body_entry_size(tx->bytes.size));
	}
	message_put_txs(&message, &tx->bytes, 1);
	say(2);
	ck_assert_uint_eq(world.ingest_count, 1);
	ck_assert_uint_eq(sent_count(3, MESSAGE_TXS), 1);
}
END_TEST

START_TEST(what_waits_is_shown_to_the_leader)
{
	inline_submit(&world, inline_append(&world, 1, "a"));
	inline_forget_sent(&world);
	inline_pass(&world, 25);
	ck_assert_uint_eq(sent_count(1, MESSAGE_TXS), 1);
	ck_assert_uint_eq(sent_count(2, MESSAGE_TXS), 0);
}
END_TEST

START_TEST(the_largest_transaction_is_shown_as_well)
{
	static char value[TX_SIZE_MAX + 1];
	const struct tx *tx;
	size_t rest;

	memset(value, 'v', 1000);
	rest = inline_append(&world, 1, value)->bytes.size - 1000;
	memset(value, 'v', TX_SIZE_MAX - rest);
	tx = inline_append(&world, 1, value);
	ck_assert_uint_eq(tx->bytes.size, TX_SIZE_MAX);
	ck_assert_int_eq(inline_submit(&world, tx), VERDICT_GOOD);
	inline_forget_sent(&world);
	inline_pass(&world, 25);
	ck_assert_uint_eq(sent_count(1, MESSAGE_TXS), 1);
}
END_TEST

/* -- Blame --------------------------------------------------------------------------- */

START_TEST(bytes_that_cannot_be_read_are_blamed)
{
	uint8_t nonsense = 99;

	buffer_append(&message, &nonsense, 1);
	say(1);
	ck_assert_uint_eq(world.blame_count, 1);
	ck_assert_uint_eq(world.drive->counters.blamed, 1);
}
END_TEST

START_TEST(a_bad_signature_is_blamed_and_not_believed)
{
	struct vote vote = vote_of(1, VOTE_NULLIFY, 1, 0, NULL);

	vote.signature.bytes[5] ^= 1;
	message_put_vote(&message, &vote);
	say(1);
	inline_finish_check(&world);
	ck_assert_uint_eq(world.blame_count, 1);
	ck_assert(!votes_has(&world.drive->consensus.votes, &vote.ballot, 1));
}
END_TEST

START_TEST(a_proposal_by_another_than_the_leader_is_blamed)
{
	struct draft *draft = block_of(1, inline_append(&world, 1, "a"));
	struct message_proposal proposal = {
		.vote = vote_of(2, VOTE_NOTARIZE, 1, 0, &draft->hash),
	};

	message_put_proposal(&message, &proposal);
	say(2);
	ck_assert_uint_eq(world.blame_count, 1);
	ck_assert_uint_eq(world.check_count, 0);
}
END_TEST

static void say_certificate(size_t signers, uint64_t epoch)
{
	static uint8_t bytes[CERTIFICATE_SIZE_MAX];
	struct writer out = writer_on(bytes, sizeof bytes);
	struct vote vote = vote_of(1, VOTE_NULLIFY, 1, 0, NULL);

	vote.ballot.epoch = epoch;
	certificate = (struct certificate){.ballot = vote.ballot, .validator_count = 4};
	for (size_t i = 0; i < signers; i++) {
		certificate.signers[3 - i] = true;
		certificate.signatures[3 - i] =
			inline_signature(&world, (uint16_t)(3 - i), &vote.ballot);
	}
	certificate_put(&out, &certificate);
	message_put_certificate(&message, bytes_view(bytes, sizeof bytes - out.left));
	say(3);
}

START_TEST(a_certificate_of_a_quorum_is_believed)
{
	say_certificate(3, 0);
	inline_finish_check(&world);
	ck_assert_uint_eq(world.drive->consensus.views.current, 2);
	/* Held now: it is not checked again. */
	say_certificate(3, 0);
	ck_assert_uint_eq(world.check_count, 0);
	ck_assert_uint_eq(world.blame_count, 0);
}
END_TEST

START_TEST(a_certificate_of_less_than_a_quorum_is_blamed)
{
	say_certificate(2, 0);
	ck_assert_uint_eq(world.blame_count, 1);
	ck_assert_uint_eq(world.check_count, 0);
	ck_assert_uint_eq(world.drive->consensus.views.current, 1);
}
END_TEST

START_TEST(a_certificate_of_another_epoch_is_passed_over)
{
	say_certificate(3, 1);
	ck_assert_uint_eq(world.blame_count, 0);
	ck_assert_uint_eq(world.check_count, 0);
}
END_TEST

START_TEST(a_peer_that_is_not_connected_is_not_heard)
{
	uint8_t nonsense = 99;

	drive_on_disconnected(world.drive, 1);
	buffer_append(&message, &nonsense, 1);
	say(1);
	ck_assert_uint_eq(world.blame_count, 0);
	inline_pass(&world, 3000);
	ck_assert_uint_eq(sent_count(1, MESSAGE_STATUS), 0);
	ck_assert_uint_gt(sent_count(2, MESSAGE_STATUS), 0);
}
END_TEST

START_TEST(two_votes_that_exclude_each_other_are_evidence)
{
	struct hash one = {{1}}, other = {{2}};

	cast(1, VOTE_NOTARIZE, 1, 0, &one);
	cast(1, VOTE_NOTARIZE, 1, 0, &other);
	ck_assert_uint_eq(world.evidence_count, 1);
}
END_TEST

START_TEST(evidence_of_a_peer_is_checked_and_handed_on)
{
	struct hash one = {{1}}, other = {{2}};
	struct vote votes[2];

	votes[0] = vote_of(1, VOTE_NOTARIZE, 1, 0, &one);
	votes[1] = vote_of(1, VOTE_NOTARIZE, 1, 0, &other);
	message_put_evidence(&message, votes);
	say(2);
	ck_assert_uint_eq(world.evidence_count, 0);
	inline_finish_check(&world);
	ck_assert_uint_eq(world.evidence_count, 1);
}
END_TEST

/* -- Bodies -------------------------------------------------------------------------- */

START_TEST(a_proposal_with_another_blocks_body_waits_for_its_own)
{
	struct draft *draft = block_of(1, inline_append(&world, 1, "a"));
	struct draft *other = block_of(1, inline_append(&world, 2, "b"));
	struct message_proposal proposal = {
		.vote = vote_of(1, VOTE_NOTARIZE, 1, 0, &draft->hash),
		.has_block = true,
		.block = {.header = draft->header, .body = buffer_view(&other->body)},
	};

	message_put_proposal(&message, &proposal);
	say(1);
	inline_finish_check(&world);
	ck_assert_uint_eq(world.execute_count, 0);
	ck_assert_ptr_null(shelf_find(&world.drive->shelf, &draft->hash));
	/* Asked for, it comes. */
	inline_pass(&world, 200);
	ck_assert(sent(1, MESSAGE_GET_BLOCK, 0));
	ck_assert(hash_equal(&world.message.get_block, &draft->hash));
	message_put_block(&message, &(struct message_block){
									.header = draft->header,
									.body = buffer_view(&draft->body),
								});
	say(1);
	inline_finish_check(&world);
	ck_assert_uint_eq(world.execute_count, 1);
}
END_TEST

START_TEST(a_block_with_a_bad_transaction_is_given_up_at_once)
{
	struct draft *draft;

	world.ledger.is_unsigned = true;
	draft = block_of(1, inline_append(&world, 1, "a"));
	propose(draft, 0);
	ck_assert_uint_eq(world.execute_count, 0);
	inline_pass(&world, 20);
	ck_assert_uint_eq(world.store_count, 1);
	ck_assert_uint_eq(world.stores[0]->records[0].nullified, 1);
	ck_assert_uint_eq(world.stores[0]->records[0].notarized, 0);
}
END_TEST

START_TEST(a_block_that_nobody_asked_for_is_not_looked_at)
{
	struct draft *draft = block_of(1, inline_append(&world, 1, "a"));

	message_put_block(&message, &(struct message_block){
									.header = draft->header,
									.body = buffer_view(&draft->body),
								});
	say(1);
	ck_assert_uint_eq(world.check_count, 0);
	ck_assert_ptr_null(world.drive->shelf.blocks);
}
END_TEST

/* -- Questions ----------------------------------------------------------------------- */

START_TEST(a_block_that_is_held_is_given_and_another_is_looked_for)
{
	struct draft *draft = block_of(1, inline_append(&world, 1, "a"));
	struct hash stranger = {{7}};

	propose(draft, 0);
	message_put_get_block(&message, &draft->hash);
	say(3);
	ck_assert(sent(3, MESSAGE_BLOCK, 0));
	ck_assert_uint_eq(world.message.block.body.size, draft->body.size);
	message_put_get_block(&message, &stranger);
	say(3);
	message_put_get_headers(&message, 1);
	say(3);
	ck_assert_uint_eq(world.read_count, 2);
	ck_assert(world.reads[0]->by_hash && hash_equal(&world.reads[0]->hash, &stranger));
	ck_assert(!world.reads[1]->by_hash && world.reads[1]->height == 1);
}
END_TEST

START_TEST(what_was_read_is_sent_to_who_asked_and_nothing_is_said_to_be_nothing)
{
	struct draft *draft = block_of(1, inline_append(&world, 1, "a"));

	for (int i = 0; i < 2; i++) {
		message_put_get_headers(&message, 1);
		say(3);
	}
	message_put_block(&world.reads[0]->answer, &(struct message_block){
												   .header = draft->header,
												   .body = buffer_view(&draft->body),
											   });
	drive_on_read(world.drive, world.reads[0], &world.moment);
	drive_on_read(world.drive, world.reads[1], &world.moment);
	world.read_count = 0;
	ck_assert_uint_eq(sent_count(3, MESSAGE_BLOCK), 1);
	ck_assert(sent(3, MESSAGE_HEADERS, 0));
	ck_assert_uint_eq(world.message.headers.from, 1);
	ck_assert_uint_eq(world.message.headers.count, 0);
	ck_assert_uint_eq(world.drive->read_count, 0);
}
END_TEST

/* -- Who left, and who came in his place ------------------------------------------------------- */

static void change_peer(uint16_t peer)
{
	drive_on_disconnected(world.drive, peer);
	drive_on_connected(world.drive, peer, NULL, &world.moment);
	inline_forget_sent(&world);
}

START_TEST(what_was_asked_for_by_who_left_is_no_answer_for_who_came)
{
	struct draft *draft = block_of(1, inline_append(&world, 1, "a"));

	message_put_get_headers(&message, 1);
	say(3);
	message_put_block(&world.reads[0]->answer, &(struct message_block){
												   .header = draft->header,
												   .body = buffer_view(&draft->body),
											   });
	change_peer(3);
	drive_on_read(world.drive, world.reads[0], &world.moment);
	world.read_count = 0;
	ck_assert_uint_eq(sent_count(3, MESSAGE_BLOCK), 0);
	ck_assert_uint_eq(world.drive->read_count, 0);
}
END_TEST

START_TEST(a_lie_of_who_left_is_not_laid_at_the_door_of_who_came)
{
	struct vote vote = vote_of(1, VOTE_NULLIFY, 1, 0, NULL);

	vote.signature.bytes[5] ^= 1;
	message_put_vote(&message, &vote);
	say(1);
	change_peer(1);
	inline_finish_check(&world);
	ck_assert_uint_eq(world.blame_count, 0);
	ck_assert(!votes_has(&world.drive->consensus.votes, &vote.ballot, 1));
}
END_TEST

START_TEST(a_vote_of_who_left_counts_and_his_proposal_does_not)
{
	struct vote vote = vote_of(2, VOTE_NULLIFY, 1, 0, NULL);

	message_put_vote(&message, &vote);
	say(2);
	change_peer(2);
	inline_finish_check(&world);
	ck_assert(votes_has(&world.drive->consensus.votes, &vote.ballot, 2));
	put_proposal(block_of(1, inline_append(&world, 1, "a")), 0);
	say(1);
	change_peer(1);
	inline_finish_check(&world);
	ck_assert_uint_eq(world.execute_count, 0);
	ck_assert_uint_eq(world.blame_count, 0);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("drive_four");
	TCase *tests = tcase_create("one of four");

	tcase_add_checked_fixture(tests, setup, four_end);
	tcase_add_test(tests, what_was_asked_for_by_who_left_is_no_answer_for_who_came);
	tcase_add_test(tests, a_lie_of_who_left_is_not_laid_at_the_door_of_who_came);
	tcase_add_test(tests, a_vote_of_who_left_counts_and_his_proposal_does_not);
	tcase_add_test(tests,
	               a_vote_leaves_when_its_record_and_block_are_stored_and_not_before);
	tcase_add_test(tests, a_slow_disk_makes_the_jobs_larger_and_not_more);
	tcase_add_test(tests, certificates_ride_along_and_cost_no_sync_of_their_own);
	tcase_add_test(
		tests,
		what_is_in_a_notarized_block_waits_no_longer_and_waits_again_if_that_is_skipped);
	tcase_add_test(tests,
	               a_clients_transaction_goes_to_every_validator_and_a_peers_does_not);
	tcase_add_test(tests, what_waits_is_shown_to_the_leader);
	tcase_add_test(tests, the_largest_transaction_is_shown_as_well);
	tcase_add_test(tests, bytes_that_cannot_be_read_are_blamed);
	tcase_add_test(tests, a_bad_signature_is_blamed_and_not_believed);
	tcase_add_test(tests, a_proposal_by_another_than_the_leader_is_blamed);
	tcase_add_test(tests, a_certificate_of_a_quorum_is_believed);
	tcase_add_test(tests, a_certificate_of_less_than_a_quorum_is_blamed);
	tcase_add_test(tests, a_certificate_of_another_epoch_is_passed_over);
	tcase_add_test(tests, a_peer_that_is_not_connected_is_not_heard);
	tcase_add_test(tests, two_votes_that_exclude_each_other_are_evidence);
	tcase_add_test(tests, evidence_of_a_peer_is_checked_and_handed_on);
	tcase_add_test(tests, a_proposal_with_another_blocks_body_waits_for_its_own);
	tcase_add_test(tests, a_block_with_a_bad_transaction_is_given_up_at_once);
	tcase_add_test(tests, a_block_that_nobody_asked_for_is_not_looked_at);
	tcase_add_test(tests, a_block_that_is_held_is_given_and_another_is_looked_for);
	tcase_add_test(tests, what_was_read_is_sent_to_who_asked_and_nothing_is_said_to_be_nothing);
	suite_add_tcase(suite, tests);
	return suite;
}
