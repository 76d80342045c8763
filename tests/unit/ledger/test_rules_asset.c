/* Nothing overflows, nothing is negative, and what is held is minted - burned. */
#include "tests/support/ledger_fixture.h"
#include "tests/support/support.h"

#include <inttypes.h>

enum { ISSUER, ADA, BOB };

static struct ledger_fixture fixture;
static struct draft *draft;
static struct hash bread;

static void start(void)
{
	ledger_fixture_init(&fixture, NULL);
	bread = asset_id_of(text_view("bread"));
	ledger_fixture_do(&fixture, ISSUER, make_asset("bread", 2));
	draft = ledger_fixture_draft(&fixture, NULL);
}

static void stop(void)
{
	draft_free(draft);
	ledger_fixture_close(&fixture);
}

static const struct hash *id(unsigned account)
{
	return &fixture.accounts[account].id;
}

static void take(unsigned sender, struct operation operation)
{
	ledger_fixture_expect_taken(&fixture, draft,
	                            ledger_fixture_tx_of(&fixture, sender, operation));
}

static void expect(unsigned sender, struct operation operation, enum verdict verdict,
                   const char *text)
{
	ledger_fixture_expect_refused(&fixture, draft,
	                              ledger_fixture_tx_of(&fixture, sender, operation),
	                              verdict, text);
}

static uint64_t balance(unsigned account)
{
	struct state_key key = state_key_of_pair(STATE_BALANCE, &bread, id(account));
	struct bytes_view value;

	if (!draft_get(draft, &key, &value))
		return 0;
	ck_assert_uint_eq(value.size, 8);
	/* A balance of nothing is not kept. */
	ck_assert_uint_gt(get_le64(value.at), 0);
	return get_le64(value.at);
}

static void expect_supply(uint64_t minted, uint64_t burned)
{
	struct state_key key = state_key_of(STATE_ASSET_SUPPLY, &bread);
	struct asset_supply supply;
	struct bytes_view value;

	ck_assert(draft_get(draft, &key, &value));
	ck_assert_int_eq(asset_supply_decode(&supply, value), STATUS_OK);
	ck_assert_uint_eq(supply.minted, minted);
	ck_assert_uint_eq(supply.burned, burned);
}

START_TEST(an_asset_is_its_creators_and_stands_in_the_state)
{
	struct state_key key = state_key_of(STATE_ASSET, &bread);
	struct asset_info info;
	struct bytes_view value;

	ck_assert(draft_get(draft, &key, &value));
	ck_assert_int_eq(asset_info_decode(&info, value), STATUS_OK);
	ck_assert(bytes_equal(info.name, text_view("bread")));
	ck_assert(hash_equal(&info.issuer, id(ISSUER)));
	ck_assert_uint_eq(info.decimals, 2);
	ck_assert_uint_eq(info.created_height, 1);
	ck_assert_uint_eq(info.created_ms, FIXTURE_TIME_MS + FIXTURE_BLOCK_MS);
	expect_supply(0, 0);
}
END_TEST

START_TEST(a_name_is_taken_once_by_anybody)
{
	expect(ADA, make_asset("bread", 0), VERDICT_CONFLICT, "the name 'bread' is taken");
	take(ADA, make_asset("salt", 0));
	expect(ISSUER, make_asset("salt", 0), VERDICT_CONFLICT, "the name 'salt' is taken");
	/* Streams have names of their own. */
	take(ADA, make_stream("bread", STREAM_WRITE_OPEN));
}
END_TEST

START_TEST(the_issuer_alone_mints)
{
	char text[160];

	snprintf(text, sizeof text, "account %s is not the issuer of asset 'bread'",
	         shown_hash(id(ADA)).text);
	expect(ADA, make_mint(&bread, id(ADA), 1), VERDICT_PERMISSION, text);
	take(ISSUER, make_mint(&bread, id(ADA), 100));
	take(ISSUER, make_mint(&bread, id(ISSUER), 5));
	ck_assert_uint_eq(balance(ADA), 100);
	ck_assert_uint_eq(balance(ISSUER), 5);
	expect_supply(105, 0);
}
END_TEST

START_TEST(minting_stops_at_the_largest_number)
{
	take(ISSUER, make_mint(&bread, id(ADA), UINT64_MAX - 1));
	expect(ISSUER, make_mint(&bread, id(BOB), 2), VERDICT_BALANCE,
	       "18446744073709551614 grains were minted, 2 more are over the maximum");
	take(ISSUER, make_mint(&bread, id(BOB), 1));
	expect(ISSUER, make_mint(&bread, id(BOB), 1), VERDICT_BALANCE,
	       "18446744073709551615 grains were minted, 1 more are over");
	expect(ISSUER, make_mint(&bread, id(BOB), UINT64_MAX), VERDICT_BALANCE, "over");
	/* All that there is fits one account. */
	take(ADA, make_transfer(&bread, id(BOB), UINT64_MAX - 1));
	ck_assert_uint_eq(balance(BOB), UINT64_MAX);
	ck_assert_uint_eq(balance(ADA), 0);
	/* What was burned counts as minted for ever. */
	take(BOB, make_burn(&bread, UINT64_MAX));
	expect_supply(UINT64_MAX, UINT64_MAX);
	expect(ISSUER, make_mint(&bread, id(BOB), 1), VERDICT_BALANCE, "over");
}
END_TEST

