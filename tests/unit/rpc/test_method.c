#include "chain/base/memory.h"
#include "chain/crypto/address.h"
#include "chain/ledger/network.h"
#include "rpc/api/check.h"
#include "rpc/api/discover.h"
#include "rpc/api/nearest.h"
#include "rpc/api/params.h"
#include "rpc/api/request.h"
#include "tests/support/support.h"

#include <ctype.h>
#include <regex.h>

#define ID "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

/* One parameter of every type, under every rule. */
static const struct rpc_parameter p_hash = {
	.name = "hash", .type = RPC_TYPE_HASH, .rule = RPC_OPTIONAL};
static const struct rpc_parameter p_key = {
	.name = "public_key", .type = RPC_TYPE_KEY, .rule = RPC_OPTIONAL};
static const struct rpc_parameter p_signature = {
	.name = "signature", .type = RPC_TYPE_SIGNATURE, .rule = RPC_OPTIONAL};
static const struct rpc_parameter p_name = {
	.name = "name", .type = RPC_TYPE_NAME, .rule = RPC_OPTIONAL};
static const struct rpc_parameter p_amount = {
	.name = "amount", .type = RPC_TYPE_AMOUNT, .rule = RPC_OPTIONAL};
static const struct rpc_parameter p_object = {
	.name = "value", .type = RPC_TYPE_OBJECT, .rule = RPC_OPTIONAL};
static const struct rpc_method test_types = {
	.name = "test.types",
	.parameters = {&p_hash, &p_key, &p_signature, &p_name, &p_amount, &p_object, NULL},
};

static json_t *check(const struct rpc_method *method, const char *params,
                     struct rpc_fault *fault)
{
	json_t *given = params ? json_loads(params, JSON_DECODE_ANY, NULL) : NULL;
	json_t *checked;

	ck_assert(given != NULL || params == NULL);
	checked = rpc_params_check(method, given, fault);
	json_decref(given);
	return checked;
}

static json_t *check_good(const struct rpc_method *method, const char *params)
{
	struct rpc_fault fault;
	json_t *checked = check(method, params, &fault);

	ck_assert_msg(checked != NULL, "%s: %s", params ? params : "nothing", fault.message);
	return checked;
}

static void assert_wrong(const struct rpc_method *method, const char *params,
                         const char *message)
{
	struct rpc_fault fault;
	json_t *checked = check(method, params, &fault);

	ck_assert_msg(checked == NULL, "accepted: %s", params ? params : "nothing");
	ck_assert_int_eq(fault.code, RPC_INVALID_PARAMS);
	ck_assert_str_eq(fault.message, message);
}

START_TEST(each_method_is_found_under_its_name_and_number)
{
	ck_assert_uint_ge(rpc_method_count(), 34);
	for (size_t i = 0; i < rpc_method_count(); i++) {
		const struct rpc_method *method = rpc_method_at(i);

		ck_assert_ptr_eq(rpc_method_find(method->name), method);
		ck_assert_uint_eq(rpc_method_index(method), i);
	}
	ck_assert_ptr_null(rpc_method_find(""));
	ck_assert_ptr_null(rpc_method_find("tx"));
	ck_assert_ptr_null(rpc_method_find("tx."));
	ck_assert_ptr_null(rpc_method_find("tx.submi"));
	ck_assert_ptr_null(rpc_method_find("txx.submit"));
}
END_TEST

/* namespace.verb_noun in snake_case; what a row promises can be kept. */
START_TEST(each_row_of_the_table_keeps_to_the_rules)
{
	for (size_t i = 0; i < rpc_method_count(); i++) {
		const struct rpc_method *method = rpc_method_at(i);
		const char *dot = strchr(method->name, '.');
		bool required_is_over = false;

		ck_assert_ptr_nonnull(dot);
		for (const char *at = method->name; *at; at++)
			ck_assert(islower((unsigned char)*at) || *at == '_' || at == dot);
		ck_assert_uint_gt(strlen(method->summary), 5);
		ck_assert_uint_gt(strlen(method->result), 3);
		for (size_t j = 0; method->parameters[j]; j++) {
			const struct rpc_parameter *parameter = method->parameters[j];

			ck_assert_uint_gt(strlen(parameter->summary), 5);
			ck_assert(parameter->maximum == 0 ||
			          parameter->maximum >= parameter->minimum);
			ck_assert(!parameter->has_fallback || parameter->rule == RPC_OPTIONAL);
			/* By position nobody could reach a required one behind a left-out one. */
			ck_assert(!(required_is_over && parameter->rule == RPC_REQUIRED));
			required_is_over |= parameter->rule != RPC_REQUIRED;
		}
		if (method->shape == RPC_LIST &&
		    strcmp(method->name, "node.list_warnings") != 0 &&
		    strcmp(method->name, "chain.get_succession") != 0)
			ck_assert_ptr_nonnull(
			    strstr(method->name, strcmp(dot, ".list") == 0 || strstr(dot, ".list_")
			                             ? ".list"
			                             : ".get_history"));
	}
}
END_TEST

