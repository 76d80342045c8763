/* Sentences: times, and one for each operation. */
#include "chain/receipt/sentences.h"
#include "tests/unit/receipt/receipt_scene.h"

static struct buffer said;

static void start(void)
{
	scene_start();
	buffer_init(&said, RECEIPT_SENTENCES_SIZE_MAX);
}

static void stop(void)
{
	buffer_close(&said);
	scene_stop();
}

static void expect_said(const char *text)
{
	expect_good();
	buffer_clear(&said);
	receipt_say(&said, &facts);
	buffer_append(&said, "", 1);
	ck_assert_int_eq(said.status, STATUS_OK);
	ck_assert_msg(strstr((char *)said.at, text), "'%s' is not in:\n%s", text, said.at);
}

START_TEST(times_are_those_of_the_calendar)
{
	static const struct {
		uint64_t time_s;
		const char *text;
	} times[] = {
		{0, "1970-01-01 00:00:00Z"},
		{UINT64_C(951782399), "2000-02-28 23:59:59Z"},
		{UINT64_C(951782400), "2000-02-29 00:00:00Z"},
		{UINT64_C(951868800), "2000-03-01 00:00:00Z"},
		{UINT64_C(1709164800), "2024-02-29 00:00:00Z"},
		{UINT64_C(4107542400), "2100-03-01 00:00:00Z"},
		{UINT64_C(4107542399), "2100-02-28 23:59:59Z"},
		{UINT64_C(253402300799), "9999-12-31 23:59:59Z"},
		{UINT64_C(253402300800), "253402300800"},
		{UINT64_MAX, "18446744073709551615"},
	};

	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		char text[RECEIPT_TIME_TEXT_SIZE];

		receipt_time_text(text, times[i].time_s);
		ck_assert_str_eq(text, times[i].text);
	}
}
END_TEST

/* A block of the operation, and its receipt with these names. */
static void receipt_of(struct operation operation, const char *name)
{
	const struct tx *tx = ledger_fixture_tx_of(&fixture.chain, 0, operation);
	struct bytes_view names[1] = {text_view(name)};
	uint64_t index = fixture.log_size;

	receipt_fixture_block(&fixture, &tx, 1);
	signing = receipt_fixture_signing(&fixture);
	buffer_clear(&file);
	receipt_fixture_tx(&file, &fixture, tx, index, names, name[0] ? 1 : 0, &signing);
}

START_TEST(each_operation_has_a_sentence)
{
	const struct hash *other = &fixture.chain.accounts[1].id;
	struct hash bread = asset_id_of(text_view("bread"));
	struct key_pair keys = ledger_fixture_keys(&fixture.chain, 77);
	uint64_t salt;

	receipt_of(make_append(&stream, "a\x1bkey", "v"), "contracts");
	expect_said(
		"It wrote a record in stream contracts, under the key 'a?key', content type");
	receipt_of(make_append(&stream, "", "v"), "");
	expect_said("It wrote a record in stream a67dcf607d4fda03");
	receipt_of(make_stream("more", STREAM_WRITE_LISTED), "");
	expect_said("It made the stream 'more'.");
	receipt_of(make_grant(&stream, STREAM_ROLE_ADMIN, other), "contracts");
	expect_said("It gave the role admin of stream contracts to cairn1");
	receipt_of(make_revoke(&stream, STREAM_ROLE_ADMIN, other), "contracts");
	expect_said("It took the role admin of stream contracts from cairn1");
	receipt_of(make_describe("Ada"), "");
	expect_said("It described the account as 'Ada'.");
	receipt_of(make_asset("bread", 2), "");
	expect_said("It made the asset 'bread'.");
	receipt_of(make_mint(&bread, &fixture.chain.accounts[0].id, 1000), "bread");
	expect_said("It minted 1000 of the smallest unit of asset bread, to cairn1");
	receipt_of(make_transfer(&bread, other, 900), "bread");
	expect_said("It transferred 900 of the smallest unit of asset bread, to cairn1");
	receipt_of(make_burn(&bread, 100), "bread");
	expect_said("It burned 100 of the smallest unit of asset bread.");
	salt = fixture.chain.salt;
	receipt_of(make_rotate(&fixture.chain, &fixture.chain.accounts[0].id, &keys, salt),
	           "");
	expect_said("It gave the account the new key ");
}
END_TEST

START_TEST(what_the_root_group_did_is_named)
{
	const struct tx *tx =
		ledger_fixture_root_tx(&fixture.chain, make_param("tx_lifetime_ms", 60000));
	struct state_key key = state_key_of_parameter(PARAMETER_tx_lifetime_ms);
	uint64_t index = fixture.log_size;

	receipt_fixture_block(&fixture, &tx, 1);
	signing = receipt_fixture_signing(&fixture);
	receipt_fixture_tx(&file, &fixture, tx, index, NULL, 0, &signing);
	expect_said("It did param.set.");
	state_file(key, "");
	expect_said("the parameter 'tx_lifetime_ms' is 60000.");
	state_file(state_key_of_kind(STATE_VALIDATORS), "");
	expect_said("the validators is there, of 386 bytes with the SHA-256 ");
	state_file(state_key_of_record(&stream, text_view("five")), "contracts");
	expect_said("the latest record of stream contracts under the key 'five' is there");
	state_file(state_key_of_record(&stream, text_view("six")), "");
	expect_said("under the key 'six' is not there.");
	state_file(
		state_key_of_pair(STATE_STREAM_ROLES, &stream, &fixture.chain.accounts[1].id),
		"contracts");
	expect_said("the roles in stream contracts of cairn1");
	state_file((struct state_key){.size = 0}, "");
	expect_said("the key is not there.");
	state_file((struct state_key){.size = 2, .bytes = {0xff, 7}}, "");
	expect_said("the key '?' is not there.");
}
END_TEST

START_TEST(many_operations_are_counted)
{
	struct operation *operations = calloc(100, sizeof *operations);
	const struct tx *tx;
	uint64_t index = fixture.log_size;

	for (int i = 0; i < 100; i++)
		operations[i] = make_append(&stream, "", "v");
	tx = ledger_fixture_tx(&fixture.chain, 0, operations, 100);
	receipt_fixture_block(&fixture, &tx, 1);
	signing = receipt_fixture_signing(&fixture);
	receipt_fixture_tx(&file, &fixture, tx, index, NULL, 0, &signing);
	expect_said("And 36 operations more.\n");
	free(operations);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("sentences of receipts");
	TCase *tests = tcase_create("sentences of receipts");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests, times_are_those_of_the_calendar);
	tcase_add_test(tests, each_operation_has_a_sentence);
	tcase_add_test(tests, what_the_root_group_did_is_named);
	tcase_add_test(tests, many_operations_are_counted);
	suite_add_tcase(suite, tests);
	return suite;
}
