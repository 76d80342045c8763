/* What may be signed after what, in each view by itself. */
#include "consensus/safety.h"
#include "tests/support/support.h"

enum { EPOCH = 3, FLOOR = 4 };

static struct safety safety;

static void setup(void)
{
	safety_start(&safety, EPOCH, FLOOR);
}

static struct ballot ballot_of(enum vote_kind kind, uint64_t epoch, uint64_t view,
                               uint8_t block)
{
	if (kind == VOTE_NULLIFY)
		return ballot_nullify(epoch, view);
	return (struct ballot){
		.kind = (uint8_t)kind,
		.epoch = epoch,
		.view = view,
		.parent_view = view - 1,
		.block = {{block}},
	};
}

static enum safety_answer ask(enum vote_kind kind, uint64_t view, uint8_t block)
{
	struct ballot ballot = ballot_of(kind, EPOCH, view, block);

	return safety_allow(&safety, &ballot);
}

/* The table of one view: what may be signed after what. */
START_TEST(in_one_view_each_vote_is_allowed_after_these_and_no_others)
{
	enum { NOTHING = 0 };
	static const struct {
		uint8_t first, second; /* signed before, 0: nothing */
		uint8_t vote;
		enum safety_answer answer;
	} TABLE[] = {
		{NOTHING, NOTHING, VOTE_NOTARIZE, SAFETY_NEW},
		{NOTHING, NOTHING, VOTE_NULLIFY, SAFETY_NEW},
		{NOTHING, NOTHING, VOTE_FINALIZE, SAFETY_NEW},
		{VOTE_NOTARIZE, NOTHING, VOTE_NOTARIZE, SAFETY_AGAIN},
		{VOTE_NOTARIZE, NOTHING, VOTE_FINALIZE, SAFETY_NEW},
		{VOTE_NOTARIZE, NOTHING, VOTE_NULLIFY, SAFETY_NEW},
		/* Notarizing after nullifying is safe, and keeps the view alive. */
		{VOTE_NULLIFY, NOTHING, VOTE_NOTARIZE, SAFETY_NEW},
		{VOTE_NULLIFY, NOTHING, VOTE_NULLIFY, SAFETY_AGAIN},
		/* The two that exclude each other. */
		{VOTE_NULLIFY, NOTHING, VOTE_FINALIZE, SAFETY_NO},
		{VOTE_FINALIZE, NOTHING, VOTE_NULLIFY, SAFETY_NO},
		{VOTE_FINALIZE, NOTHING, VOTE_FINALIZE, SAFETY_AGAIN},
		{VOTE_FINALIZE, NOTHING, VOTE_NOTARIZE, SAFETY_NEW},
		{VOTE_NOTARIZE, VOTE_FINALIZE, VOTE_NULLIFY, SAFETY_NO},
		{VOTE_NOTARIZE, VOTE_FINALIZE, VOTE_NOTARIZE, SAFETY_AGAIN},
		{VOTE_NOTARIZE, VOTE_NULLIFY, VOTE_FINALIZE, SAFETY_NO},
		{VOTE_NOTARIZE, VOTE_NULLIFY, VOTE_NULLIFY, SAFETY_AGAIN},
		{VOTE_NULLIFY, VOTE_NOTARIZE, VOTE_FINALIZE, SAFETY_NO},
		{VOTE_NULLIFY, VOTE_NOTARIZE, VOTE_NOTARIZE, SAFETY_AGAIN},
	};

	for (size_t i = 0; i < sizeof TABLE / sizeof TABLE[0]; i++) {
		const uint8_t before[2] = {TABLE[i].first, TABLE[i].second};

		setup();
		for (size_t j = 0; j < 2 && before[j]; j++)
			ck_assert_int_eq(ask((enum vote_kind)before[j], 5, 1), SAFETY_NEW);
		ck_assert_msg(ask((enum vote_kind)TABLE[i].vote, 5, 1) == TABLE[i].answer,
		              "row %zu", i);
	}
}
END_TEST

START_TEST(a_second_block_of_a_view_is_never_voted_for)
{
	ck_assert_int_eq(ask(VOTE_NOTARIZE, 5, 1), SAFETY_NEW);
	ck_assert_int_eq(ask(VOTE_NOTARIZE, 5, 2), SAFETY_NO);
	ck_assert_int_eq(ask(VOTE_FINALIZE, 5, 1), SAFETY_NEW);
	ck_assert_int_eq(ask(VOTE_FINALIZE, 5, 2), SAFETY_NO);
}
END_TEST

