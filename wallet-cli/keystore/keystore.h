/* A wallet: the words behind its keys, and its accounts.
 *
 *     keystore_create -> UNLOCKED -- keystore_lock ---> LOCKED
 *     keystore_load ---> LOCKED ---- keystore_unlock -> UNLOCKED
 *
 * A locked wallet can be listed; an unlocked one signs and changes. What is secret lies,
 * while unlocked, in secret_memory.h's pages. Every change is in the file before its
 * function returns, or it has not happened. The file: keystore_format.h, wallet_file.h.
 *
 * Restoring from words is words_decode and then keystore_create: the same words give the
 * same accounts in the same order. One thread at a time, but for keystore_sign. */
#ifndef WALLET_CLI_KEYSTORE_KEYSTORE_H
#define WALLET_CLI_KEYSTORE_KEYSTORE_H

#include "chain/base/bytes.h"
#include "chain/base/status.h"
#include "wallet-cli/keystore/keystore_format.h"

struct keystore;

/* Where a wallet lies, and what it and its first account are called, if nobody says otherwise. */
#define WALLETS_FOLDER       "wallets" /* in a person's folder, or in --data-dir's */
#define WALLET_NAME_DEFAULT  "default"
#define ACCOUNT_NAME_DEFAULT "main"

/* scrypt's default cost: 128 MiB and about half a second for each try. A wallet with an
 * empty passphrase pays almost nothing, because stretching nothing protects nothing. */
enum {
	KEYSTORE_SCRYPT_N = 1 << 17,
	KEYSTORE_SCRYPT_R = 8,
	KEYSTORE_SCRYPT_P = 1,
};

/* What a new wallet is made of; all of it is copied. */
struct keystore_plan {
	const char *folder;
	const char *name;
	const struct words_entropy *entropy; /* random, or from words_decode */
	struct bytes_view words_passphrase;  /* the words' own; usually empty */
	struct bytes_view passphrase;        /* locks the file; empty: it opens silently */
	const struct scrypt_cost *cost; /* NULL: the default; unused if passphrase is empty */
	uint64_t created_ms;            /* Unix ms */
	const char *account_name;       /* of account 0 */
};

/* Makes the wallet with its first account and writes its file. `why`, which may be NULL
 * here and below, says what is wrong.
 *
 * STATUS_MALFORMED  a name or the words' passphrase is not allowed, or the cost is none
 * STATUS_TOO_LARGE  a passphrase over its maximum, or a cost over KEYSTORE_SCRYPT_*_MAX
 * STATUS_STORAGE    a wallet has this name already, or the disk refused
 * STATUS_MEMORY, STATUS_CRYPTO
 *
 * On failure *keystore is NULL. Free it with keystore_free. */
MUST_CHECK enum status keystore_create(struct keystore **keystore,
                                       const struct keystore_plan *plan, struct why *why);

/* An existing wallet, locked. The names and addresses are what the disk holds: that they
 * were not damaged is checked, that nobody wrote them on purpose only by unlocking.
 *
 * STATUS_NOT_FOUND  no such wallet
 * STATUS_CORRUPT    damaged
 * STATUS_FOREIGN    no wallet's file, or of a later version
 * STATUS_TOO_LARGE  it orders more work than a wallet needs, or is too long
 * STATUS_STORAGE    unreadable, or readable by others
 *
 * On failure *keystore is NULL. */
MUST_CHECK enum status keystore_load(struct keystore **keystore, const char *folder,
                                     const char *name, struct why *why);

/* Wipes what is secret. NULL is fine. */
void keystore_free(struct keystore *keystore);

/* -- For both states --------------------------------------------------------------- */

const char *keystore_name(const struct keystore *keystore);
uint64_t keystore_created_ms(const struct keystore *keystore);
/* False: keystore_unlock with an empty passphrase opens it. */
bool keystore_has_passphrase(const struct keystore *keystore);
bool keystore_is_unlocked(const struct keystore *keystore);

size_t keystore_account_count(const struct keystore *keystore);
/* Borrowed until the next change; position below the count, or it is a bug. */
const struct keystore_account *keystore_account(const struct keystore *keystore,
                                                size_t position);
/* False: no account has this name. */
MUST_CHECK bool keystore_find_account(size_t *position, const struct keystore *keystore,
                                      struct bytes_view name);

/* -- Unlocking --------------------------------------------------------------------- */

/* Takes as long as the file's cost says.
 *
 * STATUS_LOCKED     wrong passphrase
 * STATUS_TOO_LARGE  a passphrase of more than PASSPHRASE_SIZE_MAX bytes
 * STATUS_CORRUPT    the passphrase is right, but somebody has changed the file
 * STATUS_MEMORY, STATUS_CRYPTO, STATUS_STORAGE
 *
 * On failure it is locked. */
MUST_CHECK enum status keystore_unlock(struct keystore *keystore,
                                       struct bytes_view passphrase, struct why *why);

/* Wipes what is secret; an already locked one stays so. */
void keystore_lock(struct keystore *keystore);

/* -- Of an unlocked wallet; a locked one answers STATUS_LOCKED --------------------- */

/* The next account. STATUS_MALFORMED: the name is not allowed or taken. STATUS_TOO_LARGE:
 * there are KEYSTORE_ACCOUNTS_MAX. STATUS_BUSY: another program changed the file; load it
 * again. STATUS_STORAGE and the like: the old file stands. */
MUST_CHECK enum status keystore_add_account(size_t *position, struct keystore *keystore,
                                            struct bytes_view name, struct why *why);

/* Another passphrase, a new salt, and this cost (NULL: the default). Errors as
 * keystore_create and keystore_add_account. */
MUST_CHECK enum status keystore_change_passphrase(struct keystore *keystore,
                                                  struct bytes_view passphrase,
                                                  const struct scrypt_cost *cost,
                                                  struct why *why);

/* The words, secret: the caller wipes them. */
MUST_CHECK enum status keystore_words(char text[WORDS_TEXT_SIZE],
                                      const struct keystore *keystore, struct why *why);

/* The passphrase that belongs to the words, without which they open another wallet;
 * usually empty. Secret; borrowed until the wallet is locked; empty if it is. */
struct bytes_view keystore_words_passphrase(const struct keystore *keystore);

/* BIP-340 over `message` with the account's key, and that key. Any thread, as long as
 * nobody changes or locks the wallet. STATUS_STORAGE: no randomness. STATUS_CRYPTO: the
 * library refused. */
MUST_CHECK enum status keystore_sign(struct signature *signature, struct public_key *key,
                                     const struct keystore *keystore, size_t position,
                                     const struct hash *message, struct why *why);

#endif
