#include "wallet-cli/keystore/keystore.h"

#include "chain/base/invariant.h"
#include "chain/base/memory.h"
#include "chain/crypto/address.h"
#include "chain/crypto/hash.h"
#include "wallet-cli/keystore/hd.h"
#include "wallet-cli/keystore/random.h"
#include "wallet-cli/keystore/secret_memory.h"
#include "wallet-cli/keystore/wallet_file.h"

#include <stdio.h>

/* In secret memory. */
struct unlocked {
	struct keystore_secret secret;
	struct seal_key key;    /* of the file's salt and passphrase */
	struct hd_key accounts; /* the parent of all accounts' keys */
	/* Of each account, in the file's order: deriving one costs half as much again as
	 * signing with it. */
	struct key_pair pairs[KEYSTORE_ACCOUNTS_MAX];
};

struct keystore {
	char folder[WALLET_PATH_SIZE];
	char name[WALLET_NAME_SIZE_MAX + 1];
	struct keystore_file file;
	struct hash digest;        /* of the file's bytes on the disk */
	struct unlocked *unlocked; /* NULL while locked */
	struct signer *signer;     /* NULL while locked */
};

static struct keystore *keystore_new(const char *folder, const char *name)
{
	struct keystore *keystore = memory_new(sizeof *keystore);

	if (!keystore)
		return NULL;
	snprintf(keystore->folder, sizeof keystore->folder, "%s", folder);
	snprintf(keystore->name, sizeof keystore->name, "%s", name);
	return keystore;
}

void keystore_free(struct keystore *keystore)
{
	if (!keystore)
		return;
	keystore_lock(keystore);
	memory_free(keystore);
}

/* -- For both states --------------------------------------------------------------- */

const char *keystore_name(const struct keystore *keystore)
{
	return keystore->name;
}

uint64_t keystore_created_ms(const struct keystore *keystore)
{
	return keystore->file.created_ms;
}

bool keystore_has_passphrase(const struct keystore *keystore)
{
	return keystore->file.has_passphrase;
}

bool keystore_is_unlocked(const struct keystore *keystore)
{
	return keystore->unlocked != NULL;
}

size_t keystore_account_count(const struct keystore *keystore)
{
	return keystore->file.account_count;
}

const struct keystore_account *keystore_account(const struct keystore *keystore,
                                                size_t position)
{
	INVARIANT(position < keystore->file.account_count);
	return &keystore->file.accounts[position];
}

bool keystore_find_account(size_t *position, const struct keystore *keystore,
                           struct bytes_view name)
{
	for (size_t i = 0; i < keystore->file.account_count; i++)
		if (bytes_equal(text_view(keystore->file.accounts[i].name), name)) {
			*position = i;
			return true;
		}
	return false;
}

/* -- Unlocking --------------------------------------------------------------------- */

static enum status check_passphrase_size(struct bytes_view passphrase, struct why *why)
{
	if (passphrase.size > PASSPHRASE_SIZE_MAX)
		return why_say(why, STATUS_TOO_LARGE,
		               "a passphrase has at most %d bytes, not %zu", PASSPHRASE_SIZE_MAX,
		               passphrase.size);
	return STATUS_OK;
}

static enum status check_unlocked(const struct keystore *keystore, struct why *why)
{
	if (!keystore->unlocked)
		return why_say(why, STATUS_LOCKED, "wallet %s is locked", keystore->name);
	return STATUS_OK;
}

/* The pages for the secrets, and a signer blinded with fresh randomness. */
static enum status prepare_unlocked(struct keystore *keystore, struct why *why)
{
	struct hash seed;
	enum status status = random_get(&seed, sizeof seed, why);

	if (status != STATUS_OK)
		return status;
	keystore->unlocked = secret_memory_new(sizeof *keystore->unlocked);
	keystore->signer = signer_new(&seed);
	memory_wipe(&seed, sizeof seed);
	if (!keystore->unlocked || !keystore->signer)
		return why_set(why, STATUS_MEMORY, "unlock wallet %s", keystore->name);
	return STATUS_OK;
}

/* From the words to the parent of the accounts. */
static enum status derive_accounts(struct keystore *keystore, struct why *why)
{
	struct unlocked *unlocked = keystore->unlocked;
	uint8_t seed[WORDS_SEED_SIZE];
	enum status status = words_seed(
	    seed, &unlocked->secret.entropy,
	    bytes_view(unlocked->secret.passphrase, unlocked->secret.passphrase_size), why);

