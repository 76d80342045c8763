#include "rpc/api/error.h"

#include "chain/base/invariant.h"
#include "rpc/api/json_text.h"

#include <stdarg.h>
#include <stdio.h>

static const struct rpc_error ERRORS[] = {
#define RPC_ERROR_ENTRY(name, code, retryable, hint) {code, #name, hint, retryable},
	RPC_ERROR_LIST(RPC_ERROR_ENTRY)
#undef RPC_ERROR_ENTRY
};

enum { ERROR_COUNT = sizeof ERRORS / sizeof *ERRORS };

const struct rpc_error *rpc_error_list(size_t *count)
{
	*count = ERROR_COUNT;
	return ERRORS;
}

const struct rpc_error *rpc_error_find(int code)
{
	for (size_t i = 0; i < ERROR_COUNT; i++)
		if ((int)ERRORS[i].code == code)
			return &ERRORS[i];
	return NULL;
}

const struct rpc_error *rpc_error_find_name(const char *name)
{
	for (size_t i = 0; i < ERROR_COUNT; i++)
		if (strcmp(ERRORS[i].name, name) == 0)
			return &ERRORS[i];
	return NULL;
}

bool rpc_fault_set(struct rpc_fault *fault, enum rpc_code code, const char *format, ...)
{
	va_list arguments;

	fault->code = code;
	va_start(arguments, format);
	vsnprintf(fault->message, sizeof fault->message, format, arguments);
	va_end(arguments);
	return false;
}

void rpc_error_write(struct buffer *out, enum rpc_code code, const char *message,
                     const char *hint)
{
	const struct rpc_error *error = rpc_error_find(code);

	INVARIANT(error != NULL);
	buffer_printf(out, "{\"code\":%d,\"message\":", (int)code);
	json_text_string(out, text_view(message));
	buffer_printf(out, ",\"data\":{\"name\":\"%s\",\"hint\":", error->name);
	json_text_string(out, text_view(hint ? hint : error->hint));
	buffer_printf(out, ",\"retryable\":%s}}", error->retryable ? "true" : "false");
}
