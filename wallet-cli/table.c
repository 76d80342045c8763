#include "wallet-cli/table.h"

#include "chain/base/invariant.h"
#include "chain/base/limits.h"
#include "chain/base/memory.h"
#include "wallet-cli/safe_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#define BOLD     "\033[1m"
#define PLAIN    "\033[0m"
#define ELLIPSIS "\xe2\x80\xa6"

void table_init(struct table *table, const struct table_column *columns,
                size_t column_count)
{
	INVARIANT(column_count > 0 && column_count <= TABLE_COLUMNS_MAX);
	*table = (struct table){.columns = columns, .column_count = column_count};
	buffer_init(&table->text, CLIENT_ANSWER_MAX);
}

void table_close(struct table *table)
{
	buffer_close(&table->text);
	memory_free(table->ends);
	table_init(table, table->columns, table->column_count);
}

/* -- Cells -------------------------------------------------------------------------- */

static bool reserve(struct table *table)
{
	size_t capacity = table->cell_capacity ? 2 * table->cell_capacity : 64;
	size_t *ends;

	if (table->cell_count < table->cell_capacity)
		return true;
	ends = memory_resize(table->ends, capacity * sizeof *ends);
	if (!ends) {
		table->status = STATUS_MEMORY;
		return false;
	}
	table->ends = ends;
	table->cell_capacity = capacity;
	return true;
}

void table_add(struct table *table, struct bytes_view bytes)
{
	if (!reserve(table))
		return;
	safe_text(&table->text, bytes, SAFE_TEXT_LINE);
	if (table->text.status != STATUS_OK)
		table->status = table->text.status;
	table->ends[table->cell_count++] = table->text.size;
}

void table_add_text(struct table *table, const char *text)
{
	table_add(table, text_view(text));
}

void table_add_count(struct table *table, uint64_t count)
{
	char text[24];

	snprintf(text, sizeof text, "%" PRIu64, count);
	table_add_text(table, text);
}

void time_text(char text[TIME_TEXT_SIZE], uint64_t time_ms)
{
	time_t seconds = (time_t)(time_ms / 1000);
	struct tm parts;
	size_t size;

	if (time_ms >= UINT64_C(253402300800000) || !gmtime_r(&seconds, &parts)) {
		snprintf(text, TIME_TEXT_SIZE, "%" PRIu64, time_ms);
		return;
	}
	size = strftime(text, TIME_TEXT_SIZE, "%Y-%m-%d %H:%M:%S", &parts);
	snprintf(text + size, TIME_TEXT_SIZE - size, ".%03uZ", (unsigned)(time_ms % 1000));
}

void table_add_time(struct table *table, uint64_t time_ms)
{
	char text[TIME_TEXT_SIZE];

	time_text(text, time_ms);
	table_add_text(table, text);
}

static struct bytes_view cell(const struct table *table, size_t index)
{
	size_t start = index > 0 ? table->ends[index - 1] : 0;

	return bytes_view(table->text.at + start, table->ends[index] - start);
}

/* -- Widths ------------------------------------------------------------------------- */

static void natural_widths(const struct table *table, size_t widths[TABLE_COLUMNS_MAX])
{
	for (size_t i = 0; i < table->column_count; i++) {
		const char *title = table->columns[i].title;

		widths[i] = title ? safe_text_width(text_view(title)) : 0;
	}
	for (size_t i = 0; i < table->cell_count; i++) {
		size_t width = safe_text_width(cell(table, i));
		size_t column = i % table->column_count;

		if (width > widths[column])
			widths[column] = width;
	}
}

/* The widest columns that may be cut give way first, until all fit or nothing can. */
static void shrink(const struct table *table, size_t widths[TABLE_COLUMNS_MAX],
                   size_t width)
{
	size_t sum = 2 * (table->column_count - 1);

	for (size_t i = 0; i < table->column_count; i++)
		sum += widths[i];
	while (sum > width) {
		size_t widest = table->column_count;

		for (size_t i = 0; i < table->column_count; i++)
			if (table->columns[i].cut != TABLE_WHOLE &&
			    widths[i] > TABLE_COLUMN_WIDTH_MIN &&
			    (widest == table->column_count || widths[i] > widths[widest]))
				widest = i;
		if (widest == table->column_count)
			return;
		/* A very long cell at once down to the width; then column by column. */
		if (widths[widest] > width + TABLE_COLUMN_WIDTH_MIN) {
			sum -= widths[widest] - width;
			widths[widest] = width;
		} else {
			sum--;
			widths[widest]--;
		}
	}
}

