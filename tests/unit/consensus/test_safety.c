#include "consensus/safety.h"
#include "tests/support/support.h"

static struct safety safety;

static void setup(void)
{
	static const struct vote_record nothing;

	safety_init(&safety, &nothing);
}

static struct ballot ballot_of(enum vote_kind kind, uint64_t epoch, uint64_t view,
                               uint8_t block)
{
	struct ballot ballot = {
		.kind = (uint8_t)kind,
		.epoch = epoch,
		.view = view,
		.parent_view = view - 1,
		.block = {{block}},
	};

	if (kind == VOTE_NULLIFY) {
		ballot.parent_view = UINT64_MAX;
		ballot.block = (struct hash){{0}};
	}
	return ballot;
}

static bool allow(enum vote_kind kind, uint64_t epoch, uint64_t view, uint8_t block)
{
	struct ballot ballot = ballot_of(kind, epoch, view, block);

	return safety_allow(&safety, &ballot);
}

/* The table of one view: what may be signed after what. */
START_TEST(in_one_view_each_vote_is_allowed_after_these_and_no_others)
{
	enum { NOTHING = 0 };
	static const struct {
		uint8_t first, second, third; /* signed before, 0: nothing */
		uint8_t vote;
		bool allowed;
	} TABLE[] = {
		{NOTHING, NOTHING, NOTHING, VOTE_NOTARIZE, true},
		{NOTHING, NOTHING, NOTHING, VOTE_NULLIFY, true},
		{NOTHING, NOTHING, NOTHING, VOTE_FINALIZE, true},
		/* One block a view, even the same once more. */
		{VOTE_NOTARIZE, NOTHING, NOTHING, VOTE_NOTARIZE, false},
		{VOTE_NOTARIZE, NOTHING, NOTHING, VOTE_FINALIZE, true},
		{VOTE_NOTARIZE, NOTHING, NOTHING, VOTE_NULLIFY, true},
		/* Notarizing after nullifying is safe, and keeps the view alive. */
		{VOTE_NULLIFY, NOTHING, NOTHING, VOTE_NOTARIZE, true},
		{VOTE_NULLIFY, NOTHING, NOTHING, VOTE_NULLIFY, true},
		/* The two that exclude each other. */
		{VOTE_NULLIFY, NOTHING, NOTHING, VOTE_FINALIZE, false},
		{VOTE_FINALIZE, NOTHING, NOTHING, VOTE_NULLIFY, false},
		{VOTE_FINALIZE, NOTHING, NOTHING, VOTE_FINALIZE, false},
		{VOTE_FINALIZE, NOTHING, NOTHING, VOTE_NOTARIZE, true},
		{VOTE_NOTARIZE, VOTE_FINALIZE, NOTHING, VOTE_NULLIFY, false},
		{VOTE_NOTARIZE, VOTE_NULLIFY, NOTHING, VOTE_FINALIZE, false},
		{VOTE_NULLIFY, VOTE_NOTARIZE, NOTHING, VOTE_FINALIZE, false},
		{VOTE_NULLIFY, VOTE_NOTARIZE, NOTHING, VOTE_NOTARIZE, false},
		{VOTE_NOTARIZE, VOTE_FINALIZE, NOTHING, VOTE_NOTARIZE, false},
		{VOTE_NULLIFY, VOTE_NOTARIZE, VOTE_NULLIFY, VOTE_FINALIZE, false},
	};

	for (size_t i = 0; i < sizeof TABLE / sizeof TABLE[0]; i++) {
		const uint8_t before[3] = {TABLE[i].first, TABLE[i].second, TABLE[i].third};

		setup();
		for (size_t j = 0; j < 3 && before[j]; j++)
			ck_assert(allow((enum vote_kind)before[j], 0, 5, 1));
		ck_assert_msg(allow((enum vote_kind)TABLE[i].vote, 0, 5, 1) == TABLE[i].allowed,
		              "row %zu", i);
	}
}
END_TEST

START_TEST(a_second_block_of_a_view_is_never_voted_for)
{
	ck_assert(allow(VOTE_NOTARIZE, 0, 5, 1));
	ck_assert(!allow(VOTE_NOTARIZE, 0, 5, 2));
	ck_assert(allow(VOTE_FINALIZE, 0, 5, 1));
	ck_assert(!allow(VOTE_FINALIZE, 0, 5, 2));
}
END_TEST

