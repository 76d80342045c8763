#include "node/shell/ingress.h"
#include "tests/support/ledger_fixture.h"
#include "tests/support/support.h"

static struct ledger_fixture ledger;
static struct verify_pool pool;
static struct mailbox verified; /* batches that came out */

static void on_verified(void *owner, struct ingress_batch *batch)
{
	(void)owner;
	mailbox_send(&verified, &batch->letter);
}

static void setup(void)
{
	ledger_fixture_init(&ledger, NULL);
	ck_assert_int_eq(mailbox_init(&verified, NULL, NULL, NULL), STATUS_OK);
	ck_assert_int_eq(
		verify_pool_start(&pool, &ledger.network, 3, on_verified, NULL, NULL), STATUS_OK);
}

static void teardown(void)
{
	verify_pool_stop(&pool);
	mailbox_close(&verified);
	ledger_fixture_close(&ledger);
}

static struct ingress_batch *pass_through(struct ingress_batch *batch)
{
	verify_pool_submit(&pool, batch);
	return (struct ingress_batch *)(void *)mailbox_wait(&verified);
}

START_TEST(each_transaction_gets_its_own_verdict)
{
	enum { COUNT = 5 * INGRESS_CHUNK + 3 };
	struct ingress_batch *batch = ingress_batch_new(COUNT);
	uint8_t spoilt[TX_SIZE_MAX];

	for (size_t i = 0; i < COUNT; i++)
		batch->given[i] =
			ledger_fixture_tx_of(&ledger, (unsigned)(i % 4), make_describe("a"))->bytes;
	/* One with a spoilt signature, one cut, one with nothing at all. */
	memcpy(spoilt, batch->given[7].at, batch->given[7].size);
	spoilt[batch->given[7].size - 1] ^= 1;
	batch->given[7].at = spoilt;
	batch->given[40].size--;
	batch->given[COUNT - 1] = (struct bytes_view){0};
	ck_assert_ptr_eq(pass_through(batch), batch);
	for (size_t i = 0; i < COUNT; i++) {
		enum verdict expected = i == 7                         ? VERDICT_SIGNATURE
		                        : i == 40 || i == COUNT - 1 ? VERDICT_SCHEMA
		                                                    : VERDICT_GOOD;

		ck_assert_int_eq(batch->submissions[i].verdict, expected);
		if (expected != VERDICT_GOOD)
			ck_assert_uint_gt(strlen(batch->submissions[i].refusal.text), 0);
	}
	ingress_batch_free(batch);
}
END_TEST

START_TEST(a_verified_transaction_has_its_own_copy_of_its_bytes)
{
	struct ingress_batch *batch = ingress_batch_new(1);
	const struct tx *tx = ledger_fixture_tx_of(&ledger, 1, make_describe("a"));
	uint8_t given[TX_SIZE_MAX];

	memcpy(given, tx->bytes.at, tx->bytes.size);
	batch->given[0] = bytes_view(given, tx->bytes.size);
	pass_through(batch);
	memset(given, 0, sizeof given);
	ck_assert(bytes_equal(batch->submissions[0].tx.bytes, tx->bytes));
	ck_assert(hash_equal(&batch->submissions[0].tx.txid, &tx->txid));
	ingress_batch_free(batch);
}
END_TEST

START_TEST(what_is_too_large_is_refused_unread)
{
	struct ingress_batch *batch = ingress_batch_new(1);
	uint8_t *large = memory_new(TX_SIZE_MAX + 1);

	batch->given[0] = bytes_view(large, TX_SIZE_MAX + 1);
	pass_through(batch);
	ck_assert_int_eq(batch->submissions[0].verdict, VERDICT_TOO_LARGE);
	ck_assert_ptr_null(batch->submissions[0].bytes);
	memory_free(large);
	ingress_batch_free(batch);
}
END_TEST

START_TEST(many_batches_at_once_all_come_back)
{
	enum { BATCHES = 20 };
	size_t count = 0;

	for (size_t i = 0; i < BATCHES; i++) {
		struct ingress_batch *batch = ingress_batch_new(i + 1);

		for (size_t j = 0; j <= i; j++)
			batch->given[j] =
				ledger_fixture_tx_of(&ledger, 2, make_describe("b"))->bytes;
		verify_pool_submit(&pool, batch);
	}
	for (size_t i = 0; i < BATCHES; i++) {
		struct ingress_batch *batch =
			(struct ingress_batch *)(void *)mailbox_wait(&verified);

		for (size_t j = 0; j < batch->count; j++)
			ck_assert_int_eq(batch->submissions[j].verdict, VERDICT_GOOD);
		count += batch->count;
		ingress_batch_free(batch);
	}
	ck_assert_uint_eq(count, BATCHES * (BATCHES + 1) / 2);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("ingress");
	TCase *tests = tcase_create("ingress");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, each_transaction_gets_its_own_verdict);
	tcase_add_test(tests, a_verified_transaction_has_its_own_copy_of_its_bytes);
	tcase_add_test(tests, what_is_too_large_is_refused_unread);
	tcase_add_test(tests, many_batches_at_once_all_come_back);
	suite_add_tcase(suite, tests);
	return suite;
}
