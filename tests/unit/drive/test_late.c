/* Transactions that came lately: the newest, within a bound. */
#include "chain/base/limits.h"
#include "chain/base/memory.h"
#include "node/drive/late.h"
#include "tests/support/support.h"

static struct late late;

static void setup(void)
{
	late = (struct late){0};
}

static void teardown(void)
{
	late_close(&late);
	ck_assert_uint_eq(late.size, 0);
}

static void add(uint32_t number, size_t size)
{
	static uint8_t bytes[LATE_BYTES_MAX + 1];

	put_le32(bytes, number);
	late_add(&late, bytes_view(bytes, size));
}

static uint32_t number_of(const struct late_txs *txs)
{
	return get_le32(txs->entries.at);
}

START_TEST(the_newest_come_first_and_are_copies)
{
	uint32_t wanted = 3;

	for (uint32_t i = 0; i < 3; i++)
		add(i, 10 + i);
	for (const struct late_txs *txs = late.newest; txs; txs = txs->older) {
		ck_assert_uint_eq(number_of(txs), --wanted);
		ck_assert_uint_eq(txs->entries.size, 10 + wanted);
	}
	ck_assert_uint_eq(wanted, 0);
}
END_TEST

START_TEST(the_oldest_go_and_memory_stays_below_its_bound)
{
	uint32_t last = 0, held = 0;

	for (uint32_t i = 0; i < 3 * LATE_BYTES_MAX / 1000; i++) {
		add(last = i, 1000);
		ck_assert_uint_le(late.size, LATE_BYTES_MAX);
	}
	for (const struct late_txs *txs = late.newest; txs; txs = txs->older)
		ck_assert_uint_eq(number_of(txs), last - held++);
	ck_assert_uint_gt(held, LATE_BYTES_MAX / 1100);
}
END_TEST

START_TEST(what_is_larger_than_the_bound_leaves_nothing)
{
	add(1, 100);
	add(2, LATE_BYTES_MAX);
	ck_assert_ptr_null(late.newest);
	ck_assert_ptr_null(late.oldest);
	add(3, 100);
	ck_assert_uint_eq(number_of(late.newest), 3);
	ck_assert_ptr_eq(late.newest, late.oldest);
}
END_TEST

START_TEST(without_memory_nothing_is_remembered)
{
	add(1, 100);
	memory_fail_at(1, 0);
	add(2, 100);
	memory_fail_at(0, 0);
	ck_assert_uint_eq(number_of(late.newest), 1);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("late");
	TCase *tests = tcase_create("late");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, the_newest_come_first_and_are_copies);
	tcase_add_test(tests, the_oldest_go_and_memory_stays_below_its_bound);
	tcase_add_test(tests, what_is_larger_than_the_bound_leaves_nothing);
	tcase_add_test(tests, without_memory_nothing_is_remembered);
	suite_add_tcase(suite, tests);
	return suite;
}