START_TEST(votes_of_earlier_views_and_epochs_are_never_allowed)
{
	for (unsigned kind = VOTE_NOTARIZE; kind <= VOTE_FINALIZE; kind++) {
		setup();
		ck_assert(allow((enum vote_kind)kind, 3, 5, 1));
		for (unsigned late = VOTE_NOTARIZE; late <= VOTE_FINALIZE; late++) {
			ck_assert(!allow((enum vote_kind)late, 3, 4, 1));
			ck_assert(!allow((enum vote_kind)late, 2, 6, 1));
			ck_assert(!allow((enum vote_kind)late, 0, UINT64_MAX, 1));
		}
	}
}
END_TEST

START_TEST(a_new_view_and_a_new_epoch_begin_with_nothing_signed)
{
	ck_assert(allow(VOTE_NOTARIZE, 3, 5, 1));
	ck_assert(allow(VOTE_FINALIZE, 3, 5, 1));
	ck_assert(allow(VOTE_NULLIFY, 3, 6, 0));
	ck_assert_uint_eq(safety.record.view, 6);
	ck_assert_uint_eq(safety.record.notarized, 0);
	ck_assert_uint_eq(safety.record.finalized, 0);
	ck_assert(allow(VOTE_NOTARIZE, 4, 1, 2));
	ck_assert_uint_eq(safety.record.epoch, 4);
	ck_assert_uint_eq(safety.record.view, 1);
	ck_assert_uint_eq(safety.record.nullified, 0);
}
END_TEST

START_TEST(the_record_says_what_was_signed)
{
	ck_assert(allow(VOTE_NOTARIZE, 3, 5, 7));
	ck_assert_uint_eq(safety.record.notarized, 1);
	ck_assert_uint_eq(safety.record.notarized_parent, 4);
	ck_assert_uint_eq(safety.record.notarized_block.bytes[0], 7);
	ck_assert_uint_eq(safety.record.finalized, 0);
	ck_assert(allow(VOTE_FINALIZE, 3, 5, 8));
	ck_assert_uint_eq(safety.record.finalized, 1);
	ck_assert_uint_eq(safety.record.finalized_parent, 4);
	ck_assert_uint_eq(safety.record.finalized_block.bytes[0], 8);
	ck_assert_uint_eq(safety.record.nullified, 0);
}
END_TEST

START_TEST(what_is_not_allowed_leaves_the_record_as_it_was)
{
	struct vote_record before;

	ck_assert(allow(VOTE_NOTARIZE, 3, 5, 1));
	before = safety.record;
	ck_assert(!allow(VOTE_NOTARIZE, 3, 5, 2));
	ck_assert(!allow(VOTE_NOTARIZE, 2, 9, 2));
	ck_assert(!allow((enum vote_kind)0, 3, 9, 2));
	ck_assert(!allow((enum vote_kind)4, 9, 9, 2));
	ck_assert_mem_eq(&safety.record, &before, sizeof before);
}
END_TEST

START_TEST(a_record_from_the_disk_binds)
{
	struct vote_record newest;

	ck_assert(allow(VOTE_NOTARIZE, 3, 5, 1));
	ck_assert(allow(VOTE_FINALIZE, 3, 5, 1));
	newest = safety.record;
	setup();
	safety_init(&safety, &newest);
	ck_assert(!allow(VOTE_NOTARIZE, 3, 5, 2));
	ck_assert(!allow(VOTE_NULLIFY, 3, 5, 0));
	ck_assert(!allow(VOTE_NULLIFY, 3, 4, 0));
	ck_assert(allow(VOTE_NOTARIZE, 3, 6, 2));
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
	tcase_add_test(tests, votes_of_earlier_views_and_epochs_are_never_allowed);
	tcase_add_test(tests, a_new_view_and_a_new_epoch_begin_with_nothing_signed);
	tcase_add_test(tests, the_record_says_what_was_signed);
	tcase_add_test(tests, what_is_not_allowed_leaves_the_record_as_it_was);
	tcase_add_test(tests, a_record_from_the_disk_binds);
	tcase_add_test(tests, a_record_reads_back_as_it_was_written);
	suite_add_tcase(suite, tests);
	return suite;
}
