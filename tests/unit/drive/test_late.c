/* Transactions that came lately: the newest, within a bound. */
#include "chain/base/limits.h"
#include "chain/base/memory.h"
#include "chain/proof/log.h"
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

enum { ENTRY_MAX = 50000 };

/* As few transactions as make so many bytes; the first begins with the number. */
static void add(uint32_t number, size_t size)
{
	static uint8_t bytes[LATE_BYTES_MAX + 1];
	size_t at = 0;

	while (at < size) {
		size_t entry = size - at < ENTRY_MAX ? size - at : ENTRY_MAX;

		put_le16(bytes + at, (uint16_t)(entry - 2));
		at += entry;
	}
	put_le32(bytes + 2, number);
	late_add(&late, bytes_view(bytes, size));
}

static uint32_t number_of(const struct late_txs *txs)
{
	return get_le32(txs->entries.at + 2);
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

static void expect_hash(size_t index, const char *tx)
{
	struct hash hash = log_leaf_hash(text_view(tx));

	ck_assert(hash_equal(&late.newest->leaf_hashes[index], &hash));
}

START_TEST(each_has_the_leaf_hash_of_its_transaction)
{
	const uint8_t entries[] = {1, 0, 'a', 0, 0, 2, 0, 'b', 'c'};

	late_add(&late, bytes_view(entries, sizeof entries));
	ck_assert_uint_eq(late.newest->count, 3);
	ck_assert_ptr_null(late.newest->leaf_hashes);
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(late_hash(late.newest), STATUS_OK);
	expect_hash(0, "a");
	expect_hash(1, "");
	expect_hash(2, "bc");
}
END_TEST

/* A hash is larger than a transaction of no bytes, and counts from the beginning. */
START_TEST(many_small_ones_stay_below_the_bound_with_their_hashes)
{
	static const uint8_t entries[2000];

	for (int i = 0; i < 1000; i++) {
		late_add(&late, bytes_view(entries, sizeof entries));
		ck_assert_int_eq(late_hash(late.newest), STATUS_OK);
		ck_assert_uint_le(late.size, LATE_BYTES_MAX);
	}
	ck_assert_uint_gt(late.size, 1000 * sizeof(struct hash));
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
	tcase_add_test(tests, each_has_the_leaf_hash_of_its_transaction);
	tcase_add_test(tests, many_small_ones_stay_below_the_bound_with_their_hashes);
	tcase_add_test(tests, without_memory_nothing_is_remembered);
	suite_add_tcase(suite, tests);
	return suite;
}
