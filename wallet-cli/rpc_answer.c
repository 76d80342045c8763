#include "wallet-cli/rpc_answer.h"

#include "chain/base/invariant.h"
#include "rpc/api/json_text.h"

void rpc_body_call(struct buffer *body, size_t id, const char *method,
                   const json_t *params)
{
	buffer_printf(body, "{\"jsonrpc\":\"2.0\",\"id\":%zu,\"method\":\"%s\"", id, method);
	if (params && json_object_size(params) > 0) {
		buffer_append_text(body, ",\"params\":");
		json_text_value(body, params);
	}
	buffer_append_text(body, "}");
}

/* -- What HTTP says ----------------------------------------------------------------- */

static enum exit_code no_node(const char *name, const char *what, struct failure *failure)
{
	failure_set(failure, EXIT_CODE_UNREACHABLE,
	            "what answers at %.200s is no node of ours: %s", name, what);
	return failure_hint(failure, "does another program use this address?");
}

/* A fault of HTTP without an error object in its body. */
static enum exit_code http_fault(long status, const char *name, struct failure *failure)
{
	switch (status) {
	case 200:
		return no_node(name, "its answer is no JSON-RPC", failure);
	case 401:
	case 403:
		failure_set(failure, EXIT_CODE_NOT_PERMITTED,
		            "the node at %.200s does not know us (HTTP %ld)", name, status);
		return failure_hint(failure, "--data-dir names the folder with its cookie");
	case 413:
		return failure_set(failure, EXIT_CODE_REFUSED,
		                   "the node at %.200s takes no request so large", name);
	case 503:
		return failure_set(failure, EXIT_CODE_UNREACHABLE,
		                   "the node at %.200s is too busy, or starting", name);
	default:
		return failure_set(failure, EXIT_CODE_UNREACHABLE,
		                   "what answers at %.200s is no node of ours: HTTP status %ld",
		                   name, status);
	}
}

/* -- What JSON-RPC says ------------------------------------------------------------- */

static bool is_answer(const json_t *item)
{
	const json_t *version = json_object_get(item, "jsonrpc");
	const json_t *result = json_object_get(item, "result");
	const json_t *error = json_object_get(item, "error");

	return json_is_string(version) && strcmp(json_string_value(version), "2.0") == 0 &&
	       (result ? !error : json_is_object(error));
}

/* An error of the body as a whole: it has no id of a call. */
static bool is_refusal(const json_t *item)
{
	return is_answer(item) && json_object_get(item, "error") &&
	       !json_is_integer(json_object_get(item, "id"));
}

static bool place(struct rpc_answers *answers, const json_t *item)
{
	const json_t *id = json_object_get(item, "id");
	json_int_t index = json_integer_value(id);

	if (!is_answer(item) || !json_is_integer(id) || index < 0 ||
	    (size_t)index >= answers->count || answers->items[index])
		return false;
	answers->items[index] = item;
	return true;
}

static bool place_all(struct rpc_answers *answers, bool is_batch)
{
	if (!is_batch)
		return place(answers, answers->root);
	if (json_array_size(answers->root) != answers->count)
		return false;
	for (size_t i = 0; i < answers->count; i++)
		if (!place(answers, json_array_get(answers->root, i)))
			return false;
	return true;
}

enum exit_code rpc_answers_read(struct rpc_answers *answers, struct bytes_view body,
                                size_t count, bool is_batch, long status,
                                const char *name, struct failure *failure)
{
	enum exit_code exit_code = EXIT_CODE_OK;

	INVARIANT(count <= RPC_BATCH_MAX && (is_batch || count == 1));
	*answers = (struct rpc_answers){.count = count};
	if (body.size > 0)
		answers->root = json_loadb((const char *)body.at, body.size,
		                           JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
	if (!answers->root)
		return http_fault(status, name, failure);
	if (is_refusal(answers->root))
		exit_code = failure_of_rpc(failure, json_object_get(answers->root, "error"));
	else if (status != 200)
		exit_code = http_fault(status, name, failure);
	else if (!place_all(answers, is_batch))
		exit_code = no_node(name, "its answer does not fit the call", failure);
	if (exit_code != EXIT_CODE_OK)
		rpc_answers_close(answers);
	return exit_code;
}

void rpc_answers_close(struct rpc_answers *answers)
{
	json_decref(answers->root);
	answers->root = NULL;
	answers->count = 0;
}

enum exit_code rpc_answers_result(const json_t **result,
                                  const struct rpc_answers *answers, size_t index,
                                  struct failure *failure)
{
	INVARIANT(index < answers->count);
	*result = json_object_get(answers->items[index], "result");
	if (*result)
		return EXIT_CODE_OK;
	return failure_of_rpc(failure, json_object_get(answers->items[index], "error"));
}
