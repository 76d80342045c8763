/* drive as one of four that cosign: when it signs, what it believes of others, and that nobody
 * hears of a quorum before it is on the disk. */
#include "tests/unit/drive/four.h"

enum { FOLLOWER = 9 };

static struct cosigned cosigned;

static void setup(void)
{
	four_begin_as(0, true);
}

/* A block, stored as final. */
static void make_final(void)
{
	struct draft *draft = block_of(1, inline_append(&world, 1, "a"));

	propose(draft, 0);
	inline_settle(&world);
	for (uint16_t i = 1; i < 3; i++)
		cast(i, VOTE_NOTARIZE, 1, 0, &draft->hash);
	inline_settle(&world);
	for (uint16_t i = 1; i < 3; i++)
		cast(i, VOTE_FINALIZE, 1, 0, &draft->hash);
	/* Everything but what comes of the cosignatures. */
	while (inline_commits(&world) == 0)
		inline_finish_store(&world);
	inline_finish_store(&world);
	ck_assert(hash_equal(&world.ledger.ledger.tip.hash, &draft->hash));
}

/* The cosignature of a validator over the newest block, signed with the key of `key`. */
static void say_cosign(uint16_t from, size_t key, bool is_valid)
{
	const struct log_frontier *log = &world.ledger.ledger.tip.frontier;
	uint8_t seed[COSIGN_SEED_SIZE];
	struct buffer text;

	cosigned.point = (struct cosign_point){
		.size = log->size,
		.root = log_frontier_root(log),
	};
	cosigned.count = 1;
	buffer_init(&text, CHECKPOINT_TEXT_SIZE_MAX);
	cosign_point_text(&text, text_view(INLINE_ORIGIN), &cosigned.point);
	inline_cosign_seed(seed, key);
	ck_assert_int_eq(cosign_make(&cosigned.items[0], seed, 1234, buffer_view(&text)),
	                 STATUS_OK);
	cosigned.items[0].note_signature[5] ^= !is_valid;
	buffer_close(&text);
	message_put_cosign(&message, &cosigned);
	say(from);
	if (world.check_count > 0)
		inline_finish_check(&world);
}

/* The nth COSIGN or GET_COSIGN to this peer, into world.cosign_message. */
static bool sent_cosign(uint16_t to, enum cosign_message_kind kind, size_t n)
{
	for (size_t i = 0; i < world.sent_count; i++) {
		const struct inline_sent *one = &world.sent[i];

		if (one->to != to || one->bytes[0] != (uint8_t)kind || n-- > 0)
			continue;
		return cosign_message_decode(&world.cosign_message,
		                             bytes_view(one->bytes, one->size)) == STATUS_OK;
	}
	return false;
}

START_TEST(a_block_is_cosigned_when_it_is_stored_and_not_before)
{
	const struct cosigned *own = &world.cosign_message.cosigned;
	struct draft *draft = block_of(1, inline_append(&world, 1, "a"));
	struct buffer text;

	propose(draft, 0);
	inline_settle(&world);
	for (uint16_t i = 1; i < 3; i++)
		cast(i, VOTE_NOTARIZE, 1, 0, &draft->hash);
	inline_settle(&world);
	for (uint16_t i = 1; i < 3; i++)
		cast(i, VOTE_FINALIZE, 1, 0, &draft->hash);
	/* Final, and not stored. */
	ck_assert_uint_gt(inline_commits(&world), 0);
	ck_assert_uint_eq(world.cosign_count, 0);
	inline_finish_store(&world);
	ck_assert_uint_eq(world.cosign_count, 1);
	buffer_init(&text, CHECKPOINT_TEXT_SIZE_MAX);
	for (uint16_t to = 1; to < 4; to++) {
		ck_assert(sent_cosign(to, MESSAGE_COSIGN, 0));
		ck_assert_uint_eq(own->count, 1);
		ck_assert_uint_eq(own->point.size, draft->header.log_size + 1);
		buffer_clear(&text);
		cosign_point_text(&text, text_view(INLINE_ORIGIN), &own->point);
		ck_assert(cosign_is_valid(&own->items[0], buffer_view(&text)));
	}
	buffer_close(&text);
	ck_assert(!sent_cosign(1, MESSAGE_COSIGN, 1));
}
END_TEST

