/* A small network for tests: genesis with one validator, accounts with keys that are the
 * same in every run, a ledger in memory, and short ways to make transactions and blocks
 * of them. What goes wrong is said on stderr, and the program ends. */
#ifndef TESTS_SUPPORT_LEDGER_FIXTURE_H
#define TESTS_SUPPORT_LEDGER_FIXTURE_H

#include "chain/crypto/cosign_key.h"
#include "chain/ledger/execute.h"
#include "tests/support/memory_ledger.h"

enum {
	FIXTURE_ACCOUNTS = 16,
	FIXTURE_VALIDATOR = 500,    /* number of the first validator of a set of several */
	FIXTURE_BLOCK_MS = 1000,    /* from block to block */
	FIXTURE_VALID_MS = 3600000, /* how long a transaction is valid */
};

#define FIXTURE_TIME_MS UINT64_C(1700000000000) /* of genesis */

struct fixture_account {
	struct hash id;
	struct key_pair keys; /* the ones that sign now: change them after a rotation */
};

struct fixture_tx;

struct ledger_fixture {
	struct signer *signer;
	struct genesis *genesis;
	struct network network;
	struct memory_ledger ledger;
	struct fixture_account validator;
	struct fixture_account accounts[FIXTURE_ACCOUNTS];
	struct fixture_tx *txs;  /* all that were made; freed at the end */
	uint64_t salt;           /* of the next transaction */
	uint64_t valid_until_ms; /* of the next; 0: FIXTURE_VALID_MS after the tip's time */
	bool is_unsigned;        /* transactions get a signature of zeros: 30 us saved each */
	struct refusal refusal;  /* of the last transaction that was added or tried */
	struct why why;
};

/* `parameters` NULL: the defaults. Genesis is committed. */
void ledger_fixture_init(struct ledger_fixture *fixture,
                         const struct parameters *parameters);
/* The same with so many validators, in the place of the one, with the keys of the numbers
 * from FIXTURE_VALIDATOR on. The root group is as before. */
void ledger_fixture_init_set(struct ledger_fixture *fixture,
                             const struct parameters *parameters, size_t validator_count);
void ledger_fixture_close(struct ledger_fixture *fixture);

/* The keys made of a small number. */
struct key_pair ledger_fixture_keys(const struct ledger_fixture *fixture,
                                    unsigned number);

/* What the cosign key of a validator of this number is made of. */
void ledger_fixture_cosign_seed(uint8_t seed[COSIGN_SEED_SIZE], unsigned number);

/* -- Transactions: they live until the fixture is closed or they are forgotten ------- */

/* Of account number `sender`, signed with its keys; the salt counts up. */
const struct tx *ledger_fixture_tx(struct ledger_fixture *fixture, unsigned sender,
                                   const struct operation *operations, size_t count);
/* The same with one operation. */
const struct tx *ledger_fixture_tx_of(struct ledger_fixture *fixture, unsigned sender,
                                      struct operation operation);
/* Of the validator of genesis, who is the root group. */
const struct tx *ledger_fixture_root_tx(struct ledger_fixture *fixture,
                                        struct operation operation);
/* Any fields, any key. */
const struct tx *ledger_fixture_sign(struct ledger_fixture *fixture,
                                     const struct tx_draft *draft,
                                     const struct key_pair *keys);
/* Frees every transaction made so far. */
void ledger_fixture_forget_txs(struct ledger_fixture *fixture);

/* -- Blocks -------------------------------------------------------------------------- */

/* An open draft on `parent`, or on the tip; FIXTURE_BLOCK_MS later. */
struct draft *ledger_fixture_draft(struct ledger_fixture *fixture,
                                   const struct draft *parent);
/* block_add; the draft must stay sound. */
enum verdict ledger_fixture_add(struct ledger_fixture *fixture, struct draft *draft,
                                const struct tx *tx);
/* What a leader of a set of one says of a block. */
struct block_plan ledger_fixture_plan(const struct draft *draft);
void ledger_fixture_seal(struct ledger_fixture *fixture, struct draft *draft);
/* A draft on `parent` with these transactions, all of which must be good, sealed. */
struct draft *ledger_fixture_sealed(struct ledger_fixture *fixture,
                                    const struct draft *parent,
                                    const struct tx *const *txs, size_t count);
/* The same on the tip, committed and freed. */
void ledger_fixture_block(struct ledger_fixture *fixture, const struct tx *const *txs,
                          size_t count);
/* A block of one transaction of one operation. */
void ledger_fixture_do(struct ledger_fixture *fixture, unsigned sender,
                       struct operation operation);

/* The draft refuses the transaction with this verdict and a sentence that has `text` in
 * it, in block_try and in block_add. */
void ledger_fixture_expect_refused(struct ledger_fixture *fixture, struct draft *draft,
                                   const struct tx *tx, enum verdict verdict,
                                   const char *text);
/* The draft takes the transaction. */
void ledger_fixture_expect_taken(struct ledger_fixture *fixture, struct draft *draft,
                                 const struct tx *tx);

/* -- Operations: views of literals --------------------------------------------------- */

struct operation make_append(const struct hash *stream, const char *key,
                             const char *value);
struct operation make_stream(const char *name, enum stream_write write);
struct operation make_grant(const struct hash *stream, enum stream_role role,
                            const struct hash *account);
struct operation make_revoke(const struct hash *stream, enum stream_role role,
                             const struct hash *account);
struct operation make_describe(const char *display_name);
/* With the new key's signature for this account and salt. */
struct operation make_rotate(const struct ledger_fixture *fixture,
                             const struct hash *account, const struct key_pair *new_keys,
                             uint64_t salt);
struct operation make_asset(const char *name, uint8_t decimals);
struct operation make_mint(const struct hash *asset, const struct hash *to,
                           uint64_t amount);
struct operation make_transfer(const struct hash *asset, const struct hash *to,
                               uint64_t amount);
struct operation make_burn(const struct hash *asset, uint64_t amount);
struct operation make_admit(const struct hash *account);
struct operation make_remove(const struct hash *account);
/* With signatures of both keys for this account. The vote key is ledger_fixture_keys'
 * `number`, the cosign key and the node id are made of it too; the block is the tip. */
struct operation make_join(const struct ledger_fixture *fixture,
                           const struct hash *account, unsigned number);
/* Signs what was changed in a join anew. */
void sign_join(const struct ledger_fixture *fixture, const struct hash *account,
               unsigned number, struct validator_join *join);
/* The validator that such a join puts into the set. */
struct validator make_validator(const struct ledger_fixture *fixture,
                                const struct hash *account, unsigned number);
/* `account` NULL: off the list. */
struct operation make_node(const struct node_id *id, const struct hash *account,
                           uint64_t from_height);
/* The node id of the key of this number. */
struct node_id make_node_id(const struct ledger_fixture *fixture, unsigned number);
struct operation make_param(const char *name, uint64_t value);
/* Two notarize votes for two blocks by the vote key of this number. */
struct operation make_evidence(const struct ledger_fixture *fixture, unsigned number,
                               uint64_t epoch, uint64_t view);
/* A vote of the key of this number. */
struct signed_ballot make_vote(const struct ledger_fixture *fixture, unsigned number,
                               const struct ballot *ballot);

#endif
