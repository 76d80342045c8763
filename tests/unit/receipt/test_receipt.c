/* Receipts of transactions, of ledgers of 1 to 100,000 transactions that the chain's own
 * code made. */
#include "tests/support/receipt_fixture.h"
#include "tests/support/support.h"

#include <stdlib.h>

enum { FILE_SIZE_MAX = 32 << 20 };

static struct receipt_fixture fixture;
static struct buffer file, policy;
static struct arena arena;
static struct receipt_facts facts;
static struct why why;

static void start(void)
{
	receipt_fixture_init(&fixture, NULL, 4);
	buffer_init(&file, FILE_SIZE_MAX);
	buffer_init(&policy, FILE_SIZE_MAX);
	receipt_fixture_policy(&policy, &fixture, &receipt_fixture_tip(&fixture)->next, 0);
	arena = (struct arena){0};
}

static void stop(void)
{
	arena_close(&arena);
	buffer_close(&policy);
	buffer_close(&file);
	receipt_fixture_close(&fixture);
}

static enum receipt_verdict verify(void)
{
	struct receipt_texts texts = {.file = buffer_view(&file),
	                              .policy = buffer_view(&policy)};

	return receipt_verify(&facts, &arena, &texts, &why);
}

/* A block of `count` records in `stream`, of which number `which` alone is signed. */
static const struct tx *many(const struct hash *stream, size_t count, size_t which)
{
	const struct tx **txs = calloc(count, sizeof *txs);
	const struct tx *wanted = NULL;

	for (size_t i = 0; i < count; i++) {
		fixture.chain.is_unsigned = i != which;
		txs[i] = ledger_fixture_tx_of(&fixture.chain, 1,
		                              make_append(stream, "k", "a value of some size"));
		if (i == which)
			wanted = txs[i];
	}
	receipt_fixture_block(&fixture, txs, count);
	free(txs);
	fixture.chain.is_unsigned = false;
	return wanted;
}

START_TEST(a_ledger_of_one_transaction_gives_a_receipt)
{
	const struct tx *tx = ledger_fixture_tx_of(
		&fixture.chain, 0, make_stream("contracts", STREAM_WRITE_OPEN));
	struct receipt_signing signing;

	receipt_fixture_block(&fixture, &tx, 1);
	signing = receipt_fixture_signing(&fixture);
	receipt_fixture_tx(&file, &fixture, tx, 1, NULL, 0, &signing);
	ck_assert_msg(verify() == RECEIPT_GOOD, "%s", why.text);
	ck_assert_int_eq(facts.kind, RECEIPT_TX);
	ck_assert_mem_eq(&facts.tx.txid, &tx->txid, HASH_SIZE);
	ck_assert_mem_eq(&facts.genesis, &fixture.chain.network.genesis, HASH_SIZE);
	ck_assert(bytes_equal(facts.network_name, text_view("fixture")));
	ck_assert_uint_eq(facts.log_index, 1);
	ck_assert_uint_eq(facts.checkpoint.size, 3);
	ck_assert_uint_eq(facts.cosigned, 3);
	ck_assert_uint_eq(facts.voters, 4);
	ck_assert_uint_eq(facts.needed, 3);
	ck_assert_int_eq(facts.judge, JUDGE_POLICY);
	/* one of four may lie: the second earliest time */
	ck_assert_uint_eq(facts.not_later_than_s, signing.time_s + 1);
}
END_TEST

