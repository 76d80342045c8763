#include "rpc/api/json_text.h"

#include "chain/base/text.h"

/* Bytes that go out as they are: from `at` on, how many. */
static size_t plain_run(struct bytes_view text, size_t at)
{
	size_t end = at;

	while (end < text.size && text.at[end] >= 0x20 && text.at[end] < 0x80 &&
	       text.at[end] != '"' && text.at[end] != '\\')
		end++;
	return end - at;
}

/* The character at `at`, of two bytes or more: its size, or 0 where there is none. */
static size_t wide_character(struct bytes_view text, size_t at)
{
	for (size_t size = 2; size <= 4 && size <= text.size - at; size++)
		if (utf8_is_valid(bytes_view(text.at + at, size)))
			return size;
	return 0;
}

static void escaped(struct buffer *out, uint8_t byte)
{
	switch (byte) {
	case '"':
		buffer_append_text(out, "\\\"");
		break;
	case '\\':
		buffer_append_text(out, "\\\\");
		break;
	case '\n':
		buffer_append_text(out, "\\n");
		break;
	case '\r':
		buffer_append_text(out, "\\r");
		break;
	case '\t':
		buffer_append_text(out, "\\t");
		break;
	default:
		buffer_printf(out, "\\u%04x", byte);
		break;
	}
}

void json_text_string(struct buffer *out, struct bytes_view text)
{
	size_t at = 0;

	buffer_append(out, "\"", 1);
	while (at < text.size) {
		size_t size = plain_run(text, at);

		if (size == 0 && text.at[at] < 0x80) {
			escaped(out, text.at[at]);
			at++;
			continue;
		}
		if (size == 0)
			size = wide_character(text, at);
		if (size == 0) {
			buffer_append_text(out, "\xef\xbf\xbd");
			at++;
			continue;
		}
		buffer_append(out, text.at + at, size);
		at += size;
	}
	buffer_append(out, "\"", 1);
}

static int append_piece(const char *piece, size_t size, void *out)
{
	buffer_append(out, piece, size);
	return ((struct buffer *)out)->status == STATUS_OK ? 0 : -1;
}

void json_text_value(struct buffer *out, const json_t *value)
{
	/* jansson copies nothing here and fails only with the buffer, or when its own scratch
	 * memory is out. */
	if (json_dump_callback(value, append_piece, out, JSON_COMPACT | JSON_ENCODE_ANY) !=
	        0 &&
	    out->status == STATUS_OK)
		out->status = STATUS_MEMORY;
}