START_TEST(the_same_block_on_another_parent_is_another_vote)
{
	for (unsigned kind = VOTE_NOTARIZE; kind <= VOTE_FINALIZE; kind += 2) {
		struct ballot ballot = ballot_of((enum vote_kind)kind, EPOCH, 9, 1);

		ck_assert_int_eq(safety_allow(&safety, &ballot), SAFETY_NEW);
		ballot.parent_view--;
		ck_assert_int_eq(safety_allow(&safety, &ballot), SAFETY_NO);
	}
}
END_TEST

START_TEST(views_are_remembered_one_by_one)
{
	ck_assert_int_eq(ask(VOTE_NOTARIZE, 9, 1), SAFETY_NEW);
	ck_assert_int_eq(ask(VOTE_NOTARIZE, 5, 2), SAFETY_NEW);
	ck_assert_int_eq(ask(VOTE_NULLIFY, 7, 0), SAFETY_NEW);
	ck_assert_int_eq(ask(VOTE_NOTARIZE, 9, 2), SAFETY_NO);
	ck_assert_int_eq(ask(VOTE_NOTARIZE, 5, 1), SAFETY_NO);
	ck_assert_int_eq(ask(VOTE_FINALIZE, 7, 1), SAFETY_NO);
	/* Late, as when the body came after the view was over. */
	ck_assert_int_eq(ask(VOTE_FINALIZE, 5, 2), SAFETY_NEW);
}
END_TEST

START_TEST(nothing_is_signed_at_or_below_the_floor_or_beyond_what_is_remembered)
{
	for (unsigned kind = VOTE_NOTARIZE; kind <= VOTE_FINALIZE; kind++) {
		ck_assert_int_eq(ask((enum vote_kind)kind, FLOOR, 1), SAFETY_NO);
		ck_assert_int_eq(ask((enum vote_kind)kind, 1, 1), SAFETY_NO);
		ck_assert_int_eq(ask((enum vote_kind)kind, FLOOR + VIEWS_HELD_MAX + 1, 1),
		                 SAFETY_NO);
		ck_assert_int_eq(ask((enum vote_kind)kind, UINT64_MAX, 1), SAFETY_NO);
	}
	ck_assert_int_eq(ask(VOTE_NOTARIZE, FLOOR + 1, 1), SAFETY_NEW);
	ck_assert_int_eq(ask(VOTE_NOTARIZE, FLOOR + VIEWS_HELD_MAX, 1), SAFETY_NEW);
}
END_TEST

START_TEST(nothing_is_signed_in_another_epoch)
{
	for (unsigned kind = VOTE_NOTARIZE; kind <= VOTE_FINALIZE; kind++) {
		struct ballot early = ballot_of((enum vote_kind)kind, EPOCH - 1, 5, 1);
		struct ballot late = ballot_of((enum vote_kind)kind, EPOCH + 1, 5, 1);

		ck_assert_int_eq(safety_allow(&safety, &early), SAFETY_NO);
		ck_assert_int_eq(safety_allow(&safety, &late), SAFETY_NO);
	}
	ck_assert_ptr_null(safety_record(&safety, 5));
}
END_TEST

START_TEST(a_raised_floor_closes_the_views_below_and_never_sinks)
{
	ck_assert_int_eq(ask(VOTE_NOTARIZE, 10, 1), SAFETY_NEW);
	safety_raise_floor(&safety, 10);
	ck_assert_int_eq(ask(VOTE_FINALIZE, 10, 1), SAFETY_NO);
	ck_assert_ptr_null(safety_record(&safety, 10));
	safety_raise_floor(&safety, 6);
	ck_assert_int_eq(ask(VOTE_NOTARIZE, 10, 1), SAFETY_NO);
	ck_assert_int_eq(ask(VOTE_NOTARIZE, 11, 1), SAFETY_NEW);
}
END_TEST

/* Two views that share a place in memory are never both above the floor. */
START_TEST(a_view_that_takes_the_place_of_an_old_one_begins_with_nothing_signed)
{
	ck_assert_int_eq(ask(VOTE_NULLIFY, 5, 0), SAFETY_NEW);
	safety_raise_floor(&safety, 5);
	ck_assert_ptr_null(safety_record(&safety, 5 + VIEWS_HELD_MAX));
	ck_assert_int_eq(ask(VOTE_FINALIZE, 5 + VIEWS_HELD_MAX, 1), SAFETY_NEW);
	ck_assert_uint_eq(safety_record(&safety, 5 + VIEWS_HELD_MAX)->nullified, 0);
}
END_TEST

START_TEST(a_new_epoch_begins_with_nothing_signed)
{
	struct ballot ballot = ballot_of(VOTE_NOTARIZE, EPOCH + 1, 5, 2);

	ck_assert_int_eq(ask(VOTE_NOTARIZE, 5, 1), SAFETY_NEW);
	safety_start(&safety, EPOCH + 1, 0);
	ck_assert_ptr_null(safety_record(&safety, 5));
	ck_assert_int_eq(safety_allow(&safety, &ballot), SAFETY_NEW);
	ck_assert_int_eq(ask(VOTE_NOTARIZE, 6, 1), SAFETY_NO);
}
END_TEST

