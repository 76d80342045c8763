/* A block out of its short names. */
#include "node/drive/rebuild.h"
#include "tests/support/block_fixture.h"

#include <time.h>

static struct rebuild *rebuild;
static struct buffer message;
static uint16_t indexes[BLOCK_TXS_MAX];

static void put_head(size_t count)
{
	block_txs_put_head(&message, &(struct block_txs){.block = block, .count = count});
}

static void read_back(struct block_txs *back)
{
	struct cursor in = cursor_on(buffer_view(&message));

	block_txs_get(&in, back);
	ck_assert_int_eq(cursor_finish(&in), STATUS_OK);
}

static void setup(void)
{
	make_block(50, 100);
	buffer_init(&message, BLOCK_TXS_SIZE_MAX);
}

static void teardown(void)
{
	rebuild_free(rebuild);
	rebuild = NULL;
	free_block();
	buffer_close(&message);
}

static void start(void)
{
	struct buffer bytes;
	struct compact_body compact;

	buffer_init(&bytes, COMPACT_BODY_SIZE_MAX);
	compact_put_body(&bytes, &block, txs, tx_count);
	ck_assert_int_eq(compact_body_decode(&compact, tx_count, buffer_view(&bytes)),
	                 STATUS_OK);
	rebuild_free(rebuild);
	rebuild = rebuild_new(&block, &header, &compact, UINT64_C(0x9e3779b97f4a7c15));
	ck_assert_ptr_nonnull(rebuild);
	buffer_close(&bytes); /* it has copies */
}

static void offer(size_t index)
{
	ck_assert_int_eq(rebuild_offer(rebuild, &txs[index].leaf_hash, txs[index].bytes),
	                 STATUS_OK);
}

/* The transactions that are asked for, from an honest peer. */
static enum rebuild_finding answer(void)
{
	size_t count = rebuild_missing(rebuild, indexes);
	struct block_txs back;

	buffer_clear(&message);
	put_head(count);
	for (size_t i = 0; i < count; i++)
		block_txs_put_tx(&message, txs[indexes[i]].bytes);
	read_back(&back);
	return rebuild_fill(rebuild, &back);
}

static void is_done(void)
{
	struct buffer out;

	ck_assert_int_eq(rebuild->state, REBUILD_DONE);
	buffer_init(&out, BLOCK_BODY_MAX);
	rebuild_put_body(rebuild, &out);
	ck_assert(bytes_equal(buffer_view(&out), buffer_view(&body)));
	buffer_close(&out);
}

START_TEST(who_has_all_asks_for_nothing)
{
	start();
	for (size_t i = tx_count; i > 0; i--)
		offer(i - 1);
	ck_assert_int_eq(rebuild_matched(rebuild), REBUILD_DONE);
	is_done();
}
END_TEST

START_TEST(what_is_missing_is_asked_for_and_nothing_else)
{
	txs[5].is_prefilled = true;
	start();
	for (size_t i = 0; i < tx_count; i++)
		if (i != 5 && i != 0 && i != 30 && i != 49)
			offer(i);
	ck_assert_int_eq(rebuild_matched(rebuild), REBUILD_ASKING);
	ck_assert_uint_eq(rebuild_missing(rebuild, indexes), 3);
	ck_assert_uint_eq(indexes[0], 0);
	ck_assert_uint_eq(indexes[1], 30);
	ck_assert_uint_eq(indexes[2], 49);
	ck_assert_int_eq(answer(), REBUILD_GOOD);
	is_done();
}
END_TEST

START_TEST(who_has_nothing_asks_for_all_that_is_not_prefilled)
{
	txs[1].is_prefilled = true;
	start();
	ck_assert_int_eq(rebuild_matched(rebuild), REBUILD_ASKING);
	ck_assert_uint_eq(rebuild_missing(rebuild, indexes), tx_count - 1);
	ck_assert_int_eq(answer(), REBUILD_GOOD);
	is_done();
}
END_TEST

START_TEST(an_empty_block_is_done_or_failed_at_once)
{
	free_block();
	make_block(0, 0);
	start();
	ck_assert_int_eq(rebuild_matched(rebuild), REBUILD_DONE);
	header.tx_root.bytes[0] ^= 1;
	start();
	ck_assert_int_eq(rebuild_matched(rebuild), REBUILD_FAILED);
}
END_TEST

START_TEST(what_is_not_of_the_block_is_left_alone)
{
	struct hash strange = {{1, 2, 3}};

	start();
	for (int i = 0; i < 1000; i++) {
		put_le32(strange.bytes + 8, (uint32_t)i);
		ck_assert_int_eq(rebuild_offer(rebuild, &strange, txs[0].bytes), STATUS_OK);
	}
	ck_assert_uint_eq(rebuild->missing_count, tx_count);
	offer(3);
	offer(3);
	ck_assert_uint_eq(rebuild->missing_count, tx_count - 1);
}
END_TEST

