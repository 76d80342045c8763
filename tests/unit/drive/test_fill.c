/* How much a leader puts into its block: it grows with what became final, slowly enough for the
 * time-outs that follow from it, and shrinks where views fail. */
#include "node/drive/fill.h"
#include "tests/support/support.h"

#include "chain/base/limits.h"
#include "chain/ledger/header.h"

START_TEST(nothing_final_yet_is_the_start)
{
	struct fill fill = {0};

	ck_assert_uint_eq(fill_txs_max(&fill, 0), FILL_TXS_START);
	ck_assert_uint_eq(fill_bytes_max(&fill, 0), FILL_BYTES_START);
}
END_TEST

START_TEST(it_grows_by_a_quarter_of_what_became_final)
{
	struct fill fill = {0};

	fill_note(&fill, 4000, 2000000);
	ck_assert_uint_eq(fill_txs_max(&fill, 0), 5000);
	ck_assert_uint_eq(fill_bytes_max(&fill, 0), 2500000);
	/* A small block in between forgets little of it. */
	fill_note(&fill, 1, 300);
	ck_assert_uint_eq(fill_txs_max(&fill, 0), 3750 + 937);
}
END_TEST

/* The time that views are given follows the blocks too, and a full one after a quiet time would
 * not be done in it. */
START_TEST(a_quiet_time_leads_back_to_the_start)
{
	struct fill fill = {0};

	fill_note(&fill, BLOCK_TXS_MAX, BLOCK_BODY_MAX);
	for (int i = 0; i < 64; i++)
		fill_note(&fill, 1, 300);
	ck_assert_uint_eq(fill_txs_max(&fill, 0), FILL_TXS_START);
	ck_assert_uint_eq(fill_bytes_max(&fill, 0), FILL_BYTES_START);
}
END_TEST

START_TEST(each_view_that_fails_halves_it)
{
	struct fill fill = {0};

	fill_note(&fill, 8000, 2000000);
	ck_assert_uint_eq(fill_txs_max(&fill, 1), 5000);
	ck_assert_uint_eq(fill_txs_max(&fill, 2), 2500);
	ck_assert_uint_eq(fill_bytes_max(&fill, 1), 1250000);
}
END_TEST

START_TEST(what_is_left_holds_the_largest_transaction)
{
	struct fill fill = {0};

	ck_assert_uint_eq(fill_txs_max(&fill, UINT64_MAX), FILL_TXS_LEAST);
	ck_assert_uint_ge(fill_bytes_max(&fill, UINT64_MAX), body_entry_size(TX_SIZE_MAX));
}
END_TEST

/* Full blocks after full blocks: nothing above can be reached. */
START_TEST(a_full_block_is_reached_and_no_number_overflows)
{
	struct fill fill = {0};
	size_t blocks = 0;

	while (fill_txs_max(&fill, 0) < BLOCK_TXS_MAX) {
		fill_note(&fill, fill_txs_max(&fill, 0), 0);
		ck_assert_uint_lt(blocks++, 20);
	}
	fill_note(&fill, UINT32_MAX, UINT32_MAX);
	ck_assert_uint_ge(fill_txs_max(&fill, 0), UINT32_MAX);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("fill");
	TCase *cases = tcase_create("fill");

	tcase_add_test(cases, nothing_final_yet_is_the_start);
	tcase_add_test(cases, it_grows_by_a_quarter_of_what_became_final);
	tcase_add_test(cases, a_quiet_time_leads_back_to_the_start);
	tcase_add_test(cases, each_view_that_fails_halves_it);
	tcase_add_test(cases, what_is_left_holds_the_largest_transaction);
	tcase_add_test(cases, a_full_block_is_reached_and_no_number_overflows);
	suite_add_tcase(suite, cases);
	return suite;
}