START_TEST(parameters_are_taken_by_name_and_by_position)
{
	const struct rpc_method *method = rpc_method_find("stream.list_records");
	json_t *by_name =
	    check_good(method, "{\"stream\":\"invoices\",\"limit\":7,\"at\":5}");
	json_t *by_position = check_good(method, "[\"invoices\",null,7,null,5]");

	ck_assert(json_equal(by_name, by_position));
	ck_assert_int_eq(rpc_param_integer(by_name, "limit"), 7);
	ck_assert_int_eq(rpc_param_integer(by_name, "from"), 0);
	ck_assert(!rpc_param_has(by_name, "cursor"));
	ck_assert_int_eq(rpc_param_at(by_name).kind, RPC_AT_HEIGHT);
	ck_assert_uint_eq(rpc_param_at(by_name).value, 5);
	json_decref(by_name);
	json_decref(by_position);
}
END_TEST

START_TEST(what_is_left_out_gets_its_fallback)
{
	json_t *params = check_good(rpc_method_find("tx.submit_and_wait"), "[\"AQID\"]");
	uint8_t *bytes;
	size_t size;

	ck_assert_int_eq(rpc_param_integer(params, "timeout_ms"), RPC_WAIT_MS_DEFAULT);
	bytes = rpc_param_base64(params, "tx_b64", &size);
	ck_assert_ptr_nonnull(bytes);
	ck_assert_uint_eq(size, 3);
	ck_assert_mem_eq(bytes, "\1\2\3", 3);
	memory_free(bytes);
	json_decref(params);
	params = check_good(rpc_method_find("stream.get_latest"),
	                    "{\"stream\":\"s\",\"key\":\"\"}");
	ck_assert(!rpc_param_boolean(params, "prove"));
	ck_assert_int_eq(rpc_param_at(params).kind, RPC_AT_FINAL);
	ck_assert_uint_eq(rpc_param_text(params, "key").size, 0);
	json_decref(params);
	params =
	    check_good(rpc_method_find("chain.get_params"), "{\"at_time_ms\":1700000000000}");
	ck_assert_int_eq(rpc_param_at(params).kind, RPC_AT_TIME);
	json_decref(params);
	json_decref(check_good(rpc_method_find("rpc.ping"), NULL));
	json_decref(check_good(rpc_method_find("rpc.ping"), "[]"));
	json_decref(check_good(rpc_method_find("rpc.ping"), "{}"));
}
END_TEST

START_TEST(names_ids_and_addresses_become_ids)
{
	struct hash id = hash_from_hex(ID);
	struct hash stream = stream_id_of(text_view("invoices"));
	char address[ADDRESS_TEXT_SIZE];
	char params[256];
	json_t *json;
	struct hash got;

	address_encode(address, &id);
	snprintf(params, sizeof params, "{\"stream\":\"invoices\",\"account\":\"%s\"}",
	         address);
	json = check_good(rpc_method_find("stream.list_by_author"), params);
	got = rpc_param_account(json, "account");
	ck_assert(hash_equal(&got, &id));
	got = rpc_param_named(json, "stream", stream_id_of);
	ck_assert(hash_equal(&got, &stream));
	json_decref(json);
	json = check_good(rpc_method_find("stream.list_by_author"),
	                  "{\"stream\":\"" ID "\",\"account\":\"" ID "\"}");
	got = rpc_param_account(json, "account");
	ck_assert(hash_equal(&got, &id));
	got = rpc_param_named(json, "stream", stream_id_of);
	ck_assert(hash_equal(&got, &id));
	json_decref(json);
	json = check_good(rpc_method_find("tx.get"), "[\"" ID "\"]");
	got = rpc_param_hash(json, "txid");
	ck_assert(hash_equal(&got, &id));
	json_decref(json);
}
END_TEST

