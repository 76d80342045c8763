#include "chain/ledger/verdict.h"

#include "chain/base/text.h"

#include <stdarg.h>
#include <stdio.h>

const char *verdict_name(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_GOOD:
		return "GOOD";
#define VERDICT_NAME(name, code, text)                                                   \
	case name:                                                                           \
		return text;
		VERDICT_LIST(VERDICT_NAME)
#undef VERDICT_NAME
	}
	return "UNKNOWN";
}

enum verdict refuse(struct refusal *refusal, enum verdict verdict, const char *format, ...)
{
	va_list arguments;

	if (!refusal)
		return verdict;
	refusal->verdict = verdict;
	refusal->operation = REFUSAL_NO_OPERATION;
	va_start(arguments, format);
	vsnprintf(refusal->text, sizeof refusal->text, format, arguments);
	va_end(arguments);
	return verdict;
}

struct shown shown_text(struct bytes_view bytes)
{
	struct shown shown;
	size_t size = bytes.size > 48 ? 48 : bytes.size;

	for (size_t i = 0; i < size; i++)
		shown.text[i] =
			bytes.at[i] >= ' ' && bytes.at[i] < 127 ? (char)bytes.at[i] : '?';
	strcpy(shown.text + size, bytes.size > size ? "..." : "");
	return shown;
}

struct shown shown_hash(const struct hash *hash)
{
	struct shown shown;

	hex_encode(shown.text, bytes_view(hash->bytes, 8));
	strcpy(shown.text + 16, "...");
	return shown;
}
