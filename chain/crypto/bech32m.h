/* Bech32m (BIP-350): a short text for people, in which a mistyped character is always
 * found.
 *
 *     cairn 1 qy0t...  x7q2mz
 *     prefix | groups, each of 5 bits | checksum, 6 groups
 *            the last '1' of the text separates them
 *
 * The prefix (BIP-173's "human-readable part") says what it is. Up to four wrong
 * characters are always detected, and the place of a single one can be told; the right
 * one is never suggested, because a guess that looks plausible would be taken (BIP-173,
 * "Checksum design"). Positions in sentences count characters from 1. */
#ifndef CHAIN_CRYPTO_BECH32M_H
#define CHAIN_CRYPTO_BECH32M_H

#include "chain/base/bytes.h"
#include "chain/base/status.h"

enum {
	BECH32M_SIZE_MAX = 90, /* characters: what the checksum is good for, BIP-173 */
	BECH32M_CHECKSUM_SIZE = 6,
	BECH32M_PREFIX_SIZE_MAX = BECH32M_SIZE_MAX - 1 - BECH32M_CHECKSUM_SIZE,
	BECH32M_GROUPS_MAX = BECH32M_SIZE_MAX - 2 - BECH32M_CHECKSUM_SIZE,
	BECH32M_BYTES_MAX = BECH32M_GROUPS_MAX * 5 / 8,
};

struct bech32m {
	char prefix[BECH32M_PREFIX_SIZE_MAX + 1]; /* NUL-terminated, lower case */
	uint8_t groups[BECH32M_GROUPS_MAX];       /* 0..31 each, without the checksum */
	size_t group_count;
};

/* The text with its NUL. STATUS_MALFORMED: the prefix is empty or has a character outside
 * 33..126 or an upper-case one, or a group is over 31. STATUS_TOO_LARGE: the text would
 * be longer than BECH32M_SIZE_MAX. */
MUST_CHECK enum status bech32m_encode(char text[BECH32M_SIZE_MAX + 1],
                                      const struct bech32m *value);

/* Any bytes in; all lower case or all upper case, as BIP-173 asks of a reader.
 * STATUS_MALFORMED, or STATUS_TOO_LARGE for a text over BECH32M_SIZE_MAX: `why`, which
 * may be NULL, says what is wrong and at which character; *value is undefined. */
MUST_CHECK enum status bech32m_decode(struct bech32m *value, struct bytes_view text,
                                      struct why *why);

/* Bytes as groups, the first bit first, the last group filled up with zeros. False: more
 * than BECH32M_BYTES_MAX. */
MUST_CHECK bool bech32m_put_bytes(struct bech32m *value, struct bytes_view bytes);

/* The reverse, into `bytes` of BECH32M_BYTES_MAX. False: a whole group of filling, or
 * filling that is not zero; then *bytes and *size are undefined. */
MUST_CHECK bool bech32m_get_bytes(uint8_t *bytes, size_t *size,
                                  const struct bech32m *value);

#endif