/* As if two that we have were called the same: the names are ours to set. */
START_TEST(of_two_with_one_name_neither_is_taken)
{
	static const struct hash twin = {{77}};

	start();
	offer(3);
	rebuild->names[3] = 0; /* not to be found by its own name */
	for (size_t i = 0; i < (size_t)1 << rebuild->table_bits; i++)
		rebuild->table[i] = 0;
	rebuild->names[3] = short_id(&rebuild->key, &twin);
	rebuild
		->table[(rebuild->names[3] * rebuild->multiplier) >> (64 - rebuild->table_bits)] =
		4;
	ck_assert_int_eq(rebuild_offer(rebuild, &twin, txs[4].bytes), STATUS_OK);
	ck_assert_uint_eq(rebuild->missing_count, tx_count);
	ck_assert_int_eq(rebuild_offer(rebuild, &twin, txs[4].bytes), STATUS_OK);
	ck_assert_uint_eq(rebuild->missing_count, tx_count);
	ck_assert_int_eq(rebuild_matched(rebuild), REBUILD_ASKING);
	ck_assert_int_eq(answer(), REBUILD_GOOD);
	is_done();
}
END_TEST

START_TEST(a_name_that_stands_twice_in_the_block_is_asked_for_twice)
{
	txs[9].leaf_hash = txs[2].leaf_hash; /* a liar's list */
	start();
	for (size_t i = 0; i < tx_count; i++)
		if (i != 9)
			offer(i);
	ck_assert_int_eq(rebuild_matched(rebuild), REBUILD_ASKING);
	ck_assert_uint_eq(rebuild_missing(rebuild, indexes), 2);
	ck_assert_int_eq(answer(), REBUILD_GOOD);
	is_done();
}
END_TEST

/* Every name is that of a transaction that we have and that is not the block's: an attacker chose
 * them, or chance did. */
START_TEST(wrong_matches_end_in_asking_for_the_block_and_nobody_is_blamed)
{
	for (size_t i = 0; i < tx_count; i++)
		txs[i].leaf_hash.bytes[0] ^= 1;
	start();
	for (size_t i = 0; i < tx_count; i++)
		offer(i);
	ck_assert_int_eq(rebuild_matched(rebuild), REBUILD_FAILED);
}
END_TEST

START_TEST(a_peer_that_sends_others_has_failed)
{
	struct block_txs back;
	size_t count;

	start();
	ck_assert_int_eq(rebuild_matched(rebuild), REBUILD_ASKING);
	count = rebuild_missing(rebuild, indexes);
	ck_assert_uint_eq(count, tx_count);
	put_head(count);
	for (size_t i = 0; i < count; i++)
		block_txs_put_tx(&message, txs[i == 7 ? 14 : i].bytes); /* as large */
	read_back(&back);
	ck_assert_int_eq(rebuild_fill(rebuild, &back), REBUILD_GOOD);
	ck_assert_int_eq(rebuild->state, REBUILD_FAILED);
	ck_assert_int_eq(rebuild_fill(rebuild, &back), REBUILD_UNWANTED);
}
END_TEST

START_TEST(one_too_many_or_too_few_or_too_large_is_a_breach)
{
	static uint8_t large[TX_SIZE_MAX];
	struct block_txs back;

	start();
	rebuild_matched(rebuild);
	for (int difference = -1; difference <= 1; difference += 2) {
		size_t count = (size_t)((long)tx_count + difference);

		buffer_clear(&message);
		put_head(count);
		for (size_t i = 0; i < count; i++)
			block_txs_put_tx(&message, txs[i % tx_count].bytes);
		read_back(&back);
		ck_assert_int_eq(rebuild_fill(rebuild, &back), REBUILD_BREACH);
	}
	buffer_clear(&message);
	put_head(tx_count);
	for (size_t i = 0; i < tx_count; i++)
		block_txs_put_tx(&message, i == 1 ? bytes_view(large, sizeof large) : txs[i].bytes);
	read_back(&back);
	ck_assert_int_eq(rebuild_fill(rebuild, &back), REBUILD_BREACH);
}
END_TEST

