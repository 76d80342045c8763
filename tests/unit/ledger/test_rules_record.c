/* record.append: where a record stands, what it may demand, and what the ledger keeps of
 * it. */
#include "chain/proof/log.h"
#include "tests/support/ledger_fixture.h"
#include "tests/support/support.h"

static struct ledger_fixture fixture;
static struct draft *draft;
static struct hash stream, other;

static void start(void)
{
	struct operation streams[2] = {
		make_stream("notes", STREAM_WRITE_OPEN),
		make_stream("other", STREAM_WRITE_OPEN),
	};

	ledger_fixture_init(&fixture, NULL);
	stream = stream_id_of(text_view("notes"));
	other = stream_id_of(text_view("other"));
	ledger_fixture_block(
		&fixture, (const struct tx *[]){ledger_fixture_tx(&fixture, 0, streams, 2)}, 1);
	draft = ledger_fixture_draft(&fixture, NULL);
}

static void stop(void)
{
	draft_free(draft);
	ledger_fixture_close(&fixture);
}

/* The draft becomes a block, and a new one is begun on it. */
static void next_block(void)
{
	ledger_fixture_seal(&fixture, draft);
	memory_ledger_commit(&fixture.ledger, draft);
	draft_free(draft);
	draft = ledger_fixture_draft(&fixture, NULL);
}

static const struct tx *take(unsigned sender, struct operation operation)
{
	const struct tx *tx = ledger_fixture_tx_of(&fixture, sender, operation);

	ledger_fixture_expect_taken(&fixture, draft, tx);
	return tx;
}

static void expect(struct operation operation, enum verdict verdict, const char *text)
{
	ledger_fixture_expect_refused(
		&fixture, draft, ledger_fixture_tx_of(&fixture, 0, operation), verdict, text);
}

static struct operation append_at(uint64_t count)
{
	struct operation operation = make_append(&stream, "", "value");

	operation.record_append.expected_count = (struct optional_u64){true, count};
	return operation;
}

static struct operation append_version(const char *key, uint64_t version)
{
	struct operation operation = make_append(&stream, key, "value");

	operation.record_append.expected_version = (struct optional_u64){true, version};
	return operation;
}

static struct operation append_after(const struct hash *to, uint64_t position)
{
	struct operation operation = make_append(&stream, "", "value");

	operation.record_append.reference.present = true;
	operation.record_append.reference.value.stream = *to;
	operation.record_append.reference.value.position = position;
	return operation;
}

START_TEST(records_are_numbered_in_the_order_in_which_they_came)
{
	take(1, make_append(&stream, "", "a"));
	take(2, make_append(&other, "", "b"));
	take(1, make_append(&stream, "k", "c"));
	next_block();
	take(3, make_append(&stream, "k", "d"));
	ck_assert_uint_eq(draft->record_count, 1);
	ck_assert_uint_eq(draft->records[0].position, 2);
	ck_assert_uint_eq(draft->records[0].version, 1);
	ck_assert(hash_equal(&draft->records[0].stream->id, &stream));
	ck_assert(bytes_equal(draft->records[0].key, text_view("k")));
	ck_assert_uint_eq(draft->records[0].tx_index, 0);
	ck_assert_uint_eq(draft->records[0].operation, 0);
	ck_assert_uint_eq(draft_stream_count(draft_stream(draft, &stream)), 3);
	ck_assert_uint_eq(draft_stream_count(draft_stream(draft, &other)), 1);
}
END_TEST

START_TEST(a_records_place_names_its_transaction_and_operation)
{
	struct operation operations[3] = {
		make_describe("Ada"),
		make_append(&stream, "", "a"),
		make_append(&other, "", "b"),
	};

	take(1, make_append(&stream, "", "first"));
	ledger_fixture_expect_taken(&fixture, draft,
	                            ledger_fixture_tx(&fixture, 0, operations, 3));
	ck_assert_uint_eq(draft->record_count, 3);
	ck_assert_uint_eq(draft->records[2].tx_index, 1);
	ck_assert_uint_eq(draft->records[2].operation, 2);
	ck_assert_uint_eq(draft->records[2].position, 0);
	ck_assert_uint_eq(draft->records[1].operation, 1);
	ck_assert_uint_eq(draft->records[1].position, 1);
}
END_TEST

START_TEST(an_expected_count_that_does_not_match_is_refused)
{
	expect(append_at(1), VERDICT_CONFLICT,
	       "expected_count 1, but the stream has 0 records");
	take(0, append_at(0));
	expect(append_at(0), VERDICT_CONFLICT,
	       "expected_count 0, but the stream has 1 records");
	next_block();
	expect(append_at(0), VERDICT_CONFLICT, "the stream has 1 records");
	expect(append_at(UINT64_MAX), VERDICT_CONFLICT,
	       "expected_count 18446744073709551615");
	take(0, append_at(1));
}
END_TEST

