#include "node/shell/log_line.h"

#include "chain/base/invariant.h"
#include "chain/base/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

/* Kept free for what ends a line: suppressed and its number, truncated, braces, '\n'. */
enum { TAIL_SIZE = 80 };

/* Grows until it is full; what does not fit whole is not written at all. */
struct line {
	char *at;
	size_t size;
	size_t size_max;
	bool full;
	enum log_format format;
};

const char *log_level_text(enum log_level level)
{
	static const char *const texts[] = {
#define LOG_LEVEL_TEXT(name, text) [name] = text,
	    LOG_LEVELS(LOG_LEVEL_TEXT)
#undef LOG_LEVEL_TEXT
	};

	return texts[level];
}

const char *log_module_text(enum log_module module)
{
	static const char *const texts[] = {
#define LOG_MODULE_TEXT(name, text) [name] = text,
	    LOG_MODULES(LOG_MODULE_TEXT)
#undef LOG_MODULE_TEXT
	};

	return texts[module];
}

static void put(struct line *line, const void *bytes, size_t size)
{
	if (line->full || size > line->size_max - line->size) {
		line->full = true;
		return;
	}
	memcpy(line->at + line->size, bytes, size);
	line->size += size;
}

static void put_string(struct line *line, const char *text)
{
	put(line, text, strlen(text));
}

static PRINTF_LIKE(2, 3) void put_printf(struct line *line, const char *format, ...)
{
	char text[64];
	va_list arguments;
	int size;

	va_start(arguments, format);
	size = vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	INVARIANT(size >= 0 && (size_t)size < sizeof text);
	put(line, text, (size_t)size);
}

/* -- Values -------------------------------------------------------------------------- */

/* Bytes of the UTF-8 character at the front of a text, 0 where there is none. */
static size_t character_size(struct bytes_view text)
{
	size_t size = 1;

	while (size < 4 && size < text.size && (text.at[size] & 0xc0) == 0x80)
		size++;
	return utf8_is_valid(bytes_view(text.at, size)) ? size : 0;
}

static uint32_t code_point(const uint8_t *at, size_t size)
{
	static const uint8_t FIRST_BITS[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	uint32_t point = at[0] & FIRST_BITS[size];

	for (size_t i = 1; i < size; i++)
		point = point << 6 | (at[i] & 0x3f);
	return point;
}

/* What a terminal or an editor acts upon instead of showing it: C0 and C1 controls, DEL,
 * line and paragraph separators, invisible marks and those that turn the direction. */
static bool acts(uint32_t point)
{
	return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0xad ||
	       (point >= 0x200b && point <= 0x200f) || (point >= 0x2028 && point <= 0x202e) ||
	       (point >= 0x2060 && point <= 0x206f) || point == 0x061c || point == 0xfeff ||
	       (point >= 0xfff9 && point <= 0xfffb) || point >= 0xe0000;
}

/* One character in quotes. Logfmt has no rule for bytes that cannot be shown, so each is
 * written as \xNN; JSON can only name characters, so bytes that are none become U+FFFD.
 */
static void put_escaped(struct line *line, const uint8_t *at, size_t size, bool valid)
{
	uint32_t point = valid ? code_point(at, size) : 0xfffd;

	if (valid && (point == '"' || point == '\\')) {
		put_printf(line, "\\%c", (char)point);
	} else if (valid && point == '\n') {
		put_string(line, "\\n");
	} else if (valid && point == '\t') {
		put_string(line, "\\t");
	} else if (valid && !acts(point)) {
		put(line, at, size);
	} else if (line->format == LOG_FORMAT_JSON) {
		put_printf(line, "\\u%04" PRIx32, point < 0x10000 ? point : 0xfffd);
	} else {
		for (size_t i = 0; i < size; i++)
			put_printf(line, "\\x%02x", at[i]);
	}
}

/* Logfmt leaves the quotes away where nothing can be mistaken. */
static bool needs_quotes(struct bytes_view text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.at[i] <= ' ' || text.at[i] >= 0x7f || text.at[i] == '"' ||
		    text.at[i] == '=' || text.at[i] == '\\')
			return true;
	return text.size == 0;
}

