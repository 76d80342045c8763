/* What is certified, and the frontier that follows from it. */
#include "chain/base/memory.h"
#include "consensus/safety.h"
#include "consensus/views.h"
#include "tests/support/support.h"

static struct views views;

static struct certificate certificate_of(enum vote_kind kind, uint64_t view,
                                         uint8_t block)
{
	struct certificate certificate = {.validator_count = 4};

	certificate.ballot = (struct ballot){
		.kind = (uint8_t)kind,
		.epoch = 3,
		.view = view,
		.parent_view = view - 1,
		.block = {{block}},
	};
	if (kind == VOTE_NULLIFY)
		certificate.ballot = ballot_nullify(3, view);
	for (size_t i = 0; i < 3; i++) {
		certificate.signers[i] = true;
		certificate.signatures[i].bytes[0] = (uint8_t)(i + 1);
	}
	return certificate;
}

static enum views_news add(enum vote_kind kind, uint64_t view, uint8_t block)
{
	struct certificate certificate = certificate_of(kind, view, block);
	enum views_news news = views_add(&views, &certificate);

	ck_assert(views_sound(&views));
	return news;
}

static void setup(void)
{
	static const struct hash ROOT = {{99}};

	ck_assert_int_eq(views_init(&views, 4), STATUS_OK);
	views_start(&views, 0, &ROOT, NULL);
}

static void teardown(void)
{
	views_close(&views);
}

/* -- The frontier -------------------------------------------------------------------- */

START_TEST(it_begins_in_the_first_view_on_the_root)
{
	ck_assert(views_sound(&views));
	ck_assert_uint_eq(views.current, 1);
	ck_assert_uint_eq(views_parent(&views), 0);
	ck_assert_uint_eq(views_block(&views, 0)->bytes[0], 99);
	ck_assert_uint_eq(views_certificate(&views, 0, VOTE_FINALIZE).size, 0);
}
END_TEST

START_TEST(it_begins_behind_a_final_view_with_its_certificate)
{
	struct certificate final = certificate_of(VOTE_FINALIZE, 7, 5);

	views_start(&views, 7, &final.ballot.block, &final);
	ck_assert_uint_eq(views.current, 8);
	ck_assert_uint_eq(views.highest, 7);
	ck_assert_uint_eq(views_certificate(&views, 7, VOTE_FINALIZE).size,
	                  certificate_size(&final));
}
END_TEST

START_TEST(each_certificate_of_the_frontier_moves_it_on)
{
	for (uint64_t view = 1; view < 20; view++) {
		ck_assert_int_eq(add(view % 3 ? VOTE_NOTARIZE : VOTE_NULLIFY, view, 1),
		                 VIEWS_NEWS);
		ck_assert_uint_eq(views.current, view + 1);
		ck_assert_uint_eq(views.highest, view);
	}
	ck_assert_uint_eq(views.final_view, 0);
}
END_TEST

START_TEST(the_frontier_is_the_first_gap_and_jumps_when_it_closes)
{
	add(VOTE_NOTARIZE, 3, 1);
	add(VOTE_NULLIFY, 2, 0);
	ck_assert_uint_eq(views.current, 1);
	ck_assert_uint_eq(views.highest, 3);
	add(VOTE_NULLIFY, 5, 0);
	add(VOTE_NULLIFY, 1, 0);
	ck_assert_uint_eq(views.current, 4);
}
END_TEST

START_TEST(a_final_view_takes_the_frontier_behind_it_over_any_gap)
{
	add(VOTE_NOTARIZE, 11, 1);
	ck_assert_int_eq(add(VOTE_FINALIZE, 10, 2), VIEWS_NEWS);
	ck_assert_uint_eq(views.final_view, 10);
	ck_assert_uint_eq(views.final_block.bytes[0], 2);
	ck_assert_uint_eq(views.current, 12);
}
END_TEST

START_TEST(a_final_view_below_the_frontier_leaves_it_where_it_is)
{
	for (uint64_t view = 1; view <= 5; view++)
		add(VOTE_NOTARIZE, view, (uint8_t)view);
	ck_assert_int_eq(add(VOTE_FINALIZE, 2, 2), VIEWS_NEWS);
	ck_assert_uint_eq(views.current, 6);
	ck_assert_uint_eq(views.highest, 5);
}
END_TEST

/* Of notarized n, nullified 0, both b, up to the frontier; `parent` is to be built on. */
START_TEST(the_parent_is_the_last_notarized_view_or_the_final_one)
{
	static const struct {
		const char *facts;
		uint64_t parent;
	} TABLE[] = {{"", 0},     {"0", 0},    {"000", 0}, {"n", 1},   {"n0", 1},
	             {"nn00", 2}, {"0n0b", 4}, {"b0", 1},  {"00b", 3}, {"n00000", 1}};

	for (size_t i = 0; i < sizeof TABLE / sizeof TABLE[0]; i++) {
		teardown();
		setup();
		for (size_t j = 0; TABLE[i].facts[j]; j++) {
			if (TABLE[i].facts[j] != '0')
				add(VOTE_NOTARIZE, j + 1, 1);
			if (TABLE[i].facts[j] != 'n')
				add(VOTE_NULLIFY, j + 1, 0);
		}
		ck_assert_msg(views_parent(&views) == TABLE[i].parent, "row %zu", i);
	}
}
END_TEST

