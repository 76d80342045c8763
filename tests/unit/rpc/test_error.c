#include "chain/ledger/verdict.h"
#include "rpc/api/error.h"
#include "rpc/api/json_text.h"
#include "tests/support/support.h"

#include <ctype.h>

static json_t *parsed(const struct buffer *text)
{
	json_error_t error;
	json_t *json =
	    json_loadb((const char *)text->at, text->size, JSON_DECODE_ANY, &error);

	ck_assert_msg(json != NULL, "%.*s: %s", (int)text->size, (const char *)text->at,
	              error.text);
	return json;
}

START_TEST(codes_and_names_occur_once_and_every_error_has_a_hint)
{
	size_t count;
	const struct rpc_error *list = rpc_error_list(&count);

	ck_assert_uint_ge(count, 30);
	for (size_t i = 0; i < count; i++) {
		ck_assert_ptr_eq(rpc_error_find((int)list[i].code), &list[i]);
		ck_assert_ptr_eq(rpc_error_find_name(list[i].name), &list[i]);
		ck_assert_uint_gt(strlen(list[i].hint), 10);
		for (const char *at = list[i].name; *at; at++)
			ck_assert(isupper((unsigned char)*at) || *at == '_');
	}
	ck_assert_ptr_null(rpc_error_find(0));
	ck_assert_ptr_null(rpc_error_find_name("NO_SUCH_ERROR"));
}
END_TEST

START_TEST(every_refusal_of_the_ledger_has_its_code_and_name)
{
	static const struct {
		int code;
		const char *name;
	} verdicts[] = {
#define VERDICT_PAIR(name, code, text) {code, text},
	    VERDICT_LIST(VERDICT_PAIR)
#undef VERDICT_PAIR
	};

	for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++) {
		const struct rpc_error *error = rpc_error_find(verdicts[i].code);

		ck_assert_ptr_nonnull(error);
		ck_assert_str_eq(error->name, verdicts[i].name);
	}
}
END_TEST

START_TEST(an_error_object_has_code_message_name_hint_and_retryable)
{
	struct buffer out;
	json_t *json;

	buffer_init(&out, 4096);
	rpc_error_write(&out, RPC_TX_QUOTA, "100 of 100 \"pending\"", NULL);
	json = parsed(&out);
	ck_assert_int_eq(json_integer_value(json_object_get(json, "code")), 209);
	ck_assert_str_eq(json_string_value(json_object_get(json, "message")),
	                 "100 of 100 \"pending\"");
	json_t *inner = json_object_get(json, "data");
	ck_assert_str_eq(json_string_value(json_object_get(inner, "name")), "TX_QUOTA");
	ck_assert_str_eq(json_string_value(json_object_get(inner, "hint")),
	                 rpc_error_find(209)->hint);
	ck_assert(json_is_true(json_object_get(inner, "retryable")));
	json_decref(json);
	buffer_clear(&out);
	rpc_error_write(&out, RPC_PRUNED, "m", "another hint");
	json = parsed(&out);
	ck_assert_str_eq(
	    json_string_value(json_object_get(json_object_get(json, "data"), "hint")),
	    "another hint");
	json_decref(json);
	buffer_close(&out);
}
END_TEST

START_TEST(any_bytes_make_a_valid_json_string)
{
	struct random random = random_from(3);
	struct buffer out;

	buffer_init(&out, 1 << 16);
	for (int round = 0; round < 2000; round++) {
		uint8_t bytes[40];
		size_t size = random_below(&random, sizeof bytes);
		json_t *json;

		random_fill(&random, bytes, size);
		for (size_t i = 0; i < size; i++)
			if (round % 2 == 0)
				bytes[i] =
				    (uint8_t)("\"\\\n\r\t\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80 az\x7f\x01"
				                  [bytes[i] % 20]);
		if (memchr(bytes, 0, size))
			continue; /* jansson takes no NUL */
		buffer_clear(&out);
		json_text_string(&out, bytes_view(bytes, size));
		json = parsed(&out);
		ck_assert(json_is_string(json));
		json_decref(json);
	}
	buffer_close(&out);
}
END_TEST

START_TEST(valid_text_comes_back_as_it_was_and_broken_text_is_marked)
{
	struct buffer out;
	json_t *json;

	buffer_init(&out, 1 << 16);
	json_text_string(&out, text_view("a\"\\\n\r\t\x01 \xc3\xa9 \xf0\x9f\x98\x80"));
	json = parsed(&out);
	ck_assert_str_eq(json_string_value(json),
	                 "a\"\\\n\r\t\x01 \xc3\xa9 \xf0\x9f\x98\x80");
	json_decref(json);
	buffer_clear(&out);
	json_text_string(&out, text_view("a\xff"
	                                 "b\xe2\x82"));
	json = parsed(&out);
	ck_assert_str_eq(json_string_value(json), "a\xef\xbf\xbd"
	                                          "b\xef\xbf\xbd\xef\xbf\xbd");
	json_decref(json);
	buffer_close(&out);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("error");
	TCase *tests = tcase_create("error");

	tcase_add_test(tests, codes_and_names_occur_once_and_every_error_has_a_hint);
	tcase_add_test(tests, every_refusal_of_the_ledger_has_its_code_and_name);
	tcase_add_test(tests, an_error_object_has_code_message_name_hint_and_retryable);
	tcase_add_test(tests, any_bytes_make_a_valid_json_string);
	tcase_add_test(tests, valid_text_comes_back_as_it_was_and_broken_text_is_marked);
	suite_add_tcase(suite, tests);
	return suite;
}