	if (status != STATUS_OK)
		return status;
	status =
	    hd_accounts(&unlocked->accounts, keystore->signer, bytes_view(seed, sizeof seed));
	memory_wipe(seed, sizeof seed);
	if (status != STATUS_OK)
		return why_set(why, status, "derive the accounts of wallet %s", keystore->name);
	return STATUS_OK;
}

/* The key of account `number`, for signing. */
static enum status account_key_pair(struct key_pair *pair,
                                    const struct keystore *keystore, uint32_t number)
{
	struct secret_key secret;
	enum status status =
	    hd_account(&secret, keystore->signer, &keystore->unlocked->accounts, number);

	if (status == STATUS_OK)
		status = key_pair_init(pair, keystore->signer, &secret);
	secret_key_wipe(&secret);
	return status;
}

static enum status derive_pairs(struct keystore *keystore, struct why *why)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < keystore->file.account_count && status == STATUS_OK; i++)
		status = account_key_pair(&keystore->unlocked->pairs[i], keystore,
		                          keystore->file.accounts[i].number);
	if (status != STATUS_OK)
		return why_set(why, status, "derive the keys of wallet %s", keystore->name);
	return STATUS_OK;
}

/* Is it the passphrase, and is the sealed part what was sealed with it? */
static enum status open_sealed(struct keystore *keystore, struct bytes_view passphrase,
                               struct why *why)
{
	struct unlocked *unlocked = keystore->unlocked;
	struct hash check;
	enum status status =
	    keystore_file_keys(&unlocked->key, &check, &keystore->file, passphrase, why);

	if (status != STATUS_OK)
		return why_add(why, status, "wallet %s", keystore->name);
	if (!hash_equal_in_constant_time(&check, &keystore->file.check))
		status = why_set(why, STATUS_LOCKED, "wallet %s", keystore->name);
	memory_wipe(&check, sizeof check);
	if (status != STATUS_OK)
		return status;
	status = keystore_file_open(&unlocked->secret, &keystore->file, &unlocked->key, why);
	if (status != STATUS_OK)
		return why_add(why, status, "wallet %s", keystore->name);
	return STATUS_OK;
}

enum status keystore_unlock(struct keystore *keystore, struct bytes_view passphrase,
                            struct why *why)
{
	enum status status = check_passphrase_size(passphrase, why);

	keystore_lock(keystore);
	if (status == STATUS_OK)
		status = prepare_unlocked(keystore, why);
	if (status == STATUS_OK)
		status = open_sealed(keystore, passphrase, why);
	if (status == STATUS_OK)
		status = derive_accounts(keystore, why);
	if (status == STATUS_OK)
		status = derive_pairs(keystore, why);
	if (status != STATUS_OK)
		keystore_lock(keystore);
	return status;
}

void keystore_lock(struct keystore *keystore)
{
	secret_memory_free(keystore->unlocked, sizeof *keystore->unlocked);
	signer_free(keystore->signer);
	keystore->unlocked = NULL;
	keystore->signer = NULL;
}

/* -- Changing the file ------------------------------------------------------------- */

/* A salt, a cost and a check for `passphrase`, and the key that comes of them. */
static enum status set_passphrase(struct keystore_file *file, struct seal_key *key,
                                  struct bytes_view passphrase,
                                  const struct scrypt_cost *cost, struct why *why)
{
	static const struct scrypt_cost usual = {KEYSTORE_SCRYPT_N, KEYSTORE_SCRYPT_R,
	                                         KEYSTORE_SCRYPT_P};
	static const struct scrypt_cost least = {2, 1, 1};
	enum status status = check_passphrase_size(passphrase, why);

	if (status == STATUS_OK)
		status = random_get(&file->salt, sizeof file->salt, why);
	if (status != STATUS_OK)
		return status;
	file->has_passphrase = passphrase.size > 0;
	file->cost = !file->has_passphrase ? least : cost ? *cost : usual;
	return keystore_file_keys(key, &file->check, file, passphrase, why);
}

/* Seals `file` with a fresh nonce and writes it: in the place of the old one, or as a new
 * one. From then on it is the keystore's. */
static enum status write_file(struct keystore *keystore, struct keystore_file *file,
                              const struct seal_key *key, bool is_new, struct why *why)
{
	struct bytes_view bytes;
	uint8_t *at;
	enum status status = random_get(&file->nonce, sizeof file->nonce, why);

	if (status == STATUS_OK)
		status = keystore_file_seal(file, key, &keystore->unlocked->secret, why);
	if (status != STATUS_OK)
		return status;
	bytes.size = keystore_file_size(file);
	at = memory_new(bytes.size);
	if (!at)
		return why_set(why, STATUS_MEMORY, "write wallet %s", keystore->name);
	keystore_file_put(at, file);
	bytes.at = at;
	if (is_new)
		status = wallet_file_create(keystore->folder, keystore->name, bytes, why);
	else
		status = wallet_file_replace(keystore->folder, keystore->name, &keystore->digest,
		                             bytes, why);
	if (status == STATUS_OK) {
		keystore->digest = hash_of(bytes);
		keystore->file = *file;
	}
	memory_free(at);
	return status;
}

