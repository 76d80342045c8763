/* A block being filled: duplicates, limits, all or none. */
#include "tests/support/ledger_fixture.h"
#include "tests/support/support.h"

static struct ledger_fixture fixture;
static struct draft *draft;
static struct hash notes, bread;

static void start(void)
{
	struct operation operations[4];

	ledger_fixture_init(&fixture, NULL);
	notes = stream_id_of(text_view("notes"));
	bread = asset_id_of(text_view("bread"));
	operations[0] = make_stream("notes", STREAM_WRITE_LISTED);
	operations[1] = make_asset("bread", 0);
	operations[2] = make_mint(&bread, &fixture.accounts[0].id, 100);
	operations[3] = make_append(&notes, "k", "zeroth");
	ledger_fixture_block(
		&fixture, (const struct tx *[]){ledger_fixture_tx(&fixture, 0, operations, 4)},
		1);
	draft = ledger_fixture_draft(&fixture, NULL);
}

static void stop(void)
{
	draft_free(draft);
	ledger_fixture_close(&fixture);
}

/* -- Duplicates ---------------------------------------------------------------------- */

static void expect_known(struct draft *in, const struct tx *tx)
{
	char text[96];

	snprintf(text, sizeof text, "txid %.20s is in the ledger",
	         shown_hash(&tx->txid).text);
	ledger_fixture_expect_refused(&fixture, in, tx, VERDICT_KNOWN, text);
	ck_assert_uint_eq(fixture.refusal.operation, REFUSAL_NO_OPERATION);
}

START_TEST(a_transaction_is_not_taken_twice_into_one_block)
{
	const struct tx *tx = ledger_fixture_tx_of(&fixture, 0, make_describe("Ada"));

	ledger_fixture_expect_taken(&fixture, draft, tx);
	expect_known(draft, tx);
	ck_assert_uint_eq(draft_tx_count(draft), 1);
}
END_TEST

START_TEST(a_transaction_signed_anew_is_the_same_transaction)
{
	const struct tx *tx = ledger_fixture_tx_of(&fixture, 0, make_describe("Ada"));
	struct tx again = *tx;

	again.signature.bytes[0] ^= 1;
	again.leaf_hash.bytes[0] ^= 1;
	ledger_fixture_expect_taken(&fixture, draft, tx);
	expect_known(draft, &again);
}
END_TEST

START_TEST(a_transaction_of_a_parent_that_is_not_committed_is_known)
{
	const struct tx *tx = ledger_fixture_tx_of(&fixture, 0, make_describe("Ada"));
	struct draft *second, *third;

	ledger_fixture_expect_taken(&fixture, draft, tx);
	ledger_fixture_seal(&fixture, draft);
	second = ledger_fixture_draft(&fixture, draft);
	expect_known(second, tx);
	ledger_fixture_seal(&fixture, second);
	third = ledger_fixture_draft(&fixture, second);
	expect_known(third, tx);
	draft_free(third);
	draft_free(second);
}
END_TEST

START_TEST(a_transaction_of_the_ledger_is_known_unless_the_caller_says_it_is_new)
{
	const struct tx *tx = ledger_fixture_tx_of(&fixture, 0, make_describe("Ada"));
	uint64_t calls;

	ledger_fixture_block(&fixture, &tx, 1);
	draft_free(draft);
	draft = ledger_fixture_draft(&fixture, NULL);
	expect_known(draft, tx);
	calls = fixture.ledger.call_count;
	tx = ledger_fixture_tx_of(&fixture, 0, make_describe("Ada"));
	/* The account and its profile are asked for, once; the txid is not. */
	ck_assert_int_eq(block_try(draft, tx, true, NULL), VERDICT_GOOD);
	ck_assert_uint_eq(fixture.ledger.call_count, calls + 2);
	ck_assert_int_eq(block_try(draft, tx, false, NULL), VERDICT_GOOD);
	ck_assert_uint_eq(fixture.ledger.call_count, calls + 3);
}
END_TEST

/* -- All or none --------------------------------------------------------------------- */

/* Everything of a sealed draft that a transaction can change. */
static void expect_same_block(const struct draft *a, const struct draft *b)
{
	uint8_t a_header[HEADER_SIZE], b_header[HEADER_SIZE];

	header_encode(a_header, &a->header);
	header_encode(b_header, &b->header);
	ck_assert_mem_eq(a_header, b_header, HEADER_SIZE);
	ck_assert_uint_eq(a->record_count, b->record_count);
	for (size_t i = 0; i < a->record_count; i++) {
		ck_assert(hash_equal(&a->records[i].stream->id, &b->records[i].stream->id));
		ck_assert_uint_eq(a->records[i].position, b->records[i].position);
		ck_assert_uint_eq(a->records[i].tx_index, b->records[i].tx_index);
		ck_assert_uint_eq(a->records[i].operation, b->records[i].operation);
		ck_assert_uint_eq(a->records[i].version, b->records[i].version);
		ck_assert(bytes_equal(a->records[i].key, b->records[i].key));
	}
	ck_assert_uint_eq(a->concern_count, b->concern_count);
	for (size_t i = 0; i < a->concern_count; i++) {
		ck_assert(hash_equal(&a->concerns[i].account, &b->concerns[i].account));
		ck_assert_uint_eq(a->concerns[i].tx_index, b->concerns[i].tx_index);
	}
	ck_assert_uint_eq(HASH_COUNT(a->streams), HASH_COUNT(b->streams));
	ck_assert_uint_eq(a->update.page_count, b->update.page_count);
	ck_assert_uint_eq(a->update.stale_count, b->update.stale_count);
}