START_TEST(an_expected_count_counts_within_one_transaction)
{
	struct operation good[3] = {append_at(0), append_at(1), append_at(2)};
	struct operation bad[3] = {append_at(3), append_at(4), append_at(4)};

	ledger_fixture_expect_taken(&fixture, draft, ledger_fixture_tx(&fixture, 0, good, 3));
	ledger_fixture_expect_refused(&fixture, draft, ledger_fixture_tx(&fixture, 0, bad, 3),
	                              VERDICT_CONFLICT,
	                              "expected_count 4, but the stream has 5 records");
	ck_assert_uint_eq(fixture.refusal.operation, 2);
	ck_assert_uint_eq(draft_stream_count(draft_stream(draft, &stream)), 3);
}
END_TEST

START_TEST(an_expected_version_that_does_not_match_is_refused)
{
	expect(append_version("k", 1), VERDICT_CONFLICT,
	       "expected_version 1, but key 'k' has 0 versions");
	take(0, append_version("k", 0));
	expect(append_version("k", 0), VERDICT_CONFLICT, "key 'k' has 1 versions");
	/* Another key, and the same key of another stream, have versions of their own. */
	take(0, append_version("l", 0));
	take(0, make_append(&other, "k", "value"));
	next_block();
	expect(append_version("k", 0), VERDICT_CONFLICT, "key 'k' has 1 versions");
	take(0, append_version("k", 1));
	take(0, append_version("l", 1));
}
END_TEST

START_TEST(an_expected_version_counts_within_one_transaction)
{
	struct operation good[3] = {append_version("k", 0), append_version("l", 0),
	                            append_version("k", 1)};
	struct operation bad[2] = {append_version("k", 2), append_version("k", 2)};

	ledger_fixture_expect_taken(&fixture, draft, ledger_fixture_tx(&fixture, 0, good, 3));
	ck_assert_uint_eq(draft->records[2].version, 1);
	ledger_fixture_expect_refused(&fixture, draft, ledger_fixture_tx(&fixture, 0, bad, 2),
	                              VERDICT_CONFLICT,
	                              "expected_version 2, but key 'k' has 3 versions");
}
END_TEST

START_TEST(a_record_without_a_key_has_no_version)
{
	expect(append_version("", 0), VERDICT_CONFLICT,
	       "expected_version is given, but the record has no key");
	take(0, make_append(&stream, "", "value"));
	ck_assert_uint_eq(draft->records[0].version, 0);
}
END_TEST

START_TEST(a_reference_names_an_earlier_record)
{
	expect(append_after(&stream, 0), VERDICT_UNKNOWN_REFERENCE,
	       "the reference names record 0 of stream");
	take(0, make_append(&stream, "", "first"));
	take(0, append_after(&stream, 0));
	/* Not itself. */
	expect(append_after(&stream, 2), VERDICT_UNKNOWN_REFERENCE, ", which has 2");
	ck_assert_ptr_nonnull(strstr(fixture.refusal.text, shown_hash(&stream).text));
	expect(append_after(&other, 0), VERDICT_UNKNOWN_REFERENCE, ", which has 0");
	expect(append_after(&stream, UINT64_MAX), VERDICT_UNKNOWN_REFERENCE,
	       "18446744073709551615");
	next_block();
	take(0, append_after(&stream, 1));
}
END_TEST

START_TEST(a_reference_to_a_stream_that_is_not_there_is_refused)
{
	struct hash missing = stream_id_of(text_view("missing"));

	expect(append_after(&missing, 0), VERDICT_UNKNOWN_REFERENCE, ", which has 0");
}
END_TEST

START_TEST(a_reference_may_name_a_record_of_the_same_transaction)
{
	struct operation operations[2] = {
		make_append(&other, "", "first"),
		append_after(&other, 0),
	};

	ledger_fixture_expect_taken(&fixture, draft,
	                            ledger_fixture_tx(&fixture, 0, operations, 2));
}
END_TEST

/* The leaf that the protocol says, built here by hand from the transaction alone. */
static struct hash leaf_of(const struct tx *tx, uint16_t index, uint64_t position,
                           const struct record_append *record)
{
	uint8_t bytes[RECORD_LEAF_SIZE_MAX];
	struct writer out = writer_on(bytes, sizeof bytes);

	writer_u64(&out, position);
	writer_hash(&out, &tx->sender);
	writer_hash(&out, &tx->txid);
	writer_u16(&out, index);
	writer_u64(&out, draft->header.time_ms);
	writer_bytes16(&out, record->key);
	writer_bytes16(&out, record->content_type);
	writer_u8(&out, record->value_kind);
	if (record->value_kind == VALUE_FILE) {
		writer_bytes(&out, record->value.at, HASH_SIZE);
	} else {
		struct hash value = hash_of(record->value);

		writer_hash(&out, &value);
	}
	return log_leaf_hash(bytes_view(bytes, sizeof bytes - out.left));
}

