/* cairn receipt verify, on the files of tests/vectors/receipts. */
#include "chain/base/text.h"
#include "tests/support/support.h"
#include "tests/unit/wallet/program.h"

static const char *vector(const char *name)
{
	static char paths[4][512];
	static unsigned turn;
	const char *source = getenv("CAIRN_SOURCE_DIR");
	char *path = paths[turn++ % 4];

	snprintf(path, sizeof paths[0], "%s/tests/vectors/receipts/%s", source ? source : ".",
	         name);
	return path;
}

static void expect_says(const char *text)
{
	ck_assert_msg(strstr(out, text), "'%s' is not in:\n%s", text, out);
}

START_TEST(a_good_receipt_is_said_in_sentences)
{
	EXPECT(0, "receipt", "verify", vector("tx.tlog-proof"), "--policy",
	       vector("policy-0.txt"));
	expect_says(
		"Transaction 4c2d11d0eb62be61d235d7eef2e73240a010cc04717ee523bfd5bfb2f2513"
		"ab3 is in the ledger of network fixture, at leaf 6 of its log.\n");
	expect_says(
		"It wrote record 3 of stream contracts, under the key 'key', content type "
		"'text/plain', 5 bytes, SHA-256 ");
	expect_says(
		"Signed by cairn1qx0hl425rnvactxfjk4y6vf5fvhav6n27ve6qhk7c3p72ngp08g2krjdwx4 "
		"with the key ");
	expect_says("Recorded no later than 2023-11-14 22:13:25Z.\n");
	expect_says("Cosigned by 3 of 4 validators, for a log of 13 leaves.\n");
	expect_says("Judged by the policy alone, which has no end date");
	ck_assert_str_eq(notes, "");
}
END_TEST

START_TEST(each_kind_of_receipt_has_its_sentences)
{
	EXPECT(0, "receipt", "verify", vector("records.tlog-proof"), "--policy",
	       vector("policy-0.txt"));
	expect_says(
		"In the ledger of network fixture, after block 3 (2023-11-14 22:13:23Z), "
		"stream contracts has 9 records; these are 3 to 3, and none of them is left "
		"out.\n");
	expect_says("Record 3 of stream contracts, under the key 'key'");
	expect_says(", signed by cairn1");
	EXPECT(0, "receipt", "verify", vector("stream.tlog-proof"), "--policy",
	       vector("policy-0.txt"));
	expect_says("stream contracts has 9 records, and these are all of them.\n");
	expect_says("Record 4 of stream contracts, content type 'text/plain', the file 3031");
	EXPECT(0, "receipt", "verify", vector("state.tlog-proof"), "--policy",
	       vector("policy-0.txt"));
	expect_says("the count of records of stream contracts is 9.\n");
	EXPECT(0, "receipt", "verify", vector("absent.tlog-proof"), "--policy",
	       vector("policy-0.txt"));
	expect_says("the stream nothing is not there.\n");
}
END_TEST

START_TEST(a_succession_is_followed)
{
	EXPECT(0, "receipt", "verify", vector("later.tlog-proof"), "--policy",
	       vector("policy-0.txt"), "--succession", vector("succession.tlog-proofs"));
	expect_says("Cosigned by 4 of 5 validators of epoch 1");
	expect_says(
		"The policy is older: the succession leads from it to these validators.\n");
	EXPECT(0, "receipt", "verify", vector("tx.tlog-proof"), "--policy",
	       vector("policy-0.txt"), "--succession", vector("succession.tlog-proofs"));
	expect_says("The policy is not the newest");
}
END_TEST

START_TEST(anything_wrong_ends_with_7_and_a_reason)
{
	EXPECT(7, "receipt", "verify", vector("short.tlog-proof"), "--policy",
	       vector("policy-0.txt"));
	ck_assert_str_eq(out, "");
	ck_assert_ptr_nonnull(strstr(
		notes, "too few cosignatures: cosigned by 2 of 4, and the policy asks for 3"));
	EXPECT(7, "receipt", "verify", vector("golden.json"), "--policy",
	       vector("policy-0.txt"));
	ck_assert_ptr_nonnull(strstr(notes, "the first line is not c2sp.org/tlog-proof@v1"));
	EXPECT(7, "receipt", "verify", vector("tx.tlog-proof"), "--policy",
	       vector("golden.json"));
	ck_assert_ptr_nonnull(strstr(notes, "the policy cannot be read: line 1: "));
	EXPECT(7, "receipt", "verify", vector("tx.tlog-proof"), "--policy",
	       vector("policy-0.txt"), "--succession", vector("golden.json"));
	ck_assert_ptr_nonnull(strstr(notes, "the succession does not hold: part 1 of "));
	EXPECT(7, "receipt", "verify", path_of("empty"), "--policy", vector("policy-0.txt"));
	EXPECT(7, "receipt", "verify", "-", "--policy", vector("policy-0.txt"));
}
END_TEST

START_TEST(json_says_the_same)
{
	json_t *json;
	const json_t *error;

	EXPECT(0, "receipt", "verify", vector("records.tlog-proof"), "--policy",
	       vector("policy-0.txt"), "--json");
	json = out_json();
	ck_assert(json_is_true(json_object_get(json, "valid")));
	ck_assert_str_eq(json_string_value(json_object_get(json, "kind")), "records");
	ck_assert_str_eq(json_string_value(json_object_get(json, "stream")), "contracts");
	ck_assert_int_eq(json_integer_value(json_object_get(json, "cosigned")), 3);
	ck_assert_int_eq(json_integer_value(json_object_get(json, "not_later_than_ms")),
	                 1700000005000);
	ck_assert_uint_eq(json_array_size(json_object_get(json, "records")), 1);
	ck_assert_int_eq(
		json_integer_value(json_object_get(
			json_array_get(json_object_get(json, "records"), 0), "position")),
		3);
	json_decref(json);
	EXPECT(7, "receipt", "verify", vector("short.tlog-proof"), "--policy",
	       vector("policy-0.txt"), "--json");
	json = out_json();
	error = json_object_get(json, "error");
	ck_assert_int_eq(json_integer_value(json_object_get(error, "exit_code")), 7);
	ck_assert_str_eq(json_string_value(json_object_get(error, "name")),
	                 "RECEIPT_NO_QUORUM");
	json_decref(json);
}
END_TEST

START_TEST(what_is_missing_is_said)
{
	EXPECT(2, "receipt", "verify", vector("tx.tlog-proof"));
	ck_assert_ptr_nonnull(strstr(notes, "--policy"));
	EXPECT(2, "receipt", "verify");
	EXPECT(3, "receipt", "verify", path_of("nothing"), "--policy",
	       vector("policy-0.txt"));
	EXPECT(0, "receipt", "verify", vector("tx.tlog-proof"), "--policy",
	       vector("policy-0.txt"), "-q");
	ck_assert_str_eq(out, "");
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("cairn receipt");
	TCase *tests = tcase_create("cairn receipt");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, a_good_receipt_is_said_in_sentences);
	tcase_add_test(tests, each_kind_of_receipt_has_its_sentences);
	tcase_add_test(tests, a_succession_is_followed);
	tcase_add_test(tests, anything_wrong_ends_with_7_and_a_reason);
	tcase_add_test(tests, json_says_the_same);
	tcase_add_test(tests, what_is_missing_is_said);
	suite_add_tcase(suite, tests);
	return suite;
}
