/* drive as one of four, after a restart and behind the others. */
#include "tests/unit/drive/four.h"

static struct certificate certificate;

static void setup(void)
{
	four_begin(0);
}

/* The same node once more, before its first turn: its disk has nothing but what is
 * loaded. */
static void begin_marked(struct vote_mark mark)
{
	struct drive_config *config = memory_new(sizeof *config);
	const struct ledger_tip *tip = &world.ledger.ledger.tip;

	drive_close(world.drive);
	config->consensus = (struct consensus_config){.validators_max = 4, .batch_ms = 2};
	config->start = (struct consensus_start){
		.epoch = world.epoch,
		.height = tip->header.height,
		.block = tip->hash,
		.time_ms = tip->header.time_ms,
		.mark = mark,
	};
	config->pool = (struct pool_limits){.txs_max = 100, .bytes_max = 1 << 20};
	config->network = &world.ledger.network;
	config->vote_key = world.keys[0].public_key;
	config->world = inline_functions(&world);
	ck_assert_int_eq(drive_init(world.drive, config, &world.moment, NULL), STATUS_OK);
	memory_free(config);
}

static void begin_again(void)
{
	begin_marked((struct vote_mark){0});
}

static void connect_all(void)
{
	for (uint16_t i = 1; i < 4; i++)
		drive_on_connected(world.drive, i, &world.keys[i].public_key, &world.moment);
}

static struct certificate certificate_by_others(const struct ballot *ballot)
{
	certificate = (struct certificate){.ballot = *ballot, .validator_count = 4};
	for (uint16_t i = 1; i < 4; i++) {
		certificate.signers[i] = true;
		certificate.signatures[i] = inline_signature(&world, i, ballot);
	}
	return certificate;
}

START_TEST(what_was_loaded_binds_and_is_told_again)
{
	struct draft *draft = block_of(1, inline_append(&world, 1, "a"));
	struct vote_record record = {
		.view = 1,
		.notarized = 1,
		.notarized_block = draft->hash,
	};
	struct vote vote = vote_of(1, VOTE_NOTARIZE, 1, 0, &draft->hash);

	begin_again();
	drive_load_record(world.drive, &record);
	certificate = certificate_by_others(&vote.ballot);
	drive_load_certificate(world.drive, &certificate);
	drive_load_block(world.drive, &draft->header, buffer_view(&draft->body));
	/* Once more is no more. */
	drive_load_block(world.drive, &draft->header, buffer_view(&draft->body));
	ck_assert_uint_eq(world.drive->mark.view, 1);
	drive_on_tick(world.drive, &world.moment);
	connect_all();
	ck_assert_uint_eq(world.drive->consensus.views.current, 2);
	ck_assert_uint_eq(world.execute_count, 1);
	inline_settle(&world);
	/* The vote of the record, and now that the block is executed the one behind it. */
	ck_assert_uint_gt(sent_count(1, MESSAGE_VOTE), 0);
	cast(1, VOTE_FINALIZE, 1, 0, &draft->hash);
	cast(2, VOTE_FINALIZE, 1, 0, &draft->hash);
	inline_settle(&world);
	ck_assert(hash_equal(&world.ledger.ledger.tip.hash, &draft->hash));
}
END_TEST

/* R7: its disk is new, and the mark outside it is old. */
START_TEST(a_floor_is_on_the_disk_before_anything_is_signed)
{
	begin_marked((struct vote_mark){.view = 3});
	drive_on_tick(world.drive, &world.moment);
	ck_assert_uint_eq(world.store_count, 1);
	ck_assert_uint_eq(world.stores[0]->record_count, 0);
	ck_assert_uint_eq(world.stores[0]->mark.view, 3);
	ck_assert_uint_eq(world.stores[0]->mark.floor_view, 3);
	inline_settle(&world);
}
END_TEST

