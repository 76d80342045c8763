/* drive catches up: headers of one peer, bodies of several, and what becomes of lies; and gives both
 * to who is behind. */
#include "tests/unit/drive/four.h"

enum { BLOCKS = 6, PORTION = 2 };

static struct inline_world ahead; /* the ledger of the others */
static struct draft *chain[BLOCKS];
static uint64_t first; /* height of chain[0] */

static void setup(void)
{
	four_begin(0);
	world.drive->sync.portion_blocks_max = PORTION;
	inline_world_init(&ahead, NULL, 100, 4, 0);
	first = ahead.ledger.ledger.tip.header.height + 1;
	for (size_t i = 0; i < BLOCKS; i++) {
		char value[2] = {(char)('a' + i), 0};
		const struct tx *tx = inline_append(&ahead, 1, value);
		struct draft *draft = ledger_fixture_draft(&ahead.ledger, NULL);
		struct block_plan plan = {
			.view = i + 1,
			.proposer = epoch_leader(&ahead.epoch, i + 1),
			.time_ms = draft->header.time_ms,
		};

		ck_assert_int_eq(ledger_fixture_add(&ahead.ledger, draft, tx), VERDICT_GOOD);
		ck_assert_int_eq(block_seal(draft, &plan, NULL), STATUS_OK);
		memory_ledger_commit(&ahead.ledger.ledger, draft);
		chain[i] = draft;
	}
}

static void end(void)
{
	for (size_t i = 0; i < BLOCKS; i++)
		draft_free(chain[i]);
	inline_world_close(&ahead);
	four_end();
}

/* -- What the others say ----------------------------------------------------------------------- */

static void say_is_at(uint16_t from, uint64_t height)
{
	message_put_status(&message,
	                   &(struct message_status){.status = {.height = height, .view = 1}});
	say(from);
}

static struct certificate final_of(size_t index)
{
	struct certificate certificate = {.validator_count = 4};

	certificate.ballot = (struct ballot){
		.kind = VOTE_FINALIZE,
		.view = index + 1,
		.parent_view = index,
		.block = chain[index]->hash,
	};
	for (uint16_t i = 1; i < 4; i++) {
		certificate.signers[i] = true;
		certificate.signatures[i] = inline_signature(&world, i, &certificate.ballot);
	}
	return certificate;
}

/* The whole chain, in this order; of the last one the certificate. */
static void say_headers(uint16_t from, const size_t order[BLOCKS],
                        const struct certificate *certificate)
{
	uint8_t headers[BLOCKS * HEADER_SIZE];
	static uint8_t bytes[CERTIFICATE_SIZE_MAX];
	struct writer out = writer_on(bytes, sizeof bytes);

	for (size_t i = 0; i < BLOCKS; i++)
		header_encode(&headers[i * HEADER_SIZE], &chain[order[i]]->header);
	certificate_put(&out, certificate);
	message_put_headers(&message, &(struct message_headers){
		.from = first,
		.count = BLOCKS,
		.headers = bytes_view(headers, sizeof headers),
		.certificate = bytes_view(bytes, sizeof bytes - out.left),
	});
	say(from);
}

static const size_t IN_ORDER[BLOCKS] = {0, 1, 2, 3, 4, 5};

static void say_right_headers(uint16_t from)
{
	struct certificate certificate = final_of(BLOCKS - 1);

	say_headers(from, IN_ORDER, &certificate);
}

/* The bodies of two blocks, in answer to the question for the first of the portion. */
static void say_bodies(uint16_t from, size_t portion, size_t a, size_t b)
{
	struct message_bodies bodies = {.from = first + portion * PORTION, .count = PORTION};

	bodies.blocks[0].body = buffer_view(&chain[a]->body);
	bodies.blocks[1].body = buffer_view(&chain[b]->body);
	message_put_bodies(&message, &bodies);
	say(from);
}

static void say_right_bodies(uint16_t from, size_t portion)
{
	say_bodies(from, portion, portion * PORTION, portion * PORTION + 1);
}

