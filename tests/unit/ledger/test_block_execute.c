/* A block of somebody else: taken as it was sealed, refused when anything of it changed.
 */
#include "tests/support/ledger_fixture.h"
#include "tests/support/support.h"

enum { TXS = 5 };

static struct ledger_fixture fixture;
static struct hash notes, bread;
static const struct tx *txs[TXS];
static struct draft *block; /* sealed, on the tip: of the transactions above */

static void start(void)
{
	struct operation operations[3];

	ledger_fixture_init(&fixture, NULL);
	notes = stream_id_of(text_view("notes"));
	bread = asset_id_of(text_view("bread"));
	operations[0] = make_stream("notes", STREAM_WRITE_OPEN);
	operations[1] = make_asset("bread", 0);
	operations[2] = make_mint(&bread, &fixture.accounts[0].id, 100);
	ledger_fixture_block(
		&fixture, (const struct tx *[]){ledger_fixture_tx(&fixture, 0, operations, 3)},
		1);
	txs[0] = ledger_fixture_tx_of(&fixture, 0, make_append(&notes, "k", "a"));
	txs[1] = ledger_fixture_tx_of(&fixture, 1, make_append(&notes, "k", "b"));
	txs[2] = ledger_fixture_tx_of(&fixture, 0,
	                              make_transfer(&bread, &fixture.accounts[1].id, 60));
	txs[3] = ledger_fixture_tx_of(&fixture, 1,
	                              make_transfer(&bread, &fixture.accounts[2].id, 50));
	txs[4] = ledger_fixture_tx_of(&fixture, 2, make_describe("Ada"));
	block = ledger_fixture_sealed(&fixture, NULL, txs, TXS);
}

static void stop(void)
{
	draft_free(block);
	ledger_fixture_close(&fixture);
}

/* NULL, or a draft with the header that was given. */
static struct draft *execute_on(const struct draft *parent, const struct header *header,
                                struct bytes_view body, enum verdict *verdict)
{
	struct draft *made;

	fixture.refusal = (struct refusal){0};
	ck_assert_int_eq(block_execute(&made, &fixture.network, &fixture.ledger.source,
	                               &fixture.ledger.tip, parent, header, body, verdict,
	                               &fixture.refusal, &fixture.why),
	                 STATUS_OK);
	ck_assert_int_eq(made != NULL, *verdict == VERDICT_GOOD);
	return made;
}

static void expect_refused(const struct header *header, struct bytes_view body,
                           enum verdict wanted, const char *text)
{
	enum verdict verdict;

	ck_assert_ptr_null(execute_on(NULL, header, body, &verdict));
	ck_assert_msg(verdict == wanted, "wanted %s, got %s: %s", verdict_name(wanted),
	              verdict_name(verdict), fixture.refusal.text);
	ck_assert_msg(strstr(fixture.refusal.text, text) != NULL, "'%s' is not in '%s'", text,
	              fixture.refusal.text);
}

START_TEST(a_sealed_block_is_taken_and_gives_the_same_draft)
{
	enum verdict verdict;
	struct draft *made =
		execute_on(NULL, &block->header, buffer_view(&block->body), &verdict);

	ck_assert_msg(verdict == VERDICT_GOOD, "%s", fixture.refusal.text);
	ck_assert(hash_equal(&made->hash, &block->hash));
	ck_assert(hash_equal(&made->state_root.hash, &block->state_root.hash));
	ck_assert_uint_eq(made->update.page_count, block->update.page_count);
	ck_assert_uint_eq(made->record_count, block->record_count);
	ck_assert_uint_eq(made->concern_count, block->concern_count);
	ck_assert(bytes_equal(buffer_view(&made->body), buffer_view(&block->body)));
	memory_ledger_commit(&fixture.ledger, made);
	draft_free(made);
}
END_TEST