START_TEST(the_leaf_of_a_record_is_what_the_protocol_says)
{
	struct operation inline_value = make_append(&stream, "k", "value");
	struct operation file = make_append(&stream, "", "0123456789abcdef0123456789abcdef");
	const struct draft_stream *opened;
	struct hash wanted;
	const struct tx *tx;

	file.record_append.value_kind = VALUE_FILE;
	tx = take(4, inline_value);
	opened = draft_stream(draft, &stream);
	wanted = leaf_of(tx, 0, 0, &inline_value.record_append);
	ck_assert(hash_equal(&opened->leaf_hashes[0], &wanted));
	tx = take(5, file);
	wanted = leaf_of(tx, 0, 1, &file.record_append);
	ck_assert(hash_equal(&opened->leaf_hashes[1], &wanted));
}
END_TEST

START_TEST(the_state_keeps_the_latest_record_of_a_key)
{
	struct state_key key = state_key_of_record(&stream, text_view("k"));
	struct record_latest latest;
	struct bytes_view value;
	const struct draft_stream *opened;

	take(0, make_append(&stream, "k", "a"));
	take(0, make_append(&stream, "", "b"));
	next_block();
	take(0, make_append(&stream, "", "c"));
	take(0, make_append(&stream, "k", "d"));
	opened = draft_stream(draft, &stream);
	ck_assert(draft_get(draft, &key, &value));
	ck_assert_int_eq(record_latest_decode(&latest, value), STATUS_OK);
	ck_assert_uint_eq(latest.version_count, 2);
	ck_assert_uint_eq(latest.position, 3);
	ck_assert(hash_equal(&latest.leaf_hash, &opened->leaf_hashes[1]));
}
END_TEST

START_TEST(a_record_without_a_key_touches_nothing_but_its_streams_head)
{
	size_t values = memory_ledger_value_count(&fixture.ledger);
	size_t touched = 0;

	take(0, make_append(&stream, "", "a"));
	take(0, make_append(&stream, "", "b"));
	ledger_fixture_seal(&fixture, draft);
	for (const struct draft_entry *entry = draft->entries; entry; entry = entry->hh.next)
		touched += entry->touched;
	ck_assert_uint_eq(touched, 1);
	memory_ledger_commit(&fixture.ledger, draft);
	ck_assert_uint_eq(memory_ledger_value_count(&fixture.ledger), values);
	draft_free(draft);
	draft = ledger_fixture_draft(&fixture, NULL);
}
END_TEST

/* Transactions come from buffers that are given back long before a block is stored. */
START_TEST(what_a_draft_keeps_of_a_record_is_its_own)
{
	take(0, make_append(&stream, "the key", "value"));
	ledger_fixture_forget_txs(&fixture);
	ledger_fixture_seal(&fixture, draft);
	ck_assert(bytes_equal(draft->records[0].key, text_view("the key")));
	ck_assert_uint_gt(draft->txs[0]->bytes.size, 0);
	ck_assert_uint_eq(draft->txs[0]->bytes.at[0], TX_VERSION);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("rules of records");
	TCase *tests = tcase_create("rules of records");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests, records_are_numbered_in_the_order_in_which_they_came);
	tcase_add_test(tests, a_records_place_names_its_transaction_and_operation);
	tcase_add_test(tests, an_expected_count_that_does_not_match_is_refused);
	tcase_add_test(tests, an_expected_count_counts_within_one_transaction);
	tcase_add_test(tests, an_expected_version_that_does_not_match_is_refused);
	tcase_add_test(tests, an_expected_version_counts_within_one_transaction);
	tcase_add_test(tests, a_record_without_a_key_has_no_version);
	tcase_add_test(tests, a_reference_names_an_earlier_record);
	tcase_add_test(tests, a_reference_to_a_stream_that_is_not_there_is_refused);
	tcase_add_test(tests, a_reference_may_name_a_record_of_the_same_transaction);
	tcase_add_test(tests, the_leaf_of_a_record_is_what_the_protocol_says);
	tcase_add_test(tests, the_state_keeps_the_latest_record_of_a_key);
	tcase_add_test(tests, a_record_without_a_key_touches_nothing_but_its_streams_head);
	tcase_add_test(tests, what_a_draft_keeps_of_a_record_is_its_own);
	suite_add_tcase(suite, tests);
	return suite;
}