START_TEST(any_transaction_of_a_ledger_has_a_receipt)
{
	static const size_t counts[] = {2, 1000, 100000};
	static const size_t places[3][3] = {{0, 1, 1}, {0, 500, 999}, {0, 77777, 99999}};
	size_t count = counts[_i / 3];
	size_t wanted = places[_i / 3][_i % 3];
	struct hash stream = receipt_fixture_stream(&fixture, "contracts");
	struct bytes_view name = text_view("contracts");
	struct receipt_signing signing;
	const struct tx *tx = NULL;
	uint64_t index = 0;

	fixture.keeps_records = false;
	/* 10,000 of them fit a block */
	for (size_t done = 0; done < count; done += 10000) {
		size_t part = count - done < 10000 ? count - done : 10000;
		bool is_here = wanted >= done && wanted < done + part;
		uint64_t log_size = fixture.log_size;
		const struct tx *made = many(&stream, part, is_here ? wanted - done : part);

		if (is_here) {
			tx = made;
			index = log_size + wanted - done;
		} else {
			ck_assert_ptr_null(made);
		}
	}
	signing = receipt_fixture_signing(&fixture);
	receipt_fixture_tx(&file, &fixture, tx, index, &name, 1, &signing);
	ck_assert_msg(verify() == RECEIPT_GOOD, "%s", why.text);
	ck_assert_uint_eq(facts.log_index, index);
	ck_assert_mem_eq(&facts.tx.txid, &tx->txid, HASH_SIZE);
	ck_assert_uint_eq(facts.name_count, 1);
	ck_assert(bytes_equal(receipt_stream_name(&facts, &stream), name));
	if (count == 1000)
		/* the bar: 1.5 kB and the transaction in base64 */
		ck_assert_uint_le(file.size, 1500 + (tx->bytes.size + 2) / 3 * 4);
	printf("%zu transactions: %zu bytes, of which %zu are the transaction\n", count,
	       file.size, (tx->bytes.size + 2) / 3 * 4);
}
END_TEST

START_TEST(a_newer_checkpoint_proves_an_older_transaction)
{
	struct hash stream = receipt_fixture_stream(&fixture, "contracts");
	const struct tx *tx =
		ledger_fixture_tx_of(&fixture.chain, 3, make_append(&stream, "", "first"));
	uint64_t index = fixture.log_size;
	struct receipt_signing signing;

	receipt_fixture_block(&fixture, &tx, 1);
	for (int i = 0; i < 20; i++) {
		receipt_fixture_do(&fixture, 2, make_append(&stream, "", "later"));
		signing = receipt_fixture_signing(&fixture);
		buffer_clear(&file);
		receipt_fixture_tx(&file, &fixture, tx, index, NULL, 0, &signing);
		ck_assert_msg(verify() == RECEIPT_GOOD, "%s", why.text);
		ck_assert_uint_eq(facts.log_index, index);
	}
}
END_TEST

START_TEST(no_memory_is_no_verdict)
{
	struct hash stream = receipt_fixture_stream(&fixture, "contracts");
	struct receipt_signing signing;
	const struct tx *tx =
		ledger_fixture_tx_of(&fixture.chain, 3, make_append(&stream, "", "first"));
	unsigned long step = 1;

	receipt_fixture_block(&fixture, &tx, 1);
	signing = receipt_fixture_signing(&fixture);
	receipt_fixture_tx(&file, &fixture, tx, fixture.log_size - 2, NULL, 0, &signing);
	for (; step < 100; step++) {
		enum receipt_verdict verdict;

		arena_close(&arena);
		memory_fail_at(step, 0);
		verdict = verify();
		memory_fail_at(0, 0);
		if (verdict == RECEIPT_GOOD)
			break;
		ck_assert_int_eq(verdict, RECEIPT_FAILED);
	}
	ck_assert_uint_gt(step, 1);
	ck_assert_uint_lt(step, 100);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("receipts");
	TCase *tests = tcase_create("receipts");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests, a_ledger_of_one_transaction_gives_a_receipt);
	tcase_add_loop_test(tests, any_transaction_of_a_ledger_has_a_receipt, 0, 9);
	tcase_add_test(tests, a_newer_checkpoint_proves_an_older_transaction);
	tcase_add_test(tests, no_memory_is_no_verdict);
	suite_add_tcase(suite, tests);
	return suite;
}
