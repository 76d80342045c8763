/* The pool: turns, shares, limits. */
#include "tests/unit/drive/pool_fixture.h"

/* Picks `count` and expects these senders, in this order. */
static void expect_pick(const unsigned *senders, size_t count)
{
	struct pool_tx *picked[16];

	ck_assert_uint_eq(pool_pick(&pool, picked, count, SIZE_MAX), count);
	for (size_t i = 0; i < count; i++) {
		ck_assert_uint_eq(sender_of(picked[i]), senders[i]);
		ck_assert_int_eq(picked[i]->place, POOL_PICKED);
		remove_picked(picked[i]);
	}
}

START_TEST(an_empty_pool_gives_nothing)
{
	struct pool_tx *picked[1];

	ck_assert_uint_eq(pool_pick(&pool, picked, 1, SIZE_MAX), 0);
	ck_assert_uint_eq(pool_oldest_ms(&pool), 0);
	ck_assert_ptr_null(pool_find(&pool, &(struct hash){{1}}));
}
END_TEST

START_TEST(one_sender_is_served_in_its_order)
{
	struct pool_tx *picked[3];

	for (int i = 0; i < 3; i++)
		add(1);
	ck_assert_uint_eq(pool_pick(&pool, picked, 3, SIZE_MAX), 3);
	for (uint32_t i = 0; i < 3; i++)
		ck_assert_uint_eq(number_of(picked[i]), i);
}
END_TEST

START_TEST(senders_are_served_in_turn)
{
	for (int i = 0; i < 5; i++)
		add(1);
	add(2);
	add(3);
	add(3);
	expect_pick((unsigned[]){1, 2, 3, 1, 3, 1, 1, 1}, 8);
}
END_TEST

START_TEST(the_turn_goes_on_where_the_last_block_ended)
{
	for (unsigned sender = 1; sender <= 3; sender++)
		for (int i = 0; i < 3; i++)
			add(sender);
	expect_pick((unsigned[]){1, 2}, 2);
	expect_pick((unsigned[]){3, 1}, 2);
	expect_pick((unsigned[]){2, 3, 1, 2, 3}, 5);
}
END_TEST

START_TEST(a_sender_that_comes_back_stands_behind_the_others)
{
	add(1);
	add(2);
	add(3);
	expect_pick((unsigned[]){1}, 1);
	add(1);
	expect_pick((unsigned[]){2, 3, 1}, 3);
}
END_TEST

START_TEST(a_busy_sender_delays_a_quiet_one_by_one_transaction)
{
	struct pool_tx *picked[200];
	size_t served = 0;

	for (int i = 0; i < 99; i++)
		add(1);
	add(2);
	ck_assert_uint_eq(pool_pick(&pool, picked, 2, SIZE_MAX), 2);
	for (size_t i = 0; i < 2; i++)
		served += sender_of(picked[i]) == 2;
	ck_assert_uint_eq(served, 1);
}
END_TEST

START_TEST(a_pick_stops_at_the_first_that_does_not_fit)
{
	struct pool_tx *picked[8];

	add_sized(1, 200);
	add_sized(2, 400);
	add_sized(3, 100);
	/* An entry of a body has two bytes more than its transaction. */
	ck_assert_uint_eq(pool_pick(&pool, picked, 8, 202 + 401), 1);
	pool_put_back(&pool, picked[0]);
	/* Nobody jumps the queue because it is smaller. */
	ck_assert_uint_eq(pool_pick(&pool, picked, 8, 401), 0);
	ck_assert_uint_eq(pool_pick(&pool, picked, 8, 202 + 402 + 102), 3);
}
END_TEST

START_TEST(what_is_put_back_keeps_its_order)
{
	struct pool_tx *picked[6], *again[6];

	for (int i = 0; i < 3; i++) {
		add(1);
		add(2);
	}
	ck_assert_uint_eq(pool_pick(&pool, picked, 4, SIZE_MAX), 4);
	for (size_t i = 4; i > 0; i--)
		pool_put_back(&pool, picked[i - 1]);
	ck_assert_uint_eq(pool_pick(&pool, again, 6, SIZE_MAX), 6);
	/* Each sender's own order; whose turn it is may have moved on. */
	for (unsigned sender = 1; sender <= 2; sender++) {
		uint32_t last = 0;

		for (size_t i = 0; i < 6; i++) {
			if (sender_of(again[i]) != sender)
				continue;
			ck_assert_uint_ge(number_of(again[i]), last);
			last = number_of(again[i]);
		}
	}
}
END_TEST