/* -- What is held -------------------------------------------------------------------- */

START_TEST(a_view_may_be_notarized_and_nullified)
{
	ck_assert_int_eq(add(VOTE_NOTARIZE, 1, 1), VIEWS_NEWS);
	ck_assert_int_eq(add(VOTE_NULLIFY, 1, 0), VIEWS_NEWS);
	ck_assert(views_is_notarized(&views, 1) && views_is_nullified(&views, 1));
	ck_assert_uint_gt(views_certificate(&views, 1, VOTE_NOTARIZE).size, 0);
	ck_assert_uint_gt(views_certificate(&views, 1, VOTE_NULLIFY).size, 0);
	ck_assert(!views_is_nullified(&views, 2) && !views_is_notarized(&views, 2));
}
END_TEST

START_TEST(certificates_are_given_back_byte_for_byte)
{
	for (unsigned kind = VOTE_NOTARIZE; kind <= VOTE_FINALIZE; kind++) {
		struct certificate certificate =
			certificate_of((enum vote_kind)kind, 4 + kind, 1);
		uint8_t bytes[CERTIFICATE_SIZE_MAX];
		struct writer out = writer_on(bytes, sizeof bytes);
		struct bytes_view held;

		certificate_put(&out, &certificate);
		ck_assert_int_eq(views_add(&views, &certificate), VIEWS_NEWS);
		held = views_certificate(&views, 4 + kind, (enum vote_kind)kind);
		ck_assert_uint_eq(held.size, sizeof bytes - out.left);
		ck_assert_mem_eq(held.at, bytes, held.size);
	}
}
END_TEST

START_TEST(what_is_known_is_no_news)
{
	add(VOTE_NOTARIZE, 1, 1);
	add(VOTE_NULLIFY, 2, 0);
	add(VOTE_FINALIZE, 3, 3);
	ck_assert_int_eq(add(VOTE_NOTARIZE, 1, 1), VIEWS_KNOWN);
	ck_assert_int_eq(add(VOTE_NULLIFY, 2, 0), VIEWS_KNOWN);
	ck_assert_int_eq(add(VOTE_FINALIZE, 3, 3), VIEWS_KNOWN);
	ck_assert_int_eq(add(VOTE_NOTARIZE, 3, 3), VIEWS_KNOWN);
	ck_assert_int_eq(add(VOTE_FINALIZE, 2, 9), VIEWS_KNOWN);
	add(VOTE_NOTARIZE, 4, 4);
	add(VOTE_NULLIFY, 4, 0);
	ck_assert_int_eq(add(VOTE_NOTARIZE, 4, 4), VIEWS_KNOWN);
	ck_assert_int_eq(add(VOTE_NULLIFY, 4, 0), VIEWS_KNOWN);
}
END_TEST

START_TEST(at_or_below_the_final_view_nothing_is_told)
{
	for (uint64_t view = 1; view <= 4; view++)
		add(VOTE_NOTARIZE, view, 1);
	add(VOTE_FINALIZE, 3, 1);
	ck_assert_ptr_null(views_facts(&views, 2));
	ck_assert_ptr_null(views_facts(&views, 3));
	ck_assert_ptr_nonnull(views_facts(&views, 4));
	ck_assert_uint_eq(views_certificate(&views, 2, VOTE_NOTARIZE).size, 0);
	ck_assert_uint_eq(views_certificate(&views, 2, VOTE_FINALIZE).size, 0);
	ck_assert_ptr_null(views_block(&views, 2));
	ck_assert_uint_eq(views_block(&views, 3)->bytes[0], 1);
}
END_TEST

START_TEST(a_nullified_view_has_no_block)
{
	add(VOTE_NULLIFY, 1, 0);
	ck_assert_ptr_null(views_block(&views, 1));
	ck_assert_ptr_null(views_block(&views, 2));
}
END_TEST

START_TEST(so_many_views_are_held_and_no_more_but_a_final_one_may_be_anywhere)
{
	ck_assert_int_eq(add(VOTE_NULLIFY, VIEWS_HELD_MAX, 0), VIEWS_NEWS);
	ck_assert_int_eq(add(VOTE_NULLIFY, VIEWS_HELD_MAX + 1, 0), VIEWS_FAR);
	ck_assert_int_eq(add(VOTE_NOTARIZE, UINT64_MAX, 1), VIEWS_FAR);
	ck_assert_uint_eq(views.highest, VIEWS_HELD_MAX);
	ck_assert_int_eq(add(VOTE_FINALIZE, 1000000, 1), VIEWS_NEWS);
	ck_assert_uint_eq(views.current, 1000001);
	ck_assert_int_eq(add(VOTE_NULLIFY, 1000000 + VIEWS_HELD_MAX, 0), VIEWS_NEWS);
}
END_TEST

