/* Bytes that people carry from machine to machine, as one line of text:
 *
 *     <word>:<base64 of payload | check>
 *
 *     check     the first 8 bytes of tagged_hash(tag, payload)
 *
 * The check finds what was mistyped or cut off, and stops nobody who means harm. White space,
 * which mail puts anywhere, is passed over. */
#ifndef NODE_SHELL_TEXT_LINE_H
#define NODE_SHELL_TEXT_LINE_H

#include "chain/base/buffer.h"

enum { TEXT_LINE_CHECK_SIZE = 8 };

struct text_line {
	const char *word;    /* what it begins with, the colon included */
	const char *tag;     /* of the check */
	const char *noun;    /* "invitation", for sentences */
	const char *command; /* that prints one, for sentences */
	size_t size_max;     /* of the payload */
};

/* Twice that of the payload: base64, and white space. */
static inline size_t text_line_size_max(const struct text_line *line)
{
	return 2 * line->size_max + 128;
}

/* Appends the line, without a newline. Ask text->status. */
void text_line_encode(struct buffer *text, const struct text_line *line,
                      struct bytes_view payload);

/* `payload` is initialized here, to be closed by the caller in any case. STATUS_FOREIGN: it is
 * no such line. STATUS_CORRUPT: it was one. STATUS_TOO_LARGE, STATUS_MEMORY. `why` holds a
 * sentence for the person. */
MUST_CHECK enum status text_line_decode(struct buffer *payload, const struct text_line *line,
                                        struct bytes_view text, struct why *why);

/* STATUS_CORRUPT and its sentence, for who reads a payload that cannot be. */
enum status text_line_refuse(const struct text_line *line, struct why *why);

#endif
