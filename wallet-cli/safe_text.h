/* What others wrote, made harmless for a terminal. A record's value, a display name, even
 * an error message may hold escape sequences that clear the screen, move the cursor,
 * rename the window or, with marks of writing direction, show a text other than the one
 * that is there. None of them passes:
 *
 *     control characters   \n \t \\ and \x1b          (C0, DEL)
 *     invisible ones       \u{202e}                   (C1, directions, zero width, tags)
 *     bytes that are no UTF-8   \xff
 *
 * In one line nothing is ambiguous: a backslash is doubled. */
#ifndef WALLET_CLI_SAFE_TEXT_H
#define WALLET_CLI_SAFE_TEXT_H

#include "chain/base/buffer.h"

enum safe_text_style {
	SAFE_TEXT_LINE,  /* one line: newline, tab and backslash are escaped too */
	SAFE_TEXT_LINES, /* newline, tab and backslash pass: a text to be read */
};

/* Any bytes in. */
void safe_text(struct buffer *out, struct bytes_view bytes, enum safe_text_style style);

/* Would SAFE_TEXT_LINES change nothing? */
bool safe_text_is_plain(struct bytes_view bytes);

/* The character at the beginning of a text that safe_text made: its size in bytes, at
 * least 1, and the columns it takes on a terminal. `text` is not empty. */
size_t safe_text_character(struct bytes_view text, size_t *columns);

/* Columns of a whole text that safe_text made. */
size_t safe_text_width(struct bytes_view text);

#endif
