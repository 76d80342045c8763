#include "wallet-cli/event_reader.h"

void event_reader_init(struct event_reader *reader)
{
	*reader = (struct event_reader){0};
	buffer_init(&reader->data, CLIENT_EVENT_SIZE_MAX);
	buffer_init(&reader->line, CLIENT_EVENT_SIZE_MAX);
}

void event_reader_close(struct event_reader *reader)
{
	buffer_close(&reader->data);
	buffer_close(&reader->line);
}

void event_reader_restart(struct event_reader *reader)
{
	buffer_clear(&reader->data);
	buffer_clear(&reader->line);
	reader->type[0] = '\0';
	memcpy(reader->next_id, reader->id, sizeof reader->id);
	reader->has_id = false;
	reader->is_begun = false;
	reader->after_cr = false;
	reader->is_given = false;
	reader->is_line_given = false;
}

/* -- Lines -------------------------------------------------------------------------- */

/* Up to the next end of a line, or all there is. True: the line is whole. */
static bool take_line(struct event_reader *reader, struct bytes_view *rest)
{
	size_t size = 0;

	if (rest->size == 0)
		return false;
	if (reader->after_cr && rest->at[0] == '\n')
		*rest = bytes_view(rest->at + 1, rest->size - 1);
	reader->after_cr = false;
	while (size < rest->size && rest->at[size] != '\n' && rest->at[size] != '\r')
		size++;
	if (size > 0)
		buffer_append(&reader->line, rest->at, size);
	if (size == rest->size) {
		*rest = bytes_view(rest->at + size, 0);
		return false;
	}
	reader->after_cr = rest->at[size] == '\r';
	*rest = bytes_view(rest->at + size + 1, rest->size - size - 1);
	return true;
}

/* The byte order mark that may stand before everything. */
static struct bytes_view without_mark(struct event_reader *reader, struct bytes_view line)
{
	bool has_mark =
		!reader->is_begun && line.size >= 3 && memcmp(line.at, "\xef\xbb\xbf", 3) == 0;

	reader->is_begun = true;
	return has_mark ? bytes_view(line.at + 3, line.size - 3) : line;
}

/* -- Fields ------------------------------------------------------------------------- */

/* False: it is longer than any that we know what to do with. */
static bool copy_text(char *text, size_t size_max, struct bytes_view value)
{
	if (value.size > size_max)
		return false;
	if (value.size > 0)
		memcpy(text, value.at, value.size);
	text[value.size] = '\0';
	return true;
}

static bool take_field(struct event_reader *reader, struct bytes_view name,
                       struct bytes_view value)
{
	if (bytes_equal(name, text_view("data"))) {
		buffer_append_view(&reader->data, value);
		buffer_append_text(&reader->data, "\n");
		return reader->data.status == STATUS_OK;
	}
	if (bytes_equal(name, text_view("event")))
		return copy_text(reader->type, CLIENT_EVENT_TYPE_MAX, value);
	/* "If the field value does not contain U+0000 NULL" */
	if (bytes_equal(name, text_view("id")) &&
	    (value.size == 0 || !memchr(value.at, 0, value.size))) {
		reader->has_id = true;
		return copy_text(reader->next_id, CLIENT_EVENT_ID_MAX, value);
	}
	return true;
}

/* What is behind a colon, without the one blank that may follow it. */
static struct bytes_view behind_colon(struct bytes_view line, size_t colon)
{
	size_t from = colon < line.size ? colon + 1 : line.size;

	if (from < line.size && line.at[from] == ' ')
		from++;
	return bytes_view(line.at + from, line.size - from);
}

/* The empty line. */
static enum event_found end_event(struct event_reader *reader)
{
	bool has_id = reader->has_id;

	memcpy(reader->id, reader->next_id, sizeof reader->id);
	reader->has_id = false;
	if (reader->data.size == 0) {
		reader->type[0] = '\0';
		return has_id ? EVENT_FOUND_PLACE : EVENT_FOUND_NOTHING;
	}
	reader->data.size--; /* the last line's end */
	reader->is_given = true;
	return EVENT_FOUND_EVENT;
}

static enum event_found end_line(struct event_reader *reader)
{
	struct bytes_view line = without_mark(reader, buffer_view(&reader->line));
	struct bytes_view value;
	const uint8_t *found;
	size_t colon;

	if (line.size == 0)
		return end_event(reader);
	found = memchr(line.at, ':', line.size);
	colon = found ? (size_t)(found - line.at) : line.size;
	value = behind_colon(line, colon);
	if (colon > 0)
		return take_field(reader, bytes_view(line.at, colon), value) ? EVENT_FOUND_NOTHING
		                                                             : EVENT_FOUND_BROKEN;
	memmove(reader->line.at, value.at, value.size);
	reader->line.size = value.size;
	reader->is_line_given = true;
	return EVENT_FOUND_COMMENT;
}

enum event_found event_reader_next(struct event_reader *reader, struct bytes_view *rest)
{
	enum event_found found = EVENT_FOUND_NOTHING;

	if (reader->is_given) {
		buffer_clear(&reader->data);
		reader->type[0] = '\0';
		reader->is_given = false;
	}
	if (reader->is_line_given) {
		buffer_clear(&reader->line);
		reader->is_line_given = false;
	}
	while (found == EVENT_FOUND_NOTHING && take_line(reader, rest)) {
		if (reader->line.status != STATUS_OK)
			return EVENT_FOUND_BROKEN;
		found = end_line(reader);
		if (!reader->is_line_given)
			buffer_clear(&reader->line);
	}
	return reader->line.status == STATUS_OK ? found : EVENT_FOUND_BROKEN;
}
