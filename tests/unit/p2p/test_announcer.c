#include "chain/base/memory.h"
#include "node/p2p/announcer.h"
#include "tests/support/support.h"

static const uint8_t KEY[SIPHASH_KEY_SIZE] = {2};

static struct announcer announcer;
static struct lots lots;
static struct inv_entry entries[INV_MAX];
static uint32_t gone_below; /* names below have left the pool */

static struct hash numbered(uint32_t number)
{
	struct hash id = {{0}};

	put_le32(id.bytes, number);
	return id;
}

static bool is_wanted(void *owner, const struct hash *id)
{
	(void)owner;
	return get_le32(id->bytes) >= gone_below;
}

static void start(uint32_t mean_ms)
{
	announcer_close(&announcer);
	ck_assert_int_eq(announcer_init(&announcer, KEY, mean_ms,
	                                &(struct bucket_rate){BUCKET_PER_S(2000), 5000},
	                                1000),
	                 STATUS_OK);
}

static void setup(void)
{
	lots_init(&lots, KEY);
	gone_below = 0;
	start(0);
}

static void teardown(void)
{
	announcer_close(&announcer);
}

static void add(uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++) {
		struct hash id = numbered(i);

		announcer_add(&announcer, &id, i + 1);
	}
}

static size_t flush(uint64_t now_ms)
{
	return announcer_flush(&announcer, &lots, now_ms, is_wanted, NULL, entries);
}

START_TEST(a_validator_is_told_at_once_in_order_512_at_a_time)
{
	add(0, 600);
	ck_assert_uint_eq(flush(1000), INV_MAX);
	for (uint32_t i = 0; i < INV_MAX; i++) {
		ck_assert_uint_eq(get_le32(entries[i].id.bytes), i);
		ck_assert_uint_eq(entries[i].size, i + 1);
	}
	ck_assert_uint_eq(flush(1001), 88);
	ck_assert_uint_eq(flush(1002), 0);
	ck_assert_uint_eq(announcer_wake_ms(&announcer), UINT64_MAX);
}
END_TEST

START_TEST(others_are_told_at_random_moments_with_their_mean)
{
	uint32_t flushes = 0;

	start(ANNOUNCER_INBOUND_MEAN_MS);
	for (uint64_t ms = 1000; ms < 1001000; ms++) {
		add((uint32_t)ms, (uint32_t)ms + 1);
		flushes += flush(ms) > 0;
	}
	ck_assert_uint_ge(flushes, 4600); /* 5,000; the wake is a millisecond late */
	ck_assert_uint_le(flushes, 5400);
}
END_TEST

START_TEST(what_the_peer_knows_is_not_told_and_nothing_is_told_twice)
{
	struct hash id = numbered(3);

	add(0, 10);
	announcer_heard(&announcer, &id); /* while it waits */
	id = numbered(20);
	announcer_heard(&announcer, &id); /* before */
	add(20, 21);
	ck_assert_uint_eq(flush(1000), 9);
	add(0, 10);
	ck_assert_uint_eq(flush(1001), 0);
}
END_TEST

START_TEST(what_left_the_pool_is_not_told)
{
	add(0, 10);
	gone_below = 7;
	ck_assert_uint_eq(flush(1000), 3);
}
END_TEST

START_TEST(ten_thousand_wait_and_the_newest_are_lost)
{
	add(0, ANNOUNCER_MAX);
	ck_assert(!announcer.needs_resync);
	add(ANNOUNCER_MAX, ANNOUNCER_MAX + 5);
	ck_assert(announcer.needs_resync);
	ck_assert_uint_eq(announcer.count, ANNOUNCER_MAX);
	ck_assert_uint_eq(announcer.capacity, ANNOUNCER_MAX);
	ck_assert_uint_eq(flush(1000), INV_MAX);
	ck_assert_uint_eq(get_le32(entries[0].id.bytes), 0);
	for (uint64_t ms = 1001; announcer.count > 0; ms++)
		flush(ms);
	ck_assert_uint_eq(announcer.capacity, 0); /* the memory is given back */
}
END_TEST

START_TEST(names_keep_their_order_while_the_ring_turns_and_grows)
{
	uint32_t next = 0;

	for (uint32_t i = 0; i < 3000; i += 30) {
		size_t size;

		add(i, i + 30);
		if (i % 90 != 0)
			continue;
		size = flush(2000 + i);
		for (size_t j = 0; j < size; j++)
			ck_assert_uint_eq(get_le32(entries[j].id.bytes), next++);
	}
	ck_assert_uint_gt(next, 2000);
}
END_TEST

START_TEST(no_more_is_told_than_the_peer_grants)
{
	size_t told = 0;

	for (uint32_t ms = 0; ms < 2000; ms++) {
		add(ms * 5, ms * 5 + 5);
		told += flush(1000 + ms);
	}
	ck_assert_uint_le(told, 5000 + 2000 * 2);
	ck_assert_uint_ge(told, 5000 + 2000 * 2 - 20);
}
END_TEST