/* The statuses of two come with the certificate that shows them; the third is in view 1. */
START_TEST(who_forgot_what_it_signed_asks_and_checks_what_it_is_shown)
{
	struct vote vote = vote_of(1, VOTE_NULLIFY, 1, 0, NULL);
	static uint8_t bytes[CERTIFICATE_SIZE_MAX];
	struct message_status status = {0};

	begin_marked((struct vote_mark){.recall = RECALL_LOST});
	drive_on_tick(world.drive, &world.moment);
	connect_all();
	ck_assert(consensus_is_forgetful(&world.drive->consensus));
	certificate = certificate_by_others(&vote.ballot);
	for (uint16_t from = 1; from < 4; from++) {
		struct writer out = writer_on(bytes, sizeof bytes);

		status.status.view = from == 3 ? 1 : 2;
		status.status.echo = world.drive->consensus.nonce;
		/* A forged one counts for nothing. */
		certificate.signatures[2].bytes[5] ^= from == 1;
		certificate_put(&out, &certificate);
		certificate.signatures[2].bytes[5] ^= from == 1;
		status.certificate = from == 3 ? bytes_view(NULL, 0)
		                               : bytes_view(bytes, sizeof bytes - out.left);
		message_put_status(&message, &status);
		say(from);
		inline_settle(&world);
	}
	ck_assert(consensus_is_forgetful(&world.drive->consensus));
	ck_assert_uint_eq(world.blame_count, 1);
	/* The same certificate is held by now and need not be checked again. */
	status.status.view = 2;
	status.certificate = consensus_certificate(&world.drive->consensus, 1, VOTE_NULLIFY);
	ck_assert_uint_gt(status.certificate.size, 0);
	message_put_status(&message, &status);
	say(1);
	inline_settle(&world);
	ck_assert(!consensus_is_forgetful(&world.drive->consensus));
	ck_assert_uint_eq(world.drive->mark.floor_view, 3);
	ck_assert_uint_eq(world.drive->mark.recall, RECALL_ASKED);
}
END_TEST

START_TEST(a_kept_block_that_is_damaged_is_left_out)
{
	struct draft *draft = block_of(1, inline_append(&world, 1, "a"));

	begin_again();
	draft->body.at[10] ^= 1;
	drive_load_block(world.drive, &draft->header, buffer_view(&draft->body));
	ck_assert_ptr_null(world.drive->shelf.blocks);
	ck_assert_int_eq(world.drive->status, STATUS_OK);
}
END_TEST

/* Headers of a block of view 1 with its own certificate, and its body. */
static void say_headers(uint16_t from, const struct draft *draft)
{
	static uint8_t bytes[CERTIFICATE_SIZE_MAX];
	uint8_t header[HEADER_SIZE];
	struct writer out = writer_on(bytes, sizeof bytes);
	struct vote vote = vote_of(1, VOTE_FINALIZE, 1, 0, &draft->hash);

	certificate = certificate_by_others(&vote.ballot);
	certificate_put(&out, &certificate);
	header_encode(header, &draft->header);
	message_put_headers(&message, &(struct message_headers){
		.from = draft->header.height,
		.count = 1,
		.headers = bytes_view(header, sizeof header),
		.certificate = bytes_view(bytes, sizeof bytes - out.left),
	});
	say(from);
}

static void say_body(uint16_t from, const struct draft *draft)
{
	struct message_bodies bodies = {.from = draft->header.height, .count = 1};

	bodies.blocks[0].body = buffer_view(&draft->body);
	message_put_bodies(&message, &bodies);
	say(from);
}

static void say_is_at(uint16_t from, uint64_t height)
{
	struct message_status status = {.status = {.height = height}};

	message_put_status(&message, &status);
	say(from);
}

/* Its block is not here: after a restart this node would be behind it again, and would have to
 * know what it signed in between. */
