#include "wallet-cli/keystore/hd.h"

#include "chain/base/invariant.h"
#include "chain/base/memory.h"
#include "chain/crypto/derive.h"

void hd_key_wipe(struct hd_key *key)
{
	memory_wipe(key, sizeof *key);
}

void hd_key_forget_secret(struct hd_key *key)
{
	secret_key_wipe(&key->secret);
	key->is_private = false;
}

/* HMAC-SHA512 gives both halves: 32 bytes of key or of what is added to it, and the chain
 * code. */
struct halves {
	struct hash key;
	struct hash chain_code;
};

_Static_assert(sizeof(struct halves) == HMAC_SHA512_SIZE, "two hashes");

static enum status halves_of(struct halves *halves, struct bytes_view hmac_key,
                             struct bytes_view message)
{
	uint8_t mac[HMAC_SHA512_SIZE];
	enum status status = hmac_sha512(mac, hmac_key, message);

	if (status == STATUS_OK)
		memcpy(halves, mac, sizeof *halves);
	memory_wipe(mac, sizeof mac);
	return status;
}

enum status hd_master(struct hd_key *key, const struct signer *signer,
                      struct bytes_view seed)
{
	struct halves halves = {0};
	enum status status;

	hd_key_wipe(key);
	if (seed.size < HD_SEED_SIZE_MIN || seed.size > HD_SEED_SIZE_MAX)
		return STATUS_MALFORMED;
	status = halves_of(&halves, text_view("Bitcoin seed"), seed);
	if (status == STATUS_OK) {
		key->is_private = true;
		key->chain_code = halves.chain_code;
		memcpy(key->secret.bytes, halves.key.bytes, SECRET_KEY_SIZE);
		status = secret_key_point(key->point, signer, &key->secret);
	}
	if (status != STATUS_OK)
		hd_key_wipe(key);
	memory_wipe(&halves, sizeof halves);
	return status;
}

/* What the parent contributes: 0 | secret, or the point; and the child's number. */
static enum status child_halves(struct halves *halves, const struct hd_key *parent,
                                uint32_t number)
{
	uint8_t message[COMPRESSED_KEY_SIZE + 4] = {0};
	enum status status;

	if (number >= HD_HARDENED)
		memcpy(message + 1, parent->secret.bytes, SECRET_KEY_SIZE);
	else
		memcpy(message, parent->point, COMPRESSED_KEY_SIZE);
	put_be32(message + COMPRESSED_KEY_SIZE, number);
	status = halves_of(halves, hash_view(&parent->chain_code),
	                   bytes_view(message, sizeof message));
	memory_wipe(message, sizeof message);
	return status;
}

/* child: still a copy of its parent's key, which the tweak is added to. */
static enum status child_key(struct hd_key *child, const struct signer *signer,
                             const struct hash *tweak)
{
	if (!child->is_private)
		return compressed_key_add(child->point, tweak) ? STATUS_OK : STATUS_NOT_FOUND;
	if (!secret_key_add(&child->secret, tweak))
		return STATUS_NOT_FOUND;
	return secret_key_point(child->point, signer, &child->secret);
}

enum status hd_child(struct hd_key *child, const struct signer *signer,
                     const struct hd_key *parent, uint32_t number)
{
	struct hd_key made = *parent;
	struct halves halves = {0};
	uint8_t identifier[HASH160_SIZE];
	enum status status = STATUS_OK;

	if (number >= HD_HARDENED && !parent->is_private)
		status = STATUS_MALFORMED;
	else if (parent->depth == HD_DEPTH_MAX)
		status = STATUS_TOO_LARGE;
	if (status == STATUS_OK)
		status = hash160(identifier, bytes_view(parent->point, COMPRESSED_KEY_SIZE));
	if (status == STATUS_OK)
		status = child_halves(&halves, parent, number);
	if (status == STATUS_OK)
		status = child_key(&made, signer, &halves.key);
	if (status != STATUS_OK) {
		hd_key_wipe(child);
		goto out_made;
	}
	made.depth++;
	memcpy(made.parent, identifier, HD_FINGERPRINT_SIZE);
	made.number = number;
	made.chain_code = halves.chain_code;
	*child = made;
out_made:
	hd_key_wipe(&made);
	memory_wipe(&halves, sizeof halves);
	return status;
}

enum status hd_derive(struct hd_key *key, const struct signer *signer,
                      const uint32_t *numbers, size_t count)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < count && status == STATUS_OK; i++)
		status = hd_child(key, signer, key, numbers[i]);
	return status;
}

enum status hd_accounts(struct hd_key *accounts, const struct signer *signer,
                        struct bytes_view seed)
{
	static const uint32_t numbers[] = {HD_HARDENED + HD_PURPOSE,
	                                   HD_HARDENED + HD_SIGNING};
	enum status status = hd_master(accounts, signer, seed);

	if (status != STATUS_OK)
		return status;
	return hd_derive(accounts, signer, numbers, sizeof numbers / sizeof *numbers);
}

enum status hd_account(struct secret_key *secret, const struct signer *signer,
                       const struct hd_key *accounts, uint32_t index)
{
	struct hd_key key;
	enum status status;

	INVARIANT(index < HD_HARDENED);
	status = hd_child(&key, signer, accounts, HD_HARDENED + index);
	*secret = key.secret; /* wiped if there is none */
	hd_key_wipe(&key);
	return status;
}