/* Peer 2 says that he is ahead, is asked for headers, and gives them. */
static void begin_catching_up(void)
{
	say_is_at(2, first + BLOCKS - 1);
	ck_assert(sent(2, MESSAGE_GET_HEADERS, 0));
	ck_assert_uint_eq(world.message.get_headers, first);
	say_right_headers(2);
	inline_finish_check(&world);
}

/* The peer who was asked for the portion last; 0: nobody. */
static uint16_t asked_for(size_t portion)
{
	uint16_t found = 0;

	for (size_t i = 0; i < world.sent_count; i++) {
		const struct inline_sent *one = &world.sent[i];

		if (one->bytes[0] != MESSAGE_GET_BODIES)
			continue;
		ck_assert_int_eq(message_decode(&world.message, bytes_view(one->bytes, one->size)),
		                 STATUS_OK);
		ck_assert_uint_eq(world.message.get_bodies.count, PORTION);
		if (world.message.get_bodies.from == first + portion * PORTION)
			found = one->to;
	}
	return found;
}

static bool has_caught_up(void)
{
	inline_settle(&world);
	return hash_equal(&world.ledger.ledger.tip.hash, &chain[BLOCKS - 1]->hash);
}

/* -- Catching up -------------------------------------------------------------------------------- */

START_TEST(bodies_of_several_peers_are_committed_in_their_order)
{
	begin_catching_up();
	ck_assert_uint_eq(asked_for(0), 2);
	ck_assert_uint_eq(asked_for(1), 2);
	ck_assert_uint_eq(asked_for(2), 0); /* he has enough to do */
	say_is_at(3, first + BLOCKS - 1);
	ck_assert_uint_eq(asked_for(2), 3);
	say_right_bodies(3, 2);
	say_right_bodies(2, 1);
	inline_settle(&world);
	ck_assert_uint_eq(world.ledger.ledger.tip.header.height, first - 1);
	say_right_bodies(2, 0);
	ck_assert(has_caught_up());
	ck_assert_ptr_null(world.drive->shelf.blocks);
	ck_assert_uint_eq(world.drive->sync.batch_count, 0);
	ck_assert_uint_eq(world.drive->sync.applied, first + BLOCKS - 1);
	ck_assert_uint_eq(world.blame_count, 0);
	/* It is not asked for in any other way. */
	for (uint16_t peer = 1; peer < 4; peer++)
		ck_assert_uint_eq(sent_count(peer, MESSAGE_GET_BLOCK), 0);
}
END_TEST

START_TEST(what_nobody_was_asked_for_is_passed_over)
{
	say_right_headers(2);
	say_right_bodies(2, 0);
	ck_assert_uint_eq(world.check_count, 0);
	say_is_at(2, first + BLOCKS - 1);
	say_right_headers(3); /* another was asked */
	ck_assert_uint_eq(world.check_count, 0);
	say_right_headers(2);
	say_right_headers(2); /* twice */
	ck_assert_uint_eq(world.check_count, 1);
	ck_assert_uint_eq(world.blame_count, 0);
}
END_TEST

/* Loops over: in another order, with a gap, with another block's certificate, with one that is not
 * final, with a signature that is not valid. */
START_TEST(headers_that_no_honest_node_sends_are_blamed_and_asked_of_another)
{
	static const size_t TURNED[BLOCKS] = {0, 2, 1, 3, 4, 5}, GAP[BLOCKS] = {0, 1, 2, 4, 5, 5};
	const size_t *order = _i == 0 ? TURNED : _i == 1 ? GAP : IN_ORDER;
	struct certificate certificate = final_of(_i == 2 ? BLOCKS - 2 : BLOCKS - 1);

	if (_i == 3) {
		certificate.ballot.kind = VOTE_NOTARIZE;
		for (uint16_t i = 1; i < 4; i++)
			certificate.signatures[i] =
				inline_signature(&world, i, &certificate.ballot);
	}
	certificate.signatures[2].bytes[7] ^= _i == 4;
	say_is_at(2, first + BLOCKS - 1);
	say_is_at(3, first + BLOCKS - 1);
	say_headers(2, order, &certificate);
	inline_settle(&world);
	ck_assert_uint_eq(world.blame_count, 1);
	ck_assert_uint_eq(world.drive->sync.verified, first - 1);
	inline_pass(&world, 1);
	ck_assert_uint_eq(sent_count(3, MESSAGE_GET_HEADERS), 1);
	say_right_headers(3);
	inline_finish_check(&world);
	ck_assert_uint_eq(world.drive->sync.verified, first + BLOCKS - 1);
}
END_TEST

