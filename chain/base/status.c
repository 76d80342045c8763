#include "chain/base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *status_text(enum status status)
{
	static const char *const texts[] = {
#define STATUS_TEXT(name, text) [name] = text,
	    STATUS_LIST(STATUS_TEXT)
#undef STATUS_TEXT
	};
	size_t index = (size_t)status;

	return index < sizeof texts / sizeof *texts ? texts[index] : "unknown status";
}

/* Puts ": " and a text behind the first `size` characters, as far as they fit. */
static void append(struct why *why, int size, const char *text)
{
	size_t used = size > 0 ? (size_t)size : 0;

	for (const char *part = used > 0 ? ": " : ""; *part && used < WHY_TEXT_SIZE - 1;
	     part++)
		why->text[used++] = *part;
	for (; *text && used < WHY_TEXT_SIZE - 1; text++)
		why->text[used++] = *text;
	if (used < WHY_TEXT_SIZE)
		why->text[used] = '\0';
}

enum status why_set(struct why *why, enum status status, const char *format, ...)
{
	va_list arguments;
	int size;

	if (!why)
		return status;
	va_start(arguments, format);
	size = vsnprintf(why->text, sizeof why->text, format, arguments);
	va_end(arguments);
	append(why, size, status_text(status));
	return status;
}

enum status why_say(struct why *why, enum status status, const char *format, ...)
{
	va_list arguments;

	if (!why)
		return status;
	va_start(arguments, format);
	vsnprintf(why->text, sizeof why->text, format, arguments);
	va_end(arguments);
	return status;
}

enum status why_add(struct why *why, enum status status, const char *format, ...)
{
	char inner[WHY_TEXT_SIZE];
	va_list arguments;
	int size;

	if (!why)
		return status;
	memcpy(inner, why->text, sizeof inner);
	va_start(arguments, format);
	size = vsnprintf(why->text, sizeof why->text, format, arguments);
	va_end(arguments);
	append(why, size, inner);
	return status;
}