START_TEST(a_wrong_parameter_is_named_with_what_came)
{
	static const struct {
		const char *method;
		const char *params;
		const char *message;
	} wrong[] = {
	    {"tx.get", "{\"txhash\":\"" ID "\"}", "tx.get has no parameter \"txhash\""},
	    {"tx.get", "{\"txids\":\"" ID "\"}",
	     "tx.get has no parameter \"txids\"; the nearest is \"txid\""},
	    {"tx.get", "{}", "tx.get needs \"txid\": the transaction's id"},
	    {"tx.get", NULL, "tx.get needs \"txid\": the transaction's id"},
	    {"tx.get", "[null]", "tx.get needs \"txid\": the transaction's id"},
	    {"tx.get", "[1,2,3]", "tx.get takes at most 2 parameters, not 3"},
	    {"tx.get", "[12]", "tx.get: \"txid\" must be 64 lower-case hex digits, not 12"},
	    {"tx.get", "[\"abc\"]",
	     "tx.get: \"txid\" must be 64 lower-case hex digits, not \"abc\""},
	    {"tx.get", "[\"" ID "0\"]",
	     "tx.get: \"txid\" must be 64 lower-case hex digits, not "
	     "\"00112233445566778899...\" of "
	     "65 bytes"},
	    {"tx.get",
	     "[\"A0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\"]",
	     "tx.get: \"txid\" must be 64 lower-case hex digits, not "
	     "\"A0112233445566778899...\" of "
	     "64 bytes"},
	    {"tx.get", "[[]]",
	     "tx.get: \"txid\" must be 64 lower-case hex digits, not an array"},
	    {"stream.list", "{\"limit\":\"5\"}",
	     "stream.list: \"limit\" must be an integer, not \"5\""},
	    {"stream.list", "{\"limit\":5.0}",
	     "stream.list: \"limit\" must be an integer, not 5"},
	    {"stream.list", "{\"limit\":true}",
	     "stream.list: \"limit\" must be an integer, not true"},
	    {"stream.list", "{\"limit\":0}",
	     "stream.list: \"limit\" must be 1 to 1000, not 0"},
	    {"stream.list", "{\"limit\":1001}",
	     "stream.list: \"limit\" must be 1 to 1000, not 1001"},
	    {"stream.list", "{\"cursor\":\"\"}",
	     "stream.list: \"cursor\" must be 1 to 512 bytes, not 0"},
	    {"chain.list_blocks", "{\"from_height\":-1}",
	     "chain.list_blocks: \"from_height\" must be at least 0, not -1"},
	    {"chain.get_block", "{}",
	     "chain.get_block takes exactly one of \"height\", \"hash\""},
	    {"chain.get_block", "{\"height\":1,\"hash\":\"" ID "\"}",
	     "chain.get_block takes exactly one of \"height\", \"hash\""},
	    {"stream.get", "{\"stream\":\"s\",\"at\":1,\"at_time_ms\":1}",
	     "stream.get takes at most one of \"at\", \"at_time_ms\""},
	    {"stream.get", "{\"stream\":\"s\",\"at\":\"newest\"}",
	     "stream.get: \"at\" must be a block's height, or \"final\", not \"newest\""},
	    {"stream.get", "{\"stream\":\"s\",\"at\":-1}",
	     "stream.get: \"at\" must be a block's height, or \"final\", not -1"},
	    {"stream.get", "{\"stream\":\"s\",\"prove\":1}",
	     "stream.get: \"prove\" must be true or false, not 1"},
	    {"stream.get", "{\"stream\":\"No Such\"}",
	     "stream.get: \"stream\" must be a stream's name, or its id in 64 lower-case hex "
	     "digits, "
	     "not \"No Such\""},
	    {"account.get", "[\"alice\"]",
	     "account.get: \"account\" must be an address (cairn1...) or 64 lower-case hex "
	     "digits, "
	     "not \"alice\""},
	    {"tx.decode", "[\"AQI\"]",
	     "tx.decode: \"tx_b64\" must be padded base64 (RFC 4648), not \"AQI\""},
	    {"tx.decode", "[\"AQ==AQID\"]",
	     "tx.decode: \"tx_b64\" must be padded base64 (RFC 4648), not \"AQ==AQID\""},
	    {"tx.decode", "[\"AB==\"]",
	     "tx.decode: \"tx_b64\" must be padded base64 (RFC 4648), not \"AB==\""},
	    {"tx.decode", "[\"AQ-_\"]",
	     "tx.decode: \"tx_b64\" must be padded base64 (RFC 4648), not \"AQ-_\""},
	};

	if ((size_t)_i < sizeof wrong / sizeof *wrong)
		assert_wrong(rpc_method_find(wrong[_i].method), wrong[_i].params,
		             wrong[_i].message);
}
END_TEST

