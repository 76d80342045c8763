/* Bytes as text: hex, base64, UTF-8, decimal. Decoders are strict: one text for a
 * value, nothing skipped. */
#ifndef CHAIN_BASE_TEXT_H
#define CHAIN_BASE_TEXT_H

#include "chain/base/bytes.h"
#include "chain/base/status.h"

enum { HASH_HEX_SIZE = 2 * HASH_SIZE + 1 }; /* with the NUL */

/* Lower-case hex of `bytes` into `text`, 2 * size + 1 bytes, NUL included. */
void hex_encode(char *text, struct bytes_view bytes);

/* Exactly `size` bytes from 2 * size lower-case digits. False: *bytes is undefined. */
MUST_CHECK bool hex_decode(uint8_t *bytes, size_t size, struct bytes_view text);

/* Size of the base64 (RFC 4648 section 4, padded) of `size` bytes, without a NUL. */
size_t base64_encoded_size(size_t size);

/* Writes base64_encoded_size(bytes.size) characters, no NUL. */
void base64_encode(char *text, struct bytes_view bytes);

/* The most bytes that `text_size` characters can hold. */
size_t base64_decoded_size_max(size_t text_size);

/* Canonical base64 only: padded, no white space, unused bits zero. `bytes` has room for
 * base64_decoded_size_max(text.size). False: *size and *bytes are undefined. */
MUST_CHECK bool base64_decode(uint8_t *bytes, size_t *size, struct bytes_view text);

/* A hash in base64: exactly 44 characters. False: *hash is undefined. */
MUST_CHECK bool base64_decode_hash(struct hash *hash, struct bytes_view text);

/* The first line of *left without its newline; *left begins behind it then. False: no
 * newline is left, and nothing changed. */
MUST_CHECK bool text_take_line(struct bytes_view *line, struct bytes_view *left);

/* RFC 3629: no surrogates, no overlong forms, at most U+10FFFF. NUL is allowed. */
bool utf8_is_valid(struct bytes_view text);

/* Decimal digits without sign or leading zero (but "0"), at most UINT64_MAX. */
MUST_CHECK bool decimal_decode(uint64_t *value, struct bytes_view text);

#endif
