/* ChaCha20-Poly1305 (RFC 8439 section 2.8): bytes that only who has the key can read or
 * change, together with additional bytes that anybody can read but nobody change.
 *
 *     sealed    ciphertext, as long as the plain bytes | tag, 16
 *
 * One key and one nonce together seal once: a second time gives both texts away. */
#ifndef CHAIN_CRYPTO_SEAL_H
#define CHAIN_CRYPTO_SEAL_H

#include "chain/base/bytes.h"
#include "chain/base/status.h"

enum {
	SEAL_KEY_SIZE = 32,
	SEAL_NONCE_SIZE = 12,
	SEAL_TAG_SIZE = 16,
};

struct seal_key {
	uint8_t bytes[SEAL_KEY_SIZE];
};

struct seal_nonce {
	uint8_t bytes[SEAL_NONCE_SIZE];
};

/* The library's working memory, fetched once and used for any number of keys: one for
 * each thread. It remembers the last key until sealer_free, which wipes it. NULL when
 * memory is out. */
MUST_CHECK struct sealer *sealer_new(void);
void sealer_free(struct sealer *sealer);

/* Writes plain.size + SEAL_TAG_SIZE bytes to `sealed`, which may be where `plain` is.
 * `additional` is what the tag covers besides; it is not written. STATUS_TOO_LARGE: plain
 * or additional of more than INT_MAX bytes. STATUS_CRYPTO: the library refused. */
MUST_CHECK enum status sealer_seal(struct sealer *sealer, uint8_t *sealed,
                                   const struct seal_key *key,
                                   const struct seal_nonce *nonce,
                                   struct bytes_view additional, struct bytes_view plain);

/* Writes sealed.size - SEAL_TAG_SIZE bytes to `plain`, which may be where `sealed` is.
 *
 * STATUS_SHORT      not even a tag
 * STATUS_MALFORMED  not what was sealed with this key, nonce and additional bytes;
 * `plain` is zeros STATUS_TOO_LARGE, STATUS_CRYPTO as above */
MUST_CHECK enum status sealer_open(struct sealer *sealer, uint8_t *plain,
                                   const struct seal_key *key,
                                   const struct seal_nonce *nonce,
                                   struct bytes_view additional,
                                   struct bytes_view sealed);

void seal_key_wipe(struct seal_key *key);

#endif
