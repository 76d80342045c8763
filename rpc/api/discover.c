#include "rpc/api/discover.h"

#include "rpc/api/error.h"

/* The type's own schema, narrowed to the parameter's limits. json_object_set_new frees
 * the value and fails when the object is NULL, so one check at the end is enough. */
static json_t *parameter_schema(const struct rpc_parameter *parameter)
{
	json_t *schema = json_loads(rpc_type_schema(parameter->type), 0, NULL);
	int failed = schema == NULL;

	if (parameter->type == RPC_TYPE_INTEGER && parameter->maximum != 0) {
		failed |=
		    json_object_set_new(schema, "minimum", json_integer(parameter->minimum));
		if (parameter->maximum != INT64_MAX)
			failed |=
			    json_object_set_new(schema, "maximum", json_integer(parameter->maximum));
	}
	if (parameter->has_fallback)
		failed |= json_object_set_new(schema, "default",
		                              parameter->type == RPC_TYPE_BOOLEAN
		                                  ? json_boolean(parameter->fallback)
		                                  : json_integer(parameter->fallback));
	if (failed) {
		json_decref(schema);
		return NULL;
	}
	return schema;
}

static const char *rule_text(enum rpc_rule rule)
{
	switch (rule) {
	case RPC_REQUIRED:
	case RPC_OPTIONAL:
		break;
	case RPC_EXACTLY_ONE:
		return "; exactly one of these is needed";
	case RPC_AT_MOST_ONE:
		return "; at most one of these";
	}
	return "";
}

/* A content descriptor. json_pack takes the references of all `o`, also when it fails. */
static json_t *describe_parameter(const struct rpc_parameter *parameter)
{
	return json_pack("{s:s, s:s++++, s:b, s:o}", "name", parameter->name, "description",
	                 parameter->summary, " (", rpc_type_text(parameter->type),
	                 rule_text(parameter->rule), ")", "required",
	                 parameter->rule == RPC_REQUIRED, "schema",
	                 parameter_schema(parameter));
}

static json_t *describe_result(const struct rpc_method *method)
{
	if (method->shape == RPC_ONE)
		return json_pack("{s:s, s:s, s:{}}", "name", "result", "description",
		                 method->result, "schema");
	return json_pack("{s:s, s:s++, s:{s:s, s:[s, s], s:{s:{s:s}, s:{s:[s, s]}}}}", "name",
	                 "page", "description", "items: ", method->result,
	                 "; next: cursor or null", "schema", "type", "object", "required",
	                 "items", "next", "properties", "items", "type", "array", "next",
	                 "type", "string", "null");
}

static json_t *describe_method(const struct rpc_method *method)
{
	json_t *parameters = json_array();
	int failed = 0;

	for (size_t i = 0; method->parameters[i]; i++)
		failed |=
		    json_array_append_new(parameters, describe_parameter(method->parameters[i]));
	if (failed) {
		json_decref(parameters);
		return NULL;
	}
	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:[{s:s}]}", "name", method->name,
	                 "summary", method->summary, "paramStructure", "either", "params",
	                 parameters, "result", describe_result(method), "tags", "name",
	                 method->access == RPC_READ ? "read" : "write");
}

static json_t *describe_methods(const bool *offered)
{
	json_t *methods = json_array();
	int failed = 0;

	for (size_t i = 0; i < rpc_method_count(); i++)
		if (!offered || offered[i])
			failed |= json_array_append_new(methods, describe_method(rpc_method_at(i)));
	if (failed) {
		json_decref(methods);
		return NULL;
	}
	return methods;
}

static json_t *describe_errors(void)
{
	json_t *errors = json_object();
	int failed = 0;
	size_t count;
	const struct rpc_error *list = rpc_error_list(&count);

	for (size_t i = 0; i < count; i++)
		failed |= json_object_set_new(
		    errors, list[i].name,
		    json_pack("{s:i, s:s, s:{s:s, s:s, s:b}}", "code", (int)list[i].code,
		              "message", list[i].name, "data", "name", list[i].name, "hint",
		              list[i].hint, "retryable", list[i].retryable));
	if (failed) {
		json_decref(errors);
		return NULL;
	}
	return errors;
}

json_t *rpc_discover(const bool *offered)
{
	return json_pack(
	    "{s:s, s:{s:s, s:s, s:s}, s:o, s:{s:o}}", "openrpc", "1.3.2", "info", "title",
	    "Cairn node", "version", CAIRN_VERSION, "description",
	    "JSON-RPC 2.0 by POST / over HTTP and by WebSocket at /ws, single calls, batches, "
	    "notifications; sub.* over WebSocket alone",
	    "methods", describe_methods(offered), "components", "errors", describe_errors());
}
