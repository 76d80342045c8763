#include "rpc/api/request.h"
#include "rpc/api/scan.h"
#include "rpc/api/submission.h"
#include "tests/support/support.h"

#include <stdlib.h>

static struct rpc_scan scan; /* too large for a stack that a test likes */

/* Scanned out of memory of exactly its size, so that a sanitizer sees a byte too many. */
static bool scan_bytes(const char *text, size_t size, struct rpc_fault *fault)
{
	static uint8_t *copy; /* the views of `scan` point into it */

	free(copy);
	copy = malloc(size > 0 ? size : 1);
	ck_assert_ptr_nonnull(copy);
	memcpy(copy, text, size);
	return rpc_scan(&scan, bytes_view(copy, size), fault);
}

static bool scan_text(const char *text, struct rpc_fault *fault)
{
	return scan_bytes(text, strlen(text), fault);
}

static void assert_refused(const char *text, enum rpc_code code, const char *message)
{
	struct rpc_fault fault = {0};

	ck_assert_msg(!scan_text(text, &fault), "accepted: %s", text);
	ck_assert_msg(fault.code == code, "%s: %d, %s", text, (int)fault.code, fault.message);
	ck_assert_str_eq(fault.message, message);
}

/* `count` times `piece` between `head` and `tail`; free it. */
static char *repeat(const char *head, const char *piece, size_t count, const char *tail)
{
	size_t size = strlen(piece);
	char *text = malloc(strlen(head) + size * count + strlen(tail) + 1);
	char *at = text;

	ck_assert_ptr_nonnull(text);
	at = stpcpy(at, head);
	for (size_t i = 0; i < count; i++)
		at = stpcpy(at, piece);
	stpcpy(at, tail);
	return text;
}

static bool view_is(struct bytes_view view, const char *text)
{
	return bytes_equal(view, text_view(text));
}

START_TEST(every_form_of_json_is_accepted)
{
	static const char *const good[] = {
	    "{}",
	    " \t\r\n{ } \n",
	    "[{}]",
	    "[1]",
	    "{\"a\":[1,-1,0,-0,0.5,1e9,1E-9,-2.5e+10,true,false,null,\"\",{},[]]}",
	    "{\"\":{\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\ude00\":\"\\u0001\"}}",
	    "{\"k\":\"\x7f \xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \xf4\x8f\xbf\xbf\"}",
	    "[[],[[]],[[[]]]]",
	    "{\"a\" : { \"b\" : [ 1 , 2 ] } , \"c\" : 3 }",
	};
	struct rpc_fault fault;

	ck_assert_msg(scan_text(good[_i], &fault), "%s: %s", good[_i], fault.message);
}
END_TEST

