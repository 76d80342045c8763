/* One seed, any number of keys (BIP-32).
 *
 *     seed ── master m ── child ── child ...      each a key and a chain code
 *
 * A child's key is its parent's plus a hash of the parent, the parent's chain code and
 * the child's number, so that whoever knows the words can find every key again. A
 * hardened child (number >= HD_HARDENED, written 44') hashes the parent's secret; another
 * hashes its point, and can therefore be derived without any secret.
 *
 * Cairn's accounts are m / 1747' / 0' / account': a purpose of our own (BIP-43), 0' for
 * keys that sign, and the account's number. All are hardened: nothing here needs keys
 * derived in public, and so no account's secret tells of another's. */
#ifndef WALLET_CLI_KEYSTORE_HD_H
#define WALLET_CLI_KEYSTORE_HD_H

#include "chain/base/bytes.h"
#include "chain/base/status.h"
#include "chain/crypto/keys.h"

#define HD_HARDENED UINT32_C(0x80000000)

enum {
	HD_SEED_SIZE_MIN = 16,
	HD_SEED_SIZE_MAX = 64,
	HD_FINGERPRINT_SIZE = 4,
	HD_DEPTH_MAX = 255,
	HD_PURPOSE = 1747,
	HD_SIGNING = 0,
};

/* A node of the tree. Secret if is_private: wipe it with hd_key_wipe. */
struct hd_key {
	bool is_private;
	uint8_t depth;                       /* 0 for the master */
	uint8_t parent[HD_FINGERPRINT_SIZE]; /* of its hash160; zeros for the master */
	uint32_t number;                     /* of this child; 0 for the master */
	struct hash chain_code;
	struct secret_key secret; /* zeros unless is_private */
	uint8_t point[COMPRESSED_KEY_SIZE];
};

void hd_key_wipe(struct hd_key *key);

/* Keeps what derives public children, forgets the secret (BIP-32's N). */
void hd_key_forget_secret(struct hd_key *key);

/* The master of a seed. STATUS_MALFORMED: fewer than HD_SEED_SIZE_MIN or more than
 * HD_SEED_SIZE_MAX bytes, or, once in 2^127 seeds, no key comes of it. STATUS_CRYPTO: the
 * library refused. On failure *key is wiped, here and below. */
MUST_CHECK enum status hd_master(struct hd_key *key, const struct signer *signer,
                                 struct bytes_view seed);

/* Child `number` of `parent`; private of a private parent, public of a public one.
 * `child` may be `parent`.
 *
 * STATUS_MALFORMED  a hardened child of a public parent
 * STATUS_TOO_LARGE  the parent is HD_DEPTH_MAX deep
 * STATUS_NOT_FOUND  once in 2^127: there is no key with this number, take the next
 * STATUS_CRYPTO     the library refused */
MUST_CHECK enum status hd_child(struct hd_key *child, const struct signer *signer,
                                const struct hd_key *parent, uint32_t number);

/* hd_child down `count` numbers. */
MUST_CHECK enum status hd_derive(struct hd_key *key, const struct signer *signer,
                                 const uint32_t *numbers, size_t count);

/* m / 1747' / 0' of a seed, the parent of all accounts. Errors as hd_master, hd_child. */
MUST_CHECK enum status hd_accounts(struct hd_key *accounts, const struct signer *signer,
                                   struct bytes_view seed);

/* The signing key of account `index`, below HD_HARDENED, or it is a bug. Errors as
 * hd_child; *secret is wiped then. */
MUST_CHECK enum status hd_account(struct secret_key *secret, const struct signer *signer,
                                  const struct hd_key *accounts, uint32_t index);

#endif