START_TEST(a_pause_is_kept)
{
	add(0, 5);
	announcer_pause(&announcer, 500, 1000);
	ck_assert_uint_eq(announcer_wake_ms(&announcer), 1500);
	ck_assert_uint_eq(flush(1499), 0);
	ck_assert_uint_eq(flush(1500), 5);
}
END_TEST

START_TEST(without_memory_names_are_lost_and_it_is_known)
{
	memory_fail_at(1, 1);
	add(0, 5);
	memory_fail_at(0, 0);
	ck_assert(announcer.needs_resync);
	add(5, 10);
	ck_assert_uint_eq(flush(1000), 5);
}
END_TEST

/* -- Messages ------------------------------------------------------------------------------- */

START_TEST(an_inv_reads_back_and_no_part_of_it_does)
{
	struct inv_entry in[2] = {{numbered(1), 1}, {numbered(2), TX_SIZE_MAX}};
	struct buffer message;
	size_t count;

	buffer_init(&message, INV_SIZE_MAX);
	inv_put(&message, in, 2);
	for (size_t cut = 0; cut < message.size; cut++)
		ck_assert_int_ne(inv_decode(entries, &count, bytes_view(message.at, cut)),
		                 STATUS_OK);
	ck_assert_int_eq(inv_decode(entries, &count, buffer_view(&message)), STATUS_OK);
	ck_assert_uint_eq(count, 2);
	ck_assert(hash_equal(&entries[1].id, &in[1].id));
	ck_assert_uint_eq(entries[1].size, TX_SIZE_MAX);
	put_le32(message.at + message.size - 4, TX_SIZE_MAX + 1);
	ck_assert_int_eq(inv_decode(entries, &count, buffer_view(&message)),
	                 STATUS_MALFORMED);
	put_le32(message.at + message.size - 4, 0);
	ck_assert_int_eq(inv_decode(entries, &count, buffer_view(&message)),
	                 STATUS_MALFORMED);
	put_le16(message.at, INV_MAX + 1);
	ck_assert_int_eq(inv_decode(entries, &count, buffer_view(&message)),
	                 STATUS_TOO_LARGE);
	ck_assert_int_eq(inv_decode(entries, &count, bytes_view("\0\0", 2)),
	                 STATUS_MALFORMED);
	buffer_close(&message);
}
END_TEST

START_TEST(names_read_back_and_a_pause_is_clamped)
{
	struct hash in[2] = {numbered(1), numbered(2)}, ids[REQ_TX_MAX];
	struct buffer message;
	uint32_t pause_ms;
	size_t count;

	buffer_init(&message, REQ_TX_SIZE_MAX);
	tx_ids_put(&message, in, 2);
	ck_assert_int_eq(tx_ids_decode(ids, &count, buffer_view(&message)), STATUS_OK);
	ck_assert_uint_eq(count, 2);
	ck_assert(hash_equal(&ids[1], &in[1]));
	buffer_append(&message, "", 1);
	ck_assert_int_eq(tx_ids_decode(ids, &count, buffer_view(&message)), STATUS_TRAILING);
	put_le16(message.at, REQ_TX_MAX + 1);
	ck_assert_int_eq(tx_ids_decode(ids, &count, buffer_view(&message)), STATUS_TOO_LARGE);
	buffer_clear(&message);
	txfilter_put(&message, UINT32_MAX);
	ck_assert_int_eq(txfilter_decode(&pause_ms, buffer_view(&message)), STATUS_OK);
	ck_assert_uint_eq(pause_ms, TXFILTER_PAUSE_MS_MAX);
	ck_assert_int_eq(txfilter_decode(&pause_ms, bytes_view(message.at, 3)), STATUS_SHORT);
	buffer_close(&message);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("announcer");
	TCase *tests = tcase_create("announcer");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, a_validator_is_told_at_once_in_order_512_at_a_time);
	tcase_add_test(tests, others_are_told_at_random_moments_with_their_mean);
	tcase_add_test(tests, what_the_peer_knows_is_not_told_and_nothing_is_told_twice);
	tcase_add_test(tests, what_left_the_pool_is_not_told);
	tcase_add_test(tests, ten_thousand_wait_and_the_newest_are_lost);
	tcase_add_test(tests, names_keep_their_order_while_the_ring_turns_and_grows);
	tcase_add_test(tests, no_more_is_told_than_the_peer_grants);
	tcase_add_test(tests, a_pause_is_kept);
	tcase_add_test(tests, without_memory_names_are_lost_and_it_is_known);
	tcase_add_test(tests, an_inv_reads_back_and_no_part_of_it_does);
	tcase_add_test(tests, names_read_back_and_a_pause_is_clamped);
	suite_add_tcase(suite, tests);
	return suite;
}