START_TEST(what_is_no_json_is_refused_at_its_byte)
{
	static const struct {
		const char *text;
		const char *message;
	} bad[] = {
	    {"", "a value is missing at the end (byte 0 of the body)"},
	    {"  ", "a value is missing at the end (byte 2 of the body)"},
	    {"{", "a key in quotes is missing (byte 1 of the body)"},
	    {"{]", "a key in quotes is missing (byte 1 of the body)"},
	    {"[", "a value is missing at the end (byte 1 of the body)"},
	    {"[1", "a comma or the closing bracket is missing (byte 2 of the body)"},
	    {"[1}", "a comma or the closing bracket is missing (byte 2 of the body)"},
	    {"[1,]", "no value of JSON begins so (byte 3 of the body)"},
	    {"[,1]", "no value of JSON begins so (byte 1 of the body)"},
	    {"[1 2]", "a comma or the closing bracket is missing (byte 3 of the body)"},
	    {"{\"a\"}", "a colon is missing (byte 4 of the body)"},
	    {"{\"a\":}", "no value of JSON begins so (byte 5 of the body)"},
	    {"{\"a\":1,}", "a key in quotes is missing (byte 7 of the body)"},
	    {"{a:1}", "a key in quotes is missing (byte 1 of the body)"},
	    {"{\"a\":1}}", "something follows the JSON text (byte 7 of the body)"},
	    {"{}{}", "something follows the JSON text (byte 2 of the body)"},
	    {"[tru]", "no value of JSON begins so (byte 1 of the body)"},
	    {"[truE]", "no value of JSON begins so (byte 1 of the body)"},
	    {"[nul", "no value of JSON begins so (byte 1 of the body)"},
	    {"[NaN]", "no value of JSON begins so (byte 1 of the body)"},
	    {"[+1]", "no value of JSON begins so (byte 1 of the body)"},
	    {"[.5]", "no value of JSON begins so (byte 1 of the body)"},
	    {"[01]", "a number begins with 0 (byte 2 of the body)"},
	    {"[-]", "a digit is missing (byte 2 of the body)"},
	    {"[1.]", "a digit is missing (byte 3 of the body)"},
	    {"[1e]", "a digit is missing (byte 3 of the body)"},
	    {"[1e+]", "a digit is missing (byte 4 of the body)"},
	    {"[0x10]", "a comma or the closing bracket is missing (byte 2 of the body)"},
	    {"['a']", "no value of JSON begins so (byte 1 of the body)"},
	    {"[\"a]", "the text ends within a string (byte 4 of the body)"},
	    {"[\"a\\", "the text ends within a string (byte 4 of the body)"},
	    {"[\"\\x\"]", "no such escape (byte 3 of the body)"},
	    {"[\"\\u12\"]", "\\u needs four hex digits (byte 4 of the body)"},
	    {"[\"\\u12G4\"]", "\\u needs four hex digits (byte 4 of the body)"},
	    {"[\"\\u0000\"]", "a NUL in a string (byte 4 of the body)"},
	    {"[\"\\ud800\"]",
	     "the first half of a surrogate pair without its second (byte 8 of "
	     "the body)"},
	    {"[\"\\ud800\\ud800\"]", "the first half of a surrogate pair without its second "
	                             "(byte 10 of the body)"},
	    {"[\"\\udc00\"]",
	     "the second half of a surrogate pair without its first (byte 4 of "
	     "the body)"},
	    {"[\"\n\"]", "a control character in a string (byte 2 of the body)"},
	    {"[\"abcdefgh\x01ijkl\"]",
	     "a control character in a string (byte 10 of the body)"},
	    {"[\"\xff\"]", "invalid UTF-8 (byte 2 of the body)"},
	    {"[\"\xc0\xaf\"]", "invalid UTF-8 (byte 2 of the body)"},
	    {"[\"\xed\xa0\x80\"]", "invalid UTF-8 (byte 2 of the body)"},
	    {"[\"ab\xe2\x82\"]", "invalid UTF-8 (byte 4 of the body)"},
	    {"[\"\xf4\x90\x80\x80\"]", "invalid UTF-8 (byte 2 of the body)"},
	    {"\xef\xbb\xbf{}", "no value of JSON begins so (byte 0 of the body)"},
	    {"[\"a\" \"b\"]",
	     "a comma or the closing bracket is missing (byte 5 of the body)"},
	    {"[1]\v", "something follows the JSON text (byte 3 of the body)"},
	};

	if ((size_t)_i < sizeof bad / sizeof *bad)
		assert_refused(bad[_i].text, RPC_PARSE_ERROR, bad[_i].message);
}
END_TEST