START_TEST(a_block_is_taken_on_a_parent_that_is_not_committed)
{
	const struct tx *next =
		ledger_fixture_tx_of(&fixture, 2, make_append(&notes, "k", "c"));
	struct draft *child = ledger_fixture_sealed(&fixture, block, &next, 1);
	enum verdict verdict;
	struct draft *made =
		execute_on(block, &child->header, buffer_view(&child->body), &verdict);

	ck_assert_int_eq(verdict, VERDICT_GOOD);
	ck_assert(hash_equal(&made->hash, &child->hash));
	draft_free(made);
	/* On another parent it is another block. */
	ck_assert_ptr_null(
		execute_on(NULL, &child->header, buffer_view(&child->body), &verdict));
	ck_assert_int_ne(verdict, VERDICT_GOOD);
	draft_free(child);
}
END_TEST

START_TEST(every_field_that_follows_from_the_block_is_compared)
{
	struct bytes_view body = buffer_view(&block->body);

#define EXPECT_WRONG(field, change)                                       \
	do {                                                                  \
		struct header header = block->header;                             \
                                                                          \
		header.field change;                                              \
		expect_refused(&header, body, VERDICT_CONFLICT, "the header's "); \
	} while (0)
	EXPECT_WRONG(version, ++);
	EXPECT_WRONG(height, ++);
	EXPECT_WRONG(height, = 0);
	EXPECT_WRONG(tx_count, ++);
	EXPECT_WRONG(body_size, --);
	EXPECT_WRONG(log_size, ++);
	EXPECT_WRONG(parent.bytes[0], ^= 1);
	EXPECT_WRONG(tx_root.bytes[31], ^= 1);
	EXPECT_WRONG(log_root.bytes[31], ^= 0x80);
	EXPECT_WRONG(state_root.bytes[0], ^= 1);
	EXPECT_WRONG(validators_hash.bytes[0], ^= 1);
	EXPECT_WRONG(next_validators_hash.bytes[0], ^= 1);
#undef EXPECT_WRONG
}
END_TEST

START_TEST(the_wrong_field_is_named)
{
	struct header header = block->header;

	header.state_root.bytes[5] ^= 1;
	expect_refused(&header, buffer_view(&block->body), VERDICT_CONFLICT,
	               "the header's state_root is wrong");
}
END_TEST

/* Nothing in this one changes the set, so none of these can be right. */
START_TEST(a_block_that_seals_or_recovers_or_has_unknown_flags_is_refused)
{
	for (unsigned bit = 0; bit < 8; bit++) {
		struct header header = block->header;

		if (1u << bit == HEADER_FLAG_HEARTBEAT)
			continue;
		header.flags = (uint8_t)(1u << bit);
		expect_refused(&header, buffer_view(&block->body), VERDICT_CONFLICT,
		               "the header's flags is wrong");
	}
}
END_TEST

/* A seal for a set that nobody voted in. */
START_TEST(a_block_cannot_change_the_validators_by_saying_so)
{
	struct header header = block->header;

	header.next_validators_hash.bytes[0] ^= 1;
	header.flags = HEADER_FLAG_SEAL;
	expect_refused(&header, buffer_view(&block->body), VERDICT_CONFLICT, "the header's ");
	header.validators_hash = header.next_validators_hash;
	header.flags = 0;
	expect_refused(&header, buffer_view(&block->body), VERDICT_CONFLICT,
	               "the header's validators_hash is wrong");
}
END_TEST

/* They are consensus': to execution any will do, and each makes another block. */
START_TEST(what_consensus_says_changes_the_hash_of_a_block)
{
	struct header headers[2] = {block->header, block->header};

	headers[0].view++;
	headers[1].proposer++;
	for (size_t i = 0; i < 2; i++) {
		enum verdict verdict;
		struct draft *made =
			execute_on(NULL, &headers[i], buffer_view(&block->body), &verdict);

		ck_assert_int_eq(verdict, VERDICT_GOOD);
		ck_assert(!hash_equal(&made->hash, &block->hash));
		draft_free(made);
	}
}
END_TEST

