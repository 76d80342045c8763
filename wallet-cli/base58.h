/* Base58Check, the text form of BIP-32's keys: bytes and the first four bytes of their
 * double SHA-256, as a number written with 58 letters and digits. */
#ifndef WALLET_CLI_BASE58_H
#define WALLET_CLI_BASE58_H

#include "chain/base/bytes.h"
#include "chain/base/status.h"

enum {
	BASE58_BYTES_MAX = 96, /* an extended key has 78 */
	BASE58_TEXT_SIZE =
	    100 * 7 / 5 + 1, /* with the checksum and a NUL: log 256 / log 58 < 7/5 */
};

/* At most BASE58_BYTES_MAX bytes, or it is a bug. With a NUL. */
void base58_check_encode(char text[BASE58_TEXT_SIZE], struct bytes_view bytes);

/* Into `bytes`, BASE58_BYTES_MAX of room. STATUS_MALFORMED or STATUS_TOO_LARGE: `why`,
 * which may be NULL, says what is wrong and at which character, counted from 1; *bytes is
 * wiped. */
MUST_CHECK enum status base58_check_decode(uint8_t bytes[BASE58_BYTES_MAX], size_t *size,
                                           struct bytes_view text, struct why *why);

#endif
