/* How far a long piece of work is, on stderr.
 *
 *     terminal   41,200 of 100,000 records [#########------------] 41%  12,031/s  5 s left
 *                one line, written over, ten times a second
 *     elsewhere  a whole line every five seconds
 *     quiet      nothing
 *
 * What the time left is computed from need not be what is counted: an import counts
 * records, but knows only of the bytes of its file how many there are. Then the line has no
 * "of". */
#ifndef WALLET_CLI_PROGRESS_H
#define WALLET_CLI_PROGRESS_H

#include "chain/base/buffer.h"

#include <stdio.h>

struct progress {
	FILE *out;        /* NULL: quiet */
	const char *noun; /* "records" */
	bool is_terminal;
	size_t width;        /* columns of the terminal */
	uint64_t started_ms; /* on a clock that only goes forward, and so for all _ms here */
	uint64_t shown_ms;
	bool is_shown;  /* a line without its newline stands on the terminal */
	uint64_t count; /* done */
	uint64_t part;  /* done, in the unit of `whole` */
	uint64_t whole; /* all there is to do; 0: nobody knows */
	bool is_whole_counted; /* `whole` is of what is counted */
};

enum { PROGRESS_TERMINAL_MS = 100, PROGRESS_LINE_MS = 5000 };

/* What the line says at `now_ms`, without colors and newline. */
void progress_line(struct buffer *out, const struct progress *progress, uint64_t now_ms);

/* Shows it if it is due. */
void progress_show(struct progress *progress, uint64_t now_ms);

/* Takes the line off the terminal, so that something else can be written; or, at the end,
 * makes room for the result. */
void progress_clear(struct progress *progress);

/* "1,234,567" */
enum { COUNT_TEXT_SIZE = 28 };
void count_text(char text[COUNT_TEXT_SIZE], uint64_t count);

/* "5 s", "3 min 20 s", "2 h 5 min" */
enum { DURATION_TEXT_SIZE = 40 };
void duration_text(char text[DURATION_TEXT_SIZE], uint64_t duration_ms);

#endif
