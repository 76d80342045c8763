/* Counting votes: who voted for what, when it is enough, who contradicts himself. */
#include "chain/base/memory.h"
#include "consensus/safety.h"
#include "consensus/votes.h"
#include "tests/support/support.h"

static struct epoch epoch;
static struct votes votes;
static struct vote other;

static void start(size_t count)
{
	epoch =
		(struct epoch){.number = 3, .self = NOBODY, .parameters = parameters_default()};
	epoch.validators.count = count;
	ck_assert_int_eq(votes_init(&votes, count), STATUS_OK);
}

static void setup(void)
{
	start(4);
}

static void teardown(void)
{
	votes_close(&votes);
}

static struct ballot ballot_of(enum vote_kind kind, uint64_t view, uint8_t block)
{
	if (kind == VOTE_NULLIFY)
		return ballot_nullify(3, view);
	return (struct ballot){
		.kind = (uint8_t)kind,
		.epoch = 3,
		.view = view,
		.parent_view = view - 1,
		.block = {{block}},
	};
}

/* Signatures that say whose and what. */
static struct vote vote_of(uint16_t signer, enum vote_kind kind, uint64_t view,
                           uint8_t block)
{
	return (struct vote){
		.ballot = ballot_of(kind, view, block),
		.signer = signer,
		.signature = {{(uint8_t)(signer + 1), (uint8_t)kind, block}},
	};
}

static enum vote_news add(uint16_t signer, enum vote_kind kind, uint64_t view,
                          uint8_t block)
{
	struct vote vote = vote_of(signer, kind, view, block);

	memset(&other, 0, sizeof other);
	return votes_add(&votes, &vote, 64, &other);
}

static size_t count_of(enum vote_kind kind, uint64_t view, uint8_t block)
{
	struct ballot ballot = ballot_of(kind, view, block);

	return votes_count(&votes, &epoch, &ballot);
}

START_TEST(votes_of_one_kind_view_and_block_are_counted_together)
{
	ck_assert_int_eq(add(0, VOTE_NOTARIZE, 5, 1), VOTE_NEWS);
	ck_assert_int_eq(add(1, VOTE_NOTARIZE, 5, 1), VOTE_NEWS);
	ck_assert_int_eq(add(2, VOTE_NOTARIZE, 5, 2), VOTE_NEWS);
	ck_assert_int_eq(add(2, VOTE_NOTARIZE, 6, 1), VOTE_NEWS);
	ck_assert_int_eq(add(3, VOTE_FINALIZE, 5, 1), VOTE_NEWS);
	ck_assert_int_eq(add(3, VOTE_NULLIFY, 6, 0), VOTE_NEWS);
	ck_assert_uint_eq(count_of(VOTE_NOTARIZE, 5, 1), 2);
	ck_assert_uint_eq(count_of(VOTE_NOTARIZE, 5, 2), 1);
	ck_assert_uint_eq(count_of(VOTE_NOTARIZE, 6, 1), 1);
	ck_assert_uint_eq(count_of(VOTE_FINALIZE, 5, 1), 1);
	ck_assert_uint_eq(count_of(VOTE_NULLIFY, 6, 0), 1);
	ck_assert_uint_eq(count_of(VOTE_NULLIFY, 5, 0), 0);
}
END_TEST

START_TEST(a_vote_once_more_counts_once_whatever_its_signature)
{
	for (unsigned kind = VOTE_NOTARIZE; kind <= VOTE_FINALIZE; kind++) {
		struct vote again = vote_of(0, (enum vote_kind)kind, 4 + kind, 1);

		ck_assert_int_eq(add(0, (enum vote_kind)kind, 4 + kind, 1), VOTE_NEWS);
		ck_assert_int_eq(add(0, (enum vote_kind)kind, 4 + kind, 1), VOTE_KNOWN);
		again.signature.bytes[63] = 9;
		ck_assert_int_eq(votes_add(&votes, &again, 64, &other), VOTE_KNOWN);
		ck_assert_uint_eq(count_of((enum vote_kind)kind, 4 + kind, 1), 1);
	}
}
END_TEST