START_TEST(a_second_answer_and_one_for_another_block_are_ignored)
{
	struct block_txs back;

	start();
	rebuild_matched(rebuild);
	ck_assert_int_eq(answer(), REBUILD_GOOD);
	read_back(&back);
	ck_assert_int_eq(rebuild_fill(rebuild, &back), REBUILD_UNWANTED);
	start();
	rebuild_matched(rebuild);
	back.block.bytes[0] ^= 1;
	ck_assert_int_eq(rebuild_fill(rebuild, &back), REBUILD_UNWANTED);
}
END_TEST

START_TEST(a_header_that_lies_about_its_size_gets_nothing_done)
{
	header.body_size -= 1;
	start();
	for (size_t i = 0; i < tx_count; i++)
		offer(i);
	ck_assert_int_ne(rebuild_matched(rebuild), REBUILD_DONE);
	header.body_size = UINT32_MAX; /* and no memory without end either */
	start();
	for (size_t i = 0; i < tx_count; i++)
		offer(i);
	ck_assert_int_eq(rebuild_matched(rebuild), REBUILD_FAILED);
}
END_TEST

START_TEST(without_memory_nothing_is_left_behind)
{
	struct buffer bytes;
	struct compact_body compact;
	struct rebuild *one = NULL;

	txs[0].is_prefilled = true;
	buffer_init(&bytes, COMPACT_BODY_SIZE_MAX);
	compact_put_body(&bytes, &block, txs, tx_count);
	ck_assert_int_eq(compact_body_decode(&compact, tx_count, buffer_view(&bytes)),
	                 STATUS_OK);
	for (unsigned long nth = 1; !one; nth++) {
		memory_fail_at(nth, 0);
		one = rebuild_new(&block, &header, &compact, 1);
		memory_fail_at(0, 0);
		ck_assert_uint_le(nth, 6);
	}
	rebuild_free(one);
	buffer_close(&bytes);
}
END_TEST

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* The largest block against the fullest pool; figures for people. */
START_TEST(the_largest_block_is_rebuilt_within_its_memory)
{
	struct hash other = {{0xee}};
	double begin, matched;
	uint32_t failures = 0;
	struct buffer bytes;

	free_block();
	make_block(BLOCK_TXS_MAX, 250);
	start();
	begin = seconds();
	for (uint32_t i = 0; i < POOL_TXS_MAX - BLOCK_TXS_MAX; i++) {
		put_le32(other.bytes + 4, i);
		failures += rebuild_offer(rebuild, &other, txs[0].bytes) != STATUS_OK;
	}
	for (size_t i = 0; i < tx_count; i++)
		failures += rebuild_offer(rebuild, &txs[i].leaf_hash, txs[i].bytes) != STATUS_OK;
	matched = seconds();
	ck_assert_uint_eq(failures, 0);
	ck_assert_int_eq(rebuild_matched(rebuild), REBUILD_DONE);
	ck_assert_uint_le(rebuild_memory(rebuild), 6 << 20);
	buffer_init(&bytes, COMPACT_BODY_SIZE_MAX);
	compact_put_body(&bytes, &block, txs, tx_count);
	printf(
		"%d names against %d transactions: %.1f ms, root %.1f ms; %zu bytes of memory; "
		"%zu bytes instead of %u\n",
		BLOCK_TXS_MAX, POOL_TXS_MAX, (matched - begin) * 1e3, (seconds() - matched) * 1e3,
		rebuild_memory(rebuild), bytes.size, header.body_size);
	buffer_close(&bytes);
	is_done();
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("rebuild");
	TCase *tests = tcase_create("rebuild");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, who_has_all_asks_for_nothing);
	tcase_add_test(tests, what_is_missing_is_asked_for_and_nothing_else);
	tcase_add_test(tests, who_has_nothing_asks_for_all_that_is_not_prefilled);
	tcase_add_test(tests, an_empty_block_is_done_or_failed_at_once);
	tcase_add_test(tests, what_is_not_of_the_block_is_left_alone);
	tcase_add_test(tests, of_two_with_one_name_neither_is_taken);
	tcase_add_test(tests, a_name_that_stands_twice_in_the_block_is_asked_for_twice);
	tcase_add_test(tests, wrong_matches_end_in_asking_for_the_block_and_nobody_is_blamed);
	tcase_add_test(tests, a_peer_that_sends_others_has_failed);
	tcase_add_test(tests, one_too_many_or_too_few_or_too_large_is_a_breach);
	tcase_add_test(tests, a_second_answer_and_one_for_another_block_are_ignored);
	tcase_add_test(tests, a_header_that_lies_about_its_size_gets_nothing_done);
	tcase_add_test(tests, without_memory_nothing_is_left_behind);
	tcase_add_test(tests, the_largest_block_is_rebuilt_within_its_memory);
	suite_add_tcase(suite, tests);
	return suite;
}
