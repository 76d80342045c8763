#include "chain/ledger/verdict.h"
#include "tests/support/support.h"

START_TEST(every_verdict_has_the_number_and_the_name_that_programs_see)
{
	static const struct {
		enum verdict verdict;
		int number;
		const char *name;
	} FACTS[] = {
		{VERDICT_GOOD, 0, "GOOD"},
		{VERDICT_SIGNATURE, 201, "TX_SIGNATURE"},
		{VERDICT_WRONG_NETWORK, 202, "TX_WRONG_NETWORK"},
		{VERDICT_KNOWN, 203, "TX_ALREADY_IN_LEDGER"},
		{VERDICT_PERMISSION, 204, "TX_NO_PERMISSION"},
		{VERDICT_SCHEMA, 205, "TX_SCHEMA"},
		{VERDICT_TOO_LARGE, 206, "TX_TOO_LARGE"},
		{VERDICT_EXPIRED, 207, "TX_EXPIRED"},
		{VERDICT_CONFLICT, 208, "TX_CONFLICT"},
		{VERDICT_QUOTA, 209, "TX_QUOTA"},
		{VERDICT_BALANCE, 210, "TX_BALANCE"},
		{VERDICT_UNKNOWN_REFERENCE, 211, "TX_UNKNOWN_REFERENCE"},
	};

	for (size_t i = 0; i < sizeof FACTS / sizeof FACTS[0]; i++) {
		ck_assert_int_eq(FACTS[i].verdict, FACTS[i].number);
		ck_assert_str_eq(verdict_name(FACTS[i].verdict), FACTS[i].name);
	}
	ck_assert_str_eq(verdict_name((enum verdict)1), "UNKNOWN");
}
END_TEST

START_TEST(a_refusal_is_of_the_whole_transaction_until_somebody_says_more)
{
	struct refusal refusal = {.operation = 3};

	ck_assert_int_eq(refuse(&refusal, VERDICT_BALANCE, "%d of %s", 5, "bread"),
	                 VERDICT_BALANCE);
	ck_assert_int_eq(refusal.verdict, VERDICT_BALANCE);
	ck_assert_uint_eq(refusal.operation, REFUSAL_NO_OPERATION);
	ck_assert_str_eq(refusal.text, "5 of bread");
	ck_assert_int_eq(refuse(NULL, VERDICT_QUOTA, "%d", 1), VERDICT_QUOTA);
}
END_TEST

START_TEST(a_sentence_that_is_too_long_is_cut)
{
	char text[2 * REFUSAL_TEXT_SIZE];
	struct refusal refusal;

	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	ck_assert_int_eq(refuse(&refusal, VERDICT_SCHEMA, "%s", text), VERDICT_SCHEMA);
	ck_assert_uint_eq(strlen(refusal.text), REFUSAL_TEXT_SIZE - 1);
}
END_TEST

START_TEST(bytes_of_others_are_made_safe_to_show)
{
	char text[49];

	ck_assert_str_eq(shown_text(text_view("a b~")).text, "a b~");
	ck_assert_str_eq(shown_text(from_hex("00611f7f80ff0a1b")).text, "?a??????");
	ck_assert_str_eq(shown_text(bytes_view(NULL, 0)).text, "");
	memset(text, 'y', sizeof text);
	ck_assert_uint_eq(strlen(shown_text(bytes_view(text, 48)).text), 48);
	ck_assert_uint_eq(strlen(shown_text(bytes_view(text, 49)).text), 51);
	ck_assert_str_eq(shown_text(bytes_view(text, 49)).text + 45, "yyy...");
}
END_TEST

START_TEST(an_id_is_shown_by_its_first_eight_bytes)
{
	struct hash id =
		hash_from_hex("0123456789abcdef000000000000000000000000000000000000000000000000");

	ck_assert_str_eq(shown_hash(&id).text, "0123456789abcdef...");
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("verdict");
	TCase *tests = tcase_create("verdict");

	tcase_add_test(tests, every_verdict_has_the_number_and_the_name_that_programs_see);
	tcase_add_test(tests, a_refusal_is_of_the_whole_transaction_until_somebody_says_more);
	tcase_add_test(tests, a_sentence_that_is_too_long_is_cut);
	tcase_add_test(tests, bytes_of_others_are_made_safe_to_show);
	tcase_add_test(tests, an_id_is_shown_by_its_first_eight_bytes);
	suite_add_tcase(suite, tests);
	return suite;
}
