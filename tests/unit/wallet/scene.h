/* A scratch folder, one open wallet in it, and what the tests of keystores do with them.
 */
#ifndef TESTS_UNIT_WALLET_SCENE_H
#define TESTS_UNIT_WALLET_SCENE_H

#include "tests/support/support.h"

#include "chain/crypto/hash.h"
#include "wallet-cli/keystore/keystore.h"
#include "wallet-cli/keystore/wallet_file.h"

/* Small, so that a test takes no seconds. */
static const struct scrypt_cost CHEAP = {16, 1, 1};
static const char PASSPHRASE[] = "correct horse";
static const char WORDS[] =
    "legal winner thank year wave sausage worth useful legal winner thank yellow";

static char folder[64];
static struct words_entropy entropy;
static struct keystore *keystore;
static struct why why;

static inline void open_folder(void)
{
	snprintf(folder, sizeof folder, "%s", scratch_folder());
	ck_assert_int_eq(words_decode(&entropy, text_view(WORDS), NULL), STATUS_OK);
	keystore = NULL;
	why.text[0] = '\0';
}

static inline void close_wallet(void)
{
	keystore_free(keystore);
	keystore = NULL;
}

static inline struct keystore_plan plan_for(const char *name, const char *passphrase)
{
	return (struct keystore_plan){
	    .folder = folder,
	    .name = name,
	    .entropy = &entropy,
	    .passphrase = text_view(passphrase),
	    .cost = &CHEAP,
	    .created_ms = UINT64_C(1790000000123),
	    .account_name = "default",
	};
}

static inline void create(const char *name, const char *passphrase)
{
	struct keystore_plan plan = plan_for(name, passphrase);

	close_wallet();
	ck_assert_msg(keystore_create(&keystore, &plan, &why) == STATUS_OK, "%s", why.text);
}

static inline void load(const char *name)
{
	close_wallet();
	ck_assert_msg(keystore_load(&keystore, folder, name, &why) == STATUS_OK, "%s",
	              why.text);
}

static inline void unlock(const char *passphrase)
{
	ck_assert_msg(keystore_unlock(keystore, text_view(passphrase), &why) == STATUS_OK,
	              "%s", why.text);
}

static inline void add_account(const char *name)
{
	size_t position;

	ck_assert_msg(keystore_add_account(&position, keystore, text_view(name), &why) ==
	                  STATUS_OK,
	              "%s", why.text);
	ck_assert_uint_eq(position, keystore_account_count(keystore) - 1);
	ck_assert_str_eq(keystore_account(keystore, position)->name, name);
}

static inline const char *path_of(const char *file)
{
	static char path[WALLET_PATH_SIZE];

	snprintf(path, sizeof path, "%s/%s", folder, file);
	return path;
}

static inline struct hash file_hash(const char *name)
{
	static uint8_t bytes[KEYSTORE_SIZE_MAX];
	size_t size;

	ck_assert_int_eq(wallet_file_read(bytes, &size, folder, name, NULL), STATUS_OK);
	return hash_of(bytes_view(bytes, size));
}

#endif