START_TEST(what_was_signed_up_to_the_final_view_stays_until_its_block_is_stored)
{
	struct draft *draft = block_of(1, inline_append(&world, 1, "a"));
	struct hash elsewhere = hash_of(text_view("not here"));
	struct vote vote = vote_of(1, VOTE_FINALIZE, 5, 4, &elsewhere);
	static uint8_t bytes[CERTIFICATE_SIZE_MAX];
	struct writer out = writer_on(bytes, sizeof bytes);

	certificate = certificate_by_others(&vote.ballot);
	certificate_put(&out, &certificate);
	message_put_certificate(&message, bytes_view(bytes, sizeof bytes - out.left));
	say(2);
	inline_settle(&world);
	ck_assert_uint_eq(world.drive->consensus.views.final_view, 5);
	say_is_at(2, 100);
	say_headers(2, draft);
	inline_finish_check(&world);
	say_body(2, draft);
	while (inline_commits(&world) == 0 && world.check_count > 0)
		inline_finish_check(&world);
	while (inline_commits(&world) == 0 && world.execute_count > 0)
		inline_finish_execute(&world);
	ck_assert_uint_eq(inline_commits(&world), 1);
	ck_assert_uint_eq(world.stores[world.store_count - 1]->forget_view, 1);
	inline_settle(&world);
}
END_TEST

START_TEST(what_expired_while_it_waited_is_told_and_leaves)
{
	struct operation append = make_append(&world.stream, "", "a");
	struct tx_draft draft = {
		.sender = world.ledger.accounts[1].id,
		.salt = 99,
		.valid_until_ms = world.moment.wall_ms + 3000,
		.operations = &append,
		.operation_count = 1,
	};
	const struct tx *tx =
		ledger_fixture_sign(&world.ledger, &draft, &world.ledger.accounts[1].keys);

	ck_assert_int_eq(inline_submit(&world, tx), VERDICT_GOOD);
	for (int i = 0; i < 11; i++) {
		inline_pass(&world, 1000);
		inline_forget_sent(&world);
	}
	ck_assert_uint_eq(world.outcome_count, 1);
	ck_assert_int_eq(world.outcomes[0].kind, TX_EXPIRED);
	ck_assert_uint_eq(world.drive->counters.expired, 1);
	ck_assert_ptr_nonnull(refused_find(&world.drive->refused, &tx->txid));
}
END_TEST

START_TEST(who_only_follows_is_a_peer_with_a_number_of_his_own)
{
	drive_on_connected(world.drive, 200, NULL, &world.moment);
	drive_on_connected(world.drive, 201, NULL, &world.moment);
	ck_assert_uint_ge(world.drive->peers[200].index, VALIDATORS_MAX);
	ck_assert_uint_ne(world.drive->peers[200].index, world.drive->peers[201].index);
	inline_forget_sent(&world);
	inline_pass(&world, 1300);
	ck_assert_uint_gt(sent_count(200, MESSAGE_STATUS), 0);
	inline_submit(&world, inline_append(&world, 1, "a"));
	ck_assert_uint_eq(sent_count(1, MESSAGE_TXS), 1);
	ck_assert_uint_eq(sent_count(200, MESSAGE_TXS), 0);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("drive_load");
	TCase *tests = tcase_create("load");

	tcase_add_checked_fixture(tests, setup, four_end);
	tcase_add_test(tests, what_was_loaded_binds_and_is_told_again);
	tcase_add_test(tests, a_floor_is_on_the_disk_before_anything_is_signed);
	tcase_add_test(tests, who_forgot_what_it_signed_asks_and_checks_what_it_is_shown);
	tcase_add_test(tests, a_kept_block_that_is_damaged_is_left_out);
	tcase_add_test(tests, what_was_signed_up_to_the_final_view_stays_until_its_block_is_stored);
	tcase_add_test(tests, what_expired_while_it_waited_is_told_and_leaves);
	tcase_add_test(tests, who_only_follows_is_a_peer_with_a_number_of_his_own);
	suite_add_tcase(suite, tests);
	return suite;
}