/* Loops over: of other sizes, of other blocks with the same sizes. */
START_TEST(bodies_of_other_blocks_are_blamed_and_asked_of_another)
{
	begin_catching_up();
	say_is_at(3, first + BLOCKS - 1);
	if (_i == 0) {
		chain[1]->body.size--;
		say_right_bodies(2, 0);
		chain[1]->body.size++;
	} else {
		say_bodies(2, 0, 0, 2);
		ck_assert_uint_eq(world.blame_count, 0);
		inline_finish_check(&world);
	}
	ck_assert_uint_eq(world.blame_count, 1);
	ck_assert_uint_eq(asked_for(0), 3);
	say_right_bodies(3, 0);
	ck_assert_uint_eq(asked_for(1), 3);
	say_right_bodies(3, 1);
	say_right_bodies(3, 2);
	ck_assert(has_caught_up());
	ck_assert_uint_eq(world.blame_count, 1);
}
END_TEST

/* Portions are cut anew in a new epoch, and when headers come anew. */
START_TEST(an_answer_to_an_older_question_is_passed_over)
{
	struct message_bodies bodies = {.from = first, .count = 1};

	begin_catching_up();
	bodies.blocks[0].body = buffer_view(&chain[0]->body);
	message_put_bodies(&message, &bodies);
	say(2);
	ck_assert_uint_eq(world.blame_count, 0);
	ck_assert_uint_eq(world.check_count, 0);
	say_right_bodies(2, 0);
	ck_assert_uint_eq(world.check_count, 1);
}
END_TEST

START_TEST(who_has_nothing_is_not_blamed)
{
	say_is_at(2, first + BLOCKS - 1);
	message_put_headers(&message, &(struct message_headers){.from = first});
	say(2);
	say_is_at(3, first + BLOCKS - 1);
	ck_assert_uint_eq(sent_count(3, MESSAGE_GET_HEADERS), 1);
	say_right_headers(3);
	inline_finish_check(&world);
	ck_assert_uint_eq(asked_for(0), 3);
	message_put_bodies(&message, &(struct message_bodies){.from = first});
	say(3);
	inline_pass(&world, SYNC_BUSY_MS + 250);
	ck_assert_uint_eq(asked_for(0), 2);
	ck_assert_uint_eq(world.blame_count, 0);
}
END_TEST

/* Who was silent is not asked again first, and what he says in the end is taken. */
START_TEST(who_is_silent_is_asked_for_nothing_more_and_may_still_answer)
{
	begin_catching_up();
	say_is_at(3, first + BLOCKS - 1);
	for (int i = 0; i < 18; i++)
		inline_pass(&world, 250);
	ck_assert_uint_eq(asked_for(0), 3);
	ck_assert_uint_gt(world.drive->sync.peers[2].failed_ms, 0);
	say_right_bodies(3, 2);
	ck_assert_uint_eq(asked_for(1), 3);
	say_right_bodies(2, 0);
	say_right_bodies(3, 1);
	ck_assert(has_caught_up());
	ck_assert_uint_eq(world.blame_count, 0);
}
END_TEST

START_TEST(who_leaves_is_replaced_and_his_bodies_are_checked_all_the_same)
{
	begin_catching_up();
	say_is_at(3, first + BLOCKS - 1);
	say_right_bodies(2, 0);
	drive_on_disconnected(world.drive, 2);
	inline_pass(&world, 300);
	ck_assert_uint_eq(asked_for(1), 3);
	say_right_bodies(3, 2);
	say_right_bodies(3, 1);
	ck_assert(has_caught_up());
}
END_TEST

