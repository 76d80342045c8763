/* Validators, votes and certificates: who certifies a block, and how that is checked. */
#ifndef CHAIN_LEDGER_VALIDATORS_H
#define CHAIN_LEDGER_VALIDATORS_H

#include "chain/ledger/network.h"
#include "chain/ledger/parameters.h"
#include "chain/codec/wire.h"

enum { COSIGN_KEY_SIZE = 32 }; /* Ed25519 */

#define VALIDATOR_FIELDS(X)                                                              \
	X(hash, account)                                                                     \
	X(public_key, vote_key)                                                              \
	X(hash, cosign_key) /* Ed25519 public key */

// clang-format off
WIRE_DECLARE(validator, VALIDATOR_FIELDS)
// clang-format on

/* The validators of one epoch, sorted by vote key, no key twice. */
struct validator_set {
	size_t count; /* 1..VALIDATORS_MAX */
	struct validator items[VALIDATORS_MAX];
};

/* Tolerated faults f = floor((n - 1) / 3), and the quorum n - f. */
size_t validators_fault_count(size_t count);
size_t validators_quorum(size_t count);

/* Sorted, no vote or cosign key twice, 1..VALIDATORS_MAX? */
bool validators_are_valid(const struct validator_set *set);

/* tagged_hash("cairn/validators/v1", genesis || consensus parameters || list): parameters
 * term_length u32, fault_model u8, max_block_bytes u32, max_block_txs u32, heartbeat_ms u64;
 * list: count u16, then the entries. */
struct hash validators_hash(const struct validator_set *set,
                            const struct parameters *parameters,
                            const struct network *network);

/* -- Votes ------------------------------------------------------------------------------- */

enum vote_kind { VOTE_NOTARIZE = 1, VOTE_NULLIFY = 2, VOTE_FINALIZE = 3 };

/* What a vote is about. Of a nullify vote parent_view is UINT64_MAX and block zero. */
#define BALLOT_FIELDS(X)                                                                 \
	X(u8, kind) /* enum vote_kind */                                                     \
	X(u64, epoch)                                                                        \
	X(u64, view)                                                                         \
	X(u64, parent_view)                                                                  \
	X(hash, block)

// clang-format off
WIRE_DECLARE(ballot, BALLOT_FIELDS)
// clang-format on

/* What is signed: tagged_hash("cairn/<kind>/v1", genesis || epoch || view || parent_view ||
 * block). The tag differs for each kind, so no vote can be read as another. */
struct hash ballot_digest(const struct ballot *ballot, const struct network *network);

/* -- Certificates ------------------------------------------------------------------------- */

enum {
	CERTIFICATE_BITMAP_SIZE_MAX = (VALIDATORS_MAX + 7) / 8,
	CERTIFICATE_SIZE_MAX = 1 + 3 * 8 + HASH_SIZE + 2 + CERTIFICATE_BITMAP_SIZE_MAX +
	                       VALIDATORS_MAX * SIGNATURE_SIZE,
};

/* The votes of a quorum for one ballot. As bytes: the ballot, count u16 of the set, bitmap
 * ceil(count / 8) with bit i % 8 of byte i / 8 for validator i and spare bits zero, then
 * the signatures in that order. */
struct certificate {
	struct ballot ballot;
	size_t validator_count; /* of the set that signed: shape of the bitmap */
	bool signers[VALIDATORS_MAX];
	struct signature signatures[VALIDATORS_MAX]; /* by validator; unused ones zero */
};

size_t certificate_size(const struct certificate *certificate);
void certificate_put(struct writer *out, const struct certificate *certificate);
void certificate_get(struct cursor *in, struct certificate *certificate);

/* At least a quorum of `set` signed the ballot, each signature valid? Costs a signature
 * check for each signer. */
bool certificate_is_valid(const struct certificate *certificate,
                          const struct validator_set *set, const struct network *network);

#endif
