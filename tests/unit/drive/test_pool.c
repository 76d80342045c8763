/* The pool: turns, shares, limits; and random operations against a naive one. */
#include "chain/base/limits.h"
#include "chain/ledger/header.h"
#include "node/drive/pool.h"
#include "tests/support/support.h"

#include <stdlib.h>

enum { MODEL_MAX = 400 };

static struct pool pool;
static uint32_t next_number;

static void start(size_t txs_max, size_t bytes_max)
{
	next_number = 0;
	pool_init(&pool, &(struct pool_limits){.txs_max = txs_max, .bytes_max = bytes_max});
}

static void setup(void)
{
	start(1000, 1 << 20);
}

static void teardown(void)
{
	pool_close(&pool);
}

static struct hash numbered(uint32_t number)
{
	struct hash hash = {{0}};

	put_le32(hash.bytes, number);
	return hash;
}

/* The pool looks at names and sizes alone. */
static struct tx tx_of(unsigned sender, uint32_t number, size_t size)
{
	struct tx tx = {.sender = numbered(sender), .txid = numbered(number)};

	tx.bytes.size = size;
	return tx;
}

static enum verdict admits(const struct tx *tx, struct refusal *refusal)
{
	*refusal = (struct refusal){0};
	return pool_admits(&pool, tx, refusal);
}

static struct pool_tx *add_sized(unsigned sender, size_t size)
{
	struct tx tx = tx_of(sender, next_number++, size);
	uint8_t *bytes = memory_new(size);
	struct refusal refusal;
	struct pool_tx *added;

	ck_assert_int_eq(admits(&tx, &refusal), VERDICT_GOOD);
	tx.bytes.at = bytes;
	added = pool_add_take(&pool, &tx, bytes, next_number);
	ck_assert_ptr_nonnull(added);
	return added;
}

static struct pool_tx *add(unsigned sender)
{
	return add_sized(sender, 200);
}

static uint32_t number_of(const struct pool_tx *tx)
{
	return get_le32(tx->tx.txid.bytes);
}

static unsigned sender_of(const struct pool_tx *tx)
{
	return get_le32(tx->tx.sender.bytes);
}

static void remove_picked(struct pool_tx *tx)
{
	tx->place = POOL_PLACED;
	pool_remove(&pool, tx);
}

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

/* -- Against a naive pool ------------------------------------------------------------ */

/* Each sender's queue as numbers in an array, and the senders with something waiting as
 * another, whose first has the turn. */
struct model_tx {
	uint32_t number;
	unsigned sender;
	size_t size;
	enum pool_place place;
};

enum { SENDERS = 7 };

struct model {
	struct model_tx txs[MODEL_MAX];
	size_t count;
	uint32_t queues[SENDERS][MODEL_MAX];
	size_t queue_sizes[SENDERS];
	unsigned ring[SENDERS];
	size_t ring_size;
};

static struct model_tx *model_find(struct model *model, uint32_t number)
{
	for (size_t i = 0; i < model->count; i++)
		if (model->txs[i].number == number)
			return &model->txs[i];
	ck_abort_msg("the model lost %u", number);
}

static void ring_join(struct model *model, unsigned sender)
{
	model->ring[model->ring_size++] = sender;
}

static void ring_leave(struct model *model, unsigned sender)
{
	size_t kept = 0;

	for (size_t i = 0; i < model->ring_size; i++)
		if (model->ring[i] != sender)
			model->ring[kept++] = model->ring[i];
	model->ring_size = kept;
}

static void queue_insert(struct model *model, unsigned sender, uint32_t number, size_t at)
{
	uint32_t *queue = model->queues[sender];

	if (model->queue_sizes[sender] == 0)
		ring_join(model, sender);
	memmove(queue + at + 1, queue + at,
	        (model->queue_sizes[sender] - at) * sizeof *queue);
	queue[at] = number;
	model->queue_sizes[sender]++;
}

static void queue_remove(struct model *model, unsigned sender, uint32_t number)
{
	uint32_t *queue = model->queues[sender];
	size_t kept = 0;

	for (size_t i = 0; i < model->queue_sizes[sender]; i++)
		if (queue[i] != number)
			queue[kept++] = queue[i];
	model->queue_sizes[sender] = kept;
	if (kept == 0)
		ring_leave(model, sender);
}

