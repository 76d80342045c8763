#include "wallet-cli/failure.h"

#include "rpc/api/ledger_json.h"

#include <stdarg.h>
#include <stdio.h>

enum exit_code failure_set(struct failure *failure, enum exit_code exit_code,
                           const char *format, ...)
{
	va_list arguments;

	*failure = (struct failure){.exit_code = exit_code};
	va_start(arguments, format);
	vsnprintf(failure->message, sizeof failure->message, format, arguments);
	va_end(arguments);
	return exit_code;
}

enum exit_code failure_hint(struct failure *failure, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(failure->hint, sizeof failure->hint, format, arguments);
	va_end(arguments);
	return failure->exit_code;
}

enum exit_code failure_of_status(struct failure *failure, enum status status,
                                 const struct why *why)
{
	enum exit_code exit_code = exit_code_of_status(status);

	return failure_set(failure, exit_code, "%s",
	                   why && why->text[0] ? why->text : status_text(status));
}

/* The first of two places in which a text may stand, or "". */
static const char *text_of(const json_t *first, const json_t *second, const char *name)
{
	const json_t *found = json_object_get(first, name);

	if (!json_is_string(found))
		found = json_object_get(second, name);
	return json_is_string(found) ? json_string_value(found) : "";
}

enum exit_code failure_of_rpc(struct failure *failure, const json_t *error)
{
	const json_t *code = json_object_get(error, "code");
	const json_t *details = json_object_get(error, "data");
	const struct rpc_error *known;
	const char *message = text_of(error, NULL, "message");
	int number = 0;

	if (json_is_integer(code) && json_integer_value(code) >= INT32_MIN &&
	    json_integer_value(code) <= INT32_MAX)
		number = (int)json_integer_value(code);
	known = rpc_error_find(number);
	failure_set(failure, exit_code_of_rpc(number), "%s",
	            message[0] ? message : "the node gives no reason");
	failure->rpc_code = number;
	snprintf(failure->name, sizeof failure->name, "%s", text_of(details, error, "name"));
	snprintf(failure->hint, sizeof failure->hint, "%s", text_of(details, error, "hint"));
	if (known && !failure->name[0])
		snprintf(failure->name, sizeof failure->name, "%s", known->name);
	if (known && !failure->hint[0])
		snprintf(failure->hint, sizeof failure->hint, "%s", known->hint);
	return failure->exit_code;
}

json_t *failure_json(const struct failure *failure)
{
	/* A message may have been cut in the middle of a character. */
	struct bytes_view message = text_view(failure->message);
	json_t *text = json_of_text(message);

	while (json_is_null(text) && message.size > 0) {
		json_decref(text);
		message.size--;
		text = json_of_text(message);
	}
	return json_pack("{so ss* so ss* si}", "code",
	                 failure->rpc_code ? json_integer(failure->rpc_code) : json_null(),
	                 "name", failure->name[0] ? failure->name : NULL, "message", text,
	                 "hint", failure->hint[0] ? failure->hint : NULL, "exit_code",
	                 (int)failure->exit_code);
}
