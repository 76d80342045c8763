/* Memory that is refused, at every single request: no crash, no leak (a sanitizer looks),
 * a status that says so, and the same work done again gives the same block. */
#include "tests/support/ledger_fixture.h"
#include "tests/support/support.h"

enum { TXS_MAX = 256 };

static struct ledger_fixture fixture;
static const struct tx *txs[TXS_MAX];
static size_t tx_count;
static struct draft *reference; /* the block that all must become */

static void add(unsigned sender, const struct operation *operations, size_t count)
{
	ck_assert_uint_lt(tx_count, TXS_MAX);
	txs[tx_count++] = ledger_fixture_tx(&fixture, sender, operations, count);
}

static void add_root(struct operation operation)
{
	ck_assert_uint_lt(tx_count, TXS_MAX);
	txs[tx_count++] = ledger_fixture_root_tx(&fixture, operation);
}

static void add_of(unsigned sender, struct operation operation)
{
	add(sender, &operation, 1);
}

/* Large values and many keys, so that arenas and tables grow at many places. */
static void make_txs(void)
{
	static char names[20][8], keys[40][8], schema[SCHEMA_SIZE_MAX];
	struct hash bread = asset_id_of(text_view("bread"));
	struct key_pair new_keys = ledger_fixture_keys(&fixture, 50);
	struct operation operations[4];

	memset(schema, ' ', sizeof schema);
	operations[0] = make_asset("bread", 2);
	operations[1] = make_mint(&bread, &fixture.accounts[0].id, 1000);
	add(0, operations, 2);
	for (unsigned i = 0; i < 20; i++) {
		struct hash id;

		snprintf(names[i], sizeof names[i], "s%u", i);
		id = stream_id_of(text_view(names[i]));
		operations[0] = make_stream(names[i], STREAM_WRITE_LISTED);
		operations[0].stream_create.schema = bytes_view(schema, sizeof schema);
		operations[1] = make_append(&id, "", "first");
		operations[2] = make_grant(&id, STREAM_ROLE_WRITER, &fixture.accounts[2].id);
		add(1, operations, 3);
		add_of(0, make_transfer(&bread, &fixture.accounts[i % 16].id, 2));
	}
	for (unsigned i = 0; i < 40; i++) {
		struct hash id = stream_id_of(text_view(names[i % 3]));

		snprintf(keys[i], sizeof keys[i], "k%u", i);
		add_of(2, make_append(&id, keys[i], "value"));
		/* One that is refused, so that undoing fails as well. */
		operations[0] = make_append(&id, keys[i], "value");
		operations[1] = make_burn(&bread, 1000000);
		add(1, operations, 2);
	}
	for (unsigned i = 4; i < 10; i++) {
		add_root(make_admit(&fixture.accounts[i].id));
		add_of(i, make_join(&fixture, &fixture.accounts[i].id, 2000 + i));
	}
	add_root(make_remove(&fixture.accounts[4].id));
	add_root(make_param("term_length", 9));
	add_of(5, make_evidence(&fixture, 1000, 0, 3));
	add_of(3, make_describe("Ada"));
	add_of(3, make_rotate(&fixture, &fixture.accounts[3].id, &new_keys, fixture.salt));
}

/* A draft with all of the transactions, sealed; NULL and a status otherwise. */
static enum status make_block(struct draft **made)
{
	const struct ledger_tip *tip = &fixture.ledger.tip;
	struct block_plan plan;
	enum status status;
	struct draft *draft;

	*made = NULL;
	status = draft_new(&draft, &fixture.network, &fixture.ledger.source, tip, NULL,
	                   tip->header.time_ms + FIXTURE_BLOCK_MS, &fixture.why);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < tx_count && draft->status == STATUS_OK; i++) {
		struct refusal refusal;
		enum verdict verdict = block_try(draft, txs[i], false, &refusal);

		(void)verdict;
		if (draft->status == STATUS_OK)
			verdict = block_add(draft, txs[i], false, &refusal);
	}
	plan = ledger_fixture_plan(draft);
	status = block_seal(draft, &plan, &fixture.why);
	if (status == STATUS_OK)
		*made = draft;
	else
		draft_free(draft);
	return status;
}

static void start(void)
{
	ledger_fixture_init(&fixture, NULL);
	tx_count = 0;
	make_txs();
	ck_assert_int_eq(make_block(&reference), STATUS_OK);
	ck_assert_uint_eq(draft_tx_count(reference), tx_count - 40);
}