/* -- Printing ----------------------------------------------------------------------- */

/* As many bytes of whole characters as fit into `width` columns; *used: their columns. */
static size_t head_size(struct bytes_view text, size_t width, size_t *used)
{
	size_t at = 0;

	*used = 0;
	while (at < text.size) {
		size_t columns;
		size_t size =
			safe_text_character(bytes_view(text.at + at, text.size - at), &columns);

		if (*used + columns > width)
			break;
		*used += columns;
		at += size;
	}
	return at;
}

/* Appends a text cut to `width` columns; gives the columns that it takes. */
static size_t print_cut(struct buffer *out, struct bytes_view text, size_t width,
                        enum table_cut cut)
{
	size_t full = safe_text_width(text);
	size_t tail = cut == TABLE_MIDDLE ? (width - 1) / 2 : 0;
	size_t head_columns, skipped;
	size_t head, start;

	if (full <= width || cut == TABLE_WHOLE) {
		buffer_append_view(out, text);
		return full;
	}
	head = head_size(text, width - 1 - tail, &head_columns);
	start = head_size(text, full - tail, &skipped);
	if (skipped < full - tail) {
		/* A wide character crosses the border: it goes too. */
		size_t columns;

		start +=
			safe_text_character(bytes_view(text.at + start, text.size - start), &columns);
		skipped += columns;
	}
	buffer_append(out, text.at, head);
	buffer_append_text(out, ELLIPSIS);
	buffer_append(out, text.at + start, text.size - start);
	return head_columns + 1 + full - skipped;
}

static void print_spaces(struct buffer *out, size_t count)
{
	for (size_t i = 0; i < count; i++)
		buffer_append(out, " ", 1);
}

static void print_cell(struct buffer *out, const struct table *table, size_t column,
                       struct bytes_view text, size_t width)
{
	const struct table_column *facts = &table->columns[column];
	bool is_last = column + 1 == table->column_count;
	size_t columns;

	if (facts->is_right && safe_text_width(text) < width)
		print_spaces(out, width - safe_text_width(text));
	columns = print_cut(out, text, width, facts->cut);
	if (!facts->is_right && !is_last && columns < width)
		print_spaces(out, width - columns);
	buffer_append_text(out, is_last ? "\n" : "  ");
}

static void print_titles(struct table *table, struct buffer *out,
                         const size_t widths[TABLE_COLUMNS_MAX], bool has_color)
{
	if (!table->columns[0].title || table->has_titles)
		return;
	table->has_titles = true;
	if (has_color)
		buffer_append_text(out, BOLD);
	for (size_t i = 0; i < table->column_count; i++)
		print_cell(out, table, i, text_view(table->columns[i].title), widths[i]);
	if (has_color)
		buffer_append_text(out, PLAIN);
}

static void print_terminal(struct table *table, struct buffer *out,
                           const struct table_look *look)
{
	size_t widths[TABLE_COLUMNS_MAX] = {0};

	natural_widths(table, widths);
	shrink(table, widths, look->width);
	print_titles(table, out, widths, look->has_color);
	for (size_t i = 0; i < table->cell_count; i++) {
		size_t column = i % table->column_count;
		bool is_name = look->has_color && column == 0 && !table->columns[0].title;

		if (is_name)
			buffer_append_text(out, BOLD);
		print_cell(out, table, column, cell(table, i), widths[column]);
		if (is_name)
			buffer_append_text(out, PLAIN);
	}
}

static void print_plain(const struct table *table, struct buffer *out)
{
	for (size_t i = 0; i < table->cell_count; i++) {
		bool is_last = i % table->column_count + 1 == table->column_count;

		buffer_append_view(out, cell(table, i));
		buffer_append_text(out, is_last ? "\n" : "\t");
	}
}

static void print_ids(const struct table *table, struct buffer *out)
{
	for (size_t i = 0; i < table->cell_count; i++) {
		if (!table->columns[i % table->column_count].is_id)
			continue;
		buffer_append_view(out, cell(table, i));
		buffer_append_text(out, "\n");
	}
}

void table_print(struct table *table, struct buffer *out, const struct table_look *look)
{
	INVARIANT(table->status != STATUS_OK || table->cell_count % table->column_count == 0);
	if (table->status != STATUS_OK)
		return;
	switch (look->form) {
	case TABLE_TERMINAL:
		print_terminal(table, out, look);
		break;
	case TABLE_PLAIN:
		print_plain(table, out);
		break;
	case TABLE_QUIET:
		print_ids(table, out);
		break;
	}
	table->cell_count = 0;
	buffer_clear(&table->text);
}