static struct keystore_file *file_copy(const struct keystore_file *file)
{
	struct keystore_file *copy = memory_new(sizeof *copy);

	if (copy)
		*copy = *file;
	return copy;
}

/* The first number that no account has, with a key. Numbers only grow: an account keeps
 * its place in the order when another one is taken out. Its key lies ready behind the
 * others, where nobody looks until the account is in the file. */
static enum status next_account(struct keystore_account *account,
                                struct keystore *keystore,
                                const struct keystore_file *file)
{
	struct key_pair *pair = &keystore->unlocked->pairs[file->account_count];
	uint32_t number = 0;
	enum status status = STATUS_NOT_FOUND;

	for (size_t i = 0; i < file->account_count; i++)
		if (file->accounts[i].number >= number)
			number = file->accounts[i].number + 1;
	for (; status == STATUS_NOT_FOUND; number++) {
		if (number >= HD_HARDENED)
			return STATUS_TOO_LARGE;
		account->number = number;
		status = account_key_pair(pair, keystore, number);
	}
	if (status != STATUS_OK)
		return status;
	account->id = account_id_of_key(&pair->public_key);
	return STATUS_OK;
}

/* To `file`, which is not the keystore's yet. */
static enum status append_account(struct keystore *keystore, struct keystore_file *file,
                                  struct bytes_view name, struct why *why)
{
	struct keystore_account account = {0};
	size_t taken;
	enum status status;

	if (!wallet_name_is_valid(name))
		return why_say(
		    why, STATUS_MALFORMED,
		    "an account's name is 1 to %d of a-z A-Z 0-9 . _ -, with no dot in "
		    "front",
		    WALLET_NAME_SIZE_MAX);
	if (keystore_find_account(&taken, keystore, name))
		return why_say(why, STATUS_MALFORMED,
		               "wallet %s has an account with the name %s already",
		               keystore->name, file->accounts[taken].name);
	if (file->account_count == KEYSTORE_ACCOUNTS_MAX)
		return why_say(why, STATUS_TOO_LARGE, "wallet %s is full: it has %d accounts",
		               keystore->name, KEYSTORE_ACCOUNTS_MAX);
	status = next_account(&account, keystore, file);
	if (status != STATUS_OK)
		return why_set(why, status, "derive an account of wallet %s", keystore->name);
	memcpy(account.name, name.at, name.size);
	file->accounts[file->account_count++] = account;
	return STATUS_OK;
}

enum status keystore_add_account(size_t *position, struct keystore *keystore,
                                 struct bytes_view name, struct why *why)
{
	struct keystore_file *file;
	enum status status = check_unlocked(keystore, why);

	if (status != STATUS_OK)
		return status;
	file = file_copy(&keystore->file);
	if (!file)
		return why_set(why, STATUS_MEMORY, "add an account");
	status = append_account(keystore, file, name, why);
	if (status == STATUS_OK)
		status = write_file(keystore, file, &keystore->unlocked->key, false, why);
	if (status == STATUS_OK)
		*position = file->account_count - 1;
	memory_free(file);
	return status;
}

enum status keystore_change_passphrase(struct keystore *keystore,
                                       struct bytes_view passphrase,
                                       const struct scrypt_cost *cost, struct why *why)
{
	struct seal_key key = {{0}};
	struct keystore_file *file;
	enum status status = check_unlocked(keystore, why);

	if (status != STATUS_OK)
		return status;
	file = file_copy(&keystore->file);
	if (!file)
		return why_set(why, STATUS_MEMORY, "change the passphrase");
	status = set_passphrase(file, &key, passphrase, cost, why);
	if (status == STATUS_OK)
		status = write_file(keystore, file, &key, false, why);
	if (status == STATUS_OK)
		keystore->unlocked->key = key;
	seal_key_wipe(&key);
	memory_free(file);
	return status;
}

/* -- Making and loading ------------------------------------------------------------ */

static void take_plan(struct keystore *keystore, const struct keystore_plan *plan)
{
	struct keystore_secret *secret = &keystore->unlocked->secret;

	secret->entropy = *plan->entropy;
	secret->passphrase_size = plan->words_passphrase.size;
	if (secret->passphrase_size > 0)
		memcpy(secret->passphrase, plan->words_passphrase.at, secret->passphrase_size);
	keystore->file.created_ms = plan->created_ms;
}