START_TEST(a_block_is_later_than_its_parent)
{
	struct header header = block->header;

	header.time_ms = fixture.ledger.tip.header.time_ms;
	expect_refused(&header, buffer_view(&block->body), VERDICT_CONFLICT,
	               "the block's time is not later than its parent's");
	header.time_ms = 0;
	expect_refused(&header, buffer_view(&block->body), VERDICT_CONFLICT, "not later");
	/* Another time is in the leaves of the records, and so in the state. */
	header.time_ms = block->header.time_ms + 1;
	expect_refused(&header, buffer_view(&block->body), VERDICT_CONFLICT,
	               "the header's state_root is wrong");
	header.time_ms = txs[0]->valid_until_ms + 1;
	expect_refused(&header, buffer_view(&block->body), VERDICT_EXPIRED, "valid until");
}
END_TEST

/* -- The body ------------------------------------------------------------------------ */

/* A body of these transactions, in this order. */
static struct bytes_view body_of(struct buffer *body, const size_t *order, size_t count)
{
	buffer_clear(body);
	for (size_t i = 0; i < count; i++) {
		const struct tx *tx = txs[order[i]];
		uint8_t size[2];

		put_le16(size, (uint16_t)tx->bytes.size);
		buffer_append(body, size, sizeof size);
		buffer_append_view(body, tx->bytes);
	}
	ck_assert_int_eq(body->status, STATUS_OK);
	return buffer_view(body);
}

START_TEST(transactions_in_another_order_are_another_block)
{
	static const size_t SWAPPED[TXS] = {1, 0, 2, 3, 4};
	static const size_t TOO_EARLY[TXS] = {0, 1, 3, 2, 4};
	struct buffer body;

	buffer_init(&body, BLOCK_BODY_MAX);
	expect_refused(&block->header, body_of(&body, SWAPPED, TXS), VERDICT_CONFLICT,
	               "the header's tx_root is wrong");
	/* This order spends what is not there yet. */
	expect_refused(&block->header, body_of(&body, TOO_EARLY, TXS), VERDICT_BALANCE,
	               "holds 0 grains, 50 are needed");
	buffer_close(&body);
}
END_TEST

START_TEST(a_transaction_that_is_missing_or_twice_is_noticed)
{
	static const size_t TWICE[TXS + 1] = {0, 1, 2, 3, 4, 4};
	struct buffer body;

	buffer_init(&body, BLOCK_BODY_MAX);
	for (size_t missing = 0; missing < TXS; missing++) {
		size_t order[TXS];
		size_t count = 0;
		enum verdict verdict;

		for (size_t i = 0; i < TXS; i++)
			if (i != missing)
				order[count++] = i;
		ck_assert_ptr_null(
			execute_on(NULL, &block->header, body_of(&body, order, count), &verdict));
		ck_assert_int_ne(verdict, VERDICT_GOOD);
	}
	expect_refused(&block->header, body_of(&body, TWICE, TXS + 1), VERDICT_KNOWN,
	               "is in the ledger");
	buffer_close(&body);
}
END_TEST

START_TEST(every_changed_byte_of_a_body_is_noticed)
{
	struct bytes_view body = buffer_view(&block->body);
	uint8_t *changed = memory_new(body.size);

	memcpy(changed, body.at, body.size);
	for (size_t i = 0; i < body.size; i++) {
		enum verdict verdict;

		changed[i] ^= 0x10;
		ck_assert_ptr_null(
			execute_on(NULL, &block->header, bytes_view(changed, body.size), &verdict));
		ck_assert_int_ne(verdict, VERDICT_GOOD);
		changed[i] ^= 0x10;
	}
	memory_free(changed);
}
END_TEST

START_TEST(a_body_cut_anywhere_or_longer_is_noticed)
{
	struct bytes_view body = buffer_view(&block->body);

	for (size_t size = 0; size < body.size; size++) {
		uint8_t *part = memory_new(size);
		enum verdict verdict;

		if (size > 0)
			memcpy(part, body.at, size);
		ck_assert_ptr_null(
			execute_on(NULL, &block->header, bytes_view(part, size), &verdict));
		ck_assert_int_ne(verdict, VERDICT_GOOD);
		memory_free(part);
	}
	buffer_append(&block->body, "x", 1);
	expect_refused(&block->header, buffer_view(&block->body), VERDICT_SCHEMA,
	               "the body is cut");
}
END_TEST

