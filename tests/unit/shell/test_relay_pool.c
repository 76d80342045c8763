/* The pool as the relay sees it, and what the relay is told of what became of transactions. */
#include "node/shell/relay_pool.h"
#include "tests/unit/drive/pool_fixture.h"

#include <stdlib.h>

enum { PEER = 3, OTHER = 4 };

static struct relay *relay;
static size_t filters, names;

static bool find(void *owner, const struct hash *id, struct bytes_view *tx, bool *is_waiting)
{
	(void)owner;
	return relay_pool_find(&pool, id, tx, is_waiting);
}

static size_t list_old(void *owner, uint64_t now_ms, struct inv_entry *entries)
{
	(void)owner;
	return relay_pool_list_old(&pool, now_ms, entries);
}

static void send(void *owner, uint16_t peer, enum message_type type, struct bytes_view bytes)
{
	struct inv_entry entries[INV_MAX];
	size_t count = 0;

	(void)owner;
	(void)peer;
	filters += type == TYPE_TXFILTER;
	if (type == TYPE_INV)
		ck_assert_int_eq(inv_decode(entries, &count, bytes), STATUS_OK);
	names += count;
}

static bool has_room(void *owner, uint16_t peer)
{
	(void)owner;
	(void)peer;
	return true;
}

static void take(void *owner, uint16_t peer, struct bytes_view tx)
{
	(void)owner;
	(void)peer;
	(void)tx;
	ck_abort_msg("nobody sent one");
}

static void blame(void *owner, uint16_t peer, const char *what)
{
	(void)owner;
	(void)peer;
	ck_abort_msg("nobody is to be blamed: %s", what);
}

static void begin(void)
{
	const struct relay_world world = {NULL, find, list_old, send, has_room, take, blame};
	uint8_t seed[HASH_SIZE] = {5};

	setup();
	filters = 0;
	names = 0;
	relay = malloc(sizeof *relay);
	ck_assert_int_eq(relay_init(relay, &world, seed), STATUS_OK);
	ck_assert(relay_join(relay, PEER, true, 1000));
	ck_assert(relay_join(relay, OTHER, true, 1000));
}

static void end(void)
{
	relay_close(relay);
	free(relay);
	teardown();
}

/* As drive_submit gives it back: what the pool has taken has no bytes any more. */
static struct submission submitted(const struct pool_tx *tx, enum verdict verdict)
{
	struct submission submission = {.verdict = verdict};

	if (tx)
		submission.tx = tx->tx;
	return submission;
}

START_TEST(what_has_ended_is_not_there_and_what_is_in_a_block_does_not_wait)
{
	struct pool_tx *tx = add_sized(1, 200);
	struct bytes_view bytes;
	bool waits = false;

	ck_assert(relay_pool_find(&pool, &tx->tx.leaf_hash, &bytes, &waits));
	ck_assert(waits);
	ck_assert_uint_eq(bytes.size, 200);
	pool_place(&pool, tx);
	ck_assert(relay_pool_find(&pool, &tx->tx.leaf_hash, &bytes, &waits));
	ck_assert(!waits);
	pool_release(&pool, tx);
	ck_assert_uint_eq(pool_pick(&pool, &tx, 1, 1 << 20), 1);
	tx->has_ended = true;
	ck_assert(!relay_pool_find(&pool, &tx->tx.leaf_hash, &bytes, NULL));
	tx->has_ended = false;
	pool_put_back(&pool, tx);
}
END_TEST

START_TEST(what_waits_for_long_is_listed_and_nothing_else)
{
	static struct inv_entry entries[RELAY_REPAIR_MAX];
	struct pool_tx *old = add_sized(1, 100), *placed = add_sized(1, 100);
	struct pool_tx *fresh = add_sized(1, 100);

	old->arrived_ms = 1000;
	placed->arrived_ms = 1000;
	fresh->arrived_ms = 1001;
	pool_place(&pool, placed);
	ck_assert_uint_eq(relay_pool_list_old(&pool, 999 + RELAY_REPAIR_AGE_MS, entries), 0);
	ck_assert_uint_eq(relay_pool_list_old(&pool, 1000 + RELAY_REPAIR_AGE_MS, entries), 1);
	ck_assert(hash_equal(&entries[0].id, &old->tx.leaf_hash));
	ck_assert_uint_eq(entries[0].size, 100);
}
END_TEST

START_TEST(what_is_new_is_told_to_all_but_its_source)
{
	struct pool_tx *tx = add_sized(1, 100);
	struct submission submission = submitted(tx, VERDICT_GOOD);
	uint64_t serial = relay_serial(relay, PEER);

	ck_assert(relay_pool_submitted(relay, &submission, 1, PEER, serial, 2000));
	for (uint64_t now_ms = 2000; now_ms < 10000; now_ms += 10)
		relay_step(relay, now_ms);
	ck_assert_uint_eq(names, 1);
}
END_TEST

START_TEST(what_the_pool_had_before_is_not_told_again)
{
	struct submission submission = submitted(NULL, VERDICT_GOOD);
	uint8_t bytes[1] = {0};

	submission.bytes = bytes; /* the pool did not take them */
	ck_assert(!relay_pool_submitted(relay, &submission, 1, WORLD_SELF, 0, 2000));
	for (uint64_t now_ms = 2000; now_ms < 10000; now_ms += 10)
		relay_step(relay, now_ms);
	ck_assert_uint_eq(names, 0);
}
END_TEST

START_TEST(each_verdict_costs_its_sender_what_it_should)
{
	static const struct {
		enum verdict verdict;
		bool is_fault, is_full;
	} CASES[] = {
		{VERDICT_SIGNATURE, true, false},   {VERDICT_WRONG_NETWORK, true, false},
		{VERDICT_SCHEMA, true, false},      {VERDICT_TOO_LARGE, true, false},
		{VERDICT_QUOTA, false, true},       {VERDICT_KNOWN, false, false},
		{VERDICT_PERMISSION, false, false}, {VERDICT_EXPIRED, false, false},
		{VERDICT_CONFLICT, false, false},   {VERDICT_BALANCE, false, false},
		{VERDICT_UNKNOWN_REFERENCE, false, false},
	};
	struct submission submission = submitted(NULL, CASES[_i].verdict);
	uint64_t serial = relay_serial(relay, PEER);

	relay_pool_submitted(relay, &submission, 1, PEER, serial, 2000);
	ck_assert_uint_eq(relay->counters.faulty, CASES[_i].is_fault);
	ck_assert_uint_eq(filters, CASES[_i].is_full);
	/* Of our own programs, and of who came later in his place, nobody is judged. */
	relay_pool_submitted(relay, &submission, 1, WORLD_SELF, 0, 2000);
	relay_pool_submitted(relay, &submission, 1, PEER, serial + 100, 2000);
	ck_assert_uint_eq(relay->counters.faulty, CASES[_i].is_fault);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("relay_pool");
	TCase *tests = tcase_create("relay_pool");

	tcase_add_checked_fixture(tests, begin, end);
	tcase_add_test(tests, what_has_ended_is_not_there_and_what_is_in_a_block_does_not_wait);
	tcase_add_test(tests, what_waits_for_long_is_listed_and_nothing_else);
	tcase_add_test(tests, what_is_new_is_told_to_all_but_its_source);
	tcase_add_test(tests, what_the_pool_had_before_is_not_told_again);
	tcase_add_loop_test(tests, each_verdict_costs_its_sender_what_it_should, 0, 11);
	suite_add_tcase(suite, tests);
	return suite;
}
