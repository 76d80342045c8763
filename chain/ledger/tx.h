/* A transaction: a signed, atomic list of operations by one account.
 *
 *     version u8 = 1 | sender 32 | salt u64 | valid_until_ms u64
 *     operations: count u16, then each kind u16, size u32, body
 *     authority: kind u8 = 1 | x-only key 32 | BIP-340 signature 64
 *
 * Three names: the txid is tagged_hash("cairn/tx/v1", genesis || all before the authority),
 * is what the signature signs, and occurs once in a ledger; the leaf hash is the RFC 6962
 * hash of all bytes, signature included, and is what is relayed, cached as verified and put
 * in the log: under the txid alone, one bad signature would censor the good copy. */
#ifndef CHAIN_LEDGER_TX_H
#define CHAIN_LEDGER_TX_H

#include "chain/crypto/keys.h"
#include "chain/ledger/network.h"
#include "chain/ledger/operations.h"
#include "chain/ledger/verdict.h"

enum {
	TX_VERSION = 1,
	TX_AUTHORITY_KEY = 1, /* kind of authority: one key */
	TX_AUTHORITY_SIZE = 1 + PUBLIC_KEY_SIZE + SIGNATURE_SIZE,
	TX_HEAD_SIZE = 1 + HASH_SIZE + 8 + 8 + 2, /* up to the operation count */
	TX_SIZE_MIN = TX_HEAD_SIZE + 6 + TX_AUTHORITY_SIZE,
};

struct tx {
	struct bytes_view bytes;      /* the whole transaction, borrowed */
	struct bytes_view operations; /* behind the count, borrowed */
	struct hash sender;           /* account id */
	uint64_t salt;
	uint64_t valid_until_ms;      /* Unix time */
	uint16_t operation_count;     /* 1..TX_OPERATIONS_MAX */
	struct public_key key;        /* of the authority */
	struct signature signature;   /* over the txid */
	struct hash txid;
	struct hash leaf_hash;
};

/* Decodes and checks the form of everything, to the last operation's last byte; the
 * signature is not checked. Computes both names. Returns VERDICT_GOOD, VERDICT_TOO_LARGE or
 * VERDICT_SCHEMA with a sentence. Allocates nothing; *tx borrows `bytes`. */
MUST_CHECK enum verdict tx_decode(struct tx *tx, const struct network *network,
                                  struct bytes_view bytes, struct refusal *refusal);

/* As tx_decode for bytes that were checked before (of our own disk, of the pool): the
 * operations are not looked at and the names are taken from `txid` and `leaf_hash`.
 * STATUS_SHORT or STATUS_FOREIGN: it is no transaction after all. */
MUST_CHECK enum status tx_from_known(struct tx *tx, struct bytes_view bytes,
                                     const struct hash *txid,
                                     const struct hash *leaf_hash);

/* VERDICT_GOOD if the signature of the authority's key over the txid is valid, else
 * VERDICT_SIGNATURE. Costs one signature check; any thread. */
MUST_CHECK enum verdict tx_check_signature(const struct tx *tx, struct refusal *refusal);

/* The operations one after another: start with tx_operations and call operation_get
 * operation_count times. */
struct cursor tx_operations(const struct tx *tx);

/* -- Making one ---------------------------------------------------------------------------- */

struct tx_draft {
	struct hash sender;
	uint64_t salt;           /* random */
	uint64_t valid_until_ms; /* Unix time */
	const struct operation *operations;
	size_t operation_count;  /* 1..TX_OPERATIONS_MAX */
};

/* Bytes of the transaction, authority included. May exceed TX_SIZE_MAX: refuse it then. */
size_t tx_draft_size(const struct tx_draft *draft);

/* Writes everything before the authority into `bytes`, which has room for
 * tx_draft_size(draft) <= TX_SIZE_MAX, and gives the txid that is to be signed. */
struct hash tx_draft_put(uint8_t *bytes, const struct tx_draft *draft,
                         const struct network *network);

/* Writes the authority behind it: the last TX_AUTHORITY_SIZE of `size` bytes. */
void tx_put_authority(uint8_t *bytes, size_t size, const struct public_key *key,
                      const struct signature *signature);

/* The message that a new key signs when an account is rotated to it. */
struct hash rotation_message(const struct network *network, const struct hash *account,
                             const struct public_key *new_key, uint64_t salt);

/* The message that both keys of a validator.join sign: everything it says, and for whom. */
struct hash join_message(const struct network *network, const struct hash *account,
                         const struct validator_join *join);

#endif