/* Does a bit of everything, and fails in its last operation. */
static const struct tx *doomed(void)
{
	struct hash young = stream_id_of(text_view("young"));
	struct hash salt = asset_id_of(text_view("salt"));
	struct key_pair keys = ledger_fixture_keys(&fixture, 50);
	const struct hash *other = &fixture.accounts[7].id;
	struct operation operations[] = {
		make_stream("young", STREAM_WRITE_OPEN),
		make_append(&young, "k", "first"),
		make_append(&young, "", "second"),
		make_append(&notes, "k", "first"),
		make_append(&notes, "", "second"),
		make_grant(&notes, STREAM_ROLE_WRITER, other),
		make_describe("Ada"),
		make_asset("salt", 3),
		make_mint(&salt, other, 10),
		make_transfer(&bread, other, 100),
		make_rotate(&fixture, &fixture.accounts[0].id, &keys, fixture.salt),
		make_burn(&bread, 1),
	};

	return ledger_fixture_tx(&fixture, 0, operations,
	                         sizeof operations / sizeof operations[0]);
}

START_TEST(a_transaction_whose_last_operation_fails_leaves_no_trace)
{
	struct hash young = stream_id_of(text_view("young"));
	struct draft *without = ledger_fixture_draft(&fixture, NULL);
	const struct tx *before =
		ledger_fixture_tx_of(&fixture, 0, make_append(&notes, "l", "before"));
	const struct tx *after =
		ledger_fixture_tx_of(&fixture, 1, make_stream("young", STREAM_WRITE_OPEN));
	const struct tx *append =
		ledger_fixture_tx_of(&fixture, 2, make_append(&young, "k", "other"));

	ledger_fixture_expect_taken(&fixture, draft, before);
	ledger_fixture_expect_refused(&fixture, draft, doomed(), VERDICT_BALANCE,
	                              "holds 0 grains, 1 are needed");
	ck_assert_uint_eq(fixture.refusal.operation, 11);
	ck_assert_ptr_null(draft_stream(draft, &young));
	ledger_fixture_expect_taken(&fixture, draft, after);
	ledger_fixture_expect_taken(&fixture, draft, append);
	ledger_fixture_expect_refused(&fixture, draft, doomed(), VERDICT_CONFLICT, "taken");
	ledger_fixture_seal(&fixture, draft);

	ledger_fixture_expect_taken(&fixture, without, before);
	ledger_fixture_expect_taken(&fixture, without, after);
	ledger_fixture_expect_taken(&fixture, without, append);
	ledger_fixture_seal(&fixture, without);
	expect_same_block(draft, without);
	draft_free(without);
}
END_TEST

START_TEST(a_block_that_refused_everything_changes_nothing_but_the_log)
{
	struct hash root = fixture.ledger.tip.header.state_root;

	ledger_fixture_expect_refused(&fixture, draft, doomed(), VERDICT_BALANCE, "");
	ledger_fixture_seal(&fixture, draft);
	ck_assert(hash_equal(&draft->header.state_root, &root));
	ck_assert_uint_eq(draft->header.tx_count, 0);
	ck_assert_uint_eq(draft->header.body_size, 0);
	ck_assert_uint_eq(draft->update.page_count, 0);
	ck_assert_uint_eq(draft->header.log_size, fixture.ledger.tip.header.log_size + 1);
}
END_TEST

START_TEST(trying_a_transaction_changes_nothing)
{
	struct draft *without = ledger_fixture_draft(&fixture, NULL);
	struct hash young = stream_id_of(text_view("young"));
	struct operation operations[3] = {
		make_stream("young", STREAM_WRITE_OPEN),
		make_append(&young, "k", "value"),
		make_append(&notes, "k", "value"),
	};
	const struct tx *tx = ledger_fixture_tx(&fixture, 0, operations, 3);
	const struct tx *other = ledger_fixture_tx_of(&fixture, 1, make_describe("Bob"));

	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(block_try(draft, tx, false, NULL), VERDICT_GOOD);
	ledger_fixture_expect_taken(&fixture, draft, other);
	ck_assert_int_eq(block_try(draft, tx, false, NULL), VERDICT_GOOD);
	ledger_fixture_expect_taken(&fixture, draft, tx);
	ck_assert_int_eq(block_try(draft, tx, false, NULL), VERDICT_KNOWN);
	ledger_fixture_seal(&fixture, draft);
	ledger_fixture_expect_taken(&fixture, without, other);
	ledger_fixture_expect_taken(&fixture, without, tx);
	ledger_fixture_seal(&fixture, without);
	expect_same_block(draft, without);
	draft_free(without);
}
END_TEST