/* Blocks come in the ordinary way at the same time; what of the portion is left is used. */
START_TEST(a_portion_that_is_half_committed_is_used_for_the_rest)
{
	struct certificate certificate = final_of(0);

	begin_catching_up();
	say_is_at(3, first + BLOCKS - 1);
	propose(chain[0], 0);
	for (uint16_t i = 1; i < 4; i++)
		cast(i, VOTE_FINALIZE, 1, 0, &certificate.ballot.block);
	inline_settle(&world);
	ck_assert_uint_eq(world.ledger.ledger.tip.header.height, first);
	for (size_t portion = 0; portion < 3; portion++)
		say_right_bodies(2, portion);
	ck_assert(has_caught_up());
}
END_TEST

/* A portion that has begun is brought to its end; the next is not begun. */
START_TEST(who_stops_is_idle_when_what_it_executes_is_stored)
{
	begin_catching_up();
	say_right_bodies(2, 0);
	say_right_bodies(2, 1);
	inline_finish_check(&world);
	ck_assert_uint_eq(world.execute_count, 1);
	drive_stop(world.drive);
	ck_assert(!drive_is_idle(world.drive));
	inline_finish_check(&world);
	while (!drive_is_idle(world.drive)) {
		if (world.execute_count > 0)
			inline_finish_execute(&world);
		else
			inline_finish_store(&world);
	}
	ck_assert_uint_eq(world.execute_count, 0);
	ck_assert_uint_eq(world.ledger.ledger.tip.header.height, first + PORTION - 1);
}
END_TEST

/* -- Giving --------------------------------------------------------------------------------------- */

static void ask_for_bodies(uint16_t from, uint64_t height)
{
	message_put_get_bodies(&message, &(struct message_get_bodies){height, 5});
	say(from);
}

START_TEST(one_who_asks_for_much_is_told_that_there_is_no_time)
{
	for (uint64_t i = 1; i <= 4; i++)
		ask_for_bodies(3, i);
	ck_assert_uint_eq(world.read_count, 4);
	ck_assert_uint_eq(world.reads[0]->body_count, 5);
	ck_assert_uint_eq(sent_count(3, MESSAGE_BODIES), 0);
	ask_for_bodies(3, 77);
	ck_assert_uint_eq(world.read_count, 4);
	ck_assert(sent(3, MESSAGE_BODIES, 0));
	ck_assert_uint_eq(world.message.bodies.from, 77);
	ck_assert_uint_eq(world.message.bodies.count, 0);
	/* There is still time for others. */
	ask_for_bodies(2, 1);
	ck_assert_uint_eq(world.read_count, 5);
	/* And for him, when one is done; of what is not there he is told. */
	drive_on_read(world.drive, world.reads[0], &world.moment);
	memmove(world.reads, world.reads + 1, --world.read_count * sizeof *world.reads);
	ck_assert(sent(3, MESSAGE_BODIES, 1));
	ck_assert_uint_eq(world.message.bodies.from, 1);
	ask_for_bodies(3, 1);
	ck_assert_uint_eq(world.read_count, 5);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("drive_catchup");
	TCase *tests = tcase_create("catchup");

	tcase_add_checked_fixture(tests, setup, end);
	tcase_add_test(tests, bodies_of_several_peers_are_committed_in_their_order);
	tcase_add_test(tests, what_nobody_was_asked_for_is_passed_over);
	tcase_add_loop_test(tests, headers_that_no_honest_node_sends_are_blamed_and_asked_of_another,
	                    0, 5);
	tcase_add_loop_test(tests, bodies_of_other_blocks_are_blamed_and_asked_of_another, 0, 2);
	tcase_add_test(tests, an_answer_to_an_older_question_is_passed_over);
	tcase_add_test(tests, who_has_nothing_is_not_blamed);
	tcase_add_test(tests, who_is_silent_is_asked_for_nothing_more_and_may_still_answer);
	tcase_add_test(tests, who_leaves_is_replaced_and_his_bodies_are_checked_all_the_same);
	tcase_add_test(tests, a_portion_that_is_half_committed_is_used_for_the_rest);
	tcase_add_test(tests, who_stops_is_idle_when_what_it_executes_is_stored);
	tcase_add_test(tests, one_who_asks_for_much_is_told_that_there_is_no_time);
	suite_add_tcase(suite, tests);
	return suite;
}