static void stop(void)
{
	draft_free(reference);
	ledger_fixture_close(&fixture);
}

static void expect_reference(struct draft *draft, unsigned long k)
{
	ck_assert_ptr_nonnull(draft);
	ck_assert_msg(hash_equal(&draft->hash, &reference->hash),
	              "another block when request %lu is refused", k);
	ck_assert_uint_eq(draft->record_count, reference->record_count);
	ck_assert_uint_eq(draft->concern_count, reference->concern_count);
	draft_free(draft);
}

/* _i: 1 means that every later request is refused too. */
START_TEST(a_block_that_is_made_survives_every_refused_request)
{
	unsigned long k = 1;

	for (;; k++) {
		struct draft *draft;
		enum status status;

		memory_fail_at(k, _i);
		status = make_block(&draft);
		memory_fail_at(0, 0);
		if (status == STATUS_OK) {
			expect_reference(draft, k);
			break;
		}
		ck_assert_int_eq(status, STATUS_MEMORY);
		ck_assert_ptr_nonnull(strstr(fixture.why.text, "out of memory"));
		ck_assert_int_eq(make_block(&draft), STATUS_OK);
		expect_reference(draft, k);
	}
	ck_assert_uint_gt(k, 100);
}
END_TEST

START_TEST(a_block_that_is_checked_survives_every_refused_request)
{
	for (unsigned long k = 1;; k++) {
		enum verdict verdict = VERDICT_GOOD;
		struct draft *draft;
		enum status status;

		memory_fail_at(k, _i);
		status =
			block_execute(&draft, &fixture.network, &fixture.ledger.source,
		                  &fixture.ledger.tip, NULL, &reference->header,
		                  buffer_view(&reference->body), &verdict, NULL, &fixture.why);
		memory_fail_at(0, 0);
		if (status == STATUS_OK) {
			ck_assert_int_eq(verdict, VERDICT_GOOD);
			ck_assert_uint_gt(k, 50);
			expect_reference(draft, k);
			return;
		}
		ck_assert_int_eq(status, STATUS_MEMORY);
		ck_assert_ptr_null(draft);
	}
}
END_TEST

START_TEST(a_block_on_an_uncommitted_parent_survives_every_refused_request)
{
	struct hash id = stream_id_of(text_view("s0"));
	const struct tx *tx =
		ledger_fixture_tx_of(&fixture, 2, make_append(&id, "k1", "again"));
	struct draft *wanted = ledger_fixture_sealed(&fixture, reference, &tx, 1);

	for (unsigned long k = 1;; k++) {
		enum verdict verdict = VERDICT_GOOD;
		struct draft *draft;
		enum status status;

		memory_fail_at(k, _i);
		status = block_execute(&draft, &fixture.network, &fixture.ledger.source,
		                       &fixture.ledger.tip, reference, &wanted->header,
		                       buffer_view(&wanted->body), &verdict, NULL, &fixture.why);
		memory_fail_at(0, 0);
		if (status == STATUS_OK) {
			ck_assert_int_eq(verdict, VERDICT_GOOD);
			ck_assert(hash_equal(&draft->hash, &wanted->hash));
			draft_free(draft);
			break;
		}
		ck_assert_int_eq(status, STATUS_MEMORY);
	}
	draft_free(wanted);
}
END_TEST

START_TEST(a_genesis_survives_every_refused_request)
{
	for (unsigned long k = 1;; k++) {
		struct draft *draft;
		enum status status;

		memory_fail_at(k, _i);
		status = block_genesis(&draft, &fixture.network, fixture.genesis, &fixture.why);
		memory_fail_at(0, 0);
		if (status == STATUS_OK) {
			ck_assert(hash_equal(&draft->hash, &fixture.ledger.tip.hash));
			draft_free(draft);
			return;
		}
		ck_assert_int_eq(status, STATUS_MEMORY);
		ck_assert_ptr_null(draft);
	}
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("refused memory");
	TCase *tests = tcase_create("refused memory");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_loop_test(tests, a_block_that_is_made_survives_every_refused_request, 0, 2);
	tcase_add_loop_test(tests, a_block_that_is_checked_survives_every_refused_request, 0,
	                    2);
	tcase_add_loop_test(
		tests, a_block_on_an_uncommitted_parent_survives_every_refused_request, 0, 2);
	tcase_add_loop_test(tests, a_genesis_survives_every_refused_request, 0, 2);
	suite_add_tcase(suite, tests);
	return suite;
}