START_TEST(the_record_says_what_was_signed)
{
	const struct vote_record *record;

	ck_assert_ptr_null(safety_record(&safety, 5));
	ck_assert_int_eq(ask(VOTE_NOTARIZE, 5, 7), SAFETY_NEW);
	ck_assert_int_eq(ask(VOTE_FINALIZE, 5, 8), SAFETY_NEW);
	record = safety_record(&safety, 5);
	ck_assert_ptr_nonnull(record);
	ck_assert_uint_eq(record->epoch, EPOCH);
	ck_assert_uint_eq(record->view, 5);
	ck_assert_uint_eq(record->notarized, 1);
	ck_assert_uint_eq(record->notarized_parent, 4);
	ck_assert_uint_eq(record->notarized_block.bytes[0], 7);
	ck_assert_uint_eq(record->nullified, 0);
	ck_assert_uint_eq(record->finalized, 1);
	ck_assert_uint_eq(record->finalized_parent, 4);
	ck_assert_uint_eq(record->finalized_block.bytes[0], 8);
}
END_TEST

START_TEST(what_is_not_allowed_leaves_the_record_as_it_was)
{
	struct vote_record before;
	struct ballot nonsense = ballot_of(VOTE_NOTARIZE, EPOCH, 5, 3);

	ck_assert_int_eq(ask(VOTE_NOTARIZE, 5, 1), SAFETY_NEW);
	before = *safety_record(&safety, 5);
	ck_assert_int_eq(ask(VOTE_NOTARIZE, 5, 2), SAFETY_NO);
	for (unsigned kind = 0; kind < 256; kind++) {
		nonsense.kind = (uint8_t)kind;
		if (kind < VOTE_NOTARIZE || kind > VOTE_FINALIZE)
			ck_assert_int_eq(safety_allow(&safety, &nonsense), SAFETY_NO);
	}
	ck_assert_mem_eq(safety_record(&safety, 5), &before, sizeof before);
}
END_TEST

START_TEST(a_record_from_the_disk_binds)
{
	struct vote_record kept;

	ck_assert_int_eq(ask(VOTE_NOTARIZE, 6, 1), SAFETY_NEW);
	ck_assert_int_eq(ask(VOTE_FINALIZE, 6, 1), SAFETY_NEW);
	kept = *safety_record(&safety, 6);
	setup();
	safety_load(&safety, &kept);
	ck_assert_int_eq(ask(VOTE_NOTARIZE, 6, 2), SAFETY_NO);
	ck_assert_int_eq(ask(VOTE_NULLIFY, 6, 0), SAFETY_NO);
	ck_assert_int_eq(ask(VOTE_NOTARIZE, 6, 1), SAFETY_AGAIN);
	ck_assert_int_eq(ask(VOTE_NOTARIZE, 5, 2), SAFETY_NEW);
}
END_TEST

START_TEST(records_of_other_epochs_and_below_the_floor_are_passed_over)
{
	struct vote_record old = {.epoch = EPOCH - 1, .view = 6, .nullified = 1};
	struct vote_record low = {.epoch = EPOCH, .view = FLOOR, .nullified = 1};

	safety_load(&safety, &old);
	safety_load(&safety, &low);
	ck_assert_ptr_null(safety_record(&safety, 6));
	ck_assert_ptr_null(safety_record(&safety, FLOOR));
	ck_assert_int_eq(ask(VOTE_FINALIZE, 6, 1), SAFETY_NEW);
}
END_TEST

/* The final view that the floor rises to may be loaded behind it. */
START_TEST(a_record_beyond_what_is_remembered_raises_the_floor_and_binds)
{
	uint64_t far = FLOOR + 3 * VIEWS_HELD_MAX;
	struct vote_record near = {.epoch = EPOCH, .view = FLOOR + 1, .nullified = 1};
	struct vote_record record = {.epoch = EPOCH, .view = far, .nullified = 1};

	safety_load(&safety, &near);
	safety_load(&safety, &record);
	ck_assert_int_eq(ask(VOTE_FINALIZE, far, 1), SAFETY_NO);
	ck_assert_int_eq(ask(VOTE_FINALIZE, FLOOR + 1, 1), SAFETY_NO);
	ck_assert_int_eq(ask(VOTE_NULLIFY, far - VIEWS_HELD_MAX, 0), SAFETY_NO);
	ck_assert_int_eq(ask(VOTE_NULLIFY, far + 1, 0), SAFETY_NO);
	safety_raise_floor(&safety, far - 1);
	ck_assert_int_eq(ask(VOTE_FINALIZE, far, 1), SAFETY_NO);
	ck_assert_int_eq(ask(VOTE_FINALIZE, far + 1, 1), SAFETY_NEW);
}
END_TEST

