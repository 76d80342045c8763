#include "wallet-cli/safe_text.h"

#include "chain/base/text.h"

#include <wchar.h>

/* -- Characters --------------------------------------------------------------------- */

struct range {
	uint32_t first;
	uint32_t last;
};

/* What is not seen, or turns the direction of what is: Unicode's Bidi_Control,
 * Default_Ignorable and Zl/Zp as far as they can mislead a reader, and C1, which a
 * terminal takes for the beginning of a command. */
static const struct range HIDDEN[] = {
	{0x80, 0x9f},     {0xad, 0xad},     {0x61c, 0x61c},     {0x180e, 0x180e},
	{0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f},   {0xfe00, 0xfe0f},
	{0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe0fff},
};

static bool is_hidden(uint32_t character)
{
	for (size_t i = 0; i < sizeof HIDDEN / sizeof *HIDDEN; i++)
		if (character >= HIDDEN[i].first && character <= HIDDEN[i].last)
			return true;
	return false;
}

/* The character at `bytes.at`: its size, or 0 where no character of UTF-8 begins. */
static size_t decode(uint32_t *character, struct bytes_view bytes)
{
	uint8_t lead = bytes.at[0];
	size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;

	if (size > bytes.size || !utf8_is_valid(bytes_view(bytes.at, size)))
		return 0;
	*character = size == 1 ? lead : lead & (0x7fu >> size);
	for (size_t i = 1; i < size; i++)
		*character = *character << 6 | (bytes.at[i] & 0x3fu);
	return size;
}

static bool passes(uint32_t character, enum safe_text_style style)
{
	if (character == '\n' || character == '\t' || character == '\\')
		return style == SAFE_TEXT_LINES;
	return character >= 0x20 && character != 0x7f && !is_hidden(character);
}

/* -- Texts -------------------------------------------------------------------------- */

static void escape(struct buffer *out, uint32_t character)
{
	if (character == '\n')
		buffer_append_text(out, "\\n");
	else if (character == '\t')
		buffer_append_text(out, "\\t");
	else if (character == '\r')
		buffer_append_text(out, "\\r");
	else if (character == '\\')
		buffer_append_text(out, "\\\\");
	else if (character < 0x80)
		buffer_printf(out, "\\x%02x", (unsigned)character);
	else
		buffer_printf(out, "\\u{%x}", (unsigned)character);
}

void safe_text(struct buffer *out, struct bytes_view bytes, enum safe_text_style style)
{
	size_t at = 0;

	while (at < bytes.size) {
		struct bytes_view rest = bytes_view(bytes.at + at, bytes.size - at);
		uint32_t character = 0;
		size_t size = decode(&character, rest);

		if (size == 0) {
			buffer_printf(out, "\\x%02x", rest.at[0]);
			size = 1;
		} else if (passes(character, style)) {
			buffer_append(out, rest.at, size);
		} else {
			escape(out, character);
		}
		at += size;
	}
}

bool safe_text_is_plain(struct bytes_view bytes)
{
	size_t at = 0;

	while (at < bytes.size) {
		uint32_t character = 0;
		size_t size = decode(&character, bytes_view(bytes.at + at, bytes.size - at));

		if (size == 0 || !passes(character, SAFE_TEXT_LINES))
			return false;
		at += size;
	}
	return true;
}

/* -- Columns ------------------------------------------------------------------------ */

size_t safe_text_character(struct bytes_view text, size_t *columns)
{
	uint32_t character = 0;
	size_t size = decode(&character, text);
	int width;

	*columns = 1;
	if (size <= 1)
		return 1;
	/* A C library in the "C" locale knows no width but of ASCII; one column is the best
	 * guess then. */
	width = wcwidth((wchar_t)character);
	if (width >= 0)
		*columns = (size_t)width;
	return size;
}

size_t safe_text_width(struct bytes_view text)
{
	size_t width = 0;

	while (text.size > 0) {
		size_t columns;
		size_t size = safe_text_character(text, &columns);

		width += columns;
		text = bytes_view(text.at + size, text.size - size);
	}
	return width;
}
