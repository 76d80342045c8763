#include "wallet-cli/keystore/keystore_format.h"

#include "chain/base/invariant.h"
#include "chain/base/memory.h"
#include "chain/codec/wire.h"
#include "chain/crypto/hash.h"
#include "wallet-cli/keystore/hd.h"

static const char MAGIC[] = "cairnkey";

enum {
	MAGIC_SIZE = sizeof MAGIC - 1,
	PREAMBLE_SIZE = MAGIC_SIZE + 2, /* with the version */
	TAIL_SIZE = KEYSTORE_SEALED_SIZE + HASH_SIZE,
};

/* -- The fields -------------------------------------------------------------------- */

#define wire_type_seal_nonce  struct seal_nonce
#define wire_type_wallet_name struct bytes_view
WIRE_FIXED(seal_nonce, struct seal_nonce)
WIRE_BYTES(wallet_name, bytes16, 2, WALLET_NAME_SIZE_MAX)

#define KEYSTORE_HEAD_FIELDS(X) \
	X(u32, n)                   \
	X(u32, r)                   \
	X(u32, p)                   \
	X(hash, salt)               \
	X(seal_nonce, nonce)        \
	X(hash, check)              \
	X(u8, has_passphrase)       \
	X(u64, created_ms)          \
	X(u16, account_count)
#define KEYSTORE_ENTRY_FIELDS(X) \
	X(u32, number)               \
	X(hash, id)                  \
	X(wallet_name, name)

WIRE_DECLARE(keystore_head, KEYSTORE_HEAD_FIELDS)
WIRE_DECLARE(keystore_entry, KEYSTORE_ENTRY_FIELDS)
WIRE_DEFINE(keystore_head, KEYSTORE_HEAD_FIELDS)
WIRE_DEFINE(keystore_entry, KEYSTORE_ENTRY_FIELDS)

enum { ENTRY_SIZE_MIN = 4 + HASH_SIZE + 2 + 1 };

_Static_assert(PREAMBLE_SIZE + 4 * 3 + HASH_SIZE * 2 + SEAL_NONCE_SIZE + 1 + 8 + 2 +
                       KEYSTORE_ACCOUNTS_MAX *
                           (ENTRY_SIZE_MIN - 1 + WALLET_NAME_SIZE_MAX) +
                       TAIL_SIZE <=
                   KEYSTORE_SIZE_MAX,
               "a full wallet does not fit its file");