START_TEST(a_quorum_is_on_the_disk_before_anybody_hears_of_it)
{
	const struct keep_note *note;

	make_final();
	drive_on_connected(world.drive, FOLLOWER, NULL, &world.moment);
	say_cosign(1, 1, true);
	ck_assert_uint_eq(world.store_count, 0);
	say_cosign(2, 2, true);
	ck_assert_uint_eq(world.store_count, 1);
	ck_assert_uint_eq(world.stores[0]->note_count, 1);
	note = &world.stores[0]->notes[0];
	ck_assert_int_eq(note->kind, KEEP_CHECKPOINT);
	ck_assert_int_eq(cosigned_decode(&cosigned, note->bytes), STATUS_OK);
	ck_assert_uint_eq(cosigned.count, 3);
	ck_assert(!sent_cosign(FOLLOWER, MESSAGE_COSIGN, 0));
	inline_finish_store(&world);
	ck_assert(sent_cosign(FOLLOWER, MESSAGE_COSIGN, 0));
	ck_assert_uint_eq(world.cosign_message.cosigned.count, 3);
	/* Validators have them one by one. */
	ck_assert_uint_eq(world.blame_count, 0);
	ck_assert(!sent_cosign(1, MESSAGE_COSIGN, 1));
	/* The fourth comes too late to cost a check. */
	say_cosign(3, 3, true);
	ck_assert_uint_eq(world.store_count, 0);
}
END_TEST

START_TEST(who_connects_to_an_idle_chain_gets_the_newest)
{
	make_final();
	say_cosign(1, 1, true);
	say_cosign(2, 2, true);
	inline_settle(&world);
	drive_on_connected(world.drive, FOLLOWER, NULL, &world.moment);
	ck_assert(sent_cosign(FOLLOWER, MESSAGE_COSIGN, 0));
	ck_assert_uint_eq(world.cosign_message.cosigned.count, 3);
}
END_TEST

START_TEST(a_signature_that_is_none_is_blamed_and_does_not_count)
{
	make_final();
	say_cosign(1, 1, false);
	ck_assert_uint_eq(world.blame_count, 1);
	say_cosign(2, 2, true);
	ck_assert_uint_eq(world.store_count, 0);
	/* By a key that is no validator's: not even checked. */
	say_cosign(3, 77, true);
	ck_assert_uint_eq(world.blame_count, 2);
	ck_assert_uint_eq(world.check_count, 0);
	buffer_append(&message, "\x10\x00", 2);
	say(3);
	ck_assert_uint_eq(world.blame_count, 3);
	say_cosign(1, 1, true);
	ck_assert_uint_eq(world.store_count, 1);
}
END_TEST

START_TEST(who_misses_a_quorum_asks_and_a_question_is_answered)
{
	struct cosign_question question = {0};

	make_final();
	inline_forget_sent(&world);
	inline_pass(&world, COSIGN_ASK_MS + 50);
	ck_assert(sent_cosign(1, MESSAGE_GET_COSIGN, 0) ||
	          sent_cosign(2, MESSAGE_GET_COSIGN, 0) ||
	          sent_cosign(3, MESSAGE_GET_COSIGN, 0));
	message_put_get_cosign(&message, &question);
	say(2);
	ck_assert(sent_cosign(2, MESSAGE_COSIGN, 0));
	ck_assert_uint_eq(world.cosign_message.cosigned.count, 1);
	say_cosign(1, 1, true);
	say_cosign(3, 3, true);
	inline_settle(&world);
	message_put_get_cosign(&message, &question);
	say(2);
	ck_assert(sent_cosign(2, MESSAGE_COSIGN, 1));
	ck_assert_uint_eq(world.cosign_message.cosigned.count, 3);
}
END_TEST

START_TEST(seals_without_a_quorum_are_searched_for_at_the_start)
{
	struct missing_seals *missing;

	inline_pass(&world, 10);
	ck_assert_uint_eq(world.read_count, 1);
	missing = world.reads[0]->missing;
	ck_assert_ptr_nonnull(missing);
	missing->count = 1;
	missing->items[0].set = world.epoch.validators;
	missing->items[0].quorum = 3;
	missing->items[0].point = (struct cosign_point){.epoch = UINT64_MAX - 1, .size = 5};
	world.read_count = 0;
	drive_on_read(world.drive, world.reads[0], &world.moment);
	/* We were one of its validators: our part is said again. */
	ck_assert(sent_cosign(1, MESSAGE_COSIGN, 0));
	ck_assert_uint_eq(world.cosign_message.cosigned.point.size, 5);
	inline_pass(&world, 100);
	ck_assert_uint_eq(world.read_count, 0);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("drive_cosign");
	TCase *tests = tcase_create("drive_cosign");

	tcase_add_checked_fixture(tests, setup, four_end);
	tcase_add_test(tests, a_block_is_cosigned_when_it_is_stored_and_not_before);
	tcase_add_test(tests, a_quorum_is_on_the_disk_before_anybody_hears_of_it);
	tcase_add_test(tests, who_connects_to_an_idle_chain_gets_the_newest);
	tcase_add_test(tests, a_signature_that_is_none_is_blamed_and_does_not_count);
	tcase_add_test(tests, who_misses_a_quorum_asks_and_a_question_is_answered);
	tcase_add_test(tests, seals_without_a_quorum_are_searched_for_at_the_start);
	suite_add_tcase(suite, tests);
	return suite;
}