START_TEST(the_same_block_on_another_parent_is_counted_apart)
{
	struct vote vote = vote_of(1, VOTE_NOTARIZE, 5, 1);

	vote.ballot.parent_view = 2;
	ck_assert_int_eq(add(0, VOTE_NOTARIZE, 5, 1), VOTE_NEWS);
	ck_assert_int_eq(votes_add(&votes, &vote, 64, &other), VOTE_NEWS);
	ck_assert_uint_eq(count_of(VOTE_NOTARIZE, 5, 1), 1);
	ck_assert_uint_eq(votes_count(&votes, &epoch, &vote.ballot), 1);
}
END_TEST

START_TEST(views_outside_the_window_are_not_counted)
{
	votes_forget_below(&votes, 5);
	for (unsigned kind = VOTE_NOTARIZE; kind <= VOTE_FINALIZE; kind++) {
		ck_assert_int_eq(add(0, (enum vote_kind)kind, 4, 1), VOTE_OUTSIDE);
		ck_assert_int_eq(add(0, (enum vote_kind)kind, 65, 1), VOTE_OUTSIDE);
		ck_assert_int_eq(add(0, (enum vote_kind)kind, UINT64_MAX, 1), VOTE_OUTSIDE);
		ck_assert_uint_eq(count_of((enum vote_kind)kind, 65, 1), 0);
	}
	ck_assert_int_eq(add(0, VOTE_NOTARIZE, 5, 1), VOTE_NEWS);
	ck_assert_int_eq(add(0, VOTE_NOTARIZE, 64, 1), VOTE_NEWS);
}
END_TEST

START_TEST(a_kind_that_is_none_is_not_counted)
{
	ck_assert_int_eq(add(0, (enum vote_kind)0, 5, 1), VOTE_OUTSIDE);
	ck_assert_int_eq(add(0, (enum vote_kind)4, 5, 1), VOTE_OUTSIDE);
}
END_TEST

START_TEST(what_is_forgotten_counts_for_nothing_and_never_comes_back)
{
	add(0, VOTE_NOTARIZE, 5, 1);
	votes_forget_below(&votes, 6);
	votes_forget_below(&votes, 3);
	ck_assert_uint_eq(count_of(VOTE_NOTARIZE, 5, 1), 0);
	ck_assert_int_eq(add(1, VOTE_NOTARIZE, 5, 1), VOTE_OUTSIDE);
}
END_TEST

START_TEST(a_view_that_takes_an_old_ones_place_begins_without_votes)
{
	struct vote late = vote_of(1, VOTE_NOTARIZE, 5 + VOTE_VIEWS, 1);

	add(0, VOTE_NOTARIZE, 5, 1);
	add(0, VOTE_NULLIFY, 5, 0);
	votes_forget_below(&votes, 6);
	ck_assert_int_eq(votes_add(&votes, &late, 5 + VOTE_VIEWS, &other), VOTE_NEWS);
	ck_assert_uint_eq(count_of(VOTE_NOTARIZE, 5 + VOTE_VIEWS, 1), 1);
	ck_assert_uint_eq(count_of(VOTE_NULLIFY, 5 + VOTE_VIEWS, 0), 0);
}
END_TEST

START_TEST(after_a_clear_there_is_no_vote_and_every_view_counts_again)
{
	votes_forget_below(&votes, 6);
	add(0, VOTE_NOTARIZE, 7, 1);
	votes_clear(&votes);
	ck_assert_uint_eq(count_of(VOTE_NOTARIZE, 7, 1), 0);
	ck_assert_int_eq(add(0, VOTE_NOTARIZE, 1, 1), VOTE_NEWS);
	ck_assert_int_eq(add(0, VOTE_NOTARIZE, 7, 2), VOTE_NEWS);
}
END_TEST

/* -- Contradictions ------------------------------------------------------------------ */