static void put_text(struct line *line, struct bytes_view text)
{
	bool cut = text.size > LOG_VALUE_SIZE_MAX;

	if (cut)
		text.size = LOG_VALUE_SIZE_MAX;
	if (line->format == LOG_FORMAT_LOGFMT && !cut && !needs_quotes(text)) {
		put(line, text.at, text.size);
		return;
	}
	put_string(line, "\"");
	while (text.size > 0 && !line->full) {
		size_t size = character_size(text);

		put_escaped(line, text.at, size > 0 ? size : 1, size > 0);
		size = size > 0 ? size : 1;
		text = bytes_view(text.at + size, text.size - size);
	}
	put_string(line, cut ? "...\"" : "\"");
}

static void put_hex(struct line *line, struct bytes_view bytes)
{
	bool quoted = line->format == LOG_FORMAT_JSON || bytes.size == 0;

	put_string(line, quoted ? "\"" : "");
	for (size_t i = 0; i < bytes.size && !line->full; i++)
		put_printf(line, "%02x", bytes.at[i]);
	put_string(line, quoted ? "\"" : "");
}

static void put_value(struct line *line, const struct log_field *field)
{
	switch (field->kind) {
	case LOG_FIELD_U64:
		put_printf(line, "%" PRIu64, field->value.u64);
		break;
	case LOG_FIELD_I64:
		put_printf(line, "%" PRId64, field->value.i64);
		break;
	case LOG_FIELD_FLAG:
		put_string(line, field->value.flag ? "true" : "false");
		break;
	case LOG_FIELD_TEXT:
		put_text(line, field->value.bytes);
		break;
	case LOG_FIELD_HEX:
		put_hex(line, field->value.bytes);
		break;
	}
}

/* -- Lines --------------------------------------------------------------------------- */

static void put_field(struct line *line, const struct log_field *field)
{
	bool json = line->format == LOG_FORMAT_JSON;

	put_string(line, json ? ",\"" : " ");
	put_string(line, field->name);
	put_string(line, json ? "\":" : "=");
	put_value(line, field);
}

/* RFC 3339 with milliseconds, UTC. */
static void put_time(struct line *line, uint64_t time_ms)
{
	time_t seconds = (time_t)(time_ms / 1000);
	char text[32];
	struct tm parts;

	if (!gmtime_r(&seconds, &parts) ||
	    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts) == 0)
		put_string(line, "9999-12-31T23:59:59");
	else
		put_string(line, text);
	put_printf(line, ".%03uZ", (unsigned)(time_ms % 1000));
}

static void put_head(struct line *line, const struct log_record *record)
{
	bool json = line->format == LOG_FORMAT_JSON;

	put_string(line, json ? "{\"time\":\"" : "");
	put_time(line, record->time_ms);
	put_string(line, json ? "\",\"level\":\"" : " ");
	put_string(line, log_level_text(record->level));
	put_string(line, json ? "\",\"module\":\"" : " ");
	put_string(line, log_module_text(record->module));
	put_string(line, json ? "\",\"event\":\"" : " ");
	put_string(line, record->event);
	put_string(line, json ? "\"" : "");
}

size_t log_line(char at[LOG_LINE_SIZE], const struct log_record *record,
                enum log_format format)
{
	struct line line = {
	    .at = at, .size_max = LOG_LINE_SIZE - TAIL_SIZE, .format = format};
	struct log_field truncated = log_flag("truncated", true);
	struct log_field suppressed = log_u64("suppressed", record->suppressed);
	bool full = false;

	put_head(&line, record);
	for (size_t i = 0; i < record->field_count && !full; i++) {
		size_t size = line.size;

		put_field(&line, &record->fields[i]);
		full = line.full;
		if (full)
			line.size = size;
	}
	line.full = false;
	line.size_max = LOG_LINE_SIZE;
	if (full)
		put_field(&line, &truncated);
	if (record->suppressed > 0)
		put_field(&line, &suppressed);
	put_string(&line, format == LOG_FORMAT_JSON ? "}\n" : "\n");
	return line.size;
}
