/* The bytes of a wallet's file. All integers little-endian.
 *
 *       0   8  "cairnkey"
 *       8   2  version = 1
 *      10   4  scrypt N        \
 *      14   4  scrypt r         | how the passphrase becomes two keys of 32 bytes:
 *      18   4  scrypt p         | scrypt(passphrase, salt) = sealing key | check
 *      22  32  salt            /
 *      54  12  nonce of the sealed part
 *      66  32  check: the second key itself
 *      98   1  1 if there is a passphrase, 0 if it is empty
 *      99   8  created, Unix ms
 *     107   2  number of accounts, then for each
 *                4  its number in the path m / 1747' / 0' / number'
 *               32  account id
 *                2  size of its name, then the name
 *       .  178  sealed part: 162 bytes under ChaCha20-Poly1305, and the tag, 16;
 * everything before it is the additional data 1  size of the entropy, 32 the entropy and
 * zeros 1  size of the words' own passphrase, 128 the passphrase and zeros .   32 SHA-256
 * of everything before
 *
 * Three questions have three answers. Was the file damaged? The hash at the end says so,
 * with no passphrase, so a listing can trust the disk. Is the passphrase right? The check
 * says so: it costs as much to try as the sealed part itself. Did somebody change the
 * file on purpose, and its hash with it? Then the passphrase is right and the tag does
 * not fit. */
#ifndef WALLET_CLI_KEYSTORE_KEYSTORE_FORMAT_H
#define WALLET_CLI_KEYSTORE_KEYSTORE_FORMAT_H

#include "chain/base/bytes.h"
#include "chain/base/limits.h"
#include "chain/base/status.h"
#include "chain/crypto/derive.h"
#include "chain/crypto/seal.h"
#include "wallet-cli/keystore/words.h"

enum {
	KEYSTORE_VERSION = 1,
	KEYSTORE_SECRET_SIZE = 1 + WORDS_ENTROPY_SIZE_MAX + 1 + WORDS_PASSPHRASE_SIZE_MAX,
	KEYSTORE_SEALED_SIZE = KEYSTORE_SECRET_SIZE + SEAL_TAG_SIZE,
};

struct keystore_account {
	uint32_t number;                     /* in the path; below 2^31, no two alike */
	struct hash id;                      /* no two alike */
	char name[WALLET_NAME_SIZE_MAX + 1]; /* as wallet_name_is_valid; no two alike */
};

/* A decoded file; about 27 KB. */
struct keystore_file {
	struct scrypt_cost cost;
	struct hash salt;
	struct seal_nonce nonce;
	struct hash check;
	bool has_passphrase;
	uint64_t created_ms;
	size_t account_count; /* at most KEYSTORE_ACCOUNTS_MAX */
	struct keystore_account accounts[KEYSTORE_ACCOUNTS_MAX];
	uint8_t sealed[KEYSTORE_SEALED_SIZE];
};

/* What is sealed. Wipe it with keystore_secret_wipe. */
struct keystore_secret {
	struct words_entropy entropy;
	uint8_t passphrase[WORDS_PASSPHRASE_SIZE_MAX]; /* the words' own */
	size_t passphrase_size;
};

/* A wallet's or account's name: 1..WALLET_NAME_SIZE_MAX of a-z A-Z 0-9 . _ -, no dot in
 * front; so it is a file's name anywhere and harmless on a terminal. */
bool wallet_name_is_valid(struct bytes_view name);

/* Bytes of the encoding. */
size_t keystore_file_size(const struct keystore_file *file);

/* Exactly so many bytes. */
void keystore_file_put(uint8_t *bytes, const struct keystore_file *file);

/* Any bytes in. `why`, which may be NULL, says what is wrong.
 *
 * STATUS_FOREIGN    no wallet, or of a later version
 * STATUS_CORRUPT    damaged: cut, or another hash, or accounts that cannot be
 * STATUS_TOO_LARGE  whoever wrote it wants more of scrypt than KEYSTORE_SCRYPT_MEMORY_MAX
 * or KEYSTORE_SCRYPT_WORK_MAX */
MUST_CHECK enum status keystore_file_decode(struct keystore_file *file,
                                            struct bytes_view bytes, struct why *why);

/* The two keys of a passphrase by the file's salt and cost. Takes as long as the cost
 * says. Both are secret until *check is written to a file: the caller wipes them.
 * STATUS_TOO_LARGE: more scrypt than the maxima above. STATUS_MALFORMED: cost that scrypt
 * does not have. STATUS_CRYPTO: no memory. */
MUST_CHECK enum status keystore_file_keys(struct seal_key *key, struct hash *check,
                                          const struct keystore_file *file,
                                          struct bytes_view passphrase, struct why *why);

/* Fills file->sealed from the rest of the file, whose nonce was never used with this key.
 */
MUST_CHECK enum status keystore_file_seal(struct keystore_file *file,
                                          const struct seal_key *key,
                                          const struct keystore_secret *secret,
                                          struct why *why);

/* The reverse. STATUS_CORRUPT: the tag does not fit, or what was sealed cannot be;
 * *secret is wiped. STATUS_MEMORY, STATUS_CRYPTO as they say. */
MUST_CHECK enum status keystore_file_open(struct keystore_secret *secret,
                                          const struct keystore_file *file,
                                          const struct seal_key *key, struct why *why);

void keystore_secret_wipe(struct keystore_secret *secret);

#endif