START_TEST(a_body_over_the_networks_limits_is_refused)
{
	struct parameters parameters = parameters_default();
	struct draft *other;

	/* The same transactions on a network that allows four of them in a block. */
	stop();
	parameters.values[PARAMETER_max_block_txs] = TXS - 1;
	ledger_fixture_init(&fixture, &parameters);
	for (unsigned i = 0; i < TXS; i++)
		txs[i] = ledger_fixture_tx_of(&fixture, i, make_describe("Ada"));
	block = ledger_fixture_sealed(&fixture, NULL, txs, TXS - 1);
	other = ledger_fixture_draft(&fixture, NULL);
	buffer_append_view(&other->body, buffer_view(&block->body));
	buffer_append(&other->body, (uint8_t[]){(uint8_t)txs[4]->bytes.size, 0}, 2);
	buffer_append_view(&other->body, txs[4]->bytes);
	expect_refused(&block->header, buffer_view(&other->body), VERDICT_TOO_LARGE,
	               "the body is over the network's limits");
	draft_free(other);
}
END_TEST

START_TEST(a_block_of_the_ledger_is_not_taken_again)
{
	struct header header = block->header;

	memory_ledger_commit(&fixture.ledger, block);
	header.time_ms += FIXTURE_BLOCK_MS;
	expect_refused(&header, buffer_view(&block->body), VERDICT_KNOWN, "is in the ledger");
	expect_refused(&block->header, buffer_view(&block->body), VERDICT_CONFLICT,
	               "not later");
}
END_TEST

/* -- What goes wrong with us --------------------------------------------------------- */

/* Every answer of the ledger fails in turn: never a block, never a verdict that counts.
 */
START_TEST(a_ledger_that_fails_is_no_fault_of_the_block)
{
	uint64_t calls = fixture.ledger.call_count;
	enum verdict verdict;
	struct draft *made =
		execute_on(NULL, &block->header, buffer_view(&block->body), &verdict);

	ck_assert_int_eq(verdict, VERDICT_GOOD);
	draft_free(made);
	calls = fixture.ledger.call_count - calls;
	ck_assert_uint_gt(calls, 10);
	for (unsigned long k = 1; k <= calls; k++) {
		enum status status;

		fixture.ledger.fail_countdown = k;
		fixture.why = (struct why){{0}};
		status = block_execute(&made, &fixture.network, &fixture.ledger.source,
		                       &fixture.ledger.tip, NULL, &block->header,
		                       buffer_view(&block->body), &verdict, NULL, &fixture.why);
		ck_assert_int_eq(status, STATUS_STORAGE);
		ck_assert_ptr_null(made);
		ck_assert_ptr_nonnull(strstr(fixture.why.text, "disk or the database refused"));
		ck_assert_uint_eq(fixture.ledger.fail_countdown, 0);
	}
}
END_TEST

static void expect_corrupt(const char *text)
{
	enum verdict verdict;
	struct draft *made;

	ck_assert_int_eq(block_execute(&made, &fixture.network, &fixture.ledger.source,
	                               &fixture.ledger.tip, NULL, &block->header,
	                               buffer_view(&block->body), &verdict, NULL,
	                               &fixture.why),
	                 STATUS_CORRUPT);
	ck_assert_ptr_null(made);
	ck_assert_msg(strstr(fixture.why.text, text) != NULL, "'%s' is not in '%s'", text,
	              fixture.why.text);
}

