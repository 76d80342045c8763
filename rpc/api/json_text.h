/* JSON as text: what is answered is written straight into a buffer. */
#ifndef RPC_API_JSON_TEXT_H
#define RPC_API_JSON_TEXT_H

#include "chain/base/buffer.h"
#include "chain/base/bytes.h"

#include <jansson.h>

/* Appends `text` as a JSON string (RFC 8259 section 7) with its quotes. Bytes that are no
 * UTF-8 become U+FFFD, so that any bytes make a valid text. */
void json_text_string(struct buffer *out, struct bytes_view text);

/* Appends any JSON value, without white space, members in the order they were set. */
void json_text_value(struct buffer *out, const json_t *value);

#endif