/* One round of the naive pick: the first of the ring gives its first, and goes last. */
static bool model_pick(struct model *model, uint32_t *number)
{
	unsigned sender;

	if (model->ring_size == 0)
		return false;
	sender = model->ring[0];
	*number = model->queues[sender][0];
	model_find(model, *number)->place = POOL_PICKED;
	memmove(model->ring, model->ring + 1, --model->ring_size * sizeof model->ring[0]);
	model->ring[model->ring_size++] = sender;
	queue_remove(model, sender, *number);
	return true;
}

static void model_forget(struct model *model, uint32_t number)
{
	struct model_tx *tx = model_find(model, number);

	if (tx->place == POOL_WAITING)
		queue_remove(model, tx->sender, number);
	*tx = model->txs[--model->count];
}

static void compare(struct model *model)
{
	size_t waiting = 0, waiting_bytes = 0, bytes = 0;

	for (size_t i = 0; i < model->count; i++) {
		const struct model_tx *tx = &model->txs[i];
		struct hash txid = numbered(tx->number);
		const struct pool_tx *found = pool_find(&pool, &txid);

		ck_assert_ptr_nonnull(found);
		ck_assert_int_eq(found->place, tx->place);
		bytes += tx->size;
		if (tx->place != POOL_WAITING)
			continue;
		waiting++;
		waiting_bytes += body_entry_size(tx->size);
	}
	ck_assert_uint_eq(HASH_COUNT(pool.txs), model->count);
	ck_assert_uint_eq(pool.waiting_count, waiting);
	ck_assert_uint_eq(pool.waiting_bytes, waiting_bytes);
	ck_assert_uint_eq(pool.byte_count, bytes);
	ck_assert_int_eq(pool.turn == NULL, model->ring_size == 0);
}

static struct pool_tx *random_tx(struct model *model, struct random *random,
                                 enum pool_place place)
{
	for (int tries = 0; tries < 20 && model->count > 0; tries++) {
		const struct model_tx *tx =
			&model->txs[random_below(random, (uint32_t)model->count)];
		struct hash txid = numbered(tx->number);

		if (tx->place == place)
			return pool_find(&pool, &txid);
	}
	return NULL;
}

static void random_step(struct model *model, struct random *random)
{
	struct pool_tx *picked[8];
	unsigned sender = random_below(random, SENDERS);
	struct pool_tx *tx;
	uint32_t number;
	size_t count;

	switch (random_below(random, 6)) {
	case 0:
	case 1:
		if (model->count == MODEL_MAX)
			return;
		tx = add_sized(sender, 1 + random_below(random, 300));
		model->txs[model->count++] =
			(struct model_tx){number_of(tx), sender, tx->tx.bytes.size, POOL_WAITING};
		queue_insert(model, sender, number_of(tx), model->queue_sizes[sender]);
		return;
	case 2:
		count = pool_pick(&pool, picked, random_below(random, 8), SIZE_MAX);
		for (size_t i = 0; i < count; i++) {
			ck_assert(model_pick(model, &number));
			ck_assert_uint_eq(number, number_of(picked[i]));
		}
		return;
	case 3:
		tx = random_tx(model, random, POOL_PICKED);
		if (!tx)
			return;
		model_find(model, number_of(tx))->place = POOL_WAITING;
		queue_insert(model, sender_of(tx), number_of(tx), 0);
		pool_put_back(&pool, tx);
		return;
	case 4:
		tx = random_tx(model, random, POOL_PICKED);
		if (!tx)
			return;
		model_forget(model, number_of(tx));
		remove_picked(tx);
		return;
	default:
		tx = random_tx(model, random, POOL_WAITING);
		if (!tx)
			return;
		model_forget(model, number_of(tx));
		pool_remove(&pool, tx);
	}
}

START_TEST(random_operations_do_what_a_naive_pool_does)
{
	static struct model model;

	for (uint64_t seed = 0; seed < 10; seed++) {
		struct random random = random_from(seed);

		teardown();
		start(SIZE_MAX, SIZE_MAX);
		memset(&model, 0, sizeof model);
		for (int i = 0; i < 5000; i++) {
			random_step(&model, &random);
			if (i % 16 == 0)
				compare(&model);
		}
		compare(&model);
	}
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
	tcase_add_test(tests, random_operations_do_what_a_naive_pool_does);
	suite_add_tcase(suite, tests);
	return suite;
}