/* Puts what is wanted of the state into the ledger, so that each can be damaged. */
static void fill_ledger(void)
{
	struct key_pair keys = ledger_fixture_keys(&fixture, 50);
	struct operation listed = make_stream("listed", STREAM_WRITE_LISTED);
	struct hash stream = stream_id_of(text_view("listed"));

	memory_ledger_commit(&fixture.ledger, block);
	draft_free(block);
	ledger_fixture_do(
		&fixture, 0, make_rotate(&fixture, &fixture.accounts[0].id, &keys, fixture.salt));
	fixture.accounts[0].keys = keys;
	ledger_fixture_do(&fixture, 0, listed);
	ledger_fixture_do(&fixture, 0,
	                  make_grant(&stream, STREAM_ROLE_WRITER, &fixture.accounts[1].id));
	txs[0] = ledger_fixture_tx_of(&fixture, 1, make_append(&stream, "", "a"));
	txs[1] = ledger_fixture_tx_of(&fixture, 2, make_append(&notes, "k", "b"));
	txs[2] = ledger_fixture_tx_of(&fixture, 1, make_burn(&bread, 1));
	txs[3] = ledger_fixture_tx_of(&fixture, 0, make_describe("Ada"));
	block = ledger_fixture_sealed(&fixture, NULL, txs, 4);
}

START_TEST(a_damaged_value_is_no_fault_of_the_block)
{
	struct hash listed = stream_id_of(text_view("listed"));
	struct {
		struct state_key key;
		const char *text;
	} damages[] = {
		{state_key_of_parameter(PARAMETER_tx_lifetime_ms), "a parameter"},
		{state_key_of(STATE_ACCOUNT, &fixture.accounts[0].id), "an account"},
		{state_key_of(STATE_STREAM, &notes), "a stream"},
		{state_key_of(STATE_STREAM_HEAD, &notes), "a stream"},
		{state_key_of_pair(STATE_STREAM_ROLES, &listed, &fixture.accounts[1].id),
	     "the roles"},
		{state_key_of_record(&notes, text_view("k")), "the latest record"},
		{state_key_of(STATE_ASSET, &bread), "an asset"},
		{state_key_of(STATE_ASSET_SUPPLY, &bread), "an asset"},
		{state_key_of_pair(STATE_BALANCE, &bread, &fixture.accounts[1].id), "an asset"},
	};

	fill_ledger();
	ck_assert(memory_ledger_damage_value(&fixture.ledger, &fixture.network,
	                                     state_key_view(&damages[_i].key)));
	expect_corrupt(damages[_i].text);
}
END_TEST

START_TEST(damaged_tiles_of_a_stream_are_noticed)
{
	fill_ledger();
	memory_ledger_damage_tiles(&fixture.ledger, &notes);
	expect_corrupt("the tiles of stream 'notes' against its root in the state");
}
END_TEST

START_TEST(missing_pages_are_noticed)
{
	fill_ledger();
	memory_ledger_lose_pages(&fixture.ledger);
	expect_corrupt("seal block");
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("executing a block");
	TCase *tests = tcase_create("executing a block");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests, a_sealed_block_is_taken_and_gives_the_same_draft);
	tcase_add_test(tests, a_block_is_taken_on_a_parent_that_is_not_committed);
	tcase_add_test(tests, every_field_that_follows_from_the_block_is_compared);
	tcase_add_test(tests, the_wrong_field_is_named);
	tcase_add_test(tests, a_block_that_seals_or_recovers_or_has_unknown_flags_is_refused);
	tcase_add_test(tests, a_block_cannot_change_the_validators_by_saying_so);
	tcase_add_test(tests, what_consensus_says_changes_the_hash_of_a_block);
	tcase_add_test(tests, a_block_is_later_than_its_parent);
	tcase_add_test(tests, transactions_in_another_order_are_another_block);
	tcase_add_test(tests, a_transaction_that_is_missing_or_twice_is_noticed);
	tcase_add_test(tests, every_changed_byte_of_a_body_is_noticed);
	tcase_add_test(tests, a_body_cut_anywhere_or_longer_is_noticed);
	tcase_add_test(tests, a_body_over_the_networks_limits_is_refused);
	tcase_add_test(tests, a_block_of_the_ledger_is_not_taken_again);
	tcase_add_test(tests, a_ledger_that_fails_is_no_fault_of_the_block);
	tcase_add_loop_test(tests, a_damaged_value_is_no_fault_of_the_block, 0, 9);
	tcase_add_test(tests, damaged_tiles_of_a_stream_are_noticed);
	tcase_add_test(tests, missing_pages_are_noticed);
	suite_add_tcase(suite, tests);
	return suite;
}
