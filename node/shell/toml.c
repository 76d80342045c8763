/* A parser by descent: each function takes what its name says off the front of the text.
 * The first thing that goes wrong stays (`status`), and every function then does nothing
 * more, so that the caller looks once a line. */
#include "node/shell/toml.h"

#include "chain/base/limits.h"
#include "chain/base/text.h"

struct parser {
	struct toml *toml;
	struct bytes_view text;
	size_t at;                                       /* of the next byte */
	size_t line_start;                               /* of its line's first byte */
	unsigned line;                                   /* from 1 */
	struct bytes_view sections[CONFIG_SECTIONS_MAX]; /* opened so far; the last counts */
	size_t section_count;
	struct toml_error *error;
	enum status status;
};

/* `at` lies on the current line. */
static void fail_at(struct parser *parser, size_t at, enum status status,
                    const char *what)
{
	unsigned column = 1;

	if (parser->status != STATUS_OK)
		return;
	for (size_t i = parser->line_start; i < at; i++)
		column += (parser->text.at[i] & 0xc0) != 0x80; /* first bytes of characters */
	parser->status = status;
	*parser->error = (struct toml_error){parser->line, column, what};
}

static void fail(struct parser *parser, const char *what)
{
	fail_at(parser, parser->at, STATUS_MALFORMED, what);
}

/* The next byte; 0, which is in no valid text, at the end and after a failure. */
static uint8_t peek(const struct parser *parser)
{
	if (parser->status != STATUS_OK || parser->at == parser->text.size)
		return 0;
	return parser->text.at[parser->at];
}

static bool at_end(const struct parser *parser)
{
	return parser->status != STATUS_OK || parser->at == parser->text.size;
}

static bool take(struct parser *parser, char wanted)
{
	if (peek(parser) != (uint8_t)wanted)
		return false;
	parser->at++;
	return true;
}

static void skip_blanks(struct parser *parser)
{
	while (peek(parser) == ' ' || peek(parser) == '\t')
		parser->at++;
}

static void skip_comment(struct parser *parser)
{
	if (!take(parser, '#'))
		return;
	while (!at_end(parser) && peek(parser) != '\n' && peek(parser) != '\r') {
		uint8_t byte = peek(parser);

		if ((byte < 0x20 && byte != '\t') || byte == 0x7f)
			fail(parser, "a control character in a comment");
		parser->at++;
	}
}

/* LF or CR LF. */
static bool take_newline(struct parser *parser)
{
	size_t left = parser->text.size - parser->at;

	if (peek(parser) == '\r' && left > 1 && parser->text.at[parser->at + 1] == '\n')
		parser->at++;
	if (!take(parser, '\n'))
		return false;
	parser->line++;
	parser->line_start = parser->at;
	return true;
}

static void end_line(struct parser *parser, const char *what)
{
	skip_blanks(parser);
	skip_comment(parser);
	if (!at_end(parser) && !take_newline(parser))
		fail(parser, what);
}

static void skip_blank_lines(struct parser *parser)
{
	do {
		skip_blanks(parser);
		skip_comment(parser);
	} while (take_newline(parser));
}

static bool is_name_byte(uint8_t byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
	       (byte >= '0' && byte <= '9') || byte == '_' || byte == '-';
}

static struct bytes_view take_name(struct parser *parser, const char *what)
{
	size_t start = parser->at;

	while (is_name_byte(peek(parser)))
		parser->at++;
	if (parser->at == start)
		fail(parser, what);
	else if (peek(parser) == '.')
		fail(parser, "dotted names are not supported: write a [section]");
	return bytes_view(parser->text.at + start, parser->at - start);
}

/* -- Strings ------------------------------------------------------------------------- */