/* Which second vote of one voter contradicts the first, and so shows the voter a liar. */
START_TEST(exactly_the_votes_that_exclude_each_other_contradict)
{
	static const struct {
		uint8_t kind, block, second_kind, second_block;
		bool contradicts;
	} TABLE[] = {
		{VOTE_NOTARIZE, 1, VOTE_NOTARIZE, 2, true},
		{VOTE_FINALIZE, 1, VOTE_FINALIZE, 2, true},
		{VOTE_FINALIZE, 1, VOTE_NULLIFY, 0, true},
		{VOTE_NULLIFY, 0, VOTE_FINALIZE, 1, true},
		{VOTE_NOTARIZE, 1, VOTE_NULLIFY, 0, false},
		{VOTE_NULLIFY, 0, VOTE_NOTARIZE, 1, false},
		{VOTE_NOTARIZE, 1, VOTE_FINALIZE, 1, false},
		{VOTE_NOTARIZE, 1, VOTE_FINALIZE, 2, false},
	};

	for (uint64_t i = 0; i < sizeof TABLE / sizeof TABLE[0]; i++) {
		enum vote_kind first = (enum vote_kind)TABLE[i].kind;
		enum vote_kind second = (enum vote_kind)TABLE[i].second_kind;
		struct vote expected = vote_of(2, first, 5 + i, TABLE[i].block);

		ck_assert_int_eq(add(2, first, 5 + i, TABLE[i].block), VOTE_NEWS);
		ck_assert_int_eq(add(2, second, 5 + i, TABLE[i].second_block),
		                 TABLE[i].contradicts ? VOTE_CONTRADICTS : VOTE_NEWS);
		if (!TABLE[i].contradicts)
			continue;
		ck_assert(ballot_equal(&other.ballot, &expected.ballot));
		ck_assert_uint_eq(other.signer, 2);
		ck_assert_mem_eq(&other.signature, &expected.signature, sizeof other.signature);
	}
}
END_TEST

START_TEST(the_second_of_two_counts_as_well)
{
	add(0, VOTE_NOTARIZE, 5, 1);
	ck_assert_int_eq(add(0, VOTE_NOTARIZE, 5, 2), VOTE_CONTRADICTS);
	ck_assert_uint_eq(count_of(VOTE_NOTARIZE, 5, 1), 1);
	ck_assert_uint_eq(count_of(VOTE_NOTARIZE, 5, 2), 1);
	ck_assert_int_eq(add(0, VOTE_NOTARIZE, 5, 2), VOTE_KNOWN);
}
END_TEST

START_TEST(a_third_tells_nothing_new_and_is_not_counted)
{
	add(0, VOTE_NOTARIZE, 5, 1);
	add(0, VOTE_NOTARIZE, 5, 2);
	for (uint8_t block = 3; block < 200; block++) {
		ck_assert_int_eq(add(0, VOTE_NOTARIZE, 5, block), VOTE_KNOWN);
		ck_assert_uint_eq(count_of(VOTE_NOTARIZE, 5, block), 0);
	}
}
END_TEST

START_TEST(who_contradicts_himself_in_a_view_is_named_once)
{
	add(0, VOTE_NOTARIZE, 5, 1);
	ck_assert_int_eq(add(0, VOTE_NOTARIZE, 5, 2), VOTE_CONTRADICTS);
	/* The votes count as before. */
	ck_assert_int_eq(add(0, VOTE_FINALIZE, 5, 1), VOTE_NEWS);
	ck_assert_int_eq(add(0, VOTE_NULLIFY, 5, 0), VOTE_NEWS);
	ck_assert_int_eq(add(0, VOTE_FINALIZE, 5, 2), VOTE_NEWS);
	ck_assert_int_eq(add(0, VOTE_FINALIZE, 5, 3), VOTE_KNOWN);
	ck_assert_uint_eq(count_of(VOTE_FINALIZE, 5, 2), 1);
	ck_assert_uint_eq(count_of(VOTE_NULLIFY, 5, 0), 1);
	/* Somebody else, and he in another view, is named anew. */
	add(1, VOTE_NULLIFY, 5, 0);
	ck_assert_int_eq(add(1, VOTE_FINALIZE, 5, 1), VOTE_CONTRADICTS);
	add(0, VOTE_NOTARIZE, 6, 1);
	ck_assert_int_eq(add(0, VOTE_NOTARIZE, 6, 2), VOTE_CONTRADICTS);
}
END_TEST

/* -- Certificates -------------------------------------------------------------------- */

