/* Rows and columns. What goes into a cell may come from anybody and is made harmless
 * (safe_text.h) on its way in.
 *
 *     on a terminal    aligned, with a line of titles, cut to the width where it must be
 *     elsewhere        the cells with a tab between them, no titles, nothing cut, and no
 *                      tab or newline inside a cell, so that cut(1) and awk(1) can read
 * it quiet            the column of the ids alone
 *
 * Rows can be printed page by page: the titles come once, and a column is as wide as its
 * widest cell of the page. */
#ifndef WALLET_CLI_TABLE_H
#define WALLET_CLI_TABLE_H

#include "chain/base/buffer.h"

enum table_cut {
	TABLE_WHOLE,  /* never cut: an id, a number */
	TABLE_END,    /* its end may give way: "a long descrip…" */
	TABLE_MIDDLE, /* its middle may: "cairn1qy0t…7q2mz" */
};

struct table_column {
	const char *title; /* NULL: the table has no titles */
	bool is_right;     /* numbers */
	enum table_cut cut;
	bool is_id; /* what is left of a row when quiet; at most one column */
};

enum table_form { TABLE_TERMINAL, TABLE_PLAIN, TABLE_QUIET };

struct table_look {
	enum table_form form;
	bool has_color;
	size_t width; /* columns of the terminal */
};

enum { TABLE_COLUMNS_MAX = 10, TABLE_COLUMN_WIDTH_MIN = 8 };

struct table {
	const struct table_column *columns;
	size_t column_count;
	struct buffer text; /* the cells, one behind the other */
	size_t *ends;       /* of each cell in `text`; heap */
	size_t cell_count;
	size_t cell_capacity;
	bool has_titles;    /* already printed */
	enum status status; /* STATUS_OK, or STATUS_MEMORY */
};

/* `columns` must outlive the table; at most TABLE_COLUMNS_MAX. */
void table_init(struct table *table, const struct table_column *columns,
                size_t column_count);
void table_close(struct table *table);

/* The next cell; a row is full after column_count of them. */
void table_add(struct table *table, struct bytes_view bytes);
void table_add_text(struct table *table, const char *text);
void table_add_count(struct table *table, uint64_t count);
void table_add_time(struct table *table, uint64_t time_ms); /* Unix ms, shown in UTC */

/* Appends the rows and forgets them. Ask table->status and out->status. */
void table_print(struct table *table, struct buffer *out, const struct table_look *look);

/* "2026-11-22 08:15:00.123Z"; times past the year 9999 as the number itself. */
enum { TIME_TEXT_SIZE = 32 };
void time_text(char text[TIME_TEXT_SIZE], uint64_t time_ms);

#endif
