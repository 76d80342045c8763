/* A wallet's secret as words that can be written on paper (BIP-39).
 *
 *     entropy, 16..32 bytes | its SHA-256's first size / 4 bits
 *     11 bits | 11 bits | ...     each the number of a word of the list
 *
 * The words stretch to a seed of 64 bytes, together with a passphrase of their own that
 * is empty unless the owner chose one (some call it the 25th word). It is not the
 * passphrase that locks a wallet's file: with another one the words simply open another
 * wallet. */
#ifndef WALLET_CLI_KEYSTORE_WORDS_H
#define WALLET_CLI_KEYSTORE_WORDS_H

#include "chain/base/bytes.h"
#include "chain/base/status.h"
#include "wallet-cli/keystore/word_list.h"

enum {
	WORDS_ENTROPY_SIZE_MAX = 32,
	WORDS_COUNT_MAX = 24,
	WORDS_TEXT_SIZE = WORDS_COUNT_MAX * (WORD_SIZE_MAX + 1), /* with blanks and the NUL */
	WORDS_PASSPHRASE_SIZE_MAX = 128,
	WORDS_SEED_SIZE = 64,
};

/* Secret: wipe it with words_entropy_wipe. */
struct words_entropy {
	uint8_t bytes[WORDS_ENTROPY_SIZE_MAX]; /* zeros behind `size` */
	size_t size; /* 16, 20, 24, 28 or 32: 12, 15, 18, 21, 24 words */
};

/* Is it 16, 20, 24, 28 or 32? */
bool words_entropy_size_is_valid(size_t size);

/* Bytes of entropy for so many words; 0: no wallet has so many. */
size_t words_entropy_size(size_t word_count);

void words_entropy_wipe(struct words_entropy *entropy);

/* The words, lower case, one blank between two, and a NUL; secret, the caller wipes them.
 * The entropy's size is valid, or it is a bug. */
void words_encode(char text[WORDS_TEXT_SIZE], const struct words_entropy *entropy);

/* Words as a person types them: any case, any white space. STATUS_MALFORMED: a word is
 * not in the list, there are too many or too few, or the checksum does not fit; `why`,
 * which may be NULL, names a mistyped word, its place counted from 1, and the nearest
 * word of the list. Then *entropy is wiped. */
MUST_CHECK enum status words_decode(struct words_entropy *entropy, struct bytes_view text,
                                    struct why *why);

/* Is this passphrase one that every wallet reads alike: ASCII, and not too long? BIP-39
 * wants others in Unicode's NFKD form first, which is not done here. STATUS_MALFORMED
 * with the place of the first foreign character, or STATUS_TOO_LARGE over
 * WORDS_PASSPHRASE_SIZE_MAX. */
MUST_CHECK enum status words_passphrase_check(struct bytes_view passphrase,
                                              struct why *why);

/* The seed that BIP-32 begins with: PBKDF2-HMAC-SHA512 of the words, 2,048 rounds, about
 * a millisecond. Secret: the caller wipes it. `passphrase` has passed the check above, or
 * the answer is as there. STATUS_CRYPTO: the library refused. */
MUST_CHECK enum status words_seed(uint8_t seed[WORDS_SEED_SIZE],
                                  const struct words_entropy *entropy,
                                  struct bytes_view passphrase, struct why *why);

#endif