START_TEST(a_nul_byte_is_refused_wherever_it_stands)
{
	const char text[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"rpc.ping\"}";

	for (size_t i = 0; i < sizeof text - 1; i++) {
		char broken[sizeof text];
		struct rpc_fault fault;

		memcpy(broken, text, sizeof text);
		broken[i] = '\0';
		ck_assert_msg(!scan_bytes(broken, sizeof text - 1, &fault), "at byte %zu", i);
		ck_assert_int_eq(fault.code, RPC_PARSE_ERROR);
	}
}
END_TEST

START_TEST(a_body_cut_anywhere_is_refused)
{
	const char text[] =
	    "[{\"jsonrpc\":\"2.0\",\"id\":-12.5e3,\"method\":\"a\\u00e9\xc3\xa9\","
	    "\"params\":[true,false,null,{}]}]";

	for (size_t size = 0; size < sizeof text - 1; size++) {
		struct rpc_fault fault;

		ck_assert_msg(!scan_bytes(text, size, &fault), "cut after %zu", size);
		ck_assert_int_eq(fault.code, RPC_PARSE_ERROR);
	}
}
END_TEST

START_TEST(a_body_is_an_object_or_an_array_that_is_not_empty)
{
	assert_refused("1", RPC_INVALID_REQUEST,
	               "a call is a JSON object, a batch an array of them");
	assert_refused("\"tx.submit\"", RPC_INVALID_REQUEST,
	               "a call is a JSON object, a batch an array of them");
	assert_refused("null", RPC_INVALID_REQUEST,
	               "a call is a JSON object, a batch an array of them");
	assert_refused(" [ ] ", RPC_INVALID_REQUEST, "the batch is empty");
}
END_TEST

START_TEST(the_calls_of_a_batch_are_found_without_their_white_space)
{
	struct rpc_fault fault;

	ck_assert(scan_text(" [ {\"a\":[{},[1]]} , 12 ,\"x\",[ ] , { } ] ", &fault));
	ck_assert(scan.is_batch);
	ck_assert_uint_eq(scan.call_count, 5);
	ck_assert(view_is(scan.calls[0], "{\"a\":[{},[1]]}"));
	ck_assert(view_is(scan.calls[1], "12"));
	ck_assert(view_is(scan.calls[2], "\"x\""));
	ck_assert(view_is(scan.calls[3], "[ ]"));
	ck_assert(view_is(scan.calls[4], "{ }"));
	ck_assert(scan_text(" {\"a\":[{},{}]} ", &fault));
	ck_assert(!scan.is_batch);
	ck_assert_uint_eq(scan.call_count, 1);
	ck_assert(view_is(scan.calls[0], "{\"a\":[{},{}]}"));
}
END_TEST

START_TEST(a_batch_of_1000_calls_is_taken_and_one_of_1001_refused)
{
	char *most = repeat("[{}", ",{}", RPC_BATCH_MAX - 1, "]");
	char *more = repeat("[{}", ",{}", RPC_BATCH_MAX, "]");
	struct rpc_fault fault;

	ck_assert(scan_text(most, &fault));
	ck_assert_uint_eq(scan.call_count, RPC_BATCH_MAX);
	assert_refused(more, RPC_LIMIT_EXCEEDED,
	               "a batch of more than 1000 calls (byte 3001 of the body)");
	free(most);
	free(more);
}
END_TEST

START_TEST(nesting_32_deep_is_taken_and_33_refused)
{
	char *deepest = repeat("", "[", RPC_DEPTH_MAX, "1");
	char *most = repeat(deepest, "]", RPC_DEPTH_MAX, "");
	char *deeper = repeat("", "[", 1000000, "");
	struct rpc_fault fault;

	ck_assert(scan_text(most, &fault));
	assert_refused(deeper, RPC_LIMIT_EXCEEDED,
	               "nested more than 32 deep (byte 32 of the body)");
	free(deepest);
	free(most);
	free(deeper);
}
END_TEST

START_TEST(a_wide_text_is_refused_at_the_first_value_too_many)
{
	char *most = repeat("{\"a\":[0", ",0", RPC_VALUES_MAX - 3, "]}");
	char *more = repeat("{\"a\":[0", ",0", 4000000, "]}");
	struct rpc_fault fault;

	ck_assert(scan_text(most, &fault));
	assert_refused(more, RPC_LIMIT_EXCEEDED,
	               "more than 100000 values (byte 200002 of the body)");
	free(most);
	free(more);
}
END_TEST

START_TEST(long_strings_and_numbers_are_refused)
{
	char *longest = repeat("[\"", "a", RPC_STRING_MAX, "\"]");
	char *longer = repeat("[\"", "a", RPC_STRING_MAX + 1, "\"]");
	char *digits = repeat("[", "1", RPC_NUMBER_MAX, "]");
	char *more_digits = repeat("[", "1", RPC_NUMBER_MAX + 1, "]");
	struct rpc_fault fault;

	ck_assert(scan_text(longest, &fault));
	assert_refused(longer, RPC_LIMIT_EXCEEDED,
	               "a string of more than 131072 bytes (byte 131075 of the body)");
	ck_assert(scan_text(digits, &fault));
	assert_refused(more_digits, RPC_LIMIT_EXCEEDED,
	               "a number of more than 64 bytes (byte 66 of the body)");
	free(longest);
	free(longer);
	free(digits);
	free(more_digits);
}
END_TEST

/* The scan and jansson must agree on what is JSON: where they differ, something is parsed
 * that was not counted, or refused that is right. */
START_TEST(jansson_agrees_on_thousands_of_broken_texts)
{
	static const char seed[] =
	    "[{\"jsonrpc\":\"2.0\",\"id\":17,\"method\":\"tx.submit\",\"params\":{\"tx_b64\":"
	    "\"AQID\\/"
	    "+==\",\"n\":[-0.5e+7,true,false,null,\"\\u00e9\\ud83d\\ude00\xc3\xa9\"]}}]";
	struct random random = random_from(7);
	int accepted = 0;

	for (int round = 0; round < 20000; round++) {
		char text[sizeof seed];
		size_t size = sizeof seed - 1;
		json_error_t error;
		struct rpc_fault fault;
		json_t *json;
		bool good;

		memcpy(text, seed, sizeof seed);
		for (uint32_t i = random_below(&random, 3); i > 0; i--)
			text[random_below(&random, (uint32_t)size)] = (char)random_u32(&random);
		if (memchr(text, '\0', size))
			continue; /* jansson overlooks a NUL behind a number; the scan does not */
		good = scan_bytes(text, size, &fault);
		json = json_loadb(text, size, JSON_DECODE_ANY, &error);
		ck_assert_msg(good == (json != NULL) || fault.code == RPC_INVALID_REQUEST,
		              "%.*s: %s / %s", (int)size, text, good ? "good" : fault.message,
		              json ? "good" : error.text);
		accepted += good;
		json_decref(json);
	}
	ck_assert_int_gt(accepted, 5000);
}
END_TEST

START_TEST(a_submission_is_recognised_in_any_order_and_white_space)
{
	static const char *const good[] = {
	    "{\"jsonrpc\":\"2.0\",\"id\":17,\"method\":\"tx.submit\",\"params\":{\"tx_b64\":"
	    "\"AQID\"}}",
	    "{\"params\":{\"tx_b64\":\"AQID\"},\"method\":\"tx.submit\",\"id\":17,"
	    "\"jsonrpc\":\"2.0\"}",
	    "{ \"id\" : 17 , \"jsonrpc\" :\n\"2.0\" ,\t\"params\" : { \"tx_b64\" : \"AQID\" "
	    "} "
	    ",\"method\": \"tx.submit\" }",
	};
	struct rpc_submission submission;
	struct rpc_fault fault;

	ck_assert(scan_text(good[_i], &fault));
	ck_assert(rpc_submission_read(&submission, scan.calls[0]));
	ck_assert(view_is(submission.id, "17"));
	ck_assert(view_is(submission.tx_b64, "AQID"));
}
END_TEST

START_TEST(a_submission_keeps_its_id_as_it_was_sent)
{
	static const char *const ids[] = {"0",    "-1",      "123456789012345678",
	                                  "\"\"", "\"a b\"", "\"\xc3\xa9\""};
	struct rpc_submission submission;
	struct rpc_fault fault;
	char text[256];

	snprintf(
	    text, sizeof text,
	    "{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":\"tx.submit\",\"params\":{\"tx_b64\":"
	    "\"AQID\"}}",
	    ids[_i]);
	ck_assert(scan_text(text, &fault));
	ck_assert(rpc_submission_read(&submission, scan.calls[0]));
	ck_assert(view_is(submission.id, ids[_i]));
}
END_TEST

/* All of these are calls of some kind, or wrong in a way that the ordinary way explains.
 */
START_TEST(anything_else_takes_the_ordinary_way)
{
	static const char *const other[] = {
	    "{}",
	    "12",
	    "{\"jsonrpc\":\"2.0\",\"method\":\"tx.submit\",\"params\":{\"tx_b64\":\"AQID\"}}",
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tx.submit\"}",
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tx.submit\",\"params\":[\"AQID\"]}",
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tx.submit\",\"params\":{}}",
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tx.submit\",\"params\":{\"tx_b64\":1}"
	    "}",
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tx.submit\",\"params\":{\"tx_b64\":"
	    "\"AQID\","
	    "\"a\":1}}",
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tx.submit\",\"params\":{\"tx_b64\":"
	    "\"AQ\\/D\"}}",
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tx.submi\\u0074\",\"params\":{\"tx_"
	    "b64\":"
	    "\"AQID\"}}",
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tx.get\",\"params\":{\"tx_b64\":"
	    "\"AQID\"}}",
	    "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"tx.submit\",\"params\":{\"tx_b64\":"
	    "\"AQID\"}}",
	    "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"tx.submit\",\"params\":{\"tx_"
	    "b64\":\"AQID\"}}",
	    "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"tx.submit\",\"params\":{\"tx_b64\":"
	    "\"AQID\"}}",
	    "{\"jsonrpc\":\"2.0\",\"id\":1e5,\"method\":\"tx.submit\",\"params\":{\"tx_b64\":"
	    "\"AQID\"}}",
	    "{\"jsonrpc\":\"2.0\",\"id\":1234567890123456789,\"method\":\"tx.submit\","
	    "\"params\":{"
	    "\"tx_b64\":\"AQID\"}}",
	    "{\"jsonrpc\":\"2.0\",\"id\":[1],\"method\":\"tx.submit\",\"params\":{\"tx_b64\":"
	    "\"AQID\"}}",
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2,\"method\":\"tx.submit\",\"params\":{"
	    "\"tx_b64\":"
	    "\"AQID\"}}",
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tx.submit\",\"params\":{\"tx_b64\":"
	    "\"AQID\"},"
	    "\"x\":1}",
	};
	struct rpc_submission submission;
	struct rpc_fault fault;

	if ((size_t)_i >= sizeof other / sizeof *other)
		return;
	ck_assert(scan_text(other[_i], &fault) || scan.call_count == 1);
	ck_assert_msg(!rpc_submission_read(&submission, scan.calls[0]), "%s", other[_i]);
}
END_TEST

static bool request_text(struct rpc_request *request, const char *text,
                         struct rpc_fault *fault)
{
	ck_assert(scan_text(text, fault));
	return rpc_request_read(request, scan.calls[0], fault);
}

START_TEST(a_call_gives_its_method_parameters_and_id)
{
	struct rpc_request request;
	struct rpc_fault fault;

	ck_assert(
	    request_text(&request,
	                 "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"tx.get\",\"params\":"
	                 "{\"txid\":\"00\"}}",
	                 &fault));
	ck_assert_str_eq(request.method, "tx.get");
	ck_assert_str_eq(json_string_value(request.id), "a");
	ck_assert(!request.is_notification);
	ck_assert_uint_eq(json_object_size(request.params), 1);
	rpc_request_close(&request);
	ck_assert(request_text(&request, "{\"jsonrpc\":\"2.0\",\"method\":\"a\"}", &fault));
	ck_assert(request.is_notification);
	ck_assert_ptr_null(request.params);
	rpc_request_close(&request);
	ck_assert(request_text(&request, "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"a\"}",
	                       &fault));
	ck_assert(!request.is_notification);
	ck_assert(json_is_null(request.id));
	rpc_request_close(&request);
}
END_TEST

START_TEST(a_call_that_is_framed_wrongly_says_how)
{
	static const struct {
		const char *text;
		enum rpc_code code;
		const char *message;
		bool has_id;
	} bad[] = {
	    {"{\"id\":1,\"method\":\"a\"}", RPC_INVALID_REQUEST,
	     "\"jsonrpc\" must be \"2.0\"", true},
	    {"{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"a\"}", RPC_INVALID_REQUEST,
	     "\"jsonrpc\" must be \"2.0\"", true},
	    {"{\"jsonrpc\":2.0,\"id\":1,\"method\":\"a\"}", RPC_INVALID_REQUEST,
	     "\"jsonrpc\" must be \"2.0\"", true},
	    {"{\"jsonrpc\":\"2.0\",\"id\":1}", RPC_INVALID_REQUEST,
	     "\"method\" must be a string", true},
	    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}", RPC_INVALID_REQUEST,
	     "\"method\" must be a string", true},
	    {"{\"jsonrpc\":\"2.0\",\"id\":true,\"method\":\"a\"}", RPC_INVALID_REQUEST,
	     "\"id\" must be a string, an integer or null", false},
	    {"{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"a\"}", RPC_INVALID_REQUEST,
	     "\"id\" must be a string, an integer or null", false},
	    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\",\"params\":1}",
	     RPC_INVALID_REQUEST, "\"params\" must be an object or an array, or be left out",
	     true},
	    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\",\"params\":null}",
	     RPC_INVALID_REQUEST, "\"params\" must be an object or an array, or be left out",
	     true},
	    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\",\"parms\":[]}",
	     RPC_INVALID_REQUEST, "a call has no member \"parms\"; the nearest is \"params\"",
	     true},
	    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\",\"chain_name\":\"x\"}",
	     RPC_INVALID_REQUEST, "a call has no member \"chain_name\"", true},
	    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2,\"method\":\"a\"}", RPC_PARSE_ERROR,
	     "duplicate object key near '\"id\"' (byte 28 of the call)", false},
	    {"{\"jsonrpc\":\"2.0\",\"id\":99999999999999999999,\"method\":\"a\"}",
	     RPC_PARSE_ERROR,
	     "too big integer near '99999999999999999999' (byte 42 of the call)", false},
	    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\",\"params\":[1e400]}",
	     RPC_PARSE_ERROR, "real number overflow near '1e400' (byte 52 of the call)",
	     false},
	    {"[[]]", RPC_INVALID_REQUEST, "a call is a JSON object", false},
	};
	struct rpc_request request;
	struct rpc_fault fault;

	if ((size_t)_i >= sizeof bad / sizeof *bad)
		return;
	ck_assert(!request_text(&request, bad[_i].text, &fault));
	ck_assert_int_eq(fault.code, bad[_i].code);
	ck_assert_str_eq(fault.message, bad[_i].message);
	ck_assert_int_eq(request.id != NULL, bad[_i].has_id);
	rpc_request_close(&request);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("scan");
	TCase *tests = tcase_create("scan");

	tcase_add_loop_test(tests, every_form_of_json_is_accepted, 0, 9);
	tcase_add_loop_test(tests, what_is_no_json_is_refused_at_its_byte, 0, 50);
	tcase_add_test(tests, a_nul_byte_is_refused_wherever_it_stands);
	tcase_add_test(tests, a_body_cut_anywhere_is_refused);
	tcase_add_test(tests, a_body_is_an_object_or_an_array_that_is_not_empty);
	tcase_add_test(tests, the_calls_of_a_batch_are_found_without_their_white_space);
	tcase_add_test(tests, a_batch_of_1000_calls_is_taken_and_one_of_1001_refused);
	tcase_add_test(tests, nesting_32_deep_is_taken_and_33_refused);
	tcase_add_test(tests, a_wide_text_is_refused_at_the_first_value_too_many);
	tcase_add_test(tests, long_strings_and_numbers_are_refused);
	tcase_add_test(tests, jansson_agrees_on_thousands_of_broken_texts);
	tcase_add_loop_test(tests, a_submission_is_recognised_in_any_order_and_white_space, 0,
	                    3);
	tcase_add_loop_test(tests, a_submission_keeps_its_id_as_it_was_sent, 0, 6);
	tcase_add_loop_test(tests, anything_else_takes_the_ordinary_way, 0, 20);
	tcase_add_test(tests, a_call_gives_its_method_parameters_and_id);
	tcase_add_loop_test(tests, a_call_that_is_framed_wrongly_says_how, 0, 16);
	suite_add_tcase(suite, tests);
	return suite;
}
