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

/* The validators of one epoch, sorted by vote key, no account and no key twice. */
struct validator_set {
	size_t count; /* 1..VALIDATORS_MAX */
	struct validator items[VALIDATORS_MAX];
};

/* How many faulty validators a set of `count` tolerates, and the quorum count - f. Byzantine:
 * f = floor((n - 1) / 3). Crash, where they stop and never lie: f = floor((n - 1) / 2), so
 * that a quorum is floor(n / 2) + 1. */
size_t validators_fault_count(size_t count, enum fault_model model);
size_t validators_quorum(size_t count, enum fault_model model);

/* Sorted, no account, vote or cosign key twice, 1..VALIDATORS_MAX? */
bool validators_are_valid(const struct validator_set *set);

/* The index of an account in the set; false: it is not in it. */
bool validators_find(const struct validator_set *set, const struct hash *account,
                     size_t *index);
/* Puts one in at its place. The set has room, and nobody of this account or these keys. */
void validators_add(struct validator_set *set, const struct validator *validator);
/* Takes out the one at `index`. */
void validators_take_out(struct validator_set *set, size_t index);

/* As the state keeps a set: count u16, then the entries. */
enum { VALIDATOR_SIZE = 2 * HASH_SIZE + PUBLIC_KEY_SIZE };
enum { VALIDATOR_SET_SIZE_MAX = 2 + VALIDATORS_MAX * VALIDATOR_SIZE };
void validator_set_put(struct writer *out, const struct validator_set *set);
/* At least one and at most VALIDATORS_MAX; validators_are_valid is not asked. */
MUST_CHECK enum status validator_set_decode(struct validator_set *set,
                                            struct bytes_view bytes);

/* The parameters that consensus reads, as they are hashed with a set: term_length u32,
 * fault_model u8, max_block_bytes u32, max_block_txs u32, heartbeat_ms u64. */
enum { CONSENSUS_PARAMETERS_SIZE = 4 + 1 + 4 + 4 + 8 };
void consensus_parameters_put(struct writer *out, const struct parameters *parameters);
/* Sets those of *parameters and no others; parameters_are_valid is not asked. */
void consensus_parameters_get(struct cursor *in, struct parameters *parameters);

/* tagged_hash("cairn/validators/v1", genesis || consensus parameters || list): list: count
 * u16, then the entries. */
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
WIRE_NESTED(ballot)
#define wire_type_ballot struct ballot
// clang-format on

/* A kind that is listed, and of a nullify vote the values above. */
bool ballot_is_well_formed(const struct ballot *ballot);

/* Could no honest validator have voted both? Of one epoch and view, two notarize or two
 * finalize votes for different (parent_view, block), or a nullify and a finalize vote. To
 * notarize and to nullify is allowed. */
bool ballots_contradict(const struct ballot *a, const struct ballot *b);

/* What is signed: tagged_hash("cairn/<kind>/v1", genesis || epoch || view || parent_view ||
 * block). The tag differs for each kind, so no vote can be read as another. */
struct hash ballot_digest(const struct ballot *ballot, const struct network *network);

/* A vote as it travels: 123 bytes. */
#define VOTE_FIELDS(X)                                                                   \
	X(ballot, ballot)                                                                    \
	X(u16, signer) /* index in the set of the ballot's epoch */                          \
	X(signature, signature)

/* A vote for those who name its signer by key, as evidence does. */
#define SIGNED_BALLOT_FIELDS(X)                                                          \
	X(ballot, ballot)                                                                    \
	X(signature, signature)

// clang-format off
WIRE_DECLARE(vote, VOTE_FIELDS)
WIRE_DECLARE(signed_ballot, SIGNED_BALLOT_FIELDS)
WIRE_NESTED(signed_ballot)
#define wire_type_signed_ballot struct signed_ballot
// clang-format on

/* A well-formed ballot, a signer of the set, its valid signature? `set` is that of the
 * ballot's epoch, which the caller looked at. Costs a signature check. */
bool vote_is_valid(const struct vote *vote, const struct validator_set *set,
                   const struct network *network);

/* The same for a signer named by its key. */
bool signed_ballot_is_valid(const struct signed_ballot *vote, const struct public_key *key,
                            const struct network *network);

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

/* At least a quorum of `set` signed the ballot, each signature valid? The set and the
 * parameters, whose fault model says what a quorum is, are those of the ballot's epoch.
 * Costs a signature check for each signer. */
bool certificate_is_valid(const struct certificate *certificate,
                          const struct validator_set *set,
                          const struct parameters *parameters,
                          const struct network *network);

#endif