START_TEST(a_mistyped_address_says_what_is_wrong)
{
	struct hash id = hash_from_hex(ID);
	char address[ADDRESS_TEXT_SIZE];
	char params[128];
	struct rpc_fault fault;

	address_encode(address, &id);
	address[20] = address[20] == 'q' ? 'p' : 'q';
	snprintf(params, sizeof params, "[\"%s\"]", address);
	ck_assert_ptr_null(check(rpc_method_find("account.get"), params, &fault));
	ck_assert_int_eq(fault.code, RPC_INVALID_PARAMS);
	ck_assert_ptr_nonnull(
	    strstr(fault.message, "account.get: \"account\" is no address: "));
}
END_TEST

/* Base64 is checked piece by piece; padding at the end of a piece must not pass. */
START_TEST(padding_within_long_base64_is_refused)
{
	static char params[9000];
	struct rpc_fault fault;

	params[0] = '[';
	params[1] = '"';
	memset(params + 2, 'A', 8192);
	strcpy(params + 2 + 8192, "\"]");
	json_decref(check_good(rpc_method_find("tx.decode"), params));
	params[2 + 4095] = '=';
	ck_assert_ptr_null(check(rpc_method_find("tx.decode"), params, &fault));
	params[2 + 4095] = 'A';
	params[2 + 8191] = '=';
	json_decref(check_good(rpc_method_find("tx.decode"), params));
}
END_TEST

START_TEST(a_key_in_base64_is_measured_by_its_bytes)
{
	char text[600] = "{\"stream\":\"s\",\"key_b64\":\"";
	size_t begin = strlen(text);

	memset(text + begin, 'A', 344);
	strcpy(text + begin + 344, "\"}");
	assert_wrong(rpc_method_find("stream.get_history"), text,
	             "stream.get_history: \"key_b64\" must be 0 to 256 bytes, not 258");
	memcpy(text + begin + 342, "==", 2);
	json_decref(check_good(rpc_method_find("stream.get_history"), text));
}
END_TEST

START_TEST(every_type_knows_its_values)
{
	static const struct {
		const char *params;
		bool good;
	} cases[] = {
	    {"{\"hash\":\"" ID "\"}", true},
	    {"{\"public_key\":\"" ID "\"}", true},
	    {"{\"public_key\":\"\"}", false},
	    {"{\"signature\":\"" ID ID "\"}", true},
	    {"{\"signature\":\"" ID "\"}", false},
	    {"{\"name\":\"a.b_c-9\"}", true},
	    {"{\"name\":\"\"}", false},
	    {"{\"name\":\"A\"}", false},
	    {"{\"name\":\"\\u00e9\"}", false},
	    {"{\"name\":\"" ID "\"}", true},
	    {"{\"name\":\"" ID "a\"}", false},
	    {"{\"amount\":\"0\"}", true},
	    {"{\"amount\":\"12.50\"}", true},
	    {"{\"amount\":\"18446744073709551615\"}", true},
	    {"{\"amount\":\"18446744073709551616\"}", false},
	    {"{\"amount\":\"0.000000000000000001\"}", true},
	    {"{\"amount\":\"0.0000000000000000001\"}", false},
	    {"{\"amount\":\"\"}", false},
	    {"{\"amount\":\".5\"}", false},
	    {"{\"amount\":\"5.\"}", false},
	    {"{\"amount\":\"05\"}", false},
	    {"{\"amount\":\"-5\"}", false},
	    {"{\"amount\":\"1,5\"}", false},
	    {"{\"amount\":\"1.5.2\"}", false},
	    {"{\"amount\":\"1e5\"}", false},
	    {"{\"amount\":5}", false},
	    {"{\"value\":{}}", true},
	    {"{\"value\":[]}", false},
	    {"{\"value\":\"{}\"}", false},
	};
	struct rpc_fault fault;
	json_t *checked;

	if ((size_t)_i >= sizeof cases / sizeof *cases)
		return;
	checked = check(&test_types, cases[_i].params, &fault);
	ck_assert_msg((checked != NULL) == cases[_i].good, "%s", cases[_i].params);
	json_decref(checked);
}
END_TEST

