/* Parameters from words: rpc_words.h. */
#include "tests/support/support.h"
#include "wallet-cli/rpc_words.h"

static json_t *params;
static struct failure failure;

static void setup(void)
{
	params = NULL;
}

static void teardown(void)
{
	json_decref(params);
}

#define READ(method, ...)                                                                \
	read_words(method, (const char *const[]){__VA_ARGS__},                               \
	           sizeof(const char *const[]){__VA_ARGS__} / sizeof(const char *))

static bool read_words(const char *method, const char *const *words, size_t count)
{
	json_decref(params);
	failure = (struct failure){0};
	params = rpc_words_params(rpc_method_find(method), words, count, &failure);
	return params != NULL;
}

static const json_t *get(const char *name)
{
	return json_object_get(params, name);
}

START_TEST(values_have_the_type_of_the_table)
{
	ck_assert(READ("stream.list_records", "stream=notes", "limit=5", "at=final"));
	ck_assert_str_eq(json_string_value(get("stream")), "notes");
	ck_assert_int_eq(json_integer_value(get("limit")), 5);
	ck_assert_str_eq(json_string_value(get("at")), "final");
	ck_assert(READ("stream.list_records", "stream=123", "at=7"));
	ck_assert_str_eq(json_string_value(get("stream")), "123");
	ck_assert_int_eq(json_integer_value(get("at")), 7);
	ck_assert(READ("stream.get", "stream=notes", "prove=true"));
	ck_assert(json_is_true(get("prove")));
}
END_TEST

START_TEST(a_value_may_hold_an_equals_sign)
{
	ck_assert(READ("stream.get_latest", "stream=notes", "key=a=b"));
	ck_assert_str_eq(json_string_value(get("key")), "a=b");
}
END_TEST

START_TEST(the_bytes_of_a_file_are_encoded_for_base64)
{
	char path[128], word[160];
	FILE *file;

	snprintf(path, sizeof path, "%s/tx", scratch_folder());
	file = fopen(path, "wb");
	ck_assert_ptr_nonnull(file);
	fwrite("\x00\x01\x02", 1, 3, file);
	fclose(file);
	snprintf(word, sizeof word, "key_b64=@%s", path);
	ck_assert(READ("stream.get_latest", "stream=notes", word));
	ck_assert_str_eq(json_string_value(get("key_b64")), "AAEC");
	/* Typed in, it is base64 already. */
	ck_assert(READ("stream.get_latest", "stream=notes", "key_b64=AAEC"));
	ck_assert_str_eq(json_string_value(get("key_b64")), "AAEC");
}
END_TEST

START_TEST(all_parameters_may_be_one_json_object)
{
	ck_assert(READ("chain.get_block", "{\"height\": 12}"));
	ck_assert_int_eq(json_integer_value(get("height")), 12);
	ck_assert(!READ("chain.get_block", "{\"height\": 12"));
	ck_assert(!READ("chain.get_block", "{\"height\": 12, \"height\": 13}"));
}
END_TEST

START_TEST(what_the_node_would_refuse_is_refused_here)
{
	ck_assert(!READ("chain.get_block", "height=x"));
	ck_assert_ptr_nonnull(strstr(failure.message, "\"height\" must be an integer"));
	ck_assert(!READ("chain.get_block", "hieght=1"));
	ck_assert(!READ("chain.get_block", "height"));
	ck_assert_str_eq(failure.message, "'height' is not name=value");
	ck_assert(!read_words("chain.get_block", NULL, 0));
	ck_assert(!READ("chain.get_head", "x=1"));
	ck_assert(!READ("stream.get", "stream=\xff"));
	ck_assert(!READ("tx.get", "txid=@/nowhere/at/all"));
	ck_assert_int_eq(failure.exit_code, EXIT_CODE_NOT_FOUND);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("rpc_words");
	TCase *cases = tcase_create("rpc_words");

	tcase_add_checked_fixture(cases, setup, teardown);
	tcase_add_test(cases, values_have_the_type_of_the_table);
	tcase_add_test(cases, a_value_may_hold_an_equals_sign);
	tcase_add_test(cases, the_bytes_of_a_file_are_encoded_for_base64);
	tcase_add_test(cases, all_parameters_may_be_one_json_object);
	tcase_add_test(cases, what_the_node_would_refuse_is_refused_here);
	suite_add_tcase(suite, cases);
	return suite;
}