START_TEST(a_transfer_moves_what_is_there_and_no_more)
{
	take(ISSUER, make_mint(&bread, id(ADA), 10));
	expect(ADA, make_transfer(&bread, id(BOB), 11), VERDICT_BALANCE,
	       "the sender holds 10 grains, 11 are needed");
	expect(BOB, make_transfer(&bread, id(ADA), 1), VERDICT_BALANCE,
	       "the sender holds 0 grains, 1 are needed");
	take(ADA, make_transfer(&bread, id(BOB), 4));
	ck_assert_uint_eq(balance(ADA), 6);
	ck_assert_uint_eq(balance(BOB), 4);
	take(ADA, make_transfer(&bread, id(BOB), 6));
	ck_assert_uint_eq(balance(ADA), 0);
	ck_assert_uint_eq(balance(BOB), 10);
	expect_supply(10, 0);
}
END_TEST

START_TEST(a_transfer_to_oneself_changes_nothing)
{
	take(ISSUER, make_mint(&bread, id(ADA), 10));
	take(ADA, make_transfer(&bread, id(ADA), 10));
	take(ADA, make_transfer(&bread, id(ADA), 3));
	ck_assert_uint_eq(balance(ADA), 10);
	expect(ADA, make_transfer(&bread, id(ADA), 11), VERDICT_BALANCE, "holds 10 grains");
}
END_TEST

START_TEST(what_is_burned_is_gone)
{
	take(ISSUER, make_mint(&bread, id(ADA), 10));
	expect(ADA, make_burn(&bread, 11), VERDICT_BALANCE,
	       "the sender holds 10 grains, 11 are needed");
	take(ADA, make_burn(&bread, 4));
	ck_assert_uint_eq(balance(ADA), 6);
	expect_supply(10, 4);
	/* The issuer too burns its own grains only. */
	expect(ISSUER, make_burn(&bread, 1), VERDICT_BALANCE, "the sender holds 0 grains");
	take(ADA, make_burn(&bread, 6));
	ck_assert_uint_eq(balance(ADA), 0);
	expect_supply(10, 10);
}
END_TEST

START_TEST(an_asset_that_is_not_there_is_named)
{
	struct hash missing = asset_id_of(text_view("missing"));
	char text[160];

	snprintf(text, sizeof text, "there is no asset %s", shown_hash(&missing).text);
	expect(ADA, make_mint(&missing, id(ADA), 1), VERDICT_UNKNOWN_REFERENCE, text);
	expect(ADA, make_transfer(&missing, id(ADA), 1), VERDICT_UNKNOWN_REFERENCE, text);
	expect(ADA, make_burn(&missing, 1), VERDICT_UNKNOWN_REFERENCE, text);
}
END_TEST

START_TEST(assets_do_not_mix)
{
	struct hash salt = asset_id_of(text_view("salt"));

	take(ISSUER, make_mint(&bread, id(ADA), 10));
	take(ISSUER, make_asset("salt", 0));
	expect(ADA, make_transfer(&salt, id(BOB), 1), VERDICT_BALANCE, "holds 0 grains");
	take(ISSUER, make_mint(&salt, id(ADA), 1));
	take(ADA, make_transfer(&salt, id(BOB), 1));
	ck_assert_uint_eq(balance(ADA), 10);
	ck_assert_uint_eq(balance(BOB), 0);
}
END_TEST

START_TEST(grains_can_be_spent_in_the_transaction_that_made_them)
{
	struct hash salt = asset_id_of(text_view("salt"));
	struct operation operations[4] = {
		make_asset("salt", 0),
		make_mint(&salt, id(ADA), 10),
		make_transfer(&salt, id(BOB), 10),
		make_burn(&salt, 1),
	};

	/* Operation 2 spends what account ADA has, and only ADA can. */
	ledger_fixture_expect_refused(&fixture, draft,
	                              ledger_fixture_tx(&fixture, BOB, operations, 3),
	                              VERDICT_BALANCE, "the sender holds 0 grains");
	ck_assert_uint_eq(fixture.refusal.operation, 2);
	ledger_fixture_expect_taken(&fixture, draft,
	                            ledger_fixture_tx(&fixture, ADA, operations, 3));
	ledger_fixture_expect_refused(&fixture, draft,
	                              ledger_fixture_tx(&fixture, BOB, operations, 4),
	                              VERDICT_CONFLICT, "the name 'salt' is taken");
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("rules of assets");
	TCase *tests = tcase_create("rules of assets");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests, an_asset_is_its_creators_and_stands_in_the_state);
	tcase_add_test(tests, a_name_is_taken_once_by_anybody);
	tcase_add_test(tests, the_issuer_alone_mints);
	tcase_add_test(tests, minting_stops_at_the_largest_number);
	tcase_add_test(tests, a_transfer_moves_what_is_there_and_no_more);
	tcase_add_test(tests, a_transfer_to_oneself_changes_nothing);
	tcase_add_test(tests, what_is_burned_is_gone);
	tcase_add_test(tests, an_asset_that_is_not_there_is_named);
	tcase_add_test(tests, assets_do_not_mix);
	tcase_add_test(tests, grains_can_be_spent_in_the_transaction_that_made_them);
	suite_add_tcase(suite, tests);
	return suite;
}