/* Everything that a new wallet needs; the memory it takes is given back by the caller. */
static enum status make(struct keystore *keystore, const struct keystore_plan *plan,
                        struct why *why)
{
	struct keystore_file *file;
	enum status status = words_passphrase_check(plan->words_passphrase, why);

	if (status == STATUS_OK)
		status = prepare_unlocked(keystore, why);
	if (status != STATUS_OK)
		return status;
	take_plan(keystore, plan);
	status = derive_accounts(keystore, why);
	if (status != STATUS_OK)
		return status;
	file = file_copy(&keystore->file);
	if (!file)
		return why_set(why, STATUS_MEMORY, "make a wallet");
	status = append_account(keystore, file, text_view(plan->account_name), why);
	if (status == STATUS_OK)
		status = set_passphrase(file, &keystore->unlocked->key, plan->passphrase,
		                        plan->cost, why);
	if (status == STATUS_OK)
		status = write_file(keystore, file, &keystore->unlocked->key, true, why);
	memory_free(file);
	return status;
}

enum status keystore_create(struct keystore **keystore, const struct keystore_plan *plan,
                            struct why *why)
{
	char path[WALLET_PATH_SIZE];
	struct keystore *made;
	enum status status = wallet_file_path(path, plan->folder, plan->name, why);

	*keystore = NULL;
	INVARIANT(words_entropy_size_is_valid(plan->entropy->size));
	if (status != STATUS_OK)
		return status;
	made = keystore_new(plan->folder, plan->name);
	if (!made)
		return why_set(why, STATUS_MEMORY, "make a wallet");
	status = make(made, plan, why);
	if (status == STATUS_OK)
		*keystore = made;
	else
		keystore_free(made);
	return status;
}

static enum status read_file(struct keystore *keystore, struct why *why)
{
	uint8_t *bytes = memory_new(KEYSTORE_SIZE_MAX);
	size_t size;
	enum status status;

	if (!bytes)
		return why_set(why, STATUS_MEMORY, "read wallet %s", keystore->name);
	status = wallet_file_read(bytes, &size, keystore->folder, keystore->name, why);
	if (status != STATUS_OK)
		goto out_bytes;
	keystore->digest = hash_of(bytes_view(bytes, size));
	status = keystore_file_decode(&keystore->file, bytes_view(bytes, size), why);
	if (status != STATUS_OK)
		why_add(why, status, "wallet %s", keystore->name);
out_bytes:
	memory_free(bytes);
	return status;
}

enum status keystore_load(struct keystore **keystore, const char *folder,
                          const char *name, struct why *why)
{
	char path[WALLET_PATH_SIZE];
	struct keystore *made;
	enum status status = wallet_file_path(path, folder, name, why);

	*keystore = NULL;
	if (status != STATUS_OK)
		return status;
	made = keystore_new(folder, name);
	if (!made)
		return why_set(why, STATUS_MEMORY, "read wallet %s", name);
	status = read_file(made, why);
	if (status == STATUS_OK)
		*keystore = made;
	else
		keystore_free(made);
	return status;
}

/* -- Using the keys ---------------------------------------------------------------- */

enum status keystore_words(char text[WORDS_TEXT_SIZE], const struct keystore *keystore,
                           struct why *why)
{
	enum status status = check_unlocked(keystore, why);

	if (status == STATUS_OK)
		words_encode(text, &keystore->unlocked->secret.entropy);
	return status;
}

struct bytes_view keystore_words_passphrase(const struct keystore *keystore)
{
	if (!keystore->unlocked)
		return bytes_view(NULL, 0);
	return bytes_view(keystore->unlocked->secret.passphrase,
	                  keystore->unlocked->secret.passphrase_size);
}

enum status keystore_sign(struct signature *signature, struct public_key *key,
                          const struct keystore *keystore, size_t position,
                          const struct hash *message, struct why *why)
{
	const struct keystore_account *account = keystore_account(keystore, position);
	const struct key_pair *pair;
	struct hash auxiliary;
	enum status status = check_unlocked(keystore, why);

	if (status == STATUS_OK)
		status = random_get(&auxiliary, sizeof auxiliary, why);
	if (status != STATUS_OK)
		return status;
	pair = &keystore->unlocked->pairs[position];
	*key = pair->public_key;
	status = key_pair_sign(signature, keystore->signer, pair, message, &auxiliary);
	memory_wipe(&auxiliary, sizeof auxiliary);
	if (status != STATUS_OK)
		return why_set(why, status, "sign with account %s of wallet %s", account->name,
		               keystore->name);
	return STATUS_OK;
}