START_TEST(a_pool_counts_what_waits_and_what_is_there)
{
	struct pool_tx *picked[2];

	add_sized(1, 100);
	add_sized(1, 200);
	add_sized(2, 300);
	ck_assert_uint_eq(pool.waiting_count, 3);
	ck_assert_uint_eq(pool.waiting_bytes, 606);
	ck_assert_uint_eq(pool.byte_count, 600);
	ck_assert_uint_eq(pool_pick(&pool, picked, 2, SIZE_MAX), 2);
	ck_assert_uint_eq(pool.waiting_count, 1);
	ck_assert_uint_eq(pool.waiting_bytes, 202);
	ck_assert_uint_eq(pool.byte_count, 600);
	pool_put_back(&pool, picked[1]);
	ck_assert_uint_eq(pool.waiting_bytes, 504);
	remove_picked(picked[0]);
	ck_assert_uint_eq(pool.byte_count, 500);
	ck_assert_uint_eq(pool.waiting_count, 2);
}
END_TEST

START_TEST(the_oldest_is_that_of_the_sender_whose_turn_it_is)
{
	struct pool_tx *first = add(1);
	struct pool_tx *picked[1];

	add(2);
	ck_assert_uint_eq(pool_oldest_ms(&pool), first->arrived_ms);
	ck_assert_uint_eq(pool_pick(&pool, picked, 1, SIZE_MAX), 1);
	ck_assert_uint_eq(pool_oldest_ms(&pool), 2);
}
END_TEST

/* -- Who gets in --------------------------------------------------------------------- */

static void expect_refused(unsigned sender, size_t size, enum verdict verdict,
                           const char *text)
{
	struct tx tx = tx_of(sender, next_number, size);
	struct refusal refusal;

	ck_assert_int_eq(admits(&tx, &refusal), verdict);
	ck_assert_int_eq(refusal.verdict, verdict);
	ck_assert_msg(strstr(refusal.text, text) != NULL, "'%s' is not in '%s'", text,
	              refusal.text);
}

START_TEST(what_is_here_is_known_wherever_it_stands)
{
	struct pool_tx *tx = add(1);
	struct pool_tx *picked[1];
	struct tx same = tx->tx;
	struct refusal refusal;

	ck_assert_int_eq(admits(&same, &refusal), VERDICT_KNOWN);
	ck_assert_ptr_nonnull(strstr(refusal.text, "waits in the pool"));
	ck_assert_ptr_eq(pool_find(&pool, &same.txid), tx);
	ck_assert_uint_eq(pool_pick(&pool, picked, 1, SIZE_MAX), 1);
	ck_assert_int_eq(admits(&same, &refusal), VERDICT_KNOWN);
	remove_picked(tx);
	ck_assert_int_eq(admits(&same, &refusal), VERDICT_GOOD);
	ck_assert_ptr_null(pool_find(&pool, &same.txid));
}
END_TEST

START_TEST(a_pool_that_is_full_takes_nothing)
{
	teardown();
	start(20, 10000);
	for (unsigned i = 0; i < 20; i++)
		add_sized(i, 100);
	expect_refused(50, 100, VERDICT_QUOTA,
	               "the pool is full: 20 transactions, 2000 bytes; send it again later");
	pool_remove(&pool, pool_find(&pool, &(struct hash){{3}}));
	add_sized(50, 100);
}
END_TEST

START_TEST(a_pool_has_a_largest_number_of_bytes)
{
	teardown();
	start(1000, 1000);
	for (unsigned i = 0; i < 9; i++)
		add_sized(i, 100);
	add_sized(10, 99);
	expect_refused(11, 2, VERDICT_QUOTA, "the pool is full: 10 transactions, 999 bytes");
	expect_refused(11, SIZE_MAX, VERDICT_QUOTA, "the pool is full");
	add_sized(11, 1);
	expect_refused(12, 1, VERDICT_QUOTA, "1000 bytes");
}
END_TEST

START_TEST(a_sender_that_is_alone_may_fill_the_pool)
{
	teardown();
	start(50, 1 << 20);
	for (unsigned i = 0; i < 50; i++)
		add(1);
	expect_refused(1, 100, VERDICT_QUOTA, "the pool is full");
}
END_TEST

