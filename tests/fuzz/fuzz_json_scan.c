/* The scan against jansson: what the scan lets through jansson must be able to read, and
 * what the scan calls no JSON jansson must not. And the short way for submissions against
 * the long one: where it says yes, both must see the same call. */
#include "chain/base/invariant.h"
#include "rpc/api/request.h"
#include "rpc/api/scan.h"
#include "rpc/api/submission.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* The two things that are left to jansson. */
static bool is_excused(const json_error_t *error)
{
	return json_error_code(error) == json_error_duplicate_key ||
	       json_error_code(error) == json_error_numeric_overflow;
}

static void check_submission(struct bytes_view call)
{
	struct rpc_submission submission;
	struct rpc_request request;
	struct rpc_fault fault;
	const json_t *tx;
	bool good;

	if (!rpc_submission_read(&submission, call))
		return;
	good = rpc_request_read(&request, call, &fault);
	INVARIANT(good && !request.is_notification);
	INVARIANT(strcmp(request.method, "tx.submit") == 0);
	INVARIANT(json_object_size(request.params) == 1);
	tx = json_object_get(request.params, "tx_b64");
	INVARIANT(bytes_equal(submission.tx_b64,
	                      bytes_view(json_string_value(tx), json_string_length(tx))));
	if (json_is_string(request.id)) {
		INVARIANT(bytes_equal(
		    bytes_view(submission.id.at + 1, submission.id.size - 2),
		    bytes_view(json_string_value(request.id), json_string_length(request.id))));
	} else {
		char digits[32] = "";

		memcpy(digits, submission.id.at, submission.id.size);
		INVARIANT(strtoll(digits, NULL, 10) == json_integer_value(request.id));
	}
	rpc_request_close(&request);
}

static void check_calls(const struct rpc_scan *scan, struct bytes_view body)
{
	const uint8_t *behind = body.at;

	for (size_t i = 0; i < scan->call_count; i++) {
		struct bytes_view call = scan->calls[i];
		json_error_t error;
		json_t *json = json_loadb((const char *)call.at, call.size,
		                          JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);

		INVARIANT(call.at >= behind && call.size > 0);
		behind = call.at + call.size;
		INVARIANT(json || is_excused(&error));
		json_decref(json);
		check_submission(call);
	}
	INVARIANT(behind <= body.at + body.size);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct rpc_scan scan;
	struct bytes_view body = bytes_view(bytes, size);
	struct rpc_fault fault;
	json_error_t error;
	json_t *json;

	if (rpc_scan(&scan, body, &fault)) {
		check_calls(&scan, body);
		return 0;
	}
	/* jansson overlooks a NUL behind a number. */
	if (fault.code != RPC_PARSE_ERROR || size == 0 || memchr(bytes, 0, size))
		return 0;
	json = json_loadb((const char *)bytes, size, JSON_DECODE_ANY, &error);
	INVARIANT(!json);
	return 0;
}
