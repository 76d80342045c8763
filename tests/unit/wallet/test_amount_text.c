#include "tests/support/support.h"
#include "wallet-cli/amount_text.h"

static struct amount amount;
static struct why why;

static enum status read(const char *text, unsigned decimals)
{
	amount.grains = 4711;
	why.text[0] = '\0';
	return amount_from_text(&amount, text_view(text), decimals, &why);
}

static void reads(const char *text, unsigned decimals, uint64_t grains)
{
	ck_assert_msg(read(text, decimals) == STATUS_OK, "%s: %s", text, why.text);
	ck_assert_uint_eq(amount.grains, grains);
}

static void is_shown(uint64_t grains, unsigned decimals, const char *expected)
{
	char text[AMOUNT_TEXT_SIZE];

	amount_to_text(text, (struct amount){grains}, decimals);
	ck_assert_str_eq(text, expected);
}

START_TEST(the_point_stands_where_the_asset_says)
{
	reads("12.5", 2, 1250);
	reads("12.50", 2, 1250);
	reads("12", 2, 1200);
	reads("0.01", 2, 1);
	reads("0", 0, 0);
	reads("7", 0, 7);
	reads("18446744073709551615", 0, UINT64_MAX);
	reads("18.446744073709551615", 18, UINT64_MAX);
}
END_TEST

START_TEST(what_is_no_amount_is_refused)
{
	static const char *const wrong[] = {"",    ".",   ".5",  "5.",   "-1", "+1",
	                                    "1,5", "1e3", " 1",  "1 ",   "01", "00",
	                                    "1.2.3", "0x1", "1.0x", "1/2"};

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		ck_assert_msg(read(wrong[i], 3) == STATUS_MALFORMED, "'%s'", wrong[i]);
		ck_assert_uint_eq(amount.grains, 4711);
		ck_assert_uint_gt(strlen(why.text), 0);
	}
}
END_TEST

START_TEST(more_decimals_than_the_asset_has_are_refused)
{
	ck_assert_int_eq(read("1.234", 2), STATUS_MALFORMED);
	ck_assert_str_eq(why.text, "this asset has 2 decimals, the amount has 3");
	ck_assert_int_eq(read("1.0", 0), STATUS_MALFORMED);
}
END_TEST

START_TEST(what_does_not_fit_is_refused)
{
	ck_assert_int_eq(read("18446744073709551616", 0), STATUS_TOO_LARGE);
	ck_assert_int_eq(read("184467440737095516.16", 2), STATUS_TOO_LARGE);
	ck_assert_int_eq(read("18.446744073709551616", 18), STATUS_TOO_LARGE);
	ck_assert_int_eq(read("99999999999999999999999999", 18), STATUS_TOO_LARGE);
}
END_TEST

START_TEST(amounts_are_shown_with_all_decimals)
{
	is_shown(1250, 2, "12.50");
	is_shown(1, 2, "0.01");
	is_shown(0, 2, "0.00");
	is_shown(1250, 0, "1250");
	is_shown(UINT64_MAX, 18, "18.446744073709551615");
}
END_TEST

START_TEST(what_is_shown_is_read_back)
{
	struct random random = random_from(5);

	for (int i = 0; i < 2000; i++) {
		unsigned decimals = random_below(&random, 19);
		uint64_t grains = random_u64(&random) >> random_below(&random, 64);
		char text[AMOUNT_TEXT_SIZE];

		amount_to_text(text, (struct amount){grains}, decimals);
		reads(text, decimals, grains);
	}
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("amount_text");
	TCase *cases = tcase_create("amount_text");

	tcase_add_test(cases, the_point_stands_where_the_asset_says);
	tcase_add_test(cases, what_is_no_amount_is_refused);
	tcase_add_test(cases, more_decimals_than_the_asset_has_are_refused);
	tcase_add_test(cases, what_does_not_fit_is_refused);
	tcase_add_test(cases, amounts_are_shown_with_all_decimals);
	tcase_add_test(cases, what_is_shown_is_read_back);
	suite_add_tcase(suite, cases);
	return suite;
}