START_TEST(the_nearest_word_is_the_one_with_the_fewest_mistakes)
{
	struct nearest nearest = nearest_to("tx.sumbit");

	ck_assert_ptr_null(nearest_word(&nearest));
	nearest_offer(&nearest, "tx.get");
	nearest_offer(&nearest, "tx.submit");
	nearest_offer(&nearest, "tx.submit_and_wait");
	ck_assert_str_eq(nearest_word(&nearest), "tx.submit");
	nearest = nearest_to("entirely.different");
	nearest_offer(&nearest, "tx.submit");
	ck_assert_ptr_null(nearest_word(&nearest));
	nearest =
	    nearest_to("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
	nearest_offer(&nearest,
	              "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
	ck_assert_ptr_null(nearest_word(&nearest));
}
END_TEST

static const json_t *find_method(const json_t *document, const char *name)
{
	json_t *method;
	size_t i;

	json_array_foreach (json_object_get(document, "methods"), i, method)
		if (strcmp(json_string_value(json_object_get(method, "name")), name) == 0)
			return method;
	return NULL;
}

START_TEST(discovery_describes_every_method_that_is_offered)
{
	json_t *document = rpc_discover(NULL);
	bool *offered = calloc(rpc_method_count(), sizeof *offered);
	const json_t *method, *parameter;

	ck_assert_ptr_nonnull(document);
	ck_assert_ptr_nonnull(offered);
	ck_assert_uint_eq(json_array_size(json_object_get(document, "methods")),
	                  rpc_method_count());
	for (size_t i = 0; i < rpc_method_count(); i++)
		ck_assert_ptr_nonnull(find_method(document, rpc_method_at(i)->name));
	method = find_method(document, "stream.list");
	parameter = json_array_get(json_object_get(method, "params"), 0);
	ck_assert_str_eq(json_string_value(json_object_get(parameter, "name")), "limit");
	ck_assert(json_is_false(json_object_get(parameter, "required")));
	parameter = json_object_get(parameter, "schema");
	ck_assert_int_eq(json_integer_value(json_object_get(parameter, "maximum")), 1000);
	ck_assert_int_eq(json_integer_value(json_object_get(parameter, "default")), 100);
	ck_assert_uint_ge(json_object_size(json_object_get(
	                      json_object_get(document, "components"), "errors")),
	                  30);
	json_decref(document);
	offered[rpc_method_index(rpc_method_find("tx.get"))] = true;
	document = rpc_discover(offered);
	ck_assert_uint_eq(json_array_size(json_object_get(document, "methods")), 1);
	ck_assert_ptr_nonnull(find_method(document, "tx.get"));
	json_decref(document);
	free(offered);
}
END_TEST

/* What rpc.discover says of a string is what the check does. */
START_TEST(the_patterns_of_the_schemas_are_those_of_the_check)
{
	static const char *const texts[] = {ID,  ID ID,   ID "0", "invoices", "A",  "",
	                                    "0", "12.50", "05",   "a.b-c_d",  "1.", "cairn1"};

	for (size_t i = 0; test_types.parameters[i]; i++) {
		const struct rpc_parameter *parameter = test_types.parameters[i];
		json_t *schema = json_loads(rpc_type_schema(parameter->type), 0, NULL);
		const char *pattern = json_string_value(json_object_get(schema, "pattern"));
		regex_t regex;

		ck_assert_ptr_nonnull(schema);
		for (size_t j = 0; pattern && j < sizeof texts / sizeof *texts; j++) {
			json_t *given = json_pack("{s:s}", parameter->name, texts[j]);
			struct rpc_fault fault;
			json_t *checked = rpc_params_check(&test_types, given, &fault);

			ck_assert_int_eq(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
			ck_assert_msg((regexec(&regex, texts[j], 0, NULL, 0) == 0) ==
			                  (checked != NULL),
			              "%s: \"%s\"", parameter->name, texts[j]);
			regfree(&regex);
			json_decref(checked);
			json_decref(given);
		}
		json_decref(schema);
	}
}
END_TEST

/* -- Without memory ----------------------------------------------------------------- */

static unsigned long countdown;

/* The request for memory of this number, and every later one, is refused. */
static void *malloc_until(size_t size)
{
	if (countdown == 1)
		return NULL;
	countdown -= countdown > 0;
	return malloc(size);
}

START_TEST(without_memory_discovery_gives_nothing)
{
	json_t *document = NULL;
	unsigned long round = 0;

	json_set_alloc_funcs(malloc_until, free);
	while (!document) {
		countdown = ++round;
		document = rpc_discover(NULL);
	}
	countdown = 0;
	ck_assert_uint_gt(round, 1000);
	ck_assert_uint_eq(json_array_size(json_object_get(document, "methods")),
	                  rpc_method_count());
	json_decref(document);
}
END_TEST

/* Leaves on the stack what a careless reader would take for jansson's "duplicate key". */
__attribute__((noinline)) static void litter_the_stack(void)
{
	volatile char litter[8192];

	for (size_t i = 0; i < sizeof litter; i++)
		litter[i] = json_error_duplicate_key;
}

START_TEST(without_memory_a_call_is_refused_as_our_fault)
{
	static const char call[] =
	    "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"stream.list\","
	    "\"params\":{\"cursor\":\"abc\"}}";
	const struct rpc_method *method = rpc_method_find("stream.list");
	json_t *params = NULL;
	unsigned long round = 0;

	json_set_alloc_funcs(malloc_until, free);
	while (!params) {
		struct rpc_request request;
		struct rpc_fault fault;

		countdown = ++round;
		litter_the_stack();
		if (!rpc_request_read(&request, text_view(call), &fault))
			ck_assert_int_eq(fault.code, RPC_INTERNAL_ERROR);
		else if (!(params = rpc_params_check(method, request.params, &fault)))
			ck_assert_int_eq(fault.code, RPC_INTERNAL_ERROR);
		rpc_request_close(&request);
	}
	countdown = 0;
	ck_assert_uint_gt(round, 10);
	ck_assert_int_eq(rpc_param_integer(params, "limit"), RPC_LIST_DEFAULT);
	json_decref(params);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("method");
	TCase *tests = tcase_create("method");

	tcase_add_test(tests, each_method_is_found_under_its_name_and_number);
	tcase_add_test(tests, each_row_of_the_table_keeps_to_the_rules);
	tcase_add_test(tests, parameters_are_taken_by_name_and_by_position);
	tcase_add_test(tests, what_is_left_out_gets_its_fallback);
	tcase_add_test(tests, names_ids_and_addresses_become_ids);
	tcase_add_loop_test(tests, a_wrong_parameter_is_named_with_what_came, 0, 32);
	tcase_add_test(tests, a_mistyped_address_says_what_is_wrong);
	tcase_add_test(tests, padding_within_long_base64_is_refused);
	tcase_add_test(tests, a_key_in_base64_is_measured_by_its_bytes);
	tcase_add_loop_test(tests, every_type_knows_its_values, 0, 30);
	tcase_add_test(tests, the_nearest_word_is_the_one_with_the_fewest_mistakes);
	tcase_add_test(tests, discovery_describes_every_method_that_is_offered);
	tcase_add_test(tests, the_patterns_of_the_schemas_are_those_of_the_check);
	tcase_add_test(tests, without_memory_discovery_gives_nothing);
	tcase_add_test(tests, without_memory_a_call_is_refused_as_our_fault);
	suite_add_tcase(suite, tests);
	return suite;
}