START_TEST(a_stream_can_be_written_in_the_transaction_that_creates_it)
{
	struct hash young = stream_id_of(text_view("young"));
	struct operation operations[3] = {
		make_append(&young, "", "too early"),
		make_stream("young", STREAM_WRITE_LISTED),
		make_append(&young, "", "in time"),
	};

	ledger_fixture_expect_refused(&fixture, draft,
	                              ledger_fixture_tx(&fixture, 3, operations, 3),
	                              VERDICT_UNKNOWN_REFERENCE, "there is no stream");
	ck_assert_uint_eq(fixture.refusal.operation, 0);
	ledger_fixture_expect_taken(&fixture, draft,
	                            ledger_fixture_tx(&fixture, 3, operations + 1, 2));
	ck_assert_uint_eq(draft_stream_count(draft_stream(draft, &young)), 1);
}
END_TEST

/* -- Limits -------------------------------------------------------------------------- */

START_TEST(a_block_has_room_for_as_many_transactions_as_the_parameter_says)
{
	struct parameters parameters = parameters_default();

	stop();
	parameters.values[PARAMETER_max_block_txs] = 3;
	ledger_fixture_init(&fixture, &parameters);
	draft = ledger_fixture_draft(&fixture, NULL);
	for (unsigned i = 0; i < 3; i++) {
		ck_assert(block_has_room(draft, TX_SIZE_MAX));
		ledger_fixture_expect_taken(
			&fixture, draft, ledger_fixture_tx_of(&fixture, i, make_describe("Ada")));
	}
	ck_assert(!block_has_room(draft, TX_SIZE_MIN));
}
END_TEST

START_TEST(a_block_has_room_for_as_many_bytes_as_the_parameter_says)
{
	struct parameters parameters = parameters_default();
	const struct tx *tx;
	size_t left;

	stop();
	parameters.values[PARAMETER_max_block_bytes] = 2 + TX_SIZE_MAX;
	ledger_fixture_init(&fixture, &parameters);
	draft = ledger_fixture_draft(&fixture, NULL);
	ck_assert(block_has_room(draft, TX_SIZE_MAX));
	tx = ledger_fixture_tx_of(&fixture, 0, make_describe("Ada"));
	ledger_fixture_expect_taken(&fixture, draft, tx);
	ck_assert_uint_eq(draft->body.size, 2 + tx->bytes.size);
	left = TX_SIZE_MAX - tx->bytes.size;
	ck_assert(block_has_room(draft, left - 2));
	ck_assert(!block_has_room(draft, left - 1));
}
END_TEST

START_TEST(the_largest_block_of_all_can_be_filled)
{
	static char value[65000];
	struct operation operation = make_append(&notes, "", "");
	size_t count = 0;

	fixture.is_unsigned = true;
	operation.record_append.value = bytes_view(value, sizeof value);
	while (block_has_room(draft, TX_SIZE_MAX)) {
		ledger_fixture_expect_taken(&fixture, draft,
		                            ledger_fixture_tx_of(&fixture, 0, operation));
		ledger_fixture_forget_txs(&fixture);
		count++;
	}
	ck_assert_uint_eq(count, 64);
	ck_assert_uint_gt(draft->body.size, BLOCK_BODY_MAX - TX_SIZE_MAX);
	ledger_fixture_seal(&fixture, draft);
	ck_assert_uint_eq(draft->header.tx_count, 64);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("filling a block");
	TCase *tests = tcase_create("filling a block");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests, a_transaction_is_not_taken_twice_into_one_block);
	tcase_add_test(tests, a_transaction_signed_anew_is_the_same_transaction);
	tcase_add_test(tests, a_transaction_of_a_parent_that_is_not_committed_is_known);
	tcase_add_test(tests,
	               a_transaction_of_the_ledger_is_known_unless_the_caller_says_it_is_new);
	tcase_add_test(tests, a_transaction_whose_last_operation_fails_leaves_no_trace);
	tcase_add_test(tests, a_block_that_refused_everything_changes_nothing_but_the_log);
	tcase_add_test(tests, trying_a_transaction_changes_nothing);
	tcase_add_test(tests, a_stream_can_be_written_in_the_transaction_that_creates_it);
	tcase_add_test(tests,
	               a_block_has_room_for_as_many_transactions_as_the_parameter_says);
	tcase_add_test(tests, a_block_has_room_for_as_many_bytes_as_the_parameter_says);
	tcase_add_test(tests, the_largest_block_of_all_can_be_filled);
	suite_add_tcase(suite, tests);
	return suite;
}
