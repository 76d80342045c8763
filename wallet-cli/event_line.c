#include "wallet-cli/event_line.h"

#include "wallet-cli/listing.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
	TEXT_SIZE_MAX = 4096,
	RECORDS_SHOWN_MAX = 4,
	ID_SHOWN = 10,       /* digits of an id, for people */
	KINDS_SHOWN_MAX = 8, /* a transaction may have many: more do not fit a line */
};

static bool is_terminal(const struct event_line *line)
{
	return line->output->look.form == TABLE_TERMINAL;
}

/* People see what it is from what it does. */
void event_line_init(struct event_line *line, struct output *output)
{
	static const struct table_column for_people[] = {
		{.cut = TABLE_WHOLE},
		{.cut = TABLE_WHOLE},
		{.cut = TABLE_WHOLE, .is_id = true},
		{.cut = TABLE_END},
	};
	static const struct table_column for_programs[] = {
		{.cut = TABLE_WHOLE}, {.cut = TABLE_WHOLE},
		{.cut = TABLE_WHOLE}, {.cut = TABLE_WHOLE, .is_id = true},
		{.cut = TABLE_END},
	};

	*line = (struct event_line){.output = output};
	if (is_terminal(line))
		table_init(&line->table, for_people, 4);
	else
		table_init(&line->table, for_programs, 5);
	buffer_init(&line->text, TEXT_SIZE_MAX);
}

void event_line_close(struct event_line *line)
{
	table_close(&line->table);
	buffer_close(&line->text);
}

/* -- Words -------------------------------------------------------------------------- */

static uint64_t count_in(const json_t *object, const char *name)
{
	json_int_t value = json_integer_value(json_object_get(object, name));

	return value > 0 ? (uint64_t)value : 0;
}

static const char *text_in(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "-";
}

static void append_block(struct buffer *text, const json_t *block)
{
	uint64_t tx_count = count_in(block, "tx_count");
	char number[COUNT_TEXT_SIZE];

	count_text(number, tx_count);
	buffer_printf(text, "block of %s transaction%s", number, tx_count == 1 ? "" : "s");
	count_text(number, count_in(block, "body_size"));
	buffer_printf(text, ", %s bytes", number);
}

/* "record.append 3 times, stream.create": equal ones in a row are counted. */
static void append_operations(struct buffer *text, const json_t *operations)
{
	size_t count = json_array_size(operations);
	size_t shown = 0;

	for (size_t i = 0, times; i < count; i += times, shown++) {
		const char *kind = text_in(json_array_get(operations, i), "kind");

		times = 1;
		while (i + times < count &&
		       strcmp(text_in(json_array_get(operations, i + times), "kind"), kind) == 0)
			times++;
		if (shown == KINDS_SHOWN_MAX) {
			buffer_printf(text, ", and %zu more", count - i);
			return;
		}
		buffer_printf(text, "%s%.64s", shown > 0 ? ", " : "", kind);
		if (times > 1)
			buffer_printf(text, " %zu times", times);
	}
}

/* "notes: record 7 under greeting": of the streams that were asked for. */
static void append_records(struct buffer *text, const json_t *event,
                           const json_t *records)
{
	static const char STREAM[] = "stream:";
	const json_t *topic, *record;
	const char *name;
	size_t i;

	json_array_foreach (json_object_get(event, "topics"), i, topic) {
		name = json_string_value(topic);
		if (name && strncmp(name, STREAM, sizeof STREAM - 1) == 0)
			buffer_printf(text, "%.64s: ", name + sizeof STREAM - 1);
	}
	json_array_foreach (records, i, record) {
		if (i == RECORDS_SHOWN_MAX) {
			buffer_printf(text, ", and %zu more", json_array_size(records) - i);
			return;
		}
		buffer_printf(text, "%srecord %" PRIu64, i > 0 ? ", " : "",
		              count_in(record, "position"));
		name = json_string_value(json_object_get(record, "key"));
		if (name && name[0])
			buffer_printf(text, " under %.256s", name);
	}
}

static void append_tx(struct buffer *text, const json_t *event, const json_t *tx)
{
	const json_t *records = json_object_get(event, "records");

	if (json_array_size(records) > 0)
		append_records(text, event, records);
	else
		append_operations(text, json_object_get(tx, "operations"));
	buffer_printf(text, ", by %.128s", text_in(tx, "sender"));
}

/* -- Lines -------------------------------------------------------------------------- */

static void add_cursor(struct event_line *line, struct rpc_place place)
{
	char padded[2 * RPC_EVENT_CURSOR_SIZE];
	char cursor[RPC_EVENT_CURSOR_SIZE];
	size_t width;

	rpc_place_write(cursor, place);
	width = strlen(cursor);
	if (width > line->cursor_width)
		line->cursor_width = width;
	snprintf(padded, sizeof padded, "%-*s",
	         is_terminal(line) ? (int)line->cursor_width : 0, cursor);
	table_add_text(&line->table, padded);
}

/* For people its beginning, which is enough to tell it from others. */
static void add_id(struct event_line *line, const char *id)
{
	char text[ID_SHOWN + sizeof "\u2026"];

	snprintf(text, sizeof text, "%.*s\u2026", ID_SHOWN, id);
	table_add_text(&line->table, is_terminal(line) && strlen(id) > ID_SHOWN ? text : id);
}

static enum status print_row(struct event_line *line, const struct event *event)
{
	const json_t *block = json_object_get(event->json, "block");
	const json_t *tx = json_object_get(event->json, "tx");
	bool is_block = strcmp(event->type, "block") == 0;

	buffer_clear(&line->text);
	if (is_block)
		append_block(&line->text, block);
	else if (json_is_object(tx))
		append_tx(&line->text, event->json, tx);
	else
		buffer_append_text(&line->text, event->type);
	add_cursor(line, event->place);
	listing_add_time(&line->table, is_block ? block : event->json, "time_ms");
	if (!is_terminal(line))
		table_add_text(&line->table, event->type);
	add_id(line, is_block ? text_in(block, "hash") : text_in(event->json, "txid"));
	table_add(&line->table, buffer_view(&line->text));
	return line->text.status == STATUS_OK ? output_table(line->output, &line->table)
	                                      : line->text.status;
}

static enum status print_json(struct event_line *line, const struct event *event)
{
	char *text = json_dumps(event->json, JSON_COMPACT | JSON_ENSURE_ASCII);

	if (!text)
		return STATUS_MEMORY;
	line->output->has_json = true;
	output_bytes(line->output, text_view(text));
	output_bytes(line->output, text_view("\n"));
	free(text);
	return STATUS_OK;
}

enum status event_line_print(struct event_line *line, const struct event *event)
{
	enum status status =
		line->output->is_json ? print_json(line, event) : print_row(line, event);

	if (status == STATUS_OK &&
	    (fflush(line->output->out) != 0 || ferror(line->output->out)))
		status = STATUS_STORAGE;
	return status;
}
