/* Transactions that no client waits for. */
#include "node/shell/ingest.h"
#include "tests/support/ledger_fixture.h"
#include "tests/support/support.h"

static struct ledger_fixture ledger;
static struct verify_pool pool;
static struct mailbox verified;
static struct ingest ingest;
static struct buffer body;
static const struct ingest_source peer = {.peer = 7, .serial = 4711};

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
		verify_pool_start(&pool, &ledger.network, 2, on_verified, NULL, NULL), STATUS_OK);
	ingest = (struct ingest){.verify = &pool};
	buffer_init(&body, 64 << 20);
}

static void teardown(void)
{
	verify_pool_stop(&pool);
	mailbox_close(&verified);
	buffer_close(&body);
	ledger_fixture_close(&ledger);
}

static void put(const struct tx *tx)
{
	uint8_t size[2];

	put_le16(size, (uint16_t)tx->bytes.size);
	buffer_append(&body, size, sizeof size);
	buffer_append_view(&body, tx->bytes);
}

static const struct tx *some_tx(void)
{
	return ledger_fixture_tx_of(&ledger, 1, make_describe("a"));
}

static struct ingress_batch *next_batch(void)
{
	return (struct ingress_batch *)(void *)mailbox_wait(&verified);
}

START_TEST(each_arrives_with_its_verdict_and_is_not_sent_on)
{
	const struct tx *first = some_tx(), *second = some_tx();
	struct ingress_batch *batch;

	put(first);
	put(second);
	ingest_txs(&ingest, &peer, cursor_on(buffer_view(&body)));
	ck_assert_uint_eq(ingest.count, 2);
	/* The bytes were copied. */
	memset(body.at, 0, body.size);
	batch = next_batch();
	ck_assert_uint_eq(batch->count, 2);
	ck_assert_uint_eq(batch->from, 7);
	ck_assert_uint_eq(batch->from_serial, 4711);
	for (size_t i = 0; i < 2; i++) {
		ck_assert_int_eq(batch->submissions[i].verdict, VERDICT_GOOD);
		ck_assert(batch->submissions[i].is_relayed);
		ck_assert(!batch->submissions[i].is_awaited);
	}
	ck_assert(hash_equal(&batch->submissions[0].tx.txid, &first->txid));
	ck_assert(hash_equal(&batch->submissions[1].tx.txid, &second->txid));
	batch->done(batch);
	ck_assert_uint_eq(ingest.count, 0);
}
END_TEST

START_TEST(beyond_the_maximum_the_rest_is_left_out)
{
	const struct tx *tx = some_tx();
	struct ingress_batch *batch;

	for (size_t i = 0; i < INGEST_TXS_MAX + 10; i++)
		put(tx);
	ck_assert_int_eq(body.status, STATUS_OK);
	ingest_txs(&ingest, &peer, cursor_on(buffer_view(&body)));
	ck_assert_uint_eq(ingest.count, INGEST_TXS_MAX);
	ingest_txs(&ingest, &peer, cursor_on(buffer_view(&body)));
	ck_assert_uint_eq(ingest.count, INGEST_TXS_MAX);
	batch = next_batch();
	ck_assert_uint_eq(batch->count, INGEST_TXS_MAX);
	batch->done(batch);
	ck_assert_uint_eq(ingest.count, 0);
}
END_TEST

START_TEST(what_ends_in_the_middle_of_an_entry_is_taken_up_to_there)
{
	struct ingress_batch *batch;

	put(some_tx());
	put(some_tx());
	ingest_txs(&ingest, &peer, cursor_on(bytes_view(body.at, body.size - 1)));
	ck_assert_uint_eq(ingest.count, 1);
	batch = next_batch();
	ck_assert_uint_eq(batch->count, 1);
	ck_assert_int_eq(batch->submissions[0].verdict, VERDICT_GOOD);
	batch->done(batch);
	ingest_txs(&ingest, &peer, cursor_on(bytes_view(body.at, 0)));
	ck_assert_uint_eq(ingest.count, 0);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("ingest");
	TCase *tests = tcase_create("ingest");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, each_arrives_with_its_verdict_and_is_not_sent_on);
	tcase_add_test(tests, beyond_the_maximum_the_rest_is_left_out);
	tcase_add_test(tests, what_ends_in_the_middle_of_an_entry_is_taken_up_to_there);
	suite_add_tcase(suite, tests);
	return suite;
}
