/* Texts from anybody: whatever a decoder takes, its encoder must give back letter for
 * letter, and whatever goes to the log must stay one line. */
#include "chain/base/invariant.h"
#include "chain/base/text.h"
#include "node/shell/endpoint.h"
#include "node/shell/logger.h"
#include "rpc/api/nearest.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void try_hex(struct bytes_view text)
{
	uint8_t *bytes = malloc(text.size / 2 + 1);
	char *again = malloc(text.size + 2);

	INVARIANT(bytes && again);
	if (hex_decode(bytes, text.size / 2, text)) {
		hex_encode(again, bytes_view(bytes, text.size / 2));
		INVARIANT(bytes_equal(text_view(again), text));
	}
	free(again);
	free(bytes);
}

static void try_base64(struct bytes_view text)
{
	size_t size, size_max = base64_decoded_size_max(text.size);
	uint8_t *bytes = malloc(size_max + 1);
	char *again = malloc(text.size + 1);

	INVARIANT(bytes && again);
	if (base64_decode(bytes, &size, text)) {
		INVARIANT(size <= size_max && base64_encoded_size(size) == text.size);
		base64_encode(again, bytes_view(bytes, size));
		INVARIANT(bytes_equal(bytes_view(again, text.size), text));
	}
	free(again);
	free(bytes);
}

static void try_decimal(struct bytes_view text)
{
	uint64_t value;
	char again[24];

	if (!decimal_decode(&value, text))
		return;
	snprintf(again, sizeof again, "%llu", (unsigned long long)value);
	INVARIANT(bytes_equal(text_view(again), text));
}

static void try_endpoint(struct bytes_view text)
{
	char again[ENDPOINT_TEXT_SIZE];
	struct endpoint endpoint;
	struct log_levels levels;

	if (!endpoint_parse(&endpoint, text)) {
		endpoint_text(again, &endpoint);
		INVARIANT(bytes_equal(text_view(again), text));
	}
	if (!log_levels_parse(&levels, text))
		INVARIANT(text.size > 0);
}

static void try_nearest(struct bytes_view text)
{
	struct nearest nearest;
	char typed[100];

	snprintf(typed, sizeof typed, "%.*s", (int)text.size, (const char *)text.at);
	nearest = nearest_to(typed);
	nearest_offer(&nearest, "rpc.listen");
	nearest_offer(&nearest, typed);
	INVARIANT(!nearest_word(&nearest) || strlen(nearest_word(&nearest)) < sizeof typed);
}

/* jansson refuses what is no UTF-8 and what is no JSON. */
static void try_log(struct bytes_view text, enum log_format format)
{
	struct log_field field = log_text("text", text);
	struct log_record record = {.event = "event", .fields = &field, .field_count = 1};
	char line[LOG_LINE_SIZE];
	size_t size = log_line(line, &record, format);

	INVARIANT(size > 0 && size <= sizeof line && line[size - 1] == '\n');
	for (size_t i = 0; i + 1 < size; i++)
		INVARIANT((uint8_t)line[i] >= 0x20 && line[i] != 0x7f);
	INVARIANT(utf8_is_valid(bytes_view(line, size)));
	if (format == LOG_FORMAT_JSON) {
		json_t *json =
		    json_loadb(line, size, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);

		INVARIANT(json);
		json_decref(json);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct bytes_view text = bytes_view(bytes, size);

	try_hex(text);
	try_base64(text);
	try_decimal(text);
	try_endpoint(text);
	try_log(text, LOG_FORMAT_LOGFMT);
	try_log(text, LOG_FORMAT_JSON);
	try_nearest(text);
	return 0;
}
