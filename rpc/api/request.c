#include "rpc/api/request.h"

#include "rpc/api/nearest.h"

static const char *const MEMBERS[] = {"jsonrpc", "id", "method", "params"};

enum { MEMBER_COUNT = sizeof MEMBERS / sizeof *MEMBERS };

static bool is_member(const char *key)
{
	for (size_t i = 0; i < MEMBER_COUNT; i++)
		if (strcmp(MEMBERS[i], key) == 0)
			return true;
	return false;
}

/* A member that JSON-RPC does not know is a typing mistake more often than not, and
 * "parms" would silently become a call without parameters. */
static bool check_members(const struct rpc_request *request, struct rpc_fault *fault)
{
	const char *key;
	json_t *value;

	json_object_foreach (request->root, key, value) {
		struct nearest nearest = nearest_to(key);

		if (is_member(key))
			continue;
		for (size_t i = 0; i < MEMBER_COUNT; i++)
			nearest_offer(&nearest, MEMBERS[i]);
		return rpc_fault_set(fault, RPC_INVALID_REQUEST,
		                     "a call has no member \"%.64s\"%s%s%s", key,
		                     nearest_word(&nearest) ? "; the nearest is \"" : "",
		                     nearest_word(&nearest) ? nearest_word(&nearest) : "",
		                     nearest_word(&nearest) ? "\"" : "");
	}
	return true;
}

/* The id first: a call that is wrong in another way is still answered under its id. */
static bool check_id(struct rpc_request *request, struct rpc_fault *fault)
{
	const json_t *id = json_object_get(request->root, "id");

	request->is_notification = id == NULL;
	if (id && !json_is_string(id) && !json_is_integer(id) && !json_is_null(id))
		return rpc_fault_set(fault, RPC_INVALID_REQUEST,
		                     "\"id\" must be a string, an integer or null");
	request->id = id;
	return true;
}

static bool check_envelope(struct rpc_request *request, struct rpc_fault *fault)
{
	const char *version = json_string_value(json_object_get(request->root, "jsonrpc"));
	const json_t *method = json_object_get(request->root, "method");
	json_t *params = json_object_get(request->root, "params");

	if (!version || strcmp(version, "2.0") != 0)
		return rpc_fault_set(fault, RPC_INVALID_REQUEST, "\"jsonrpc\" must be \"2.0\"");
	if (!json_is_string(method))
		return rpc_fault_set(fault, RPC_INVALID_REQUEST, "\"method\" must be a string");
	if (params && !json_is_object(params) && !json_is_array(params))
		return rpc_fault_set(fault, RPC_INVALID_REQUEST,
		                     "\"params\" must be an object or an array, or be left out");
	request->method = json_string_value(method);
	request->params = params;
	return true;
}

bool rpc_request_read(struct rpc_request *request, struct bytes_view call,
                      struct rpc_fault *fault)
{
	/* Emptied: where memory is out, jansson may end without a word, and leaves the code that
	 * stood there before. */
	json_error_t error = {0};

	*request = (struct rpc_request){0};
	request->root = json_loadb((const char *)call.at, call.size,
	                           JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	/* What the scan leaves to jansson are these two. For anything else it names, its
	 * memory was out while it read, which it takes for wrong text. */
	if (!request->root && json_error_code(&error) != json_error_duplicate_key &&
	    json_error_code(&error) != json_error_numeric_overflow)
		return rpc_fault_set(fault, RPC_INTERNAL_ERROR, "out of memory");
	if (!request->root)
		return rpc_fault_set(fault, RPC_PARSE_ERROR, "%s (byte %d of the call)",
		                     error.text, error.position);
	if (!json_is_object(request->root))
		return rpc_fault_set(fault, RPC_INVALID_REQUEST, "a call is a JSON object");
	return check_id(request, fault) && check_members(request, fault) &&
	       check_envelope(request, fault);
}

void rpc_request_close(struct rpc_request *request)
{
	json_decref(request->root);
	*request = (struct rpc_request){0};
}