START_TEST(a_record_gives_the_ballots_that_were_signed)
{
	struct ballot signed_ones[2] = {
		ballot_of(VOTE_NOTARIZE, EPOCH, 5, 1),
		ballot_of(VOTE_NULLIFY, EPOCH, 5, 0),
	};
	struct ballot final = ballot_of(VOTE_FINALIZE, EPOCH, 6, 2);
	struct ballot ballots[3];

	for (size_t i = 0; i < 2; i++)
		ck_assert_int_eq(safety_allow(&safety, &signed_ones[i]), SAFETY_NEW);
	ck_assert_uint_eq(vote_record_ballots(safety_record(&safety, 5), ballots), 2);
	for (size_t i = 0; i < 2; i++)
		ck_assert(ballot_equal(&ballots[i], &signed_ones[i]));
	ck_assert_int_eq(safety_allow(&safety, &final), SAFETY_NEW);
	ck_assert_uint_eq(vote_record_ballots(safety_record(&safety, 6), ballots), 1);
	ck_assert(ballot_equal(&ballots[0], &final));
}
END_TEST

START_TEST(ballots_are_equal_that_say_the_same_in_every_field)
{
	const struct ballot a = ballot_of(VOTE_NOTARIZE, EPOCH, 5, 1);
	struct ballot others[] = {a, a, a, a, a};

	ck_assert(ballot_equal(&a, &others[0]));
	others[0].kind = VOTE_FINALIZE;
	others[1].epoch++;
	others[2].view++;
	others[3].parent_view--;
	others[4].block.bytes[31] = 1;
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		ck_assert(!ballot_equal(&a, &others[i]));
}
END_TEST

START_TEST(a_record_reads_back_as_it_was_written)
{
	struct random random = random_from(3);
	struct vote_record record = {
		.epoch = random_u64(&random),
		.view = random_u64(&random),
		.notarized = 1,
		.notarized_parent = random_u64(&random),
		.notarized_block = random_hash(&random),
		.finalized = 1,
		.finalized_parent = random_u64(&random),
		.finalized_block = random_hash(&random),
	};
	struct vote_record back;
	uint8_t bytes[256];
	struct writer out = writer_on(bytes, sizeof bytes);
	size_t size = vote_record_size(&record);

	vote_record_put(&out, &record);
	ck_assert_uint_eq(size, 8 + 8 + 1 + 8 + 32 + 1 + 1 + 8 + 32);
	ck_assert_uint_eq(sizeof bytes - out.left, size);
	ck_assert_int_eq(vote_record_decode(&back, bytes_view(bytes, size)), STATUS_OK);
	ck_assert_uint_eq(back.view, record.view);
	ck_assert(hash_equal(&back.finalized_block, &record.finalized_block));
	for (size_t cut = 0; cut < size; cut++)
		ck_assert_int_eq(vote_record_decode(&back, bytes_view(bytes, cut)), STATUS_SHORT);
	ck_assert_int_eq(vote_record_decode(&back, bytes_view(bytes, size + 1)),
	                 STATUS_TRAILING);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("safety");
	TCase *tests = tcase_create("safety");

	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, in_one_view_each_vote_is_allowed_after_these_and_no_others);
	tcase_add_test(tests, a_second_block_of_a_view_is_never_voted_for);
	tcase_add_test(tests, the_same_block_on_another_parent_is_another_vote);
	tcase_add_test(tests, views_are_remembered_one_by_one);
	tcase_add_test(tests,
	               nothing_is_signed_at_or_below_the_floor_or_beyond_what_is_remembered);
	tcase_add_test(tests, nothing_is_signed_in_another_epoch);
	tcase_add_test(tests, a_raised_floor_closes_the_views_below_and_never_sinks);
	tcase_add_test(tests,
	               a_view_that_takes_the_place_of_an_old_one_begins_with_nothing_signed);
	tcase_add_test(tests, a_new_epoch_begins_with_nothing_signed);
	tcase_add_test(tests, the_record_says_what_was_signed);
	tcase_add_test(tests, what_is_not_allowed_leaves_the_record_as_it_was);
	tcase_add_test(tests, a_record_from_the_disk_binds);
	tcase_add_test(tests, records_of_other_epochs_and_below_the_floor_are_passed_over);
	tcase_add_test(tests,
	               a_record_beyond_what_is_remembered_raises_the_floor_and_binds);
	tcase_add_test(tests, a_record_gives_the_ballots_that_were_signed);
	tcase_add_test(tests, ballots_are_equal_that_say_the_same_in_every_field);
	tcase_add_test(tests, a_record_reads_back_as_it_was_written);
	suite_add_tcase(suite, tests);
	return suite;
}