START_TEST(a_sender_has_a_tenth_of_the_transactions_while_others_wait)
{
	char text[96];

	teardown();
	start(100, 1 << 20);
	add(2);
	for (unsigned i = 0; i < 10; i++)
		add(1);
	snprintf(text, sizeof text,
	         "10 transactions, 2000 bytes of account %s wait, and others wait",
	         "0100000000000000...");
	expect_refused(1, 100, VERDICT_QUOTA, text);
	add(3);
	pool_remove(&pool, pool_find(&pool, &(struct hash){{5}}));
	add(1);
	expect_refused(1, 100, VERDICT_QUOTA, "others wait too");
}
END_TEST

/* Else a few large transactions of one sender are all that the pool can hold. */
START_TEST(a_sender_has_a_tenth_of_the_bytes_while_others_wait)
{
	teardown();
	start(1000000, 100000);
	add_sized(2, 100);
	add_sized(1, 5000);
	add_sized(1, 4999);
	add_sized(1, 1);
	expect_refused(1, 1, VERDICT_QUOTA, "others wait too");
	add_sized(3, 5000);
}
END_TEST

START_TEST(what_is_picked_or_placed_counts_for_its_sender)
{
	struct pool_tx *picked[10];

	teardown();
	start(100, 1 << 20);
	for (unsigned i = 0; i < 10; i++)
		add(1);
	add(2);
	ck_assert_uint_eq(pool_pick(&pool, picked, 10, SIZE_MAX), 10);
	expect_refused(1, 100, VERDICT_QUOTA, "others wait too");
	remove_picked(picked[0]);
	add(1);
}
END_TEST

/* -- Memory -------------------------------------------------------------------------- */

START_TEST(a_refused_allocation_leaves_the_pool_as_it_was)
{
	for (unsigned long k = 1;; k++) {
		struct tx tx = tx_of(7, 7, 100);
		uint8_t *bytes;
		struct pool_tx *added;

		add(1);
		tx.bytes.at = bytes = memory_new(100);
		memory_fail_at(k, 0);
		added = pool_add_take(&pool, &tx, bytes, 1);
		memory_fail_at(0, 0);
		if (added) {
			/* All requests were granted. */
			ck_assert_uint_gt(k, 2);
			break;
		}
		ck_assert_uint_eq(pool.waiting_count, k);
		ck_assert_uint_eq(pool.byte_count, 200 * k);
		ck_assert_ptr_null(pool_find(&pool, &tx.txid));
		ck_assert_uint_eq(HASH_COUNT(pool.senders), 1);
	}
}
END_TEST

START_TEST(a_refused_allocation_of_the_first_leaves_an_empty_pool)
{
	for (unsigned long k = 1; k < 20; k++) {
		struct tx tx = tx_of(7, 7, 100);
		uint8_t *bytes;
		struct pool_tx *added;

		tx.bytes.at = bytes = memory_new(100);
		memory_fail_at(k, 1);
		added = pool_add_take(&pool, &tx, bytes, 1);
		memory_fail_at(0, 0);
		if (added)
			return;
		ck_assert_uint_eq(HASH_COUNT(pool.senders), 0);
		ck_assert_uint_eq(HASH_COUNT(pool.txs), 0);
		ck_assert_uint_eq(pool.byte_count, 0);
	}
	ck_abort_msg("it never succeeds");
}
END_TEST

/* -- Places and peeks ---------------------------------------------------------------- */

START_TEST(what_is_placed_waits_no_longer_and_when_released_is_the_first_again)
{
	struct pool_tx *first = add(1), *second = add(1), *picked[2];

	pool_place(&pool, first);
	ck_assert_int_eq(first->place, POOL_PLACED);
	ck_assert_uint_eq(pool.waiting_count, 1);
	ck_assert_uint_eq(pool.waiting_bytes, body_entry_size(200));
	ck_assert_ptr_eq(pool_find(&pool, &first->tx.txid), first);
	pool_release(&pool, first);
	ck_assert_uint_eq(pool.waiting_count, 2);
	ck_assert_uint_eq(pool_pick(&pool, picked, 2, SIZE_MAX), 2);
	ck_assert_ptr_eq(picked[0], first);
	ck_assert_ptr_eq(picked[1], second);
	remove_picked(first);
	remove_picked(second);
}
END_TEST