START_TEST(a_full_window_of_views_is_walked_through)
{
	for (uint64_t view = 1; view <= VIEWS_HELD_MAX; view++)
		ck_assert_int_eq(add(VOTE_NULLIFY, view, 0), VIEWS_NEWS);
	ck_assert_uint_eq(views.current, VIEWS_HELD_MAX + 1);
	ck_assert_uint_eq(views_parent(&views), 0);
	ck_assert_int_eq(add(VOTE_NULLIFY, VIEWS_HELD_MAX + 1, 0), VIEWS_FAR);
}
END_TEST

/* -- What excludes what is held ------------------------------------------------------ */

START_TEST(certificates_that_exclude_each_other_are_told)
{
	static const struct {
		uint8_t kind, block, second_kind, second_block;
	} TABLE[] = {
		{VOTE_NOTARIZE, 1, VOTE_NOTARIZE, 2}, {VOTE_NOTARIZE, 1, VOTE_FINALIZE, 2},
		{VOTE_NULLIFY, 0, VOTE_FINALIZE, 1},  {VOTE_FINALIZE, 1, VOTE_NULLIFY, 0},
		{VOTE_FINALIZE, 1, VOTE_NOTARIZE, 2}, {VOTE_FINALIZE, 1, VOTE_FINALIZE, 2},
	};

	for (size_t i = 0; i < sizeof TABLE / sizeof TABLE[0]; i++) {
		teardown();
		setup();
		ck_assert_int_eq(add((enum vote_kind)TABLE[i].kind, 2, TABLE[i].block),
		                 VIEWS_NEWS);
		ck_assert_msg(add((enum vote_kind)TABLE[i].second_kind, 2,
		                  TABLE[i].second_block) == VIEWS_BROKEN,
		              "row %zu", i);
	}
}
END_TEST

START_TEST(one_block_notarized_on_two_parents_is_told)
{
	struct certificate other = certificate_of(VOTE_NOTARIZE, 5, 1);

	add(VOTE_NOTARIZE, 5, 1);
	other.ballot.parent_view = 2;
	ck_assert_int_eq(views_add(&views, &other), VIEWS_BROKEN);
}
END_TEST

START_TEST(one_block_notarized_on_one_parent_and_final_on_another_is_told)
{
	struct certificate other = certificate_of(VOTE_FINALIZE, 5, 1);

	add(VOTE_NOTARIZE, 5, 1);
	other.ballot.parent_view = 2;
	ck_assert_int_eq(views_add(&views, &other), VIEWS_BROKEN);
	ck_assert_uint_eq(views.final_view, 0);
}
END_TEST

START_TEST(what_excludes_changes_nothing)
{
	add(VOTE_NULLIFY, 1, 0);
	ck_assert_int_eq(add(VOTE_FINALIZE, 1, 1), VIEWS_BROKEN);
	ck_assert_uint_eq(views.final_view, 0);
	ck_assert_uint_eq(views.current, 2);
	add(VOTE_NOTARIZE, 2, 1);
	ck_assert_int_eq(add(VOTE_NOTARIZE, 2, 2), VIEWS_BROKEN);
	ck_assert_uint_eq(views_block(&views, 2)->bytes[0], 1);
}
END_TEST

START_TEST(without_memory_there_are_no_views)
{
	struct views refused;

	memory_fail_at(1, 0);
	ck_assert_int_eq(views_init(&refused, 4), STATUS_MEMORY);
	memory_fail_at(0, 0);
	views_close(&refused);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("views");
	TCase *tests = tcase_create("views");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, it_begins_in_the_first_view_on_the_root);
	tcase_add_test(tests, it_begins_behind_a_final_view_with_its_certificate);
	tcase_add_test(tests, each_certificate_of_the_frontier_moves_it_on);
	tcase_add_test(tests, the_frontier_is_the_first_gap_and_jumps_when_it_closes);
	tcase_add_test(tests, a_final_view_takes_the_frontier_behind_it_over_any_gap);
	tcase_add_test(tests, a_final_view_below_the_frontier_leaves_it_where_it_is);
	tcase_add_test(tests, the_parent_is_the_last_notarized_view_or_the_final_one);
	tcase_add_test(tests, a_view_may_be_notarized_and_nullified);
	tcase_add_test(tests, certificates_are_given_back_byte_for_byte);
	tcase_add_test(tests, what_is_known_is_no_news);
	tcase_add_test(tests, at_or_below_the_final_view_nothing_is_told);
	tcase_add_test(tests, a_nullified_view_has_no_block);
	tcase_add_test(tests,
	               so_many_views_are_held_and_no_more_but_a_final_one_may_be_anywhere);
	tcase_add_test(tests, a_full_window_of_views_is_walked_through);
	tcase_add_test(tests, certificates_that_exclude_each_other_are_told);
	tcase_add_test(tests, one_block_notarized_on_two_parents_is_told);
	tcase_add_test(tests, one_block_notarized_on_one_parent_and_final_on_another_is_told);
	tcase_add_test(tests, what_excludes_changes_nothing);
	tcase_add_test(tests, without_memory_there_are_no_views);
	suite_add_tcase(suite, tests);
	return suite;
}