START_TEST(a_certificate_has_a_quorum_of_signatures_and_no_more)
{
	static const struct signature ZERO;
	struct ballot ballot = ballot_of(VOTE_NOTARIZE, 5, 1);
	struct certificate certificate;

	for (uint16_t i = 4; i > 0; i--)
		add((uint16_t)(i - 1), VOTE_NOTARIZE, 5, 1);
	votes_certificate(&votes, &epoch, &ballot, &certificate);
	ck_assert(ballot_equal(&certificate.ballot, &ballot));
	ck_assert_uint_eq(certificate.validator_count, 4);
	for (uint16_t i = 0; i < 4; i++) {
		struct vote vote = vote_of(i, VOTE_NOTARIZE, 5, 1);

		ck_assert_int_eq(certificate.signers[i], i < 3);
		ck_assert_mem_eq(&certificate.signatures[i], i < 3 ? &vote.signature : &ZERO,
		                 sizeof ZERO);
	}
}
END_TEST

START_TEST(a_certificate_is_of_those_who_voted_so)
{
	for (unsigned kind = VOTE_NULLIFY; kind <= VOTE_FINALIZE; kind++) {
		struct ballot ballot = ballot_of((enum vote_kind)kind, 4 + kind, 1);
		struct certificate certificate;

		add(1, VOTE_NOTARIZE, 4 + kind, 1);
		add(0, (enum vote_kind)kind, 4 + kind, 1);
		add(2, (enum vote_kind)kind, 4 + kind, 1);
		add(3, (enum vote_kind)kind, 4 + kind, 1);
		votes_certificate(&votes, &epoch, &ballot, &certificate);
		ck_assert(certificate.signers[0] && !certificate.signers[1] &&
		          certificate.signers[2] && certificate.signers[3]);
	}
}
END_TEST

START_TEST(a_signature_is_that_of_the_ballot_or_none)
{
	struct vote vote = vote_of(2, VOTE_NULLIFY, 5, 0);
	struct signature signature = {{0}};

	ck_assert(!votes_signature(&votes, &vote.ballot, 2, &signature));
	add(2, VOTE_NULLIFY, 5, 0);
	ck_assert(votes_signature(&votes, &vote.ballot, 2, &signature));
	ck_assert_mem_eq(&signature, &vote.signature, sizeof signature);
	ck_assert(votes_has(&votes, &vote.ballot, 2));
	ck_assert(!votes_has(&votes, &vote.ballot, 1));
	vote.ballot.view = 6;
	ck_assert(!votes_has(&votes, &vote.ballot, 2));
}
END_TEST

START_TEST(without_memory_there_is_nothing_to_count_with)
{
	struct votes refused;

	memory_fail_at(1, 0);
	ck_assert_int_eq(votes_init(&refused, 4), STATUS_MEMORY);
	memory_fail_at(0, 0);
	votes_close(&refused);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("votes");
	TCase *tests = tcase_create("votes");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, votes_of_one_kind_view_and_block_are_counted_together);
	tcase_add_test(tests, a_vote_once_more_counts_once_whatever_its_signature);
	tcase_add_test(tests, the_same_block_on_another_parent_is_counted_apart);
	tcase_add_test(tests, views_outside_the_window_are_not_counted);
	tcase_add_test(tests, a_kind_that_is_none_is_not_counted);
	tcase_add_test(tests, what_is_forgotten_counts_for_nothing_and_never_comes_back);
	tcase_add_test(tests, a_view_that_takes_an_old_ones_place_begins_without_votes);
	tcase_add_test(tests, after_a_clear_there_is_no_vote_and_every_view_counts_again);
	tcase_add_test(tests, exactly_the_votes_that_exclude_each_other_contradict);
	tcase_add_test(tests, the_second_of_two_counts_as_well);
	tcase_add_test(tests, a_third_tells_nothing_new_and_is_not_counted);
	tcase_add_test(tests, who_contradicts_himself_in_a_view_is_named_once);
	tcase_add_test(tests, a_certificate_has_a_quorum_of_signatures_and_no_more);
	tcase_add_test(tests, a_certificate_is_of_those_who_voted_so);
	tcase_add_test(tests, a_signature_is_that_of_the_ballot_or_none);
	tcase_add_test(tests, without_memory_there_is_nothing_to_count_with);
	suite_add_tcase(suite, tests);
	return suite;
}