START_TEST(with_everything_placed_nobody_has_the_turn)
{
	struct pool_tx *tx = add(1), *picked[1];

	pool_place(&pool, tx);
	ck_assert_uint_eq(pool_pick(&pool, picked, 1, SIZE_MAX), 0);
	ck_assert_uint_eq(pool_oldest_ms(&pool), 0);
	pool_release(&pool, tx);
	ck_assert_uint_eq(pool_pick(&pool, picked, 1, SIZE_MAX), 1);
	remove_picked(tx);
}
END_TEST

START_TEST(what_is_placed_may_be_removed)
{
	struct pool_tx *tx = add(1);

	pool_place(&pool, tx);
	pool_remove(&pool, tx);
	ck_assert_uint_eq(HASH_COUNT(pool.txs), 0);
	ck_assert_uint_eq(HASH_COUNT(pool.senders), 0);
	ck_assert_uint_eq(pool.byte_count, 0);
}
END_TEST

START_TEST(a_peek_shows_the_first_of_each_sender_and_moves_nothing)
{
	const struct pool_tx *seen[8];

	for (unsigned i = 0; i < 6; i++)
		add(i % 3);
	for (int again = 0; again < 2; again++) {
		ck_assert_uint_eq(pool_peek(&pool, seen, 8, SIZE_MAX), 3);
		for (unsigned i = 0; i < 3; i++) {
			ck_assert_uint_eq(sender_of(seen[i]), i);
			ck_assert_uint_eq(number_of(seen[i]), i);
			ck_assert_int_eq(seen[i]->place, POOL_WAITING);
		}
	}
	ck_assert_uint_eq(pool.waiting_count, 6);
}
END_TEST

START_TEST(a_peek_ends_at_its_count_and_its_bytes)
{
	const struct pool_tx *seen[8];

	ck_assert_uint_eq(pool_peek(&pool, seen, 8, SIZE_MAX), 0);
	for (unsigned i = 0; i < 5; i++)
		add(i);
	ck_assert_uint_eq(pool_peek(&pool, seen, 2, SIZE_MAX), 2);
	ck_assert_uint_eq(pool_peek(&pool, seen, 8, 3 * body_entry_size(200)), 3);
	ck_assert_uint_eq(pool_peek(&pool, seen, 8, 3 * body_entry_size(200) - 1), 2);
	ck_assert_uint_eq(pool_peek(&pool, seen, 8, 0), 0);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("pool");
	TCase *tests = tcase_create("pool");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, an_empty_pool_gives_nothing);
	tcase_add_test(tests, one_sender_is_served_in_its_order);
	tcase_add_test(tests, senders_are_served_in_turn);
	tcase_add_test(tests, the_turn_goes_on_where_the_last_block_ended);
	tcase_add_test(tests, a_sender_that_comes_back_stands_behind_the_others);
	tcase_add_test(tests, a_busy_sender_delays_a_quiet_one_by_one_transaction);
	tcase_add_test(tests, a_pick_stops_at_the_first_that_does_not_fit);
	tcase_add_test(tests, what_is_put_back_keeps_its_order);
	tcase_add_test(tests, a_pool_counts_what_waits_and_what_is_there);
	tcase_add_test(tests, the_oldest_is_that_of_the_sender_whose_turn_it_is);
	tcase_add_test(tests, what_is_here_is_known_wherever_it_stands);
	tcase_add_test(tests, a_pool_that_is_full_takes_nothing);
	tcase_add_test(tests, a_pool_has_a_largest_number_of_bytes);
	tcase_add_test(tests, a_sender_that_is_alone_may_fill_the_pool);
	tcase_add_test(tests, a_sender_has_a_tenth_of_the_transactions_while_others_wait);
	tcase_add_test(tests, a_sender_has_a_tenth_of_the_bytes_while_others_wait);
	tcase_add_test(tests, what_is_picked_or_placed_counts_for_its_sender);
	tcase_add_test(tests, a_refused_allocation_leaves_the_pool_as_it_was);
	tcase_add_test(tests, a_refused_allocation_of_the_first_leaves_an_empty_pool);
	tcase_add_test(tests,
	               what_is_placed_waits_no_longer_and_when_released_is_the_first_again);
	tcase_add_test(tests, with_everything_placed_nobody_has_the_turn);
	tcase_add_test(tests, what_is_placed_may_be_removed);
	tcase_add_test(tests, a_peek_shows_the_first_of_each_sender_and_moves_nothing);
	tcase_add_test(tests, a_peek_ends_at_its_count_and_its_bytes);
	suite_add_tcase(suite, tests);
	return suite;
}
