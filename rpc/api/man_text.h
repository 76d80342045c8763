/* Plain text in the language of man(7), for the manual pages that both programs print. */
#ifndef RPC_API_MAN_TEXT_H
#define RPC_API_MAN_TEXT_H

#include "chain/base/buffer.h"

/* So that a hyphen stays a hyphen, and a dot at the beginning of a line stays a dot. Ask
 * out->status. */
void man_text_escape(struct buffer *out, const char *text);

/* Paragraphs with an empty line between them. */
void man_text_paragraphs(struct buffer *out, const char *text);

#endif