bool wallet_name_is_valid(struct bytes_view name)
{
	static const char letters[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	if (name.size == 0 || name.size > WALLET_NAME_SIZE_MAX || name.at[0] == '.')
		return false;
	for (size_t i = 0; i < name.size; i++)
		if (!memchr(letters, name.at[i], sizeof letters - 1))
			return false;
	return true;
}

/* -- Writing ----------------------------------------------------------------------- */

static struct keystore_head head_of(const struct keystore_file *file)
{
	return (struct keystore_head){
	    .n = file->cost.n,
	    .r = file->cost.r,
	    .p = file->cost.p,
	    .salt = file->salt,
	    .nonce = file->nonce,
	    .check = file->check,
	    .has_passphrase = file->has_passphrase,
	    .created_ms = file->created_ms,
	    .account_count = (uint16_t)file->account_count,
	};
}

static struct keystore_entry entry_of(const struct keystore_account *account)
{
	return (struct keystore_entry){
	    .number = account->number, .id = account->id, .name = text_view(account->name)};
}

/* Everything before the sealed part: what the tag covers besides. */
static size_t open_part_size(const struct keystore_file *file)
{
	struct keystore_head head = head_of(file);
	size_t size = PREAMBLE_SIZE + keystore_head_size(&head);

	for (size_t i = 0; i < file->account_count; i++) {
		struct keystore_entry entry = entry_of(&file->accounts[i]);

		size += keystore_entry_size(&entry);
	}
	return size;
}

static void open_part_put(struct writer *out, const struct keystore_file *file)
{
	struct keystore_head head = head_of(file);

	writer_bytes(out, MAGIC, MAGIC_SIZE);
	writer_u16(out, KEYSTORE_VERSION);
	keystore_head_put(out, &head);
	for (size_t i = 0; i < file->account_count; i++) {
		struct keystore_entry entry = entry_of(&file->accounts[i]);

		keystore_entry_put(out, &entry);
	}
}

size_t keystore_file_size(const struct keystore_file *file)
{
	return open_part_size(file) + TAIL_SIZE;
}

void keystore_file_put(uint8_t *bytes, const struct keystore_file *file)
{
	size_t size = keystore_file_size(file);
	struct writer out = writer_on(bytes, size);
	struct hash digest;

	open_part_put(&out, file);
	writer_bytes(&out, file->sealed, KEYSTORE_SEALED_SIZE);
	digest = hash_of(bytes_view(bytes, size - HASH_SIZE));
	writer_hash(&out, &digest);
	INVARIANT(out.left == 0);
}

/* -- Reading ----------------------------------------------------------------------- */

/* Who wrote these bytes, and are they as they were written? *rest: after the version,
 * before the hash. */
static enum status check_envelope(struct bytes_view *rest, struct bytes_view bytes,
                                  struct why *why)
{
	size_t magic_size = bytes.size < MAGIC_SIZE ? bytes.size : MAGIC_SIZE;
	struct hash digest;

	if (magic_size > 0 && memcmp(bytes.at, MAGIC, magic_size) != 0)
		return why_say(why, STATUS_FOREIGN, "this is no wallet's file");
	if (bytes.size < PREAMBLE_SIZE + TAIL_SIZE)
		return why_say(why, STATUS_CORRUPT, "%zu bytes are too few: the file was cut",
		               bytes.size);
	digest = hash_of(bytes_view(bytes.at, bytes.size - HASH_SIZE));
	if (memcmp(digest.bytes, bytes.at + bytes.size - HASH_SIZE, HASH_SIZE) != 0)
		return why_say(why, STATUS_CORRUPT,
		               "the file is damaged: its bytes do not fit the hash at its end");
	if (get_le16(bytes.at + MAGIC_SIZE) != KEYSTORE_VERSION)
		return why_say(why, STATUS_FOREIGN,
		               "the file has version %u; this program reads version %d",
		               get_le16(bytes.at + MAGIC_SIZE), KEYSTORE_VERSION);
	*rest = bytes_view(bytes.at + PREAMBLE_SIZE, bytes.size - PREAMBLE_SIZE - HASH_SIZE);
	return STATUS_OK;
}

static enum status check_cost(const struct scrypt_cost *cost, struct why *why)
{
	uint64_t work;

	if (scrypt_memory(cost) > KEYSTORE_SCRYPT_MEMORY_MAX ||
	    __builtin_mul_overflow((uint64_t)cost->n * cost->r, (uint64_t)cost->p, &work) ||
	    work > KEYSTORE_SCRYPT_WORK_MAX)
		return why_say(
		    why, STATUS_TOO_LARGE,
		    "scrypt with N = %u, r = %u, p = %u would take more time or memory "
		    "than any wallet needs",
		    cost->n, cost->r, cost->p);
	return STATUS_OK;
}

/* One account, and how it differs from those before it. */
static bool account_get(struct keystore_file *file, struct cursor *in)
{
	struct keystore_account *account = &file->accounts[file->account_count];
	struct keystore_entry entry;

	keystore_entry_get(in, &entry);
	if (!wallet_name_is_valid(entry.name) || entry.number >= HD_HARDENED)
		return false;
	account->number = entry.number;
	account->id = entry.id;
	memcpy(account->name, entry.name.at, entry.name.size);
	for (size_t i = 0; i < file->account_count; i++) {
		const struct keystore_account *other = &file->accounts[i];

		if (other->number == account->number || hash_equal(&other->id, &account->id) ||
		    strcmp(other->name, account->name) == 0)
			return false;
	}
	file->account_count++;
	return true;
}

enum status keystore_file_decode(struct keystore_file *file, struct bytes_view bytes,
                                 struct why *why)
{
	struct bytes_view rest = {0};
	struct keystore_head head;
	struct cursor in;
	const uint8_t *sealed;
	enum status status = check_envelope(&rest, bytes, why);

	memset(file, 0, sizeof *file);
	if (status != STATUS_OK)
		return status;
	in = cursor_on(rest);
	keystore_head_get(&in, &head);
	file->cost = (struct scrypt_cost){.n = head.n, .r = head.r, .p = head.p};
	file->salt = head.salt;
	file->nonce = head.nonce;
	file->check = head.check;
	file->has_passphrase = head.has_passphrase;
	file->created_ms = head.created_ms;
	if (head.has_passphrase > 1 || head.account_count > KEYSTORE_ACCOUNTS_MAX)
		cursor_fail(&in, STATUS_MALFORMED);
	for (size_t i = 0; i < head.account_count && in.status == STATUS_OK; i++)
		if (!account_get(file, &in))
			cursor_fail(&in, STATUS_MALFORMED);
	sealed = cursor_take(&in, KEYSTORE_SEALED_SIZE);
	if (sealed)
		memcpy(file->sealed, sealed, KEYSTORE_SEALED_SIZE);
	if (cursor_finish(&in) != STATUS_OK)
		return why_say(why, STATUS_CORRUPT, "no wallet was ever written like this: %s",
		               status_text(cursor_finish(&in)));
	return check_cost(&file->cost, why);
}

/* -- The passphrase, and what it opens --------------------------------------------- */

enum status keystore_file_keys(struct seal_key *key, struct hash *check,
                               const struct keystore_file *file,
                               struct bytes_view passphrase, struct why *why)
{
	uint8_t both[SEAL_KEY_SIZE + HASH_SIZE];
	enum status status = check_cost(&file->cost, why);

	if (status != STATUS_OK)
		return status;
	status = derive_scrypt(both, sizeof both, passphrase, hash_view(&file->salt),
	                       &file->cost, KEYSTORE_SCRYPT_MEMORY_MAX);
	if (status == STATUS_OK) {
		memcpy(key->bytes, both, SEAL_KEY_SIZE);
		memcpy(check->bytes, both + SEAL_KEY_SIZE, HASH_SIZE);
	} else {
		why_set(why, status, "scrypt with N = %u, r = %u, p = %u", file->cost.n,
		        file->cost.r, file->cost.p);
	}
	memory_wipe(both, sizeof both);
	return status;
}

void keystore_secret_wipe(struct keystore_secret *secret)
{
	memory_wipe(secret, sizeof *secret);
}

static void secret_put(uint8_t bytes[KEYSTORE_SECRET_SIZE],
                       const struct keystore_secret *secret)
{
	struct writer out = writer_on(bytes, KEYSTORE_SECRET_SIZE);

	writer_u8(&out, (uint8_t)secret->entropy.size);
	writer_bytes(&out, secret->entropy.bytes, WORDS_ENTROPY_SIZE_MAX);
	writer_u8(&out, (uint8_t)secret->passphrase_size);
	writer_bytes(&out, secret->passphrase, WORDS_PASSPHRASE_SIZE_MAX);
}

static bool zero_behind(const uint8_t *bytes, size_t used, size_t size)
{
	for (size_t i = used; i < size; i++)
		if (bytes[i] != 0)
			return false;
	return true;
}

static bool secret_get(struct keystore_secret *secret,
                       const uint8_t bytes[KEYSTORE_SECRET_SIZE])
{
	struct cursor in = cursor_on(bytes_view(bytes, KEYSTORE_SECRET_SIZE));

	secret->entropy.size = cursor_u8(&in);
	memcpy(secret->entropy.bytes, cursor_take(&in, WORDS_ENTROPY_SIZE_MAX),
	       WORDS_ENTROPY_SIZE_MAX);
	secret->passphrase_size = cursor_u8(&in);
	memcpy(secret->passphrase, cursor_take(&in, WORDS_PASSPHRASE_SIZE_MAX),
	       WORDS_PASSPHRASE_SIZE_MAX);
	return cursor_finish(&in) == STATUS_OK &&
	       words_entropy_size_is_valid(secret->entropy.size) &&
	       zero_behind(secret->entropy.bytes, secret->entropy.size,
	                   WORDS_ENTROPY_SIZE_MAX) &&
	       words_passphrase_check(bytes_view(secret->passphrase, secret->passphrase_size),
	                              NULL) == STATUS_OK &&
	       zero_behind(secret->passphrase, secret->passphrase_size,
	                   WORDS_PASSPHRASE_SIZE_MAX);
}

/* The sealer and the additional data, which sealing and opening both need. */
struct sealing {
	struct sealer *sealer;
	uint8_t *open_part;
	size_t open_part_size;
};

static void sealing_close(struct sealing *sealing)
{
	sealer_free(sealing->sealer);
	memory_free(sealing->open_part);
}

static enum status sealing_init(struct sealing *sealing, const struct keystore_file *file)
{
	struct writer out;

	sealing->open_part_size = open_part_size(file);
	sealing->open_part = memory_new(sealing->open_part_size);
	sealing->sealer = sealer_new();
	if (!sealing->open_part || !sealing->sealer) {
		sealing_close(sealing);
		return STATUS_MEMORY;
	}
	out = writer_on(sealing->open_part, sealing->open_part_size);
	open_part_put(&out, file);
	return STATUS_OK;
}

enum status keystore_file_seal(struct keystore_file *file, const struct seal_key *key,
                               const struct keystore_secret *secret, struct why *why)
{
	uint8_t plain[KEYSTORE_SECRET_SIZE];
	struct sealing sealing;
	enum status status = sealing_init(&sealing, file);

	if (status != STATUS_OK)
		return why_set(why, status, "seal the wallet");
	secret_put(plain, secret);
	status = sealer_seal(sealing.sealer, file->sealed, key, &file->nonce,
	                     bytes_view(sealing.open_part, sealing.open_part_size),
	                     bytes_view(plain, sizeof plain));
	memory_wipe(plain, sizeof plain);
	sealing_close(&sealing);
	if (status != STATUS_OK)
		return why_set(why, status, "seal the wallet");
	return STATUS_OK;
}

enum status keystore_file_open(struct keystore_secret *secret,
                               const struct keystore_file *file,
                               const struct seal_key *key, struct why *why)
{
	uint8_t plain[KEYSTORE_SECRET_SIZE];
	struct sealing sealing;
	enum status status = sealing_init(&sealing, file);

	keystore_secret_wipe(secret);
	if (status != STATUS_OK)
		return why_set(why, status, "open the sealed part");
	status = sealer_open(sealing.sealer, plain, key, &file->nonce,
	                     bytes_view(sealing.open_part, sealing.open_part_size),
	                     bytes_view(file->sealed, KEYSTORE_SEALED_SIZE));
	sealing_close(&sealing);
	if (status == STATUS_OK && !secret_get(secret, plain))
		status = STATUS_MALFORMED;
	memory_wipe(plain, sizeof plain);
	if (status == STATUS_OK)
		return STATUS_OK;
	keystore_secret_wipe(secret);
	if (status == STATUS_MALFORMED)
		return why_say(why, STATUS_CORRUPT,
		               "the passphrase is right, but somebody has changed the file");
	return why_set(why, status, "open the sealed part");
}