static uint32_t take_code_point(struct parser *parser, size_t digits)
{
	size_t start = parser->at;
	uint32_t point = 0;

	for (size_t i = 0; i < digits; i++) {
		uint8_t byte = peek(parser);
		uint8_t letter = byte | 0x20;

		if (byte >= '0' && byte <= '9')
			point = point << 4 | (uint32_t)(byte - '0');
		else if (letter >= 'a' && letter <= 'f')
			point = point << 4 | (uint32_t)(letter - 'a' + 10);
		else
			fail(parser, "\\u takes 4 hex digits and \\U takes 8");
		parser->at++;
	}
	if (point == 0 || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
		fail_at(parser, start, STATUS_MALFORMED, "not a character of Unicode, or NUL");
	return point;
}

/* At most 4 bytes, and never more than the escape took in the text. */
static size_t put_utf8(uint8_t *out, uint32_t point)
{
	if (point < 0x80) {
		out[0] = (uint8_t)point;
		return 1;
	}
	if (point < 0x800) {
		out[0] = (uint8_t)(0xc0 | point >> 6);
		out[1] = (uint8_t)(0x80 | (point & 63));
		return 2;
	}
	if (point < 0x10000) {
		out[0] = (uint8_t)(0xe0 | point >> 12);
		out[1] = (uint8_t)(0x80 | (point >> 6 & 63));
		out[2] = (uint8_t)(0x80 | (point & 63));
		return 3;
	}
	out[0] = (uint8_t)(0xf0 | point >> 18);
	out[1] = (uint8_t)(0x80 | (point >> 12 & 63));
	out[2] = (uint8_t)(0x80 | (point >> 6 & 63));
	out[3] = (uint8_t)(0x80 | (point & 63));
	return 4;
}

/* What stands behind a backslash. Writes nothing after a failure. */
static size_t take_escape(struct parser *parser, uint8_t *out)
{
	static const char NAMES[] = "btnfr\"\\";
	static const char MEANINGS[] = "\b\t\n\f\r\"\\";
	uint8_t name = peek(parser);
	const char *found = name ? strchr(NAMES, name) : NULL;
	uint32_t point;

	if (found) {
		parser->at++;
		out[0] = (uint8_t)MEANINGS[found - NAMES];
		return 1;
	}
	if (name != 'u' && name != 'U') {
		fail(parser,
		     "an escape is one of \\b \\t \\n \\f \\r \\\" \\\\ \\uXXXX \\UXXXXXXXX");
		return 0;
	}
	parser->at++;
	point = take_code_point(parser, name == 'u' ? 4 : 8);
	return parser->status == STATUS_OK ? put_utf8(out, point) : 0;
}

/* Moves to behind the closing quote. Returns the size in the text, without the quotes. */
static size_t find_quote(struct parser *parser, bool *escaped)
{
	size_t start = parser->at;

	*escaped = false;
	while (!take(parser, '"')) {
		uint8_t byte = peek(parser);

		if (at_end(parser) || byte == '\n' || byte == '\r') {
			fail(parser, "a string must end with a quote on its own line");
			return 0;
		}
		if ((byte < 0x20 && byte != '\t') || byte == 0x7f) {
			fail(parser, "a control character in a string: write it as \\uXXXX");
			return 0;
		}
		parser->at++;
		if (byte == '\\') {
			*escaped = true;
			if (peek(parser) == '"' || peek(parser) == '\\')
				parser->at++;
		}
	}
	return parser->at - 1 - start;
}

static struct bytes_view take_text(struct parser *parser)
{
	size_t start = parser->at + 1;
	size_t size, written = 0;
	uint8_t *out;
	bool escaped;

	if (!take(parser, '"')) {
		fail(parser, "expected a string in double quotes");
		return bytes_view(NULL, 0);
	}
	size = find_quote(parser, &escaped);
	if (size == 0 && peek(parser) == '"')
		fail(parser, "multi-line strings are not supported: use \\n");
	if (parser->status != STATUS_OK || !escaped)
		return bytes_view(parser->text.at + start, size);

	out = arena_take(&parser->toml->arena, size);
	if (!out) {
		fail_at(parser, start, STATUS_MEMORY, "out of memory");
		return bytes_view(NULL, 0);
	}
	parser->at = start;
	while (parser->at < start + size && parser->status == STATUS_OK) {
		if (take(parser, '\\'))
			written += take_escape(parser, out + written);
		else
			out[written++] = parser->text.at[parser->at++];
	}
	parser->at++;
	return bytes_view(out, written);
}

/* -- Other values -------------------------------------------------------------------- */

static int64_t take_integer(struct parser *parser)
{
	size_t start = parser->at;
	bool negative = peek(parser) == '-';
	size_t digits = 0;
	int64_t value = 0;
	bool fits = true;

	if (negative || peek(parser) == '+')
		parser->at++;
	for (;; parser->at++) {
		uint8_t byte = peek(parser);
		int64_t digit = byte - '0';

		/* An underscore stands between two digits. */
		if (byte == '_' && digits > 0 && parser->text.at[parser->at - 1] != '_')
			continue;
		if (byte < '0' || byte > '9')
			break;
		if (digits == 1 && value == 0)
			fail_at(parser, start, STATUS_MALFORMED, "an integer has no leading zero");
		digits++;
		/* Towards the sign, so that the smallest integer fits too. */
		fits = fits && !__builtin_mul_overflow(value, 10, &value) &&
		       !__builtin_add_overflow(value, negative ? -digit : digit, &value);
	}
	if (digits == 0 || parser->text.at[parser->at - 1] == '_')
		fail(parser, "expected a digit");
	else if (is_name_byte(peek(parser)) || peek(parser) == '.' || peek(parser) == ':')
		fail_at(parser, start, STATUS_MALFORMED,
		        "only decimal integers are supported: put anything else in quotes");
	else if (!fits)
		fail_at(parser, start, STATUS_MALFORMED, "an integer must fit 64 bits");
	return value;
}

static struct toml_value take_list(struct parser *parser)
{
	struct bytes_view items[CONFIG_LIST_MAX];
	struct toml_value value = {.kind = TOML_LIST};

	parser->at++;
	skip_blank_lines(parser);
	while (parser->status == STATUS_OK && !take(parser, ']')) {
		if (value.item_count == CONFIG_LIST_MAX) {
			fail_at(parser, parser->at, STATUS_TOO_LARGE,
			        "more items than a list may have");
			break;
		}
		items[value.item_count++] = take_text(parser);
		skip_blank_lines(parser);
		if (!take(parser, ',') && peek(parser) != ']')
			fail(parser, "expected ',' or ']' after an item of a list");
		skip_blank_lines(parser);
	}
	if (parser->status != STATUS_OK || value.item_count == 0)
		return value;
	value.items =
	    arena_copy(&parser->toml->arena, items, value.item_count * sizeof *items);
	if (!value.items)
		fail_at(parser, parser->at, STATUS_MEMORY, "out of memory");
	return value;
}

static bool take_word(struct parser *parser, const char *word)
{
	size_t size = strlen(word);
	size_t left = parser->text.size - parser->at;

	if (parser->status != STATUS_OK || left < size ||
	    memcmp(parser->text.at + parser->at, word, size) != 0 ||
	    (left > size && is_name_byte(parser->text.at[parser->at + size])))
		return false;
	parser->at += size;
	return true;
}

static struct toml_value take_value(struct parser *parser)
{
	struct toml_value value = {.kind = TOML_TEXT};
	uint8_t byte = peek(parser);

	if (byte == '"') {
		value.text = take_text(parser);
	} else if (byte == '[') {
		value = take_list(parser);
	} else if (byte == '-' || byte == '+' || (byte >= '0' && byte <= '9')) {
		value.kind = TOML_INTEGER;
		value.integer = take_integer(parser);
	} else if (take_word(parser, "true") || take_word(parser, "false")) {
		value.kind = TOML_FLAG;
		value.flag = byte == 't';
	} else if (byte == '\'') {
		fail(parser, "single quotes are not supported: use double quotes");
	} else if (byte == '{') {
		fail(parser, "inline tables are not supported: write a [section]");
	} else {
		fail(parser,
		     "expected a string in double quotes, an integer, true, false or a list");
	}
	return value;
}

/* -- Lines --------------------------------------------------------------------------- */

static void take_section(struct parser *parser)
{
	size_t start = parser->at;
	struct bytes_view name;

	parser->at++;
	if (peek(parser) == '[')
		fail(parser, "arrays of tables are not supported");
	skip_blanks(parser);
	name = take_name(parser, "expected the name of a section: letters, digits, _ and -");
	skip_blanks(parser);
	if (!take(parser, ']'))
		fail(parser, "expected ']' after the name of a section");
	for (size_t i = 0; i < parser->section_count; i++)
		if (bytes_equal(parser->sections[i], name))
			fail_at(parser, start, STATUS_MALFORMED, "this section was opened before");
	if (parser->section_count == CONFIG_SECTIONS_MAX)
		fail_at(parser, start, STATUS_TOO_LARGE, "more sections than a file may have");
	else
		parser->sections[parser->section_count++] = name;
	end_line(parser, "nothing but a comment may follow a [section] on its line");
}

static void add_entry(struct parser *parser, size_t start, const struct toml_entry *found)
{
	struct toml *toml = parser->toml;
	struct toml_entry **last = &toml->first;
	struct toml_entry *entry;

	for (; *last; last = &(*last)->next)
		if (bytes_equal((*last)->section, found->section) &&
		    bytes_equal((*last)->key, found->key))
			fail_at(parser, start, STATUS_MALFORMED, "this key was set before");
	if (toml->entry_count == CONFIG_ENTRIES_MAX)
		fail_at(parser, start, STATUS_TOO_LARGE, "more keys than a file may have");
	if (parser->status != STATUS_OK)
		return;
	entry = arena_copy(&toml->arena, found, sizeof *found);
	if (!entry) {
		fail_at(parser, start, STATUS_MEMORY, "out of memory");
		return;
	}
	*last = entry;
	toml->entry_count++;
}

static void take_entry(struct parser *parser)
{
	struct toml_entry entry = {.line = parser->line};
	size_t start = parser->at;

	if (parser->section_count > 0)
		entry.section = parser->sections[parser->section_count - 1];
	if (peek(parser) == '"' || peek(parser) == '\'')
		fail(parser, "quoted keys are not supported");
	entry.key = take_name(parser, "expected a [section], a key or a comment");
	skip_blanks(parser);
	if (!take(parser, '='))
		fail(parser, "expected '=' after the key");
	skip_blanks(parser);
	entry.value = take_value(parser);
	add_entry(parser, start, &entry);
	end_line(parser, "nothing but a comment may follow a value on its line");
}

/* Asked first, so that nothing else has to look at it again. */
static void check_utf8(struct parser *parser)
{
	struct parser line = *parser;
	size_t i = 0;

	if (utf8_is_valid(parser->text))
		return;
	while (i < line.text.size) {
		size_t size = 1;

		while (size < 4 && i + size < line.text.size &&
		       (line.text.at[i + size] & 0xc0) == 0x80)
			size++;
		if (!utf8_is_valid(bytes_view(line.text.at + i, size)))
			break;
		line.at = i + size;
		if (line.text.at[i] == '\n') {
			line.line++;
			line.line_start = line.at;
		}
		i += size;
	}
	fail_at(&line, i, STATUS_MALFORMED, "not UTF-8");
	parser->status = line.status;
}

enum status toml_parse(struct toml *toml, struct bytes_view text,
                       struct toml_error *error)
{
	struct parser parser = {.toml = toml, .text = text, .line = 1, .error = error};

	*toml = (struct toml){0};
	*error = (struct toml_error){0};
	if (text.size > CONFIG_SIZE_MAX)
		fail_at(&parser, 0, STATUS_TOO_LARGE, "the file is larger than 64 KiB");
	else
		check_utf8(&parser);
	for (skip_blank_lines(&parser); !at_end(&parser); skip_blank_lines(&parser)) {
		if (peek(&parser) == '[')
			take_section(&parser);
		else
			take_entry(&parser);
	}
	if (parser.status != STATUS_OK)
		toml_close(toml);
	return parser.status;
}

void toml_close(struct toml *toml)
{
	arena_close(&toml->arena);
	*toml = (struct toml){0};
}
